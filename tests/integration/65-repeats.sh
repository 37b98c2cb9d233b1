# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# What comes again and again is counted into one record; a clock that is set is recorded.

# Each probe of a stick that cannot be read ends in the same verdict.
verdicts() { count_records ".seq > $before and .kind==\"verdict\" and .reason==\"probe-failed\""; }
counted() { grep -c '"VerdictChanged"' "$dir/signals"; }
stop_daemon
start_daemon
before=$(records | jq 'select(.kind=="start") | .seq' | tail -n 1)
check 'the first is recorded' until_true test "$(verdicts)" = 1
again() {
        local now
        now=$(property "$root/drive/$stick" $drive Since)
        on "$root/drive/$stick" $drive Reprobe >/dev/null
        until_true test "$(property "$root/drive/$stick" $drive Since)" != "$now"
        until_true property_is "$root/drive/$stick" $drive State blocked
}
for _ in 1 2 3; do again; done
expect 'three more are not recorded one by one' '^1$' verdicts
expect 'nothing is told of them yet' '^0$' count_records ".seq > $before and .kind==\"repeated\""
first=$(records | jq "select(.seq > $before and .kind==\"verdict\" and .reason==\"probe-failed\") | .seq")
stop_daemon
check 'at the end they are counted' has_record \
        ".seq > $before and .kind==\"repeated\" and .of==\"verdict\" and .times==3 and .record==$first and .reason==\"probe-failed\""
expect 'before the stop is recorded' '^"repeated" "stop"$' \
        bash -c "cat $dir/state/ledger/*.jsonl | tail -n 2 | jq .kind | tr '\n' ' ' | sed 's/ $//'"

# Killed while it counts: what it had counted is recorded after the next start, once.
start_daemon
before=$(records | jq 'select(.kind=="start") | .seq' | tail -n 1)
check 'the first after a start is recorded' until_true test "$(verdicts)" = 1
first=$(records | jq "select(.seq > $before and .kind==\"verdict\" and .reason==\"probe-failed\") | .seq")
for _ in 1 2; do again; done
cp "$dir/run/repeats/$first" "$dir/kept"
stop_daemon -KILL
start_daemon
recovered() { count_records ".kind==\"repeated\" and .record==$first and .times==2 and .reason==\"probe-failed\""; }
expect 'killed: what was counted is recorded' '^1$' recovered
expect 'after the start' '^"start" "repeated"$' \
        bash -c "cat $dir/state/ledger/*.jsonl | jq -r 'select(.kind == (\"start\", \"repeated\")) | .kind' | tail -n 2 | jq -R . | tr '\n' ' ' | sed 's/ $//'"
check 'and is kept no more' test ! -e "$dir/run/repeats/$first"
stop_daemon -KILL
# Killed between the record and the end of its file; and a file that nobody wrote.
cp "$dir/kept" "$dir/run/repeats/$first"
echo '{"record":99999' >"$dir/run/repeats/99999"
start_daemon
expect 'not twice' '^1$' recovered
check 'what cannot be read is not kept' test ! -e "$dir/run/repeats/99999"
expect 'and is no record' '^0$' count_records '.record==99999'
stop_daemon

# The clock. Nothing before was a step.
expect 'a clock that runs is not recorded' '^0$' count_records '.kind=="clock-set"'
echo 0 >"$dir/clock"
export USBZONE_TEST_CLOCK=$dir/clock
start_daemon
echo 3600 >"$dir/clock"
on $root $manager Record 'sa{ss}' setup 1 after clock >/dev/null
check 'a clock set forward is recorded, with both times' has_record \
        '.kind=="clock-set" and .step >= 3599 and .step <= 3601 and .to - .from == .step'
expect 'before what came then' '^"clock-set" "setup"$' \
        bash -c "cat $dir/state/ledger/*.jsonl | jq -r 'select(.kind == (\"clock-set\", \"setup\")) | .kind' | tail -n 2 | jq -R . | tr '\n' ' ' | sed 's/ $//'"
echo 100 >"$dir/clock"
on $root $manager Record 'sa{ss}' setup 1 after back >/dev/null
check 'and one set back' has_record '.kind=="clock-set" and .step >= -3501 and .step <= -3499'
on $root $manager Record 'sa{ss}' setup 1 after nothing >/dev/null
expect 'each once' '^2$' count_records '.kind=="clock-set"'
stop_daemon
echo 0 >"$dir/clock"
start_daemon
check 'also while nobody guards' has_record '.kind=="clock-set" and .step >= -101 and .step <= -99'
expect 'once' '^3$' count_records '.kind=="clock-set"'
stop_daemon
unset USBZONE_TEST_CLOCK
start_daemon
