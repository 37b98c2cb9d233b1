#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fills a folder that a machine of tests/vm sees as /mnt/stage: the release build as `make install`
# lays it out, the library of the VM tests, and the scripts named after the folder.
set -eu
cd "$(dirname "$0")/../.."

target=$1
shift
rm -rf "$target"
mkdir -p "$target/vm" "$target/root"
make -s --no-print-directory VARIANT=release install "DESTDIR=$(realpath "$target")/root" >/dev/null
cp tests/vm/lib.sh tests/vm/tap.sh tests/vm/product.sh "$@" "$target/vm/"
cp systemd/after-install.sh "$target/"
cc -std=gnu11 -O2 -static -o "$target/vm/usbemu" tests/vm/usbemu*.c
