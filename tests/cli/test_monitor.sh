#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# monitor on a terminal: in tmux, at two sizes and in two languages, and every way out of it.
. "$(dirname "$0")/lib.sh"

if ! command -v tmux >/dev/null; then
        skip 'the full-screen view: tmux is missing'
        exit
fi
private_bus
mock_daemon "$T/calls"
unset TMUX
terminal=0
tm() { tmux -u -S "$T/tmux.$terminal" -f /dev/null "$@"; }
at_end eval "tm kill-server 2>/dev/null || :"
pane() { tm capture-pane -p -t 0; }
# view COLUMNS ROWS ARGUMENTS...: begins in a terminal whose settings are noted before and after.
view() {
        local columns=$1 rows=$2
        shift 2
        tm kill-server 2>/dev/null
        terminal=$((terminal + 1)) # of its own: the last one may still be ending
        rm -f "$T/before" "$T/after" "$T/status"
        printf '#!/bin/bash\nstty -g >%q\n%q "$@" 2>%q\necho $? >%q\nstty -g >%q\nexec cat\n' \
                "$T/before" "$CTL" "$T/err" "$T/status" "$T/after" >"$T/run.sh"
        tm new-session -d -x "$columns" -y "$rows" bash "$T/run.sh" monitor "$@"
        tm set-option -g window-size manual >/dev/null
}
shows() { pane | grep -q -- "$1"; }
emit() { busctl --address="$USBZONE_BUS_ADDRESS" call org.usbzone1 /org/usbzone1 org.usbzone1.Manager EmitSignals; }
widest() {
        pane | python3 -c '
import sys, unicodedata
print(max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in l.rstrip("\n")) for l in sys.stdin))'
}
# Columns at which a word of the drives'\'' lines begins.
begins() {
        pane | python3 -c '
import re, sys, unicodedata
width = lambda s: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
print(len({width(l[:re.search(sys.argv[1], l).start()]) for l in sys.stdin if re.match(r" +[123]  ", l)}))' "$1"
}
state() { tm display-message -p -t 0 '#{alternate_on} #{cursor_flag}'; }
ended() { test -s "$T/after"; }
restored() { [ "$(state)" = '0 1' ] && cmp "$T/before" "$T/after"; }
program() { pgrep -P "$(tm display-message -p -t 0 '#{pane_pid}')"; }

view 80 24
holds '80x24: it fills the screen' wait_for shows 'q quits'
is 'the last line says how to leave' "$(pane | tail -n 1)" 'q quits'
is 'the first one says where this is' "$(pane | head -n 1)" 'pc1  internal  enforce'
holds 'the ledger' shows '^Ledger: ok, 99 records, head 0011223344556677$'
holds 'a drive, with why' shows '^  2  W-7  .*internet .*block .*zone-mismatch$'
holds 'a name and an observed verdict are whole' shows '^  3  Kingston DataTraveler  not registered  *block (observed)  no-label$'
holds 'nothing yet where the ledger is closed' shows 'Nothing has happened'
is 'the alternate screen, no cursor' "$(state)" '1 0'
is 'verdicts begin at one column' "$(begins '(allow|block)')" 1
is 'nothing is wider than the terminal' "$(($(widest) <= 80))" 1
emit
holds 'an event' wait_for shows 'drive 2  removed'
is 'the newest is on top' "$(pane | sed -n '/^Events/,$p' | sed -nE 's/^[0-9:]{8}  //p' | head -n 2)" "drive 2  removed
drive 1  the exception 01234567 ends at 2026-11-21 18:18:48: save your"

tm resize-window -x 40 -y 12
narrow() { [ "$(pane | wc -l)" = 12 ] && [ "$(pane | tail -n 1)" = 'q quits' ]; }
holds '40x12: it follows' wait_for narrow
is 'nothing is wider than that' "$(($(widest) <= 40))" 1
holds 'drives are there' shows '^  2  W-7  .*block$'
holds 'and events' shows 'drive 2  removed$'
is 'verdicts begin at one column there' "$(begins '(allow|block)')" 1

