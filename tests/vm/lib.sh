# shellcheck shell=bash disable=SC2001,SC2119,SC2120
# SPDX-License-Identifier: GPL-2.0-or-later
# Library of the VM scenarios: gadgets, emulated devices, images, waiters, traces, checks.
#
# Sourced by every scenario inside the guest. README.md beside this file lists the functions.
[ -z "${UZVM_LIB:-}" ] || return 0
UZVM_LIB=1
set -u
export LC_ALL=C.UTF-8

VMLIB=$(dirname "${BASH_SOURCE[0]}")    # where the harness is staged in the guest
# shellcheck source=tests/vm/tap.sh
. "$VMLIB/tap.sh"
T=$(mktemp -d /dev/shm/uzvm.XXXXXX)    # scratch folder of this scenario, on tmpfs
GADGETS=/sys/kernel/config/usb_gadget
UDC_COUNT=4

cleanups=()
# at_end CMD...: run when the scenario ends, last one first.
at_end() { cleanups+=("$(printf '%q ' "$@")"); }

_finish() {
        local status=$? i
        [ "$finished" = 0 ] || return
        finished=1
        trap - EXIT
        exec >&"$TAP_OUT" 2>&1
        for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
                eval "${cleanups[i]}"
        done
        _umount_all
        gadget_remove_all
        emu_stop_all
        qemu_unplug_all
        trace_stop
        if [ "$failed" -gt 0 ]; then
                note "kernel log since the scenario began:"
                _since "$_first_mark" | tail -n 60 | sed 's/^/#   /'
        fi
        cd / && rm -rf "$T" "$_check_out"
        if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
                not_ok "scenario ended early with status $status"
        fi
        [ $((passed + failed + skipped)) -gt 0 ] || not_ok "scenario made no check"
        echo "1..$((passed + failed + skipped))"
        echo "# $passed passed, $failed failed, $skipped skipped"
        [ "$failed" -eq 0 ] || exit 1
        exit 0
}
trap _finish EXIT
trap 'exit 143' TERM INT

# Milliseconds since boot, for durations.
now_ms() {
        local up
        read -r up _ </proc/uptime
        echo $((${up/./} * 10))
}

# udev has handled every event so far, the ones its rules caused included.
settle() { udevadm settle --timeout="${1:-30}"; }

# --- kernel log, journal ------------------------------------------------------------------------

_marks=0
# klog_mark: from here on klog_since shows the kernel log. The mark is left in $KLOG_MARK.
klog_mark() {
        _marks=$((_marks + 1))
        KLOG_MARK="uzvm-mark $$.$_marks"
        echo "<7>$KLOG_MARK" >/dev/kmsg
}
_since() { dmesg | awk -v m="$1" 'found { print } index($0, m) { found = 1 }' | grep -v 'uzvm-mark'; }
klog_since() { _since "${1:-$KLOG_MARK}"; }
# klog_has REGEX: since the mark
klog_has() { klog_since | grep -qE -- "$1"; }

# journal_mark; journal_since [journalctl options]
journal_mark() {
        journalctl --sync
        JOURNAL_MARK=$(journalctl -n 0 --show-cursor -q | sed -n 's/^-- cursor: //p')
        if [ -z "$JOURNAL_MARK" ]; then
                JOURNAL_MARK=$(journalctl -n 1 -o export -q --output-fields=MESSAGE |
                        sed -n 's/^__CURSOR=//p')
        fi
}
journal_since() {
        journalctl --sync
        journalctl -q --no-pager --after-cursor="$JOURNAL_MARK" "$@"
}

# --- uevent trace -------------------------------------------------------------------------------

TRACE='' TRACE_PID='' TRACE_FROM=0
# trace_start: record every kernel and udev event into $TRACE from now on.
trace_start() {
        TRACE=$T/trace TRACE_FROM=0
        stdbuf -oL udevadm monitor --kernel --udev --property >"$TRACE" 2>/dev/null &
        TRACE_PID=$!
        disown "$TRACE_PID"
        wait_for 20 grep -q '^KERNEL - ' "$TRACE" || die "udevadm monitor did not start"
        trace_sync
}

