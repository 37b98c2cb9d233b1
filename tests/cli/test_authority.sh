#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# authority: keys made, shown, replaced, retired and copied; passphrases; thresholds.
. "$(dirname "$0")/lib.sh"
O=$T/office
secret() { # LINES ARGUMENTS...: the program with passphrases on descriptor 3
        local lines=$1
        shift
        run "$@" --passphrase-fd 3 3< <(printf '%b' "$lines")
}
said() { # NAME STATUS REGEX
        if [ "$rc" = "$2" ] && [[ $out =~ $3 ]]; then good "$1"; else bad "$1" "status $rc" "said: $out"; fi
}
list() { cat "$O/authority.keys"; }
ids() { sed -nE "s/^— $1\.([0-9a-f]+) .*/\1/p" "$O/authority.keys"; }

fact 'a passphrase is needed where none can be asked' 2 'give --passphrase-fd' authority init --dir "$O" --name Office
rm -rf "$O"
fact 'an authority has a name' 2 '--name TEXT is needed' authority init --dir "$O"
fact 'more signatures than root keys are refused' 2 '--threshold: a number from 1 to 3' \
        authority init --dir "$O" --name O --roots 3 --threshold 4
fact 'six root keys are too many' 2 '--roots: a number from 1 to 5' authority init --dir "$O" --name O --roots 6
secret 'short\n' authority init --dir "$O" --name O
said 'a short passphrase is refused' 2 '8 to 1000 bytes'
rm -rf "$O"
fact 'a descriptor that is none is told' 1 'cannot read a passphrase from descriptor 77' \
        authority init --dir "$O" --name O --passphrase-fd 77
fact 'without an authority there is nothing to show' 1 'there is no authority in' authority show --dir "$O"

# --- what ends before it is done leaves nothing ---
secret 'correct horse\nshort\n' authority init --dir "$O" --name O
said 'a short passphrase of the root key is refused' 2 '8 to 1000 bytes'
is 'no key was made' "$(ls -A "$O")" ''
fact 'nor one where another cannot be written' 1 'cannot write the key /nonexistent/root.pem' \
        authority init --dir "$O" --name O --no-passphrase --root-out /nonexistent/root.pem
is 'all are gone' "$(ls -A "$O")" ''
fact 'two root keys do not share a file' 1 'same.pem exists already' \
        authority init --dir "$O" --name O --no-passphrase --roots 2 --root-out "$T/same.pem" --root-out "$T/same.pem"
is 'and nothing is left' "$(ls -A "$O"; ls "$T"/*.pem 2>/dev/null)" ''
echo other >"$O/label.pem"
fact 'what is in the way is named with its folder' 1 "$O/label.pem exists already" \
        authority init --dir "$O" --name O --no-passphrase
is 'and stays alone' "$(cd "$O" && head -- *)" other
rm "$O/label.pem"
chmod 0777 "$O"
fact 'a folder that others may write is no place for keys' 1 "$O is refused: .*may write to it; chmod go-w" \
        authority init --dir "$O" --name O --no-passphrase
chmod 0700 "$O"
secret 'correct\0horse\n' authority init --dir "$O" --name O
said 'a passphrase is not cut at a zero byte' 2 'has no zero byte'

# --- one root key ---
secret 'correct horse\n' authority init --dir "$O" --name '县保密局'
said 'an authority is made' 0 'The authority "县保密局" is in'
is 'the keys are for their owner alone' "$(stat -c %a "$O" "$O"/*.pem | tr '\n' ' ')" '700 600 600 600 600 '
is 'every private key is encrypted' "$(grep -l 'BEGIN ENCRYPTED PRIVATE KEY' "$O"/*.pem | wc -l)" 4
holds 'with scrypt and AES-256' bash -c 'openssl asn1parse -in "$0/root.pem" | grep -q scrypt && openssl asn1parse -in "$0/root.pem" | grep -q aes-256-cbc' "$O"
fact 'it is not made twice' 1 'has an authority already' authority init --dir "$O" --name O --no-passphrase
fact 'it is shown without any passphrase' 0 'version 1, 1 root.*label.*in force' authority show --dir "$O"
is 'JSON names four keys' "$("$CTL" authority show --dir "$O" --json | jq -r '[.keys[].purpose] | join(" ")')" 'host label policy root'

