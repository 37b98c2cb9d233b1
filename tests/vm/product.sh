# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# What the product's scenarios share: a computer that guards, enrolled drives, verdicts.
# shellcheck source=tests/vm/lib.sh
. "${VMLIB:-/mnt/stage/vm}/lib.sh"

uztool() { "$VMLIB/uztool" "$@" || die "uztool $*"; }
CLEAN=/root/usbzone-clean
DISK='' # of the last `allowed`
# Makes an emulated drive look like those of `gadget`; goes after its --file.
EMU_LIKE=(--vid 1209 --pid 0001 --inquiry 'Linux   File-Stor Gadget0100')

# product_up [ZONE [LEVEL]]: installed, set up, enforcing, as on the first day: nothing enrolled.
product_up() {
        local zone=${1:-internal} level=${2:-none}
        [ -d "$CLEAN" ] || _product_first
        usbzone_stop
        rm -rf /etc/usbzone /var/lib/usbzone/grants /var/lib/usbzone/observe /run/usbzone/drives
        rm -f /var/lib/usbzone/policy-version /var/lib/usbzone/keys-version
        cp -a "$CLEAN" /etc/usbzone
        if [ "$zone" != internal ]; then
                uztool credential "$zone" "$level"
        fi
        usbzone_start
}

_product_first() {
        [ -x /usr/bin/usbzonectl ] || install_product || die "cannot install the product"
        usbzonectl setup --zone internal --name guarded --yes >"$T/setup.log" 2>&1 ||
                { cat "$T/setup.log"; die "usbzonectl setup failed"; }
        cp -a /etc/usbzone "$CLEAN"
}

usbzone_start() {
        systemctl reset-failed usbzoned.service 2>/dev/null
        systemctl start usbzoned.service || { systemctl status usbzoned.service; die "the daemon does not start"; }
        wait_for 20 busctl --quiet introspect org.usbzone1 /org/usbzone1 || die "no org.usbzone1 on the bus"
}
usbzone_stop() { systemctl stop usbzoned.service; }

# --- drives -------------------------------------------------------------------------------------

number=0
# enrolled FILE [--size S] [--fs FS] [--serial S] [enroll's options]: makes an image with a label and
# puts it on the whitelist. Defaults fit the defaults of `gadget`.
enrolled() {
        local file=$1 size=16M fs=vfat serial=UZ0001 vid=1209 pid=0001 zone=internal own=()
        shift
        number=$((number + 1))
        local nr=NB-$$-$number
        while [ $# -gt 0 ]; do
                case $1 in
                --size) size=$2; shift ;;
                --fs) fs=$2; shift ;;
                --serial) serial=$2; shift ;;
                --vid) vid=$2; shift ;;
                --pid) pid=$2; shift ;;
                --zone) zone=$2; shift ;;
                --number) nr=$2; shift ;;
                *) own+=("$1") ;;
                esac
                shift
        done
        drive_image "$file" "$size" "$fs"
        usbzonectl enroll "$file" --zone "$zone" --number "$nr" --holder Holder --unit Unit \
                --vid "$vid" --pid "$pid" --serial "$serial" --scsi-vendor Linux \
                --scsi-product 'File-Stor Gadget' --yes "${own[@]}" >"$T/enroll.log" 2>&1 ||
                { cat "$T/enroll.log"; die "cannot enrol $file"; }
}

# uz_drive DEV: the drive object of a sysfs folder as {"State":...}; fails if there is none.
uz_drive() {
        busctl --json=short call org.usbzone1 /org/usbzone1 org.freedesktop.DBus.ObjectManager \
                GetManagedObjects |
                jq -ec --arg path "$1" '.data[0] | to_entries[] | .value["org.usbzone1.Drive"] // empty |
                        map_values(.data) | select(.SysPath == $path)'
}
uz_property() { uz_drive "$1" | jq -r ".$2"; }
# Compared as text: jq -e takes no input at all for a success.
_decided() { [[ $(uz_drive "$1" | jq -r .State) =~ ^(blocked|in-use|system)$ ]]; }

_state_is() { [ "$(uz_property "$1" State)" = "$2" ]; }

# verdict DEV [SECONDS]: "EFFECT REASON" once it is decided and in force.
verdict() {
        if ! wait_for "${2:-30}" _decided "$1"; then
                echo "undecided $(uz_drive "$1" | jq -r .State)"
                return 1
        fi
        uz_drive "$1" | jq -r '.Effect + " " + .Reason'
}
_verdict_is() { [ "$(uz_drive "$1" | jq -r '.Effect + " " + .Reason + " " + .State')" = "$2" ]; }
# verdict_becomes DEV "EFFECT REASON" [SECONDS]
verdict_becomes() {
        local state=in-use
        [ "${2%% *}" != block ] || state=blocked
        wait_for "${3:-30}" _verdict_is "$1" "$2 $state"
}

# blocked TEXT DEV REASON: blocked for that reason, and the kernel never saw a drive. The trace must run.
blocked() {
        wait_dev "$2" || not_ok "$1: the device enumerates"
        is "$1: blocked, $3" "$(verdict "$2")" "block $3"
        check "$1: no driver was ever bound" no_driver_bound_ever "$2"
        check "$1: no block device ever appeared" no_block_device_ever "$2"
}

# allowed TEXT DEV: allowed, its disk is there; the disk's name is in $DISK.
allowed() {
        wait_dev "$2" || not_ok "$1: the device enumerates"
        is "$1: allowed" "$(verdict "$2")" "allow ${3:-ok}"
        DISK=$(wait_block "$2") || { not_ok "$1: the disk appears"; DISK=/dev/null; return 1; }
        ok "$1: the disk appears"
}

# blocked_gadget TEXT REASON IMAGE [gadget options]; allowed_gadget TEXT IMAGE [gadget options]
blocked_gadget() {
        local text=$1 reason=$2 image=$3
        shift 3
        trace_fresh
        gadget g --file "$image" "$@"
        plug g
        blocked "$text" "$(gadget_dev g)" "$reason"
        gadget_remove g
}
allowed_gadget() {
        local text=$1 image=$2
        shift 2
        trace_fresh
        gadget g --file "$image" "$@"
        plug g
        allowed "$text" "$(gadget_dev g)"
        gadget_remove g
}

# --- the ledger ---------------------------------------------------------------------------------

ledger() { cat /var/lib/usbzone/ledger/*.jsonl; }
# ledger_has JQ-CONDITION: a record for which it holds, among those since ledger_mark
ledger_mark() { LEDGER_MARK=$(ledger 2>/dev/null | wc -l); }
ledger_since() { ledger | tail -n +$((${LEDGER_MARK:-0} + 1)); }
ledger_has() { [ "$(ledger_since | jq -c "select($1)" | wc -l)" -gt 0 ]; }
