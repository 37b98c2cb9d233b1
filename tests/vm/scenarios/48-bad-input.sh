#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input to the CLI: a message that says what to fix, the right exit status, nothing half done.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
bad() {
        local text=$1 status=$2 pattern=$3 got
        shift 3
        "$@" >"$T/out" 2>&1 </dev/null
        got=$?
        is "$text: exit status" $got "$status"
        check "$text: message" grep -qiE -- "$pattern" "$T/out"
}
before=$(sha256sum /etc/usbzone/policy)
bad "unknown verb" 2 'frobnicate' usbzonectl frobnicate
bad "unknown option" 2 'frob' usbzonectl list --frob
bad "no such drive" 1 '99|no.*drive' usbzonectl show 99
bad "no USB drive" 1 'USB' usbzonectl enroll /dev/vda --zone internal --number N --holder H --unit U --yes
truncate -s 1M "$T/small.img"
bad "too small" 1 'small|2 MiB|room' usbzonectl enroll "$T/small.img" --zone internal --number N --holder H --unit U --vid 1 --pid 1 --serial X --yes
bad "no such zone" 2 'zone' usbzonectl enroll "$T/small.img" --zone outer --number N --holder H --unit U --yes
bad "level without zone classified" 2 'level' usbzonectl enroll "$T/small.img" --zone internal --level secret --number N --holder H --unit U --yes
chmod 644 /etc/usbzone/authority/label.pem
drive_image "$T/plain.img" 16M vfat
bad "key readable by others" 1 'label.pem' usbzonectl enroll "$T/plain.img" --zone internal --number N --holder H --unit U --vid 1 --pid 1 --serial X --yes
chmod 600 /etc/usbzone/authority/label.pem
uztool keygen "$T/other.pem"
cp "$T/other.pem" /etc/usbzone/authority/label.pem
chmod 600 /etc/usbzone/authority/label.pem
bad "wrong key" 1 'key' usbzonectl enroll "$T/plain.img" --zone internal --number N --holder H --unit U --vid 1 --pid 1 --serial X --yes
cp $CLEAN/authority/label.pem /etc/usbzone/authority/label.pem
is "the image was not touched" "$(dd if="$T/plain.img" bs=4096 skip=240 count=2 status=none | tr -d '\0' | wc -c)" 0
is "the policy was not touched" "$(sha256sum /etc/usbzone/policy)" "$before"
sed '/^$/,$d' /etc/usbzone/policy >"$T/draft"
echo 'rule = internal classified allow' >>"$T/draft"
line=$(wc -l <"$T/draft")
uztool sign-policy "$T/draft"
bad "a policy line that would open what must stay closed" 1 "line $line\b" usbzonectl reload
cp $CLEAN/policy /etc/usbzone/policy
bad "bad duration" 2 'banana' usbzonectl allow 1 --for banana --reason x
usbzone_stop
bad "no daemon" 1 'usbzoned' usbzonectl list
check "verify needs no daemon" usbzonectl verify
check "label show needs no daemon" sh -c "usbzonectl label show $T/plain.img; [ \$? = 1 ]"
usbzone_start
systemctl stop dbus.socket dbus.service
bad "no D-Bus" 1 'D-?Bus|usbzoned' usbzonectl list
systemctl start dbus.socket dbus.service
check "the daemon comes back to the bus" wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
