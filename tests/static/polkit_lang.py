# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints LINE ELEMENT for each description and message of a polkit policy that has no zh_CN twin."""
import sys
import xml.parsers.expat

seen = {}
action = ""


def start(name, attributes):
    global action
    if name == "action":
        action = attributes["id"]
    if name in ("description", "message"):
        key = (action, name)
        langs, line = seen.setdefault(key, (set(), parser.CurrentLineNumber))
        langs.add(attributes.get("xml:lang", "C"))


parser = xml.parsers.expat.ParserCreate()
parser.StartElementHandler = start
with open(sys.argv[1], "rb") as f:
    parser.ParseFile(f)
for (action, name), (langs, line) in seen.items():
    if "zh_CN" not in langs:
        print(line, f"{name} of {action}")