# trace_sync: returns when everything that happened before is in the trace.
trace_sync() {
        local uuid
        settle
        uuid=$(cat /proc/sys/kernel/random/uuid)
        echo "change $uuid" >/sys/devices/virtual/mem/null/uevent
        wait_for 20 _trace_saw "$uuid" || die "the uevent trace has stopped"
}
_trace_saw() { [ "$(grep -c "SYNTH_UUID=$1" "$TRACE")" -ge 2 ]; }

# trace_fresh: what happened before no longer counts (a port is used again).
trace_fresh() {
        [ -n "$TRACE_PID" ] || return 0
        trace_sync
        TRACE_FROM=$(wc -l <"$TRACE")
}

trace_stop() {
        [ -z "$TRACE_PID" ] || kill "$TRACE_PID" 2>/dev/null
        TRACE_PID=''
}

# trace_events DEVPATH: "SOURCE ACTION SUBSYSTEM DEVTYPE DRIVER DEVPATH" for it and all below.
trace_events() {
        local path=${1#/sys}
        trace_sync
        awk -v path="$path" -v from="$TRACE_FROM" '
                NR <= from { next }
                function flush() {
                        if (src != "" && index(v["DEVPATH"], path) == 1)
                                print src, v["ACTION"], v["SUBSYSTEM"], v["DEVTYPE"] == "" ? "-" : v["DEVTYPE"],
                                      v["DRIVER"] == "" ? "-" : v["DRIVER"], v["DEVPATH"]
                        delete v; src = ""
                }
                /^(KERNEL|UDEV) *\[/ { flush(); src = $1; sub(/\[.*/, "", src); next }
                /^$/ { flush(); next }
                { i = index($0, "="); if (i) v[substr($0, 1, i - 1)] = substr($0, i + 1) }
                END { flush() }' "$TRACE"
}

# no_block_device_ever DEVPATH, no_driver_bound_ever DEVPATH: silent conditions; usbfs is no driver.
no_block_device_ever() {
        local hits
        hits=$(trace_events "$1" | awk '$3 == "block" || $3 == "scsi" || $3 == "bdi"')
        [ -z "$hits" ] || { echo "$hits"; return 1; }
}
no_driver_bound_ever() {
        local hits
        hits=$(trace_events "$1" | awk '$1 == "KERNEL" && $2 == "bind" && $4 == "usb_interface" && $5 != "usbfs"')
        [ -z "$hits" ] || { echo "$hits"; return 1; }
}
driver_bound_ever() { trace_events "$1" | grep -qE "^KERNEL bind usb usb_interface ${2:-[^ ]+} "; }

assert_no_block_device_ever() { check "no block device ever appeared: ${2:-${1##*/}}" no_block_device_ever "$1"; }
assert_no_driver_bound_ever() { check "no driver was ever bound: ${2:-${1##*/}}" no_driver_bound_ever "$1"; }

# --- images -------------------------------------------------------------------------------------

# drive_image FILE SIZE vfat|exfat|ext4|none|blank [VOLUME]: one partition at 1 MiB; "none" leaves it
# unformatted, "blank" writes no partition table either.
drive_image() {
        local file=$1 size=$2 fs=$3 label=${4:-UZTEST} cache
        cache=/dev/shm/uzvm-cache/$size-$fs-$label
        if [ ! -e "$cache" ]; then
                mkdir -p /dev/shm/uzvm-cache
                _make_image "$cache.new" "$size" "$fs" "$label" >"$T/mkfs.log" 2>&1 ||
                        { cat "$T/mkfs.log"; die "cannot make a $fs image"; }
                mv "$cache.new" "$cache"
        fi
        cp --sparse=always "$cache" "$file"
}

_make_image() {
        local file=$1 part=$1.part type=0c bytes
        rm -f "$file" "$part"
        truncate -s "$2" "$file" || return 1
        [ "$3" != blank ] || return 0
        case $3 in ext4) type=83 ;; exfat) type=7 ;; esac
        echo "start=2048, type=$type" | sfdisk -q "$file" || return 1
        [ "$3" != none ] || return 0
        bytes=$(($(stat -c %s "$file") - 1048576))
        truncate -s $bytes "$part"
        case $3 in
        vfat) mkfs.vfat -n "$4" "$part" ;;
        exfat) mkfs.exfat -L "$4" "$part" ;;
        ext4) mke2fs -q -t ext4 -L "$4" "$part" ;;
        *) return 1 ;;
        esac || return 1
        dd if="$part" of="$file" bs=1M seek=1 conv=notrunc,sparse status=none || return 1
        rm -f "$part"
}

