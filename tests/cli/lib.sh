# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the command line's tests: a place of their own, facts, and drives to enrol.
set -u
export LC_ALL=C.UTF-8 LANGUAGE=C TZ=UTC
unset NO_COLOR

CTL=${CTL:?} # the program under test
T=$(mktemp -d)
export USBZONE_ETC_DIR=$T/etc USBZONE_STATE_DIR=$T/state USBZONE_RUN_DIR=$T/run
export USBZONE_BUS_ADDRESS=unix:path=$T/no-bus
passed=0 failed=0 skipped=0
cleanups=()

at_end() { cleanups+=("$(printf '%q ' "$@")"); }
_finish() {
        local i
        for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do eval "${cleanups[i]}"; done
        rm -rf "$T"
        echo "$passed passed, $failed failed, $skipped skipped"
        [ "$failed" = 0 ] || exit 1
}
trap _finish EXIT
kill_quietly() { kill "$1" 2>/dev/null || :; }

good() { passed=$((passed + 1)); [ -z "${V:-}" ] || echo "ok: $1"; }
bad() {
        failed=$((failed + 1))
        echo "FAILED: $1"
        shift
        printf '    %s\n' "$@"
}
skip() { skipped=$((skipped + 1)); echo "skipped: $1"; }

# Runs the program without a terminal; output in $out, exit status in $rc.
run() {
        out=$(timeout 60 "$CTL" "$@" 2>&1 </dev/null)
        rc=$?
}

# fact NAME STATUS REGEX ARGUMENTS...: the program exits so and says so.
fact() {
        local name=$1 want=$2 regex=$3
        shift 3
        run "$@"
        if [ "$rc" = "$want" ] && [[ $out =~ $regex ]]; then
                good "$name"
        else
                bad "$name" "usbzonectl $*" "status $rc, wanted $want; to match: $regex" "said: $out"
        fi
}

# holds NAME COMMAND...: the command succeeds.
holds() {
        local name=$1 said
        shift
        if said=$("$@" 2>&1); then good "$name"; else bad "$name" "$*" "$said"; fi
}
is() { if [ "$2" = "$3" ]; then good "$1"; else bad "$1" "got: $2" "want: $3"; fi; }

# What an image's drive will be.
# shellcheck disable=SC2034 # used by the tests
AS=(--vid 1209 --pid 0001 --serial UZ0001 --scsi-vendor Linux --scsi-product 'File-Stor Gadget')

# image FILE SIZE [SFDISK-SCRIPT]
image() {
        rm -f "$1"
        truncate -s "$2" "$1"
        [ $# -lt 3 ] || printf '%b' "$3" | sfdisk -q "$1" >/dev/null 2>&1
}
# A drive as it is sold: one partition at 1 MiB.
plain_image() { image "$1" 8M 'label: dos\nstart=2048, type=c\n'; }
sum() { sha256sum <"$1"; }
version() { sed -n 's/^version = //p' "$T/etc/policy"; }
found() { run setup --zone internal --name pc1 --no-start; }

wait_for() { for _ in {1..200}; do "$@" && return; sleep 0.05; done; return 1; }
ON_BUS=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../on-bus.sh")
answers() { "$ON_BUS" "$USBZONE_BUS_ADDRESS" "${1:-org.freedesktop.DBus}"; }
# A bus of this test's own, with nobody on it yet.
private_bus() {
        if ! command -v dbus-daemon >/dev/null; then
                skip 'everything on the bus: dbus-daemon is missing'
                exit
        fi
        cat >"$T/bus.conf" <<END
<busconfig><type>session</type><listen>unix:path=$T/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>
END
        dbus-daemon --config-file="$T/bus.conf" --nofork 2>/dev/null &
        at_end kill_quietly $!
        export USBZONE_BUS_ADDRESS=unix:path=$T/bus
        holds 'a bus' wait_for test -S "$T/bus"
}
# mock_daemon FILE: what it was asked is written there.
mock_daemon() {
        "$(dirname "$CTL")/tests/cli/mock-daemon" >"$1" 2>&1 &
        daemon=$!
        at_end kill_quietly $daemon
        holds 'a daemon' wait_for answers org.usbzone1
}
# Messages in Chinese for what is run from now on.
in_chinese() {
        mkdir -p "$T/locale/zh_CN/LC_MESSAGES"
        cp "$(dirname "$CTL")/po/zh_CN.mo" "$T/locale/zh_CN/LC_MESSAGES/usbzone.mo"
        export USBZONE_LOCALE_DIR=$T/locale LANGUAGE=zh_CN
}
