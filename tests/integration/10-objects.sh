# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# Objects and properties, and that they are what the documents say.

check 'the daemon owns its name on the bus' is_up
drives_are() {
        [ "$(on $root org.freedesktop.DBus.ObjectManager GetManagedObjects |
                grep -o 'drive/[0-9]*' | sort -u | wc -l)" = "$1" ]
}
check 'both gated devices are objects, the hub is none' until_true drives_are 2
phone='' stick=''
for n in 1 2; do
        case $(property $root/drive/$n $drive VendorId) in
        6353) phone=$n ;;
        2385) stick=$n ;;
        esac
done
# A stick that never answers is given up after a while.
until_true property_is "$root/drive/$stick" $drive State blocked

for i in Manager Ledger; do
        check "org.usbzone1.$i is introspected as docs/org.usbzone1.$i.xml says" \
                python3 "$here/introspect.py" compare "$root" "docs/org.usbzone1.$i.xml"
done
check 'org.usbzone1.Drive is introspected as docs/org.usbzone1.Drive.xml says' \
        python3 "$here/introspect.py" compare "$root/drive/$phone" docs/org.usbzone1.Drive.xml

expect 'the mode is enforce' '^enforce$' property $root $manager Mode
expect 'the zone is that of the credential' '^internal$' property $root $manager Zone
expect 'the policy is fine' '^ok$' property $root $manager PolicyStatus
expect 'the policy has its version' '^1$' property $root $manager PolicyVersion
expect 'the contact is that of the policy' '^room 101$' property $root $manager Contact
texts() {
        busctl --address="$USBZONE_BUS_ADDRESS" -j get-property org.usbzone1 $root $manager "$1" | jq -c .data
}
expect 'and for each language' '^\[\["","room 101"\]\]$' texts Contacts
expect 'there is no notice' '^\[\]$' texts Notices
expect 'the ledger is fine' '^ok$' property $root $manager LedgerStatus
expect 'the head is that of the files' "^$(records | tail -n 1 | sha256sum | cut -c1-64)$" \
        property $root $manager LedgerHead
expect 'everyone may read properties' 'internal' \
        as_nobody busctl --address="$USBZONE_BUS_ADDRESS" get-property org.usbzone1 $root $manager Zone
expect 'everyone may see the drives' "drive/$phone" \
        as_nobody busctl --address="$USBZONE_BUS_ADDRESS" call org.usbzone1 $root \
        org.freedesktop.DBus.ObjectManager GetManagedObjects
expect 'nobody may write a property' 'Property|not writable|read-only|denied' \
        busctl --address="$USBZONE_BUS_ADDRESS" set-property org.usbzone1 $root $manager Mode s observe

expect 'a phone is blocked' '^block$' property $root/drive/"$phone" $drive Verdict
expect 'a phone is blocked for its class' '^device-class-blocked$' property $root/drive/"$phone" $drive Reason
expect 'a serial number is shown escaped' '^PHONE\\\\x1b\[31m\\\\x0aX$' property $root/drive/"$phone" $drive Serial
expect 'the interfaces are listed' '^:060101:$' property $root/drive/"$phone" $drive Interfaces
expect 'every step is told' '"device" "device-class-blocked"' property $root/drive/"$phone" $drive Steps
expect 'a stick that does not answer is blocked' '^block$' property $root/drive/"$stick" $drive Verdict
expect 'a stick that does not answer is blocked for that' '^probe-(failed|timeout)$' \
        property $root/drive/"$stick" $drive Reason
expect 'a drive that is not there is no object' 'Unknown object' property $root/drive/77 $drive Verdict
expect 'a path that is no number is no object' 'Unknown object' property $root/drive/x $drive Verdict
expect 'a number has one spelling' 'Unknown object' property "$root/drive/0$phone" $drive Verdict
expect 'the label area of an unread drive is not to be had' 'Error.Unavailable' \
        send "$root/drive/$stick" $drive.ReadLabelArea
check 'the verdict is in the ledger' has_record '.kind=="verdict" and .vid=="18d1" and .verdict=="block"'