# image_mount FILE DIR: the first partition of an image, through a loop device.
image_mount() { mkdir -p "$2" && mount -o loop,offset=1048576 "$1" "$2"; }

_umount_all() {
        local m
        awk '$2 ~ /^\/(dev\/shm\/uzvm\.|run\/uzvm|media\/|run\/media\/)/ { print $2 }' /proc/mounts |
                while read -r m; do umount -l "$m" 2>/dev/null; done
}

# --- gadgets ------------------------------------------------------------------------------------

_gadget_modules() {
        [ -d /sys/class/udc/dummy_udc.0 ] && [ -d "$GADGETS" ] && return
        modprobe dummy_hcd num="$UDC_COUNT" || die "no dummy_hcd in this kernel"
        modprobe libcomposite || die "no libcomposite in this kernel"
        wait_for 10 test -d "$GADGETS" || die "no gadgets in configfs"
}

# gadget NAME OPTIONS: describes a device; plug NAME puts it in.
#   --vid X --pid X --bcd X --serial S --manufacturer S --product S --class C:S:P
#   --file IMG (each one more LUN; the next four apply to it) --cdrom --ro --fixed --inquiry TEXT
#   --hid (keyboard) --mouse --ecm --rndis --acm
# Functions appear in the order given, so "--hid --file X" has the keyboard as interface 0.
gadget() {
        local name=$1 g=$GADGETS/$1 lun='' luns=0 ms='' n=0 f order=() files=()
        local vid=0x1209 pid=0x0001 bcd=0x0100 serial=UZ0001 manufacturer=usbzone product="Test drive"
        local class=0:0:0
        shift
        _gadget_modules
        mkdir "$g" || die "gadget $name exists"
        while [ $# -gt 0 ]; do
                case $1 in
                --vid) vid=$2; shift ;;
                --pid) pid=$2; shift ;;
                --bcd) bcd=$2; shift ;;
                --serial) serial=$2; shift ;;
                --manufacturer) manufacturer=$2; shift ;;
                --product) product=$2; shift ;;
                --class) class=$2; shift ;;
                --file)
                        if [ -z "$ms" ]; then
                                ms=$g/functions/mass_storage.$name
                                mkdir "$ms" || die "no mass storage function"
                                order+=("$ms")
                        fi
                        lun=$ms/lun.$luns
                        [ -d "$lun" ] || mkdir "$lun"
                        echo 1 >"$lun/removable"
                        files+=("$2")
                        luns=$((luns + 1))
                        shift ;;
                --cdrom) echo 1 >"$lun/cdrom" ;;
                --ro) echo 1 >"$lun/ro" ;;
                --fixed) echo 0 >"$lun/removable" ;;
                --inquiry) printf '%s' "$2" >"$lun/inquiry_string"; shift ;;
                --hid | --mouse)
                        f=$g/functions/hid.$name$n
                        mkdir "$f" || die "no HID function"
                        if [ "$1" = --hid ]; then
                                _hid_keyboard "$f"
                        else
                                _hid_mouse "$f"
                        fi
                        order+=("$f") ;;
                --ecm | --rndis | --acm)
                        f=$g/functions/${1#--}.$name$n
                        mkdir "$f" || die "no $1 function"
                        order+=("$f") ;;
                *) die "gadget: unknown option $1" ;;
                esac
                n=$((n + 1))
                shift
        done
        for ((n = 0; n < luns; n++)); do
                f=${files[n]}
                [ -z "$f" ] || printf '%s' "$f" >"$ms/lun.$n/file" || die "cannot use $f"
        done
        echo "$vid" >"$g/idVendor"
        echo "$pid" >"$g/idProduct"
        echo "$bcd" >"$g/bcdDevice"
        IFS=: read -r f n lun <<<"$class"
        echo "0x$f" >"$g/bDeviceClass"
        echo "0x$n" >"$g/bDeviceSubClass"
        echo "0x$lun" >"$g/bDeviceProtocol"
        mkdir "$g/strings/0x409" "$g/configs/c.1"
        printf '%s' "$serial" >"$g/strings/0x409/serialnumber"
        printf '%s' "$manufacturer" >"$g/strings/0x409/manufacturer"
        printf '%s' "$product" >"$g/strings/0x409/product"
        for f in "${order[@]}"; do
                ln -s "$f" "$g/configs/c.1/"
        done
}
gadget_storage() { gadget "$@"; }

