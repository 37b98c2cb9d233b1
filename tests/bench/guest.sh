#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The part of the benchmark that runs inside the machine; see run.sh.
# shellcheck source=tests/vm/product.sh
. /mnt/stage/vm/product.sh
finished=1 # no checks are counted here
plugs=${BENCH_PLUGS:-15}
rounds=3

fail() { echo "bench: $*" >&2; exit 1; }

# --- the three ways of guarding -----------------------------------------------------------------

hubs_default() {
        local f
        for f in /sys/bus/usb/devices/usb*/interface_authorized_default; do echo "$1" >"$f"; done
        for f in /sys/bus/usb/devices/usb*/authorized_default; do echo 1 >"$f"; done
}
bare_on() { hubs_default 1; }
bare_off() { :; }
usbguard_on() {
        hubs_default 1
        systemctl start usbguard.service || fail "usbguard does not start"
        wait_for 20 usbguard list-devices || fail "usbguard does not answer"
}
usbguard_off() {
        systemctl stop usbguard.service
        hubs_default 1 # it leaves new devices unauthorized
}
usbzone_on() {
        mv /etc/usbzone.off /etc/usbzone
        usbzone_start
}
usbzone_off() {
        usbzone_stop
        mv /etc/usbzone /etc/usbzone.off
}

# --- one plug -----------------------------------------------------------------------------------

# stamp SOURCE PATTERN FROM-LINE: time of the first such event in the trace, in seconds since boot
stamp() {
        tail -n "+$3" "$TRACE" | sed -nE "s,^$1 *\[([0-9.]+)\] +$2.*,\1,p" | head -n 1
}

# plug_times: "MS-to-disk MS-to-ready" of one plug of the gadget
plug_times() {
        local from dev start disk ready
        trace_sync
        from=$(($(wc -l <"$TRACE") + 1))
        echo change >/sys/devices/virtual/mem/null/uevent
        plug g 0
        dev=$(gadget_dev g)
        wait_block "$dev" 60 >/dev/null || fail "$way: no disk appears"
        trace_sync
        start=$(stamp KERNEL 'change +/devices/virtual/mem/null' "$from")
        disk=$(stamp KERNEL 'add +[^ ]*/block/sd[a-z]+ ' "$from")
        ready=$(stamp UDEV 'add +[^ ]*/block/sd[a-z]+ ' "$from")
        unplug g
        awk -v s="$start" -v d="$disk" -v r="$ready" 'BEGIN { printf "%.0f %.0f\n", (d - s) * 1000, (r - s) * 1000 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
memory() { awk '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 } END { printf "%.1f %.1f\n", r / 1024, p / 1024 }' "/proc/$1/smaps_rollup"; }
exposure() { systemd-analyze security --no-pager "$1" 2>/dev/null | grep -oE 'exposure level.*: [0-9.]+' | grep -oE '[0-9.]+$'; }

# --- the run ------------------------------------------------------------------------------------

modprobe usb-storage delay_use=0 2>/dev/null
echo 0 >/sys/module/usb_storage/parameters/delay_use
product_up internal >/dev/null 2>&1
enrolled "$T/own.img" --size 64M
gadget g --file "$T/own.img"
usbzone_off
systemctl -q unmask usbguard.service 2>/dev/null
usbguard generate-policy >/etc/usbguard/rules.conf 2>/dev/null
echo 'allow id 1209:0001' >/etc/usbguard/rules.conf
chmod 600 /etc/usbguard/rules.conf
trace_start

for way in bare usbguard usbzone; do
        : >"$T/$way"
        : >"$T/$way.memory"
done
for ((r = 0; r < rounds; r++)); do
        for way in bare usbguard usbzone; do
                "${way}_on"
                plug_times >/dev/null # caches warm, modules loaded
                for ((i = 0; i < plugs / rounds; i++)); do
                        plug_times >>"$T/$way"
                done
                case $way in
                usbguard) memory "$(systemctl show -P MainPID usbguard.service)" >"$T/$way.memory" ;;
                usbzone) memory "$(systemctl show -P MainPID usbzoned.service)" >"$T/$way.memory" ;;
                esac
                "${way}_off"
        done
done

# The probe child, while a slow drive makes it wait.
usbzone_on
modprobe vhci-hcd
emu slow --file "$T/own.img" --serial SLOW1 --delay READ_10=900
child=''
_child_there() { child=$(pgrep -x usbzone-probe | head -n 1) && [ -n "$child" ] && [ "$(awk '/^Rss:/ { print $2 }' "/proc/$child/smaps_rollup")" -gt 500 ]; }
if wait_for 20 _child_there; then memory "$child" >"$T/child.memory"; else echo '- -' >"$T/child.memory"; fi
emu_stop slow

printf '%-34s %14s %14s %14s %8s\n' "in the machine ($plugs plugs, medians)" 'bare kernel' 'usbguard' 'usbzone' 'ratio*'
for column in 1 2; do
        b=$(cut -d' ' -f$column "$T/bare" | median)
        g=$(cut -d' ' -f$column "$T/usbguard" | median)
        u=$(cut -d' ' -f$column "$T/usbzone" | median)
        text='plug -> disk in the kernel'
        [ $column = 1 ] || text='plug -> disk ready for user space'
        awk -v t="$text" -v b="$b" -v g="$g" -v u="$u" 'BEGIN {
                printf "%-34s %11.0f ms %11.0f ms %11.0f ms %8.2f\n", t, b, g, u, u / g
                printf "%-34s %14s %+11.0f ms %+11.0f ms\n", "  added to the bare kernel", "", g - b, u - b }'
done
read -r gr gp <"$T/usbguard.memory"
read -r ur up <"$T/usbzone.memory"
read -r cr cp <"$T/child.memory"
row() { awk -v t="$1" -v a="$2" -v b="$3" -v unit="$4" 'BEGIN { printf "%-34s %14s %10.1f %-3s %10.1f %-3s %8.2f\n", t, "", a, unit, b, unit, b / a }'; }
row 'daemon at rest, RSS' "$gr" "$ur" MiB
row 'daemon at rest, PSS' "$gp" "$up" MiB
printf '%-34s %14s %14s %10s MiB   (PSS %s MiB)\n' 'probe child, RSS' '' '' "$cr" "$cp"
row 'systemd-analyze security' "$(exposure usbguard.service)" "$(exposure usbzoned.service)" ''
echo '* of usbzone to usbguard. Emulated in software: compare the columns, not with other machines.'
