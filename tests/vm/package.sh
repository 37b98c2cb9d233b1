#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The .deb on a clean Debian: installed beside a drive in use, set up, enforcing, upgraded beside a drive
# in use, removed, installed again, purged. Not a scenario of the rung, as it needs built packages:
# `make check-deb-vm`.
repo=$(cd "$(dirname "$0")/../.." && pwd)
VM_NAME=${VM_NAME:-package}
. "$repo/tests/vm/host.sh"

shopt -s nullglob
debs=("$repo"/build/deb/usbzone_*.deb)
[ "${#debs[@]}" -eq 1 ] || die "build the packages first: make deb"
work=$VM_DIR/package
rm -rf "$work"
mkdir -p "$work"
# The next version: the same files, what an upgrade does to them is what counts.
next_version() {
        dpkg-deb -R "$1" "$work/next" || return
        sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control" || return
        dpkg-deb --root-owner-group -Zgzip -z1 -b "$work/next" "$2" >/dev/null
}
cp "${debs[0]}" "$work/first.deb"
next_version "$work/first.deb" "$work/next.deb" || die "cannot make the next version"

up
vm push "$work/first.deb" "$work/next.deb" /root || die "cannot copy the packages"
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
install_product() { die "the product is to come from the package"; }
state() { systemctl is-enabled usbzoned.service; systemctl is-active usbzoned.service; }
defaults() { sort -u /sys/bus/usb/devices/usb*/interface_authorized_default; }
in_use() { echo more >>/media/uz/file && sync && [ -b "$1" ] && mountpoint -q /media/uz; }

check_not "beside usbguard it does not install" dpkg -i /root/first.deb
dpkg --purge usbzone usbguard >/dev/null 2>&1
drive_image "$T/before.img" 16M vfat
gadget g --file "$T/before.img" --serial BEFORE
plug g 0
disk=$(wait_block "$(gadget_dev g)")
mount_drive "$disk" /media/uz

# --- installed: nothing changes
check "installed" dpkg -i /root/first.deb
is "it does nothing yet" "$(state | tr '\n' ' ')" "disabled inactive "
check "the drive in use is in use" in_use "$disk"
umount /media/uz
unplug g
plug g 0
check "a drive plugged in is let in" wait_block "$(gadget_dev g)"
gadget_remove g

# --- set up: observing, then enforcing
check "set up" usbzonectl setup --zone internal --name packaged --yes
is "it observes" "$(usbzonectl mode)" observe
is "and is there at each boot" "$(state | tr '\n' ' ')" "enabled active "
enrolled "$T/own.img"
gadget g --file "$T/own.img"
plug g 0
allowed "own drive" "$(gadget_dev g)"
check "enforce" usbzonectl mode enforce --reason "the drives are enrolled"
gadget f --file "$T/before.img" --serial BEFORE
plug f 1
is "foreign drive" "$(verdict "$(gadget_dev f)")" "block no-label"
unplug f
mount_drive "$DISK" /media/uz

# --- upgraded, with a drive in use
ledger_mark
keys=$(sha256sum /etc/usbzone/* 2>/dev/null)
check "upgraded" dpkg -i /root/next.deb
check "the daemon is back" wait_for 60 busctl --quiet introspect org.usbzone1 /org/usbzone1
is "still enforcing" "$(usbzonectl mode)" enforce
is "what it trusts is as it was" "$(sha256sum /etc/usbzone/* 2>/dev/null)" "$keys"
is "stopped and started, and said so" "$(ledger_since | jq -r .kind | grep -E '^(stop|start)$' | tr '\n' ' ')" "stop start "
is "the own drive's verdict" "$(verdict "$(gadget_dev g)")" "allow ok"
check "it is in use still" in_use "$DISK"
plug f 1
is "foreign drive, after the upgrade" "$(verdict "$(gadget_dev f)")" "block no-label"
check_not "it has no disk" _has_block "$(gadget_dev f)"
is "the defaults are closed" "$(defaults)" 0
unplug f

# --- removed: the kernel's own ways again
ledger_mark
check "removed" dpkg -r usbzone
check "it is in the ledger" ledger_has '.kind == "uninstalled"'
is "the defaults are open" "$(defaults)" 1
check "the drive in use is in use" in_use "$DISK"
umount /media/uz
gadget_remove g
plug f 1
check "a foreign drive is let in" wait_block "$(gadget_dev f)"
unplug f

# --- and back: it was set up before
check "installed again" dpkg -i /root/next.deb
is "it runs" "$(state | tr '\n' ' ')" "enabled active "
is "and enforces" "$(usbzonectl mode)" enforce
plug f 1
is "foreign drive" "$(verdict "$(gadget_dev f)")" "block no-label"
unplug f
check "the evidence is whole" usbzonectl verify
check "purged" dpkg --purge usbzone
check_not "what it trusted is gone" test -e /etc/usbzone/authority.keys
is "the evidence is there: both removals" "$(ledger | grep -c '"kind":"uninstalled"')" 2
plug f 1
check "a foreign drive is let in" wait_block "$(gadget_dev f)"
EOF