_hid_keyboard() {
        echo 1 >"$1/protocol"
        echo 1 >"$1/subclass"
        echo 8 >"$1/report_length"
        printf '%b' '\x05\x01\x09\x06\xa1\x01\x05\x07\x19\xe0\x29\xe7\x15\x00\x25\x01\x75\x01\x95\x08' \
                '\x81\x02\x95\x01\x75\x08\x81\x03\x95\x05\x75\x01\x05\x08\x19\x01\x29\x05\x91\x02' \
                '\x95\x01\x75\x03\x91\x03\x95\x06\x75\x08\x15\x00\x25\x65\x05\x07\x19\x00\x29\x65' \
                '\x81\x00\xc0' >"$1/report_desc"
}

_hid_mouse() {
        echo 2 >"$1/protocol"
        echo 1 >"$1/subclass"
        echo 3 >"$1/report_length"
        printf '%b' '\x05\x01\x09\x02\xa1\x01\x09\x01\xa1\x00\x05\x09\x19\x01\x29\x03\x15\x00\x25\x01' \
                '\x95\x03\x75\x01\x81\x02\x95\x01\x75\x05\x81\x03\x05\x01\x09\x30\x09\x31\x15\x81' \
                '\x25\x7f\x75\x08\x95\x02\x81\x06\xc0\xc0' >"$1/report_desc"
}

# plug NAME [NUMBER]: into the given dummy port, or the first free one. Returns at once.
plug() {
        local name=$1 n=${2:-} used
        if [ -z "$n" ]; then
                used=" $(cat "$GADGETS"/*/UDC | tr '\n' ' ') "
                for ((n = 0; n < UDC_COUNT; n++)); do
                        [[ $used == *" dummy_udc.$n "* ]] || break
                done
        fi
        echo "dummy_udc.$n" >"$GADGETS/$name/UDC" || die "cannot plug $name into dummy_udc.$n"
}

# gadget_dev NAME: sysfs folder of the plugged device, whether or not it is there yet.
gadget_dev() {
        local n bus
        n=$(cat "$GADGETS/$1/UDC")
        bus=$(echo /sys/devices/platform/dummy_hcd."${n##*.}"/usb*)
        echo "$bus/${bus##*/usb}-1"
}

# unplug NAME: pulls it and waits until the kernel has removed the device.
unplug() {
        local dev
        [ -n "$(cat "$GADGETS/$1/UDC")" ] || return 0
        dev=$(gadget_dev "$1")
        echo >"$GADGETS/$1/UDC"
        wait_for 20 test ! -e "$dev" || not_ok "$dev went away after unplug"
}

# gadget_file NAME FILE [LUN]: changes the medium; an empty FILE takes it out.
gadget_file() {
        local lun=$GADGETS/$1/functions/mass_storage.$1/lun.${3:-0}
        echo 1 >"$lun/forced_eject" 2>/dev/null
        [ -z "$2" ] || printf '%s' "$2" >"$lun/file"
}

gadget_remove() {
        local g=$GADGETS/$1 x
        [ -d "$g" ] || return 0
        [ -z "$(cat "$g/UDC")" ] || unplug "$1"
        for x in "$g"/configs/c.1/*; do [ ! -L "$x" ] || rm "$x"; done
        rmdir "$g/configs/c.1" "$g/strings/0x409" 2>/dev/null
        for x in "$g"/functions/mass_storage.*/lun.*; do
                [ "${x##*.}" = 0 ] || rmdir "$x" 2>/dev/null
        done
        for x in "$g"/functions/*; do [ ! -d "$x" ] || rmdir "$x"; done
        rmdir "$g"
}

gadget_remove_all() {
        local g
        for g in "$GADGETS"/*/; do
                [ ! -d "$g" ] || gadget_remove "$(basename "$g")"
        done
}

# --- any device by its sysfs folder -------------------------------------------------------------

# wait_dev DEV [SECONDS]: enumerated, with its interfaces.
wait_dev() { wait_for "${2:-20}" _has_interface "$1"; }
_has_interface() { compgen -G "$1/*:1.0/bInterfaceNumber" >/dev/null; }

