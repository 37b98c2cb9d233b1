#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# setup: what it makes, in which order, and what it never overwrites.
. "$(dirname "$0")/lib.sh"

fact 'without a zone and a terminal nothing is asked' 2 '--zone is missing' setup
fact 'a zone that is none is refused' 2 '"office" is none of' setup --zone office
fact 'a classified computer needs a level' 2 'needs --level' setup --zone classified
fact 'other computers have no level' 2 'zone internal has none' setup --zone internal --level secret
fact 'a level that is none is refused' 2 '"high" is none of' setup --zone classified --level high
fact 'a name with an escape code is refused' 2 '--name: 1 to 95 bytes' setup --zone internal --name $'a\e[31m'
holds 'nothing was written by any of these' test ! -e "$T/etc/authority.keys"

fact 'setup says what to do next' 0 'zone internal.*mode enforce' setup --zone internal --name 内网01 --no-start
for f in authority.keys host.credential policy; do
        is "$f may be read by all and written by root" "$(stat -c %a "$T/etc/$f")" 644
done
is 'the keys are root'"'"'s alone' "$(stat -c %a "$T"/etc/authority "$T"/etc/authority/*.pem | tr '\n' ' ')" \
        '700 600 600 600 600 '
holds 'it starts in observe mode' test -e "$T/state/observe"
holds 'the credential names zone and computer' grep -q 'name = 内网01' "$T/etc/host.credential"
is 'the whitelist is there and empty' "$(stat -c %s "$T"/etc/whitelist-*.uzw)" 64
holds 'the policy wants the whitelist' grep -q '^whitelist-required = yes' "$T/etc/policy"
holds 'no half file is left' bash -c '! ls -A "$0" | grep -q tmp' "$T/etc"

before=$(cat "$T/etc/authority.keys")
fact 'a second setup is refused' 1 'set up already.*--force' setup --zone internet --no-start
is 'and changed nothing' "$(cat "$T/etc/authority.keys")" "$before"
rm "$T/state/observe"
echo 'of the old authority' >"$T/etc/revocations/old.uzr"
fact '--force makes a new authority' 0 'zone internet' setup --zone internet --force --no-start --name pc
holds 'the old keys are kept aside' bash -c 'test -s "$0"/authority.old-*/root.pem' "$T/etc"
is 'of the old authority nothing counts any more' "$(ls "$T/etc/revocations")" ''
is 'nothing is left behind' "$(find "$T/etc" -name '.?*')" ''
holds 'the mode stays what it was' test ! -e "$T/state/observe"

# A setup that was cut short has no key list yet; the next one goes through and keeps the keys.
rm "$T/etc/authority.keys"
fact 'an interrupted setup can be run again' 0 'kept in .*authority.old-' setup --zone internal --no-start
plain_image "$T/d.img"
fact 'and its computer can enrol' 0 'is enrolled as N1' enroll "$T/d.img" --number N1 "${AS[@]}"

rm -rf "${T:?}/etc" "${T:?}/state"
fact 'the root key can go elsewhere' 0 'This computer is' \
        setup --zone classified --level secret --root-out "$T/root.pem" --no-start
holds 'it is there, for root alone' test "$(stat -c %a "$T/root.pem")" = 600
holds 'and not here' test ! -e "$T/etc/authority/root.pem"
fact 'a file that is there is not overwritten by it' 1 'exists already' \
        setup --zone internal --force --root-out "$T/root.pem" --no-start
printf '7\n' >"$T/state/policy-version"
fact 'a new policy is newer than any seen before' 0 '' setup --zone internal --force --no-start
is 'version' "$(version)" 8

# --- on a terminal ---
dialogue() { # ANSWERS ARGUMENTS...: what is typed, then the program on a terminal of its own
        local answers=$1
        shift
        out=$(python3 "$(dirname "$0")/on_terminal.py" "$answers" "$CTL" "$@" 2>&1)
        rc=$?
}
nothing_written() { is "$1" "$rc $(find "$T/etc" "$T/state" -mindepth 1 | wc -l)" "$2 0"; }
# usb PORT VID PID PRODUCT CLASS SUBCLASS PROTOCOL: what sysfs shows of a device with one interface
usb() {
        local d=$USBZONE_ROOT_DIR/sys/bus/usb/devices/$1
        mkdir -p "$d" "$d:1.0"
        echo "$2" >"$d/idVendor"
        echo "$3" >"$d/idProduct"
        printf '%b\n' "$4" >"$d/product"
        echo "$5" >"$d:1.0/bInterfaceClass"
        echo "$6" >"$d:1.0/bInterfaceSubClass"
        echo "$7" >"$d:1.0/bInterfaceProtocol"
}
export USBZONE_ROOT_DIR=$T/root
rm -rf "${T:?}/etc" "${T:?}/state"
dialogue $'1\n2\nsecret\nyes\n' setup --no-start --name pc9
is 'the dialogue asks for kind, zone and level and makes a computer' \
        "$rc $(grep -cE '^(zone = classified|level = secret)' "$T/etc/host.credential")" '0 2'
said=$(tr -d '\r' <<<"$out")
for line in 'Nothing is written before your last yes' "Written to $T/etc:" "Written to $T/state: observe mode" \
        'The guard is not started' 'Nothing is locked: in observe mode' 'No USB drive or phone is plugged in now' \
        'Set up pc9 as a computer of zone classified, secret[?] Type yes:'; do
        holds "it said first: $line" grep -qE "$line" <<<"$said"
done
holds 'no line is wider than 80 columns' bash -c "! sed '/Type yes/,\$d; s|$T|/tmp/x|g' <<<\"\$0\" | grep -E '.{81}'" "$said"

