# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# A bus that goes, comes back, or comes late.

stop "$polkit_pid"
polkit_pid=
stop_bus
expect 'without a bus the daemon goes on' '^usbzoned$' \
        bash -c "ps -o comm= -p \$(pgrep -P $daemon_pid)"
start_bus
check 'it comes back with the bus' until_true is_up
expect 'and answers' '^ts ' on $root $ledger Head
stop_daemon

stop_bus
start_daemon --no-bus
check 'a daemon that starts before the bus guards already' until_true test -e "$dir/run/ready"
start_bus
check 'and connects when the bus comes up' until_true is_up

stop_daemon
stop_bus

# At boot not even the socket's directory is there.
address=$USBZONE_BUS_ADDRESS
export USBZONE_BUS_ADDRESS=unix:path=$dir/late/dbus/bus
start_daemon --no-bus
until_true test -e "$dir/run/ready"
mkdir -p "$dir/late/dbus"
sed "s|$dir/bus<|$dir/late/dbus/bus<|" "$dir/bus.conf" >"$dir/late.conf"
dbus-daemon --config-file="$dir/late.conf" --nofork --nopidfile 2>>"$dir/bus.log" &
late_pid=$!
check 'a bus whose directory comes late is found' until_true is_up
stop_daemon
stop $late_pid
export USBZONE_BUS_ADDRESS=$address
start_bus
start_daemon

# Calls that wait for polkit: 4 of one connection, 16 of one user; the others go on.
start_polkit silent
: >"$dir/asked"
callers=()
for _ in {1..24}; do
        on_nobody $root $ledger Head >>"$dir/flooded" 2>&1 &
        callers+=($!)
done
check 'more than sixteen waiting calls of one user are refused' \
        until_true bash -c "[ \$(grep -c 'Access denied' $dir/flooded) = 8 ]"
expect 'and never reach polkit' '^16$' bash -c "wc -l <$dir/asked"
expect 'root is served meanwhile' '^ts ' on $root $ledger Head
# Another user: a call of the first one is denied at once, and its place is free again.
expect 'more than four waiting calls of one connection are refused' '^6$' \
        setpriv --reuid=bin --regid=$nobody --clear-groups \
                "$dir/flood" "$USBZONE_BUS_ADDRESS"
for p in "${callers[@]}"; do
        stop "$p"
done
stop "$polkit_pid"
polkit_pid=
before=$(head_of_ledger)
stop_daemon
expect 'a clean stop is recorded' '^"stop"$' bash -c "cat $dir/state/ledger/*.jsonl | tail -n 1 | jq .kind"
expect 'by one record' "^$((before + 1))$" head_of_ledger
