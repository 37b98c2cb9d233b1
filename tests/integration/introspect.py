# SPDX-License-Identifier: GPL-2.0-or-later
"""compare PATH FILE: the object at PATH shows the interface in FILE, member by member.
methods PATH: each method of org.usbzone1 as INTERFACE METHOD SIGNATURE and arguments for busctl.
actions FILE: each method with its polkit action, from the tables of dbus.md."""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ARGUMENTS = {"s": "x", "t": "1", "u": "1", "x": "0", "a{sv}": "0", "a{ss}": "0", "ay": "0"}
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"


def introspect(path):
    address = os.environ["USBZONE_BUS_ADDRESS"]
    text = subprocess.run(["busctl", f"--address={address}", "--xml-interface", "introspect",
                           "org.usbzone1", path], capture_output=True, check=True, text=True).stdout
    return ElementTree.fromstring(text)


def members(node):
    found = {}
    for i in node.iter("interface"):
        if not i.get("name").startswith("org.usbzone1"):
            continue
        for e in i:
            args = [(a.get("type"), a.get("name"), a.get("direction") or "out") for a in e.iter("arg")]
            notes = {a.get("name"): a.get("value") for a in e.iter("annotation")}
            emits = notes.get(EMITS, "true") if e.tag == "property" else ""
            found[i.get("name"), e.tag, e.get("name")] = (e.get("type"), e.get("access"), emits, args)
    return found


def compare(path, file):
    want = members(ElementTree.parse(file).getroot())
    interface = next(iter(want))[0]
    have = {k: v for k, v in members(introspect(path)).items() if k[0] == interface}
    for key in sorted(want.keys() | have.keys()):
        if want.get(key) != have.get(key):
            print(key, "in the file", want.get(key), "on the bus", have.get(key))
    return want == have and len(want) > 0


def methods(path):
    for (interface, tag, name), (_, _, _, args) in sorted(members(introspect(path)).items()):
        if tag == "method":
            types = [t for t, _, direction in args if direction == "in"]
            print(interface, name, "".join(types), *[ARGUMENTS[t] for t in types])
    return True


def actions(file):
    interface = ""
    for line in open(file, encoding="utf-8"):
        if m := re.match(r"### (org\.usbzone1\.\w+)", line):
            interface = m.group(1)
        if m := re.match(r"\| (\w+) \|.*\| (org\.usbzone1\.[a-z-]+) \|$", line):
            print(interface, m.group(1), m.group(2))
    return True


sys.exit(0 if globals()[sys.argv[1]](*sys.argv[2:]) else 1)
