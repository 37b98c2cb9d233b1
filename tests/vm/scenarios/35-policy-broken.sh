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

# One for a newer usbzone, signed by the right key.
sed '/^$/,$d; s/^version = .*/version = 90/' /etc/usbzone/policy >"$T/draft"
at=$(($(wc -l <"$T/draft") + 1))
echo 'needs = 999.0' >>"$T/draft"
cp -a /etc/usbzone "$T/newer"
USBZONE_ETC_DIR=$T/newer uztool sign-policy "$T/draft"
version=$(usbzonectl status --json | jq -r .policy_version)
out=$(usbzonectl policy install "$T/newer/policy" 2>&1)
is "a policy that needs a newer usbzone is not installed" "$?" 1
like "line and column are named" "$out" "line $at, column 9: .*needs usbzone 999\.0 or newer"
ledger_mark
cp "$T/newer/policy" /etc/usbzone/policy
out=$(usbzonectl reload 2>&1)
is "put there by hand, it is not loaded" "$?" 1
like "for the same reason" "$out" "line $at, column 9: .*needs usbzone 999\.0 or newer"
check "which the ledger tells" ledger_has \
        ".kind == \"policy-refused\" and (.message | contains(\"needs usbzone 999.0\"))"
is "the version in force is the one before" "$(usbzonectl status --json | jq -r .policy_version)" "$version"
allowed_gadget "the own drive under it" "$T/own.img"
cp "$T/etc/policy" /etc/usbzone/policy
check "reload takes the old one again" usbzonectl reload

# Rolled back to an older version
enrolled "$T/newer.img" --serial UZ-NEWER
usbzone_stop
cp -a "$T"/etc/. /etc/usbzone/
usbzone_start
blocked_gadget "an older policy put back" policy-invalid "$T/own.img"
