#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `make demo`, as a visitor runs it: it ends well, and every outcome it tells is the expected one.
# vm: own
# timeout: 400
. "$(dirname "$0")/../host.sh"

log=$VM_DIR/log/demo.log
status=0
env -u MAKEFLAGS -u MAKELEVEL make -s -C "$HERE/../.." demo >"$log" 2>&1 </dev/null || status=$?
sed 's/^/# /' "$log"
is "it ends well" $status 0
like "all its outcomes were the expected ones" "$(tail -n 5 "$log")" 'All 1[0-9] outcomes were the expected ones'
is "and none was unexpected" "$(grep -c UNEXPECTED "$log")" 0
