# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# A clock set back makes nothing valid again; a clock without battery makes nothing invalid; who may
# takes the clock as right, and that is recorded.

DAY=86400
clock_is() { echo "$1" >"$dir/clock"; }
# ahead LOW HIGH: by how many seconds drives are judged by a later time than the system's; while the
# daemon is down, the remembered time stands still
ahead() {
        local by system # read first: time goes on between the two
        system=$(property $root $manager SystemTime)
        by=$(($(property $root $manager JudgedTime) - system))
        [ "$by" -ge "$1" ] && [ "$by" -le $(($2 + 1)) ]
}
policy_is() { property_is $root $manager PolicyStatus "$1"; }
# boot N: the computer, or with the same N the daemon alone, starts again
boot() {
        [ -z "$daemon_pid" ] || stop_daemon
        USBZONE_BOOT_ID=$(printf '%032d' "$1")
        start_daemon
        [ "$(property $root/drive/1 $drive VendorId)" = 6353 ] && phone=1 || phone=2
        until_true property_is "$root/drive/$phone" $drive State blocked
}
export USBZONE_TEST_CLOCK=$dir/clock USBZONE_BOOT_ID
version=$(property $root $manager PolicyVersion)
"$dir/make-trust" "$dir/etc" --version "$version" --until $(($(date +%s) + 5 * DAY))
clock_is 0
boot 1
expect 'what is believed is remembered, and in which boot' \
        "^usbzone-time 1 time = $(date -u +%Y).*Z boot = $USBZONE_BOOT_ID mono = [0-9]+ $" \
        bash -c "tr '\n' ' ' <$dir/state/time-floor"
expect 'for everyone to read, for root to write' '^644$' stat -c %a "$dir/state/time-floor"
check 'the clock is what drives are judged by' ahead 0 1
check 'the policy is in force' policy_is ok

# Within a boot: set forward by mistake and back.
clock_is $((10 * DAY))
check 'set forward: what ends, ends' policy_is policy-expired
check 'by the clock' ahead 0 1
clock_is 0
check 'and back: it is in force again' policy_is ok
clock_is $((10 * DAY))
boot 1
check 'nor does a restart of the daemon believe it' policy_is policy-expired
clock_is 0
check 'so that it can be set back' policy_is ok
boot 1
check 'and stays so' policy_is ok

# In another boot the computer was off: what is ahead then is believed.
clock_is $((10 * DAY))
boot 2
check 'ten days later the policy is over' policy_is policy-expired
clock_is 0
check 'set back, it stays over' policy_is policy-expired
check 'judged by what is remembered' ahead $((10 * DAY - 60)) $((10 * DAY + 60))
boot 2
check 'after a restart, too' policy_is policy-expired
boot 3
check 'and after a start of the computer' policy_is policy-expired
expect 'the drive is blocked for that' '^policy-expired$' property "$root/drive/$phone" $drive Reason
expect 'it is said that this is by the remembered time' 'remembered; the clock says' \
        busctl --address="$USBZONE_BUS_ADDRESS" get-property org.usbzone1 "$root/drive/$phone" $drive Steps
check 'its record says by which' has_record \
        '.kind=="verdict" and .reason=="policy-expired" and .judged - (.time[:19]+"Z"|fromdate) > 863000'
clock_is -$((400 * DAY))
boot 4
check 'a clock without battery is judged by it, too' ahead $((410 * DAY - 60)) $((410 * DAY + 60))

# Who may takes the clock as right.
clock_is 0
expect 'not without a reason' 'Error.Invalid' send $root $manager.AcceptClock string:
check 'then nothing changes' policy_is policy-expired
before=$(head_of_ledger)
check 'the clock is accepted' on $root $manager AcceptClock s 'battery changed, paper 12'
check 'the policy is in force again' policy_is ok
expect 'the drive is judged anew' '^device-class-blocked$' property "$root/drive/$phone" $drive Reason
check 'by the clock' ahead 0 1
check 'who, why and both times are recorded' has_record \
        ".seq > $before and .kind==\"clock-accepted\" and .who==\"root (uid 0)\" and .why==\"battery changed, paper 12\" and .step <= -$((10 * DAY - 60)) and .to - .from == .step"
boot 4
check 'it lasts: a restart' policy_is ok
boot 5
check 'and a start of the computer' policy_is ok

