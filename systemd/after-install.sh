#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run by `make install` and by the package: makes the running system know what was installed.
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

if have systemd-sysusers; then systemd-sysusers usbzone.conf || :; fi
if have systemd-tmpfiles; then systemd-tmpfiles --create usbzone.conf || :; fi
if have journalctl; then journalctl --update-catalog >/dev/null 2>&1 || :; fi
# Nothing more to do on a system that is not running (a chroot, an image being built).
[ -d /run/systemd/system ] || exit 0
udevadm control --reload
systemctl daemon-reload
systemctl reload dbus.service 2>/dev/null || :
systemctl enable --quiet usbzoned.service
systemctl --global enable --quiet usbzone-notice.service || :
if [ -e /etc/usbzone/authority.keys ]; then
        systemctl restart usbzoned.service
else
        echo 'usbzone is installed and does nothing yet. Next: usbzonectl setup'
fi
