# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# The ledger over the bus: pages, filters, records of tools, and what a broken chain shows.

expect 'a record of a tool gets a number' '^t [0-9]+$' \
        on $root $manager Record 'sa{ss}' enrolled 2 media_number N-7 holder 'Li Lei'
check 'it says who' has_record '.kind=="enrolled" and .media_number=="N-7" and .who=="root (uid 0)"'
expect 'a second signature is recorded' '^t [0-9]+$' \
        on $root $manager Record 'sa{ss}' cosigned 3 media_number N-7 second_key 00ff signatures 2
check 'as what it is' has_record '.kind=="cosigned" and .media_number=="N-7" and .signatures=="2"'
expect 'who cannot be made up' '^"root \(uid 0\)"$' \
        bash -c "busctl --address=$USBZONE_BUS_ADDRESS call org.usbzone1 $root $manager Record 'sa{ss}' \
        setup 1 who mallory >/dev/null; tail -qn 1 $dir/state/ledger/*.jsonl | tail -n 1 | jq .who"
check 'the signal RecordAdded is sent' until_true \
        bash -c "grep '\"RecordAdded\"' $dir/signals | grep -q '\"setup\"'"

for n in {1..40}; do
        on $root $manager Record 'sa{ss}' revoked 1 n "$n" >/dev/null
done
check 'and one that names a zone' on $root $manager Record 'sa{ss}' enrolled 2 media_number N-8 drive_zone internet
# Pages of 7 until `last` no longer grows: every record once, in order.
pages() {
        local after=0 out last
        while out=$(busctl --address="$USBZONE_BUS_ADDRESS" --json=short call org.usbzone1 $root $ledger \
                Query 'tua{sv}' "$after" 7 "$@"); do
                jq -r '.data[0][]' <<<"$out"
                last=$(jq '.data[1]' <<<"$out")
                [ "$last" -gt "$after" ] || break
                after=$last
        done
}
check 'pages give every record, byte for byte' cmp <(pages 0) <(records)
expect 'a filter by kind gives those' '^40$' bash -c "$(declare -f pages); root=$root ledger=$ledger; \
        pages 1 kind s revoked | jq -r .kind | grep -c '^revoked$'"
same_as_jq() {
        cmp <(pages "${@:2}") <(records | jq -c "select($1)")
}
check 'a filter by reason gives those' same_as_jq '.reason=="device-class-blocked"' 1 reason s device-class-blocked
check 'a filter by severity gives this and worse' same_as_jq \
        '.severity=="warning" or .severity=="critical"' 1 severity s warning
check 'a filter by drive takes an identity' same_as_jq ".identity==\"$identity\"" 1 drive s "$identity"
check 'a filter by time takes nothing before' same_as_jq 'false' 1 since x $(($(date +%s) + 1000))
check 'a filter by time takes nothing after' same_as_jq 'false' 1 until x 1000
check 'or the start of one, in capitals' same_as_jq ".identity==\"$identity\"" 1 drive s \
        "$(head -c 20 <<<"${identity^^}")"
check 'a filter by zone gives those' same_as_jq '.drive_zone=="internet"' 1 zone s internet
expect 'and there is one' '^1$' bash -c "$(declare -f pages); root=$root ledger=$ledger; \
        pages 1 zone s internet | wc -l"
moment=$(records | jq -r .time | sed -n 20p)
check 'times are of the whole second' same_as_jq ".time[:19]>=\"${moment:0:19}\" and .time[:19]<=\"${moment:0:19}\"" \
        2 since x "$(date -d "$moment" +%s)" until x "$(date -d "$moment" +%s)"

# Who may not read the files is served by the daemon, and gets the same.
mkdir -p "$dir/closed"
chmod 0 "$dir/closed"
over_bus() {
        USBZONE_STATE_DIR=$dir/closed setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-all \
                "$build/usbzonectl" log --json "$@"
}
same_over_bus() {
        cmp <(over_bus "${@:2}") <(records | jq -c "select($1)")
}
expect 'log asks the daemon' 'verified by usbzoned to record' over_bus -n 1
check 'all records' same_over_bus true
check 'by drive' same_over_bus ".identity==\"$identity\"" --drive "${identity:0:10}"
check 'by zone' same_over_bus '.drive_zone=="internet"' --zone internet
check 'by time' same_over_bus ".time[:19]==\"${moment:0:19}\"" --since "${moment:0:19}Z" --until "${moment:0:19}Z"
check 'by kind, severity and reason' same_over_bus \
        '.kind=="verdict" and .severity=="warning" and .reason=="device-class-blocked"' \
        --kind verdict --severity warning --reason device-class-blocked
expect 'a drive that is no text finds nothing' 'verified by usbzoned' over_bus --drive $'\xff'
check 'filters are combined' same_as_jq '.kind=="verdict" and .reason=="granted"' 2 kind s verdict reason s granted
expect 'the head on the bus is that of the files' \
        "^ts $(head_of_ledger) \"$(records | tail -n 1 | sha256sum | cut -c1-64)\"$" on $root $ledger Head