# iface DEV N: sysfs folder of interface N.
iface() { echo "$1/${1##*/}:1.$2"; }

# bound DEV N: name of the driver of interface N, empty if none; fails then.
bound() {
        local l
        l=$(readlink "$(iface "$1" "${2:-0}")/driver") || return 1
        echo "${l##*/}"
}

# block_of DEV: names of the disks below it (sda ...), one per line.
block_of() {
        find "$1" -path '*/block/*' -prune -name '[s]*' -printf '%f\n' 2>/dev/null | sort
}
_has_block() { [ "$(block_of "$1" | wc -l)" -ge "${2:-1}" ]; }

# wait_block DEV [SECONDS [COUNT]]: prints /dev/sdX when the disk is there and udev has finished.
wait_block() {
        local d
        wait_for "${2:-20}" _has_block "$1" "${3:-1}" || return 1
        for d in $(block_of "$1"); do
                udevadm wait --timeout="${2:-20}" --initialized=yes "/dev/$d" || return 1
                echo "/dev/$d"
        done
}

# mount_drive DISK DIR [OPTIONS]: its first partition.
mount_drive() {
        udevadm wait --timeout=20 --initialized=yes "${1}1" || return 1
        mkdir -p "$2" && mount ${3:+-o "$3"} "${1}1" "$2"
}

# --- emulated devices over USB/IP (usbemu) ------------------------------------------------------

declare -A EMU_PID=() EMU_PORT=()
# emu NAME OPTIONS of usbemu: plugs it in; the log of its commands is $T/NAME.log.
emu() {
        local name=$1 port
        shift
        modprobe vhci-hcd || die "no vhci_hcd in this kernel"
        wait_for 10 test -e /sys/devices/platform/vhci_hcd.0/attach
        port=$(awk '$1 == "hs" && $3 == "004" { print $2 + 0; exit }' /sys/devices/platform/vhci_hcd.0/status)
        [ -n "$port" ] || die "no free USB/IP port"
        rm -f "$T/$name.ready"
        "$VMLIB/usbemu" --port "$port" --log "$T/$name.log" --ready "$T/$name.ready" "$@" \
                2>"$T/$name.err" &
        EMU_PID[$name]=$!
        EMU_PORT[$name]=$port
        disown "${EMU_PID[$name]}"
        wait_for 10 test -s "$T/$name.ready" || { cat "$T/$name.err"; die "usbemu did not start"; }
}

# emu_dev NAME: sysfs folder.
emu_dev() {
        local bus
        bus=$(echo /sys/devices/platform/vhci_hcd.0/usb* | cut -d' ' -f1)
        echo "$bus/${bus##*/usb}-$((EMU_PORT[$1] + 1))"
}

emu_signal() { kill -"$2" "${EMU_PID[$1]}"; }

# emu_stop NAME: unplugs it and waits until it is gone. Its log stays.
emu_stop() {
        [ -n "${EMU_PID[$1]:-}" ] || return 0
        local dev
        dev=$(emu_dev "$1")
        kill "${EMU_PID[$1]}" 2>/dev/null
        wait_for 20 _emu_gone "${EMU_PORT[$1]}" "$dev" || not_ok "emulated device $1 went away"
        unset "EMU_PID[$1]"
}
_emu_gone() {
        [ ! -e "$2" ] && awk -v p="$1" '$2 + 0 == p && $3 == "004" { f = 1 } END { exit !f }' \
                /sys/devices/platform/vhci_hcd.0/status
}

emu_stop_all() {
        local n
        for n in "${!EMU_PID[@]}"; do emu_stop "$n"; done
}

# emu_log NAME [REGEX]: what it was asked for (see the head of usbemu.c for the lines).
emu_log() { grep -aE -- "${2:-.}" "$T/$1.log"; }

# emu_reads_outside NAME FIRST COUNT: prints reads (any LUN) not wholly inside the sectors given.
emu_reads_outside() {
        awk -v a="$2" -v n="$3" '$1 == "scsi" && $2 ~ /^(READ_(6|10|12|16)|WRITE|VERIFY)/ {
                split($4, l, "="); split($5, c, "=");
                if (l[2] + 0 < a || l[2] + c[2] > a + n) print }' "$T/$1.log"
}

