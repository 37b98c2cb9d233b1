# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of usbzonectl for bash: verbs, options and what they take.
# Made by cli/completion/generate.py (make update-completion); change that, not this.

_usbzonectl_say() { printf '%s\n' "$@"; }
_usbzonectl_verbs() { _usbzonectl_say setup status list show explain enroll label allow revoke mode clock reload log \
                verify export inspect acknowledge finding incident report monitor doctor history \
                simulate authority host policy whitelist help; }
_usbzonectl_reasons() { _usbzonectl_say internal-error ok granted zone-mismatch level-too-high no-label label-malformed \
                label-signature-invalid label-signer-unknown label-purpose-wrong label-expired \
                label-not-yet-valid label-one-signature identity-mismatch not-whitelisted revoked \
                host-not-permitted changed-elsewhere visit-chain-forked visit-rolled-back \
                device-composite device-multi-lun device-class-blocked medium-swapped \
                layout-unsupported probe-timeout probe-failed descriptors-changed interface-taken \
                policy-missing policy-invalid policy-expired ledger-unwritable rate-limited \
                active-before-start system-drive; }
_usbzonectl_kinds() { _usbzonectl_say start stop verdict removed active-before-start mode policy-loaded policy-refused \
                grant grant-ended label-written enrolled cosigned revoked setup torn-tail tamper \
                grant-ending uninstalled acknowledged finding instruction remedy finding-closed \
                archived incident repeated picked-up clock-set clock-accepted incident-closed; }
_usbzonectl_drives() {
        usbzonectl list --json 2>/dev/null | sed -nE 's/^ *"(number|media_number)": *"?([^",]+)"?,?$/\2/p'
}
_usbzonectl_files() { compgen -f -- "$cur"; }

_usbzonectl_options() {
        case $1 in
        setup) _usbzonectl_say --zone --level --name --authority-name --algorithm --root-out --second-key-out \
                --ledger-key-out --new-ledger-key --yes --force --no-start --help ;;
        status) _usbzonectl_say --json --help ;;
        list) _usbzonectl_say --blocked --json --help ;;
        show) _usbzonectl_say --json --help ;;
        explain) _usbzonectl_say --json --help ;;
        enroll) _usbzonectl_say --zone --level --number --holder --unit --days --not-before --not-after \
                --retention-years --host --format --yes --relabel --no-whitelist --reason --key \
                --second-key --cosigner --passphrase-fd --vid --pid --serial --scsi-vendor \
                --scsi-product --json --help ;;
        label) _usbzonectl_say --key --passphrase-fd --reason --yes --vid --pid --serial --scsi-vendor \
                --scsi-product --json --help ;;
        allow) _usbzonectl_say --for --read-only --reason --approval --list --end --json --help ;;
        revoke) _usbzonectl_say --drive --label --key --host --out --dir --passphrase-fd --reason --help ;;
        mode) _usbzonectl_say --reason --json --help ;;
        clock) _usbzonectl_say --reason --json --help ;;
        reload) _usbzonectl_say --help ;;
        log) _usbzonectl_say --since --until --drive --reason --severity --kind --zone --open --acknowledged \
                --lines --reverse --follow --dir --json --csv --no-pager --help ;;
        verify) _usbzonectl_say --key --authority --json --help ;;
        export) _usbzonectl_say --since --until --archive --force --json --help ;;
        inspect) _usbzonectl_say --authority --silent --revocations --list --json --help ;;
        acknowledge) _usbzonectl_say --text --help ;;
        finding) _usbzonectl_say --text --due --all --dir --json --help ;;
        incident) _usbzonectl_say --text --all --dir --json --help ;;
        report) _usbzonectl_say --out --since --until --lang --history --whitelist --csv --json --help ;;
        monitor) _usbzonectl_say --plain --json --help ;;
        doctor) _usbzonectl_say --json --help ;;
        history) _usbzonectl_say --dir --file --whitelist --each --csv --json --help ;;
        simulate) _usbzonectl_say --days --dir --json --help ;;
        authority) _usbzonectl_say --dir --name --roots --threshold --algorithm --root-out --root --key-uri --out \
                --days --not-before --not-after --overlap --passphrase-fd --no-passphrase --json \
                --help ;;
        host) _usbzonectl_say --out --name --zone --level --days --not-before --not-after --dir --key \
                --passphrase-fd --algorithm --new-key --new-authority --yes --ledger-key-out \
                --no-start --help ;;
        policy) _usbzonectl_say --out --dir --key --passphrase-fd --authority --policy --version --revocations \
                --silent --behind --csv --json --help ;;
        whitelist) _usbzonectl_say --out --json --help ;;
        esac
}

