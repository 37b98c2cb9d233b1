#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A serial number with newlines and escape codes reaches no terminal, log or ledger raw.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
journal_mark
ledger_mark
evil=$(printf 'A\n\033[31mB"\\,{}\033]0;x\007C')
trace_fresh
gadget g --file "$T/plain.img" --serial "$evil"
plug g
dev=$(gadget_dev g)
blocked "hostile serial" "$dev" no-label
esc=$(printf '\033')
for c in list "show ${dev##*/}" "explain ${dev##*/}" log "log --json" "list --json"; do
        # shellcheck disable=SC2086 # words
        usbzonectl $c >"$T/out" 2>&1
        check_not "no escape code in: $c" grep -q "$esc" "$T/out"
done
check_not "none in the ledger" grep -q "$esc" /var/lib/usbzone/ledger/*.jsonl
# -R: each line on its own, which must be one value and no more.
is "each ledger line is one JSON record" \
        "$(cat /var/lib/usbzone/ledger/*.jsonl | jq -R 'fromjson | .seq' | wc -l)" \
        "$(cat /var/lib/usbzone/ledger/*.jsonl | wc -l)"
journalctl -q -o json --after-cursor="$JOURNAL_MARK" -u usbzoned.service >"$T/journal"
check_not "none in the journal" grep -q '\\u001b' "$T/journal"
check "the record shows it escaped" ledger_has '.kind == "verdict" and (.serial | test("x1[bB]"))'
gadget_remove g
enrolled "$T/own.img"
allowed_gadget "an ordinary drive" "$T/own.img"
check "the ledger verifies" usbzonectl verify
