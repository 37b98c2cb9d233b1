#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may do what: users see, only the right group acts, and with no polkit nobody but root does.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
for u in plain admin security audit; do
        id uz-$u >/dev/null 2>&1 || useradd -m uz-$u
done
usermod -G usbzone-admin uz-admin
usermod -G usbzone-security uz-security
usermod -G usbzone-audit uz-audit
as() { local u=$1; shift; sudo -u "uz-$u" -- "$@"; }
drive_image "$T/plain.img" 16M vfat
trace_fresh
gadget g --file "$T/plain.img"
plug g
dev=$(gadget_dev g)
verdict "$dev" >/dev/null
nr=$(uz_property "$dev" Number)
check "a user sees why" sh -c "sudo -u uz-plain usbzonectl explain $nr | grep -q no-label"
check "a user sees the status" as plain usbzonectl status
check_not "a user cannot grant" as plain usbzonectl allow "$nr" --for 1h --reason x
as plain usbzonectl mode observe --reason x
is "and is told: not permitted" $? 4
check_not "the admin cannot grant" as admin usbzonectl allow "$nr" --for 1h --reason x
check_not "the auditor cannot set the mode" as audit usbzonectl mode observe --reason x
check_not "a user cannot read the ledger" as plain usbzonectl log
check "the auditor can" as audit usbzonectl log
check "the auditor can verify" as audit usbzonectl verify
check "security grants" as security usbzonectl allow "$nr" --for 1h --reason "needed"
check "granted" verdict_becomes "$dev" "allow granted"
check "the admin sets the mode" as admin usbzonectl mode observe --reason x
check "and back" as admin usbzonectl mode enforce --reason x
gadget_remove g
[ "$failed" -eq 0 ] || note "$(journalctl -q -b -u polkit.service -o short-monotonic --no-pager | tail -n 20)"
systemctl stop polkit.service
systemctl mask --runtime polkit.service 2>/dev/null
check_not "without polkit the admin cannot" as admin usbzonectl mode observe --reason x
check "root can" usbzonectl mode enforce --reason x
systemctl unmask --runtime polkit.service 2>/dev/null
