#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# enroll and label show on image files: what is written, what is refused, and that a refusal or a
# failure changes nothing.
. "$(dirname "$0")/lib.sh"
found
holds 'set up' test "$rc" = 0
D=$T/d.img

enroll() { run enroll "$D" "${AS[@]}" "$@"; }
# refused NAME STATUS REGEX OPTIONS...: image, policy and register stay as they are.
refused() {
        local name=$1 want=$2 regex=$3 before after
        shift 3
        before=$(sum "$D")$(sum "$T/etc/policy")$(cat "$T/etc/authority/media.jsonl" 2>/dev/null)
        enroll "$@"
        after=$(sum "$D")$(sum "$T/etc/policy")$(cat "$T/etc/authority/media.jsonl" 2>/dev/null)
        if [ "$rc" = "$want" ] && [[ $out =~ $regex ]] && [ "$before" = "$after" ]; then
                good "$name"
        else
                [ "$before" = "$after" ] || out+=' -- AND SOMETHING CHANGED'
                bad "$name" "status $rc, wanted $want; to match: $regex" "said: $out"
        fi
}

# --- what is refused ---
plain_image "$D"
refused 'no number' 2 '--number is missing'
refused 'a zone that is none' 2 '--zone: "home"' --number N --zone home
refused 'classified without a level' 2 'needs --level' --number N --zone classified
refused 'a level for internet' 2 'internet has none' --number N --zone internet --level secret
refused 'a number too long' 2 '--number: 31 bytes at most' --number "$(printf '%032d' 1)"
refused 'a holder with a control character' 2 '--holder: only plain text' --number N --holder $'a\tb'
refused 'days that are none' 2 '--days' --number N --days 0
refused 'days and a date' 2 'not both' --number N --days 3 --not-after 2030-01-01
refused 'a date that is none' 2 '"2030-13-01" is no date' --number N --not-after 2030-13-01
refused 'a label that ends before it begins' 2 'end before it begins' --number N --not-after 2001-01-01
refused 'a computer that is none' 2 '--host: "pc1"' --number N --host pc1
refused 'retention out of range' 2 '--retention-years' --number N --retention-years 1000
refused 'formatting without --yes and without a terminal' 2 'add --yes' --number N --format vfat
fact 'an image without its drive' 2 'needs --vid, --pid and --serial' enroll "$D" --number N
fact 'a vendor id that is none' 2 '--vid wants up to four hex digits' enroll "$D" --number N --vid 12345 --pid 0001
fact 'a vendor id with a letter too much' 2 '--vid wants up to four hex digits' enroll "$D" --number N --vid 12g --pid 0001
fact 'a drive without --pid' 2 'needs --pid' enroll "$D" --number N --vid 1209
fact 'a device that is neither drive nor file' 1 'neither a drive nor an image' enroll /dev/null --number N
fact 'a folder' 1 'neither a drive nor an image' enroll "$T/" --number N
fact 'a file that is not there' 1 'No such file' enroll "$T/none.img" --number N
fact 'a number of no drive, with no daemon' 1 'no D-Bus system bus' enroll 7 --number N

image "$D" 1M
refused 'a drive too small' 1 'too small' --number N
image "$D" 8M 'label: dos\nstart=63, type=c\n'
refused 'no room: a partition at sector 63' 1 'no room for a label.*--format vfat' --number N
image "$D" 8M 'label: gpt\nfirst-lba: 34\nstart=34, type=L\n'
refused 'no room: a GPT partition at sector 34' 1 'no room for a label.*gpt' --number N
image "$D" 8M
refused 'no partition table' 1 'no partition \(none\)' --number N
image "$D" 8M 'label: dos\n'
refused 'no partition in the table' 1 'no partition \(dos\)' --number N
image "$D" 8M
mkfs.vfat "$D" >/dev/null
refused 'a file system on the whole drive: vfat' 1 'no room.*fs:vfat' --number N
image "$D" 8M
mkfs.ext4 -q "$D"
refused 'a file system on the whole drive: ext4' 1 'no room.*fs:ext' --number N
image "$D" 8M
head -c 4096 /dev/urandom | dd of="$D" conv=notrunc status=none
printf '\0\0' | dd of="$D" bs=1 seek=510 conv=notrunc status=none
refused 'something unknown at the start' 1 'no room.*fs:unknown' --number N
image "$D" 8M 'label: gpt\nstart=2048, type=L\n'
printf '\xff\xff\xff\xff' | dd of="$D" bs=1 seek=$((512 + 80)) conv=notrunc status=none
refused 'a GPT with four billion entries' 1 'no room.*damaged' --number N

