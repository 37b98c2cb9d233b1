#compdef usbzonectl
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of usbzonectl for zsh: verbs, options and what they take.
# Made by cli/completion/generate.py (make update-completion); change that, not this.

_usbzonectl_verbs() { compadd -- setup status list show explain enroll label allow revoke mode clock reload log \
                verify export inspect acknowledge finding incident report monitor doctor history \
                simulate authority host policy whitelist help; }
_usbzonectl_reasons() { compadd -- internal-error ok granted zone-mismatch level-too-high no-label label-malformed \
                label-signature-invalid label-signer-unknown label-purpose-wrong label-expired \
                label-not-yet-valid label-one-signature identity-mismatch not-whitelisted revoked \
                host-not-permitted changed-elsewhere visit-chain-forked visit-rolled-back \
                device-composite device-multi-lun device-class-blocked medium-swapped \
                layout-unsupported probe-timeout probe-failed descriptors-changed interface-taken \
                policy-missing policy-invalid policy-expired ledger-unwritable rate-limited \
                active-before-start system-drive; }
_usbzonectl_kinds() { compadd -- start stop verdict removed active-before-start mode policy-loaded policy-refused \
                grant grant-ended label-written enrolled cosigned revoked setup torn-tail tamper \
                grant-ending uninstalled acknowledged finding instruction remedy finding-closed \
                archived incident repeated picked-up clock-set clock-accepted incident-closed; }
