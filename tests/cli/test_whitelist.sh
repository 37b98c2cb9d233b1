#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# whitelist: from CSV, from registers, from each other; compared; looked into; a million entries.
. "$(dirname "$0")/lib.sh"
id() { printf '%064x' "$1"; }
A=$(id 10) B=$(id 11) C=$(id 12) L=00112233445566778899aabbccddeeff

printf 'identity,zone,level,label\n%s,internal,,%s\n%s,classified,secret,\n' "$A" "$L" "$B" >"$T/a.csv"
fact 'a table becomes a whitelist' 0 '2 drives are in .*whitelist = sha256:[0-9a-f]{64}' whitelist build "$T/a.csv" --out "$T/a.uzw"
is 'its digest is what is told' "$(sed -n 's/^whitelist = sha256://p' <<<"$out")" "$(sha256sum <"$T/a.uzw" | cut -d' ' -f1)"
fact 'a table from a pipe, too' 0 '2 drives are in' whitelist build <(cat "$T/a.csv") --out "$T/pipe.uzw"
is 'the same one' "$(sum "$T/pipe.uzw")" "$(sum "$T/a.uzw")"
is 'header and two records' "$(stat -c %s "$T/a.uzw")" 192
fact 'a drive is found in it' 0 "internal.*$L" whitelist lookup "$A" "$T/a.uzw"
fact 'with its level' 0 'classified.*secret.*any' whitelist lookup "$B" "$T/a.uzw"
fact 'another one is not' 1 'is not on the whitelist' whitelist lookup "$C" "$T/a.uzw"
fact 'what is neither identity nor number is told' 2 'neither an identity' whitelist lookup nr-7 "$T/a.uzw"

# As spreadsheets write it: a byte order mark, carriage returns, quotes, other columns, another order.
printf '\xef\xbb\xbfholder,zone,"identity",level,remark\r\n"Zhang, ""San""",internal,%s,,x\r\n"Li",classified,"%s",secret,"a,b"\r\n\r\n' "$A" "$B" >"$T/b.csv"
fact 'a table from a spreadsheet is read' 0 '2 drives' whitelist build "$T/b.csv" --out "$T/b.uzw"
fact 'and says the same of a drive' 0 'classified.*secret' whitelist lookup "$B" "$T/b.uzw"

# NAME REGEX CSV
wrong() {
        printf '%b' "$3" >"$T/wrong.csv"
        fact "$1" 1 "wrong.csv, line $2" whitelist build "$T/wrong.csv" --out "$T/never"
}
wrong 'columns must be named' '1: the first line must name' "$A,internal\n"
wrong 'an identity has 64 digits' '2: the identity' "identity,zone\n${A}0,internal\n"
wrong 'a zone is one of three' '3: the zone' "identity,zone\n$A,internal\n$B,office\n"
wrong 'a level is one of three' '2: the level' "identity,zone,level\n$A,classified,high\n"
wrong 'zone and level must fit' '2: zone and level' "identity,zone,level\n$A,internal,secret\n"
wrong 'a classified drive needs a level' '2: zone and level' "identity,zone\n$A,classified\n"
wrong 'a quotation mark is closed' '2: a quotation mark' "identity,zone\n\"$A,internal\n"
wrong 'a label has 32 digits' '2: the label' "identity,zone,label\n$A,internal,12\n"
wrong 'a field that is missing' '2: the zone' "identity,zone\n$A\n"
wrong 'two entries for a drive' '3: another entry .* line 2' "identity,zone\n$A,internal\n$A,internet\n"
wrong 'a line without end' '2: the line is too long' "identity,zone\n$(head -c 9000 /dev/zero | tr '\0' x)\n"
wrong 'bytes that are no table' '1: the first line must name' "$(head -c 300 /dev/urandom | od -An -tx1 | tr -d ' \n')\n"
wrong 'two columns of one name' '1: two columns are called zone' "identity,zone,zone\n$A,internal,internet\n"
wrong 'a line is not cut at a zero byte' '2: there is a zero byte' "identity,zone,level\n$A,internal\0,secret\n"
wrong 'the columns stand in the first line that is not empty' '2: the first line must name' "\n$A,internal\n"
holds 'nothing was written' test ! -e "$T/never"
printf '\r\nidentity,zone\n%s,internal\n' "$A" >"$T/late.csv"
fact 'an empty line before it is no fault' 0 '1 drives' whitelist build "$T/late.csv" --out "$T/late.uzw"
printf 'identity,zone\n%s,internal\n%s,internal\n' "$A" "$A" >"$T/twice.csv"
fact 'the same entry twice is one' 0 '1 drives' whitelist build "$T/twice.csv" --out "$T/twice.uzw"

