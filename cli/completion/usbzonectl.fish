# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of usbzonectl for fish: verbs, options and what they take.
# Made by cli/completion/generate.py (make update-completion); change that, not this.

function __usbzonectl_verbs
    printf '%s\n' setup status list show explain enroll label allow revoke mode clock reload log \
                verify export inspect acknowledge finding incident report monitor doctor history \
                simulate authority host policy whitelist help
end
function __usbzonectl_reasons
    printf '%s\n' internal-error ok granted zone-mismatch level-too-high no-label label-malformed \
                label-signature-invalid label-signer-unknown label-purpose-wrong label-expired \
                label-not-yet-valid identity-mismatch not-whitelisted revoked host-not-permitted \
                changed-elsewhere visit-chain-forked visit-rolled-back device-composite \
                device-multi-lun device-class-blocked medium-swapped layout-unsupported \
                probe-timeout probe-failed descriptors-changed interface-taken policy-missing \
                policy-invalid policy-expired ledger-unwritable rate-limited active-before-start \
                system-drive
end
function __usbzonectl_kinds
    printf '%s\n' start stop verdict removed active-before-start mode policy-loaded policy-refused \
                grant grant-ended label-written enrolled revoked setup torn-tail tamper grant-ending \
                uninstalled acknowledged finding instruction remedy finding-closed incident repeated \
                picked-up clock-set clock-accepted incident-closed
end
function __usbzonectl_drives
    usbzonectl list --json 2>/dev/null | sed -nE 's/^ *"(number|media_number)": *"?([^",]+)"?,?$/\2/p'
end

# No verb yet; one of these verbs; at its first word; behind it; behind a first word that is so.
function __usbzonectl_none
    test (count (commandline -opc)) -eq 1
end
function __usbzonectl_verb
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end
function __usbzonectl_first
    set -l words (commandline -opc)
    __usbzonectl_verb $argv[1]; and not string match -qv -- '-*' $words[3..-1]
end
function __usbzonectl_more
    __usbzonectl_verb $argv[1]; and not __usbzonectl_first $argv[1]
end
function __usbzonectl_behind
    set -l words (commandline -opc)
    __usbzonectl_verb $argv[1]; and test "$words[3]" = $argv[2]
end

