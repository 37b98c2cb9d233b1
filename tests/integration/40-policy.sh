# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# Mode and policy: good and bad, changed while it runs.

check 'observe mode can be set' on $root $manager SetMode ss observe 'trial of two weeks'
expect 'the mode is told' '^observe$' property $root $manager Mode
check 'the mode is kept' test -e "$dir/state/observe"
check 'who set the mode and why is recorded' has_record \
        '.kind=="mode" and .mode=="observe" and .who=="root (uid 0)" and .why=="trial of two weeks"'
until_true property_is "$root/drive/$phone" $drive Effect allow
expect 'a phone passes in observe mode' '^allow$' property "$root/drive/$phone" $drive Effect
expect 'the verdict stays what it is' '^block$' property "$root/drive/$phone" $drive Verdict
expect 'it is marked' '^true$' property "$root/drive/$phone" $drive Observed
check 'the violation is signalled, and marked' until_true \
        bash -c "grep '\"Violation\"' $dir/signals | grep -q '\"observe\"'"
check 'enforce mode can be set' on $root $manager SetMode ss enforce 'the trial is over'
check 'the mode is no longer kept' test ! -e "$dir/state/observe"
until_true property_is "$root/drive/$phone" $drive Effect block
expect 'the phone is blocked again' '^block$' property "$root/drive/$phone" $drive Effect
check 'PropertiesChanged is sent for the mode' until_true \
        bash -c "grep PropertiesChanged $dir/signals | grep -q '\"Mode\"'"

# An installation that was cut short: what is in force is in a folder of its own.
cp -a "$dir/etc" "$dir/pending"
"$dir/make-trust" "$dir/pending" --version 5
mv "$dir/pending" "$dir/etc/.pending"
check 'a newer policy is loaded' on $root $manager Reload
expect 'the new version is in force' '^5$' property $root $manager PolicyVersion
check 'what is pending is put in its place' "$build/usbzoned" --finish
check 'nothing is pending then' test ! -e "$dir/etc/.pending"
check 'the policy in its place is loaded' on $root $manager Reload
expect 'it is the new version' '^5$' property $root $manager PolicyVersion
expect 'the new version is remembered' '^5$' head -n 1 "$dir/state/policy-version"
"$dir/make-trust" "$dir/etc" --version 4
expect 'an older policy is refused, and why' 'Error.Invalid.*older than version 5.*policy before stays' \
        send $root $manager.Reload
expect 'the newer one stays' '^5$' property $root $manager PolicyVersion
"$dir/make-trust" "$dir/etc" --broken
expect 'a malformed policy is refused with file and line' "Error.Invalid.*$dir/etc/policy, line 4" \
        send $root $manager.Reload
mkdir -p "$dir/locale/zh_CN/LC_MESSAGES"
cp "$build/po/zh_CN.mo" "$dir/locale/zh_CN/LC_MESSAGES/usbzone.mo"
in_chinese() { USBZONE_LOCALE_DIR=$dir/locale LC_ALL=C.UTF-8 LANGUAGE=zh_CN "$build/usbzonectl" "$@"; }
expect 'in Chinese: the same file and line, and what to write there' \
        "usbzonectl: $dir/etc/policy，第 4 行第 [0-9]+ 列：.*。仍沿用原来的策略\$" in_chinese reload
expect 'in Chinese: a drive that is not there' '^usbzonectl: 没有这项临时授权；它可能已经结束$' \
        in_chinese allow --end 0000000000000000
expect 'in Chinese: a mode that is none, with what it must be' '理由须为一行 1 至 [0-9]+ 字节的文字' \
        in_chinese mode enforce --reason $'two\nlines'
expect 'the policy before stays in force' '^5 ok$' \
        echo "$(property $root $manager PolicyVersion) $(property $root $manager PolicyStatus)"
"$dir/make-trust" "$dir/etc" --version 6
chmod 0666 "$dir/etc/policy"
expect 'a policy that others may write is refused' 'Error.Invalid.*may write' send $root $manager.Reload
chmod 0644 "$dir/etc/policy"
chown $nobody "$dir/etc/policy"
expect 'a policy of another owner is refused' 'Error.Invalid.*does not belong to root' send $root $manager.Reload
chown 0 "$dir/etc/policy"
sed -i 's/contact = room 101/contact = room 102/' "$dir/etc/policy"
expect 'an edited policy is refused' 'Error.Invalid' send $root $manager.Reload
mv "$dir/etc/policy" "$dir/etc/policy.aside"
expect 'a policy that is gone is refused' 'Error.Invalid.*is missing' send $root $manager.Reload
expect 'each refusal is recorded' '^7$' count_records '.kind=="policy-refused"'
check 'what a rollout is measured by is recorded' has_record \
        '.kind=="policy-loaded" and .policy_version==5 and .revoked==0 and (.whitelist // "" | test("^([0-9a-f]{64})?$"))'

wait "$silent_pid"
expect 'a silent polkit means no' 'Access denied' cat "$dir/silent"
polkit_says no

stop_daemon
start_daemon
expect 'without a policy everything is blocked' '^policy-missing$' property $root $manager PolicyStatus
expect 'what to do is said' 'usbzonectl setup' property $root $manager PolicyMessage
expect 'in Chinese: status' '本机没有策略：缺少 .*/etc/policy。请运行 `usbzonectl setup`' in_chinese status
expect 'the phone is blocked for that' '^policy-missing$' property "$root/drive/1" $drive Reason
expect 'nothing can be granted then' 'Error.Refused' \
        send $root $manager.Grant "string:$(printf '0%.0s' {1..64})" string:allow uint64:9 string:why string:
"$dir/make-trust" "$dir/etc" --version 6
check 'a policy that comes back is loaded' on $root $manager Reload
expect 'and is in force' '^6 ok$' \
        echo "$(property $root $manager PolicyVersion) $(property $root $manager PolicyStatus)"

"$dir/make-trust" "$dir/etc" --version 6 --zone internet
check 'a credential for another zone is loaded' on $root $manager Reload
expect 'and is in force' '^internet$' property $root $manager Zone
check 'the change of zone is recorded' has_record \
        '.kind=="policy-loaded" and .zone=="internet" and .zone_before=="internal" and .host_name=="pc-17"'
"$dir/make-trust" "$dir/etc" --version 6
check 'back again' on $root $manager Reload
check 'that is recorded, too' has_record '.kind=="policy-loaded" and .zone=="internal" and .zone_before=="internet"'
expect 'the version of the key list is remembered' '^1$' cat "$dir/state/keys-version"
mkdir -p "$dir/etc/revocations"
echo 'usbzone-revocations 1' >"$dir/etc/revocations/0011223344556677.uzr"
expect 'a revocation file that is not signed is refused' 'Error.Invalid.*uzr is refused.*policy before stays' \
        send $root $manager.Reload
rm -r "$dir/etc/revocations"
check 'without it the policy is loaded' on $root $manager Reload
