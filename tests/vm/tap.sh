# shellcheck shell=bash disable=SC2001,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# Named checks and waiters, for scenarios in the guest and on the host alike.

# --- checks -------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0 finished=0

# Checks are written to where stdout was at the start, whatever a caller has redirected since.
exec {TAP_OUT}>&1
_check_out=$(mktemp /tmp/uzvm-check.XXXXXX)

_tap() { echo "$1 $((passed + failed + skipped)) - $2" >&"$TAP_OUT"; }
ok() { passed=$((passed + 1)); _tap ok "$*"; }
not_ok() { failed=$((failed + 1)); _tap "not ok" "$*"; }
skip() { skipped=$((skipped + 1)); _tap ok "# SKIP $*"; }
note() { printf '# %s\n' "$*" >&"$TAP_OUT"; }
die() { not_ok "$*"; exit 1; }

_show_output() { tail -n 15 "$_check_out" | sed 's/^/#   /' >&"$TAP_OUT"; }

# check TEXT CMD...: the command must succeed. It runs in this shell, its output is kept for failures.
check() {
        local text=$1 status=0
        shift
        "$@" >"$_check_out" 2>&1 || status=$?
        if [ $status = 0 ]; then
                ok "$text"
        else
                not_ok "$text"
                note "failed ($status): $*"
                _show_output
        fi
}

# check_not TEXT CMD...: the command must fail.
check_not() {
        local text=$1 status=0
        shift
        "$@" >"$_check_out" 2>&1 || status=$?
        if [ $status != 0 ]; then
                ok "$text"
        else
                not_ok "$text"
                note "should have failed: $*"
                _show_output
        fi
}

# is TEXT GOT WANT
is() {
        if [ "$2" = "$3" ]; then
                ok "$1"
        else
                not_ok "$1"
                note "got:  $2"
                note "want: $3"
        fi
}

# like TEXT GOT REGEX (extended)
like() {
        if [[ $2 =~ $3 ]]; then
                ok "$1"
        else
                not_ok "$1"
                note "got:           $2"
                note "want to match: $3"
        fi
}

unlike() {
        if [[ $2 =~ $3 ]]; then
                not_ok "$1"
                note "got:               $2"
                note "want not to match: $3"
        else
                ok "$1"
        fi
}

# --- waiting ------------------------------------------------------------------------------------

# A pipe nobody writes to: reading it with a time limit waits without starting a process.
exec {_tick}<> <(:)

# wait_for SECONDS CMD...: until the command succeeds; fails after that many seconds.
wait_for() {
        local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
        shift
        until "$@" >/dev/null 2>&1; do
                [ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
                read -rt 0.03 -u "$_tick" || :
        done
}

# wait_not SECONDS CMD...: until the command fails.
wait_not() {
        local s=$1
        shift
        wait_for "$s" _not "$@"
}

_not() { ! "$@"; }
