#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the template anew and merges it into each translation, with nothing guessed.
set -eu
cd "$(dirname "$0")"
./extract.sh po/usbzone.pot
for po in *.po; do
        [ ! -f "$po" ] || msgmerge -q --no-fuzzy-matching --sort-by-file --backup=none --update "$po" usbzone.pot
        echo "$po: $(msgfmt --statistics -o /dev/null "$po" 2>&1)"
done
