#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every header compiles alone and twice, without a warning. Arguments: the compiler and its flags.
. "$(dirname "$0")/common.sh"
need "$1"

# shellcheck disable=SC2317 # called by xargs
one() {
        local header=$1 out
        shift
        out=$(printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
                "$@" -Werror -Wno-unused-function -fsyntax-only -x c - 2>&1) && return
        grep -m 3 -E '^[^ ]+:[0-9]+:[0-9]+: (fatal )?error' <<<"$out" || echo "$header:1: $out"
}
export -f one

# Rows of a table, included in the middle of other files.
headers() { files '*.h' | grep -vxF tests/vm/usbemu-ops.h; }

complain_each 'does not compile alone' < <(
        headers | xargs -r -P 2 -I{} bash -c 'one "$@"' one {} "$@")
while IFS= read -r header; do
        grep -q '^#pragma once$' "$header" || complain "$header:3" 'has no #pragma once'
done < <(headers)
finish