# VERB OPTION: what it takes; false: nothing
_usbzonectl_takes() {
        case "$1 $2" in
        'setup -n' | 'setup --name' | 'setup --authority-name' | 'enroll -n' \
                | 'enroll --number' | 'enroll --holder' | 'enroll --unit' | 'enroll --not-before' \
                | 'enroll --not-after' | 'enroll --retention-years' | 'enroll -r' \
                | 'enroll --reason' | 'enroll --cosigner' | 'enroll --passphrase-fd' \
                | 'enroll --vid' | 'enroll --pid' | 'enroll --serial' | 'enroll --scsi-vendor' \
                | 'enroll --scsi-product' | 'label --passphrase-fd' | 'label -r' | 'label --reason' \
                | 'label --vid' | 'label --pid' | 'label --serial' | 'label --scsi-vendor' \
                | 'label --scsi-product' | 'allow -r' | 'allow --reason' | 'allow -a' \
                | 'allow --approval' | 'allow --end' | 'revoke --drive' | 'revoke --label' \
                | 'revoke --key' | 'revoke --host' | 'revoke --passphrase-fd' | 'revoke -r' \
                | 'revoke --reason' | 'mode -r' | 'mode --reason' | 'clock -r' | 'clock --reason' \
                | 'log -n' | 'log --lines' | 'acknowledge -t' | 'acknowledge --text' | 'finding -t' \
                | 'finding --text' | 'incident -t' | 'incident --text' | 'authority -n' \
                | 'authority --name' | 'authority --roots' | 'authority --threshold' \
                | 'authority --not-before' | 'authority --not-after' | 'authority --overlap' \
                | 'authority --passphrase-fd' | 'host -n' | 'host --name' | 'host --not-before' \
                | 'host --not-after' | 'host --passphrase-fd' | 'policy --passphrase-fd' \
                | 'policy --version') : ;;
        'allow --for') _usbzonectl_say 15m 30m 1h 2h 8h ;;
        'inspect -s' | 'inspect --silent' | 'policy -s' | 'policy --silent') _usbzonectl_say 7 30 90 ;;
        'enroll --days' | 'simulate -d' | 'simulate --days' | 'authority --days' \
                | 'host --days') _usbzonectl_say 7 30 90 365 ;;
        'finding --due') _usbzonectl_say 7d 14d 30d ;;
        'log -d' | 'log --drive') _usbzonectl_drives ;;
        'setup --root-out' | 'setup --second-key-out' | 'setup --ledger-key-out' \
                | 'enroll --key' | 'enroll --second-key' | 'label --key' | 'revoke -o' \
                | 'revoke --out' | 'revoke -D' | 'revoke --dir' | 'log -D' | 'log --dir' \
                | 'verify -k' | 'verify --key' | 'verify -a' | 'verify --authority' | 'inspect -a' \
                | 'inspect --authority' | 'inspect -R' | 'inspect --revocations' | 'finding -D' \
                | 'finding --dir' | 'incident -D' | 'incident --dir' | 'report -o' | 'report --out' \
                | 'report -w' | 'report --whitelist' | 'history -D' | 'history --dir' | 'history -f' \
                | 'history --file' | 'history -w' | 'history --whitelist' | 'simulate -D' \
                | 'simulate --dir' | 'authority -D' | 'authority --dir' | 'authority --root-out' \
                | 'authority --root' | 'authority -o' | 'authority --out' | 'host -o' | 'host --out' \
                | 'host -D' | 'host --dir' | 'host --key' | 'host --ledger-key-out' | 'policy -o' \
                | 'policy --out' | 'policy -D' | 'policy --dir' | 'policy --key' | 'policy -a' \
                | 'policy --authority' | 'policy --policy' | 'policy --revocations' | 'whitelist -o' \
                | 'whitelist --out') _usbzonectl_files ;;
        'log -k' | 'log --kind') _usbzonectl_kinds ;;
        'log -r' | 'log --reason') _usbzonectl_reasons ;;
        'setup -l' | 'setup --level' | 'enroll -l' | 'enroll --level' | 'host -l' \
                | 'host --level') _usbzonectl_say confidential secret top-secret ;;
        'setup --algorithm' | 'authority --algorithm' | 'host --algorithm') _usbzonectl_say ed25519 sm2 ;;
        'report --lang') _usbzonectl_say en zh_CN ;;
        'report --history') _usbzonectl_say here ;;
        'setup -z' | 'setup --zone' | 'enroll -z' | 'enroll --zone' | 'log -z' \
                | 'log --zone' | 'host -z' | 'host --zone') _usbzonectl_say internal classified internet ;;
        'log --severity') _usbzonectl_say notice warning critical ;;
        'authority --key-uri') _usbzonectl_say pkcs11: handle: ;;
        'enroll --host') _usbzonectl_say this ;;
        'log -s' | 'log --since' | 'log -u' | 'log --until' | 'export -s' | 'export --since' \
                | 'export -u' | 'export --until' | 'report -s' | 'report --since' | 'report -u' \
                | 'report --until') _usbzonectl_say today yesterday monday now -1h -24h -7d ;;
        'enroll -f' | 'enroll --format') _usbzonectl_say vfat exfat ext4 ;;
        *) return 1 ;;
        esac
}

