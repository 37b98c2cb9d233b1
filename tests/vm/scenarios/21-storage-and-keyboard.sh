#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Storage with a keyboard in it is blocked as a whole; a keyboard alone and a stick alone are not.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
ledger_mark
trace_fresh
gadget g --file "$T/own.img" --hid
plug g
dev=$(gadget_dev g)
blocked "storage and keyboard" "$dev" device-composite
check_not "the keyboard is not bound either" bound "$dev" 1
gadget_remove g
trace_fresh
gadget g --hid --file "$T/own.img"
plug g
blocked "keyboard and storage" "$(gadget_dev g)" device-composite
gadget_remove g
check "recorded as critical" ledger_has '.reason == "device-composite" and .severity == "critical"'
allowed_gadget "the stick alone" "$T/own.img"
gadget k --hid
plug k
check "the keyboard alone is bound" wait_for 20 bound "$(gadget_dev k)"
