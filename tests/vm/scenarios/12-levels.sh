#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A classified drive works on a computer of its own or a higher level, and on no lower one.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up classified secret
trace_start
for level in confidential secret top-secret; do
        enrolled "$T/$level.img" --zone classified --level $level --serial "UZ-$level"
done
allowed_gadget "lower level" "$T/confidential.img" --serial UZ-confidential
allowed_gadget "equal level" "$T/secret.img" --serial UZ-secret
ledger_mark
blocked_gadget "higher level" level-too-high "$T/top-secret.img" --serial UZ-top-secret
check "recorded as critical" ledger_has '.reason == "level-too-high" and .severity == "critical"'
