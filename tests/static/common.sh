# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by the structural checks: the list of files, and the count of complaints.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
complaints=0

# files PATTERN...: the project's files, whether committed yet or not; all without a pattern. As in
# git, * also matches slashes; a pattern that begins with "./" stays in one folder.
files() {
        local p patterns=()
        for p in "${@:-*}"; do
                p=${p//./\\.}
                case $p in
                '\./'*) p=${p#'\./'} && p=${p//'*'/'[^/]*'} ;;
                *) p=${p//'*'/'.*'} ;;
                esac
                patterns+=(-e "^$p\$")
        done
        {
                git ls-files -co --exclude-standard 2>/dev/null ||
                        find . -name .git -prune -o -path ./build -prune -o -type f -printf '%P\n'
        } | grep -E "${patterns[@]}" | sort -u | while IFS= read -r f; do
                [ ! -f "$f" ] || printf '%s\n' "$f"
        done
}

# complain FILE:LINE MESSAGE...
complain() {
        local where=$1
        shift
        printf '%s: %s\n' "$where" "$*"
        complaints=$((complaints + 1))
}

# complain_each MESSAGE: one complaint for each "FILE:LINE..." line of standard input.
complain_each() {
        local line
        while IFS= read -r line; do
                complain "$line" "$1"
        done
}

# need TOOL...: a check that cannot run has not passed.
need() {
        local tool
        for tool; do
                command -v "$tool" >/dev/null ||
                        { echo "$tool is missing: run make deps as root"; exit 1; }
        done
}

finish() {
        [ "$complaints" = 0 ] || { echo "$complaints found by $(basename "$0")"; exit 1; }
        exit 0
}
