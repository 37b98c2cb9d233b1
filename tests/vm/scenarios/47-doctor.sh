#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# doctor names each hole and its fix, and finds none on a guarded computer.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
check "guarded" usbzonectl doctor
hole() {
        local text=$1 pattern=$2
        eval "$3"
        usbzonectl doctor >"$T/out" 2>&1
        is "$text: exit status" $? 1
        check "$text: named" grep -qiE -- "$pattern" "$T/out"
        eval "$4"
}
hole "mode" observe 'usbzonectl mode observe --reason t >/dev/null' 'usbzonectl mode enforce --reason t >/dev/null'
hole "rules masked" '/etc/udev/rules.d' 'for r in /lib/udev/rules.d/*usbzone*; do ln -s /dev/null /etc/udev/rules.d/"${r##*/}"; done' 'rm /etc/udev/rules.d/*usbzone*'
hole "a rule of others" 'authorized' 'echo "ACTION==\"add\", SUBSYSTEM==\"usb\", ATTR{authorized}=\"1\"" >/etc/udev/rules.d/99-open.rules' 'rm /etc/udev/rules.d/99-open.rules'
hole "root hub open" 'interface_authorized_default' 'systemctl stop usbzoned; echo 1 >/sys/bus/usb/devices/usb1/interface_authorized_default' 'usbzone_start'
hole "daemon stopped" 'usbzoned' 'usbzone_stop' 'usbzone_start'
hole "key readable by others" 'label.pem' 'chmod 644 /etc/usbzone/authority/label.pem' 'chmod 600 /etc/usbzone/authority/label.pem'
hole "two roles" 'uz-two' 'id uz-two >/dev/null 2>&1 || useradd uz-two; usermod -G usbzone-admin,usbzone-audit uz-two' 'userdel uz-two'
check "guarded again" usbzonectl doctor
