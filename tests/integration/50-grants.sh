# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# Temporary exceptions: given, told, kept, ended by hand and by time.

[ "$(property $root/drive/1 $drive VendorId)" = 6353 ] && phone=1 || phone=2
until_true property_is "$root/drive/$phone" $drive State blocked
identity=$(property "$root/drive/$phone" $drive Identity)
state_of() {
        property "$root/drive/$phone" $drive Verdict
}
grant() {
        on $root $manager Grant sstss "$@" "" | sed -E 's/^s "(.*)"$/\1/'
}

id=$(grant "$phone" allow 600 'contract 7')
expect 'a grant has an id' '^[0-9a-f]{16}$' echo "$id"
expect 'the drive is allowed' '^allow$' state_of
expect 'the reason is the grant' '^granted$' property "$root/drive/$phone" $drive Reason
expect 'the drive names its grant' "^$id$" property "$root/drive/$phone" $drive Grant
expect 'the grant is listed' "$id.*$identity.*allow.*root \(uid 0\).*contract 7" on $root $manager ListGrants
expect 'the grant is recorded before the verdict' '^"grant""verdict"$' \
        bash -c "cat $dir/state/ledger/*.jsonl | jq -c 'select(.grant==\"$id\").kind' | tr -d '\n'"
check 'the change is signalled' until_true \
        bash -c "grep '\"VerdictChanged\"' $dir/signals | grep -q '\"granted\"'"
expect 'and only once' '^1$' bash -c "grep '\"VerdictChanged\"' $dir/signals | grep -c '$id'"
check 'the grant can be ended' on $root $manager EndGrant s "$id"
expect 'the drive is blocked again' '^block$' state_of
expect 'who ended it is recorded' '^1$' count_records ".kind==\"grant-ended\" and .grant==\"$id\" and .who==\"root (uid 0)\""
expect 'it cannot be ended twice' 'Error.NotFound' send $root $manager.EndGrant "string:$id"

id=$(grant "$identity" allow 4 'by identity')
expect 'an identity can be granted something' '^allow$' state_of
check 'its end is signalled beforehand' until_true \
        bash -c "grep '\"GrantEnding\"' $dir/signals | grep -q '$id'"
expect 'the drive is still allowed then' '^allow$' state_of
check 'the drive is blocked when its time is over' until_true \
        property_is "$root/drive/$phone" $drive Verdict block
check 'the end is recorded' has_record ".kind==\"grant-ended\" and .grant==\"$id\""
check 'the notice is recorded' has_record ".kind==\"grant-ending\" and .grant==\"$id\""

id=$(grant "$phone" allow 600 'survives a restart')
stop_daemon
start_daemon
[ "$(property $root/drive/1 $drive VendorId)" = 6353 ] && phone=1 || phone=2
until_true property_is "$root/drive/$phone" $drive Verdict allow
expect 'a grant survives a restart' "^$id$" property "$root/drive/$phone" $drive Grant
on $root $manager EndGrant s "$id" >/dev/null
until_true property_is "$root/drive/$phone" $drive Verdict block

id=$(grant "$phone" allow 2 'ends while nobody looks')
stop_daemon -KILL
end=$(($(date +%s) + 3))
is_over() {
        [ "$(date +%s)" -ge "$end" ]
}
until_true is_over
start_daemon
[ "$(property $root/drive/1 $drive VendorId)" = 6353 ] && phone=1 || phone=2
until_true property_is "$root/drive/$phone" $drive State blocked
expect 'a grant that ended while the daemon was dead is over' '^block$' state_of
check 'and its end is recorded' until_true has_record ".kind==\"grant-ended\" and .grant==\"$id\""

id=$(grant "$phone" allow 600 'to be damaged')
stop_daemon
sed -i 's/allow/alloy/' "$dir/state/grants"
start_daemon
[ "$(property $root/drive/1 $drive VendorId)" = 6353 ] && phone=1 || phone=2
until_true property_is "$root/drive/$phone" $drive State blocked
expect 'a damaged list grants nothing' '^block$' state_of
check 'the damage is recorded' has_record '.kind=="tamper" and (.file|test("grants"))'
check 'the damaged list is kept aside' test -e "$dir/state/grants.damaged"

# What the policy says of exceptions for such a drive, and for the computers of this zone.
give() {
        send $root $manager.Grant "string:$1" "string:$2" "uint64:$3" string:import "string:$4"
}
"$dir/make-trust" "$dir/etc" --version 20 --lines $'grant = none block\nnotice = Hand it in.\n[internal]
grant = none read-only 1h approval\ncontact = room 7\ncontact[zh_CN] = 七室\n[internet]\ngrant = none allow\n'
check 'a policy with sections is loaded' on $root $manager Reload
expect 'the contact is that of the zone' '^room 7$' property $root $manager Contact
expect 'in its languages' '^\[\["","room 7"\],\["zh_CN","七室"\]\]$' texts Contacts
expect 'the notice is that for all' '^\[\["","Hand it in."\]\]$' texts Notices
line=$(grep -n '^grant = none read-only' "$dir/etc/policy" | cut -d: -f1)
expect 'more than reading is refused, by its line' "Error.Refused.*line $line\).*read-only" give "$phone" allow 60 17
expect 'without an approval number it is refused' "Error.Refused.*line $line\).*approval number" \
        give "$phone" read-only 60 ''
expect 'for longer it is refused' 'Error.Refused.*3600 s' give "$phone" read-only 3601 17
expect 'nothing of this was given' '^a\(sssxxsss\) 0$' on $root $manager ListGrants
id=$(give "$phone" read-only 3600 '批 2026-17' | sed -nE 's/.*string "(.*)"/\1/p')
expect 'within its limits it is given' '^[0-9a-f]{16}$' echo "$id"
expect 'with its number' "$id.*import.*批 2026-17" send $root $manager.ListGrants
check 'the number is recorded' has_record ".kind==\"grant\" and .grant==\"$id\" and .approval==\"批 2026-17\""
expect 'the verdict is the exception' '^granted$' property "$root/drive/$phone" $drive Reason
stop_daemon
expect 'the number is kept' '^approval = 批 2026-17$' grep '^approval' "$dir/state/grants"
start_daemon
[ "$(property $root/drive/1 $drive VendorId)" = 6353 ] && phone=1 || phone=2
until_true property_is "$root/drive/$phone" $drive Reason granted
expect 'and counts after a restart' '^granted$' property "$root/drive/$phone" $drive Reason
"$dir/make-trust" "$dir/etc" --version 21 --lines $'grant = none block\n'
check 'a policy that lets none be is loaded' on $root $manager Reload
check 'the exception counts no more' until_true property_is "$root/drive/$phone" $drive Verdict block
expect 'and why is said' 'line [0-9]+ lets none be' property "$root/drive/$phone" $drive Steps
expect 'none is given' 'Error.Refused.*no exception' give "$phone" read-only 60 17
on $root $manager EndGrant s "$id" >/dev/null
"$dir/make-trust" "$dir/etc" --version 22
check 'back to a policy without them' on $root $manager Reload
