#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real daemon on a private bus with a mock polkit: objects, access, arguments, policy, grants,
# ledger, and a bus that comes and goes. run.sh [BUILD-DIRECTORY]
set -u
cd "$(dirname "$0")/../.." || exit 1
here=tests/integration build=${1:-build/debug}
. "$here/lib.sh"

for p in dbus-daemon dbus-send busctl umockdev-run jq setpriv python3 mandoc pgrep; do
        command -v "$p" >/dev/null && continue
        echo "integration: $p is missing: make deps"
        echo '0 passed, 1 failed, 0 skipped'
        exit 1
done
if [ "$(id -u)" != 0 ]; then
        echo 'integration: needs root, to call as root and as another user'
        echo '0 passed, 0 failed, 1 skipped'
        exit 1
fi

dir=$(mktemp -d)
chmod 0755 "$dir"
trap finish EXIT
if ! build_helpers; then
        echo '0 passed, 1 failed, 0 skipped'
        exit 1
fi
make_bus_config
export USBZONE_ETC_DIR=$dir/etc USBZONE_STATE_DIR=$dir/state USBZONE_RUN_DIR=$dir/run
export USBZONE_LIBEXEC_DIR=$PWD/$build USBZONE_BUS_ADDRESS=unix:path=$dir/bus
# umockdev takes no comments
sed -n '/^P:/,$p' "$here/devices.umockdev" >"$dir/devices"
"$dir/make-trust" "$dir/etc" || fail 'the trust files are made'
start_bus
start_listening
if ! start_daemon; then
        fail 'the daemon comes up'
        echo "$passed passed, $failed failed, $skipped skipped"
        exit 1
fi

for part in "$here"/[0-9]*.sh; do
        # shellcheck source=/dev/null
        . "$part"
        printf -- '-- %s (%ss)\n' "${part##*/}" "$SECONDS"
done

printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
