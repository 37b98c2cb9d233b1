#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Policy missing, unreadable, altered, of the wrong owner, expired: blocked with the reason, never open.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
cp -a /etc/usbzone "$T/etc"
broken() {
        local text=$1 reason=$2
        usbzone_stop
        eval "$3"
        usbzone_start
        trace_sync
        blocked_gadget "$text" "$reason" "$T/own.img"
        check "$text: status names it" sh -c "usbzonectl status | grep -q '${4:-/etc/usbzone}'"
        rm -rf /etc/usbzone /var/lib/usbzone/policy-version
        cp -a "$T/etc" /etc/usbzone
}
broken "policy missing" policy-missing 'rm /etc/usbzone/policy'
broken "policy of another owner" policy-invalid 'chown nobody /etc/usbzone/policy'
broken "policy writable by others" policy-invalid 'chmod 666 /etc/usbzone/policy'
broken "policy is a symlink" policy-invalid 'mv /etc/usbzone/policy /root/p; ln -s /root/p /etc/usbzone/policy'
broken "policy altered" policy-invalid 'sed -i "s/^whitelist-required = yes/whitelist-required = no/; s/^version = .*/version = 99/" /etc/usbzone/policy'
broken "policy empty" policy-invalid ': >/etc/usbzone/policy'
broken "whitelist altered" policy-invalid 'printf x | dd of="$(echo /etc/usbzone/whitelist-*.uzw)" bs=1 seek=100 conv=notrunc status=none'
broken "whitelist missing" policy-invalid 'rm /etc/usbzone/whitelist-*.uzw'
broken "credential missing" policy-missing 'rm /etc/usbzone/host.credential'
broken "policy expired" policy-expired 'sed "/^\$/,\$d" /etc/usbzone/policy | sed "s/^version = .*/version = 80/; /^expires/d; \$a expires = 2020-01-01T00:00:00Z" >$T/draft; uztool sign-policy "$T/draft"' expired
usbzone_stop
usbzone_start
allowed_gadget "whole again" "$T/own.img"

# A bad policy does not replace a good one.
printf 'nonsense\n' >>/etc/usbzone/policy
check_not "reload refuses it" usbzonectl reload
allowed_gadget "the old policy stays" "$T/own.img"
cp "$T/etc/policy" /etc/usbzone/policy
check "reload takes the good one" usbzonectl reload
# Rolled back to an older version
enrolled "$T/newer.img" --serial UZ-NEWER
usbzone_stop
cp -a "$T"/etc/. /etc/usbzone/
usbzone_start
blocked_gadget "an older policy put back" policy-invalid "$T/own.img"
