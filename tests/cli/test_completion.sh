#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion: made from the help of today, whole in each shell, and bash's is run.
. "$(dirname "$0")/lib.sh"
cd "$(dirname "$0")/../.." || exit
folder=cli/completion

mkdir "$T/made"
python3 $folder/generate.py "$CTL" "$T/made"
for shell in bash zsh fish; do
        holds "$shell: as the help has it (make update-completion)" cmp "$T/made/usbzonectl.$shell" $folder/usbzonectl.$shell
done

# Looked for in each text by other means than those that made it.
part() { # SHELL VERB: the lines with this verb's options
        case $1 in
        bash) sed -n '/^_usbzonectl_options/,/^}/p' $folder/usbzonectl.bash | sed -n "/^  *$2) /,/;;/p" ;;
        zsh) sed -n '/case \$line/,$p' $folder/usbzonectl.zsh | sed -n "/^  *$2)\$/,/^  *;;/p" ;;
        fish) grep "__usbzonectl_verb $2'" $folder/usbzonectl.fish | sed 's/ -l / --/' ;;
        esac
}
mapfile -t verbs < <("$CTL" --help | sed -nE 's/^ {2}([a-z][a-z-]*)( .*)?$/\1/p')
is 'the help names more than twenty verbs' "$((${#verbs[@]} > 20))" 1
for shell in bash zsh fish; do
        missing='' seen=0
        for v in "${verbs[@]}"; do
                grep -qwF -- "$v" $folder/usbzonectl.$shell || missing+=" $v"
                text=$(part $shell "$v" | sed 's/-- /--/g')
                while IFS= read -r o; do
                        seen=$((seen + 1))
                        grep -qE -- "$o([^a-z-]|\$)" <<<"$text" || missing+=" $v:$o"
                done < <("$CTL" "$v" --help | grep -oE -- '^ +(-., )?--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+')
        done
        is "$shell: every verb and every long option" "$missing" ''
        is "$shell: and there were some" "$((seen > 100))" 1
done
for shell in bash zsh fish; do
        missing=''
        while IFS= read -r r; do
                grep -qwF -- "$r" $folder/usbzonectl.$shell || missing+=" $r"
        done < <(sed -nE 's/^ +X\([A-Z_]+, "([a-z-]+)".*/\1/p' policy/reason.h)
        is "$shell: every reason" "$missing" ''
done

mkdir "$T/bin"
cat >"$T/bin/usbzonectl" <<END
#!/bin/sh
printf '[\n  {\n    "number": 7,\n    "label": { "media_number": "x" },\n    "media_number": "内-001"\n  },\n'
printf '  {\n    "number": 12,\n    "media_number": "N\$(touch $T/run)\`touch $T/run\`"\n  }\n]\n'
END
chmod +x "$T/bin/usbzonectl"
PATH=$T/bin:$PATH
# shellcheck source=/dev/null
. $folder/usbzonectl.bash
complete_line() { # WORDS...: the last one is being written
        COMP_WORDS=(usbzonectl "$@")
        COMP_CWORD=$#
        _usbzonectl
        printf '%s\n' "${COMPREPLY[@]}" | paste -sd' '
}
is 'a verb' "$(complete_line simu)" simulate
is 'an option' "$(complete_line log --rev)" --reverse
is 'a reason' "$(complete_line log --reason zone)" zone-mismatch
is 'a reason, for the letter' "$(complete_line log -r zone)" zone-mismatch
is 'no reason where a text is wanted' "$(complete_line allow -r zone)" ''
is 'a kind' "$(complete_line log --kind policy-r)" policy-refused
is 'drives by number and media number' "$(complete_line show '' | cut -d' ' -f 1-3)" '7 内-001 12'
is 'a drive by the beginning of its number' "$(complete_line explain 内)" 内-001
holds 'a name on a drive is not run' test ! -e "$T/run"
is 'what a verb does' "$(complete_line finding 're')" remedy
is 'what that is done to' "$(complete_line authority issue-key '')" 'host label policy'
is 'also behind options' "$(complete_line authority --dir "$T" issue-key '')" 'host label policy'
touch "$T/a.uzx"
is 'a file' "$(complete_line verify "$T/a")" "$T/a.uzx"
is 'a file for an option' "$(complete_line verify --key "$T/a")" "$T/a.uzx"
is 'verbs have help' "$(complete_line help moni)" monitor
