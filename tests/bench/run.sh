#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the figures: decisions natively; plug-in times, memory and hardening in one virtual machine,
# each beside the bare kernel and usbguard. A figure never fails the run; a broken run does.
set -eu
cd "$(dirname "$0")/../.."
export VM_NAME=bench

make -s --no-print-directory VARIANT=release all build/release/bench_decide
build/release/bench_decide
echo
echo 'Booting a Debian kernel in QEMU for the rest (three minutes) ...'
./tests/vm/image.sh
stage=build/release/bench-stage
./tests/demo/stage.sh "$stage" tests/bench/guest.sh
trap './tests/vm/vm down 2>/dev/null || :' EXIT
./tests/vm/vm up --stage "$stage"
./tests/vm/vm run --timeout 900 "BENCH_PLUGS=${BENCH_PLUGS:-15} bash /mnt/stage/vm/guest.sh"
