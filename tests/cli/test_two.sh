#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The two-person rule on image files: where two signatures are wanted, at one desk, in two places, and
# what the second person refuses. A refusal or a failure changes nothing.
. "$(dirname "$0")/lib.sh"
D=$T/d.img E=$T/etc/authority
json() { jq -r "$1" <<<"$out"; }
# refused NAME STATUS REGEX ARGUMENTS...: image, policy and register stay as they are.
refused() {
        local name=$1 before after
        before=$(sum "$D")$(sum "$USBZONE_ETC_DIR/policy")$(cat "$USBZONE_ETC_DIR/authority/media.jsonl" 2>/dev/null)
        fact "$@"
        after=$(sum "$D")$(sum "$USBZONE_ETC_DIR/policy")$(cat "$USBZONE_ETC_DIR/authority/media.jsonl" 2>/dev/null)
        is "$name: nothing is changed" "$after" "$before"
}
key_id() { openssl pkey -in "$1" -pubout -outform DER 2>/dev/null | tail -c 32 | { printf 'usbzone-key\0label\0\1'; cat; } |
        sha256sum | head -c 32; }
TS=(--zone classified --level top-secret)
enroll() { # NAME STATUS REGEX OPTIONS...: onto the image
        fact "$1" "$2" "$3" enroll "$D" "${AS[@]}" "${@:4}"
}
cosign() { fact "$1" "$2" "$3" label cosign "$D" "${AS[@]}" "${@:4}"; }
no_cosign() { refused "$1" "$2" "$3" label cosign "$D" "${AS[@]}" --yes "${@:4}"; }

# --- a new top-secret computer ---
fact 'a second key is for top-secret computers' 2 'only a top-secret computer gets a second' \
        setup --zone internal --name pc1 --no-start --second-key-out "$T/second.pem"
is 'nothing was written' "$(find "$T/etc" "$T/second.pem" -type f 2>/dev/null)" ''
fact 'setup makes it, elsewhere' 0 'second label key is in .*second.pem: give it' \
        setup "${TS[@]}" --name pc1 --no-start --second-key-out "$T/second.pem"
is 'for its owner alone' "$(stat -c %a "$T/second.pem")" 600
is 'and not on the computer' "$(cd "$E" && echo label*.pem)" label.pem
fact 'the policy says so' 0 'Two signatures +top-secret' policy show
run policy show --json
is 'in JSON, too' "$(json '.two_signatures | join(" ")')" top-secret
fact 'a policy with the rule is checked without a word about it' 0 'signed\.$' policy check "$T/etc/policy"
printf 'usbzone-policy 1\nversion = 1\nname = x\n' >"$T/draft"
fact 'one without it is told' 0 'one signature is enough for top-secret' policy check "$T/draft"
echo 'rule = classified classified block' >>"$T/draft"
fact 'unless no classified drive is allowed at all' 0 'not signed\.$' policy check "$T/draft"
echo 'two-signatures = top-secret nowhere' >>"$T/draft"
fact 'a wrong word is told with its place' 1 'line 5, column 29: expected zones' policy check "$T/draft"
FIRST=$(key_id "$E/label.pem") SECOND=$(key_id "$T/second.pem")

# --- one signature where two are wanted ---
plain_image "$D"
refused 'one key is refused, and both ways are told' 3 'policy, line [0-9]+.*--second-key FILE.*--cosigner KEYID.*label cosign' \
        enroll "$D" "${AS[@]}" --number N1 "${TS[@]}"
enroll 'a lower level needs one' 0 'enrolled as S1' --number S1 --zone classified --level secret --no-whitelist
no_cosign 'a label with one signature has no place for another' 1 'no place for a second signature.*--relabel --cosigner'
refused 'a higher one does not come with a single key' 3 'two people' \
        enroll "$D" "${AS[@]}" --number S1 --relabel "${TS[@]}"

# --- both keys at one desk ---
plain_image "$D"
AS[5]=DESK
for bad in "the same key|2|signs first: the second|--second-key $E/label.pem" \
        "no such file|1|none.pem|--second-key $T/none.pem" \
        "a key of another purpose|1|wrong key|--second-key $E/policy.pem" \
        "both ways at once|2|not both|--second-key $T/second.pem --cosigner $SECOND" \
        "a cosigner unknown|2|no label key in force|--cosigner 0123456789" \
        "too few digits of one|2|8 digits|--cosigner ${SECOND:0:7}" \
        "the own key as cosigner|2|signs first|--cosigner $FIRST" \
        "a host key as cosigner|2|no label key in force|--cosigner $(sed -n 's/^— host\.\([0-9a-f]*\) .*/\1/p' "$T/etc/host.credential")"; do
        IFS='|' read -r name status regex options <<<"$bad"
        # shellcheck disable=SC2086
        refused "$name" "$status" "$regex" enroll "$D" "${AS[@]}" --number N1 "${TS[@]}" $options
