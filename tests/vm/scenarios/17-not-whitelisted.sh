#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A drive with a good label that is not on the whitelist is blocked.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/listed.img" --serial UZ-LISTED
enrolled "$T/other.img" --serial UZ-OTHER --no-whitelist
allowed_gadget "listed" "$T/listed.img" --serial UZ-LISTED
blocked_gadget "not listed" not-whitelisted "$T/other.img" --serial UZ-OTHER
