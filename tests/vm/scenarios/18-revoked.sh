#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A revoked drive is blocked, also one that is plugged in and mounted.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/a.img" --serial UZ-A --number NB-A
enrolled "$T/b.img" --serial UZ-B --number NB-B
gadget a --file "$T/a.img" --serial UZ-A
plug a
allowed "before" "$(gadget_dev a)"
dev=$(gadget_dev a)
mount_drive "$DISK" /media/uz
check "revoke" usbzonectl revoke NB-A --reason "lost and found again"
check "blocked while mounted" verdict_becomes "$dev" "block revoked"
check "its disk is gone" wait_not 10 test -e "$DISK"
umount -l /media/uz
gadget_remove a
gadget a --file "$T/a.img" --serial UZ-A
plug a
is "revoked, plugged in again" "$(verdict "$(gadget_dev a)")" "block revoked"
gadget_remove a
allowed_gadget "another drive goes on working" "$T/b.img" --serial UZ-B
check "the revocation is in the ledger" ledger_has '.kind == "revoked"'
