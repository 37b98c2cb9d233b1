#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The emulated drive breaks the rules as it is told to, and the kernel notices.
# vm: bare
. "$(dirname "$0")/../lib.sh"

drive_image "$T/a.img" 16M vfat AAAA
drive_image "$T/b.img" 16M vfat BBBB

emu two --serial TWO --file "$T/a.img" --file "$T/b.img"
is "two LUNs are two disks" "$(wait_block "$(emu_dev two)" 20 2 | wc -l)" 2
emu_stop two

emu big --serial BIG --file "$T/a.img" --sector 4096
disk=$(wait_block "$(emu_dev big)")
is "sectors of 4096 bytes" "$(blockdev --getss "$disk")" 4096
emu_stop big

emu huge --serial HUGE --file "$T/a.img" --capacity 8589934592
disk=$(wait_block "$(emu_dev huge)")
is "a capacity of 4 TiB" "$(blockdev --getsize64 "$disk")" 4398046511104
emu_stop huge

emu cd --serial CD --file "$T/a.img" --cdrom
wait_for 20 test -e /dev/sr0
check "a CD-ROM" test -b /dev/sr0
emu_stop cd

emu swap --serial SWAP --file "$T/a.img" --swap "$T/b.img"
disk=$(wait_block "$(emu_dev swap)")
is "the first medium" "$(blkid -p -s LABEL -o value "${disk}1")" AAAA
emu_signal swap USR1
_label() { [ "$(blkid -p -s LABEL -o value "${disk}1")" = BBBB ]; }
check "another medium after a swap" wait_for 20 _label
emu_stop swap

emu early --serial EARLY --file "$T/a.img" --swap "$T/b.img" --swap-at READ_10:1 --swap-quiet
disk=$(wait_block "$(emu_dev early)")
check "the log says which medium a read came from" emu_log early '^scsi READ_10 .* medium=2'
emu_stop early

klog_mark
emu fail --serial FAIL --file "$T/a.img" --fail READ=3/11/0
check "medium errors reach the kernel" wait_for 20 klog_has 'Medium Error|I/O error'
emu_stop fail

emu vanish --serial VANISH --file "$T/a.img" --vanish READ_CAPACITY_10
dev=$(emu_dev vanish)
check "it can leave in the middle of a command" wait_for 20 emu_log vanish '^vanish at READ_CAPACITY_10'
check "and is gone" wait_for 20 test ! -e "$dev"
emu_stop vanish

emu tag --serial TAG --file "$T/a.img" --bad-tag INQUIRY:1
dev=$(emu_dev tag)
check "a wrong tag makes the kernel reset it" wait_for 40 emu_log tag '^ctrl (BOT_RESET|RESET)'
emu_stop tag

klog_mark
emu changed --serial CHANGED --file "$T/a.img" --bad-tag INQUIRY:1 --reset-iface 3:1:1
dev=$(emu_dev changed)
check "descriptors that change on a reset are noticed" wait_for 40 klog_has 'device firmware changed'
check "and the new interface is there" wait_for 40 test -e "$(iface "$dev" 1)"
emu_stop changed

emu slow --serial SLOW --file "$T/a.img" --delay INQUIRY=700
start=$(now_ms)
disk=$(wait_block "$(emu_dev slow)" 30)
check "a late answer is late" test $(($(now_ms) - start)) -ge 700
emu_stop slow

emu hang --serial HANG --file "$T/a.img" --hang INQUIRY
check "a command that is never answered" wait_for 20 emu_log hang '^scsi INQUIRY'
check_not "gives no disk" _has_block "$(emu_dev hang)"
