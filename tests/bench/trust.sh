#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Figures of what the office sends, natively: a policy with a whitelist of BENCH_DRIVES entries loaded as at a reload,
# beside hashing the same bytes; a decision with an Ed25519 and with an SM2 label, beside the signature alone.
# A figure never fails the run; a wrong result does.
set -eu
cd "$(dirname "$0")/../.."
drives=${BENCH_DRIVES:-1000000}
build=build/release ctl=build/release/usbzonectl
make -s --no-print-directory VARIANT=release all $build/bench_trust $build/bench_decide
T=$(mktemp -d "${TMPDIR:-/var/tmp}/usbzone-bench.XXXXXX")
trap 'rm -rf "$T"' EXIT
export LC_ALL=C.UTF-8 TZ=UTC
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / (b > 0 ? b : 0.000001) }'; }

python3 - "$T/drives.csv" "$drives" <<'PY'
import os, sys
with open(sys.argv[1], "w") as f:
    f.write("identity,zone\n")
    for i in range(int(sys.argv[2])):
        f.write(os.urandom(32).hex() + ",internal\n")
PY
started=$(date +%s.%N)
"$ctl" whitelist build "$T/drives.csv" --out "$T/office.uzw" >"$T/built"
built=$(awk -v a="$started" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
for algorithm in ed25519 sm2; do
        export USBZONE_ETC_DIR=$T/$algorithm/etc USBZONE_STATE_DIR=$T/$algorithm/state
        mkdir -p "$USBZONE_ETC_DIR" "$USBZONE_STATE_DIR"
        "$ctl" setup --zone internal --algorithm "$algorithm" --no-start >"$T/log" 2>&1 || { cat "$T/log"; exit 1; }
        { sed '/^$/,$d; /^whitelist = /d; s/^version = .*/version = 50/' "$USBZONE_ETC_DIR/policy"
          grep '^whitelist = ' "$T/built"; } >"$T/draft"
        "$ctl" policy sign "$T/draft" --out "$T/signed" >"$T/log" 2>&1 || { cat "$T/log"; exit 1; }
        "$ctl" policy install "$T/office.uzw" "$T/signed" >"$T/log" 2>&1 || { cat "$T/log"; exit 1; }
        "$build/bench_trust" "$USBZONE_ETC_DIR" >"$T/loaded"
        load=$(awk '$1 == "seconds" { print $2 }' "$T/loaded")
        hash=9
        for _ in 1 2 3; do
                started=$(date +%s.%N)
                openssl dgst -sha256 "$T/office.uzw" >/dev/null
                hash=$(awk -v a="$started" -v b="$(date +%s.%N)" -v h="$hash" 'BEGIN { d = b - a; print (d < h ? d : h) }')
        done
        printf '%-44s %8.3f s  %5s KiB more memory  %s times openssl dgst -sha256 of the whitelist (%.3f s)\n' \
                "load of a policy, $drives drives, $algorithm" "$load" "$(awk '$1 == "grown" { print $2 }' "$T/loaded")" \
                "$(ratio "$load" "$hash")" "$hash"
done
printf '%-44s %8.2f s\n' "whitelist build from a table of $drives lines" "$built"
echo
"$build/bench_decide"
