#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Observe mode decides, records and lets pass, also with the daemon down; enforcing then blocks.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
check "mode observe" usbzonectl mode observe --reason "trial"
ledger_mark
trace_fresh
gadget g --file "$T/plain.img" --serial OBSERVED
plug g
dev=$(gadget_dev g)
wait_dev "$dev"
is "no label, observed: passes" "$(verdict "$dev")" "allow no-label"
DISK=$(wait_block "$dev")
check "it mounts" mount_drive "$DISK" /media/uz
umount /media/uz
journalctl --sync
is "history: the identity from the kernel's lines is the daemon's, and on no whitelist" \
        "$(usbzonectl history --json 2>/dev/null |
                jq -r '.[] | select(.serial == "OBSERVED") | .identity + " " + .whitelist')" \
        "$(uz_property "$dev" Identity) not-listed"
is "what was decided is told" "$(uz_property "$dev" Verdict) $(uz_property "$dev" Observed)" "block true"
check "recorded as a block that was not enforced" ledger_has \
        '.kind == "verdict" and .verdict == "block" and .effect == "allow" and .mode == "observe"'
gadget_remove g

enrolled "$T/other.img" --zone internet --serial STRAY --number NB-STRAY
trace_fresh
gadget o --file "$T/other.img" --serial STRAY
plug o
check "a drive of another zone, observed: the disk appears" wait_block "$(gadget_dev o)"
gadget_remove o
journalctl --sync
out=$(usbzonectl history 2>/dev/null)
like "history: it stands there with its zone and number" "$out" 'STRAY +internet NB-STRAY'
like "history: and that it was used here" "$out" '[1-9][0-9]* w[a-z]+ used here .*of another zone'

gadget c --file "$T/plain.img" --hid
plug c
dev=$(gadget_dev c)
check "storage and keyboard, observed: the disk appears" wait_block "$dev"
check "storage and keyboard, observed: the keyboard works" wait_for 20 bound "$dev" 1
gadget_remove c

usbzone_stop
trace_fresh
gadget g --file "$T/plain.img"
plug g
check "observe mode, daemon down: passes" wait_block "$(gadget_dev g)"
gadget_remove g
usbzone_start

check "mode enforce" usbzonectl mode enforce --reason "trial over"
check "the change is recorded" ledger_has '.kind == "mode"'
blocked_gadget "enforcing" no-label "$T/plain.img"
