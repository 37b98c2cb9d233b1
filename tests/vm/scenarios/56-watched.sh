#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What somebody does to the guard itself is in the ledger: masked, its rules masked, the clock set; what
# happens again and again is counted; and the auditor's word on a violation is a record too.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
unit=/etc/systemd/system/usbzoned.service
rules=/etc/udev/rules.d/10-usbzone.rules
at_end rm -f "$unit" "$rules"

# --- the guard's own files, by the tools an administrator has
ledger_mark
systemctl mask usbzoned.service 2>/dev/null
check "a masked unit is recorded while the guard runs" wait_for 20 ledger_has \
        '.kind == "tamper" and .what == "unit-masked" and .file == "/etc/systemd/system/usbzoned.service"'
check "and doctor names it" sh -c 'usbzonectl doctor --json | grep -q unit-masked'
systemctl unmask usbzoned.service 2>/dev/null
ledger_mark
ln -s /dev/null "$rules"
check "masked rules are recorded" wait_for 20 ledger_has \
        '.kind == "tamper" and .what == "rules-masked" and .file == "/etc/udev/rules.d/10-usbzone.rules"'
rm -f "$rules"
ledger_mark
systemctl mask --now --runtime usbzoned.service 2>/dev/null
check "masked and stopped in one breath: it is recorded" ledger_has '.kind == "tamper" and .what == "unit-masked"'
is "the last record is the stop" "$(ledger | tail -n 1 | jq -r .kind)" stop
systemctl unmask --runtime usbzoned.service 2>/dev/null
usbzone_start

# --- the clock, forth and back
ledger_mark
date -s "@$(($(date +%s) + 7200))" >/dev/null
check "the clock set forward is recorded" wait_for 90 ledger_has '.kind == "clock-set" and .step > 7000'
date -s "@$(($(date +%s) - 7200))" >/dev/null
check "the clock set back is recorded" wait_for 90 ledger_has '.kind == "clock-set" and .step < -7000'

# --- the same drive, tried again and again
drive_image "$T/plain.img" 16M vfat
ledger_mark
for _ in 1 2 3 4; do
        gadget g --file "$T/plain.img" --serial AGAIN
        plug g 0
        is "blocked" "$(verdict "$(gadget_dev g)")" "block no-label"
        gadget_remove g
done
is "four tries, one verdict in full" \
        "$(ledger_since | jq -c 'select(.kind == "verdict" and .serial == "AGAIN")' | wc -l)" 1
check "and one record that counts the other three" wait_for 90 ledger_has \
        '.kind == "repeated" and .of == "verdict" and .serial == "AGAIN" and .times == 3'
seq=$(ledger_since | jq -r 'select(.kind == "verdict" and .serial == "AGAIN").seq')
check "its number is that of the first" ledger_has ".kind == \"repeated\" and .record == $seq"

# --- the auditor's word
for u in plain audit security; do
        id uz-$u >/dev/null 2>&1 || useradd -m uz-$u
done
usermod -G usbzone-audit uz-audit
usermod -G usbzone-security uz-security
as() { local u=$1; shift; sudo -u "uz-$u" -- "$@"; }
check_not "a user cannot" as plain usbzonectl finding add "$seq" --text x
check_not "who grants cannot" as security usbzonectl finding add "$seq" --text x
check "the auditor acknowledges the violation" as audit usbzonectl acknowledge "$seq" --text "seen"
check "the auditor records a finding" as audit usbzonectl finding add "$seq" --text "left lying about" --due 7d
check "in the auditor's name" ledger_has ".kind == \"finding\" and .record == $seq and (.who | startswith(\"uz-audit\"))"
check "it is listed as open" sh -c 'sudo -u uz-audit usbzonectl finding list | grep -q "left lying about"'
number=$(ledger_since | jq -r 'select(.kind == "finding").seq')
check "and closed" as audit usbzonectl finding close "$number" --text "taken away"
check_not "and open no more" sh -c 'sudo -u uz-audit usbzonectl finding list | grep -q "left lying about"'
check "the evidence is whole" as audit usbzonectl verify
