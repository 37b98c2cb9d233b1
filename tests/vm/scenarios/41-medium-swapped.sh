#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The medium or the device is changed after the check: the kernel's first look finds it out.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img" --serial SWAP
cp "$T/own.img" "$T/evil.img"
dd if=/dev/zero of="$T/evil.img" bs=4096 seek=240 count=2 conv=notrunc status=none

# Swapped while in use (card reader).
trace_fresh
gadget g --file "$T/own.img" --serial SWAP
plug g
dev=$(gadget_dev g)
allowed "own medium" "$dev"
gadget_file g "$T/evil.img"
blockdev --rereadpt "$DISK" 2>/dev/null
check "another medium: cut" verdict_becomes "$dev" "block medium-swapped" 20
check "its disk is gone" wait_not 10 _has_block "$dev"
gadget_remove g

# Shows a good label to the first reader and something else to the kernel.
emu liar --serial SWAP --file "$T/own.img" "${EMU_LIKE[@]}" --swap "$T/evil.img" --swap-at READ_10:2 --swap-quiet
dev=$(emu_dev liar)
wait_dev "$dev"
is "a drive that lies to the second reader" "$(verdict "$dev" 40)" "block medium-swapped"
check "its disk is gone" wait_not 10 _has_block "$dev"
check "recorded as critical" ledger_has '.reason == "medium-swapped" and .severity == "critical"'
emu_stop liar
emu honest --serial SWAP --file "$T/own.img" "${EMU_LIKE[@]}"
dev=$(emu_dev honest)
wait_dev "$dev"
is "the honest one" "$(verdict "$dev")" "allow ok"
emu_stop honest
