#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The report's page in a real browser, in both languages: nothing runs, nothing stands out beyond the paper, it
# prints on A4. Pictures and prints are left in BUILD/report. Argument: the build folder.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath "${1:-build/debug}")
CTL=$build/usbzonectl
. tests/cli/lib.sh

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$browser" ]; then
        if [ -n "${CI:-}" ]; then bad 'Chromium is missing: make deps'; else skip 'Chromium is missing'; fi
        exit
fi
out=$build/report
rm -rf "$out"
mkdir -p "$out" "$T/locale/zh_CN/LC_MESSAGES"
cp "$build/po/zh_CN.mo" "$T/locale/zh_CN/LC_MESSAGES/usbzone.mo"
export USBZONE_LOCALE_DIR=$T/locale HOME=$T
dirs=()
for h in a b c; do
        python3 tests/cli/make_office.py "$h" >"$T/$h.json"
        LEDGER_ONLY=$T/$h.json LEDGER_HOST=$(printf "$h%.0s" {1..32}) python3 tests/cli/make_ledger.py "$T/$h" >/dev/null
        dirs+=("$T/$h")
done
look() { # OPTIONS... FILE: A4 at 96 dots an inch is 794 wide
        timeout 90 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
                --user-data-dir="$T/profile" --window-size=794,1123 "$@" 2>>"$T/log"
}
# How wide the content is, as the browser lays it out: told by a script that only this copy has.
width() {
        sed -e 's/<meta http-equiv="Content-Security-Policy"[^>]*>//' \
                -e 's|</body>|<script>document.body.dataset.wide=document.documentElement.scrollWidth</script></body>|' \
                "$1" >"$T/wide.html"
        look --dump-dom "file://$T/wide.html" | sed -n 's/.*data-wide="\([0-9]*\)".*/\1/p'
}
for n in $(seq 40); do
        printf '2026-01-05T08:00:00Z pc kernel: usb 1-1: New USB device found, idVendor=0951, idProduct=1666\n'
        printf '2026-01-05T08:00:00Z pc kernel: usb 1-1: Product: %s\n' "A Very Long Name Of A Product $n"
        printf '2026-01-05T08:00:00Z pc kernel: usb 1-1: SerialNumber: 60A44C413FAEE230B9F9%04d\n' "$n"
        printf '2026-01-05T08:00:00Z pc kernel: usb-storage 1-1:1.0: USB Mass Storage device detected\n'
done >"$T/kern.log"
for lang in en zh_CN; do
        page=$out/$lang.html
        "$CTL" report "${dirs[@]}" --lang $lang --history "$T/kern.log" --out "$page" 2>/dev/null
        look --dump-dom "file://$page" >"$T/dom"
        is "$lang: the browser sees every violation" "$(grep -c '<tr><td class="t">20[0-9][0-9]-' "$T/dom")" \
                "$(grep -c '<tr><td class="t">20[0-9][0-9]-' "$page")"
        is "$lang: hostile texts have become no tags" "$(grep -ciE '<(script|img)' "$T/dom")" 0
        is "$lang: nothing is wider than the paper" "$(width "$page")" 794
        look --screenshot="$out/$lang.png" "file://$page"
        look --no-pdf-header-footer --print-to-pdf="$out/$lang.pdf" "file://$page"
        holds "$lang: a picture" test "$(stat -c %s "$out/$lang.png" 2>/dev/null || echo 0)" -gt 30000
        is "$lang: A4" "$(grep -aoE '/MediaBox ?\[0 0 [0-9]+' "$out/$lang.pdf" | sort -u | grep -oE '[0-9]+$')" 594
done
[ "$failed" = 0 ] || tail -n 5 "$T/log"
echo "pictures: $out"