before=$(list)
secret 'wrong horse battery\n' authority rotate label --dir "$O"
said 'a wrong passphrase is told, and nothing goes on' 1 'passphrase of the key .*root.pem is wrong.*here are 0 and 0'
is 'the list is as it was' "$(list)" "$before"
is 'and no key was left behind' "$(printf '%s\n' "$O"/*.pem | wc -l)" 4

old=$("$CTL" authority show --dir "$O" --json | jq -r '.keys[] | select(.purpose == "label").id')
secret 'correct horse\n' authority rotate label --dir "$O" --days 700
said 'a label key is replaced' 0 'version 2 now'
is 'the old one ended, the new one is in force' \
        "$("$CTL" authority show --dir "$O" --json | jq -c '[.keys[] | select(.purpose == "label").in_force]')" '[false,true]'
holds 'the old key is kept by its id' test -s "$O/label-${old:0:8}.pem"
holds 'the list before is kept' grep -q '^version = 1' "$O/authority.keys.1"
fact 'a passphrase that cannot be asked for is told' 1 'needs its passphrase: give --passphrase-fd' \
        authority retire "$old" --dir "$O"
secret 'correct horse\n' authority retire "${old:0:7}" --dir "$O"
said 'seven digits are too few' 2 'is no key in force'
secret 'correct horse\n' authority retire "$old" --dir "$O"
said 'a key is taken off the list' 0 'nothing that it signed counts'
is 'and is off it' "$(grep -c '^key = label' "$O/authority.keys")" 1
secret 'correct horse\n' authority issue-key root --dir "$O"
said 'a root key is not issued' 2 'none of host, label, policy'
secret 'correct horse\n' authority issue-key label --dir "$O" --not-after 2001-01-01
said 'a key that ends before it begins is refused' 2 'end before it begins'
fact 'so is one that has ended' 2 'would have ended already' \
        authority issue-key label --dir "$O" --no-passphrase --not-before 2001-01-01 --days 1
secret 'correct horse\n' authority rotate policy --dir "$O" --overlap 0 --not-before 2080-01-01
said 'a key can be replaced by one that begins later' 0 'version 4 now'
is 'the old one counts until then' "$("$CTL" authority show --dir "$O" --json |
        jq -c '[.keys[] | select(.purpose == "policy") | [.not_before, .not_after, .in_force]]')" \
        '[[0,3471292800,true],[3471292800,0,false]]'
secret 'correct horse\n' authority issue-key label --dir "$O" --out "$T/second.pem"
said 'a second label key goes to a file' 0 'private part in .*second.pem'
holds 'for its owner alone' test "$(stat -c %a "$T/second.pem")" = 600
secret 'correct horse\n' authority rotate label --dir "$O"
said 'which of two must be named' 2 'means 2 keys'
secret 'correct horse\n' authority retire root --dir "$O"
said 'the last root key stays' 1 'has 1 root keys and needs 1'
secret 'correct horse\n' authority rotate root --dir "$O"
said 'the root key is replaced' 0 'version 6 now.*needs this one first'
is 'old and new root key have signed' "$(ids root | sort -u | wc -l)" 2
secret 'correct horse\n' authority issue-key host --dir "$O"
said 'and the new one signs alone from then on' 0 'version 7 now'
is 'one signature' "$(ids root | wc -l)" 1

# --- two of three ---
rm -rf "$O"
secret 'purpose keys\nholder one\nholder two\nholder three\n' \
        authority init --dir "$O" --name O --roots 3 --threshold 2 --root-out "$T/r1.pem" --root-out "$T/r2.pem"
