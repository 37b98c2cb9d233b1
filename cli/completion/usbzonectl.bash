# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of usbzonectl for bash: verbs, options (asked of the program itself), and what they take.

_usbzonectl_drives() {
        usbzonectl list --json 2>/dev/null |
                sed -nE 's/^ *"(number|media_number)": *"?([^",]+)"?,?$/\2/p'
}

_usbzonectl_words() {
        case $1 in
        --zone) echo internal classified internet ;;
        --level) echo confidential secret top-secret ;;
        --format) echo vfat exfat ext4 ;;
        --severity) echo notice warning critical ;;
        --since | --until) echo today yesterday monday now -1h -24h -7d ;;
        --for) echo 15m 30m 1h 2h 8h ;;
        --kind) echo start stop verdict removed mode policy-loaded policy-refused grant grant-ended \
                enrolled revoked setup uninstalled tamper torn-tail acknowledged finding instruction remedy \
                finding-closed incident incident-closed repeated clock-set ;;
        --lang) echo en zh_CN ;;
        --due) echo 7d 14d 30d ;;
        --host) echo this ;;
        *) return 1 ;;
        esac
}

_usbzonectl_reasons() {
        echo ok granted zone-mismatch level-too-high no-label label-malformed label-signature-invalid \
                label-signer-unknown label-purpose-wrong label-expired label-not-yet-valid \
                identity-mismatch not-whitelisted revoked host-not-permitted changed-elsewhere \
                visit-chain-forked visit-rolled-back device-composite device-multi-lun \
                device-class-blocked medium-swapped layout-unsupported probe-timeout probe-failed \
                descriptors-changed interface-taken policy-missing policy-invalid policy-expired \
                ledger-unwritable rate-limited internal-error active-before-start system-drive
}

_usbzonectl() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' words='' files=''
        local verbs='setup status list show explain enroll label allow revoke mode reload log verify export inspect acknowledge finding incident report monitor doctor history simulate authority host policy whitelist help'

        COMPREPLY=()
        [ "$COMP_CWORD" -eq 1 ] || verb=${COMP_WORDS[1]}
        if [ -z "$verb" ]; then
                mapfile -t COMPREPLY < <(compgen -W "$verbs --help --version" -- "$cur")
                return
        fi
        if words=$(_usbzonectl_words "$prev"); then
                :
        elif [ "$verb $prev" = 'log --reason' ]; then
                words=$(_usbzonectl_reasons)
        elif [ "$prev" = --dir ] || [ "$prev" = --file ] || [ "$prev" = --root-out ] ||
                [ "$prev" = --root ] || [ "$prev" = --out ] || [ "$prev" = --key ] || [ "$prev" = --authority ]; then
                files=yes
        elif [[ $cur == -* ]]; then
                words=$(usbzonectl "$verb" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)
        else
                case $verb in
                help) words=$verbs ;;
                show | explain | allow | revoke) words=$(_usbzonectl_drives) ;;
                mode) words='observe enforce' ;;
                finding) words='list show add instruct remedy close' ;;
                incident) words='list open close template' ;;
                enroll) words=$(_usbzonectl_drives) files=yes ;;
                label)
                        if [ "$COMP_CWORD" -eq 2 ]; then
                                words=show
                        else
                                words=$(_usbzonectl_drives) files=yes
                        fi
                        ;;
                verify | export | inspect | report) files=yes ;;
                host)
                        if [ "$COMP_CWORD" -eq 2 ]; then words='request sign install'; else files=yes; fi
                        ;;
                policy)
                        if [ "$COMP_CWORD" -eq 2 ]; then
                                words='check sign show diff install'
                        else
                                files=yes
                        fi
                        ;;
                whitelist)
                        if [ "$COMP_CWORD" -eq 2 ]; then words='build merge diff lookup'; else files=yes; fi
                        ;;
                authority)
                        case $prev in
                        authority) words='init show issue-key rotate retire backup' ;;
                        issue-key) words='host label policy' ;;
                        rotate) words='root host label policy' ;;
                        *) files=yes ;;
                        esac
                        ;;
                esac
        fi
        mapfile -t COMPREPLY < <(
                compgen -W "$words" -- "$cur"
                [ -z "$files" ] || compgen -f -- "$cur"
        )
}

complete -o filenames -F _usbzonectl usbzonectl
