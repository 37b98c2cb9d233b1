# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# A private bus, a mock polkit, a faked sysfs and the real daemon, for the parts of this rung.

passed=0 failed=0 skipped=0
nobody=65534
manager=org.usbzone1.Manager ledger=org.usbzone1.Ledger drive=org.usbzone1.Drive
root=/org/usbzone1

ok() {
        passed=$((passed + 1))
        printf 'ok   %s\n' "$1"
}

fail() {
        failed=$((failed + 1))
        printf 'FAIL %s\n' "$1"
        [ $# -lt 2 ] || printf '     %s\n' "${@:2}"
}

# check NAME COMMAND...: passes when the command does.
check() {
        local name=$1 out
        shift
        if out=$("$@" 2>&1); then
                ok "$name"
        else
                fail "$name" "$*" "$out"
        fi
}

# expect NAME REGEX COMMAND...: passes when what the command prints matches.
expect() {
        local name=$1 want=$2 out
        shift 2
        out=$("$@" 2>&1)
        if [[ $out =~ $want ]]; then
                ok "$name"
        else
                fail "$name" "wanted: $want" "got:    ${out:0:600}"
        fi
}

# until COMMAND...: looks again until it succeeds, at most 20 seconds.
until_true() {
        local end=$((SECONDS + 20))
        until "$@" >/dev/null 2>&1; do
                [ "$SECONDS" -lt "$end" ] || return 1
                sleep 0.05
        done
}

# As another user. The program must be one that everyone may run.
as_nobody() {
        setpriv --reuid=$nobody --regid=$nobody --clear-groups -- "$@"
}

# on PATH INTERFACE METHOD [SIGNATURE ARGUMENTS...]
on() {
        busctl --address="$USBZONE_BUS_ADDRESS" --timeout=20 call org.usbzone1 "$@"
}
on_nobody() {
        as_nobody busctl --address="$USBZONE_BUS_ADDRESS" --timeout=20 \
                --allow-interactive-authorization=no call org.usbzone1 "$@"
}

# The same with the error's name in the output; only plain types.
send() {
        local path=$1 member=$2
        shift 2
        dbus-send --bus="$USBZONE_BUS_ADDRESS" --print-reply --dest=org.usbzone1 "$path" "$member" "$@"
}
send_nobody() {
        local path=$1 member=$2
        shift 2
        as_nobody dbus-send --bus="$USBZONE_BUS_ADDRESS" --print-reply --dest=org.usbzone1 \
                "$path" "$member" "$@"
}

# property PATH INTERFACE NAME: its value without quotes
property() {
        busctl --address="$USBZONE_BUS_ADDRESS" get-property org.usbzone1 "$@" |
                sed -E 's/^[a-z]+ //; s/^"(.*)"$/\1/'
}
property_is() {
        [ "$(property "$1" "$2" "$3")" = "$4" ]
}

records() {
        cat "$dir"/state/ledger/*.jsonl
}
# count_records JQ-CONDITION
count_records() {
        records | jq -c "select($1)" | wc -l
}
has_record() {
        [ "$(count_records "$1")" -ge 1 ]
}
head_of_ledger() {
        records | jq .seq | tail -n 1
}

has_signal() {
        grep -q "$1" "$dir/signals"
}

start_bus() {
        dbus-daemon --config-file="$dir/bus.conf" --nofork --nopidfile 2>>"$dir/bus.log" &
        bus_pid=$!
        until_true test -S "$dir/bus"
}
stop_bus() {
        stop "$bus_pid"
        rm -f "$dir/bus"
}

# Writes every signal of the daemon to $dir/signals.
start_listening() {
        busctl --address="$USBZONE_BUS_ADDRESS" --json=short \
                --match="type='signal',path_namespace='/org/usbzone1'" \
                monitor >>"$dir/signals" 2>"$dir/listening" &
        listen_pid=$!
        until_true grep -q Monitoring "$dir/listening"
}

start_polkit() {
        echo "$1" >"$dir/answer"
        "$dir/mock-polkit" "$USBZONE_BUS_ADDRESS" "$dir/answer" "$dir/asked" &
        polkit_pid=$!
        until_true tests/on-bus.sh "$USBZONE_BUS_ADDRESS" org.freedesktop.PolicyKit1
}
# What polkit answers from now on.
polkit_says() {
        echo "$1" >"$dir/answer"
}

is_up() {
        tests/on-bus.sh "$USBZONE_BUS_ADDRESS" org.usbzone1
}
start_daemon() {
        LD_PRELOAD=$dir/fake-usbfs.so umockdev-run -d "$dir/devices" -- \
                "$build/usbzoned" 2>>"$dir/log" &
        daemon_pid=$!
        [ "${1:-}" = --no-bus ] || until_true is_up
}
# umockdev-run passes no signal on: the daemon is its child.
stop_daemon() {
        local child
        child=$(pgrep -P "$daemon_pid")
        kill "${1:--TERM}" "$child" 2>/dev/null
        wait "$daemon_pid" 2>/dev/null
        daemon_pid=
}

stop() {
        [ -n "${1:-}" ] || return 0
        kill "$1" 2>/dev/null
        wait "$1" 2>/dev/null
}

finish() {
        [ -z "${daemon_pid:-}" ] || stop_daemon -KILL
        stop "${polkit_pid:-}"
        stop "${listen_pid:-}"
        stop "${bus_pid:-}"
        if [ "$failed" != 0 ]; then
                sed 's/^/daemon: /' "$dir/log" | tail -n 40
        fi
        rm -rf "$dir"
}

build_helpers() {
        local cc=${CC:-cc} flags=(-I. -D_GNU_SOURCE -std=gnu11 -O1 -g -Wall -Wextra)
        # shellcheck disable=SC2046 # words
        "$cc" "${flags[@]}" $(pkg-config --cflags libsystemd) -o "$dir/mock-polkit" \
                "$here/mock-polkit.c" $(pkg-config --libs libsystemd) &&
                "$cc" "${flags[@]}" $(pkg-config --cflags libsystemd) -o "$dir/flood" \
                        "$here/flood.c" $(pkg-config --libs libsystemd) &&
                "$cc" "${flags[@]}" -o "$dir/make-trust" "$here/make-trust.c" "$build/policy.a" \
                        "$build/lib.a" $(pkg-config --libs libcrypto) &&
                "$cc" "${flags[@]}" -shared -fPIC -o "$dir/fake-usbfs.so" "$here/fake-usbfs.c"
}

make_bus_config() {
        cat >"$dir/bus.conf" <<-END
                <busconfig>
                <type>system</type><listen>unix:path=$dir/bus</listen><auth>EXTERNAL</auth>
                <policy context="default">
                <allow user="*"/><deny own="*"/><deny send_type="method_call"/>
                <allow send_type="signal"/>
                <allow send_requested_reply="true" send_type="method_return"/>
                <allow send_requested_reply="true" send_type="error"/>
                <allow receive_type="method_call"/><allow receive_type="method_return"/>
                <allow receive_type="error"/><allow receive_type="signal"/>
                <allow send_destination="org.freedesktop.DBus"/>
                <allow send_destination="org.freedesktop.PolicyKit1"/>
                </policy>
                <policy user="root"><allow own="org.freedesktop.PolicyKit1"/></policy>
                <include>$PWD/systemd/dbus/org.usbzone1.conf</include>
                </busconfig>
END
}
