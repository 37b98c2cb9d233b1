#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A drive with no label is blocked; the policy of an internet computer may let it pass.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internet
trace_start
drive_image "$T/plain.img" 16M vfat
drive_image "$T/blank.img" 16M blank
blocked_gadget "no label" no-label "$T/plain.img"
blocked_gadget "no partition table either" no-label "$T/blank.img"

sed '/^$/,$d' /etc/usbzone/policy >"$T/draft"
sed -i 's/^version = .*/version = 50/; /^rule = internet none/d' "$T/draft"
echo 'rule = internet none allow' >>"$T/draft"
uztool sign-policy "$T/draft"
check "reload" usbzonectl reload
allowed_gadget "no label, policy allows" "$T/plain.img"