done
enroll 'with both the label is complete' 0 "Signed by +$FIRST"$'\n'" +$SECOND" --number N1 "${TS[@]}" --second-key "$T/second.pem"
fact 'label show: both fit' 0 "Signature 1 +ok \(key $FIRST\)"$'\n'"Signature 2 +ok \(key $SECOND\)" label show "$D"
no_cosign 'nothing is left to sign' 1 'has both signatures already' --key "$T/second.pem"
cp "$D" "$T/whole.img"
printf '\xff' | dd of="$D" bs=1 seek=$((983040 + 4095)) conv=notrunc status=none
printf '\xff' | dd of="$D" bs=1 seek=$((987136 + 4095)) conv=notrunc status=none
fact 'an altered second signature is told from the first' 1 \
        "Signature 1 +ok .*Signature 2 +label-signature-invalid: .*\(key $SECOND\)" label show "$D"
no_cosign 'and is not signed over' 1 'refused: .*\(label-signature-invalid\)' --key "$T/second.pem"

# --- in two places: the second one has the key list, the policy and its own key, nothing else ---
plain_image "$D"
AS[5]=APART
no_cosign 'there is nothing to sign yet' 1 'carries no label' --key "$T/second.pem"
enroll 'the first person signs' 0 "Not yet by +$SECOND.*Next +usbzonectl label cosign" \
        --number N2 --holder 张三 "${TS[@]}" --cosigner "${SECOND:0:8}"
fact 'the drive is not good yet' 1 "Copy 1 +label-one-signature.*Signature 2 +label-one-signature: .*N2" label show "$D"
run label show "$D" --json
is 'in JSON, too' "$(json '[.reason, .signatures[].reason, .label.media_number, .label.second_key] | join(" ")')" \
        "label-one-signature ok label-one-signature N2 $SECOND"
refused 'it is not enrolled again by accident' 1 'waits for its second signature, as N2: usbzonectl label cosign' \
        enroll "$D" "${AS[@]}" --number N2 "${TS[@]}" --cosigner "$SECOND"
cp "$D" "$T/half.img"
mkdir "$T/there"
cp -a "$T/etc/." "$T/there"
rm -r "$T/there/authority"
export USBZONE_ETC_DIR=$T/there
no_cosign 'without a key' 1 'label.pem is not on this computer'
no_cosign 'the first key does not sign twice' 3 "key $FIRST has made the first signature" --key "$E/label.pem"
fact 'somebody must look at it' 2 'nobody can be asked.*label show' label cosign "$D" "${AS[@]}" --key "$T/second.pem"
refused 'not on the drive it was made for' 1 'was made for another drive' \
        label cosign "$D" --vid 1209 --pid 0001 --serial OTHER --key "$T/second.pem" --yes
fact 'an image without its drive' 2 'needs --vid, --pid and --serial' label cosign "$D" --key "$T/second.pem" --yes
refused 'a wrong verb' 2 'there is no "sign"' label sign "$D"
mkdir "$T/there/authority"
echo "{\"time\":\"2026-01-01T00:00:00Z\",\"media_number\":\"N2\",\"identity\":\"$(printf %064d 1)\",\"zone\":\"internal\"}" \
        >"$T/there/authority/media.jsonl"
no_cosign 'a number that another drive has there' 1 'number N2 belongs to another drive' --key "$T/second.pem"
rm -r "$T/there/authority"
printf '\x01\x02\x03\x04' | dd of="$D" bs=1 seek=$((983040 + 3968)) conv=notrunc status=none
cosign 'of two copies the one whose first signature fits is signed' 1 'label-signature-invalid' --key "$T/second.pem" --yes
cp "$T/half.img" "$D"
before=$(sum "$D")
out=$(trap '' XFSZ && ulimit -f 964 && "$CTL" label cosign "$D" "${AS[@]}" --key "$T/second.pem" --yes 2>&1)
is 'a write that fails is a failure' "$?" 1
holds 'and says so' grep -q 'old bytes are put back' <<<"$out"
is 'the drive waits as before' "$(sum "$D")" "$before"
on_terminal() { out=$(python3 "$(dirname "$0")/on_terminal.py" "$1" "$CTL" label cosign "$D" "${AS[@]}" --key "$T/second.pem" 2>&1); }
on_terminal $'N3\n'
is 'another number typed is a no' "$?$(sum "$D")" "1$before"
on_terminal $'N2\n'
is 'the number typed is a yes' "$?" 0
[[ $out =~ 张三.*Not\ yet\ by.*"Type the media number N2".*"both signatures now" ]]
is 'the label is shown before' "$?" 0
fact 'then the label is good' 0 $'Copy 1 +ok\nCopy 2 +ok\nSignature 1 +ok' label show "$D"
is 'the register there knows the number' "$(jq -r .media_number "$T/there/authority/media.jsonl" | sort -u)" N2
cmp -l "$T/half.img" "$D" | awk '!(($1 > 983040 + 4032 && $1 <= 987136) || ($1 > 987136 + 4032 && $1 <= 991232))' >"$T/differ"
is 'nothing but the second signature was written' "$(cat "$T/differ")" ''
dd if="$T/half.img" of="$D" bs=4096 skip=241 seek=241 count=1 conv=notrunc status=none
fact 'a power cut between the copies leaves a good label' 0 $'Copy 1 +ok\nCopy 2 +label-one-signature' label show "$D"
cp "$T/half.img" "$D"
cosign 'JSON' 0 '"second_key"' --key "$T/second.pem" --yes --json --reason handover
is 'as of the label' "$(sed '/^usbzonectl: /d' <<<"$out" | jq -r .media_number)" N2

