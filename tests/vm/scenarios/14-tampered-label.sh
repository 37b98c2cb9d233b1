#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No field and no region of a label can be changed without being noticed.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up classified secret
trace_start
enrolled "$T/own.img" --zone classified --level confidential
allowed_gadget "untouched" "$T/own.img"
for change in level=secret not-after=2099-01-01T00:00:00Z not-before=2020-01-01T00:00:00Z \
        number=NB-FAKE holder=Other sequence=99 host=00112233445566778899aabbccddeeff; do
        cp "$T/own.img" "$T/bad.img"
        uztool relabel "$T/bad.img" $change unsigned=1
        blocked_gadget "changed ${change%%=*}" label-signature-invalid "$T/bad.img"
done
# one byte of each region, in both copies: version .. key id, label id, dates, identity, texts, hosts,
# padding, signature
for offset in 16 48 64 72 96 112 144 176 272 376 900 3900 3968 4031; do
        cp "$T/own.img" "$T/bad.img"
        uztool flip "$T/bad.img" $offset $((4096 + offset))
        trace_fresh
        gadget g --file "$T/bad.img"
        plug g
        dev=$(gadget_dev g)
        like "flipped byte $offset: blocked" "$(verdict "$dev")" '^block label-(signature-invalid|malformed|signer-unknown)$'
        check "flipped byte $offset: no driver" no_driver_bound_ever "$dev"
        gadget_remove g
done
cp "$T/own.img" "$T/bad.img"
uztool flip "$T/bad.img" 0 4096
blocked_gadget "magic flipped" no-label "$T/bad.img"
