#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A label copied to a drive with another serial, size or model is refused.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
allowed_gadget "the drive it was made for" "$T/own.img"
ledger_mark
blocked_gadget "another serial" identity-mismatch "$T/own.img" --serial UZ0002
blocked_gadget "no serial" identity-mismatch "$T/own.img" --serial ''
blocked_gadget "another vendor" identity-mismatch "$T/own.img" --vid 0x1234
blocked_gadget "another product" identity-mismatch "$T/own.img" --pid 0x0002
trace_fresh
gadget g --file "$T/own.img" --inquiry 'Other   Disk            0100'
plug g
blocked "another model" "$(gadget_dev g)" identity-mismatch
gadget_remove g
cp "$T/own.img" "$T/larger.img"
truncate -s 24M "$T/larger.img"
blocked_gadget "another size" identity-mismatch "$T/larger.img"
check "recorded as critical" ledger_has '.reason == "identity-mismatch" and .severity == "critical"'
allowed_gadget "another firmware version is the same drive" "$T/own.img" --bcd 0x0200
