#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two drives plugged at once each get their own verdict.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
drive_image "$T/plain.img" 16M vfat
for round in 1 2 3; do
        gadget a --file "$T/own.img"
        gadget b --file "$T/plain.img" --serial PLAIN
        plug a 0
        plug b 1
        dev=$(gadget_dev b)
        allowed "round $round: own" "$(gadget_dev a)"
        blocked "round $round: foreign" "$dev" no-label
        gadget_remove a
        gadget_remove b
done
