#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Notices as a person sees them: real notification services, set up as Debian ships them, on a screen of their own
# (Xvfb), in both languages. Pictures are left in BUILD/desktop: look at them.
# run.sh BUILD PACKAGES: what to install where something is missing.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath "${1:-build/debug}")
CTL=$build/usbzonectl
. tests/cli/lib.sh

lib=$(echo /usr/lib/*/xfce4)
PATH=$PATH:$lib/notifyd:$lib/xfconf
missing=()
for c in Xvfb dunst dunstctl xfce4-notifyd xfconfd import identify jq dbus-daemon; do
        command -v $c >/dev/null || missing+=("$c")
done
if [ ${#missing[@]} != 0 ]; then
        why="missing: ${missing[*]}; as root: apt-get install ${2:-}"
        if [ -n "${CI:-}" ]; then bad "$why"; else skip "$why"; fi
        exit
fi
out=$build/desktop
rm -rf "$out"
mkdir -p "$out" "$T/home"
# Nothing of the person who runs this: neither his settings nor his screen.
export HOME=$T/home XDG_CONFIG_HOME=$T/home XDG_CACHE_HOME=$T/home XDG_DATA_HOME=$T/home XDG_RUNTIME_DIR=$T/home
unset WAYLAND_DISPLAY XDG_SESSION_TYPE

private_bus
export DBUS_SESSION_BUS_ADDRESS=$USBZONE_BUS_ADDRESS
in_chinese
mkfifo "$T/display" "$T/guard.in"
Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>"$T/display" 2>>"$T/log" &
at_end kill_quietly $!
read -r -t 20 DISPLAY <"$T/display"
export DISPLAY=:$DISPLAY
exec 4<>"$T/guard.in"
"$build/tests/notice/mock" guard <"$T/guard.in" >"$T/asked" 2>>"$T/log" &
at_end kill_quietly $!
holds 'a guard' wait_for answers org.usbzone1
xfconfd 2>>"$T/log" &
at_end kill_quietly $!
holds 'the settings of Xfce' wait_for answers org.xfce.Xfconf

say() { printf '%s\n' "$*" >&4; }
pixels() { import -window root -depth 8 rgb:- | md5sum; }
# Another picture than the last one, and no longer moving: services let notices fade in.
settled() {
        local now i
        now=$(pixels)
        [ "$now" != "$seen" ] || return 1
        for i in 1 2 3; do
                sleep 0.1
                [ "$(pixels)" = "$now" ] || return 1
        done
        seen=$now
}
# pictured NAME FILE: the screen changed; how it looks now is kept.
pictured() {
        holds "$1" wait_for settled
        # "holds" asks in a shell of its own
        seen=$(pixels)
        import -window root "$out/$2.png"
}
# The smallest rectangle that holds all that is drawn: WIDTH HEIGHT LEFT TOP
drawn() { identify -format '%@' "$out/$1.png" | tr 'x+' '  '; }
inside() { # FILE: nothing touches an edge of the screen
        local w h x y
        read -r w h x y < <(drawn "$1")
        [ "$x" -gt 0 ] && [ "$y" -gt 0 ] && [ $((x + w)) -lt 1024 ] && [ $((y + h)) -lt 768 ]
}
start_notice() { # LANGUAGE
        : >"$T/asked"
        LANGUAGE=$1 "$build/usbzone-notice" 2>>"$T/log" &
        notice=$!
        wait_for grep -q GetManagedObjects "$T/asked"
}
stop() { kill "$1"; wait "$1" 2>/dev/null; }

# Three drives, one of them with news; then the session's end. SERVICE LANGUAGE
story() {
        local s=$1-$2 empty
        seen=$(pixels) empty=$seen
        say present 1 NB-0001 internet none allow allow ok none
        start_notice "$2"
        say violation 2 密-012 classified top-secret block block level-too-high critical
        pictured "$s: a drive is on the screen" "$s-1"
        say violation 1 NB-0001 internet none block block zone-mismatch warning
        pictured "$s: a second drive stands beside it" "$s-2"
        say violation 1 NB-0001 internet none block block revoked critical
        pictured "$s: news of it change the picture" "$s-3"
        is "$s: news take the place of what was said" "$(drawn "$s-3" | cut -d ' ' -f 3)" "$(drawn "$s-2" | cut -d ' ' -f 3)"
        # Last, for it is no critical one: services take it away after 10 seconds.
        say violation 3 - - - block block no-label warning
        [ "$1" != dunst ] || holds "$s: three drives, three notices" wait_for eval '[ "$(dunstctl count displayed)" = 3 ]'
        pictured "$s: a third drive, with no label" "$s-4"
        holds "$s: all is on the screen" inside "$s-4"
        stop $notice
        holds "$s: the end takes all notices away" wait_for eval "[ \"\$(pixels)\" = '$empty' ]"
}
# told NAME TEXT: dunst was, in the form "title | body"; "<" stands there as its markup has it.
told() {
        local all
        all=$'\n'$(dunstctl history | jq -r '.data[0][] | "\(.summary.data) | \(.body.data)"')
        if [[ $all == *"$2"* ]]; then good "$1"; else bad "$1" "to hold: $2" "had:$all"; fi
}

dunst 2>>"$T/log" &
service=$!
at_end kill_quietly $service
holds 'dunst' wait_for answers org.freedesktop.Notifications
story dunst en
is 'dunst had one notice for each drive' "$(dunstctl count history)" 3
told 'dunst: news replaced what was said' $'\nBlocked: USB drive NB-0001 (internet) | The drive has been revoked.\n'
told 'dunst: < and & of a drive are no markup' 'Blocked: unregistered USB drive (King<st>on Data&Traveler) | '
told 'dunst: whom to call' 'Contact: 保密办 &lt;8213&gt;'
story dunst zh_CN
is 'dunst：每个 U盘一条通知' "$(dunstctl count history)" 6
told 'dunst：标题' '已阻止：U盘 密-012（涉密，绝密） | 该 U盘的密级高于本机的密级。'
told 'dunst：联系人' '联系：保密办 &lt;8213&gt;'
stop $service

wait_for eval '! answers org.freedesktop.Notifications'
xfce4-notifyd 2>>"$T/log" &
at_end kill_quietly $!
holds 'xfce4-notifyd' wait_for answers org.freedesktop.Notifications
story xfce en
story xfce zh_CN
[ "$failed" = 0 ] || tail -n 5 "$T/log"
echo "pictures: $out"
