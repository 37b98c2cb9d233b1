#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Things written in two places say the same: tables in code, rules, D-Bus pages, catalog, users.
. "$(dirname "$0")/common.sh"
need python3
python3 tests/static/contract.py || complaints=1
finish
