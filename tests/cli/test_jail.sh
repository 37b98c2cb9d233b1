#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packed logs may be hostile: they are unpacked by a child that can do nothing else, whatever takes it
# over. What it may, what it may not, and that each form goes through it.
. "$(dirname "$0")/lib.sh"
JAILED=$(dirname "$CTL")/tests/cli/jailed
tries() { # NAME WANT ARGUMENTS...
        local name=$1 want=$2
        shift 2
        is "$name" "$(timeout 20 "$JAILED" "$@" 2>&1 <"$T/in" | tr '\n' ' ')" "$want "
}
echo 'what is packed' >"$T/in"

# --- our own decoders ---
tries 'it reads its file and writes to its pipe' 'what is packed ended 0' copy
for deed in open socket fork exec code trace; do
        tries "its own work dies of another deed: $deed" killed "$deed"
done
tries 'memory is bounded' 'ended 9' memory
tries 'no other descriptor is open' 'ended 7' descriptors

# --- programs: bzip2, zstd ---
tries 'a program reads its file' 'what is packed ended 0' run /bin/cat
tries 'one that is not there is told' 'ended 126' run /nonexistent
status() { tries "$1" "$2 ended 0" run /bin/grep -E "$3" /proc/self/status; }
status 'it gets no new rights' "$(printf 'NoNewPrivs:\t1')" '^NoNewPrivs'
status 'its calls are filtered' "$(printf 'Seccomp:\t2')" '^Seccomp:'
status 'it has no capability in force' "$(printf 'CapEff:\t0000000000000000')" '^CapEff'
is 'no core is written of it, no file' \
        "$("$JAILED" run /bin/grep -E 'core file|file size|open files' /proc/self/limits <"$T/in" | tr -s ' ' | cut -d' ' -f1-5)" \
        "$(printf 'Max file size 0 0\nMax core file size 0\nMax open files 16 16\nended 0')"
sh() { tries "$1" "$2" run /bin/sh -c "$3"; }
sh 'it writes no file' 'ended 2' "echo x >$T/written"
mkdir -m 0777 "$T/open" && chmod 0755 "$T"
sh 'not even where all may' 'ended 2' "echo x >$T/open/written"
is 'none is there' "$(ls "$T/open")" ''
sh 'it starts no other process' 'ended 2' '/bin/true; exit 0'
tries 'it has three descriptors and the folder it looks at' '0 1 2 3 ended 0' run /bin/ls /proc/self/fd
tries 'it has no network' 'ended 1' run /bin/bash -c 'echo >/dev/udp/127.0.0.1/9'
if [ "$(id -u)" = 0 ]; then
        is 'root is nobody in it' "$("$JAILED" run /usr/bin/id -u <"$T/in" | xargs)" '65534 ended 0'
        sh 'and reads no secret' 'ended 2' 'read x </etc/shadow'
        is 'with no group left' "$("$JAILED" run /bin/grep '^Groups' /proc/self/status <"$T/in" | tr -s '\t ' ' ' | xargs)" 'Groups: ended 0'
else
        skip 'root in it: for root'
fi

# --- each form of a packed log goes through it ---
log='2026-04-01T08:00:00Z pc1 kernel: usb 1-1: USB disconnect, device number 2'
if strace -qq -o /dev/null true 2>/dev/null; then
        for p in gzip xz bzip2 zstd; do
                command -v "$p" >/dev/null || { skip "$p: it is not installed"; continue; }
                echo "$log" | "$p" -qc >"$T/log.$p"
                strace -f -qq -o "$T/trace" -e trace=read,seccomp,setresuid,prctl "$CTL" history --file "$T/log.$p" >/dev/null 2>&1
                # The first word is a thread's id; zstd reads in a thread of its own.
                child=$(awk '/SECCOMP_SET_MODE_FILTER/ { print $1; exit }' "$T/trace")
                holds "$p: a child is shut in" test -n "$child"
                is "$p: before it reads" "$(awk -v c="$child" '$1 == c && /SECCOMP_SET_MODE_FILTER/ { print "walls" }
                        / read\(0,/ { print "read" }' "$T/trace" | uniq | head -2 | xargs)" 'walls read'
        done
else
        skip 'each form: strace is missing, or may not trace'
fi

# --- a bomb ---
{ echo "$log"; head -c 1100M /dev/zero; } | gzip -1 >"$T/bomb.gz"
fact 'what unpacks to more than any log is left' 1 'bomb.gz: it unpacks to more than 1 GiB, which no log is; what comes before' \
        history --file "$T/bomb.gz"
is 'no process is left of it' "$(pgrep -u 65534 -f "$T" | wc -l)" 0