# --- what is written ---
plain_image "$D"
fact 'an unlabelled image shows no label' 1 'no-label' label show "$D"
fact 'a drive as sold is enrolled without formatting' 0 'is enrolled as N1.*张三' \
        enroll "$D" "${AS[@]}" --number N1 --holder 张三 --unit 机要科 --days 365 --retention-years 10 --host this
is 'the policy is a new version' "$(version)" 2
is 'one whitelist file, with one entry' "$(stat -c %s "$T"/etc/whitelist-*.uzw)" 128
fact 'both copies are good' 0 $'Copy 1 +ok\nCopy 2 +ok' label show "$D"
run label show "$D" --json
json() { jq -r "$1" <<<"$out"; }
is 'zone' "$(json .label.zone)" internal
is 'holder' "$(json .label.holder)" 张三
is 'unit' "$(json .label.unit)" 机要科
is 'retention' "$(json .label.retention_years)" 10
is 'a year of 365 days' "$(json '(.label.not_after - .label.not_before) / 86400')" 365
is 'this computer alone' "$(json '.label.hosts[0]')" "$(sed -n 's/^id = //p' "$T/etc/host.credential")"
is 'copies are the same bytes' "$(dd if="$D" bs=4096 skip=240 count=1 status=none | sha256sum)" \
        "$(dd if="$D" bs=4096 skip=241 count=1 status=none | sha256sum)"
is 'nothing else was written' "$(cmp -l "$D" <(plain_image "$T/x.img" && cat "$T/x.img") |
        awk '($1 < 441 || $1 > 444) && ($1 <= 983040 || $1 > 991232)' | wc -l)" 0 # 441: the table's random id
is 'the register knows the number' "$(jq -r .media_number "$T/etc/authority/media.jsonl")" N1

# --- a second time ---
refused 'an enrolled drive is not enrolled again' 1 'enrolled already, as N1: --relabel' --number N1
fact 'unless --relabel' 0 'Sequence +2' enroll "$D" "${AS[@]}" --number N1 --relabel
is 'the whitelist has one entry for it' "$(stat -c %s "$T"/etc/whitelist-*.uzw)" 128
plain_image "$T/e.img"
fact 'a number is given once' 1 'number N1 belongs to another drive since' \
        enroll "$T/e.img" --vid 1209 --pid 0001 --serial OTHER --number N1
fact 'another drive has another' 0 'enrolled as N2' \
        enroll "$T/e.img" --vid 1209 --pid 0001 --serial OTHER --number N2
is 'two entries' "$(stat -c %s "$T"/etc/whitelist-*.uzw)" 192
plain_image "$T/f.img"
printf '{"time":"2026-' >>"$T/etc/authority/media.jsonl" # the power went while it was written
fact '--no-whitelist leaves the policy alone' 0 'enrolled as N3' \
        enroll "$T/f.img" --vid 1209 --pid 0001 --serial THIRD --number N3 --no-whitelist
is 'a number behind an unfinished line is known, too' \
        "$(sed -n '$p' "$T/etc/authority/media.jsonl" | jq -r .media_number)" N3
is 'still two' "$(version) $(stat -c %s "$T"/etc/whitelist-*.uzw)" '4 192'
plain_image "$D"
fact 'a drive becomes classified' 0 'classified, secret' \
        enroll "$D" "${AS[@]}" --number N1 --zone classified --level secret
