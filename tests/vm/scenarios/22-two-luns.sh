#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A device with two media, or with a CD-ROM, is blocked.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
drive_image "$T/second.img" 16M vfat
trace_fresh
gadget g --file "$T/own.img" --file "$T/second.img"
plug g
blocked "two LUNs" "$(gadget_dev g)" device-multi-lun
gadget_remove g
allowed_gadget "one LUN" "$T/own.img"
