#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Figures of the ledger, natively: a durable record beside a bare write; verify beside hashing the same bytes and beside
# journalctl --verify of as many entries, for a computer with a violation each 64 records (a signed head at each) and for
# a quiet one (a head each 256 records); inspect on a fleet; then queries (queries.sh). Sizes: BENCH_RECORDS, BENCH_HOSTS,
# BENCH_HOST_RECORDS. Each is the best of three by the clock, with the processor's time of that one: where other work
# runs beside it, look at the latter, or run it again. A figure never fails the run; a wrong result does.
set -eu
cd "$(dirname "$0")/../.."
records=${BENCH_RECORDS:-1000000} hosts=${BENCH_HOSTS:-100} each=${BENCH_HOST_RECORDS:-10000}
build=build/release ctl=build/release/usbzonectl
make -s --no-print-directory VARIANT=release all $build/make_ledger $build/bench_append
T=$(mktemp -d "${TMPDIR:-/var/tmp}/usbzone-bench.XXXXXX")
trap 'rm -rf "$T"' EXIT
export LC_ALL=C.UTF-8 TZ=UTC

# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

mkdir "$T/append"
$build/bench_append "$T/append"
$build/make_ledger "$T/state" "$records" 1
cat "$T"/state/ledger/*.jsonl >"$T/all"
heads_in() { grep -c ^usbzone-ledger "$1/ledger/heads"; }
echo "$records records, $(stat -c %s "$T/all") bytes; best of three; $(nproc) processors"
verify=$(took "$ctl" verify "$T/state/ledger")
grep -q "verified to record $records" "$T/out"
mv "$T/state/ledger/heads" "$T/heads"
chain=$(took "$ctl" verify "$T/state/ledger")
mv "$T/heads" "$T/state/ledger/heads"
hash=$(took openssl dgst -sha256 "$T/all")
plain=$(took sha256sum "$T/all")
$build/make_ledger "$T/quiet" "$records" 1 ed25519 0
quiet=$(took "$ctl" verify "$T/quiet/ledger")
grep -q "verified to record $records" "$T/out"
show "verify, a violation each 64: $(heads_in "$T/state") heads" "$verify" "$(rate "$records" "${verify%% *}") records/s"
show "verify, no violations: $(heads_in "$T/quiet") heads" "$quiet" "$(rate "$records" "${quiet%% *}") records/s"
rm -rf "$T/quiet"
show 'verify, chain alone (no heads)' "$chain" "$(rate "$records" "${chain%% *}") records/s"
show 'openssl dgst -sha256, the same bytes' "$hash" "the chain takes $(ratio "${chain%% *}" "${hash%% *}") times as long"
show 'sha256sum, the same bytes' "$plain" "the chain takes $(ratio "${chain%% *}" "${plain%% *}") times as long"
remote=${JOURNAL_REMOTE:-/lib/systemd/systemd-journal-remote}
mkdir "$T/journal" # more than one file holds
in_journal() { journalctl --header -D "$T/journal" 2>/dev/null | awk '/^Entry objects:/ { n += $3 } END { print n + 0 }'; }
if python3 -c 'import sys
for i, line in enumerate(open(sys.argv[1], encoding="utf-8")):
    print("__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\nMESSAGE=%s\n" % (
        1767225600000000 + i, i + 1, 1, line.rstrip("\n")))' "$T/all" 2>"$T/err" |
        "$remote" -o "$T/journal/all.journal" - >/dev/null 2>&1 && [ "$(in_journal)" = "$records" ] &&
        journalctl --verify -D "$T/journal" >/dev/null 2>&1; then
        journal=$(took journalctl --verify -D "$T/journal")
        show 'journalctl --verify, the same as messages' "$journal" \
                "$(rate "$records" "${journal%% *}") entries/s; verify takes $(ratio "${verify%% *}" "${journal%% *}") of it, with no violations $(ratio "${quiet%% *}" "${journal%% *}")"
else
        echo 'journalctl --verify: skipped, no systemd-journal-remote makes a journal of the same entries'
fi
USBZONE_STATE_DIR=$T/state show 'export of all' "$(USBZONE_STATE_DIR=$T/state USBZONE_ETC_DIR=$T/none took "$ctl" export --force "$T/all.uzx")"
show 'verify of that package' "$(took "$ctl" verify "$T/all.uzx")"
rm -rf "$T"/all* "$T/state" "$T/journal"

# The same with SM3 and SM2.
$build/make_ledger "$T/state" "$records" 1 sm2
cat "$T"/state/ledger/*.jsonl >"$T/all"
gm=$(took "$ctl" verify "$T/state/ledger")
grep -q "verified to record $records, head sm3:" "$T/out"
rm "$T/state/ledger/heads"
gm_chain=$(took "$ctl" verify "$T/state/ledger")
gm_hash=$(took openssl dgst -sm3 "$T/all")
show 'verify, SM3 with SM2 heads' "$gm" \
        "$(rate "$records" "${gm%% *}") records/s; $(ratio "${gm%% *}" "${verify%% *}") times as long as with SHA-256"
show 'verify, SM3 chain alone (no heads)' "$gm_chain" \
        "$(rate "$records" "${gm_chain%% *}") records/s; $(ratio "${gm_chain%% *}" "${chain%% *}") times as long as with SHA-256"
show 'openssl dgst -sm3, the same bytes' "$gm_hash" "the chain takes $(ratio "${gm_chain%% *}" "${gm_hash%% *}") times as long"
rm -rf "$T"/all "$T/state"

mkdir "$T/fleet"
for ((i = 1; i <= hosts; i++)); do
        $build/make_ledger "$T/host" "$each" "$i"
        USBZONE_STATE_DIR=$T/host USBZONE_ETC_DIR=$T/none "$ctl" export "$T/fleet/$i.uzx" >/dev/null
        rm -rf "$T/host"
done
show "inspect of $hosts computers x $each records" "$(took "$ctl" inspect "$T/fleet")" "$(head -n 1 "$T/out")"
rm -rf "$T/fleet"

echo
TMPDIR=$T BENCH_RECORDS=$records tests/bench/queries.sh