# --- keys that do not count ---
export USBZONE_ETC_DIR=$T/etc
cp "$T/half.img" "$D"
run authority issue-key label --out "$T/third.pem" --no-passphrase
run policy install "$E/authority.keys"
is 'a third label key' "$rc" 0
no_cosign 'is not the one that was named' 3 "waits for key $SECOND, not for key" --key "$T/third.pem"
run authority issue-key label --algorithm sm2 --out "$T/sm2.pem" --no-passphrase
run policy install "$E/authority.keys"
plain_image "$D"
AS[5]=MIXED
refused 'keys of two kinds do not sign one label' 2 'is sm2, the first one ed25519' \
        enroll "$D" "${AS[@]}" --number N4 "${TS[@]}" --second-key "$T/sm2.pem"
AS[5]=APART
cp "$T/half.img" "$D"
run revoke --label "$(run label show "$D" --json && jq -r .label.id <<<"$out")" --reason x
is 'the label is revoked' "$rc" 0
no_cosign 'and not signed' 3 'has been revoked' --key "$T/second.pem"
plain_image "$D"
AS[5]=SHORT
enroll 'a label' 0 'enrolled as N5' --number N5 "${TS[@]}" --cosigner "$SECOND" --not-before 2026-01-01
cp "$D" "$T/half.img"
run revoke --key "$FIRST" --reason lost
no_cosign 'the first key was revoked' 1 "key $FIRST is revoked, or was not valid" --key "$T/second.pem"
run revoke --key "$SECOND" --reason lost
no_cosign 'the second key was revoked' 1 'second.pem is revoked or not valid today' --key "$T/second.pem"
plain_image "$D"
refused 'nor is it named as cosigner' 2 'no label key in force' \
        enroll "$D" "${AS[@]}" --number N6 "${TS[@]}" --key "$T/third.pem" --cosigner "$SECOND"

# --- an older computer: its policy says nothing, and nothing changes for it ---
rm -r "$USBZONE_ETC_DIR" "$USBZONE_STATE_DIR"
run setup --zone classified --level secret --name pc2 --no-start
is 'another computer' "$rc" 0
plain_image "$D"
enroll 'top-secret with one key, where the policy does not ask' 0 'enrolled as O1' --number O1 "${TS[@]}"
plain_image "$D"
run authority issue-key label --out "$T/fourth.pem" --no-passphrase
run policy install "$E/authority.keys"
AS[5]=FREE
enroll 'two signatures may be had all the same' 0 'Signed by' --number O2 --zone classified --level secret --second-key "$T/fourth.pem"

# --- a new top-secret computer of one person ---
rm -r "$USBZONE_ETC_DIR" "$USBZONE_STATE_DIR"
fact 'setup tells that one key is enough, and of the other way' 0 'One key signs top-secret labels here.*--second-key-out' \
        setup "${TS[@]}" --name pc4 --no-start
is 'one label key' "$(cd "$E" && echo label*.pem)" label.pem
plain_image "$D"
AS[5]=ONE
enroll 'it is' 0 'enrolled as P1' --number P1 "${TS[@]}"

# --- SM2 ---
rm -r "$USBZONE_ETC_DIR" "$USBZONE_STATE_DIR"
run setup "${TS[@]}" --name pc3 --no-start --algorithm sm2 --second-key-out "$T/gm.pem"
is 'a computer with SM2 keys' "$rc" 0
plain_image "$D"
id=$("$CTL" authority show --json | jq -r '[.keys[] | select(.purpose == "label") | .id] | last')
enroll 'named with its id' 0 "Not yet by +$id" --number M1 "${TS[@]}" --cosigner "$id"
cosign 'and signed' 0 'both signatures now' --key "$T/gm.pem" --yes
fact 'both fit' 0 'Signature 2 +ok' label show "$D"