complete -c usbzonectl -f
complete -c usbzonectl -n __usbzonectl_none -l help -d 'show the help'
complete -c usbzonectl -n __usbzonectl_none -l version -d 'show the version'
complete -c usbzonectl -n __usbzonectl_none -a help -d 'show the help of a verb'
complete -c usbzonectl -n __usbzonectl_none -a setup -d 'make this computer a guarded one, in observe mode'
complete -c usbzonectl -n '__usbzonectl_verb setup' -s z -l zone -x -a 'internal classified internet' -d 'internal, classified or internet'
complete -c usbzonectl -n '__usbzonectl_verb setup' -s l -l level -x -a 'confidential secret top-secret' -d 'confidential, secret or top-secret; only for classified'
complete -c usbzonectl -n '__usbzonectl_verb setup' -s n -l name -x -d 'this computer’s name (default: its host name)'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l authority-name -x -d 'name of the authority'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l algorithm -x -a 'ed25519 sm2' -d 'the authority’s keys are ed25519 (default) or sm2'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l root-out -r -F -d 'write the root key there, not on this computer'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l ledger-key-out -r -F -d 'write the ledger’s first key there, for the auditor (default: print it)'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l new-ledger-key -d 'only make a first key for a ledger that has none'
complete -c usbzonectl -n '__usbzonectl_verb setup' -s y -l yes -d 'do not ask'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l force -d 'replace an existing setup; its files are kept aside'
complete -c usbzonectl -n '__usbzonectl_verb setup' -l no-start -d 'write the files only, start nothing'
complete -c usbzonectl -n '__usbzonectl_verb setup' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a status -d 'show this computer’s mode, zone, policy, ledger and drives'
complete -c usbzonectl -n '__usbzonectl_verb status' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb status' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a list -d 'list the drives that are plugged in'
complete -c usbzonectl -n '__usbzonectl_verb list' -s b -l blocked -d 'only what is blocked'
complete -c usbzonectl -n '__usbzonectl_verb list' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb list' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a show -d 'show everything about a drive'
complete -c usbzonectl -n '__usbzonectl_verb show' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb show' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a explain -d 'tell step by step why a drive is allowed or blocked'
complete -c usbzonectl -n '__usbzonectl_verb explain' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb explain' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a enroll -d 'give a drive a signed label and put it on the whitelist'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s z -l zone -x -a 'internal classified internet' -d 'internal, classified or internet (default: this computer’s)'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s l -l level -x -a 'confidential secret top-secret' -d 'confidential, secret or top-secret; only for classified'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s n -l number -x -d 'media number, as written on the drive (needed)'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l holder -x -d 'the person who answers for it'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l unit -x -d 'the unit it belongs to'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l days -x -a '7 30 90 365' -d 'the label is valid for N days'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l not-before -x -d 'valid from (default: now)'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l not-after -x -d 'valid until (default: no end)'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l retention-years -x -d 'retention period'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l host -x -a 'this' -d 'only for this computer (this or its id); may be repeated'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s f -l format -x -a 'vfat exfat ext4' -d 'erase the drive, create a partition with vfat, exfat or ext4'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s y -l yes -d 'do not ask before erasing'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l relabel -d 'replace the label that is there'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l no-whitelist -d 'do not put the drive on the whitelist'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s r -l reason -x -d 'remark for the ledger'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l key -r -F -d 'sign with this label key (default: the one on this computer)'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l passphrase-fd -x -d 'read the passphrases of keys from this descriptor, one a line'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l vid -x -d 'image: USB vendor id of the drive it is for'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l pid -x -d 'image: USB product id'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l serial -x -d 'image: USB serial number'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l scsi-vendor -x -d 'image: SCSI vendor'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -l scsi-product -x -d 'image: SCSI product'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb enroll' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a label -d 'show the label on a drive or an image file'
complete -c usbzonectl -n '__usbzonectl_verb label' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb label' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a allow -d 'make a temporary exception for a drive'
complete -c usbzonectl -n '__usbzonectl_verb allow' -l for -x -a '15m 30m 1h 2h 8h' -d 'how long: 90s, 30m, 2h, 1h30m (needed)'
complete -c usbzonectl -n '__usbzonectl_verb allow' -l read-only -d 'reading only'
complete -c usbzonectl -n '__usbzonectl_verb allow' -s r -l reason -x -d 'why, for the ledger (needed)'
complete -c usbzonectl -n '__usbzonectl_verb allow' -s l -l list -d 'list the exceptions in force'
complete -c usbzonectl -n '__usbzonectl_verb allow' -l end -x -d 'end this exception now'
complete -c usbzonectl -n '__usbzonectl_verb allow' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb allow' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a revoke -d 'revoke a drive, a label, a key or a computer'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -l drive -x -d 'the drive with this identity (64 digits)'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -l label -x -d 'this one label (32 digits)'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -l key -x -d 'everything this key signed (32 digits)'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -l host -x -d 'the computer with this id (32 digits)'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -s o -l out -r -F -d 'make a revocation file that travels alone, or add to it'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -s D -l dir -r -F -d 'the authority’s folder (default: /etc/usbzone/authority)'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -l passphrase-fd -x -d 'read the passphrases of keys from this descriptor, one a line'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -s r -l reason -x -d 'why, for the ledger (needed)'
complete -c usbzonectl -n '__usbzonectl_verb revoke' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a mode -d 'show or change the mode'
complete -c usbzonectl -n '__usbzonectl_verb mode' -s r -l reason -x -d 'why, for the ledger (needed for a change)'
complete -c usbzonectl -n '__usbzonectl_verb mode' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb mode' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a clock -d 'show the time drives are judged by, or accept the system clock'
complete -c usbzonectl -n '__usbzonectl_verb clock' -s r -l reason -x -d 'why, for the ledger (needed to accept)'
complete -c usbzonectl -n '__usbzonectl_verb clock' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb clock' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a reload -d 'load the files in /etc/usbzone anew'
complete -c usbzonectl -n '__usbzonectl_verb reload' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a log -d 'show records of the verified ledger'
complete -c usbzonectl -n '__usbzonectl_verb log' -s s -l since -x -a 'today yesterday monday now -1h -24h -7d' -d 'from then on: 2026-11-21, 2026-11-21 08:00, 08:00, today, yesterday, monday, -2h, 2 days ago'
complete -c usbzonectl -n '__usbzonectl_verb log' -s u -l until -x -a 'today yesterday monday now -1h -24h -7d' -d 'up to then; a day is meant whole'
complete -c usbzonectl -n '__usbzonectl_verb log' -s d -l drive -x -a '(__usbzonectl_drives)' -d 'number, media number, identity, serial'
complete -c usbzonectl -n '__usbzonectl_verb log' -s r -l reason -x -a '(__usbzonectl_reasons)' -d 'only this reason'
complete -c usbzonectl -n '__usbzonectl_verb log' -l severity -x -a 'notice warning critical' -d 'at least notice, warning or critical'
complete -c usbzonectl -n '__usbzonectl_verb log' -s k -l kind -x -a '(__usbzonectl_kinds)' -d 'only this kind of record'
complete -c usbzonectl -n '__usbzonectl_verb log' -s z -l zone -x -a 'internal classified internet' -d 'only drives of this zone'
complete -c usbzonectl -n '__usbzonectl_verb log' -l open -d 'only violations that nobody has acknowledged'
complete -c usbzonectl -n '__usbzonectl_verb log' -l acknowledged -d 'only violations that were'
complete -c usbzonectl -n '__usbzonectl_verb log' -s n -l lines -x -d 'only the last N'
complete -c usbzonectl -n '__usbzonectl_verb log' -l reverse -d 'newest first'
complete -c usbzonectl -n '__usbzonectl_verb log' -s f -l follow -d 'wait for more'
complete -c usbzonectl -n '__usbzonectl_verb log' -s D -l dir -r -F -d 'read the ledger in DIR'
complete -c usbzonectl -n '__usbzonectl_verb log' -s j -l json -d 'print the records as they stand in the ledger'
complete -c usbzonectl -n '__usbzonectl_verb log' -l csv -d 'print a table for spreadsheets'
complete -c usbzonectl -n '__usbzonectl_verb log' -l no-pager -d 'print to the terminal as it is'
complete -c usbzonectl -n '__usbzonectl_verb log' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a verify -d 'check that the ledger, or a package of export, is whole'
complete -c usbzonectl -n '__usbzonectl_verb verify' -s k -l key -r -F -d 'check the seals with the ledger’s first key, from FILE or - (standard input)'
complete -c usbzonectl -n '__usbzonectl_verb verify' -s a -l authority -r -F -d 'check a package’s credential with this list of the authority’s keys'
complete -c usbzonectl -n '__usbzonectl_verb verify' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb verify' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a export -d 'put records into a signed file that verifies elsewhere'
complete -c usbzonectl -n '__usbzonectl_verb export' -s s -l since -x -a 'today yesterday monday now -1h -24h -7d' -d 'records from then on; as in log'
complete -c usbzonectl -n '__usbzonectl_verb export' -s u -l until -x -a 'today yesterday monday now -1h -24h -7d' -d 'up to then; a day is meant whole'
complete -c usbzonectl -n '__usbzonectl_verb export' -s f -l force -d 'replace FILE if it exists'
complete -c usbzonectl -n '__usbzonectl_verb export' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb export' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a inspect -d 'merge exports of many computers and find what one cannot see'
complete -c usbzonectl -n '__usbzonectl_verb inspect' -s a -l authority -r -F -d 'check each credential with this list of the authority’s keys'
complete -c usbzonectl -n '__usbzonectl_verb inspect' -s s -l silent -x -a '7 30 90' -d 'name computers whose last record is that much older than the newest thing here'
complete -c usbzonectl -n '__usbzonectl_verb inspect' -s R -l revocations -r -F -d 'a revocation file or a policy: who uses what it revokes (may be given again)'
complete -c usbzonectl -n '__usbzonectl_verb inspect' -s l -l list -d 'list the computers, too'
complete -c usbzonectl -n '__usbzonectl_verb inspect' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb inspect' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a acknowledge -d 'record that violations were seen and looked into'
complete -c usbzonectl -n '__usbzonectl_verb acknowledge' -s t -l text -x -d 'what was looked into, for the ledger (needed)'
complete -c usbzonectl -n '__usbzonectl_verb acknowledge' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a finding -d 'list and record findings, and what became of them'
complete -c usbzonectl -n '__usbzonectl_verb finding' -s t -l text -x -d 'what to record (needed)'
complete -c usbzonectl -n '__usbzonectl_verb finding' -l due -x -a '7d 14d 30d' -d 'deadline: a day (its end), a time, or 7d from now'
complete -c usbzonectl -n '__usbzonectl_verb finding' -s a -l all -d 'list closed ones too'
complete -c usbzonectl -n '__usbzonectl_verb finding' -s D -l dir -r -F -d 'read the ledger in DIR'
complete -c usbzonectl -n '__usbzonectl_verb finding' -s j -l json -d 'list, show: print JSON'
complete -c usbzonectl -n '__usbzonectl_verb finding' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a incident -d 'open and close incidents: suspected leaks, to be reported within 24 hours'
complete -c usbzonectl -n '__usbzonectl_verb incident' -s t -l text -x -d 'what is suspected, or how it ended (needed)'
complete -c usbzonectl -n '__usbzonectl_verb incident' -s a -l all -d 'list closed ones too'
complete -c usbzonectl -n '__usbzonectl_verb incident' -s D -l dir -r -F -d 'read the ledger in DIR'
complete -c usbzonectl -n '__usbzonectl_verb incident' -s j -l json -d 'list: print JSON'
complete -c usbzonectl -n '__usbzonectl_verb incident' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a report -d 'write a report of one or many computers: a page to print, CSV or JSON'
complete -c usbzonectl -n '__usbzonectl_verb report' -s o -l out -r -F -d 'write to FILE'
complete -c usbzonectl -n '__usbzonectl_verb report' -s s -l since -x -a 'today yesterday monday now -1h -24h -7d' -d 'from then on, as in log'
complete -c usbzonectl -n '__usbzonectl_verb report' -s u -l until -x -a 'today yesterday monday now -1h -24h -7d' -d 'up to then; a day is meant whole'
complete -c usbzonectl -n '__usbzonectl_verb report' -l lang -x -a 'en zh_CN' -d 'en or zh_CN; else as the locale says'
complete -c usbzonectl -n '__usbzonectl_verb report' -l csv -d 'the violations as CSV'
complete -c usbzonectl -n '__usbzonectl_verb report' -s j -l json -d 'all of it as JSON'
complete -c usbzonectl -n '__usbzonectl_verb report' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a monitor -d 'show what happens, as it happens'
complete -c usbzonectl -n '__usbzonectl_verb monitor' -s p -l plain -d 'print lines on a terminal, too'
complete -c usbzonectl -n '__usbzonectl_verb monitor' -s j -l json -d 'print one JSON object a line'
complete -c usbzonectl -n '__usbzonectl_verb monitor' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a doctor -d 'find what is left open on this computer'
complete -c usbzonectl -n '__usbzonectl_verb doctor' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb doctor' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a history -d 'list the USB storage that logs name, from before the guard'
complete -c usbzonectl -n '__usbzonectl_verb history' -s D -l dir -r -F -d 'read the journal and logs in DIR'
complete -c usbzonectl -n '__usbzonectl_verb history' -s f -l file -r -F -d 'read this log, plain or packed (gz, xz, bz2, zst)'
complete -c usbzonectl -n '__usbzonectl_verb history' -l csv -d 'print CSV'
complete -c usbzonectl -n '__usbzonectl_verb history' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb history' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a simulate -d 'show what enforcing would have blocked in the last days'
complete -c usbzonectl -n '__usbzonectl_verb simulate' -s d -l days -x -a '7 30 90 365' -d 'look back N days (30)'
complete -c usbzonectl -n '__usbzonectl_verb simulate' -s D -l dir -r -F -d 'read the journal and logs in DIR, not this computer’s'
complete -c usbzonectl -n '__usbzonectl_verb simulate' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb simulate' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a authority -d 'make and change the keys of an organisation'
complete -c usbzonectl -n '__usbzonectl_verb authority' -s D -l dir -r -F -d 'the authority’s folder (default: /etc/usbzone/authority)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -s n -l name -x -d 'init: the authority’s name'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l roots -x -d 'init: so many root keys, 1 to 5 (default: 1)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l threshold -x -d 'init: so many of them must sign (default: 1)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l algorithm -x -a 'ed25519 sm2' -d 'new keys are ed25519 or sm2 (default: as the root keys; init: ed25519)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l root-out -r -F -d 'init: write a root key there, the next one to the next FILE'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l root -r -F -d 'sign with the root key in FILE, too; may be repeated'
complete -c usbzonectl -n '__usbzonectl_verb authority' -s o -l out -r -F -d 'write the new private key there'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l days -x -a '7 30 90 365' -d 'the new key is valid for N days (default: no end)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l not-before -x -d 'valid from (default: now)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l not-after -x -d 'valid until (default: no end)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l overlap -x -d 'rotate: the old key counts for N more days (default: 90; label: 0)'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l passphrase-fd -x -d 'read the passphrases of keys from this descriptor, one a line'
complete -c usbzonectl -n '__usbzonectl_verb authority' -l no-passphrase -d 'leave new private keys without a passphrase'
complete -c usbzonectl -n '__usbzonectl_verb authority' -s j -l json -d 'init, show: print JSON'
complete -c usbzonectl -n '__usbzonectl_verb authority' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a host -d 'make this computer one of an office: request, sign, install'
complete -c usbzonectl -n '__usbzonectl_verb host' -s o -l out -r -F -d 'write the request or credential there'
complete -c usbzonectl -n '__usbzonectl_verb host' -s n -l name -x -d 'the computer’s name (default: its host name; sign: as in the request)'
complete -c usbzonectl -n '__usbzonectl_verb host' -s z -l zone -x -a 'internal classified internet' -d 'sign: internal, classified or internet'
complete -c usbzonectl -n '__usbzonectl_verb host' -s l -l level -x -a 'confidential secret top-secret' -d 'sign: confidential, secret or top-secret; only for classified'
complete -c usbzonectl -n '__usbzonectl_verb host' -l days -x -a '7 30 90 365' -d 'sign: valid for N days (default: no end)'
complete -c usbzonectl -n '__usbzonectl_verb host' -l not-before -x -d 'valid from (default: now)'
complete -c usbzonectl -n '__usbzonectl_verb host' -l not-after -x -d 'valid until (default: no end)'
complete -c usbzonectl -n '__usbzonectl_verb host' -s D -l dir -r -F -d 'the authority’s folder (default: /etc/usbzone/authority)'
complete -c usbzonectl -n '__usbzonectl_verb host' -l key -r -F -d 'sign with this key (default: the one in the authority’s folder)'
complete -c usbzonectl -n '__usbzonectl_verb host' -l passphrase-fd -x -d 'read the passphrases of keys from this descriptor, one a line'
complete -c usbzonectl -n '__usbzonectl_verb host' -l algorithm -x -a 'ed25519 sm2' -d 'request: a new key is ed25519 (default) or sm2'
complete -c usbzonectl -n '__usbzonectl_verb host' -l new-key -d 'request: make a new key in the place of the one that is there'
complete -c usbzonectl -n '__usbzonectl_verb host' -l new-authority -d 'the files are of another office than those in force'
complete -c usbzonectl -n '__usbzonectl_verb host' -s y -l yes -d 'install: trust the office’s root keys without asking'
complete -c usbzonectl -n '__usbzonectl_verb host' -l ledger-key-out -r -F -d 'write the ledger’s first key there, for the auditor (default: print it)'
complete -c usbzonectl -n '__usbzonectl_verb host' -l no-start -d 'write the files only, start nothing'
complete -c usbzonectl -n '__usbzonectl_verb host' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a policy -d 'check, sign, show, compare and install policies; how far one has come'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s o -l out -r -F -d 'sign: write the signed policy there'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s D -l dir -r -F -d 'the authority’s folder (default: /etc/usbzone/authority)'
complete -c usbzonectl -n '__usbzonectl_verb policy' -l key -r -F -d 'sign with this key (default: the one in the authority’s folder)'
complete -c usbzonectl -n '__usbzonectl_verb policy' -l passphrase-fd -x -d 'read the passphrases of keys from this descriptor, one a line'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s a -l authority -r -F -d 'rollout-report: check credentials with this list of the authority’s keys'
complete -c usbzonectl -n '__usbzonectl_verb policy' -l policy -r -F -d 'rollout-report: who is behind this policy (default: the newest that is seen)'
complete -c usbzonectl -n '__usbzonectl_verb policy' -l version -x -d 'rollout-report: who is behind this version'
complete -c usbzonectl -n '__usbzonectl_verb policy' -l revocations -r -F -d 'rollout-report: who lacks this revocation file (may be given again)'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s s -l silent -x -a '7 30 90' -d 'rollout-report: name computers whose last record is that old'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s b -l behind -d 'rollout-report: list only those with something to do'
complete -c usbzonectl -n '__usbzonectl_verb policy' -l csv -d 'rollout-report: print a table for a spreadsheet'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s j -l json -d 'show, diff, rollout-report: print JSON'
complete -c usbzonectl -n '__usbzonectl_verb policy' -s h -l help -d 'show this help'
complete -c usbzonectl -n __usbzonectl_none -a whitelist -d 'make, merge, compare whitelists, look a drive up'
complete -c usbzonectl -n '__usbzonectl_verb whitelist' -s o -l out -r -F -d 'build, merge: write the whitelist there'
complete -c usbzonectl -n '__usbzonectl_verb whitelist' -s j -l json -d 'print JSON'
complete -c usbzonectl -n '__usbzonectl_verb whitelist' -s h -l help -d 'show this help'
complete -c usbzonectl -n '__usbzonectl_first show' -a '(__usbzonectl_drives)'
complete -c usbzonectl -n '__usbzonectl_first explain' -a '(__usbzonectl_drives)'
complete -c usbzonectl -n '__usbzonectl_first allow' -a '(__usbzonectl_drives)'
complete -c usbzonectl -n '__usbzonectl_first revoke' -a '(__usbzonectl_drives)'
complete -c usbzonectl -n '__usbzonectl_first enroll' -F -a '(__usbzonectl_drives)'
complete -c usbzonectl -n '__usbzonectl_first mode' -a 'observe enforce'
complete -c usbzonectl -n '__usbzonectl_first clock' -a 'accept'
complete -c usbzonectl -n '__usbzonectl_first label' -a 'show'
complete -c usbzonectl -n '__usbzonectl_behind label show' -F -a '(__usbzonectl_drives)'
complete -c usbzonectl -n '__usbzonectl_first finding' -a 'list show add instruct remedy close'
complete -c usbzonectl -n '__usbzonectl_first incident' -a 'list open close template'
complete -c usbzonectl -n '__usbzonectl_first verify' -F
complete -c usbzonectl -n '__usbzonectl_first export' -F
complete -c usbzonectl -n '__usbzonectl_first inspect' -F
complete -c usbzonectl -n '__usbzonectl_more inspect' -F
complete -c usbzonectl -n '__usbzonectl_first report' -F
complete -c usbzonectl -n '__usbzonectl_more report' -F
complete -c usbzonectl -n '__usbzonectl_first host' -a 'request sign install'
complete -c usbzonectl -n '__usbzonectl_more host' -F
complete -c usbzonectl -n '__usbzonectl_first policy' -a 'check sign show diff install pick-up rollout-report'
complete -c usbzonectl -n '__usbzonectl_more policy' -F
complete -c usbzonectl -n '__usbzonectl_first whitelist' -a 'build merge diff lookup'
complete -c usbzonectl -n '__usbzonectl_more whitelist' -F
complete -c usbzonectl -n '__usbzonectl_first authority' -a 'init show issue-key rotate retire backup'
complete -c usbzonectl -n '__usbzonectl_behind authority issue-key' -a 'host label policy'
complete -c usbzonectl -n '__usbzonectl_behind authority rotate' -a 'root host label policy'
complete -c usbzonectl -n '__usbzonectl_behind authority backup' -F
complete -c usbzonectl -n '__usbzonectl_first help' -a '(__usbzonectl_verbs)'
