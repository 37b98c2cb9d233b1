# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the figures' scripts, which have a folder $T: the best of three, and one line for each.
took() { # COMMAND...: wall seconds, seconds of processor, largest memory in MB; the best of three
        local best='' now
        for _ in 1 2 3; do
                /usr/bin/time -o "$T/time" -f '%e %U %S %M' "$@" >"$T/out" 2>"$T/err" || :
                now=$(tail -n 1 "$T/time" | awk '{ printf "%.2f %.2f %.0f", $1, $2 + $3, $4 / 1024 }')
                if [ -z "$best" ] || awk -v a="$now" -v b="$best" 'BEGIN { exit !(a + 0 < b + 0) }'; then best=$now; fi
        done
        echo "$best"
}
rate() { awk -v n="$1" -v t="$2" 'BEGIN { printf "%.0f", n / (t > 0 ? t : 0.01) }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / (b > 0 ? b : 0.01) }'; }
# shellcheck disable=SC2086 # three figures
show() { printf '%-44s %6s s  %6s s cpu  %4s MB  %s\n' "$1" $2 "${3:-}"; }