# --- from enrolments ---
found
plain_image "$T/d.img"
run enroll "$T/d.img" --number N1 "${AS[@]}"
fact 'the drive enrolled here is found by its number' 0 'internal' whitelist lookup N1
fact 'a register becomes a whitelist' 0 '1 drives' whitelist build "$T/etc/authority/media.jsonl" --out "$T/r.uzw"
is 'the same that enrolment made' "$(sum "$T/r.uzw")" "$(sum "$(echo "$T"/etc/whitelist-*.uzw)")"
run enroll "$T/d.img" --number N1 --relabel "${AS[@]}"
fact 'of two lines the later counts' 0 '1 drives' whitelist build "$T/etc/authority/media.jsonl" --out "$T/r.uzw"
is 'the new label' "$(sum "$T/r.uzw")" "$(sum "$(echo "$T"/etc/whitelist-*.uzw)")"
echo 'no json' >"$T/bad.jsonl"
echo '{"identity":1}' >"$T/bad2.jsonl"
fact 'a register with a bad line is told' 1 'bad2.jsonl, line 1: the identity' whitelist build "$T/bad2.jsonl" --out "$T/never"

# --- together, and compared ---
printf 'identity,zone\n%s,internet\n%s,internal\n' "$A" "$C" >"$T/c.csv"
run whitelist build "$T/c.csv" --out "$T/c.uzw"
fact 'two are merged' 0 '3 drives' whitelist merge "$T/a.uzw" "$T/c.uzw" --out "$T/m.uzw"
fact 'the later one counts' 0 'internet' whitelist lookup "$A" "$T/m.uzw"
fact 'the other way round the first' 0 '' whitelist merge "$T/c.uzw" "$T/a.csv" --out "$T/m2.uzw"
fact 'has it' 0 'internal' whitelist lookup "$A" "$T/m2.uzw"
fact 'two are compared' 0 "- $A internal.*\+ $A internet.*\+ $C.*1 removed, 2 added" whitelist diff "$T/a.uzw" "$T/m.uzw"
fact 'equal ones have no difference' 0 '^usbzonectl: 0 removed, 0 added$' whitelist diff "$T/a.uzw" "$T/a.uzw"
is 'in JSON' "$("$CTL" whitelist diff "$T/a.uzw" "$T/m.uzw" --json 2>/dev/null | jq -r .change | tr '\n' ' ')" 'removed added added '
head -c 100 "$T/a.uzw" >"$T/cut.uzw"
fact 'a whitelist that was cut is refused' 1 'cut.uzw is refused' whitelist diff "$T/a.uzw" "$T/cut.uzw"
fact 'a folder is no source' 1 'cannot' whitelist build "$T" --out "$T/never"

# --- a million ---
python3 - "$T/million.csv" <<'PY'
import sys
with open(sys.argv[1], "w") as f:
    f.write("identity,zone,level,label\n")
    for i in range(1000000):
        # Scattered, without a repetition: an odd factor modulo 2^256.
        n = (i * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95) % (1 << 256)
        f.write(f"{n:064x},internal,,{i:032x}\n")
PY
read -r seconds kilobytes < <(python3 - "$CTL" "$T/million.csv" "$T/million.uzw" <<'PY'
import resource
import subprocess
import sys
import time

begin = time.monotonic()
subprocess.run([sys.argv[1], "whitelist", "build", sys.argv[2], "--out", sys.argv[3]],
               check=True, stdout=subprocess.DEVNULL)
print(f"{time.monotonic() - begin:.1f}", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY
)
echo "a million entries: $seconds s, $kilobytes KiB"
is 'a million entries are written' "$(stat -c %s "$T/million.uzw")" 64000064
holds 'within half a minute, on any computer' test "${seconds%.*}" -lt 30
holds 'in less than 256 MiB' test "$kilobytes" -lt 262144
fact 'and one of them is found' 0 'internal' whitelist lookup "$(id 0)" "$T/million.uzw"
