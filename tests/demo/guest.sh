#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The story of the demo, told inside the machine; see run.sh.
# shellcheck source=tests/vm/product.sh disable=SC2031
. /mnt/stage/vm/product.sh
finished=1 # no checks are counted here: verdicts are, below
trap '_umount_all; gadget_remove_all' EXIT

wrong=0 right=0
B='' G='' R='' Y='' N=''
[ "${DEMO_COLOUR:-0}" = 0 ] || { B=$'\e[1m' G=$'\e[32m' R=$'\e[31m' Y=$'\e[33m' N=$'\e[0m'; }

# --- telling ------------------------------------------------------------------------------------

chapter() { printf '\n%s== %s %s%s\n' "$B" "$1" "$(printf '=%.0s' $(seq $((86 - ${#1}))))" "$N"; }
tell() { printf '%s\n' "$@" | sed 's/^/   /'; }
# run COMMAND...: shows the command and its output; its status is kept in $status.
run() {
        printf '   %s$ %s%s\n' "$B" "${*@Q}" "$N" | sed "s/'\([a-zA-Z0-9_./:@%+=-]*\)'/\1/g"
        status=0
        "$@" 2>&1 | sed 's/^/   | /'
        status=${PIPESTATUS[0]}
}
fail() { printf '   %s%s%s\n' "$R" "$*" "$N"; wrong=$((wrong + 1)); }
pass() { right=$((right + 1)); }

# decided DEV [WANTED]: waits until it is decided as wanted, or for ten seconds in another way; sets
# effect, reason, number, observed and words.
decided() {
        local i one
        for ((i = 0; i < 200; i++)); do
                one=$(uz_drive "$1") || one=
                _value "$one" State; state=$REPLY
                _value "$one" Effect; effect=$REPLY
                _value "$one" Reason; reason=$REPLY
                _value "$one" Number; number=$REPLY
                _value "$one" Observed; observed=$REPLY
                case $state in
                blocked | in-use | system)
                        if [ "${2:-$effect $reason}" = "$effect $reason" ] || [ "$i" -ge 40 ]; then break; fi ;;
                esac
                read -rt 0.25 -u "$_tick" || :
        done
        words=$(usbzonectl explain "$number" | sed -n 's/^Reason *//p')
}

# expect DEV "EFFECT REASON": says what was decided and whether the story wants it so.
expect() {
        local colour=$G tail=
        decided "$1" "$2"
        case $effect in block) colour=$R ;; read-only) colour=$Y ;; esac
        [ "$observed" != true ] || tail='; observed only, let through'
        printf '   verdict: %s%s%s - %s%s\n' "$B$colour" "$effect" "$N" "$words" "$tail"
        if [ "$effect $reason" = "$2" ]; then
                pass
        else
                fail "UNEXPECTED: this should have been: $2"
        fi
}

# untouched: what the kernel said of the drive since it was plugged in.
untouched() {
        if klog_has 'usb-storage .*detected|uas .*detected|scsi host[0-9]|\[sd[a-z]\]'; then
                fail 'UNEXPECTED: the kernel took the drive'
                klog_since | tail -n 5
        else
                tell 'kernel:  no storage driver bound, no disk: it has read not one byte'
        fi
}

# scene TITLE NAME [gadget options]: plugs it in.
scene() {
        printf '\n%s-- %s%s\n' "$B" "$1" "$N"
        klog_mark
        gadget "$2" "${@:3}"
        plug "$2"
        DEV=$(gadget_dev "$2")
        wait_dev "$DEV" 30 || fail 'UNEXPECTED: the device does not enumerate'
}

# other FILE SERIAL OPTIONS of enroll: a drive that was enrolled elsewhere, with its label.
other() {
        drive_image "$1" 32M vfat
        usbzonectl enroll "$1" --vid 1209 --pid 0001 --serial "$2" --scsi-vendor Linux \
                --scsi-product 'File-Stor Gadget' "${@:3}" >"$T/enroll.log" 2>&1 ||
                { cat "$T/enroll.log"; fail "UNEXPECTED: cannot enrol $1"; }
}

# --- the story ----------------------------------------------------------------------------------

chapter 'An office computer of the internal zone'
tell "$(. /etc/os-release && echo "$PRETTY_NAME"), kernel $(uname -r), systemd as process 1." \
        'The product was put in place with "make install". Now its administrator sets it up:'
{ cp -a --no-preserve=ownership /mnt/stage/root/. / && /mnt/stage/after-install.sh; } >"$T/install.log" 2>&1 ||
        { cat "$T/install.log"; fail 'UNEXPECTED: the product cannot be installed'; exit 1; }
run usbzonectl setup --zone internal --name office-3 --authority-name 'Example County' --yes
[ "$status" = 0 ] || { fail 'UNEXPECTED: setup failed'; exit 1; }
wait_for 20 busctl --quiet introspect org.usbzone1 /org/usbzone1 ||
        { fail 'UNEXPECTED: the daemon is not on the bus'; systemctl status usbzoned.service; exit 1; }

chapter 'Observe mode: a new drive is seen, recorded, and let through'
drive_image "$T/own.img" 32M vfat
scene 'A plain new stick' own --file "$T/own.img" --serial STICK-A
expect "$DEV" 'allow no-label'
tell 'It would be blocked in enforce mode. The security administrator enrols it:'
disk=$(wait_block "$DEV")
run usbzonectl enroll "$disk" --number NB-0001 --holder 'Li Wei' --unit 'Office 3'
[ "$status" = 0 ] || fail 'UNEXPECTED: enrol failed'
unplug own
tell '' 'Other desks have drives, too. Their labels are made by the same authority:' \
        '  NB-0002   internal             its label has ended' \
        '  NET-0007  internet' \
        '  CL-0003   classified, secret'