# --- QEMU's own devices -------------------------------------------------------------------------

# qmp JSON: sends a command to the QEMU this guest runs in, prints the answer.
qmp() {
        local line fd
        exec {fd}<>/dev/virtio-ports/qmp || return 1
        printf '{"execute":"qmp_capabilities","id":"cap%s"}\n%s\n' $$ \
                "$(jq -c '. + {id: "cmd"}' <<<"$1")" >&"$fd"
        while read -rt 20 line <&"$fd"; do
                case $line in
                *'"id": "cmd"'*)
                        exec {fd}>&-
                        echo "$line"
                        [[ $line != *'"error"'* ]]
                        return ;;
                esac
        done
        exec {fd}>&-
        return 1
}

QEMU_DEVICES=()
# qemu_plug NAME storage|uas|kbd|mouse [FILE [SERIAL]]: QEMU's own USB devices on an xhci controller.
# The file is copied to the host; the device's writes go to the copy, /mnt/host/NAME.img.
qemu_plug() {
        local id=$1 kind=$2 serial=${4:-QEMU1}
        mountpoint -q /mnt/host || die "/mnt/host is not mounted"
        QEMU_DEVICES+=("$id")
        case $kind in kbd | mouse)
                qmp '{"execute":"device_add","arguments":{"driver":"usb-'"$kind"'","id":"'"$id"'","bus":"xhci.0"}}'
                return ;;
        esac
        cp --sparse=always "$3" "/mnt/host/$id.img" && sync "/mnt/host/$id.img"
        qmp '{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"n-'"$id"'","file":{"driver":"file","filename":"scratch/'"$id"'.img"}}}' || return 1
        case $kind in
        storage)
                qmp '{"execute":"device_add","arguments":{"driver":"usb-storage","id":"'"$id"'","bus":"xhci.0","drive":"n-'"$id"'","serial":"'"$serial"'","removable":true}}' ;;
        uas)
                qmp '{"execute":"device_add","arguments":{"driver":"usb-uas","id":"'"$id"'","bus":"xhci.0","serial":"'"$serial"'"}}' &&
                        qmp '{"execute":"device_add","arguments":{"driver":"scsi-hd","id":"d-'"$id"'","bus":"'"$id"'.0","drive":"n-'"$id"'"}}' &&
                        qmp '{"execute":"qom-set","arguments":{"path":"/machine/peripheral/'"$id"'","property":"attached","value":true}}' ;;
        *) return 1 ;;
        esac
}

# qemu_dev SERIAL: sysfs folder of a plugged QEMU device.
qemu_dev() {
        local f
        for f in /sys/bus/usb/devices/*/serial; do
                [ "$(cat "$f" 2>/dev/null)" != "$1" ] || { realpath "${f%/serial}"; return 0; }
        done
        return 1
}

qemu_unplug() {
        qmp '{"execute":"device_del","arguments":{"id":"'"$1"'"}}'
        wait_for 10 qmp '{"execute":"blockdev-del","arguments":{"node-name":"n-'"$1"'"}}'
        rm -f "/mnt/host/$1.img"
}

qemu_unplug_all() {
        local d
        for d in "${QEMU_DEVICES[@]}"; do qemu_unplug "$d" >/dev/null 2>&1; done
}

# --- the product --------------------------------------------------------------------------------

# install_product: as an administrator would with "make install" on this computer.
install_product() {
        [ -d /mnt/stage/root ] || die "the product is not staged"
        # Folders that are there are left alone. tar would close "/" to others for a moment even so, and
        # polkit, which looks again when its rules change, would find none.
        (cd /mnt/stage/root && find . -mindepth 1 -type d -printf '%m %P\n') | while read -r mode folder; do
                [ -d "/$folder" ] || mkdir -m "$mode" "/$folder" || exit
        done || die "cannot make the folders"
        (cd /mnt/stage/root && find . ! -type d -print0 | tar -c --null -T -) |
                tar -C / -x --keep-directory-symlink --no-same-owner &&
                ldconfig && systemd-sysusers && systemd-tmpfiles --create &&
                udevadm control --reload && systemctl daemon-reload &&
                systemctl reload dbus.service
}

mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
klog_mark
_first_mark=$KLOG_MARK
