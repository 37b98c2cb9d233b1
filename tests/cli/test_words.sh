#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs, options, help and what is said when there is nobody to ask.
. "$(dirname "$0")/lib.sh"

fact 'without a verb the help is shown and the status is 2' 2 'Usage: usbzonectl VERB'
fact 'help is no failure' 0 'setup .*doctor' help
fact '--help is the same' 0 'Usage: usbzonectl VERB' --help
fact '--version names program and version' 0 '^usbzonectl [0-9]+\.[0-9]+\.[0-9]+$' --version
fact 'an unknown verb is a usage error with a proposal' 2 'no verb "lst".*did you mean "list"' lst
fact 'an unknown verb like none has no proposal' 2 'no verb "frobnicate"; see usbzonectl help' frobnicate
fact 'an unknown option before the verb is a usage error' 2 'unknown option --jsn' --jsn
fact 'an unknown option has a proposal' 2 'list: unknown option --jsn; did you mean --json' list --jsn
fact 'an unknown letter is named' 2 'list: unknown option -x' list -x
fact 'an option without its value is named' 2 'setup: --zone needs a value' setup --zone
fact 'a flag takes no value' 2 'list: --json takes no value' list --json=yes
fact 'a word too few is told with the usage' 2 'show: something is missing; usage: usbzonectl show DRIVE' show
fact 'a word too many is named' 2 'list: "more" is too much' list more
fact 'options may stand behind words' 1 'cannot open /nonexistent' label show /nonexistent --json
fact '-- ends the options' 1 'no D-Bus system bus' show -- --json
fact 'help knows a verb' 0 'Usage: usbzonectl enroll TARGET' help enroll
fact 'help does not know every word' 2 'no verb "enrol"; did you mean "enroll"' help enrol

mapfile -t verbs < <("$CTL" help | sed -nE 's/^  ([a-z]+) .*/\1/p')
is 'as many verbs' "${#verbs[@]}" "$(grep -oE '&verb_[a-z_]+' "$(dirname "$0")/../../cli/main.c" | wc -l)"
for v in "${verbs[@]}"; do
        fact "$v --help works" 0 "Usage: usbzonectl $v.*--help" "$v" --help
        fact "$v refuses an unknown option" 2 "$v: unknown option --no-such-option" "$v" --no-such-option
        holds "$v: its help fits 80 columns" bash -c '! "$0" "$1" --help | grep -qE "^.{81}"' "$CTL" "$v"
        holds "$v is completed" grep -qw "$v" "$(dirname "$0")/../../cli/completion/usbzonectl.bash"
done

for v in status list mode monitor reload 'show 1' 'explain 1' 'allow --list'; do
        # shellcheck disable=SC2086
        fact "$v without a bus says so" 1 'there is no D-Bus system bus: start dbus.service' $v
done
fact 'a change of mode needs a reason' 2 'needs --reason' mode enforce
fact 'a mode that is none is refused' 2 'neither observe nor enforce' mode off --reason x
fact 'an exception needs a time' 2 '--for TIME is needed' allow 1 --reason x
fact 'an exception needs a reason' 2 '--reason TEXT is needed' allow 1 --for 1h
fact 'a time that is none is refused' 2 '"soon" is no time' allow 1 --for soon --reason x
fact 'allow wants one thing at a time' 2 'give one of DRIVE, --list, --end' allow 1 --list
fact 'revoke needs a reason' 2 '--reason TEXT is needed' revoke 1
fact 'revoke wants one thing at a time' 2 'give one DRIVE, or one of' revoke 1 --key 00 --reason x
fact 'label knows only show' 2 'there is no "write"' label write x
fact 'a file system that is none is refused' 2 '"ntfs" is none of vfat, exfat, ext4' enroll x --format ntfs
fact 'without a setup enrolling says what to do' 1 'run usbzonectl setup first' enroll x --number 1

holds 'a full disk behind the output is a failure' \
        bash -c '"$0" help >/dev/full 2>"$1"; [ $? = 1 ] && grep -q "cannot write the output" "$1"' "$CTL" "$T/e"
holds 'a reader that goes away is none' bash -c '"$0" help | true; [ "${PIPESTATUS[0]}" = 0 ]' "$CTL"

# Colours: only on a terminal, not with NO_COLOR, not with TERM=dumb.
tty() { script -qec "$1" /dev/null </dev/null | tr -d '\r'; }
has_escape() { [[ $1 == *$'\e['* ]]; }
if command -v script >/dev/null; then
        export TERM=xterm
        holds 'colours on a terminal' has_escape "$(tty "$CTL lst")"
        holds 'none with NO_COLOR' bash -c '[[ $1 != *$(printf "\e[")* ]]' - "$(NO_COLOR=1 tty "$CTL lst")"
        holds 'none with TERM=dumb' bash -c '[[ $1 != *$(printf "\e[")* ]]' - "$(TERM=dumb tty "$CTL lst")"
        holds 'none in a pipe' bash -c '[[ $1 != *$(printf "\e[")* ]]' - "$("$CTL" lst 2>&1)"
else
        skip 'colours: script(1) is missing'
fi
