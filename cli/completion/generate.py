#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the completions for bash, zsh and fish out of what the program's help says.
generate.py USBZONECTL FOLDER; what words stand for is in the tables below."""
import os
import re
import subprocess
import sys
import textwrap

TIMES = "today yesterday monday now -1h -24h -7d"
# What an option takes, by the word its help has for it, or by its own name. @NAME: the shell's
# function _usbzonectl_NAME prints or adds what there is
VALUES = {
    "ZONE": "internal classified internet", "LEVEL": "confidential secret top-secret",
    "FS": "vfat exfat ext4", "WORD": "notice warning critical", "LANG": "en zh_CN",
    "SLUG": "@reasons", "KIND": "@kinds", "DRIVE": "@drives", "FILE": "@files", "DIR": "@files",
    "DAYS": "7 30 90", "--since": TIMES, "--until": TIMES, "--for": "15m 30m 1h 2h 8h",
    "--algorithm": "ed25519 sm2", "--due": "7d 14d 30d", "--days": "7 30 90 365", "enroll --host": "this",
    "--key-uri": "pkcs11: handle:", "--history": "here",
}
# What the words behind a verb are: the first one, the others, or those behind a certain first one
WORDS = {
    "show": {"1": "@drives"}, "explain": {"1": "@drives"}, "allow": {"1": "@drives"},
    "revoke": {"1": "@drives"}, "enroll": {"1": "@drives @files"}, "mode": {"1": "observe enforce"},
    "clock": {"1": "accept"},
    "label": {"1": "show cosign", "show": "@drives @files", "cosign": "@drives @files"},
    "finding": {"1": "list show add instruct remedy close"},
    "incident": {"1": "list open close template"},
    "verify": {"1": "@files"}, "export": {"1": "@files"},
    "inspect": {"1": "@files", "*": "@files"}, "report": {"1": "@files", "*": "@files"},
    "host": {"1": "request sign install", "*": "@files"},
    "policy": {"1": "check sign show diff install pick-up rollout-report", "*": "@files"},
    "whitelist": {"1": "build merge diff lookup", "*": "@files"},
    "authority": {"1": "init show issue-key rotate retire backup", "issue-key": "host label policy",
                  "rotate": "root host label policy", "backup": "@files"},
    "help": {"1": "@verbs"},
}
NOTE = "Made by cli/completion/generate.py (make update-completion); change that, not this."
TITLE = "Completion of usbzonectl for %s: verbs, options and what they take."


def table(path, first, column):
    """A column of an X-macro table."""
    with open(path, encoding="utf-8") as f:
        return re.findall(r"^\s+X\(%s" % (first + r'[^"]*"([^"]+)"' * column), f.read(), re.M)


class Option:
    """One line of a verb's help."""

    def __init__(self, verb, letter, name, takes, text):
        self.letter, self.name, self.takes, self.text = letter, name, takes, text
        self.values = None
        if takes:
            for key in ("%s %s" % (verb, name), name, takes):
                if key in VALUES:
                    self.values = VALUES[key]
                    break

    def forms(self):
        """-r and --reason."""
        return (["-" + self.letter] if self.letter else []) + [self.name]


def ask(ctl, *words):
    """What the program prints, in English."""
    env = {**os.environ, "LC_ALL": "C", "LANGUAGE": "C"}
    return subprocess.run([ctl, *words], check=True, stdout=subprocess.PIPE, env=env,
                          encoding="utf-8").stdout


def options(ctl, verb):
    """The options of a verb; its help's lines behind an option go on with its text."""
    found = []
    for line in ask(ctl, verb, "--help").splitlines():
        m = re.match(r"  (?:-(.), |    )(--[a-z][a-z-]*)(?: ([A-Z]+))? +(\S.*)$", line)
        if m:
            found.append(list(m.groups()))
        elif found and re.match(r" {20,}\S", line):
            found[-1][3] += " " + line.strip()
    return [Option(verb, *o) for o in found]


def plain(text):
    """A text that needs no care inside single quotes."""
    return text.replace("'", "\u2019").replace('"', "")