# What follows a violation. Record $seen is one; the record before last is none.
seen=$(records | jq 'select(.kind=="verdict" and .verdict=="block" and .severity!="none") | .seq' | head -n 1)
plain=$(records | jq 'select(.kind=="revoked") | .seq' | tail -n 1)
due=$(($(date +%s) + 1000))
expect 'a violation is acknowledged' '^t [0-9]+$' on $root $ledger Acknowledge ts "$seen" 'looked into'
check 'it says of which, and who' has_record \
        ".kind==\"acknowledged\" and .record==$seen and .text==\"looked into\" and .who==\"root (uid 0)\""
expect 'what is no violation is not acknowledged' "Record $plain is no violation" \
        on $root $ledger Acknowledge ts "$plain" x
expect 'nor what is not there' 'There is no record 99999999' on $root $ledger Acknowledge ts 99999999 x
expect 'nor record 0' 'There is no record 0 ' on $root $ledger Acknowledge ts 0 x
for text in '' $'a\nb' $'\e[31m' "$(printf '%01024d' 0)"; do
        expect "a text that is none: '$(head -c 4 <<<"$text" | cat -v)'" 'text must be one line of 1 to 1023 bytes' \
                on $root $ledger Acknowledge ts "$seen" "$text"
done
expect 'a finding' '^t [0-9]+$' on $root $ledger AddFinding tsx "$seen" 'no register' $due
finding=$(head_of_ledger)
check 'it is recorded with its deadline' has_record \
        ".seq==$finding and .kind==\"finding\" and .record==$seen and .due==$due and .who==\"root (uid 0)\""
expect 'a finding about no record' '^t [0-9]+$' on $root $ledger AddFinding tsx 0 'a door' 0
expect 'a finding about what is no violation' 'is no violation' on $root $ledger AddFinding tsx "$plain" x 0
expect 'a deadline before all time' 'seconds since the epoch' on $root $ledger AddFinding tsx 0 x -- -1
for step in instruction remedy finding-closed; do
        expect "$step" '^t [0-9]+$' on $root $ledger FollowFinding tssx "$finding" $step "its $step" 0
        check "$step is recorded" has_record ".kind==\"$step\" and .finding==$finding and .text==\"its $step\""
done
expect 'a step that is none' 'The steps are' on $root $ledger FollowFinding tssx "$finding" verdict x 0
expect 'a remedy with a deadline' 'Only an instruction' on $root $ledger FollowFinding tssx "$finding" remedy x $due
expect 'a step of what is no finding' "Record $seen is no finding" \
        on $root $ledger FollowFinding tssx "$seen" remedy x 0
expect 'no incident is open' '^a\(txx\) 0$' on $root $ledger ListIncidents
expect 'an incident' '^t [0-9]+$' on $root $ledger OpenIncident ts "$seen" 'it may have been copied'
incident=$(head_of_ledger)
expect 'has 24 hours' "^a\(txx\) 1 $incident [0-9]+ [0-9]+$" on $root $ledger ListIncidents
check 'as the record says' has_record ".seq==$incident and .kind==\"incident\" and .record==$seen and \
        .deadline - (.time | sub(\"[.].*\"; \"Z\") | fromdate) <= 86401"
stop_daemon
start_daemon
expect 'it is open after a restart' "^a\(txx\) 1 $incident " on $root $ledger ListIncidents
stop_daemon
sed -i 's/^incident = /&x/' "$dir/state/incidents"
start_daemon
check 'a damaged list is recorded' has_record '.kind=="tamper" and .file=="/var/lib/usbzone/incidents" and .line==2'
check 'and set aside' test -e "$dir/state/incidents.damaged"
stop_daemon
sed 's/^incident = x/incident = /' "$dir/state/incidents.damaged" >"$dir/state/incidents"
start_daemon
expect 'it ends' '^t [0-9]+$' on $root $ledger CloseIncident ts "$incident" 'it was empty'
check 'that is recorded' has_record ".kind==\"incident-closed\" and .incident==$incident"
expect 'once' "There is no open incident $incident" on $root $ledger CloseIncident ts "$incident" again
expect 'none is open then' '^a\(txx\) 0$' on $root $ledger ListIncidents

# The recipe of the manual page, as it is printed there.
mandoc -Tutf8 docs/usbzone-ledger.5 | sed 's/.\x08//g' |
        sed -n '/#!\/bin\/sh/,/verified to/p' | sed 's/^ *//' >"$dir/recipe"
expect 'the recipe of usbzone-ledger(5) verifies it' \
        "^verified to $(head_of_ledger), head $(records | tail -n 1 | sha256sum | cut -c1-64)$" \
        sh "$dir/recipe" "$dir/state/ledger"