said 'three root keys of which two must sign' 0 'version 1, 2 root signatures'
is 'two are elsewhere' "$(echo "$O"/root*.pem)" "$O/root-3.pem"
before=$(list)
secret 'holder three\n' authority issue-key label --dir "$O"
said 'one root key is not enough' 1 'needs 2 root keys.*here are 1 and 1'
is 'and changes nothing' "$(list)" "$before"
secret 'holder three\nholder one\n' authority issue-key label --dir "$O" --root "$T/r1.pem"
said 'two are' 0 'version 2 now'
secret 'holder one\n' authority issue-key label --dir "$O" --root "$T/r1.pem" --root "$T/r1.pem"
said 'the same key twice counts once' 1 'here are 1 and 1'
chmod 0640 "$T/r1.pem"
secret 'holder three\nholder one\n' authority issue-key label --dir "$O" --root "$T/r1.pem"
said 'a key that others may read is refused' 1 'group or others may read'
chmod 0600 "$T/r1.pem"
ln -s "$T/r1.pem" "$T/link.pem"
secret 'holder three\nholder one\n' authority issue-key label --dir "$O" --root "$T/link.pem"
said 'so is a link to one' 1 'no regular file'
cp "$O/host.pem" "$T/h.pem"
secret 'purpose keys\nholder three\n' authority issue-key label --dir "$O" --root "$T/h.pem"
said 'a key of another purpose is no root key' 1 'here are 1 and 1'

# --- a list that was altered ---
sed -i 's/^threshold = 2/threshold = 1/' "$O/authority.keys"
fact 'an altered list is refused' 1 'the text was altered' authority show --dir "$O"
sed -i 's/^threshold = 1/threshold = 2/' "$O/authority.keys"
chmod g+w "$O/authority.keys"
fact 'so is one that others may write' 1 'group or others may write' authority show --dir "$O"
chmod g-w "$O/authority.keys"

# --- a copy for the safe ---
rm -rf "$O"
fact 'keys without a passphrase, on demand' 0 'The authority' authority init --dir "$O" --name O --no-passphrase
secret 'for the safe\n' authority backup "$T/safe" --dir "$O"
said 'a copy is made' 0 '4 keys are in .*safe, each under a passphrase'
is 'every key in it is encrypted' "$(grep -l 'BEGIN ENCRYPTED' "$T"/safe/*.pem | wc -l)" 4
is 'the copy is an authority' "$("$CTL" authority show --dir "$T/safe" --json)" "$("$CTL" authority show --dir "$O" --json)"
secret 'for the safe\n' authority rotate host --dir "$T/safe"
said 'that can be used' 0 'version 2 now'
mkdir "$T/full"
if mount -t tmpfs -o size=16k none "$T/full" 2>/dev/null; then
        at_end umount "$T/full"
        secret 'for the safe\n' authority backup "$T/full/safe" --dir "$O"
        said 'a medium that is full is told' 1 'No space left'
        holds 'and half a copy does not stay' test ! -e "$T/full/safe"
else
        skip 'a copy to a full medium: this user cannot mount'
