#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages in English that lib, policy, store and daemon say: each call of a function that po/said
names gives its sentence as a literal (or in SAID()), so that po/extract.sh finds it and the command
line can say it in another language; and no message is made past these functions."""
import glob
import re
import sys

STRING = r'"(?:[^"\\]|\\.)*"'


def blank(match):
    """A comment's lines, so that line numbers stay."""
    text = match.group(0)
    return text if text[0] == '"' else re.sub(r"[^\n]", " ", text)


def arguments(text, at):
    """Of a call whose '(' is at `at`."""
    depth, start, found = 0, at + 1, []
    for m in re.compile(STRING + r"|'(?:[^'\\]|\\.)'|[()\[\]{},]").finditer(text, at):
        c = m.group(0)
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        if (c == "," and depth == 1) or depth == 0:
            found.append(text[start:m.start()].strip())
            start = m.end()
        if depth == 0:
            return found
    return found


def bare_literals(argument):
    """Sentences that are not in SAID()."""
    rest = re.sub(r"\bSAID\s*\((?:" + STRING + r"|[^()\"])*\)", " ", argument)
    return [s for s in re.findall(STRING, rest) if re.search("[A-Za-z] [A-Za-z]", s)]


def is_literal(argument):
    return re.fullmatch(r"(?:" + STRING + r"|PRI[A-Za-z0-9]+|\s)+", argument) and '"' in argument


functions = dict(line.split() for line in open("po/said"))
functions.pop("SAID")
call = re.compile(r"\b(" + "|".join(functions) + r")\s*\(")
past = re.compile(r"\b(?:v?snprintf\s*\(\s*[^,]*(?:->|\.)message\b|sd_bus_error_set(?:_const|_errno)?\s*\(|sd_bus_reply_method_errno\s*\()")
# Functions that pass on what they were given, and the names they have for it.
own = {"lib/keyfile.c", "store/trust.c"}
passed_on = {"message", "sentence", "what"}
bad = 0


def complain(path, text, at, what):
    global bad
    bad += 1
    print(f"{path}:{text.count(chr(10), 0, at) + 1}: {what}")


for path in sorted(p for d in ("lib", "policy", "store", "daemon") for p in glob.glob(d + "/**/*.c", recursive=True)):
    text = re.sub(STRING + r"|/\*.*?\*/|//[^\n]*", blank, open(path).read(), flags=re.S)
    constants = dict(re.findall(r"#define (\w+) (?:\\\n)?\s*(SAID\()", text))
    for m in past.finditer(text):
        if path not in own:
            complain(path, text, m.start(), "makes a message itself; use text_error() or what po/said names")
    for m in call.finditer(text):
        args, n = arguments(text, m.end() - 1), int(functions[m.group(1)])
        if len(args) < n or re.match(r"(?:const |static )?(?:struct )?\w+ \**\w+$", args[0]):
            continue  # another function of that name, or its definition
        said = args[n - 1]
        if said in passed_on or said in constants or re.fullmatch(r"\w+_text\([^()]*\)", said):
            rest = args[n:]
        elif is_literal(said):
            rest = args[n:]
        else:
            rest = args[n - 1:]
            if "SAID(" not in said:
                complain(path, text, m.start(), f"{m.group(1)}(): its sentence is no literal: {said}")
        for argument in rest:
            for literal in bare_literals(argument):
                complain(path, text, m.start(), f"{m.group(1)}(): {literal} is not in SAID()")
sys.exit(bad > 0)