class Bash:
    """bash."""
    suffix = "bash"

    @staticmethod
    def values(what):
        """Commands that print candidates, one a line; "@files" is a call of its own."""
        words = [w for w in what.split() if w[0] != "@"]
        calls = ["_usbzonectl_" + w[1:] for w in what.split() if w[0] == "@"]
        return "; ".join((["_usbzonectl_say " + " ".join(words)] if words else []) + calls)

    def write(self, verbs, lists):
        """The file."""
        out = ["# shellcheck shell=bash", "# SPDX-License-Identifier: GPL-2.0-or-later",
               "# " + TITLE % "bash", "# " + NOTE, "",
               "_usbzonectl_say() { printf '%s\\n' \"$@\"; }"]
        for name, words in lists.items():
            out += wrapped("_usbzonectl_%s() { _usbzonectl_say" % name, words, " \\", "; }")
        out += ["_usbzonectl_drives() {", "        " + DRIVES, "}",
                '_usbzonectl_files() { compgen -f -- "$cur"; }', "", "_usbzonectl_options() {",
                "        case $1 in"]
        for verb, _, opts in verbs:
            out += wrapped("        %s) _usbzonectl_say" % verb, [o.name for o in opts], " \\", " ;;")
        out += ["        esac", "}", "", "# VERB OPTION: what it takes; false: nothing",
                "_usbzonectl_takes() {", "        case \"$1 $2\" in"]
        for what, uses in takers(verbs):
            names = ["'%s'" % u for u in uses]
            out += wrapped("       ", [names[0]] + ["| " + n for n in names[1:]], " \\",
                           ") %s ;;" % (self.values(what) if what else ":"))
        out += ["        *) return 1 ;;", "        esac", "}", "",
                "# VERB FIRST-WORD: what may stand there", "_usbzonectl_behind() {",
                "        case \"$1 $2\" in"]
        for verb, words in WORDS.items():
            for first in sorted(words, key=lambda w: (w == "*", w)):
                pattern = {"1": "'%s '" % verb, "*": "'%s '*" % verb}.get(
                    first, "'%s %s'" % (verb, first))
                out.append("        %s) %s ;;" % (pattern, self.values(words[first])))
        out += ["        esac", "}", ""] + BASH_END.splitlines()
        return out


class Fish:
    """fish."""
    suffix = "fish"

    @staticmethod
    def values(what):
        """Arguments of complete."""
        words = " ".join("(__usbzonectl_%s)" % w[1:] if w[0] == "@" else w
                         for w in what.split() if w != "@files")
        return (" -F" if "@files" in what.split() else "") + (" -a '%s'" % words if words else "")

    def write(self, verbs, lists):
        """The file."""
        out = ["# SPDX-License-Identifier: GPL-2.0-or-later", "# " + TITLE % "fish", "# " + NOTE, ""]
        for name, words in lists.items():
            out += ["function __usbzonectl_" + name]
            out += wrapped("    printf '%s\\n'", words, " \\", "") + ["end"]
        out += ["function __usbzonectl_drives", "    " + DRIVES, "end"] + FISH_MIDDLE.splitlines()
        for verb, summary, opts in verbs:
            out.append("complete -c usbzonectl -n __usbzonectl_none -a %s -d '%s'" % (verb, plain(summary)))
            for o in opts:
                out.append("complete -c usbzonectl -n '__usbzonectl_verb %s'%s -l %s%s -d '%s'" % (
                    verb, " -s " + o.letter if o.letter else "", o.name[2:],
                    "" if not o.takes else " -r" + self.values(o.values) if o.values and "@files" in o.values
                    else " -x" + (self.values(o.values) if o.values else ""), plain(o.text)))
        for verb, words in WORDS.items():
            for first, what in words.items():
                test = {"1": "__usbzonectl_first %s", "*": "__usbzonectl_more %s"}.get(
                    first, "__usbzonectl_behind %s " + first) % verb
                out.append("complete -c usbzonectl -n '%s'%s" % (test, self.values(what)))
        return out


