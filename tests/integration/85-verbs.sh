# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034
# Each command of the table in docs/dbus.md, run by a user without rights: it asks polkit for the right
# that stands there and for no other one, is denied without it and not with it; what is root's is root's.

as_user() {
        as_nobody env "${theirs[@]}" timeout 60 "$build/usbzonectl" "$@" </dev/null
}
theirs=(LC_ALL=C.UTF-8 USBZONE_BUS_ADDRESS="$USBZONE_BUS_ADDRESS" USBZONE_ETC_DIR="$dir/etc"
        USBZONE_STATE_DIR="$dir/state" USBZONE_RUN_DIR="$dir/run")

# What to say so that the command comes as far as asking. A row without words fails.
declare -A words_of=(
        [acknowledge]='1 --text x'
        [allow]='1 --for 1m --reason x'
        ['allow --end']='0011223344556677'
        ['allow --list']=''
        [authority]='show'
        [clock]=''
        ['clock accept']='--reason x'
        [doctor]=''
        [enroll]='1 --number N1'
        [explain]='1'
        [export]="$dir/never.uzx"
        ['finding add']='--text x'
        ['finding close']='1 --text x'
        ['finding instruct']='1 --text x'
        ['finding list']=''
        ['finding remedy']='1 --text x'
        ['finding show']='1'
        [history]="--file $dir/secret"
        ['host install']="$dir/etc/host.credential"
        ['host request']="--out $dir/never"
        ['host sign']="$dir/request --zone internal --out $dir/never"
        ['incident close']='1 --text x'
        ['incident list']=''
        ['incident open']='--text x'
        ['incident template']='1'
        [inspect]="$dir/state/ledger"
        ['label cosign']='1 --yes'
        [list]=''
        [log]=''
        [mode]=''
        ['mode enforce']='--reason x'
        ['mode observe']='--reason x'
        [monitor]=''
        ['policy check']="$dir/etc/policy"
        ['policy diff']="$dir/etc/policy"
        ['policy install']="$dir/etc/policy"
        ['policy pick-up']='/dev/null'
        ['policy rollout-report']="$dir/state/ledger"
        ['policy show']=''
        ['policy sign']="$dir/etc/policy --out $dir/never"
        [reload]=''
        [report]=''
        [revoke]="--label $(printf '%032d' 7) --reason x"
        [setup]='--zone internal --yes'
        [show]='1'
        [simulate]=''
        [status]=''
        [verify]=''
        ['whitelist build']="$dir/secret --out $dir/never"
        ['whitelist diff']="$dir/secret $dir/secret"
        ['whitelist lookup']="$(printf '%064d' 7)"
        ['whitelist merge']="$dir/secret $dir/secret --out $dir/never"
)
# Takes a drive that can be read: tests/vm does that.
skip_row() { [ "$1" = 'label show' ]; }
asked() { cut -d ' ' -f 1 "$dir/asked" | sort -u | xargs; }
# denied COMMAND WORDS...: the status is 4, and it says why
denied() {
        local said
        said=$(as_user "$@" 2>&1)
        if [ $? != 4 ] || [ -z "$said" ]; then
                echo "$said"
                return 1
        fi
}
let_in() {
        local said rc
        said=$(as_user "$@" 2>&1)
        rc=$?
        if [ $rc = 4 ] || [ $rc -ge 100 ]; then
                echo "status $rc: $said"
                return 1
        fi
}
listens() { # a command that goes on until it is ended
        local rc
        as_nobody env "${theirs[@]}" timeout 1 "$build/usbzonectl" "$@" >/dev/null 2>&1 </dev/null
        rc=$?
        [ $rc = 124 ]
}

check 'an authority that is for root alone' mkdir -m 0700 "$dir/etc/authority"
cp "$dir/etc/authority.keys" "$dir/etc/authority/"
echo secret >"$dir/secret" && chmod 0600 "$dir/secret"
USBZONE_STATE_DIR=$dir/other "$build/usbzonectl" host request --name pc9 --out "$dir/request" >/dev/null
[ -n "${polkit_pid:-}" ] || start_polkit no
[ -n "${daemon_pid:-}" ] || start_daemon
until_true property_is "$root/drive/1" "$drive" State blocked
rows=0
while IFS='|' read -r command right; do
        rows=$((rows + 1))
        skip_row "$command" && continue
        check "$command: the test knows it" test "${words_of[$command]+known}" = known || continue
        read -ra call <<<"$command ${words_of[$command]}"
        polkit_says no
        : >"$dir/asked"
        case $right in
        none)
                if [ "$command" = monitor ]; then
                        check "$command is for every user" listens "${call[@]}"
                else
                        check "$command is for every user" let_in "${call[@]}"
                fi
                ;;
        root | files)
                check "$command is not for every user" denied "${call[@]}"
                ;;
        *)
                check "$command is not for every user" denied "${call[@]}"
                expect "$command asks for $right" "^$right$" asked
                polkit_says "only $right"
                check "$command takes nothing else" let_in "${call[@]}"
                ;;
        esac
done < <(sed -nE 's/^\| `([a-z][a-z -]*)` \| [^|]*\| (\S+) \|$/\1|\2/p' docs/dbus.md)
check 'the table was read' test "$rows" = $((${#words_of[@]} + 1))
check 'nothing was written by those who may not' test ! -e "$dir/never" -a ! -e "$dir/never.uzx"
polkit_says no
rm -rf "$dir/etc/authority"
