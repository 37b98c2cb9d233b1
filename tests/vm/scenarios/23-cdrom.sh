#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A drive that shows a CD-ROM is blocked.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
trace_fresh
gadget g --file "$T/own.img" --cdrom --ro
plug g
blocked "CD-ROM" "$(gadget_dev g)" device-multi-lun
gadget_remove g
trace_fresh
gadget g --file "$T/own.img" --file "$T/own.img" --cdrom --ro
plug g
blocked "disk and CD-ROM" "$(gadget_dev g)" device-multi-lun
gadget_remove g
allowed_gadget "the disk alone" "$T/own.img"