other "$T/expired.img" STICK-B --number NB-0002 --holder 'Wang Fang' --not-before 2024-01-01 --not-after 2025-01-01
other "$T/net.img" STICK-C --number NET-0007 --holder 'Zhao Lei' --zone internet
other "$T/secret.img" STICK-D --number CL-0003 --holder 'Chen Jing' --zone classified --level secret
drive_image "$T/plain.img" 32M vfat
cp "$T/own.img" "$T/copy.img"

chapter 'From now on the rule is kept'
run usbzonectl mode enforce --reason 'register complete'
[ "$status" = 0 ] || fail 'UNEXPECTED: the mode was not changed'

printf '\n%s-- 1. The own drive, NB-0001%s\n' "$B" "$N"
plug own
DEV=$(gadget_dev own)
wait_dev "$DEV" 30
expect "$DEV" 'allow ok'
if disk=$(wait_block "$DEV") && mount_drive "$disk" /media/uz &&
        echo 'minutes of the meeting' >/media/uz/minutes.txt && sync; then
        tell "in use:  $disk is mounted; written and read back: $(cat /media/uz/minutes.txt)"
else
        fail 'UNEXPECTED: the drive cannot be used'
fi
umount /media/uz

scene '2. A drive of the internet zone, NET-0007' net --file "$T/net.img" --serial STICK-C
expect "$DEV" 'block zone-mismatch'
untouched

scene '3. A classified drive, CL-0003' secret --file "$T/secret.img" --serial STICK-D
expect "$DEV" 'block zone-mismatch'
untouched
unplug secret

scene '4. A stick from home: no label' plain --file "$T/plain.img" --serial HOME-1
expect "$DEV" 'block no-label'
untouched
unplug plain

scene '5. Every byte of NB-0001 copied to another stick' copy --file "$T/copy.img" --serial STICK-X
expect "$DEV" 'block identity-mismatch'
untouched

scene '6. NB-0002: the label has expired' expired --file "$T/expired.img" --serial STICK-B
expect "$DEV" 'block label-expired'
untouched
gadget_remove expired

scene '7. A stick that is also a keyboard' badusb --file "$T/plain.img" --hid --serial EVIL-1
expect "$DEV" 'block device-composite'
untouched
gadget_remove badusb

scene '8. Just a keyboard' keyboard --hid --serial KEYS-1
if wait_for 20 bound "$DEV" 0; then
        tell "kernel:  bound to $(bound "$DEV" 0): it works, and nobody asked the daemon"
        pass
else
        fail 'UNEXPECTED: the keyboard does not work'
fi
gadget_remove keyboard

chapter 'The daemon is killed'
systemctl kill -s KILL usbzoned.service && systemctl stop usbzoned.service
scene '9. A keyboard and a stick, with no daemon at all' keyboard --hid --serial KEYS-1
if wait_for 20 bound "$DEV" 0; then
        tell "keyboard: bound to $(bound "$DEV" 0)"
        pass
else
        fail 'UNEXPECTED: the keyboard does not work'
fi
gadget_remove keyboard
gadget_remove secret
klog_mark
plug plain
DEV=$(gadget_dev plain)
wait_dev "$DEV" 30
untouched
tell 'The daemon comes back and decides what waited:'
systemctl start usbzoned.service
expect "$DEV" 'block no-label'
unplug plain

chapter 'An exception: one drive, read-only, for ten minutes'
run usbzonectl allow NET-0007 --for 10m --read-only --reason 'approval 2026-17: import of the yearly report'
DEV=$(gadget_dev net)
expect "$DEV" 'read-only granted'
if disk=$(wait_block "$DEV") && mount_drive "$disk" /media/uz ro && ! touch /media/uz/x 2>/dev/null &&
        ! mount -o remount,rw /media/uz 2>/dev/null && [ "$(blockdev --getro "$disk")" = 1 ]; then
        tell 'in use:  it mounts, a write fails, and so does mounting it writable'
        pass
else
        fail 'UNEXPECTED: the drive is writable'
fi
umount /media/uz

decided "$(gadget_dev copy)" # the daemon counts anew after a restart
copied=$number

chapter 'What the people see'
run usbzonectl list
run usbzonectl explain "$copied"
tell '' 'The same drive on a Chinese desktop:'
LANGUAGE=zh_CN LC_ALL=zh_CN.UTF-8 LANG=zh_CN.UTF-8 run usbzonectl show "$copied"
tell ''
run usbzonectl status
tell '' 'The violations of the day, from the ledger:'
run usbzonectl log --kind verdict --severity warning

chapter 'The evidence'
run usbzonectl verify
[ "$status" = 0 ] || fail 'UNEXPECTED: the ledger does not verify'
pass
tell '' 'Somebody changes one word in a copy of it, "block" to "allow":'
cp -a /var/lib/usbzone/ledger "$T/ledger"
first=$(grep -l '"verdict":"block"' "$T"/ledger/*.jsonl | head -n 1)
line=$(grep -n '"verdict":"block"' "$first" | head -n 1 | cut -d: -f1)
sed -i "${line}s/\"verdict\":\"block\"/\"verdict\":\"allow\"/" "$first"
run usbzonectl verify "$T/ledger"
if [ "$status" = 5 ]; then
        tell 'Exit status 5: the evidence is broken, and it says where.'
        pass
else
        fail "UNEXPECTED: exit status $status"
fi

echo
if [ "$wrong" = 0 ]; then
        printf '%sAll %d outcomes were the expected ones.%s\n' "$B$G" "$right" "$N"
else
        printf '%s%d outcomes were NOT the expected ones (%d were).%s\n' "$B$R" "$wrong" "$right" "$N"
fi
[ "$wrong" = 0 ]