_usbzonectl_files() { _files; }
_usbzonectl_drives() {
        local -a drives=("${(@f)$(usbzonectl list --json 2>/dev/null | sed -nE 's/^ *"(number|media_number)": *"?([^",]+)"?,?$/\2/p')}")
        compadd -- "${(@)drives:#}"
}

_usbzonectl() {
        local curcontext=$curcontext state line
        local -a verbs=(
                'setup:make this computer a guarded one, in observe mode'
                'status:show this computer’s mode, zone, policy, ledger and drives'
                'list:list the drives that are plugged in'
                'show:show everything about a drive'
                'explain:tell step by step why a drive is allowed or blocked'
                'enroll:give a drive a signed label and put it on the whitelist'
                'label:show the label on a drive or an image file; sign it as the second person'
                'allow:make a temporary exception for a drive'
                'revoke:revoke a drive, a label, a key or a computer'
                'mode:show or change the mode'
                'clock:show the time drives are judged by, or accept the system clock'
                'reload:load the files in /etc/usbzone anew'
                'log:show records of the verified ledger'
                'verify:check that the ledger, or a package of export, is whole'
                'export:put records into a signed file that verifies elsewhere'
                'inspect:merge exports of many computers and find what one cannot see'
                'acknowledge:record that violations were seen and looked into'
                'finding:list and record findings, and what became of them'
                'incident:open and close incidents\: suspected leaks, to be reported within 24 hours'
                'report:write a report of one or many computers\: a page to print, CSV or JSON'
                'monitor:show what happens, as it happens'
                'doctor:find what is left open on this computer'
                'history:list the USB storage that logs name, against the whitelist'
                'simulate:show what enforcing would have blocked in the last days'
                'authority:make and change the keys of an organisation'
                'host:make this computer one of an office\: request, sign, install'
                'policy:check, sign, show, compare and install policies; how far one has come'
                'whitelist:make, merge, compare whitelists, look a drive up'
                'help:show the help of a verb'
        )
        _arguments -C '1:verb:->verb' '*::word:->words'
        if [[ $state = verb ]]; then
                _describe verb verbs
                return
        fi
        case $line[1] in
        setup)
                _arguments -s \
                        '*'{-z,--zone}'[internal, classified or internet]:zone:(internal classified internet)' \
                        '*'{-l,--level}'[confidential, secret or top-secret; only for classified]:level:(confidential secret top-secret)' \
                        '*'{-n,--name}'[this computer’s name (default\: its host name)]:name:' \
                        '*--authority-name[name of the authority]:name:' \
                        '*--algorithm[the authority’s keys are ed25519 (default) or sm2]:name:(ed25519 sm2)' \
                        '*--root-out[write the root key there, not on this computer]:file:_usbzonectl_files' \
                        '*--second-key-out[top-secret\: labels take two people; write the second one’s key there]:file:_usbzonectl_files' \
                        '*--ledger-key-out[write the ledger’s first key there, for the auditor (default\: print it)]:file:_usbzonectl_files' \
                        '*--new-ledger-key[only make a first key for a ledger that has none]' \
                        '*'{-y,--yes}'[do not ask]' \
                        '*--force[replace an existing setup; its files are kept aside]' \
                        '*--no-start[write the files only, start nothing]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        status)
                _arguments -s \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        list)
                _arguments -s \
                        '*'{-b,--blocked}'[only what is blocked]' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        show)
                _arguments -s \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_drives'
                ;;
        explain)
                _arguments -s \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_drives'
                ;;
        enroll)
                _arguments -s \
                        '*'{-z,--zone}'[internal, classified or internet (default\: this computer’s)]:zone:(internal classified internet)' \
                        '*'{-l,--level}'[confidential, secret or top-secret; only for classified]:level:(confidential secret top-secret)' \
                        '*'{-n,--number}'[media number, as written on the drive (needed)]:number:' \
                        '*--holder[the person who answers for it]:name:' \
                        '*--unit[the unit it belongs to]:name:' \
                        '*--days[the label is valid for N days]:n:(7 30 90 365)' \
                        '*--not-before[valid from (default\: now)]:date:' \
                        '*--not-after[valid until (default\: no end)]:date:' \
                        '*--retention-years[retention period]:n:' \
                        '*--host[only for this computer (this or its id); may be repeated]:id:(this)' \
                        '*'{-f,--format}'[erase the drive, create a partition with vfat, exfat or ext4]:fs:(vfat exfat ext4)' \
                        '*'{-y,--yes}'[do not ask before erasing]' \
                        '*--relabel[replace the label that is there]' \
                        '*--no-whitelist[do not put the drive on the whitelist]' \
                        '*'{-r,--reason}'[remark for the ledger]:text:' \
                        '*--key[sign with this label key, a file or a URI (default\: the one of this computer)]:file:_usbzonectl_files' \
                        '*--second-key[sign with this label key, too, a file or a URI\: the second person’s]:file:_usbzonectl_files' \
                        '*--cosigner[this label key signs second, elsewhere; until then the drive stays blocked]:keyid:' \
                        '*--passphrase-fd[read passphrases of keys and PINs of tokens from this descriptor, one a line]:n:' \
                        '*--vid[image\: USB vendor id of the drive it is for]:hex:' \
                        '*--pid[image\: USB product id]:hex:' \
                        '*--serial[image\: USB serial number]:text:' \
                        '*--scsi-vendor[image\: SCSI vendor]:text:' \
                        '*--scsi-product[image\: SCSI product]:text:' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:{_usbzonectl_drives; _usbzonectl_files}'
                ;;
        label)
                _arguments -s \
                        '*--key[cosign\: sign with this label key, a file or a URI (default\: the one of this computer)]:file:_usbzonectl_files' \
                        '*--passphrase-fd[read passphrases of keys and PINs of tokens from this descriptor, one a line]:n:' \
                        '*'{-r,--reason}'[cosign\: remark for the ledger]:text:' \
                        '*'{-y,--yes}'[cosign\: do not ask before signing]' \
                        '*--vid[image\: USB vendor id of the drive it is for]:hex:' \
                        '*--pid[image\: USB product id]:hex:' \
                        '*--serial[image\: USB serial number]:text:' \
                        '*--scsi-vendor[image\: SCSI vendor]:text:' \
                        '*--scsi-product[image\: SCSI product]:text:' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(show cosign)' \
                        '*:word:{case $line[1] in show) _usbzonectl_drives; _usbzonectl_files ;; cosign) _usbzonectl_drives; _usbzonectl_files ;; esac}'
                ;;
        allow)
                _arguments -s \
                        '*--for[how long\: 90s, 30m, 2h, 1h30m (needed)]:time:(15m 30m 1h 2h 8h)' \
                        '*--read-only[reading only]' \
                        '*'{-r,--reason}'[why, for the ledger (needed)]:text:' \
                        '*'{-a,--approval}'[the number it was approved under, where the policy wants one]:number:' \
                        '*'{-l,--list}'[list the exceptions in force]' \
                        '*--end[end this exception now]:id:' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_drives'
                ;;
        revoke)
                _arguments -s \
                        '*--drive[the drive with this identity (64 digits)]:hex:' \
                        '*--label[this one label (32 digits)]:hex:' \
                        '*--key[everything this key signed (32 digits)]:hex:' \
                        '*--host[the computer with this id (32 digits)]:hex:' \
                        '*'{-o,--out}'[make a revocation file that travels alone, or add to it]:file:_usbzonectl_files' \
                        '*'{-D,--dir}'[the authority’s folder (default\: /etc/usbzone/authority)]:dir:_usbzonectl_files' \
                        '*--passphrase-fd[read passphrases of keys and PINs of tokens from this descriptor, one a line]:n:' \
                        '*'{-r,--reason}'[why, for the ledger (needed)]:text:' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_drives'
                ;;
        mode)
                _arguments -s \
                        '*'{-r,--reason}'[why, for the ledger (needed for a change)]:text:' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(observe enforce)'
                ;;
        clock)
                _arguments -s \
                        '*'{-r,--reason}'[why, for the ledger (needed to accept)]:text:' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(accept)'
                ;;
        reload)
                _arguments -s \
                        '*'{-h,--help}'[show this help]'
                ;;
        log)
                _arguments -s \
                        '*'{-s,--since}'[from then on\: 2026-11-21, 2026-11-21 08\:00, 08\:00, today, yesterday, monday, -2h, 2 days ago]:time:(today yesterday monday now -1h -24h -7d)' \
                        '*'{-u,--until}'[up to then; a day is meant whole]:time:(today yesterday monday now -1h -24h -7d)' \
                        '*'{-d,--drive}'[number, media number, identity, serial]:drive:_usbzonectl_drives' \
                        '*'{-r,--reason}'[only this reason]:slug:_usbzonectl_reasons' \
                        '*--severity[at least notice, warning or critical]:word:(notice warning critical)' \
                        '*'{-k,--kind}'[only this kind of record]:kind:_usbzonectl_kinds' \
                        '*'{-z,--zone}'[only drives of this zone]:zone:(internal classified internet)' \
                        '*--open[only violations that nobody has acknowledged]' \
                        '*--acknowledged[only violations that were]' \
                        '*'{-n,--lines}'[only the last N]:n:' \
                        '*--reverse[newest first]' \
                        '*'{-f,--follow}'[wait for more]' \
                        '*'{-D,--dir}'[read the ledger in DIR]:dir:_usbzonectl_files' \
                        '*'{-j,--json}'[print the records as they stand in the ledger]' \
                        '*--csv[print a table for spreadsheets]' \
                        '*--no-pager[print to the terminal as it is]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        verify)
                _arguments -s \
                        '*'{-k,--key}'[check the seals with the ledger’s first key, from FILE or - (standard input)]:file:_usbzonectl_files' \
                        '*'{-a,--authority}'[check a package’s credential with this list of the authority’s keys]:file:_usbzonectl_files' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_files'
                ;;
        export)
                _arguments -s \
                        '*'{-s,--since}'[records from then on; as in log]:time:(today yesterday monday now -1h -24h -7d)' \
                        '*'{-u,--until}'[up to then; a day is meant whole]:time:(today yesterday monday now -1h -24h -7d)' \
                        '*'{-a,--archive}'[all closed segments, and remove them from the ledger, which records it]' \
                        '*'{-f,--force}'[replace FILE if it exists]' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_files'
                ;;
        inspect)
                _arguments -s \
                        '*'{-a,--authority}'[check each credential with this list of the authority’s keys]:file:_usbzonectl_files' \
                        '*'{-s,--silent}'[name computers whose last record is that much older than the newest thing here]:days:(7 30 90)' \
                        '*'{-R,--revocations}'[a revocation file or a policy\: who uses what it revokes (may be given again)]:file:_usbzonectl_files' \
                        '*'{-l,--list}'[list the computers, too]' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_files' \
                        '*:word:_usbzonectl_files'
                ;;
        acknowledge)
                _arguments -s \
                        '*'{-t,--text}'[what was looked into, for the ledger (needed)]:text:' \
                        '*'{-h,--help}'[show this help]'
                ;;
        finding)
                _arguments -s \
                        '*'{-t,--text}'[what to record (needed)]:text:' \
                        '*--due[deadline\: a day (its end), a time, or 7d from now]:time:(7d 14d 30d)' \
                        '*'{-a,--all}'[list closed ones too]' \
                        '*'{-D,--dir}'[read the ledger in DIR]:dir:_usbzonectl_files' \
                        '*'{-j,--json}'[list, show\: print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(list show add instruct remedy close)'
                ;;
        incident)
                _arguments -s \
                        '*'{-t,--text}'[what is suspected, or how it ended (needed)]:text:' \
                        '*'{-a,--all}'[list closed ones too]' \
                        '*'{-D,--dir}'[read the ledger in DIR]:dir:_usbzonectl_files' \
                        '*'{-j,--json}'[list\: print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(list open close template)'
                ;;
        report)
                _arguments -s \
                        '*'{-o,--out}'[write to FILE]:file:_usbzonectl_files' \
                        '*'{-s,--since}'[from then on, as in log]:time:(today yesterday monday now -1h -24h -7d)' \
                        '*'{-u,--until}'[up to then; a day is meant whole]:time:(today yesterday monday now -1h -24h -7d)' \
                        '*--lang[en or zh_CN; else as the locale says]:lang:(en zh_CN)' \
                        '*--history[add what logs name\: a log, a folder of logs, or here]:log:(here)' \
                        '*'{-w,--whitelist}'[compare logs with this whitelist, not the one in force]:file:_usbzonectl_files' \
                        '*--csv[the violations as CSV]' \
                        '*'{-j,--json}'[all of it as JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:_usbzonectl_files' \
                        '*:word:_usbzonectl_files'
                ;;
        monitor)
                _arguments -s \
                        '*'{-p,--plain}'[print lines on a terminal, too]' \
                        '*'{-j,--json}'[print one JSON object a line]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        doctor)
                _arguments -s \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        history)
                _arguments -s \
                        '*'{-D,--dir}'[read the journal and logs in DIR]:dir:_usbzonectl_files' \
                        '*'{-f,--file}'[read this log, plain or packed (gz, xz, bz2, zst)]:file:_usbzonectl_files' \
                        '*'{-w,--whitelist}'[compare with this whitelist, not the one in force]:file:_usbzonectl_files' \
                        '*'{-e,--each}'[list each time a drive was plugged in]' \
                        '*--csv[print CSV]' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        simulate)
                _arguments -s \
                        '*'{-d,--days}'[look back N days (30)]:n:(7 30 90 365)' \
                        '*'{-D,--dir}'[read the journal and logs in DIR, not this computer’s]:dir:_usbzonectl_files' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]'
                ;;
        authority)
                _arguments -s \
                        '*'{-D,--dir}'[the authority’s folder (default\: /etc/usbzone/authority)]:dir:_usbzonectl_files' \
                        '*'{-n,--name}'[init\: the authority’s name]:text:' \
                        '*--roots[init\: so many root keys, 1 to 5 (default\: 1)]:n:' \
                        '*--threshold[init\: so many of them must sign (default\: 1)]:n:' \
                        '*--algorithm[new keys are ed25519 or sm2 (default\: as the root keys; init\: ed25519)]:name:(ed25519 sm2)' \
                        '*--root-out[init\: write a root key there, the next one to the next FILE]:file:_usbzonectl_files' \
                        '*--root[sign with the root key in FILE or at a URI, too; may be repeated]:file:_usbzonectl_files' \
                        '*--key-uri[the new key is in a token already, as pkcs11\:token=T;object=O; init\: PURPOSE=URI, may be repeated]:uri:(pkcs11: handle:)' \
                        '*'{-o,--out}'[write the new private key there]:file:_usbzonectl_files' \
                        '*--days[the new key is valid for N days (default\: no end)]:n:(7 30 90 365)' \
                        '*--not-before[valid from (default\: now)]:date:' \
                        '*--not-after[valid until (default\: no end)]:date:' \
                        '*--overlap[rotate\: the old key counts for N more days (default\: 90; label\: 0)]:n:' \
                        '*--passphrase-fd[read passphrases of keys and PINs of tokens from this descriptor, one a line]:n:' \
                        '*--no-passphrase[leave new private keys without a passphrase]' \
                        '*'{-j,--json}'[init, show\: print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(init show issue-key rotate retire backup)' \
                        '*:word:{case $line[1] in issue-key) compadd -- host label policy ;; rotate) compadd -- root host label policy ;; backup) _usbzonectl_files ;; esac}'
                ;;
        host)
                _arguments -s \
                        '*'{-o,--out}'[write the request or credential there]:file:_usbzonectl_files' \
                        '*'{-n,--name}'[the computer’s name (default\: its host name; sign\: as in the request)]:name:' \
                        '*'{-z,--zone}'[sign\: internal, classified or internet]:zone:(internal classified internet)' \
                        '*'{-l,--level}'[sign\: confidential, secret or top-secret; only for classified]:level:(confidential secret top-secret)' \
                        '*--days[sign\: valid for N days (default\: no end)]:n:(7 30 90 365)' \
                        '*--not-before[valid from (default\: now)]:date:' \
                        '*--not-after[valid until (default\: no end)]:date:' \
                        '*'{-D,--dir}'[the authority’s folder (default\: /etc/usbzone/authority)]:dir:_usbzonectl_files' \
                        '*--key[sign with this key, a file or a URI (default\: the one of the authority’s folder)]:file:_usbzonectl_files' \
                        '*--passphrase-fd[read passphrases of keys and PINs of tokens from this descriptor, one a line]:n:' \
                        '*--algorithm[request\: a new key is ed25519 (default) or sm2]:name:(ed25519 sm2)' \
                        '*--new-key[request\: make a new key in the place of the one that is there]' \
                        '*--new-authority[the files are of another office than those in force]' \
                        '*'{-y,--yes}'[install\: trust the office’s root keys without asking]' \
                        '*--ledger-key-out[write the ledger’s first key there, for the auditor (default\: print it)]:file:_usbzonectl_files' \
                        '*--no-start[write the files only, start nothing]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(request sign install)' \
                        '*:word:_usbzonectl_files'
                ;;
        policy)
                _arguments -s \
                        '*'{-o,--out}'[sign\: write the signed policy there]:file:_usbzonectl_files' \
                        '*'{-D,--dir}'[the authority’s folder (default\: /etc/usbzone/authority)]:dir:_usbzonectl_files' \
                        '*--key[sign with this key, a file or a URI (default\: the one of the authority’s folder)]:file:_usbzonectl_files' \
                        '*--passphrase-fd[read passphrases of keys and PINs of tokens from this descriptor, one a line]:n:' \
                        '*'{-a,--authority}'[rollout-report\: check credentials with this list of the authority’s keys]:file:_usbzonectl_files' \
                        '*--policy[rollout-report\: who is behind this policy (default\: the newest that is seen)]:file:_usbzonectl_files' \
                        '*--version[rollout-report\: who is behind this version]:n:' \
                        '*--revocations[rollout-report\: who lacks this revocation file (may be given again)]:file:_usbzonectl_files' \
                        '*'{-s,--silent}'[rollout-report\: name computers whose last record is that old]:days:(7 30 90)' \
                        '*'{-b,--behind}'[rollout-report\: list only those with something to do]' \
                        '*--csv[rollout-report\: print a table for a spreadsheet]' \
                        '*'{-j,--json}'[show, diff, rollout-report\: print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(check sign show diff install pick-up rollout-report)' \
                        '*:word:_usbzonectl_files'
                ;;
        whitelist)
                _arguments -s \
                        '*'{-o,--out}'[build, merge\: write the whitelist there]:file:_usbzonectl_files' \
                        '*'{-j,--json}'[print JSON]' \
                        '*'{-h,--help}'[show this help]' \
                        '1:word:(build merge diff lookup)' \
                        '*:word:_usbzonectl_files'
                ;;
        help)
                _arguments -s \
                        '1:word:_usbzonectl_verbs'
                ;;
        esac
}

_usbzonectl "$@"