# VERB FIRST-WORD: what may stand there
_usbzonectl_behind() {
        case "$1 $2" in
        'show ') _usbzonectl_drives ;;
        'explain ') _usbzonectl_drives ;;
        'allow ') _usbzonectl_drives ;;
        'revoke ') _usbzonectl_drives ;;
        'enroll ') _usbzonectl_drives; _usbzonectl_files ;;
        'mode ') _usbzonectl_say observe enforce ;;
        'clock ') _usbzonectl_say accept ;;
        'label ') _usbzonectl_say show cosign ;;
        'label cosign') _usbzonectl_drives; _usbzonectl_files ;;
        'label show') _usbzonectl_drives; _usbzonectl_files ;;
        'finding ') _usbzonectl_say list show add instruct remedy close ;;
        'incident ') _usbzonectl_say list open close template ;;
        'verify ') _usbzonectl_files ;;
        'export ') _usbzonectl_files ;;
        'inspect ') _usbzonectl_files ;;
        'inspect '*) _usbzonectl_files ;;
        'report ') _usbzonectl_files ;;
        'report '*) _usbzonectl_files ;;
        'host ') _usbzonectl_say request sign install ;;
        'host '*) _usbzonectl_files ;;
        'policy ') _usbzonectl_say check sign show diff install pick-up rollout-report ;;
        'policy '*) _usbzonectl_files ;;
        'whitelist ') _usbzonectl_say build merge diff lookup ;;
        'whitelist '*) _usbzonectl_files ;;
        'authority ') _usbzonectl_say init show issue-key rotate retire backup ;;
        'authority backup') _usbzonectl_files ;;
        'authority issue-key') _usbzonectl_say host label policy ;;
        'authority rotate') _usbzonectl_say root host label policy ;;
        'help ') _usbzonectl_verbs ;;
        esac
}

_usbzonectl() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
        local verb='' first='' word list
        local -i i=2

        COMPREPLY=()
        if [ "$COMP_CWORD" -gt 1 ]; then
                verb=${COMP_WORDS[1]}
                for (( ; i < COMP_CWORD; i++)); do
                        word=${COMP_WORDS[i]}
                        if [[ $word != -* ]]; then
                                first=$word
                                break
                        fi
                        if _usbzonectl_takes "$verb" "$word" >/dev/null; then i+=1; fi
                done
        fi
        if [ -z "$verb" ]; then
                list=$(_usbzonectl_verbs; _usbzonectl_say --help --version)
        elif list=$(_usbzonectl_takes "$verb" "$prev"); then
                :
        elif [[ $cur == -* ]]; then
                list=$(_usbzonectl_options "$verb")
        else
                list=$(_usbzonectl_behind "$verb" "$first")
        fi
        while IFS= read -r word; do
                if [ -n "$word" ] && [[ $word == "$cur"* ]]; then
                        COMPREPLY+=("$word")
                fi
        done <<<"$list"
}

complete -o filenames -F _usbzonectl usbzonectl
