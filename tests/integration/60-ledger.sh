# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# The ledger over the bus: pages, filters, records of tools, and what a broken chain shows.

expect 'a record of a tool gets a number' '^t [0-9]+$' \
        on $root $manager Record 'sa{ss}' enrolled 2 media_number N-7 holder 'Li Lei'
check 'it says who' has_record '.kind=="enrolled" and .media_number=="N-7" and .who=="root (uid 0)"'
expect 'who cannot be made up' '^"root \(uid 0\)"$' \
        bash -c "busctl --address=$USBZONE_BUS_ADDRESS call org.usbzone1 $root $manager Record 'sa{ss}' \
        setup 1 who mallory >/dev/null; tail -qn 1 $dir/state/ledger/*.jsonl | tail -n 1 | jq .who"
check 'the signal RecordAdded is sent' until_true \
        bash -c "grep '\"RecordAdded\"' $dir/signals | grep -q '\"setup\"'"

for n in {1..40}; do
        on $root $manager Record 'sa{ss}' revoked 1 n "$n" >/dev/null
done
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
check 'filters are combined' same_as_jq '.kind=="verdict" and .reason=="granted"' 2 kind s verdict reason s granted
expect 'the head on the bus is that of the files' \
        "^ts $(head_of_ledger) \"$(records | tail -n 1 | sha256sum | cut -c1-64)\"$" on $root $ledger Head

# The recipe of the manual page, as it is printed there.
mandoc -Tutf8 docs/usbzone-ledger.5 | sed 's/.\x08//g' |
        sed -n '/#!\/bin\/sh/,/verified to/p' | sed 's/^ *//' >"$dir/recipe"
expect 'the recipe of usbzone-ledger(5) verifies it' \
        "^verified to $(head_of_ledger), head $(records | tail -n 1 | sha256sum | cut -c1-64)$" \
        sh "$dir/recipe" "$dir/state/ledger"

stop_daemon
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
