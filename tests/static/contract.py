# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what the code, the rules, the units and the documents say about the same thing."""
import glob
import re
import sys
import xml.etree.ElementTree as ElementTree

failed = 0
checked = 0


def complain(where, text):
    global failed
    failed += 1
    print(f"{where}: {text}")


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError as e:
        complain(f"{path}:1", e.strerror)
        return ""


def where(path, text, needle):
    at = text.find(needle)
    return f"{path}:{text.count(chr(10), 0, max(at, 0)) + 1}"


def table(path, name):
    """Rows of an X-macro table as lists of their arguments."""
    text = read(path)
    body = re.search(r"#define " + name + r"\(X\)((?:.*\\\n)*.*\n)", text)
    if not body:
        complain(f"{path}:1", f"no {name}")
        return []
    body = re.sub(r"/\*.*?\*/", "", body.group(1).replace("\\\n", " "), flags=re.S)
    rows = re.findall(r"\bX\(((?:[^()\"]|\"(?:[^\"\\]|\\.)*\")*)\)", body)
    split = re.compile(r"\s*((?:\"(?:[^\"\\]|\\.)*\"\s*)+|[^,\"]+?)\s*(?:,|$)")
    return [[a.strip('"') for a in split.findall(r)] for r in rows]


def same(what, a_where, a, b_where, b):
    global checked
    checked += 1
    for x in sorted(a - b):
        complain(a_where(x), f"{what} {x} is not in {b_where(None).split(':')[0]}")
    for x in sorted(b - a):
        complain(b_where(x), f"{what} {x} is not in {a_where(None).split(':')[0]}")


def in_file(path, text=None, form="{}"):
    text = read(path) if text is None else text
    return lambda x: where(path, text, form.format(x)) if x else path


def reasons():
    """Each reason has its section in the page, with its severity and whether an exception lifts it."""
    rows = table("policy/reason.h", "REASON_TABLE")
    path = "docs/usbzone-reasons.7"
    page = read(path)
    parts = re.split(r"^\.It (?:Li|Sy|Cm) ([a-z][a-z-]+)\n", page, flags=re.M)
    sections = dict(zip(parts[1::2], parts[2::2]))
    same("reason", in_file("policy/reason.h"), {r[1] for r in rows}, in_file(path, page), set(sections))
    for _, slug, severity, grantable, _ in rows:
        section = sections.get(slug)
        if section is None:
            continue
        at = where(path, page, f" {slug}\n")
        if not re.search(rf"^Severity: .*\b{severity.lower()}\b", section, re.M):
            complain(at, f"{slug}: the severity is {severity.lower()} in the table")
        if ("An exception may lift it" in section) != (grantable == "true"):
            complain(at, f"{slug}: whether an exception may lift it differs from the table")


def classes():
    """DEVICE_CLASS_TABLE against what the udev rules keep closed."""
    whole, exact = set(), set()
    for _, c, s, p, *_ in table("policy/device.h", "DEVICE_CLASS_TABLE"):
        digits = "".join(f"{int(x, 0):02x}" for x in (c, s, p) if int(x, 0) >= 0)
        (exact if len(digits) > 2 else whole).add(digits)
    found = False
    for path in glob.glob("udev-rules/*.rules"):
        text = read(path)
        lines = re.sub(r"^\s*#.*$", "", text, flags=re.M).replace("\\\n", " ")
        patterns = {m for v in re.findall(r'ENV\{ID_USB_INTERFACES\}=="([^"]*)"', lines)
                    for m in re.findall(r"\*:([0-9a-f]{2,6})\?*:?\*", v)}
        if patterns:
            found = True
            same("class", in_file("policy/device.h"), whole | exact, in_file(path, text), patterns)
        for v in re.findall(r'ATTR\{bInterfaceClass\}=="([^"]*[|][^"]*)"', lines):
            same("class", in_file("policy/device.h"), whole, in_file(path, text), set(v.split("|")))
    if not found:
        complain("udev-rules:1", "no pattern on ID_USB_INTERFACES")


def numbers():
    """Devices that a storage driver takes by number: the rules and daemon/storage-ids.c."""
    text = read("daemon/storage-ids.c")
    code = {x for x in re.findall(r"0x([0-9a-f]{8})", text)}
    for path in glob.glob("udev-rules/*.rules"):
        rules = read(path)
        listed = {f"{int(v, 16):04x}{int(p, 16):04x}" for line in re.findall(r'^ENV\{PRODUCT\}=="([^"]*)"', rules, re.M)
                  for v, p in re.findall(r"(\w+)/(\w+)/\*", line)}
        short = lambda x: f"{int(x[:4], 16):x}/{int(x[4:], 16):x}/" if x else ""
        same("device number", in_file("daemon/storage-ids.c", text, "0x{}"), code,
             lambda x: where(path, rules, short(x)) if x else path, listed)


