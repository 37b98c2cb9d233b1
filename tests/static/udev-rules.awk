# SPDX-License-Identifier: GPL-2.0-or-later
# Reads udev rules as udev(7) of systemd 252 describes them and names what is not in that page:
# unknown keys and operators, values without quotes, a GOTO without its LABEL, no comma between.
BEGIN {
        match_only = "ACTION DEVPATH KERNEL KERNELS SUBSYSTEM SUBSYSTEMS DRIVER DRIVERS ATTRS CONST TAGS TEST PROGRAM RESULT"
        both = "NAME SYMLINK ATTR SYSCTL ENV TAG IMPORT"
        set_only = "RUN LABEL GOTO OPTIONS OWNER GROUP MODE SECLABEL"
        n = split(match_only, w, " "); for (i = 1; i <= n; i++) ops[w[i]] = " == != "
        n = split(both, w, " "); for (i = 1; i <= n; i++) ops[w[i]] = " == != = += -= := "
        n = split(set_only, w, " "); for (i = 1; i <= n; i++) ops[w[i]] = " = += -= := "
        n = split("ATTR ATTRS SYSCTL ENV CONST IMPORT SECLABEL", w, " ")
        for (i = 1; i <= n; i++) needs_attr[w[i]] = 1
}
function bad(text) { print current ":" start ": " text; failed = 1 }
function end_of_file(  l) {
        for (l in wanted)
                if (!(l in labels)) { start = wanted[l]; bad("GOTO=\"" l "\" has no LABEL") }
        delete wanted; delete labels
}
FNR == 1 && NR != 1 { end_of_file() }
{ current = FILENAME }
rule == "" { start = FNR }
{
        line = $0
        if (rule == "" && line ~ /^[ \t]*(#|$)/) next
        if (line ~ /\\$/) { rule = rule substr(line, 1, length(line) - 1); next }
        rule = rule line
        parse(rule)
        rule = ""
}
function parse(r,  key, attr, op, value) {
        while (r !~ /^[ \t]*$/) {
                if (!match(r, /^[ \t]*[A-Z]+(\{[^}]+\})?[ \t]*(==|!=|=|\+=|-=|:=)[ \t]*e?"/)) {
                        bad("cannot be read from here: " r); return
                }
                key = substr(r, RSTART, RLENGTH); r = substr(r, RLENGTH + 1)
                attr = ""
                sub(/^[ \t]*/, "", key)
                op = key
                sub(/^[A-Z]+(\{[^}]+\})?[ \t]*/, "", op); sub(/[ \t]*e?"$/, "", op)
                if (match(key, /\{[^}]+\}/)) attr = substr(key, RSTART + 1, RLENGTH - 2)
                match(key, /^[A-Z]+/); key = substr(key, 1, RLENGTH)
                if (!match(r, /^([^"\\]|\\.)*"/)) { bad("no closing quote"); return }
                value = substr(r, 1, RLENGTH - 1); r = substr(r, RLENGTH + 1)
                if (!(key in ops)) bad("unknown key " key)
                else if (!index(ops[key], " " op " ")) bad(key " does not take " op)
                if (key in needs_attr && attr == "") bad(key " needs a name in braces")
                if (key == "IMPORT" && attr !~ /^(program|builtin|file|db|cmdline|parent)$/)
                        bad("unknown IMPORT{" attr "}")
                if (key == "RUN" && attr !~ /^(|program|builtin)$/) bad("unknown RUN{" attr "}")
                if (key == "LABEL") labels[value] = 1
                if (key == "GOTO") wanted[value] = start
                if (!match(r, /^[ \t]*(,|$)/)) { bad("a comma is missing before: " r); return }
                r = substr(r, RLENGTH + 1)
        }
}
END {
        if (rule != "") bad("the last line ends in a backslash")
        end_of_file()
        exit failed
}
