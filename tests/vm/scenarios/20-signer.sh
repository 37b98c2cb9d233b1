#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A label signed by an unknown key, or by a key of another purpose, is refused.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
uztool keygen "$T/nobody.pem"
cp "$T/own.img" "$T/bad.img"
uztool relabel "$T/bad.img" key="$T/nobody.pem"
blocked_gadget "unknown signer" label-signer-unknown "$T/bad.img"
for purpose in policy host root; do
        cp "$T/own.img" "$T/bad.img"
        uztool relabel "$T/bad.img" purpose=$purpose
        blocked_gadget "signed by the $purpose key" label-purpose-wrong "$T/bad.img"
done
cp "$T/own.img" "$T/good.img"
uztool relabel "$T/good.img" number=NB-AGAIN
allowed_gadget "signed again by the label key" "$T/good.img"
