#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The two-person rule: a drive with one signature stays shut until a second key has signed its label,
# through the daemon, while the drive is plugged in and blocked.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
check "a second label key" usbzonectl authority issue-key label --out "$T/second.pem" --no-passphrase
check "its list is installed" usbzonectl policy install /etc/usbzone/authority/authority.keys
enrolled "$T/before.img" --serial BEFORE
sed '/^$/,$d; s/^version = .*/version = 50/' /etc/usbzone/policy >"$T/draft"
echo 'two-signatures = internal' >>"$T/draft"
check "a policy that wants two" usbzonectl policy sign "$T/draft" --out "$T/signed"
check "in force" usbzonectl policy install "$T/signed"
second=$(usbzonectl authority show --json | jq -r '[.keys[] | select(.purpose == "label") | .id][1]')

trace_start
trace_fresh
gadget g --file "$T/before.img" --serial BEFORE
plug g
dev=$(gadget_dev g)
blocked "a label of before, with one signature" "$dev" label-one-signature
mapfile -t label < <(od -An -v -w1 -tu1 -j $((960 * 1024)) -N 4096 "$T/before.img" | tr -d ' ')
like "nor does the daemon write such a one" \
        "$(busctl call org.usbzone1 "/org/usbzone1/drive/$(uz_property "$dev" Number)" org.usbzone1.Drive WriteLabel ay 4096 "${label[@]}" 2>&1)" \
        'label-one-signature'
gadget_remove g
drive_image "$T/two.img" 32M vfat
trace_fresh
gadget g --file "$T/two.img" --serial TWO
plug g
dev=$(gadget_dev g)
blocked "fresh drive" "$dev" no-label
nr=$(uz_property "$dev" Number)
out=$(usbzonectl enroll "$nr" --number NB-200 --holder Li --unit Office 2>&1)
is "one key alone is refused" "$?" 3
like "and both ways are told" "$out" '--second-key.*--cosigner'
check "the first person signs" usbzonectl enroll "$nr" --number NB-200 --holder Li --unit Office --cosigner "$second"
check "the drive stays blocked" verdict_becomes "$dev" "block label-one-signature"
check "no driver was bound by that" no_driver_bound_ever "$dev"
cp "$T/two.img" "$T/half.img"
like "explain names the key that is missing" "$(usbzonectl explain "$nr")" "key ${second:0:16} has not signed"
check_not "the first key does not sign twice" usbzonectl label cosign "$nr" --yes
ledger_mark
check "the second person signs" usbzonectl label cosign "$nr" --key "$T/second.pem" --yes
check "allowed at once" verdict_becomes "$dev" "allow ok"
check "in the ledger" ledger_has ".kind == \"cosigned\" and .second_key == \"$second\" and .media_number == \"NB-200\""
unplug g
plug g
dev=$(gadget_dev g)
allowed "plugged in again" "$dev"
check "it mounts" mount_drive "$DISK" /media/uz
umount /media/uz
gadget_remove g

uztool flip "$T/two.img" 4095 8191
blocked_gadget "second signature altered" label-signature-invalid "$T/two.img" --serial TWO
blocked_gadget "second signature taken away" label-one-signature "$T/half.img" --serial TWO
