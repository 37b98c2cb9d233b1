#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A clock that is set back makes no expired label valid again, one without battery makes none invalid, and
# one set forward by mistake and back is as before. Who may takes the clock as right.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

floor=/var/lib/usbzone/time-floor
days=864000
by() { date -s "@$(($(date +%s) + $1))" >/dev/null; }
moved=0
# move SECONDS: sets the clock by so much; at the end it is where it was.
move() { by "$1"; moved=$((moved + $1)); }
# shellcheck disable=SC2016 # at the end
at_end eval 'by $((-moved)); usbzonectl clock accept --reason "as it was" >/dev/null'
# The computer starts again, as far as the daemon can tell, with the clock set by SECONDS meanwhile.
new_boot() {
        usbzone_stop
        move "$1"
        sed -i "s/^boot = .*/boot = $(printf '%032d' $RANDOM)/" "$floor"
        usbzone_start
}
plugged() { gadget g --file "$1" && plug g && wait_dev "$(gadget_dev g)"; }
number() { uz_property "$(gadget_dev g)" Number; }
for u in plain security; do
        id uz-$u >/dev/null 2>&1 || useradd -m uz-$u
done
usermod -G usbzone-security uz-security
as() { local u=$1; shift; sudo -u "uz-$u" -- "$@"; }

product_up internal
enrolled "$T/endless.img"
cp "$T/endless.img" "$T/ends.img"
uztool relabel "$T/ends.img" not-after="$(date -u -d '+5 days' +%Y-%m-%dT00:00:00Z)"

# --- set forward by mistake, and back
plugged "$T/ends.img"
is "valid for five days: allowed" "$(verdict "$(gadget_dev g)")" "allow ok"
move $days
check "the clock set forward: expired, though in use" verdict_becomes "$(gadget_dev g)" "block label-expired"
move -$days
check "and back: allowed as before" verdict_becomes "$(gadget_dev g)" "allow ok"
gadget_remove g

# --- ten days later, and set back
new_boot $days
trace_start
plugged "$T/ends.img"
is "ten days later: expired" "$(verdict "$(gadget_dev g)")" "block label-expired"
move -$days
settle
is "the clock set back: still" "$(verdict "$(gadget_dev g)")" "block label-expired"
gadget_remove g
blocked_gadget "plugged in again" label-expired "$T/ends.img"
systemctl restart usbzoned.service
usbzone_start
plugged "$T/ends.img"
is "after a restart, too" "$(verdict "$(gadget_dev g)")" "block label-expired"
check "explain says by which time" sh -c "usbzonectl explain $(number) | grep -q 'remembered; the clock says'"
check "its record says so" ledger_has '.kind == "verdict" and .reason == "label-expired" and .judged > 0'
check "doctor names it" sh -c 'usbzonectl doctor | grep -q clock-behind'
check "and what to do" sh -c 'usbzonectl doctor | grep -q "clock accept"'
like "status, too" "$(usbzonectl status)" 'behind the remembered time'
gadget_remove g

# --- a clock without battery
new_boot $((980000000 - $(date +%s)))
like "the clock says 2001" "$(date -u +%Y)" '^2001$'
allowed_gadget "own zone, valid since today" "$T/endless.img"
move $((-moved))

# --- who may takes the clock as right
plugged "$T/ends.img"
is "expired by what is remembered" "$(verdict "$(gadget_dev g)")" "block label-expired"
check_not "a user cannot accept the clock" as plain usbzonectl clock accept --reason x
check_not "nor anybody without a reason" as security usbzonectl clock accept
ledger_mark
check "who grants can" as security usbzonectl clock accept --reason "battery changed"
check "then the drive is allowed" verdict_becomes "$(gadget_dev g)" "allow ok"
check "both times, who and why are recorded" ledger_has \
        '.kind == "clock-accepted" and .step < -863000 and .to - .from == .step and .why == "battery changed" and (.who | startswith("uz-security"))'
like "there is nothing more to say" "$(usbzonectl clock)" 'judged by the system clock'
gadget_remove g
new_boot 0
allowed_gadget "also at the next start" "$T/ends.img"
move $days
check "the other way" as security usbzonectl clock accept --reason "the right date"
move -$days
blocked_gadget "what is accepted holds" label-expired "$T/ends.img"

# --- the file with the remembered time
tampered() { ledger_has ".kind == \"tamper\" and .what == \"time-floor\" and .found == \"$1\" and .file == \"$floor\""; }
ledger_mark
rm "$floor"
check "taken away while the guard runs: recorded" wait_for 20 tampered missing
check "and written again" test -s "$floor"

usbzone_stop
rm "$floor"
ledger_mark
usbzone_start
check "taken away while it is stopped: recorded" tampered missing
blocked_gadget "what is expired stays so" label-expired "$T/ends.img"
usbzone_stop
sed -i 's/^time = .*/time = 2020-01-01T00:00:00Z/' "$floor"
ledger_mark
usbzone_start
check "an older one in its place: recorded" tampered changed
blocked_gadget "it stays expired" label-expired "$T/ends.img"
check "the evidence is whole" usbzonectl verify
