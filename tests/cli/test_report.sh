#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# report: three computers' ledgers made without the product's code; the page, the CSV and the JSON against what
# stands in the records, hostile texts among them, and broken evidence.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
for h in a b c; do
        python3 "$here/make_office.py" "$h" >"$T/$h.json"
        LEDGER_ONLY=$T/$h.json LEDGER_HOST=$(printf "$h%.0s" {1..32}) python3 "$here/make_ledger.py" "$T/$h" >/dev/null
done
records() { cat "$T"/[abc]/*.jsonl; }
violations='select(.kind == "tamper" or (.kind == "verdict" and .verdict == "block" and .severity != "none"))'
number() { records | jq -c "$1" | wc -l; }
json() { jq -c "$1" <"$T/report.json"; }

# --- what logs name ---
mkdir "$T/logs"
cat >"$T/logs/kern.log" <<'END'
2026-01-05T08:00:00+00:00 pc1 kernel: usb 1-1: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
2026-01-05T08:00:00+00:00 pc1 kernel: usb 1-1: Product: <b>Stick</b>
2026-01-05T08:00:00+00:00 pc1 kernel: usb 1-1: SerialNumber: LOG1
2026-01-05T08:00:01+00:00 pc1 kernel: scsi host6: usb-storage 1-1:1.0
2026-01-05T08:00:01+00:00 pc1 kernel: scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 3.0 1.10 PQ: 0 ANSI: 6
2026-01-05T08:00:01+00:00 pc1 kernel: sd 6:0:0:0: [sdb] 15728640 512-byte logical blocks: (8.05 GB/7.50 GiB)
END
fact 'the page has no part of logs by itself' 0 '</html>' report "$T/a"
lacks() { if grep -qF -e "$2" <<<"$out"; then bad "$1" "$2 is there"; else good "$1"; fi; }
lacks 'nothing imported' 'Imported from logs'
fact 'with a log it has' 0 'Imported from logs, not signed.*2026-01-05.*0951:1666.*LOG1' \
        report "$T/a" --history "$T/logs/kern.log"
has() { if grep -qF -e "$2" <<<"$out"; then good "$1"; else bad "$1" "$2 is not there"; fi; }
has 'what a device says of itself is no tag' '&lt;b&gt;Stick&lt;/b&gt;'
fact 'and with a folder' 0 'Imported from logs.*LOG1' report "$T/a" --history "$T/logs"
run report "$T/a" --history "$T/logs/kern.log" --history "$T/logs" --json
is 'as JSON, each log by itself' \
        "$(sed '/^usbzonectl: /d' <<<"$out" | jq -c '.history | [length, .[1].devices[0].serial, .[1].devices[0].source]')" \
        '[2,"LOG1","imported, not signed"]'
is 'the violations are those of the records' "$(sed '/^usbzonectl: /d' <<<"$out" | jq .totals.violations)" \
        "$(jq -c "$violations" "$T"/a/*.jsonl | wc -l)"
"$CTL" history --file "$T/logs/kern.log" --json 2>/dev/null |
        jq -r '"identity,zone", (.[0].identity + ",internet")' >"$T/listed.csv"
"$CTL" whitelist build "$T/listed.csv" --out "$T/listed.uzw" >/dev/null
fact 'against a whitelist' 0 'LOG1</td><td class="">internet<' \
        report "$T/a" --history "$T/logs" --whitelist "$T/listed.uzw"
fact 'a whitelist and no log' 2 'for what --history adds' report "$T/a" --whitelist "$T/listed.uzw"
for n in $(seq 501); do
        printf '2026-01-05T08:00:00Z pc1 kernel: usb 1-1: New USB device found, idVendor=0951, idProduct=1666\n'
        printf '2026-01-05T08:00:00Z pc1 kernel: usb 1-1: SerialNumber: MANY%d\n' "$n"
        printf '2026-01-05T08:00:00Z pc1 kernel: usb-storage 1-1:1.0: USB Mass Storage device detected\n'
done >"$T/many.log"
run report "$T/a" --history "$T/many.log"
is 'the page has 500 of a log and says how many it has not' \
        "$(grep -c '<tr class="log">' <<<"$out") $(grep -o 'Drives not listed, see --json: [0-9]*' <<<"$out")" \
        '500 Drives not listed, see --json: 1'
fact 'not as CSV' 2 'history --csv lists it' report "$T/a" --history "$T/logs" --csv
fact 'a log that is not there' 1 'cannot read .*/nothing' report "$T/a" --history "$T/nothing"
gzip -c "$T/logs/kern.log" | head -c 200 >"$T/logs/kern.log.1.gz"
fact 'one that is cut short is in it as far as it can be read, and told' 1 'LOG1' report "$T/a" --history "$T/logs"

fact 'as JSON' 0 '"totals"' report "$T/a" "$T/b" "$T/c" --json
sed '/^usbzonectl: /d' <<<"$out" >"$T/report.json"
is 'it verified' "$(json .verified)" true
is 'all records are counted' "$(json .totals.records)" "$(number .)"
is 'violations are those of the records' "$(json .totals.violations)" "$(number "$violations")"
is 'each one is listed' "$(json '.violations | length')" "$(number "$violations")"
is 'blocked' "$(json .totals.blocked)" "$(number 'select(.verdict=="block")')"
is 'allowed' "$(json .totals.allowed)" "$(number 'select(.verdict=="allow")')"
is 'read-only' "$(json .totals.read_only)" "$(number 'select(.verdict=="read-only")')"
is 'acknowledged: one said so, one is a finding; one more an incident' "$(json .totals.acknowledged)" 7
is 'days add up' "$(json '.by_day | add')" "$(number "$violations")"
is 'a day' "$(json '.by_day["2026-11-21"]')" "$(number "$violations | select(.time[:10] == \"2026-11-21\")")"
is 'reasons' "$(json .by_reason.tamper),$(json '.by_reason["no-label"]')" \
        "$(number 'select(.kind=="tamper")'),$(number 'select(.reason=="no-label")')"
is 'severities' "$(json .by_severity.warning)" "$(number "$violations | select(.severity==\"warning\")")"
is 'zones: classified drives on the internet computer' "$(json .by_zones.internet.classified)" \
        "$(number 'select(.verdict=="block" and .host_zone=="internet" and .drive_zone=="classified")')"
is 'a drive is one, on however many computers' "$(json '.drives | length')" \
        "$(records | jq -r 'select(.kind=="verdict") | .identity' | sort -u | wc -l)"
is 'and all its decisions are there' "$(json '[.drives[].events[].times] | add')" "$(number 'select(.kind=="verdict")')"
is 'the worst is first' "$(json '.drives[0].violations == ([.drives[].violations // 0] | max)')" true
is 'findings with their steps' "$(json '[.findings[] | .steps | length] | add')" 6
is 'incidents' "$(json '.incidents | length')" 1
is 'heads' "$(json '.sources[1].head')" "\"$(tail -qn 1 "$T/b/0000000004.jsonl" | sha256sum | cut -c1-64)\""
run report "$T/a" --json --since 2026-11-01 --until 2026-11-10
is 'a time alone' "$(sed '/^usbzonectl: /d' <<<"$out" | jq .totals.records)" \
        "$(jq -c 'select(.time[:10] >= "2026-11-01" and .time[:10] <= "2026-11-10")' "$T"/a/*.jsonl | wc -l)"
is 'but findings are those of today' "$(sed '/^usbzonectl: /d' <<<"$out" | jq '.findings | length')" 1

# --- the page ---
mkdir -p "$T/locale/zh_CN/LC_MESSAGES"
cp "$(dirname "$CTL")/po/zh_CN.mo" "$T/locale/zh_CN/LC_MESSAGES/usbzone.mo"
export USBZONE_LOCALE_DIR=$T/locale
for lang in en zh_CN; do
        LC_ALL=C fact "a page in $lang" 0 '' report "$T/a" "$T/b" "$T/c" --lang $lang --history "$T/logs/kern.log" --out "$T/$lang.html"
        fact_page() { # NAME REGEX
                holds "$lang: $1" grep -qE "$2" "$T/$lang.html"
        }
        if command -v xmllint >/dev/null; then
                holds "$lang: well-formed" xmllint --noout --nonet "$T/$lang.html"
        else
                holds "$lang: well-formed" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$T/$lang.html"
        fi
        is "$lang: no script, picture, link, or address" "$(python3 "$here/page_loads.py" "$T/$lang.html")" ''
        is "$lang: texts stay texts" "$(grep -c '&lt;script&gt;alert(1)&lt;/script&gt;' "$T/$lang.html" | sed 's/^[1-9].*/some/')" some
        fact_page 'the number of violations' "<b>$(number "$violations")</b>"
        fact_page 'nothing may be loaded' "default-src 'none'"
        fact_page 'the head of each ledger' "$(sha256sum < <(tail -qn 1 "$T/c/0000000004.jsonl") | cut -c1-64)"
        fact_page 'a lane of each drive' '<svg [^>]*class="time"'
        is "$lang: as many rows as violations" "$(grep -c '<tr><td class="t">2026' "$T/$lang.html")" "$(number "$violations")"
done
holds 'the page says that it is Chinese' grep -q '<html lang="zh-CN">' "$T/zh_CN.html"
holds 'and is' grep -q 'U盘使用情况报告' "$T/zh_CN.html"
holds 'the other is English' grep -q 'Use of USB drives: report' "$T/en.html"
fact 'what logs name, in Chinese' 0 '由日志导入，未经签名.*LOG1' report "$T/a" --lang zh_CN --history "$T/logs/kern.log"
fact 'a language that is none' 2 'none of en, zh_CN' report --lang tlh --out "$T/x"
fact 'without --out it goes to the output' 0 '<!DOCTYPE html>' report "$T/a"
fact 'a file that cannot be written' 1 'cannot write' report "$T/a" --out "$T/none/x.html"
holds 'nothing is left of it' test ! -e "$T/none"

# --- CSV ---
"$CTL" report "$T/a" "$T/b" "$T/c" --csv >"$T/report.csv" 2>/dev/null
csv() { python3 -c 'import csv, sys; rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"))); print(eval(sys.argv[2]))' "$T/report.csv" "$1"; }
is 'CSV: a row each' "$(csv 'len(rows) - 1')" "$(number "$violations")"
is 'CSV: no cell is a formula' "$(csv 'sum(c[:1] in "=+-@" and c != "" for r in rows for c in r)')" 0
is 'CSV: such a cell is there' "$(csv "any(c.startswith(\"'=cmd\") for r in rows for c in r)")" True
is 'CSV: every row is whole' "$(csv 'len({len(r) for r in rows})')" 1
fact 'CSV and JSON' 2 'give one of' report --csv --json

# --- a computer that was set up later ---
python3 - >"$T/late.json" <<'END'
import json
bad = {"verdict": "block", "effect": "block", "reason": "no-label", "severity": "warning", "identity": "ee" * 32}
unset = {"host": ""}
print(json.dumps([["2026-11-20T08:00:00.000001Z", "start", unset],
                  ["2026-11-20T08:01:00.000001Z", "verdict", {**bad, **unset}],
                  ["2026-11-20T09:00:00.000001Z", "mode", {"mode": "enforce"}],
                  ["2026-11-20T10:00:00.000001Z", "verdict", bad],
                  ["2026-11-20T11:00:00.000001Z", "acknowledged", {"record": 2, "text": "seen", "who": "li"}]]))
END
d=$(printf 'd%.0s' {1..32})
LEDGER_ONLY=$T/late.json LEDGER_HOST=$d python3 "$here/make_ledger.py" "$T/late" >/dev/null
run report "$T/late" --json
sed '/^usbzonectl: /d' <<<"$out" >"$T/report.json"
is 'records from before the setup are of the same computer' \
        "$(json '[.sources[].host, (.drives[].hosts | keys[]), .violations[].host] | unique')" "[\"$d\"]"
is 'and what was said later goes for them' "$(json '[.violations[].acknowledged]')" '[true,false]'

# --- computers that were never set up ---
python3 - "$T/n1.json" "$T/n2.json" <<'END'
import json
import sys
bad = {"verdict": "block", "effect": "block", "reason": "no-label", "severity": "warning", "identity": "ee" * 32}
records = [["2026-11-20T08:00:00.000001Z", "start", {}], ["2026-11-20T08:01:00.000001Z", "verdict", bad],
           ["2026-11-20T08:02:00.000001Z", "verdict", bad],
           ["2026-11-20T11:00:00.000001Z", "finding", {"record": 2, "text": "seen", "who": "li", "due": 0}],
           ["2026-11-20T12:00:00.000001Z", "finding-closed", {"finding": 4, "text": "done", "who": "li"}]]
with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump(records, out)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump(records[:3] + [["2026-11-20T11:00:00.000001Z", "finding", {**records[3][2], "record": 3}]], out)
END
for n in n1 n2; do LEDGER_ONLY=$T/$n.json LEDGER_HOST='' python3 "$here/make_ledger.py" "$T/$n" >/dev/null; done
acknowledged() { # LEDGERS...
        run report "$@" --json
        sed '/^usbzonectl: /d' <<<"$out" >"$T/report.json"
        json '[.violations[] | [.seq, .acknowledged]] | sort'
}
is 'an acknowledgement of one goes for that one' "$(acknowledged "$T/n1" "$T/n2")" \
        '[[2,false],[2,true],[3,false],[3,true]]'
is 'in whatever order' "$(acknowledged "$T/n2" "$T/n1")" '[[2,false],[2,true],[3,false],[3,true]]'
is 'so does the end of a finding' "$(json '[.findings[].state] | sort')" '["closed","open"]'

# --- broken ---
sed -i '5s/"verdict":"[a-z-]*"/"verdict":"allowed"/' "$T/b/0000000004.jsonl"
run report "$T/a" "$T/b" "$T/c" --json
is 'a broken ledger: 5' "$rc" 5
sed '/^usbzonectl: /d' <<<"$out" >"$T/report.json"
is 'it is named' "$(json '.sources[1] | [.verified, .bad, .problem != ""]')" '[false,8,true]'
is 'the others verify' "$(json '[.sources[0,2].verified]')" '[true,true]'
is 'what follows the break is not counted' "$(json '.sources[1].records')" 7
fact 'the page says so' 5 'The evidence is broken: 1 of 2 ledgers' report "$T/a" "$T/b"
fact 'a ledger that is not there' 1 'cannot read' report "$T/none"
printf 'usbzone-export 1\n' >"$T/package"
fact 'a package that is none' 5 'evidence is broken' report "$T/package" --out "$T/x.html"
mkdir -p "$T/state/ledger"
cp "$T"/a/*.jsonl "$T/state/ledger/"
fact 'without words: this computer' 0 'aaaaaaaa' report

# --- an export package ---
rm -rf "${T:?}/state" "${T:?}/etc"
found
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
LEDGER_SIGNER=$T/state/ledger-signer.pem
export LEDGER_HOST LEDGER_SIGNER
rm -rf "$T/state/ledger"
python3 "$here/make_ledger.py" "$T/state/ledger" '' '' 3 6 >/dev/null
fact 'an export' 0 'Records 1 to 6' export "$T/p.uzx"
cat >"$T/more" <<'END'
[["2026-11-22T08:00:00.000001Z", "finding", {"record": 3, "text": "a door", "who": "li (uid 1000)"}],
 ["2026-11-23T08:00:00.000001Z", "finding-closed", {"finding": 7, "text": "locked", "who": "li (uid 1000)"}]]
END
mv "$T/state/ledger" "$T/kept"
LEDGER_MORE=$T/more python3 "$here/make_ledger.py" "$T/state/ledger" '' '' 3 8 >/dev/null
fact 'an export with a finding' 0 'Records 1 to 7' export --until 2026-11-22 "$T/f1.uzx"
fact 'and one of its end' 0 'Records 8 to 8' export --since 2026-11-23 "$T/f2.uzx"
rm -r "$T/state/ledger"
mv "$T/kept" "$T/state/ledger"
finding_is() { # NAME STATE PACKAGE...
        run report "${@:3}" --json
        is "$1" "$(sed '/^usbzonectl: /d' <<<"$out" | jq -r '[.findings[].state] | join(" ")')" "$2"
}
finding_is 'as far as one package goes it is open' open "$T/f1.uzx"
finding_is 'with the later one it is closed' closed "$T/f2.uzx" "$T/f1.uzx"
fact 'and one of a day' 0 'Records 4 to 6' export --since 2026-11-21 "$T/d.uzx"
fact 'and one that another follows' 0 'Records 1 to 3' export --until 2026-11-20 "$T/o.uzx"
rm -rf "${T:?}/state" "${T:?}/etc"
for set in "$T/o.uzx $T/d.uzx" "$T/d.uzx $T/o.uzx" "$T/p.uzx $T/d.uzx $T/o.uzx $T/p.uzx"; do
        # shellcheck disable=SC2086 # a list
        run report $set --json
        is 'of one computer, what is in two packages is counted once' \
                "$(sed '/^usbzonectl: /d' <<<"$out" | jq -c '[.totals.records, .totals.violations, (.violations | length), ([.drives[].events[].source] | unique)]')" \
                '[6,2,2,[0]]'
done
run report "$T/p.uzx" --json
sed '/^usbzonectl: /d' <<<"$out" >"$T/report.json"
is 'a package: name by its credential, records, heads' \
        "$(json '.sources[0] | [.name, .records, .head_seq, .heads, .verified]')" '["pc1",6,6,2,true]'
is 'its violations' "$(json '[.totals.violations, .totals.blocked]')" '[2,2]'
run report "$T/d.uzx" --json
is 'a part of a ledger' "$(sed '/^usbzonectl: /d' <<<"$out" | jq -c '[.sources[0].records, .totals.violations]')" '[3,1]'
fact 'the page names the computer' 0 '<b>pc1</b>' report "$T/p.uzx"
python3 - "$T/p.uzx" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[data.rindex(b"zone-mismatch")] ^= 1
open(sys.argv[1], "wb").write(data)
END
fact 'an altered package' 5 'class="proof bad"' report "$T/p.uzx"