fi
fact 'without a passphrase there is no copy' 2 'passphrase is needed' authority backup "$T/safe2" --dir "$O"
holds 'nor its folder' test ! -e "$T/safe2"
fact 'a folder that is there is not written over' 1 'cannot make .*safe' authority backup "$T/safe" --dir "$O"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$O/web.pem" 2>/dev/null
secret 'for the safe\n' authority backup "$T/safe2" --dir "$O"
said 'an open key of something else is refused' 1 "$O/web.pem is no key of an authority"
holds 'before anything is copied' test ! -e "$T/safe2"
rm "$O/web.pem"
cp "$O/label.pem" "$T/label.pem"
truncate -s 40 "$O/label.pem"
secret 'for the safe\n' authority backup "$T/safe2" --dir "$O"
said 'so is a key that was damaged' 1 'label.pem is no key of an authority'
cp "$T/label.pem" "$O/label.pem"
two_blocks() { # NAME FILE FILE: as one
        cat "$2" "$3" >"$O/host-two.pem"
        secret 'for the safe\n' authority backup "$T/safe2" --dir "$O"
        said "$1" 1 'host-two.pem is no key of an authority, or not one key alone: nothing is copied'
        holds "$1: before anything is copied" test ! -e "$T/safe2"
        rm "$O/host-two.pem"
}
two_blocks 'an open key behind an encrypted one is not carried away' "$T/safe/label.pem" "$O/host.pem"
two_blocks 'nor is one left out behind an open one' "$O/host.pem" "$O/label.pem"
two_blocks 'nor is a second encrypted one passed over' "$T/safe/label.pem" "$T/safe/host.pem"
mkfifo "$O/root-9.pem"
out=$(timeout 10 "$CTL" authority backup "$T/safe2" --dir "$O" 2>&1 </dev/null)
rc=$?
said 'a pipe is refused, and not waited for' 1 'root-9.pem: it is no regular file'
rm "$O/root-9.pem"
{ openssl pkey -in "$O/host.pem" -noout -text; cat "$T/safe/host.pem"; } >"$O/host-words.pem"
secret 'for the safe\n' authority backup "$T/safe2" --dir "$O"
said 'words around a key are no fault' 0 '5 keys are in'
is 'and do not travel: they may be the key itself' "$(cat "$T/safe2/host-words.pem")" "$(cat "$T/safe/host.pem")"

# --- the keys of a computer that is its own authority ---
found
fact 'setup makes such an authority, too' 0 'pc1 authority.*version 1' authority show
plain_image "$T/d.img"
fact 'its label key is replaced' 0 'version 2 now' authority rotate label --no-passphrase
is 'the computer has the new list at once' "$(cat "$T/etc/authority.keys")" "$(cat "$T/etc/authority/authority.keys")"
fact 'a drive is enrolled with the new key' 0 'is enrolled as N1' enroll "$T/d.img" --number N1 "${AS[@]}"
secret 'label secret\n' authority rotate label
said 'the next key has a passphrase' 0 'version 3 now'
fact 'without it no drive is enrolled' 1 'label.pem needs its passphrase' \
        enroll "$T/d.img" --number N1 --relabel "${AS[@]}"
secret 'label secret\n' enroll "$T/d.img" --number N1 --relabel "${AS[@]}"
said 'with it one is' 0 'is enrolled as N1'
mv "$T/etc/authority/label.pem" "$T/carried.pem"
fact 'a key that is elsewhere is told' 1 'label.pem is not on this computer' \
        enroll "$T/d.img" --number N1 --relabel "${AS[@]}"
secret 'label secret\n' enroll "$T/d.img" --number N1 --relabel --key "$T/carried.pem" "${AS[@]}"
said '--key names it' 0 'is enrolled as N1'
fact 'the policy key is no label key' 1 'wrong key' \
        enroll "$T/d.img" --number N1 --relabel --key "$T/etc/authority/policy.pem" "${AS[@]}"

# The key that signed the policy in force is not taken away from under it.
keys=$(cat "$T/etc/authority.keys")
policy_key=$("$CTL" authority show --json | jq -r '.keys[] | select(.purpose == "policy").id')
fact 'a key that is in use here is not retired' 1 'would block every drive.*policy is refused' authority retire "$policy_key"
is 'and the list stays' "$(cat "$T/etc/authority.keys")" "$keys"
fact 'it is replaced first' 0 'version 4 now' authority rotate policy --no-passphrase
secret 'label secret\n' enroll "$T/d.img" --number N1 --relabel --key "$T/carried.pem" "${AS[@]}"
said 'the next change signs with the new one' 0 'is enrolled as N1'
fact 'then the old one can go' 0 'version 5 now' authority retire "$policy_key"
is 'nothing is left behind' "$(find "$T/etc" -name '.install*' | wc -l)" 0

