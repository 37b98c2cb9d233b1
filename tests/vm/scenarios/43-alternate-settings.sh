#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Storage hidden behind many alternate settings is not let through as a keyboard.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
emu trick --serial TRICK --iface 3:0:0 --alts 60 --iface 8:6:50 --file "$T/plain.img" "${EMU_LIKE[@]}"
dev=$(emu_dev trick)
wait_dev "$dev"
is "blocked as a whole" "$(verdict "$dev")" "block device-composite"
check "no driver was ever bound" no_driver_bound_ever "$dev"
emu_stop trick
gadget k --hid
plug k
check "an ordinary keyboard is bound" wait_for 20 bound "$(gadget_dev k)"
