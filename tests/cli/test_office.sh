#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An office and its computers: requests, credentials, policies, revocation files, key lists; what is
# altered, foreign, old or unfitting is refused, and what was in force stays.
. "$(dirname "$0")/lib.sh"
O=$T/office
on() { # NAME: from here on, as this computer
        export USBZONE_ETC_DIR=$T/$1/etc USBZONE_STATE_DIR=$T/$1/state
        E=$USBZONE_ETC_DIR S=$USBZONE_STATE_DIR
        mkdir -p "$E" "$S"
}
draft() { # VERSION [LINE...]
        printf 'usbzone-policy 1\nversion = %s\nname = County\n' "$1"
        shift
        [ $# = 0 ] || printf '%s\n' "$@"
}
signed() { # FILE VERSION [LINE...]: a policy of the office
        local file=$1
        shift
        draft "$@" >"$T/draft"
        "$CTL" policy sign "$T/draft" --dir "$O" --out "$file" >/dev/null 2>&1 || bad "sign $file" ''
}
said() { # NAME STATUS REGEX
        if [ "$rc" = "$2" ] && [[ $out =~ $3 ]]; then good "$1"; else bad "$1" "status $rc" "said: $out"; fi
}
state() { (cd "$E" && find . -type f -exec sha256sum {} + | sort); }
refused() { # NAME REGEX ARGUMENTS...: status 1 or 3, and nothing changed
        local name=$1 regex=$2 before
        shift 2
        before=$(state)
        run "$@"
        if [[ $rc == [13] && $out =~ $regex ]]; then good "$name"; else bad "$name" "status $rc; to match: $regex" "said: $out"; fi
        is "$name: what was there stays" "$(state)" "$before"
}
"$CTL" authority init --dir "$O" --name 'County office' --no-passphrase >/dev/null

# --- policies on the office's desk ---
draft 1 'contact = room 301' '# why' 'expires = 2090-01-01' >"$T/d1"
fact 'a draft is checked' 0 'version 1, without error, not signed' policy check "$T/d1"
fact 'it is signed' 0 'Policy version 1 is signed' policy sign "$T/d1" --dir "$O" --out "$T/p1"
holds 'its text stays as it was, comments too' bash -c 'cmp -n "$(stat -c %s "$0")" "$0" "$1"' "$T/d1" "$T/p1"
fact 'signed, it is checked with its signature' 0 'without error, signed' policy check "$T/p1" --dir "$O"
on nobody
fact 'without keys there is nothing to check it against' 1 'no keys are known here' policy check "$T/p1"
fact 'a policy is shown' 0 'County, version 1.*internal.*block' policy show "$T/p1"
is 'and in JSON' "$("$CTL" policy show "$T/p1" --json | jq -c '[.version, (.rules | length), .contact]')" '[1,12,"room 301"]'
draft 2 'rule = internet internal allow' >"$T/bad"
fact 'an error has line, column and what to write' 1 'bad, line 4, column 26: .*only .block. may stand here' policy check "$T/bad"
fact 'and is not signed' 1 'bad, line 4' policy sign "$T/bad" --dir "$O" --out "$T/never"
holds 'nothing was written' test ! -e "$T/never"
fact 'a key list is no policy' 1 "first line is not 'usbzone-policy 1'" policy check "$O/authority.keys"
draft 2 'expires = 2001-01-01' >"$T/past"
fact 'one that has ended is not signed' 1 "'expires' is past" policy sign "$T/past" --dir "$O" --out "$T/never"
draft 2 'contact = room 302' 'class = allow 02:02:*' 'class = block e0:*:*' >"$T/d2"
draft 2 'contact = room 302' 'class = block e0:*:*' 'class = allow 02:02:*' >"$T/d3"
fact 'two are compared' 0 'version = 1.*contact = room 301.*\+ version = 2.*\+ class = allow' policy diff "$T/p1" "$T/d2"
fact 'the order of class lines counts' 0 'another order' policy diff "$T/d2" "$T/d3"
is 'equal ones have no difference' "$("$CTL" policy diff "$T/d2" "$T/d2")" ''

# --- what counts for all, and for the computers of one zone ---
digest=sha256:$(printf '0a%.0s' {1..32})
draft 3 "whitelist = $digest" 'whitelist-required = yes' 'grant = internet read-only 2h approval' \
        'grant = none block' 'notice = Hand it in.' 'notice[zh_CN] = 请上交。' 'contact = room 301' \
        'class = allow 06:*:*' '[internet]' 'whitelist-required = all' 'contact = room 101' \
        'class = block 06:*:*' '[classified]' 'grant-max = 30m' >"$T/zones"
fact 'a policy with sections is shown' 0 "required
.*Exceptions +480 minutes at most
 +no label: none
 +internet: read-only, 120 minutes at most, with approval number
.*Notice +Hand it in\.
 +\[zh_CN\] 请上交。
Contact +room 301
.*Only on computers of zone classified:
  grant-max = 30m

Only on computers of zone internet:
  class = block 06:\*:\*
  whitelist-required = all
  contact = room 101$" policy show "$T/zones"
computer() {
        "$CTL" policy show "$T/zones" --json | jq -c ".computers[] | select(.computer == \"$1\") | $2"
}
is 'what counts on an internet computer' "$(computer internet '[.whitelist_required, .grant_max, .contact, .notice[0].text]')" \
        '["all",28800,[{"language":"","text":"room 101"}],"Hand it in."]'
is 'on a classified one' "$(computer classified '[.whitelist_required, .grant_max, .contact[0].text]')" '["yes",1800,"room 301"]'
is 'what an exception can be there' "$(computer classified '.grants[] | select(.drive == "internet") | [.most, .longest, .approval]')" \
        '["read-only",1800,true]'
sed -e 's/^grant-max = 30m/grant-max = 40m/' -e 's/\[internet\]/[internal]/' "$T/zones" >"$T/zones2"
fact 'a difference names its section' 0 '^- \[classified\] grant-max = 30m
- \[internet\] class = block 06:\*:\*
- \[internet\] whitelist-required = all
- \[internet\] contact = room 101
\+ \[internal\] class = block' policy diff "$T/zones" "$T/zones2"
draft 3 'class = allow 06:*:*' '[internet]' 'class = allow 07:*:*' 'class = block 07:01:*' >"$T/order1"
draft 3 'class = allow 06:*:*' '[internet]' 'class = block 07:01:*' 'class = allow 07:*:*' >"$T/order2"
fact 'the order in a section counts' 0 '^The class lines stand in another order' policy diff "$T/order1" "$T/order2"
draft 3 '[internet]' 'expires = 2090-01-01' >"$T/bad"
fact 'what counts for all does not stand in a section' 1 "bad, line 5, column 1: 'expires' counts for all: put it above the section of line 4" \
        policy check "$T/bad"
draft 3 'contact[zh-CN] = x' >"$T/bad"
fact 'a language that is none' 1 'bad, line 4, column 8' policy check "$T/bad"
signed "$T/p1" 1 'expires = 2090-01-01'

# --- a computer joins ---
on pc1
fact 'a computer asks' 0 'The request of pc1 is in' host request --name pc1 --out "$T/pc1.request"
is 'its key is for root alone' "$(stat -c %a "$S/host-key.pem")" 600
holds 'and is not in the request' bash -c '! grep -q PRIVATE "$0"' "$T/pc1.request"
kept=$(cat "$S/host-key.pem")
fact 'asking again keeps the key' 0 '' host request --name pc1 --out "$T/pc1.request"
is 'it is the same' "$(cat "$S/host-key.pem")" "$kept"
fact 'a new key waits until its request is written' 1 'cannot write' \
        host request --new-key --name pc1 --out "$T/no-folder/pc1.request"
is 'the key stays until then' "$(cat "$S/host-key.pem")" "$kept"
fact 'a zone has to be given' 2 '--zone ZONE and --out FILE' host sign "$T/pc1.request" --dir "$O" --out "$T/pc1.cred"
fact 'a classified computer needs a level' 2 'needs --level' host sign "$T/pc1.request" --zone classified --dir "$O" --out "$T/pc1.cred"
fact 'what has ended is not signed' 2 'would have ended already' \
        host sign "$T/pc1.request" --zone internal --not-before 2001-01-01 --days 1 --dir "$O" --out "$T/never"
fact 'a key that signs no credentials is told, and by which list' 1 "none of the host keys that $O/authority.keys lists" \
        host sign "$T/pc1.request" --zone internal --dir "$O" --key "$O/label.pem" --out "$T/never"
fact 'the office signs' 0 'The credential of pc1 .* for zone classified, secret' \
        host sign "$T/pc1.request" --zone classified --level secret --days 365 --dir "$O" --out "$T/pc1.cred"
sed 's/^name = pc1$/name = pc2/' "$T/pc1.request" >"$T/forged.request"
fact 'an altered request is not signed' 1 'the text was altered' \
        host sign "$T/forged.request" --zone internal --dir "$O" --out "$T/never"
fact 'a policy alone makes no computer of the office' 1 'host install makes it one' policy install "$T/p1"
fact 'the key list is needed, too' 1 'key list .authority.keys. is needed' host install "$T/pc1.cred" "$T/p1"
fact 'nobody trusts keys unseen' 2 'compare them' host install "$T/pc1.cred" "$T/p1" "$O/authority.keys"
holds 'nothing is in force' test ! -e "$E/authority.keys"
fact 'a request is not installed' 1 'is a request' host install "$T/pc1.request" "$T/p1" "$O/authority.keys" --yes
fact 'all together they are' 0 'In force: policy version 1, key list version 1, pc1 in zone classified, secret' \
        host install "$T/pc1.cred" "$T/p1" "$O/authority.keys" --yes --no-start --ledger-key-out "$T/pc1.ledger-key"
holds 'it starts in observe mode' test -e "$S/observe"
holds 'the auditor has the first key' test -s "$T/pc1.ledger-key"
is 'nothing else is left behind' "$(find "$E" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')" 'authority.keys host.credential policy revocations '

# --- what does not fit ---
on pc2
run host request --name pc2 --out "$T/pc2.request"
fact 'a credential is for one computer' 3 'for another computer, pc1' \
        host install "$T/pc1.cred" "$T/p1" "$O/authority.keys" --yes --no-start
kept=$(cat "$S/host-key.pem")
fact 'a new key on demand' 0 '' host request --new-key --name pc2 --out "$T/pc2.request"
holds 'it is another one' test "$kept" != "$(cat "$S/host-key.pem")"
run host sign "$T/pc2.request" --zone internet --dir "$O" --out "$T/pc2.cred"
fact 'another computer joins' 0 'pc2 in zone internet' host install "$T/pc2.cred" "$T/p1" "$O/authority.keys" --yes --no-start
on pc1
refused 'the credential of another computer' 'for another computer' host install "$T/pc2.cred"
signed "$T/p2" 2 'expires = 2090-01-01' 'rule = internal internal read-only'
fact 'a newer policy is installed' 0 'policy version 2' policy install "$T/p2"
is 'the computer remembers its version' "$(head -n 1 "$S/policy-version")" 2
refused 'an older policy' '/p1 is version 1, older than version 2' policy install "$T/p1"
said 'by the policy in force' 3 'in force here'
signed "$T/p2b" 2 'expires = 2090-01-01'
refused 'another policy of the same version' 'a change needs a higher version' policy install "$T/p2b"
fact 'the same one again is no mistake' 0 'version 2' policy install "$T/p2"
signed "$T/soon" 3 "expires = $(date -u -d '+20 days' +%F)"
fact 'an end within 30 days is told' 0 'the policy ends on' policy install "$T/soon"
signed "$T/later" 4 'not-before = 2089-01-01'
refused 'a policy that has not begun' 'not in force yet' policy install "$T/later"
sed 's/^expires = .*/expires = 2099-01-01/' "$T/soon" >"$T/altered"
refused 'an altered policy' 'the text was altered' policy install "$T/altered"
draft 9 >"$T/unsigned"
refused 'one that is not signed' 'not signed' policy install "$T/unsigned"
"$CTL" authority init --dir "$T/foreign" --name Foreign --no-passphrase >/dev/null
"$CTL" policy sign "$T/unsigned" --dir "$T/foreign" --out "$T/p-foreign" >/dev/null 2>&1
refused 'one of another office' 'does not know' policy install "$T/p-foreign"
refused 'the key list of another office' 'not newer|not signed by enough root keys' policy install "$T/foreign/authority.keys" "$T/p-foreign"
fact 'a key of another purpose signs no policy' 1 'wrong key|no private key' policy sign "$T/unsigned" --dir "$O" --key "$O/label.pem" --out "$T/never"
head -c 100000000 /dev/zero >"$T/garbage"
refused '100 MB of nothing' 'its first line is none of' policy install "$T/garbage"
{ echo 'usbzone-policy 1'; head -c 100000000 /dev/zero; } >"$T/garbage"
refused '100 MB behind a good first line' 'too large' policy install "$T/garbage"
rm "$T/garbage"
refused 'a folder' 'no regular file' policy install "$T"
mkfifo "$T/pipe"
refused 'a pipe' 'no regular file' policy install "$T/pipe"
signed "$T/p5" 5 'expires = 2090-01-01' "whitelist = sha256:$(printf '%064d' 7)"
refused 'a policy whose whitelist did not come along' 'whitelist-0000000000000000.uzw is missing' policy install "$T/p5"

# --- whitelists that no policy asks for ---
printf 'identity,zone\n%064x,internal\n' 7 >"$T/wl.csv"
"$CTL" whitelist build "$T/wl.csv" --out "$T/wl.uzw" >/dev/null
refused 'a whitelist that the policy in force does not name' 'wl.uzw is not the whitelist that the policy names' policy install "$T/wl.uzw"
signed "$T/p5" 5 'expires = 2090-01-01' "whitelist = sha256:$(sha256sum <"$T/wl.uzw" | cut -d ' ' -f 1)"
cp "$T/wl.uzw" "$T/longer.uzw" && echo >>"$T/longer.uzw"
refused 'a policy with an altered whitelist' 'longer.uzw is not the whitelist.*whitelist-[0-9a-f]*.uzw is missing' \
        policy install "$T/longer.uzw" "$T/p5"
truncate -s 200G "$T/longer.uzw"
refused 'one of 200 GB' 'longer.uzw is refused: it is too large' policy install "$T/longer.uzw" "$T/p5"
rm "$T/longer.uzw"
fact 'the right one, whatever the order' 0 'policy version 5' policy install "$T/wl.uzw" "$T/p5"
printf 'identity,zone\n%064x,internal\n' 8 >"$T/wl.csv"
"$CTL" whitelist build "$T/wl.csv" --out "$T/wl2.uzw" >/dev/null
is 'another one beside it is left out' "$(run policy install "$T/wl2.uzw" "$T/p5"; echo "$rc"; find "$E" -name '*.uzw' | wc -l)" "$(printf '0\n1')"

# --- credentials that have ended, or not begun ---
fact 'a short one' 0 '' host sign "$T/pc1.request" --zone classified --level secret --dir "$O" --out "$T/pc1.short" \
        --not-after "$(date -u -d '+2 seconds' +%FT%TZ)"
sleep 2.1
refused 'a credential that has ended' 'pc1.short has expired' host install "$T/pc1.short"
fact 'one for later' 0 '' host sign "$T/pc1.request" --zone classified --level secret --dir "$O" --out "$T/pc1.later" \
        --not-before 2080-01-01
refused 'a credential that has not begun' 'pc1.later is not in force yet' host install "$T/pc1.later"

# Every byte of a credential and of a policy, changed.
flipped() { # NAME FILE COMMAND...
        local name=$1 file=$2 before taken
        shift 2
        before=$(state)
        taken=$(python3 - "$file" "$T/flip" "$CTL" "$@" <<'PY'
import subprocess
import sys

good = open(sys.argv[1], "rb").read()
for i in range(len(good)):
    data = bytearray(good)
    data[i] ^= 4
    with open(sys.argv[2], "wb") as f:
        f.write(data)
    run = subprocess.run([*sys.argv[3:], sys.argv[2]], stdin=subprocess.DEVNULL, capture_output=True)
    if run.returncode not in (1, 3) or not run.stderr:
        print("byte", i, "status", run.returncode)
PY
)
        is "$name with a byte flipped, each of $(stat -c %s "$file"), is refused" "$taken" ''
        is "$name: and what was there stays" "$(state)" "$before"
}
flipped 'a credential' "$T/pc1.cred" host install
signed "$T/p6" 6 'expires = 2090-01-01'
flipped 'a policy' "$T/p6" policy install

# --- another zone ---
fact 'another zone needs another credential' 0 '' host sign "$T/pc1.request" --zone internal --dir "$O" --out "$T/pc1.moved"
fact 'which moves the computer, and says so' 0 'was in zone classified before' host install "$T/pc1.moved"
refused 'and the credential from before does not move it back' 'older than the credential in force' \
        host install "$T/pc1.cred"

# --- key lists ---
run authority rotate root --dir "$O" --no-passphrase
run authority rotate root --dir "$O" --no-passphrase
run authority rotate policy --dir "$O" --no-passphrase
signed "$T/p7" 7 'expires = 2090-01-01'
refused 'a list with one missing before it' 'lists between, too' policy install "$O/authority.keys" "$T/p7"
fact 'the lists in between lead there' 0 'policy version 7, key list version 4' \
        policy install "$O"/authority.keys.[234] "$T/p7"
refused 'the list before' 'older than|not newer' policy install "$O/authority.keys.2" "$T/p6"
is 'the version of the list is remembered' "$(cat "$S/keys-version")" 4
cp "$O/authority.keys.3" "$E/authority.keys"
run policy install "$T/p7"
said 'a list put back by hand is refused' 1 'older than version 4 seen before|does not know'
cp "$O/authority.keys.4" "$E/authority.keys"

# --- revocation files ---
label=00112233445566778899aabbccddeeff
fact 'a file is made' 0 'r1.uzr revokes 1 things now' revoke --label "$label" --reason lost --dir "$O" --out "$T/r1.uzr"
fact 'what stands in it is not added twice' 1 'revoked already' revoke --label "$label" --reason lost --dir "$O" --out "$T/r1.uzr"
fact 'more is' 0 'revokes 2 things' revoke --drive "$label$label" --reason lost --dir "$O" --out "$T/r1.uzr"
fact 'root keys are not revoked by it' 1 'cannot take away' revoke --reason x --dir "$O" --out "$T/r2.uzr" \
        --key "$("$CTL" authority show --dir "$O" --json | jq -r '.keys[] | select(.purpose == "root").id')"
sed "s/^revoke-label = 00/revoke-label = 01/" "$T/r1.uzr" >"$T/forged.uzr"
refused 'an altered one' 'the text was altered' policy install "$T/forged.uzr"
fact 'nor is anything added to it' 1 'the text was altered' revoke --label "$label" --reason x --dir "$O" --out "$T/forged.uzr"
fact 'alone it is installed' 0 'policy version 7' policy install "$T/r1.uzr"
is 'as a file of its own' "$(find "$E/revocations" -name '*.uzr' | wc -l)" 1
fact 'twice is once' 0 '' policy install "$T/r1.uzr"
is 'one file' "$(find "$E/revocations" -name '*.uzr' | wc -l)" 1
fact 'another one adds' 0 'revokes 1' revoke --host "$label" --reason stolen --dir "$O" --out "$T/r2.uzr"
fact 'it is installed beside' 0 '' policy install "$T/r2.uzr"
is 'two files' "$(find "$E/revocations" -name '*.uzr' | wc -l)" 2
flipped 'a revocation file' "$T/r2.uzr" policy install
flipped 'a key list' "$O/authority.keys" policy install
key=$("$CTL" authority show --dir "$O" --json | jq -r '[.keys[] | select(.purpose == "policy")] | last.id')
signed "$T/suicide" 8 "revoke-key = $key"
refused 'a policy that revokes the key that signed it' "$T/suicide is refused: .*revoked.*that another key has signed" policy install "$T/suicide"
f=$(find "$E/revocations" -name '*.uzr' | head -n 1)
cp "$f" "$T/aside" && echo >>"$f"
refused 'a damaged one in force lets nothing pass' 'revocations/.*uzr is refused' policy install "$T/p7"
cp "$T/aside" "$f"

# --- links and modes of what is in force ---
chmod 0664 "$E/policy"
run policy install "$T/p7"
is 'a policy that others could write is replaced' "$rc $(stat -c %a "$E/policy")" '0 644'
mv "$E/host.credential" "$E/elsewhere" && ln -s elsewhere "$E/host.credential"
run policy install "$T/p7"
said 'a link in the place of the credential is refused' 1 'no regular file'
fact 'and put right by installing it' 0 '' host install "$T/pc1.moved"
holds 'as a file' test ! -L "$E/host.credential"

# --- an installation cut short ---
mkdir "$E/.install-1" && echo x >"$E/.install-1/policy"
fact 'what one left behind is cleared' 0 '' policy install "$T/p7"
is 'nothing is left' "$(find "$E" -name '.install*' | wc -l)" 0

# --- from a computer of its own to one of the office ---
on pc3
run setup --zone internal --name pc3 --no-start
printf '20\n' >"$S/policy-version"
run host request --new-authority --name pc3 --out "$T/pc3.request"
run host sign "$T/pc3.request" --zone internal --dir "$O" --out "$T/pc3.cred"
refused 'another authority only on demand' 'not for|not signed|not newer|signed by a key' host install "$T/pc3.cred" "$O/authority.keys" "$T/p7" --yes
fact 'on demand it is' 0 'policy version 7, key list version 4, pc3' \
        host install --new-authority "$T/pc3.cred" "$O/authority.keys" "$T/p7" --yes --no-start

# --- drives enrolled with the office's key, on a computer that never had one ---
on pc1
truncate -s 8M "$T/stick.img"
sfdisk -q "$T/stick.img" <<<$'label: dos\nstart=2048, type=c'
fact 'a drive is enrolled with the key of the office' 0 'is enrolled as OF-1' \
        enroll "$T/stick.img" --number OF-1 --vid 1209 --pid 0001 --serial S --scsi-vendor Linux \
        --scsi-product Stick --holder Li --unit Office --no-whitelist --key "$O/label.pem"
is 'the register of numbers is for root alone' "$(stat -c %a "$E/authority" "$E/authority/media.jsonl" | xargs)" '700 600'

on pc3
# --- several policies at once ---
signed "$T/p8a" 8 '# eight'
signed "$T/p8b" 8 '# other'
signed "$T/p9" 9 '# nine'
refused 'two policies of one version' 'p8a and .*p8b are different policies of one version, 8' policy install "$T/p8a" "$T/p8b"
for order in 'p9 p8a' 'p8a p9'; do
        cp "$E/policy" "$T/aside"
        rm -f "$S/policy-version"
        read -ra names <<<"$order"
        fact "the newest of several is taken ($order)" 0 'policy version 9' policy install "${names[@]/#/$T/}"
        cp "$T/aside" "$E/policy"
        rm -f "$S/policy-version"
done

# --- files that come on a drive ---
on pc3
"$CTL" mode enforce --reason test >/dev/null 2>&1
refused 'files are taken from drives only where the policy says so' "no line 'pick-up = yes'" policy pick-up 1
signed "$T/p8" 8 'pick-up = yes'
fact 'a policy that says so' 0 'policy version 8' policy install "$T/p8"
run policy show
said 'it is shown' 0 'Office files +taken from drives of the own zone'
fact 'without a daemon there is no drive' 1 'no D-Bus system bus|usbzoned is not running' policy pick-up 1
private_bus
mock_daemon "$T/calls"
refused 'a drive that is blocked' 'only from drives of this computer.s own zone' policy pick-up 2
refused 'a drive that is not there' 'there is no drive' policy pick-up 9
refused 'what is no path of a device' 'cannot open 1' policy pick-up 1