# A clock that runs on for a day after it was set forward is believed, also in the boot in which it was set.
# hours N DAYS: so many hours after the start, with a clock so many days ahead beside that; the daemon looks,
# as it does each hour, because somebody had a hand on its file.
hours() {
        local before
        before=$(head_of_ledger)
        echo "$(($1 * 3600 + $2 * DAY)) $1" >"$dir/clock"
        echo x >>"$dir/state/time-floor"
        until_true has_record ".seq > $before and .kind==\"tamper\" and .found==\"damaged\"" || fail "the daemon looks at $*"
}
boot 20
hours 0 0
hours 2 10
check 'set forward: what ends, ends' policy_is policy-expired
hours 25 10
check 'for 23 hours' policy_is policy-expired
hours 26 0
check 'and back: it is in force again' policy_is ok
check 'by the clock' ahead 0 1
hours 27 10
hours 50 10
hours 51 0
check 'set forward anew, the hours of before do not count' policy_is ok
hours 52 10
hours 77 10
hours 78 0
check 'set forward for more than a day and back: it stays over' policy_is policy-expired
check 'by what is remembered' ahead $((10 * DAY - 60)) $((10 * DAY + 60))
stop_daemon
expect 'and kept' '^time = '"$(date -u -d '+13 days' +%Y-%m)" grep '^time' "$dir/state/time-floor"
echo "$((78 * 3600)) 78" >"$dir/clock"
start_daemon
check 'a restart knows it, too' policy_is policy-expired
check 'until the clock is accepted' on $root $manager AcceptClock s 'it was a mistake'
check 'then it is in force again' policy_is ok
clock_is 0
boot 21
check 'the clock of now is accepted' on $root $manager AcceptClock s 'as it was'

# What is done to its file is recorded, and wins nothing.
floor=$dir/state/time-floor
tampers() { count_records '.kind=="tamper" and .what=="time-floor"'; }
found() { # SLUG: what was done since $before
        has_record ".seq > $before and .kind==\"tamper\" and .what==\"time-floor\" and .found==\"$1\" and .file==\"/var/lib/usbzone/time-floor\""
}
# While the daemon is dead it stands still.
late() { policy_is policy-expired && ahead $((10 * DAY - 300)) $((10 * DAY + 300)); }
have=$(tampers)
expect 'nothing was tampered with so far but by this test' "^$have$" tampers
expect 'a start says what is remembered, and so does a stop' '^start stop$' \
        bash -c "cat $dir/state/ledger/*.jsonl | jq -r 'select(.remembered > $(($(date +%s) - DAY))).kind' | sort -u | xargs"
cp "$floor" "$dir/floor.older"
before=$(head_of_ledger)
rm "$floor"
check 'taken away while the daemon runs: recorded' until_true found missing
expect 'and written again' '^mono = ' tail -n 1 "$floor"
echo 'usbzone-time 1' >"$floor"
check 'overwritten: recorded' until_true found damaged
until_true grep -q '^mono = ' "$floor"
expect 'and written again' '^mono = ' tail -n 1 "$floor"
sed -i 's/^time = .*/time = 2020-01-01T00:00:00Z/' "$floor"
check 'another one in its place: recorded' until_true found changed
expect 'and written again' "^usbzone-time 1 time = $(date -u +%Y)" bash -c "tr '\n' ' ' <$floor"
clock_is $((10 * DAY))
boot 6
check 'ten days later the policy is over, once more' policy_is policy-expired
have=$(tampers)
touch "$floor"
chmod 600 "$floor"
chmod 644 "$floor"
stop_daemon
expect 'who only touches it has not tampered' "^$have$" tampers
for what in missing damaged changed; do
        case $what in
        missing) rm "$floor" ;;
        damaged) echo 'usbzone-time 1' >"$floor" ;;
        changed) cp "$dir/floor.older" "$floor" ;;
        esac
        before=$(head_of_ledger)
        clock_is 0
        boot $((RANDOM + 100))
        check "$what when the daemon starts: recorded" found "$what"
        check "$what: what the ledger knows holds" late
        expect "$what: it is written again" '^mono = ' tail -n 1 "$floor"
        stop_daemon -KILL
done
rm "$floor"
before=$(head_of_ledger)
boot 7
check 'missing after a kill: recorded' found missing
check 'missing after a kill: what the ledger knows holds' late
check 'the clock is accepted' on $root $manager AcceptClock s 'as it was'
stop_daemon -KILL
rm "$floor"
boot 8
check 'missing after that: what was accepted holds' policy_is ok
check 'by the clock' ahead 0 1
have=$(tampers)
boot 9
expect 'and once it is there nothing more is said' "^$have$" tampers

# Records of before there was such a file: no tampering, and no earlier time than theirs.
stop_daemon
mv "$dir/state" "$dir/state.own"
mkdir "$dir/state"
printf '{"time":"%s","kind":"start"}\n' "$(date -u -d '+10 days' +%Y-%m-%dT%H:%M:%S)" |
        python3 tests/cli/make_records.py "$dir/state" "$(printf '1%.0s' {1..32})"
boot 10
expect 'a ledger of before is no sign of tampering' '^0$' tampers
check 'its last record is a time that has been' late
stop_daemon
rm -rf "$dir/state"
mkdir "$dir/state"
boot 11
expect 'nor is a first start' '^0$' tampers
check 'which goes by the clock' ahead 0 1
stop_daemon
rm -rf "$dir/state"
mv "$dir/state.own" "$dir/state"

unset USBZONE_TEST_CLOCK USBZONE_BOOT_ID
"$dir/make-trust" "$dir/etc" --version "$version"
start_daemon
check 'and all of it verifies' "$build/usbzonectl" verify "$dir/state/ledger"
