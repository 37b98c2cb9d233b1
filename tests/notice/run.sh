#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Notices: two private buses, a mock guard on one, a mock notification service on the other.
# Argument: the build folder.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath "${1:-build/debug}")
mock=$build/tests/notice/mock
export LC_ALL=C.UTF-8 LANGUAGE=C TZ=UTC
passed=0 failed=0
T=$(mktemp -d)
pids=()
finish() {
        local p
        for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
        wait 2>/dev/null
        rm -rf "$T"
        echo "$passed passed, $failed failed, 0 skipped"
        [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
trap finish EXIT

# Waits for something to become true, looking again; never longer than 20 seconds.
until_true() {
        local end=$((SECONDS + 20))
        until "$@" >/dev/null 2>&1; do
                [ "$SECONDS" -lt "$end" ] || return 1
                sleep 0.05
        done
}
says() { sed -n "$(($1 + 1)),\$p" "$T/screen" | grep -qE -e "$2"; }
lines() { wc -l <"$T/screen"; }
# told NAME REGEX: a line that came after the last question fits; the next question begins behind it.
from=0
told() {
        if until_true says "$from" "$2"; then
                passed=$((passed + 1))
        else
                failed=$((failed + 1))
                printf 'FAILED: %s\n    wanted: %s\n' "$1" "$2"
                sed -n "$((from + 1)),\$s/^/    had:    /p" "$T/screen"
                sed 's/^/    log:    /' "$T/log"
        fi
        from=$(lines)
}
# untold NAME: nothing came; a violation of drive 99 shows that everything before it was handled.
untold() {
        local before=$from
        say violation 99 X-99 internet none block block zone-mismatch critical
        say removed 99
        until_true says "$from" '^close'
        if [ "$(sed -n "$((before + 1)),\$p" "$T/screen" | grep -c '^notify')" = 1 ]; then
                passed=$((passed + 1))
        else
                failed=$((failed + 1))
                printf 'FAILED: %s\n' "$1"
                sed -n "$((before + 1)),\$s/^/    had:    /p" "$T/screen"
        fi
        from=$(lines)
}
holds() {
        local name=$1
        shift
        if until_true "$@"; then passed=$((passed + 1)); else
                failed=$((failed + 1))
                echo "FAILED: $name"
                sed 's/^/    log:    /' "$T/log"
        fi
}

start_bus() { # NAME
        dbus-daemon --session --nofork --nopidfile --address="unix:path=$T/$1" 2>>"$T/bus.log" &
        pids+=($!)
        until_true test -S "$T/$1"
}
owned() { tests/on-bus.sh "$1" "$2"; }
start_screen() {
        : >"$T/screen"
        from=0
        "$mock" screen "$@" <"$T/screen.in" >"$T/screen" 2>>"$T/log" &
        screen=$!
        pids+=("$screen")
        until_true owned "$DBUS_SESSION_BUS_ADDRESS" org.freedesktop.Notifications
}
# It listens before it asks what is there.
start_notice() {
        : >"$T/asked"
        "$build/usbzone-notice" "$@" >>"$T/out" 2>>"$T/log" &
        notice=$!
        pids+=("$notice")
        until_true grep -q GetManagedObjects "$T/asked"
}
stop() { kill "$1"; wait "$1" 2>/dev/null; }
say() { printf '%s\n' "$*" >&4; }

export USBZONE_BUS_ADDRESS=unix:path=$T/system DBUS_SESSION_BUS_ADDRESS=unix:path=$T/session
export USBZONE_LOCALE_DIR=$T/locale
mkdir -p "$T/locale/zh_CN/LC_MESSAGES"
cp "$build/po/zh_CN.mo" "$T/locale/zh_CN/LC_MESSAGES/usbzone.mo"
: >"$T/asked"
mkfifo "$T/guard.in" "$T/screen.in"
exec 4<>"$T/guard.in" 5<>"$T/screen.in"
start_bus system
start_bus session
"$mock" guard <"$T/guard.in" >>"$T/asked" 2>>"$T/log" &
pids+=($!)
until_true owned "$USBZONE_BUS_ADDRESS" org.usbzone1

# English, a service that takes plain text
start_screen
start_notice
say violation 1 NB-0001 internet none block block zone-mismatch warning
told 'a blocked drive is told of: which, why, what to do, whom to call' \
        '^notify 1 replaces 0 urgency 1 resident 0 expires -1 \[Blocked: USB drive NB-0001 \(internet\)\] The drive belongs to another zone\.\|It was not opened, .*\|Unplug it now, and use it only on computers it was issued for\.\|Rule 7 & 8\.\|Contact: 保密办 <8213>$'
say violation 1 NB-0001 internet none block block zone-mismatch warning
untold 'the same again is not told twice'
say violation 1 NB-0001 internet none block block revoked critical
told 'news of the same drive replace its notice; critical stays on the screen' \
        '^notify 1 replaces 1 urgency 2 resident 1 expires 0 \[Blocked: USB drive NB-0001 \(internet\)\] The drive has been revoked\.\|.*hand it to the security administrator'
say violation 2 C-7 classified secret block allow level-too-high critical
told 'observe mode: it was let through' \
        'replaces 0 urgency 2 .*\[Not permitted, let through: USB drive C-7 \(classified, secret\)\] .*only observes.*was let through'
say removed 1
told 'the notice goes with the drive' '^close 1$'
say new 3 NB-3 internal none block block internal-error none
untold 'a drive that is not decided yet is not told of'
say verdict 3 NB-3 internal none allow allow ok none
untold 'a drive that is allowed is not told of'
say verdict 2 C-7 classified secret allow allow ok none
told 'a notice is taken away when the drive is let in after all' '^close [0-9]+$'
say verdict 3 NB-3 internal none read-only read-only ok notice
told 'read-only is told of' '\[Read-only: USB drive NB-3 \(internal\)\] .*nothing can be written'
say violation 4 - - - block block no-label warning
told 'a drive without a label is called so; a service without markup gets plain text' \
        '\[Blocked: unregistered USB drive \(King<st>on Data&Traveler\)\] The drive is not registered: .*have it registered'
say violation 4 - - - block block label-one-signature warning
told 'a label that waits for its second signature: what is to be done' \
        'lacks the second of two signatures.*a second person has to sign its label'
say present 5 NB-5 internal none allow allow granted notice
say ending 5
told 'an exception that ends is told of, with the time' \
        'urgency 2 .*\[The exception ends: USB drive NB-5 \(internal\)\] It ends at 18:18:48\. Save your work'
say tamper
told 'tampering is told of without a drive' \
        'urgency 2 .*\[The USB guard of this computer was tampered with\] Changed by someone else: /var/lib/usbzone/grants is damaged'
printf '4\n' >&5
say violation 4 - - - block block probe-failed warning
told 'after the user closed a notice, news come as a new one' 'replaces (0|[0-9]+) .*could not be read.*plug it in again'

# The service goes and comes: everything that is still true is shown again.
stop "$screen"
start_screen markup
told 'a new service is told what is still true; with markup, < and & are written out' \
        'replaces 0 .*Rule 7 &amp; 8\..*Contact: 保密办 &lt;8213&gt;'
from=$(lines)
stop "$notice"
holds 'its end takes the notices away' says "$from" '^close'

# No service at all: one line in the log; shown when one appears.
stop "$screen"
: >"$T/log"
say present 6 NB-6 internet none block block zone-mismatch critical
start_notice
say violation 7 NB-7 internet none block block zone-mismatch critical
holds 'without a service there is one line in the log' grep -q 'no notices can be shown yet' "$T/log"
start_screen
told 'what happened meanwhile is shown when a service appears' 'NB-7'
holds 'and what was plugged in before' says 0 'NB-6'
passed=$((passed + ($(grep -c 'no notices' "$T/log") == 1)))
stop "$notice"
stop "$screen"

# Chinese
export LANGUAGE=zh_CN
start_screen
start_notice
say violation 1 密-012 classified top-secret block block level-too-high critical
told '中文：编号、密级、原因、处置、联系人' \
        '\[已阻止：U盘 密-012（涉密，绝密）\] [^|]*密级[^|]*。\|[^|]*台账。\|[^|]*交叉使用。\|请按规定七处理。\|联系：保密办 <8213>$'
say violation 4 - - - block allow no-label warning
told '中文：未登记的 U盘，观察模式放行' '未登记的 U盘.*未登记.*观察'
say violation 4 - - - block block label-one-signature warning
told '中文：标签缺第二签名' '缺少第二个签名.*由第二人签名'
stop "$notice"

# Lines for a terminal
: >"$T/out"
start_notice --text
say violation 8 NB-8 internet none block block zone-mismatch critical
holds 'with --text the same stands on the standard output' grep -q 'NB-8' "$T/out"
stop "$notice"
