#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs with apt those of the named packages that are missing.
set -eu

missing=''
for p in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
                missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
        echo "usbzone: packages are missing; as root: apt-get install$missing" >&2
        exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -q update >/dev/null || echo 'apt-get update failed; trying with the lists there are' >&2
# shellcheck disable=SC2086 # a list of words
apt-get -q install -y --no-install-recommends $missing >/dev/null
