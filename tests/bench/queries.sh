#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every query of `log` on a large ledger (BENCH_RECORDS), each beside the limit of one second: each filter alone and
# with others, forms of output, on a ledger with names in Chinese, backslashes and acknowledged violations. Then
# what prints all records, and what gathers from them. Each is the best of three. A figure never fails the run.
set -eu
cd "$(dirname "$0")/../.."
records=${BENCH_RECORDS:-1000000} limit=${BENCH_LIMIT:-1}
build=build/release ctl=build/release/usbzonectl
make -s --no-print-directory VARIANT=release all $build/make_ledger
T=$(mktemp -d "${TMPDIR:-/var/tmp}/usbzone-queries.XXXXXX")
trap 'rm -rf "$T"' EXIT
export LC_ALL=C.UTF-8 TZ=UTC
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

$build/make_ledger "$T/state" "$records" 1 ed25519 64 mixed
L=$T/state/ledger
at() { # NUMBER MEMBER: of that record
        cat "$L"/*.jsonl | awk -v n="$1" 'NR == n { print; exit }' | jq -r ".$2"
}
middle=$(at $((records / 2)) 'time[:19]')Z late=$(at "$((records - 1))" 'time[:10]')T00:00:00Z
identity=$(at "$((records - 1))" identity)
queries=0 within=0 longest=0 most=0

larger() { awk -v a="$1" -v b="$2" 'BEGIN { print (a + 0 > b + 0 ? a : b) }'; }
# query OPTIONS...: its figures, the records it gives, and whether it stays below the limit.
query() {
        local figures word=within
        figures=$(took "$ctl" log --no-pager --dir "$L" "$@")
        queries=$((queries + 1))
        if awk -v t="${figures%% *}" -v l="$limit" 'BEGIN { exit !(t <= l) }'; then within=$((within + 1)); else word=OVER; fi
        longest=$(larger "${figures%% *}" "$longest")
        most=$(larger "$(cut -d ' ' -f 2 <<<"$figures")" "$most")
        show "log $*" "$figures" "$word $limit s"
}

echo "$records records, $(cat "$L"/*.jsonl | wc -c) bytes; best of three; $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg)"
for more in '--lines 20' '--lines 20 --json' '--lines 20 --csv' '--lines 20 --reverse'; do
        # shellcheck disable=SC2086 # words
        query $more
done
for one in "--since $middle" "--since $late" "--until $middle" '--drive 27' '--drive N27' '--drive S27' \
        "--drive $identity" "--drive ${identity^^}" '--drive 00000000' '--drive 王芳' '--zone internet' '--zone internal' \
        '--reason zone-mismatch' '--reason ok' '--severity critical' '--severity notice' '--kind verdict' '--kind start' \
        '--kind acknowledged' '--open' '--acknowledged'; do
        # shellcheck disable=SC2086 # words
        query $one --lines 20
done
for whole in "--since $late" '--kind start' '--reason zone-mismatch --json' '--severity critical --csv' \
        '--zone internet' '--zone internet --reverse' '--open --json' '--acknowledged --csv' '--drive N27 --json' \
        "--drive N27 --zone internet --since $middle" '--drive N27 --open' \
        "--open --severity critical --reason zone-mismatch --since $middle" \
        "--acknowledged --zone internet --drive N27 --until $middle --reverse" \
        "--kind verdict --reason zone-mismatch --zone internet --severity warning --drive ${identity^^} --since $middle --until $late"; do
        # shellcheck disable=SC2086 # words
        query $whole
done
echo "$within of $queries queries within $limit s, the longest $longest s by the clock, $most s of processor"

echo 'what prints all records, to a file:'
for form in '' --json --csv '--json --reverse'; do
        # shellcheck disable=SC2086 # words
        show "log $form" "$(took "$ctl" log --no-pager --dir "$L" $form)" "$(stat -c %s "$T/out") bytes"
done
echo 'what gathers from all records:'
show 'finding list' "$(took "$ctl" finding list --dir "$L")"
show 'report' "$(took "$ctl" report "$L" --out "$T/report.html")"
show 'inspect' "$(took "$ctl" inspect "$L")"
show 'export' "$(USBZONE_STATE_DIR=$T/state USBZONE_ETC_DIR=$T/none took "$ctl" export --force "$T/all.uzx")"
