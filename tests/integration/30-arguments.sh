# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# Malformed, empty and huge arguments: an error that says what is wrong, and nothing changes.

before=$(head_of_ledger)
long=$(printf 'x%.0s' {1..200})
huge=$(printf 'y%.0s' {1..60000})
vast=$(printf 'z%.0s' {1..66000})
invalid() {
        local name=$1
        shift
        expect "$name is invalid" 'Error.Invalid' send "$@"
}
invalid 'a mode that is none' $root $manager.SetMode string:lenient string:why
invalid 'a mode without a reason' $root $manager.SetMode string:observe string:
invalid 'a reason of 200 bytes' $root $manager.SetMode string:observe "string:$long"
invalid 'a huge reason' $root $manager.SetMode string:observe "string:$huge"
invalid 'a vast reason' $root $manager.SetMode string:observe "string:$vast"
expect 'a vast argument is not kept while polkit is asked' 'Error.Invalid.*more than' \
        send_nobody $root $manager.EndGrant "string:$vast"
invalid 'a reason with a newline' $root $manager.SetMode string:observe $'string:a\nb'
invalid 'a reason with an escape code' $root $manager.SetMode string:observe $'string:a\e[31m'
invalid 'a reason that turns text around' $root $manager.SetMode string:observe $'string:a\u202eb'
invalid 'a grant of no time' $root $manager.Grant "string:$phone" string:allow uint64:0 string:why string:
invalid 'a grant to block' $root $manager.Grant "string:$phone" string:block uint64:9 string:why string:
invalid 'a grant of a verdict that is none' $root $manager.Grant "string:$phone" string:free uint64:9 string:why string:
invalid 'a grant without a reason' $root $manager.Grant "string:$phone" string:allow uint64:9 string: string:
for n in "${long:0:64}" $'17\n18' ' 17' $'17\e[31m'; do
        invalid "a grant under the approval '${n:0:5}'" $root $manager.Grant "string:$phone" string:allow uint64:9 \
                string:why "string:$n"
done
for d in 0 77 -1 "0$phone" '' NO-SUCH 18446744073709551616 "$huge" "${huge:0:64}"; do
        expect "a grant for drive '${d:0:20}' finds none" 'Error.NotFound' \
                send $root $manager.Grant "string:$d" string:allow uint64:9 string:why string:
done
expect 'a grant longer than the policy allows is refused' 'Error.Refused.*28800 s' \
        send $root $manager.Grant "string:$phone" string:allow uint64:28801 string:why string:
expect 'the longest time there is is refused' 'Error.Refused' \
        send $root $manager.Grant "string:$phone" string:allow uint64:18446744073709551615 string:why string:
expect 'a drive that could not be read gets no grant' 'Error.Refused' \
        send $root $manager.Grant "string:$stick" string:allow uint64:9 string:why string:
for g in '' x 0011223344556677 00112233445566778 "$huge"; do
        expect "ending the grant '${g:0:20}' finds none" 'Error.NotFound' \
                send $root $manager.EndGrant "string:$g"
done
invalid 'a record of a kind that is the daemon'\''s' $root $manager.Record string:verdict dict:string:string:a,b
invalid 'a record with a key in capitals' $root $manager.Record string:setup dict:string:string:Key,b
invalid 'a record with a key that is no name' $root $manager.Record string:setup 'dict:string:string:a"b,c'
invalid 'a record with unclean text' $root $manager.Record string:setup $'dict:string:string:a,b\nc'
invalid 'a record with a huge value' $root $manager.Record string:setup "dict:string:string:a,$huge"
many=$(printf 'k%d,v,' {1..33})
invalid 'a record with too many fields' $root $manager.Record string:setup "dict:string:string:${many%,}"

query() {
        on $root $ledger Query 'tua{sv}' "$@"
}
expect 'a query of no lines is invalid' 'takes 1 to 1000 lines' query 0 0 0
expect 'a query of too many lines is invalid' 'takes 1 to 1000 lines' query 0 1001 0
expect 'a filter that is none is invalid' 'takes 1 to 1000 lines' query 0 1 1 colour s red
expect 'a filter of the wrong type is invalid' 'takes 1 to 1000 lines' query 0 1 1 since s yesterday
expect 'a severity that is none is invalid' 'takes 1 to 1000 lines' query 0 1 1 severity s mild
expect 'a query behind the end is empty' '^ast 0 99999999$' query 99999999 10 0

write_label() {
        send "$root/drive/$1" $drive.WriteLabel "array:byte:$2"
}
zeroes=$(printf '0,%.0s' {1..4096})
expect 'a label of no bytes is invalid' 'Error.Invalid.*4096' write_label "$phone" 0
expect 'a label of zeroes is refused' 'Error.Refused.*no-label' write_label "$phone" "${zeroes%,}"
expect 'a label of 60000 bytes is invalid' 'Error.Invalid' write_label "$phone" "$(printf '0,%.0s' {1..59999})0"
expect 'wrong types are refused by the bus' 'InvalidArgs' send $root $manager.SetMode int32:1 int32:2
expect 'too few arguments are refused by the bus' 'InvalidArgs' send $root $manager.SetMode string:observe
expect 'nothing of this was recorded' "^$before$" head_of_ledger
check 'the daemon lives' is_up