# --- on a terminal ---
typed() { # ANSWERS ARGUMENTS...
        local answers=$1
        shift
        out=$(python3 "$(dirname "$0")/on_terminal.py" "$answers" "$CTL" "$@" 2>&1)
        rc=$?
}
typed $'battery staple\nbattery staple\n' authority issue-key host
said 'a passphrase is asked for twice' 0 'New passphrase of host.*version 6 now'
holds 'and not shown' bash -c '[[ $1 != *staple* ]]' - "$out"
typed $'battery staple\nbattery stable\n' authority issue-key host
said 'two that differ are refused' 1 'not the same'
typed $'battery staple\nbattery staple\nbattery staple\nbattery staple\n' authority init --dir "$T/half" --name O
said 'who goes away amid the questions is left with no authority' 2 'passphrase is needed'
is 'nor with some of its keys' "$(ls -A "$T/half")" ''
ended_by() { # SIGNAL WHAT-BECOMES
        is "echo is on again after SIG$1" "$(python3 "$(dirname "$0")/on_terminal_signal.py" "$1" "$CTL" \
                authority issue-key host 2>&1)" "no echo, $2, echo"
}
for s in INT TERM HUP QUIT; do ended_by "$s" "SIG$s"; done
ended_by TSTP 'stopped, echo, no echo, SIGINT'

# --- SM2 and SM3 ---
rm -rf "${T:?}/etc" "${T:?}/state" "$O"
fact 'an algorithm is one of two' 2 'neither ed25519 nor sm2' authority init --dir "$O" --name O --algorithm rsa
secret 'sm2 secret\n' authority init --dir "$O" --name '县保密局' --roots 3 --threshold 2 --algorithm sm2
said 'an authority can be of SM2' 0 'label.*sm2.*in force'
is 'all its keys are' "$("$CTL" authority show --dir "$O" --json | jq -r '[.keys[].algorithm] | unique | join(" ")')" sm2
secret 'sm2 secret\n' authority rotate label --dir "$O"
said 'and so are those that follow' 0 'version 2 now'
is 'of the same kind' "$(grep -c '^key = label sm2 04' "$O/authority.keys")" 2
printf 'usbzone-policy 1\nversion = 1\nname = O\nexpires = 2090-01-01\n' >"$T/draft"
secret 'sm2 secret\n' policy sign "$T/draft" --dir "$O" --out "$T/p1"
said 'it signs policies' 0 'version 1 is signed'
run host request --algorithm sm2 --name pc5 --out "$T/request"
secret 'sm2 secret\n' host sign "$T/request" --zone internal --dir "$O" --out "$T/credential"
said 'and credentials' 0 'credential of pc5'
fact 'which a computer installs' 0 'pc5 in zone internal' host install "$T/credential" "$T/p1" "$O/authority.keys" --yes --no-start
rm -rf "${T:?}/etc" "${T:?}/state"
fact 'a computer of its own can be of SM2, too' 0 'zone internal' setup --zone internal --name pc6 --algorithm sm2 --no-start
plain_image "$T/d.img"
fact 'its drives have SM2 labels' 0 'is enrolled as N1' enroll "$T/d.img" --number N1 "${AS[@]}"
fact 'that verify' 0 'N1' label show "$T/d.img"
printf '\001\002\003\004' | dd of="$T/d.img" bs=1 seek=$((960 * 1024 + 4000)) conv=notrunc status=none
printf '\001\002\003\004' | dd of="$T/d.img" bs=1 seek=$((964 * 1024 + 4000)) conv=notrunc status=none
fact 'and not when altered' 1 'label-signature-invalid|signature' label show "$T/d.img"
