#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line's tests, as many at a time as there are processors: each has a folder and a bus of
# its own. Argument: the build folder.
set -u
cd "$(dirname "$0")/../.." || exit
CTL=$(realpath "${1:-build/debug}/usbzonectl")
export CTL
args=()
for f in tests/cli/test_*.sh; do
        args+=("$(basename "$f" .sh)" "$f")
done
SUMMARY_JOBS=$(nproc) exec ./tests/summary.sh "${args[@]}"