class Zsh:
    """zsh."""
    suffix = "zsh"

    @staticmethod
    def values(what):
        """The action of _arguments."""
        words = [w for w in what.split() if w[0] != "@"]
        calls = ["_usbzonectl_" + w[1:] for w in what.split() if w[0] == "@"]
        if not calls:
            return "(%s)" % " ".join(words)
        return calls[0] if len(calls) == 1 else "{%s}" % "; ".join(calls)

    @staticmethod
    def text(text):
        """A text in brackets."""
        return re.sub(r"([\[\]:\\])", r"\\\1", plain(text))

    def option(self, o):
        """One argument of _arguments."""
        takes = ":%s:%s" % (o.takes.lower(), self.values(o.values) if o.values else "") if o.takes else ""
        if not o.letter:
            return "'*%s[%s]%s'" % (o.name, self.text(o.text), takes)
        return "'*'{-%s,%s}'[%s]%s'" % (o.letter, o.name, self.text(o.text), takes)

    def write(self, verbs, lists):
        """The file."""
        out = ["#compdef usbzonectl", "# SPDX-License-Identifier: GPL-2.0-or-later",
               "# " + TITLE % "zsh", "# " + NOTE, ""]
        for name, words in lists.items():
            out += wrapped("_usbzonectl_%s() { compadd --" % name, words, " \\", "; }")
        out += ["_usbzonectl_files() { _files; }", "_usbzonectl_drives() {",
                '        local -a drives=("${(@f)$(%s)}")' % DRIVES,
                '        compadd -- "${(@)drives:#}"', "}", "", "_usbzonectl() {",
                "        local curcontext=$curcontext state line",
                "        local -a verbs=("]
        out += ["                '%s:%s'" % (v, self.text(s)) for v, s, _ in verbs]
        out += ["                'help:show the help of a verb'", "        )",
                "        _arguments -C '1:verb:->verb' '*::word:->words'",
                "        if [[ $state = verb ]]; then", "                _describe verb verbs",
                "                return", "        fi", "        case $line[1] in"]
        for verb, _, opts in verbs + [("help", "", [])]:
            out.append("        %s)" % verb)
            args = [self.option(o) for o in opts] + self.behind(verb)
            out += ["                _arguments -s \\" if args else "                :"]
            out += ["                        %s%s" % (a, " \\" if a != args[-1] else "") for a in args]
            out.append("                ;;")
        return out + ["        esac", "}", "", '_usbzonectl "$@"']

    def behind(self, verb):
        """Arguments for the words behind a verb."""
        out, special = [], []
        for first, what in WORDS.get(verb, {}).items():
            if first == "1":
                out.append("'1:word:%s'" % self.values(what))
            elif first == "*":
                out.append("'*:word:%s'" % self.values(what))
            else:
                special.append("%s) %s ;;" % (first, self.call(what)))
        if special:
            out.append("'*:word:{case $line[1] in %s esac}'" % " ".join(special))
        return out

    @staticmethod
    def call(what):
        """Commands that add candidates."""
        words = [w for w in what.split() if w[0] != "@"]
        calls = ["_usbzonectl_" + w[1:] for w in what.split() if w[0] == "@"]
        return "; ".join((["compadd -- " + " ".join(words)] if words else []) + calls)


def wrapped(head, words, glue, end):
    """`head words end` in lines that are not too long."""
    lines = textwrap.wrap(" ".join(w.replace(" ", "\0") for w in words), 84,
                          break_long_words=False, break_on_hyphens=False)
    lines = [l.replace("\0", " ") for l in lines]
    lines = [head + " " + lines[0]] + ["                " + l for l in lines[1:]]
    return [l + glue for l in lines[:-1]] + [lines[-1] + end]


def takers(verbs):
    """[(what, ["log --since", "log -s", ...])] of all options with an argument."""
    found = {}
    for verb, _, opts in verbs:
        for o in opts:
            if o.takes:
                found.setdefault(o.values or "", []).extend("%s %s" % (verb, f) for f in o.forms())
    return sorted(found.items())


# Numbers of the drives that are plugged in, media numbers of those that have one.
DRIVES = ("usbzonectl list --json 2>/dev/null | "
          "sed -nE 's/^ *\"(number|media_number)\": *\"?([^\",]+)\"?,?$/\\2/p'")

# A name on a drive is somebody's text: it is compared, never expanded (compgen -W would).
BASH_END = """_usbzonectl() {
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

complete -o filenames -F _usbzonectl usbzonectl"""

FISH_MIDDLE = """
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
complete -c usbzonectl -n __usbzonectl_none -a help -d 'show the help of a verb'"""


def main():
    """See above."""
    ctl, folder = sys.argv[1:]
    verbs = []
    for verb, summary in re.findall(r"^  ([a-z][a-z-]*) +(\S.*)$", ask(ctl, "--help"), re.M):
        verbs.append((verb, summary, options(ctl, verb)))
    lists = {"verbs": [v for v, _, _ in verbs] + ["help"],
             "reasons": table("policy/reason.h", "[A-Z_]+, ", 1),
             "kinds": table("daemon/event.h", "[A-Z_]+, ", 1)}
    if len(verbs) < 10 or not lists["reasons"] or not lists["kinds"]:
        sys.exit("generate.py: the help or a table is not as expected")
    for shell in (Bash(), Fish(), Zsh()):
        path = os.path.join(folder, "usbzonectl." + shell.suffix)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(shell.write(verbs, lists)) + "\n")


main()