# Closed segments are taken away: by the tool, once the daemon has said so in the ledger.
head_at() { records | sed -n "$1p" | sha256sum | cut -c1-64; }
sum=$(printf 'ab%.0s' {1..32})
stop_daemon
cp -a "$dir/state/ledger" "$dir/ledger.before"
printf '{"torn' >>"$(find "$dir/state/ledger" -name '*.jsonl' | sort | tail -n 1)"
start_daemon
newest=$(find "$dir/state/ledger" -name '*.jsonl' -printf '%f\n' | sort | tail -n 1)
closed=$((10#${newest%%.*} - 1))
check 'there are closed segments' test "$closed" -gt 1
expect 'another hash is not archived' "Record $closed has another hash" \
        on $root $ledger RecordArchive tss "$closed" "$(head_at $((closed - 1)))" "$sum"
expect 'nor up to the midst of a segment' "Record $((closed - 1)) does not end a segment" \
        on $root $ledger RecordArchive tss $((closed - 1)) "$(head_at $((closed - 1)))" "$sum"
expect 'nor what is not there' 'There is no record 99999999' \
        on $root $ledger RecordArchive tss 99999999 "$sum" "$sum"
expect 'nor with a digest that is none' '64 hexadecimal digits' \
        on $root $ledger RecordArchive tss "$closed" "$(head_at "$closed")" xy
check 'nothing of this was recorded' bash -c "! grep -q '\"kind\":\"archived\"' $dir/state/ledger/*.jsonl"
was_head=$(head_at "$closed")
records | sed 's/^{"torn//' >"$dir/before-archive"
expect 'the tool archives them' "Records 1 to $closed are in .*says so" \
        "$build/usbzonectl" export --archive "$dir/archive.uzx"
check 'the record says up to where, of what and who' has_record ".kind==\"archived\" and .last==$closed and \
        .head==\"$was_head\" and .package==\"$(sha256sum <"$dir/archive.uzx" | cut -d' ' -f1)\" and .who==\"root (uid 0)\""
expect 'one segment is left' "^$newest\$" bash -c "cd $dir/state/ledger; echo *.jsonl"
check 'package and ledger are all there was' cmp <(tail -n "$closed" "$dir/archive.uzx"; records | head -n $(($(wc -l <"$dir/before-archive") - closed))) \
        "$dir/before-archive"
expect 'the ledger is whole, as the daemon remembers it' "records 1 to $closed were archived .*the end agrees with what the daemon remembers" \
        "$build/usbzonectl" verify
check 'pages begin there' cmp <(pages 0) <(records)
expect 'a record that was taken away is not there' 'There is no record 3 ' on $root $ledger Acknowledge ts 3 x
expect 'the recipe goes on from it' "^verified to $(head_of_ledger), head " \
        sh "$dir/recipe" "$dir/state/ledger" "$closed" "$was_head"
stop_daemon
start_daemon
check 'a start finds nothing wrong' bash -c "! grep '\"kind\":\"tamper\"' $dir/state/ledger/*.jsonl | grep -q '\"what\":\"ledger\"'"
expect 'and the ledger is whole' 'The ledger is whole' "$build/usbzonectl" verify
stop_daemon
rm -rf "$dir/state/ledger"
mv "$dir/ledger.before" "$dir/state/ledger"

cp -a "$dir/state/ledger" "$dir/ledger.good"
file=$(find "$dir/state/ledger" -name '*.jsonl' | sort | head -n 1)
bad=$(grep -n '"n":"20"' "$file" | cut -d: -f1)
sed -i "${bad}s/\"n\":\"20\"/\"n\":\"21\"/" "$file"
expect 'the recipe finds an altered record' "^broken in .* after record $bad$" sh "$dir/recipe" "$dir/state/ledger"
start_daemon
check 'a broken ledger is recorded as tampering' has_record '.kind=="tamper" and .what=="ledger"'
expect 'records before the break are given' "\"seq\":$((bad - 1))," bash -c \
        "echo \$(busctl --address=$USBZONE_BUS_ADDRESS --json=short call org.usbzone1 $root $ledger \
        Query 'tua{sv}' $((bad - 2)) 1 0 | jq -r '.data[0][]')"
expect 'the break is named' "does not verify at record $bad " \
        on $root $ledger Query 'tua{sv}' $((bad + 1)) 100 0
check 'new records still come' on $root $manager Record 'sa{ss}' revoked 1 n after
stop_daemon
rm -rf "$dir/state/ledger"
mv "$dir/ledger.good" "$dir/state/ledger"

# Killed at any moment: whatever was answered is there.
start_daemon
for n in {1..5}; do
        while on $root $manager Record 'sa{ss}' revoked 1 round "$n" >>"$dir/acknowledged" 2>/dev/null; do :; done &
        loop=$!
        until_true has_record ".round==\"$n\""
        stop_daemon -KILL
        wait $loop
        start_daemon
done
lost=$(comm -23 <(sed 's/^t //' "$dir/acknowledged" | sort -u) <(records | jq .seq | sort -u) | wc -l)
expect 'after kills nothing acknowledged is missing' '^0$' echo "$lost"
expect 'after kills the chain is whole' '^verified to ' sh "$dir/recipe" "$dir/state/ledger"
