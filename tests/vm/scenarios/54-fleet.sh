#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An office with three computers, one of each zone, under one authority: each drive works in its own
# zone only; a revocation file travels alone; label keys are rotated, and retired.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
usbzone_stop
office=$T/office
phrase='correct horse'
# Three computers in one: what belongs to each is put in place, and away again.
here=/root/kept
swap() {
        usbzone_stop
        mkdir -p "$T/$here"/{etc,state}
        rm -rf "$T/$here/etc/usbzone" "$T/$here/state/usbzone"
        mv /etc/usbzone "$T/$here/etc/" 2>/dev/null
        mv /var/lib/usbzone "$T/$here/state/" 2>/dev/null
        here=$1
        mv "$T/$here/etc/usbzone" /etc/ 2>/dev/null || mkdir -m 0755 /etc/usbzone
        mv "$T/$here/state/usbzone" /var/lib/ 2>/dev/null || mkdir -m 0750 /var/lib/usbzone
        [ ! -e /etc/usbzone/authority.keys ] || usbzone_start
}
at_end swap /root/kept
# The officer: knows the passphrase, has the office's folder.
officer() { usbzonectl "$@" --dir "$office" --passphrase-fd 3 3<<<"$phrase"$'\n'"$phrase" >"$T/officer.log" 2>&1 || { cat "$T/officer.log"; return 1; }; }
sign_policy() {
        printf 'usbzone-policy 1\nversion = %s\nname = Office\n' "$1" >"$T/draft"
        officer policy sign "$T/draft" --out "$T/policy-$1"
}
join() {
        local name=$1
        shift
        swap "$name"
        check "$name asks" usbzonectl host request --name "$name" --out "$T/$name.request"
        check "$name keeps its key encrypted by systemd" systemd-creds decrypt --name=usbzone-host-key \
                /var/lib/usbzone/host-key.cred /dev/null
        is "$name has it nowhere else" "$(find /var/lib/usbzone /etc/usbzone -name 'host-key*' -printf '%f %m ')" 'host-key.cred 600 '
        check_not "$name: nor open" grep -rqs 'PRIVATE KEY' /var/lib/usbzone/host-key.cred
        check "the office signs for $*" officer host sign "$T/$name.request" --zone "$@" --out "$T/$name.cred"
        check "$name is of the office" usbzonectl host install "$T/$name.cred" "$T/policy-1" \
                "$office/authority.keys" --yes --ledger-key-out "$T/$name.key"
        check "$name enforces" usbzonectl mode enforce --reason test
}
drive() {
        local file=$1 zone=$2
        shift 2
        drive_image "$T/$file.img" 16M vfat
        check "a drive for $zone" usbzonectl enroll "$T/$file.img" --zone "$zone" --number "$file" \
                --holder H --unit U --vid 1209 --pid 0001 --serial "$file" --scsi-vendor Linux \
                --scsi-product 'File-Stor Gadget' --yes --no-whitelist --key "$office/label.pem" \
                --passphrase-fd 3 "$@" 3<<<"$phrase"
}

check "an authority" officer authority init --name Office
check "its private keys are under a passphrase" grep -q ENCRYPTED "$office/label.pem"
sign_policy 1
join pc-net internet
join pc-secret classified --level secret
join pc-int internal
drive INT-1 internal
drive INT-2 internal
drive NET-1 internet
drive SEC-1 classified --level secret
trace_start
tries() { # COMPUTER DRIVE-THAT-MAY DRIVE-THAT-MAY-NOT
        swap "$1"
        allowed_gadget "$1: $2" "$T/$2.img" --serial "$2"
        blocked_gadget "$1: $3" zone-mismatch "$T/$3.img" --serial "$3"
}
tries pc-net NET-1 INT-1
tries pc-secret SEC-1 NET-1
tries pc-int INT-1 SEC-1

# INT-1 is lost. The file that says so is carried to the computer.
label=$(usbzonectl label show "$T/INT-1.img" --json | jq -r .label.id)
check "a revocation file" officer revoke --label "$label" --reason lost --out "$T/lost.uzr"
gadget g --file "$T/INT-1.img" --serial INT-1
plug g
allowed "INT-1 before the file comes" "$(gadget_dev g)"
check "the file is installed" usbzonectl policy install "$T/lost.uzr"
check "INT-1 is cut" verdict_becomes "$(gadget_dev g)" "block revoked"
gadget_remove g
allowed_gadget "INT-2 goes on working" "$T/INT-2.img" --serial INT-2

old=$(usbzonectl authority show --dir "$office" --json | jq -r '.keys[] | select(.purpose == "label").id')
check "the label key is rotated" officer authority rotate label
sign_policy 2
check "the new list is installed" usbzonectl policy install "$office/authority.keys" "$T/policy-2"
allowed_gadget "a drive signed with the old key" "$T/INT-2.img" --serial INT-2
drive INT-3 internal
allowed_gadget "a drive signed with the new key" "$T/INT-3.img" --serial INT-3
check "the old key is retired" officer authority retire "$old"
sign_policy 3
check "that list is installed, too" usbzonectl policy install "$office/authority.keys" "$T/policy-3"
blocked_gadget "a drive signed with the retired key" label-signer-unknown "$T/INT-2.img" --serial INT-2
allowed_gadget "a drive signed with the new key, still" "$T/INT-3.img" --serial INT-3
check_not "an older policy is refused" usbzonectl policy install "$T/policy-2"
check "the ledger tells of it all, and is whole" usbzonectl verify