usb 1-1.2 0951 1666 'DataTraveler\0033[31m' 08 06 50
usb 1-3 18d1 4ee1 'Pixel' 06 01 01
usb 1-4 046d c31c 'Keyboard' 03 01 01
rm -rf "${T:?}/etc" "${T:?}/state"
dialogue $'7\n\nalone\noffline\ninternet\nno\n' setup
nothing_written 'answers that are none are asked again, and no is no' 1
is 'each time it says what an answer is' "$(grep -c 'an answer is a number from 1 to' <<<"$out")" 3
said=$(tr -d '\r' <<<"$out")
holds 'it names the drive that is plugged in, and lets it say nothing to the terminal' \
        grep -qF '0951:1666 DataTraveler\x1b[31m (storage)' <<<"$said"
holds 'and the phone' grep -qF '18d1:4ee1 Pixel (camera or phone (PTP/MTP))' <<<"$said"
is 'not the keyboard' "$(grep -c 046d <<<"$said")" 0
holds 'and how many enforcing would block' grep -q 'Enforcing would block 2 of them' <<<"$said"
holds 'and what is started' grep -q 'usbzoned.service) is started, now and at each boot' <<<"$said"
dialogue $'yes\n' setup --no-start --zone internal --name pc9
is 'what was said on the command line is not asked' "$rc $(grep -c 'on its own' <<<"$out")" '0 0'
rm "$T/state/observe"
dialogue $'no\n' setup --no-start --zone internal --force
holds 'a computer that enforces is told that drives will be blocked' \
        grep -q 'The mode stays enforce: drives are BLOCKED' <<<"$out"
holds 'and nothing was replaced' bash -c '! ls -d "$0"/authority.old-*' "$T/etc"
rm -rf "${T:?}/etc" "${T:?}/state"
dialogue $'2\n' setup --no-start
nothing_written 'a computer of an office is told the way, and nothing is made here' 0
holds 'the way begins with a request' grep -q 'usbzonectl host request --out REQUEST' <<<"$out"
for answers in '' $'1\n' $'1\nclassified\n' $'1\ninternal\n' $'1\ninternal\n\n'; do
        dialogue "$answers" setup --no-start
        nothing_written "a terminal that closes, or an empty answer, is no (${answers//$'\n'/ })" 1
done
for answers in $'\x03' $'1\n\x03' $'1\nclassified\n2\n\x03'; do
        dialogue "$answers" setup --no-start
        nothing_written 'Ctrl-C at a question leaves nothing behind' 254
done
(
        in_chinese
        dialogue $'1\n3\nno\n' setup --no-start --name pc9
        tr -d '\r' <<<"$out"
) >"$T/chinese"
for words in '单机' '本次将' '不锁定' '插入' '互联网' '未作任何更改'; do
        holds "the dialogue in Chinese has $words" grep -q "$words" "$T/chinese"
done
unset USBZONE_ROOT_DIR
found
plain_image "$T/d.img"
before=$(sum "$T/d.img")
dialogue $'yes\n' enroll "$T/d.img" "${AS[@]}" --number N1 --format vfat
is 'erasing wants the media number typed' "$rc $(sum "$T/d.img")" "1 $before"
dialogue $'N1\n' enroll "$T/d.img" "${AS[@]}" --number N1 --format vfat
is 'and then does it' "$rc" 0

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
        chmod 755 "$T" "$T/etc"
        out=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$CTL" setup --zone internal --force 2>&1)
        is 'only root may set up' "$? $out" '4 usbzonectl: not permitted: setup is for root'
        chmod 666 "$T/d.img"
        out=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$CTL" enroll "$T/d.img" --number N2 2>&1)
        is 'only root may enrol' "$? $out" "4 usbzonectl: not permitted: the authority's keys are for root"
else
        skip 'only root may set up: not root'
fi

# --- the first key of the ledger's seal ---
rm -rf "${T:?}/etc" "${T:?}/state"
fact 'setup gives out the ledger key once' 0 'first key:.*usbzone-ledger-key 1.*for the auditor alone' \
        setup --zone internal --name pc1 --no-start
is 'what stays here is for root alone' "$(stat -c %a "$T/state/ledger.key")" 600
printed=$(sed -n '/^usbzone-ledger-key 1$/,/^check = /p' <<<"$out")
is 'and what was given out is the first key' "$printed" "$(cat "$T/state/ledger.key")"
kept=$(cat "$T/state/ledger.key")
fact 'another setup leaves the ledger its key' 0 'This computer is' setup --zone internal --force --no-start
is 'it is the same' "$(cat "$T/state/ledger.key")" "$kept"
fact 'a ledger that has a key gets no other' 0 'goes on with the key it has' setup --new-ledger-key
rm "$T/state/ledger.key"
fact 'the key can be written to a file' 0 'first key is in' setup --new-ledger-key --ledger-key-out "$T/first.key"
is 'for its owner alone' "$(stat -c %a "$T/first.key")" 600
holds 'it is what the ledger begins with' cmp "$T/first.key" "$T/state/ledger.key"
rm "$T/state/ledger.key"
fact 'a file that is there is not overwritten' 1 'exists already' \
        setup --new-ledger-key --ledger-key-out "$T/first.key"
fact 'a name may be long: that of the authority is cut between characters' 0 'authority "内{26} authority"' \
        setup --zone internet --force --no-start --name "$(printf '内%.0s' {1..27})"
for f in host-key.pem ledger-signer.pem; do
        touch "$T/state/$f"
        chmod 0640 "$T/state/$f"
done
is 'doctor finds keys of the computer that others may read' \
        "$("$CTL" doctor --json 2>/dev/null | jq -r '.findings[].text' | grep -cE '(host-key|ledger-signer)[.]pem ')" 2