def markdown_tables(text):
    """(interface, kind, name, rest of the row) of every row in docs/dbus.md."""
    interface = ""
    kind = ""
    for line in text.splitlines():
        if m := re.match(r"### (org\.usbzone1\.\w+)", line):
            interface = m.group(1)
        elif line.startswith("## "):
            interface = interface if line.startswith("## /") else ""
        elif re.match(r"\| (property|method)", line):
            kind = line.split("|")[1].strip()
        elif interface and re.match(r"\| [A-Z]", line):
            cells = [c.strip() for c in line.strip("| \n").split("|")]
            for name in cells[0].split(", "):
                yield interface, kind, name, cells[1:]
        elif interface and line.startswith(("Signals", "Filter", "`")) or "Signal:" in line or \
                re.match(r"^`?[A-Z]\w+\(", line):
            for name in re.findall(r"`([A-Z]\w+)\(", line):
                yield interface, "signal", name, []


def xml_members():
    members = {}
    for path in sorted(glob.glob("docs/org.usbzone1*.xml")):
        for i in ElementTree.parse(path).getroot().iter("interface"):
            if not i.get("name").startswith("org.usbzone1"):
                continue
            for e in i:
                if e.tag in ("method", "signal", "property"):
                    args = [a.get("type") for a in e.iter("arg") if a.get("direction") != "out"]
                    out = [a.get("type") for a in e.iter("arg") if a.get("direction") == "out"]
                    members[i.get("name"), e.tag, e.get("name")] = (path, e.get("type"), args, out)
    if not members:
        complain("docs:1", "no org.usbzone1*.xml")
    return members


def code_members():
    found = {}
    for path in sorted(glob.glob("daemon/*.c")):
        text = read(path)
        for m in re.finditer(r"SD_BUS_(METHOD|SIGNAL|PROPERTY|WRITABLE_PROPERTY)(?:_WITH\w+)?\(\s*\"(\w+)\"", text):
            kind = "property" if "PROPERTY" in m.group(1) else m.group(1).lower()
            found[kind, m.group(2)] = f"{path}:{text.count(chr(10), 0, m.start()) + 1}"
    return found


def bus():
    page = read("docs/dbus.md")
    written = {}
    for interface, kind, name, cells in markdown_tables(page):
        written[interface, kind, name] = cells
    xml = xml_members()
    label = lambda k: " ".join(k)
    same("member", lambda x: where("docs/dbus.md", page, x.split()[2]) if x else "docs/dbus.md",
         {label(k) for k in written},
         lambda x: "docs/*.xml:1" if not x else f"{xml[tuple(x.split())][0]}:1",
         {label(k) for k in xml})
    code = code_members()
    same("member", lambda x: "docs/dbus.md:1" if x else "docs/dbus.md",
         {f"{k} {n}" for _, k, n in written},
         lambda x: code[tuple(x.split())] if x else "daemon/*.c",
         {f"{k} {n}" for k, n in code})
    for key, (path, signature, ins, outs) in xml.items():
        cells = written.get(key)
        if not cells:
            continue
        if key[1] == "property" and cells[0] != signature:
            complain(where("docs/dbus.md", page, key[2]), f"{key[2]}: {cells[0]}, in {path} {signature}")
        if key[1] == "method":
            want_in, _, want_out = cells[0].partition("->")
            types = lambda s: [re.split(r"[ :]", p.strip())[0] for p in re.split(r", (?=[a-z(){}]+ )", s) if p.strip()]
            if types(want_in) != ins or [t for t in types(want_out)][:1] != outs[:1]:
                complain(where("docs/dbus.md", page, key[2]),
                         f"{key[2]}: {cells[0]}, in {path} {ins} -> {outs}")


def actions():
    page = read("docs/dbus.md")
    named = set(re.findall(r"\| (org\.usbzone1\.[a-z-]+) \|", page))
    defined = {}
    for path in glob.glob("systemd/polkit/*.policy"):
        text = read(path)
        for a in re.findall(r'<action id="([^"]+)"', text):
            defined[a] = where(path, text, a)
    same("polkit action", in_file("docs/dbus.md", page), named,
         lambda x: defined[x] if x else "systemd/polkit/*.policy", set(defined))
    code = set()
    for path in glob.glob("daemon/*.c"):
        code |= set(re.findall(r'"(org\.usbzone1\.[a-z][a-z-]*)"', read(path)))
        code |= {"org.usbzone1." + a for a in re.findall(r'UZ_BUS_NAME "\.([a-z-]+)"', read(path))}
    same("polkit action", in_file("docs/dbus.md", page), named,
         lambda x: "daemon/*.c:1" if x else "daemon/*.c", code)


