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
        on $root $manager Grant ssts "$@" | sed -E 's/^s "(.*)"$/\1/'
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