# No clock draws: what is written to the terminal in two seconds without a signal is nothing.
touch "$T/written"
tm pipe-pane -t 0 "cat >>$T/written"
sleep 2
is 'it is still when nothing happens' "$(wc -c <"$T/written")" 0
tm resize-window -x 70 -y 14
holds 'and the pipe sees what is drawn' wait_for test -s "$T/written"
tm send-keys -t 0 x
tm send-keys -t 0 q
holds 'q ends it' wait_for ended
is 'with 0' "$(cat "$T/status")" 0
holds 'the terminal is as it was' wait_for restored

view 40 12
holds '40x12 from the start' wait_for shows 'q quits'
is 'twelve lines' "$(pane | wc -l)" 12
tm send-keys -t 0 C-c
holds 'Ctrl+C ends it' wait_for ended
is 'with 0, too' "$(cat "$T/status")" 0
holds 'the terminal is as it was after Ctrl+C' wait_for restored

for sig in TERM HUP; do
        view 80 24
        holds "before SIG$sig" wait_for shows 'q quits'
        kill "-$sig" "$(program)"
        holds "SIG$sig ends it" wait_for ended
        is "as SIG$sig ends a program" "$(cat "$T/status")" $((128 + $(kill -l $sig)))
        holds "the terminal is as it was after SIG$sig" wait_for restored
done

view 80 24 --plain
holds '--plain: lines on a terminal' wait_for grep -q watching "$T/err"
emit
holds 'as in a pipe' wait_for shows 'drive 1  allow: The drive may be used here (ok)'
is 'no alternate screen' "$(state)" '0 1'

# What happened before, from the ledger, where it may be read.
kill "$daemon"
holds 'no daemon for a moment' wait_for eval '! answers org.usbzone1'
python3 "$(dirname "$0")/make_ledger.py" "$T/state/ledger" >/dev/null
cat "$T"/state/ledger/*.jsonl >"$T/records"
echo '{"seq":7,"time":"2026-11-21T12:30:00.000001Z","kind":"removed","drive":9,"verdict":"allow","reason":"ok"}' >>"$T/records"
export USBZONE_MOCK_LEDGER=$T/records
mock_daemon "$T/calls3"
view 80 24
holds 'the last records are events' wait_for shows '12:00:00  the guard has stopped$'
is 'the newest is on top, with its day' "$(pane | sed -n '/^Events/,$p' | sed -n 2,4p)" \
        "2026-11-21 12:30:00  drive 9  removed
2026-11-21 12:00:00  the guard has stopped
2026-11-21 11:00:00  mode  mode=enforce  who=root  why=done 完"
holds 'a verdict as it was told' shows '^2026-11-20 09:00:00  drive 2 (W7)  block: The drive belongs'
emit
holds 'what happens now comes on top of them' wait_for shows 'drive 2  removed'
is 'and they stay' "$(pane | grep -c -e 'drive 2  removed$' -e '12:00:00  the guard has stopped$')" 2

in_chinese
view 80 24
holds 'in Chinese' wait_for shows '按 q 退出'
is 'verdicts begin at one column in Chinese' "$(begins '(允许|阻止)')" 1
emit
holds 'an event in Chinese' wait_for shows '已拔出'
is 'nothing is too wide in Chinese' "$(($(widest) <= 80))" 1
export LANGUAGE=C

view 80 24
holds 'before the daemon stops' wait_for shows 'pc1  internal'
kill "$daemon"
holds 'a daemon that stops is told' wait_for shows 'usbzoned is not running: systemctl start usbzoned'
holds 'and when' shows 'the guard has stopped'
mock_daemon "$T/calls2"
holds 'and that it is back' wait_for shows 'pc1  internal'
kill_bus() { kill "$(pgrep -f "^dbus-daemon --config-file=$T/bus.conf")"; }
kill_bus
holds 'a bus that goes ends it' wait_for ended
is 'with 1' "$(cat "$T/status")" 1
holds 'saying why' grep -q 'the connection to the bus was lost' "$T/err"
holds 'the terminal is as it was after that' wait_for restored
