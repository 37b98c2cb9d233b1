#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A label survives the loss of either copy, and not of both.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
zero() { dd if=/dev/zero of="$T/torn.img" bs=512 seek=$((1920 + $1 * 8)) count="$2" conv=notrunc status=none; }
for copy in 0 1; do
        cp "$T/own.img" "$T/torn.img"
        zero $copy 8
        allowed_gadget "copy $copy wiped" "$T/torn.img"
        cp "$T/own.img" "$T/torn.img"
        zero $copy 3
        allowed_gadget "copy $copy torn after 3 sectors" "$T/torn.img"
done
cp "$T/own.img" "$T/torn.img"
zero 0 16
blocked_gadget "both wiped" no-label "$T/torn.img"
cp "$T/own.img" "$T/torn.img"
# The last sector, with the signature, never got there.
dd if=/dev/zero of="$T/torn.img" bs=512 seek=1927 count=1 conv=notrunc status=none
dd if=/dev/zero of="$T/torn.img" bs=512 seek=1935 count=1 conv=notrunc status=none
blocked_gadget "both torn" label-signature-invalid "$T/torn.img"
