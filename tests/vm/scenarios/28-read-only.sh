#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Read-only means that no write reaches the drive, by any way user space has.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
sed '/^$/,$d' /etc/usbzone/policy >"$T/draft"
sed -i "s/^version = .*/version = 70/; /^rule = internal internal/d" "$T/draft"
echo 'rule = internal internal read-only' >>"$T/draft"
cp /etc/usbzone/policy "$T/policy.rw"
uztool sign-policy "$T/draft"
check "reload" usbzonectl reload

sum=$(sha256sum <"$T/own.img")
trace_fresh
gadget g --file "$T/own.img"
plug g
dev=$(gadget_dev g)
wait_dev "$dev"
is "read-only" "$(verdict "$dev")" "read-only ok"
DISK=$(wait_block "$dev")
is "BLKROGET of the disk" "$(blockdev --getro "$DISK")" 1
udevadm wait --timeout=20 "${DISK}1"
is "BLKROGET of the partition" "$(blockdev --getro "${DISK}1")" 1
check "it mounts" mount_drive "$DISK" /media/uz
check_not "a write fails" sh -c 'echo x >/media/uz/x'
check_not "remount rw fails" mount -o remount,rw /media/uz
check_not "a raw write fails" dd if=/dev/zero of="$DISK" bs=512 count=1 conv=fsync
check_not "a raw write to the partition fails" dd if=/dev/zero of="${DISK}1" bs=512 count=1 conv=fsync
umount /media/uz
gadget_remove g
is "not a byte was changed" "$(sha256sum <"$T/own.img")" "$sum"

sed -i 's/internal internal read-only/internal internal allow/; s/^version = .*/version = 71/' "$T/draft"
uztool sign-policy "$T/draft"
check "reload" usbzonectl reload
trace_fresh
gadget g --file "$T/own.img"
plug g
allowed "allowed again" "$(gadget_dev g)"
check "a write works then" dd if=/dev/zero of="$DISK" bs=512 seek=30000 count=1 conv=fsync
