#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Import from a drive of another zone: only read, only with an approval number, only for the time the
# policy of this zone says; and drives without a label that must at least be listed.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

# sections VERSION LINE...: the policy of the beginning with these lines behind it.
sections() {
        sed '/^—/,$d; s/^version = .*/version = '"$1"'/' "$T/policy.before" >"$T/draft"
        shift
        printf '%s\n' "$@" >>"$T/draft"
        check "a policy with sections" usbzonectl policy sign "$T/draft" --out "$T/signed"
        check "in force" usbzonectl policy install "$T/signed"
}

product_up internal
enrolled "$T/net.img" --zone internet --serial NET
cp /etc/usbzone/policy "$T/policy.before"
image_mount "$T/net.img" /media/uz
echo 'to be imported' >/media/uz/in.txt
umount /media/uz
sections 80 '[internal]' 'grant = internet read-only 30s approval' 'grant = none block' \
        'notice = Files come in through room 12.' 'notice[zh_CN] = 文件请经12室导入。' '[internet]' 'grant = internet allow'

sum=$(sha256sum <"$T/net.img")
trace_start
trace_fresh
gadget g --file "$T/net.img" --serial NET
plug g
dev=$(gadget_dev g)
blocked "a drive of the internet zone" "$dev" zone-mismatch
nr=$(uz_property "$dev" Number)
like "the user is told how" "$(usbzonectl explain "$nr")" 'Notice +Files come in through room 12\.'
like "in his language" "$(LANGUAGE=zh_CN LC_ALL=C.UTF-8 usbzonectl explain "$nr")" '文件请经12室导入。'
out=$(usbzonectl allow "$nr" --for 30s --reason import --approval 2026-17 2>&1)
is "writing is refused" "$?" 3
like "and the line that says so" "$out" 'line [0-9]+.*read-only'
out=$(usbzonectl allow "$nr" --for 30s --read-only --reason import 2>&1)
is "without an approval number: refused" "$?" 3
like "and what is missing" "$out" 'approval number'
check_not "for longer: refused" usbzonectl allow "$nr" --for 31s --read-only --reason import --approval 2026-17
is "still blocked" "$(verdict "$dev")" "block zone-mismatch"
ledger_mark
check "read-only, approved, 30 s" usbzonectl allow "$nr" --for 30s --read-only --reason import --approval 2026-17
check "read-only" verdict_becomes "$dev" "read-only granted"
DISK=$(wait_block "$dev")
check "it mounts" mount_drive "$DISK" /media/uz
is "the file comes in" "$(cat /media/uz/in.txt)" 'to be imported'
check_not "nothing goes out" sh -c 'echo x >/media/uz/out'
check_not "not by the disk either" dd if=/dev/zero of="$DISK" bs=512 count=1 conv=fsync
check "the number is in the ledger" ledger_has '.kind == "grant" and .approval == "2026-17" and .verdict == "read-only"'
check "cut when its time is over" verdict_becomes "$dev" "block zone-mismatch" 60
umount -l /media/uz
gadget_remove g
is "not a byte was changed" "$(sha256sum <"$T/net.img")" "$sum"

drive_image "$T/plain.img" 16M vfat
trace_fresh
gadget g --file "$T/plain.img" --serial PLAIN
plug g
dev=$(gadget_dev g)
blocked "a drive without a label" "$dev" no-label
out=$(usbzonectl allow "$(uz_property "$dev" Number)" --for 10s --read-only --reason why --approval 1 2>&1)
is "gets no exception at all" "$?" 3
like "and why" "$out" 'no exception'
gadget_remove g

# A policy that is changed while an exception is in use: it is cut at once.
sections 81
trace_fresh
gadget g --file "$T/net.img" --serial NET
plug g
dev=$(gadget_dev g)
blocked "plugged in again" "$dev" zone-mismatch
check "with a policy that says nothing anything can be granted" \
        usbzonectl allow "$(uz_property "$dev" Number)" --for 1h --reason why
check "allowed" verdict_becomes "$dev" "allow granted"
sections 82 'grant = internet block'
check "the exception counts no more" verdict_becomes "$dev" "block zone-mismatch"
like "and why" "$(usbzonectl explain "$(uz_property "$dev" Number)")" 'lets none be for such a drive'
gadget_remove g
