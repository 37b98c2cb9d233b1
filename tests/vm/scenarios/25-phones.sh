#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Phones, debugging and network interfaces are blocked unless the policy names them.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
n=0
for i in 06:01:01 ff:ff:00 ff:42:01 e0:01:03 02:0d:00 02:02:01 ef:04:01 02:06:00; do
        n=$((n + 1))
        emu "p$n" --serial "PHONE$n" --iface $i
        dev=$(emu_dev "p$n")
        blocked "interface $i" "$dev" device-class-blocked
        emu_stop "p$n"
done
emu fp --serial FINGER --iface ff:10:20
dev=$(emu_dev fp)
wait_dev "$dev"
check "a vendor's own interface is no phone: authorized" wait_for 10 grep -q 1 "$dev/${dev##*/}:1.0/authorized"
emu_stop fp

sed '/^$/,$d' /etc/usbzone/policy >"$T/draft"
sed -i 's/^version = .*/version = 60/' "$T/draft"
echo 'class = allow 02:02:*' >>"$T/draft"
uztool sign-policy "$T/draft"
check "reload" usbzonectl reload
emu modem --serial MODEM --iface 02:02:01
dev=$(emu_dev modem)
wait_dev "$dev"
is "a modem the policy names" "$(verdict "$dev")" "allow ok"
check "it is authorized" wait_for 10 grep -q 1 "$dev/${dev##*/}:1.0/authorized"
emu_stop modem