def verbs():
    """Each verb of the command line stands in the table, with the right that its method takes."""
    page = read("docs/dbus.md")
    takes = {(i.rsplit(".", 1)[1], n): c[-1] for i, k, n, c in markdown_tables(page) if k == "method"}
    called = set()
    named = set()
    for command, methods, right in re.findall(r"^\| `([a-z][a-z -]*)` \| ([^|]*)\| (\S+) \|$", page, re.M):
        at = where("docs/dbus.md", page, f"| `{command}` |")
        named.add(command.split()[0])
        members = [tuple(m.split(".")) for m in re.findall(r"\w+\.\w+", methods)]
        called |= {".".join(m) for m in members}
        if right not in ("none", "root", "files") and right not in {takes.get(m) for m in members}:
            complain(at, f"{command}: none of its methods takes {right}")
    sources = {path: read(path) for path in sorted(glob.glob("cli/*.c"))}
    code = {}
    found = {}
    for path, text in sources.items():
        for m in re.finditer(r"UZ_BUS_(MANAGER|LEDGER|DRIVE),\s*\"(\w+)\"", text):
            member = m.group(1).capitalize(), m.group(2)
            if member in takes:
                code[".".join(member)] = where(path, text, m.group(0))
        for m in re.finditer(r"^const Verb verb_\w+ = \{\s*\.name = \"(\w+)\"", text, re.M):
            found[m.group(1)] = where(path, text, m.group(0))
    same("verb", in_file("docs/dbus.md", page, "| `{}"), named,
         lambda x: found[x] if x else "cli/verb_*.c", set(found))
    same("call", in_file("docs/dbus.md", page), called, lambda x: code[x] if x else "cli/*.c", set(code))
    for m in sorted(called - {".".join(k) for k in takes}):
        complain(where("docs/dbus.md", page, m), f"{m} is no method")


def events():
    rows = table("daemon/event.h", "EVENT_TABLE")
    ids = [r[2] for r in rows]
    for path in ["systemd/catalog/usbzone.catalog"]:
        text = read(path)
        same("MESSAGE_ID", in_file("daemon/event.h"), set(ids),
             in_file(path, text), set(re.findall(r"^-- ([0-9a-f]{32})$", text, re.M)))
    if len(set(ids)) != len(ids):
        complain("daemon/event.h:1", "two events share a MESSAGE_ID")
    ledger = read("docs/usbzone-ledger.5")
    for r in rows:
        if not re.search(r"(?<![a-z-])" + r[1].replace("-", r"\\?-") + r"(?![a-z-])", ledger):
            complain("docs/usbzone-ledger.5:1", f"kind {r[1]} is not described")


def names():
    text = read("lib/names.h")
    defined = dict(re.findall(r'#define (UZ_\w+)\s+"([^"]*)"', text))
    users = "".join(read(p) for p in glob.glob("systemd/sysusers/*.conf"))
    for key, value in defined.items():
        if key.startswith("UZ_GROUP_") and not re.search(rf"^g {value} ", users, re.M):
            complain(where("lib/names.h", text, value), f"group {value} is not in systemd/sysusers")
    policy = "".join(read(p) for p in glob.glob("systemd/dbus/*.conf"))
    if f'own="{defined.get("UZ_BUS_NAME")}"' not in policy:
        complain(where("lib/names.h", text, "UZ_BUS_NAME"), "nobody may own it in systemd/dbus")
    if not glob.glob(f"systemd/{defined.get('UZ_UNIT')}"):
        complain(where("lib/names.h", text, "UZ_UNIT"), "there is no such unit")
    tmpfiles = "".join(read(p) for p in glob.glob("systemd/tmpfiles/*.conf"))
    unit = read(f"systemd/{defined.get('UZ_UNIT')}")
    for key in ("UZ_ETC_DIR", "UZ_STATE_DIR", "UZ_RUN_DIR"):
        path = defined.get(key, "?")
        if path not in tmpfiles and path.split("/")[-1] not in unit:
            complain(where("lib/names.h", text, path), f"{path} is made by no tmpfiles line or unit")
    if m := re.search(r"^VERSION := (.*)$", read("Makefile"), re.M):
        if defined.get("UZ_VERSION") != m.group(1):
            complain(where("lib/names.h", text, "UZ_VERSION"), f"the Makefile says {m.group(1)}")
        if f"## {m.group(1)}" not in read("NEWS.md"):
            complain("NEWS.md:1", f"no section {m.group(1)}")


for check in (reasons, classes, numbers, bus, actions, verbs, events, names):
    check()
sys.exit(failed != 0)
