#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run before the files are removed: stops the guard and opens what it had closed. Keys, policy and
# ledger stay.
set -eu

[ -d /run/systemd/system ] || exit 0
# Into the ledger, while there is somebody to write it; the end of the daemon is a record of its own.
busctl --timeout=10 call org.usbzone1 /org/usbzone1 org.usbzone1.Manager Record 'sa{ss}' \
        uninstalled 1 note 'the kernel defaults are put back' >/dev/null 2>&1 ||
        logger -t usbzone -p auth.warning 'usbzone is removed; no daemon was there to record it' || :
systemctl --global disable --quiet usbzone-notice.service 2>/dev/null || :
# Stopped first: a running guard takes a unit that is disabled for tampering.
systemctl stop --quiet usbzoned.service 'usbzone-pick-up@*.service' 2>/dev/null || :
systemctl disable --quiet usbzoned.service 2>/dev/null || :
# The rules are still there until the files go: the key list aside, they let everything pass.
for hub in /sys/bus/usb/devices/usb*/interface_authorized_default; do
        [ ! -e "$hub" ] || echo 1 >"$hub"
done
for interface in /sys/bus/usb/devices/*:*/authorized; do
        [ -e "$interface" ] || continue
        [ "$(cat "$interface")" = 0 ] || continue
        echo 1 >"$interface"
        name=${interface%/authorized}
        echo "${name##*/}" >/sys/bus/usb/drivers_probe || :
done
