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

# uz_drive DEV: the drive object of a sysfs folder, as busctl prints it; fails if there is none. In the
# shell, as jq takes a quarter of a second to start in the emulated machine.
uz_drive() {
        local all one mark='"org.usbzone1.Drive" '
        all=$(busctl call org.usbzone1 /org/usbzone1 org.freedesktop.DBus.ObjectManager GetManagedObjects)
        while [[ $all == *$mark* ]]; do
                all=${all#*"$mark"}
                one=${all%%"$mark"*}
                [[ $one != *"\"SysPath\" s \"$1\""* ]] || { printf '%s\n' "$one"; return 0; }
        done
        return 1
}
# _value OBJECT NAME: one value of what uz_drive printed, in $REPLY.
_value() {
        [[ $1 =~ \"$2\"\ [a-z]\ (\"[^\"]*\"|[^ ]+) ]] || { REPLY=''; return 1; }
        REPLY=${BASH_REMATCH[1]#\"}
        REPLY=${REPLY%\"}
}
uz_property() {
        local one
        one=$(uz_drive "$1") && _value "$one" "$2" && echo "$REPLY"
}
# _now DEV: sets $EFFECT, $REASON and $STATE.
_now() {
        local one
        EFFECT='' REASON='' STATE=''
        one=$(uz_drive "$1") || return 1
        _value "$one" Effect; EFFECT=$REPLY
        _value "$one" Reason; REASON=$REPLY
        _value "$one" State; STATE=$REPLY
}
_decided() { _now "$1"; [[ $STATE =~ ^(blocked|in-use|system)$ ]]; }

_state_is() { _now "$1"; [ "$STATE" = "$2" ]; }

# verdict DEV [SECONDS]: "EFFECT REASON" once it is decided and in force.
verdict() {
        if ! wait_for "${2:-30}" _decided "$1"; then
                echo "undecided $STATE"
                return 1
        fi
        echo "$EFFECT $REASON"
}
_verdict_is() { _now "$1"; [ "$EFFECT $REASON $STATE" = "$2" ]; }
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