refused 'and never anything lower' 3 'was classified' --number N1 --relabel
refused 'not even a lower level' 3 'was classified' --number N1 --relabel --zone classified --level confidential
plain_image "$D"
refused 'not even when its label was erased' 3 'was classified' --number N1
fact 'a higher level it may have' 0 'top-secret' \
        enroll "$D" "${AS[@]}" --number N1 --zone classified --level top-secret

# --- damage ---
flip() { # OFFSET: one byte of a copy
        local b
        b=$(dd if="$D" bs=1 skip="$1" count=1 status=none | od -An -tu1)
        printf '%b' "\\x$(printf %02x $(((b + 1) & 255)))" | dd of="$D" bs=1 seek="$1" conv=notrunc status=none
}
flip $((983040 + 100))
fact 'one altered copy: the other counts' 0 $'Copy 1 +label-signature-invalid.*Copy 2 +ok' label show "$D"
flip $((987136 + 100))
fact 'both altered: no label' 1 'Copy 2 +label-signature-invalid' label show "$D"
refused 'an altered label is not written over' 1 'carries a label already \(label-signature-invalid\)' \
        --number N1 --zone classified --level top-secret

# --- formatting ---
for fs in vfat exfat ext4; do
        image "$D" 48M
        fact "--format $fs" 0 "is enrolled as F-$fs" enroll "$D" --vid 1209 --pid 0001 --serial "$fs" \
                --number "F-$fs" --format "$fs" --yes
        dd if="$D" of="$T/part" bs=1M skip=1 status=none
        is "$fs: one partition at 1 MiB" "$(sfdisk -d "$D" | grep -c 'start= *2048')" 1
        case $fs in
        vfat) holds 'vfat: the file system is sound' fsck.vfat -n "$T/part" ;;
        exfat) holds 'exfat: the file system is sound' fsck.exfat -n "$T/part" ;;
        ext4) holds 'ext4: the file system is sound' fsck.ext4 -fn "$T/part" ;;
        esac
        holds "$fs: the label is good" "$CTL" label show "$D"
done
is 'no part is left behind' "$(find "$T" -maxdepth 1 -name 'd.img?*' | wc -l)" 0

# --- failures half-way ---
plain_image "$D"
before="$(sum "$D") $(stat -c %s "$T"/etc/whitelist-*.uzw)"
# Files may grow to 964 KiB: the first copy fits, the second does not.
out=$(trap '' XFSZ && ulimit -f 964 && "$CTL" enroll "$D" --vid 1209 --pid 0001 --serial HALF --number H1 2>&1)
is 'a write that fails is a failure' "$?" 1
holds 'and says so' grep -q 'cannot write the label.*old bytes are put back' <<<"$out"
is 'the drive is as before, the whitelist has no entry' "$(sum "$D") $(stat -c %s "$T"/etc/whitelist-*.uzw)" "$before"
fact 'afterwards it works' 0 'enrolled as H1' enroll "$D" --vid 1209 --pid 0001 --serial HALF --number H1
exec 9<"$T/etc"
flock 9
plain_image "$D"
refused 'two at a time' 1 'another usbzonectl is changing' --number N9
exec 9<&-

# --- keys ---
refuse_key() { # NAME REGEX
        plain_image "$D"
        refused "$1" 1 "$2" --number K1
}
chmod 0640 "$T/etc/authority/label.pem"
refuse_key 'a key that others may read' 'label.pem is refused: group or others may read it'
chmod 0600 "$T/etc/authority/label.pem"
cp "$T/etc/authority/label.pem" "$T/label.pem"
cp "$T/etc/authority/host.pem" "$T/etc/authority/label.pem"
refuse_key 'a wrong key' 'wrong key: authority/label.pem is none of the label keys'
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$T/etc/authority/label.pem" 2>/dev/null
refuse_key 'a key of another kind' 'no private key in PEM form'
echo nonsense >"$T/etc/authority/label.pem"
refuse_key 'a key file that is none' 'no private key in PEM form'
ln -sf "$T/label.pem" "$T/etc/authority/label.pem"
refuse_key 'a key behind a link' 'label.pem is refused'
rm "$T/etc/authority/label.pem"
refuse_key 'no key' 'label.pem is not on this computer'
cp "$T/label.pem" "$T/etc/authority/label.pem"
chmod 0600 "$T/etc/authority/label.pem"

