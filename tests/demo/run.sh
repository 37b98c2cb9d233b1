#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole story in one command: builds usbzone, boots the stock Debian kernel in QEMU, installs the
# product there and plugs drives in. Exits with an error if any verdict is not the expected one.
set -eu
cd "$(dirname "$0")/../.."
export VM_NAME=demo
stage=build/release/demo-stage
start=$SECONDS

step() { printf '[%3d s] %s\n' $((SECONDS - start)) "$*"; }
# quietly LOG COMMAND...: a line of dots while it runs, the end of its output if it fails.
quietly() {
        local log=$1 pid status=0
        shift
        "$@" >"$log" 2>&1 &
        pid=$!
        while kill -0 "$pid" 2>/dev/null; do
                sleep 2
                ! [ -t 1 ] || printf .
        done
        wait "$pid" || status=$?
        ! [ -t 1 ] || printf '\r\033[K'
        [ "$status" = 0 ] || { tail -n 30 "$log" >&2; echo "demo: failed: $*" >&2; exit 1; }
}

mkdir -p build/release build/vm
step 'packages'
# shellcheck disable=SC2046,SC2086 # lists of words
./tests/deps.sh ${DEMO_PACKAGES:-} $(cat tests/vm/packages.txt)
step 'building usbzone (release)'
quietly build/release/demo-build.log make -s -j2 VARIANT=release all
quietly build/release/demo-build.log ./tests/demo/stage.sh "$stage" tests/demo/guest.sh
if [ -e build/vm/image.stamp ]; then
        step 'checking the Debian image'
else
        step 'making a Debian 12 image from packages (once, two to four minutes)'
fi
quietly build/vm/demo-image.log ./tests/vm/image.sh
./tests/vm/vm down 2>/dev/null || :
trap './tests/vm/vm down 2>/dev/null || :' EXIT
step 'booting Debian 12 with its own kernel in QEMU (no hardware needed, no KVM: half a minute)'
quietly build/release/demo-boot.log ./tests/vm/vm up --stage "$stage"
step 'the computer is up'
colour=0
! [ -t 1 ] || colour=1
status=0
./tests/vm/vm run --timeout 400 "DEMO_COLOUR=$colour bash /mnt/stage/vm/guest.sh" || status=$?
echo
step "the end (exit status $status)"
exit "$status"
