#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# With "pick-up = yes" the office's files on an allowed drive of the own zone are installed once it is
# mounted; never otherwise, never older ones, never altered ones, never a credential.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
sign_policy() { # VERSION [LINE]
        printf 'usbzone-policy 1\nversion = %s\nname = Office\n%s\n' "$1" "${2:-}" >"$T/draft-$1"
        usbzonectl policy sign "$T/draft-$1" --out "$T/policy-$1" >"$T/sign.log" 2>&1 || { cat "$T/sign.log"; die "cannot sign"; }
}
in_force() { [ "$(busctl get-property org.usbzone1 /org/usbzone1 org.usbzone1.Manager PolicyVersion)" = "t $1" ]; }
unit() { systemctl list-units --all --no-legend --plain 'usbzone-pick-up@*' | awk '{ print $1 }'; }
unit_ended() { [ -z "$(systemctl list-units --no-legend --plain --state=active,activating 'usbzone-pick-up@*')" ]; }
# carry IMAGE FILE...: puts the files on the drive as its office would.
carry() {
        local image=$1
        shift
        image_mount "$image" /run/uzvm-carry || die "cannot mount $image"
        rm -rf /run/uzvm-carry/usbzone-office
        mkdir -p /run/uzvm-carry/usbzone-office
        [ $# -eq 0 ] || cp "$@" /run/uzvm-carry/usbzone-office/
        umount /run/uzvm-carry
}
# plugged IMAGE SERIAL: plugs and mounts it; the unit has done what it does when this returns.
plugged() {
        gadget g --file "$1" --serial "$2"
        plug g
        allowed "$2" "$(gadget_dev g)"
        mount_drive "$DISK" /media/uz
}
away() { umount /media/uz; gadget_remove g; }

enrolled "$T/own.img" --zone internal --number PICK-1 --serial PICK-1
trace_start
sign_policy 10
sign_policy 11
sign_policy 20 'pick-up = yes'
sign_policy 21 'pick-up = yes'
sign_policy 22 'pick-up = yes'
check "a policy that takes nothing from drives" usbzonectl policy install "$T/policy-10"

carry "$T/own.img" "$T/policy-11"
plugged "$T/own.img" PICK-1
is "nothing is started for the drive" "$(unit)" ''
check_not "by hand it is refused, too" usbzonectl policy pick-up "${DISK}1"
away
check "the policy is the one before" in_force 10

check "a policy that takes files" usbzonectl policy install "$T/policy-20"
check "the rules are told" test -e /run/usbzone/pick-up
printf 'to whom it may concern\n' >"$T/note.txt"
carry "$T/own.img" "$T/policy-21" "$T/note.txt" /etc/usbzone/host.credential /etc/usbzone/authority.keys
ledger_mark
gadget g --file "$T/own.img" --serial PICK-1
plug g
allowed PICK-1 "$(gadget_dev g)"
check "it waits for a mount" wait_for 20 sh -c "systemctl is-active --quiet usbzone-pick-up@$(basename "$DISK")1.service"
check "nothing is taken before" in_force 20
check "somebody mounts it" mount_drive "$DISK" /media/uz
check "the new policy is in force" wait_for 30 in_force 21
check "the drive stays in use" test -e /media/uz/usbzone-office/policy-21
check "the program ends" wait_for 20 unit_ended
check "the ledger says from which drive" ledger_has \
        '.kind == "picked-up" and .media_number == "PICK-1" and .files == "1" and (.who | startswith("root "))'
check "the drive can be put away at once" umount /media/uz
gadget_remove g

ledger_mark
plugged "$T/own.img" PICK-1
check "again: the program ends" wait_for 30 unit_ended
check_not "nothing is installed twice" ledger_has '.kind == "policy-loaded" or .kind == "picked-up"'
away

carry "$T/own.img" "$T/policy-20"
plugged "$T/own.img" PICK-1
check "older: the program ends" wait_for 30 unit_ended
check "an older policy is not taken" in_force 21
is "and that is no failure" "$(systemctl list-units --no-legend --plain --state=failed 'usbzone-pick-up@*')" ''
away

sed 's/^name = .*/name = Orifice/' "$T/policy-22" >"$T/altered"
carry "$T/own.img" "$T/altered"
plugged "$T/own.img" PICK-1
check "altered: the program ends" wait_for 30 unit_ended
check "an altered policy is not taken" in_force 21
check "the journal names the file" sh -c "journalctl -q -o cat -u 'usbzone-pick-up@*' | grep -q 'altered is refused'"
away

# A folder with more files than an installation takes.
image_mount "$T/own.img" /run/uzvm-carry
for i in $(seq 70); do echo "$i" >"/run/uzvm-carry/usbzone-office/$i.txt"; done
umount /run/uzvm-carry
plugged "$T/own.img" PICK-1
check "too many: the program ends" wait_for 30 unit_ended
check "nothing is taken of too many" in_force 21
check "the journal says so" sh -c "journalctl -q -o cat -u 'usbzone-pick-up@*' | grep -q 'more than 64 files'"
away

# A drive that is let in by an exception is not the office's.
drive_image "$T/plain.img" 16M vfat
carry "$T/plain.img" "$T/policy-22"
trace_fresh
gadget g --file "$T/plain.img" --serial PLAIN1
plug g
blocked "plain" "$(gadget_dev g)" no-label
check "an exception" usbzonectl allow "$(uz_property "$(gadget_dev g)" Number)" --for 10m --reason test
DISK=$(wait_block "$(gadget_dev g)")
check "it mounts" mount_drive "$DISK" /media/uz
check "exception: the program ends" wait_for 30 unit_ended
check "nothing is taken from it" in_force 21
away

# A folder that is a link leads nowhere.
enrolled "$T/ext.img" --fs ext4 --zone internal --number PICK-2 --serial PICK-2
usbzonectl policy show --json >"$T/now.json"
version=$(jq .version "$T/now.json")
mkdir -p "$T/elsewhere"
sed "s/^version = .*/version = 30/" "$T/draft-22" >"$T/draft-30"
usbzonectl policy sign "$T/draft-30" --out "$T/elsewhere/policy-30" >/dev/null
image_mount "$T/ext.img" /run/uzvm-carry
ln -s "$T/elsewhere" /run/uzvm-carry/usbzone-office
umount /run/uzvm-carry
plugged "$T/ext.img" PICK-2
check "link: the program ends" wait_for 30 unit_ended
check "nothing is taken through a link" in_force "$version"
away
rm "$T/elsewhere/policy-30"

# Unplugged before anybody mounted it.
gadget g --file "$T/own.img" --serial PICK-1
plug g
allowed PICK-1 "$(gadget_dev g)"
check "it waits" wait_for 20 sh -c "systemctl is-active --quiet usbzone-pick-up@$(basename "$DISK")1.service"
gadget_remove g
check "and ends" wait_for 20 unit_ended
check "the ledger verifies" usbzonectl verify