# --- policy files ---
cp "$T/etc/policy" "$T/policy"
sed -i 's/^whitelist-required = yes/whitelist-required = no/' "$T/etc/policy"
refuse_key 'an altered policy' 'policy is refused: its signature does not fit'
cp "$T/policy" "$T/etc/policy"
chmod 0666 "$T/etc/policy"
refuse_key 'a policy that others may write' 'policy is refused: group or others may write'
chmod 0644 "$T/etc/policy"
w=$(echo "$T"/etc/whitelist-*.uzw)
cp "$w" "$T/w"
printf '\xff' | dd of="$w" bs=1 seek=100 conv=notrunc status=none
refuse_key 'a whitelist whose digest does not match' 'whitelist-[0-9a-f]+.uzw is refused'
cp "$T/w" "$w"
rm "$w"
refuse_key 'a whitelist that is missing' 'is missing: the policy names this whitelist'
cp "$T/w" "$w"
mv "$T/etc/host.credential" "$T/c"
refuse_key 'no credential' 'host.credential is missing'
cp "$T/c" "$T/etc/host.credential"
plain_image "$D"
fact 'put right, it works' 0 'enrolled as K1' enroll "$D" --vid 1209 --pid 0001 --serial KEY --number K1

# --- a full disk ---
if mkdir "$T/small" && mount -t tmpfs -o size=64k none "$T/small" 2>/dev/null; then
        at_end umount "$T/small"
        cp -a "$T/etc" "$T/small/"
        head -c 100000 /dev/zero >"$T/small/fill" 2>/dev/null
        plain_image "$D"
        before="$(sum "$D")$(sum "$T/small/etc/policy")"
        USBZONE_ETC_DIR=$T/small/etc fact 'a full disk is a failure' 1 'No space left' \
                enroll "$D" --vid 1209 --pid 0001 --serial FULL --number Z1
        is 'that changes nothing' "$(sum "$D")$(sum "$T/small/etc/policy")" "$before"
        holds 'and leaves no half file' bash -c '! ls "$0" | grep -q tmp' "$T/small/etc"
        rm "$T/small/fill"
        USBZONE_ETC_DIR=$T/small/etc fact 'with room it works' 0 'enrolled as Z1' \
                enroll "$D" --vid 1209 --pid 0001 --serial FULL --number Z1
else
        skip 'a full disk: no mount here'
fi

# --- block devices that are none of ours ---
dev=''
if [ "$(id -u)" = 0 ]; then dev=$(losetup -f --show "$D" 2>/dev/null); fi
if [ -n "$dev" ]; then
        at_end losetup -d "$dev"
        fact 'a block device that is no USB drive' 1 'is no USB drive' enroll "$dev" --number B1
else
        skip 'a block device that is no USB drive: no loop device here'
fi

# --- revoke works on files ---
fact 'a drive is revoked by its number, plugged in or not' 0 'N2 is revoked from policy version' revoke N2 --reason lost
holds 'the policy names it' grep -q '^revoke' "$T/etc/policy"
fact 'once' 1 'N2 is revoked already' revoke N2 --reason lost
fact 'a number that was never given' 1 'was not given out here' revoke N77 --reason lost
fact 'an identity that is none' 2 '--drive wants 64 hex digits' revoke --drive 12 --reason x
fact 'a label id' 0 'is revoked' revoke --label "$(printf '%032d' 7)" --reason x
fact 'a key that is not listed' 1 'lists no key' revoke --key "$(printf '%032d' 7)" --reason x
host_key=$(sed -n 's/^— host\.\([0-9a-f]*\) .*/\1/p' "$T/etc/host.credential")
fact 'a key that signs no labels' 1 'is a host key' revoke --key "$host_key" --reason x
run label show "$D" --json
fact 'a label key' 0 'is revoked' revoke --key "$(json .label.key)" --reason compromised
rm "$T/etc/authority/policy.pem"
fact 'without the policy key nothing is revoked' 1 'policy.pem is not on this computer' revoke N1 --reason x
