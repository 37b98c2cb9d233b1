#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records that are spelled to be overlooked, and which of them a query has to find all the same.

hostile_records.py make FOLDER          writes them as a ledger
hostile_records.py find FOLDER NAME=WORD...   prints the numbers of those that fit, by parsing all:
    since, until (to the second), reason, kind, zone, drive, severity, open=1, acknowledged=1, last=N
"""
import hashlib
import json
import os
import sys

IDENTITY = "0123456789abcdef" * 4
BLOCK = '"verdict":"block","effect":"block","severity":"critical","reason":"zone-mismatch"'
# What stands between "kind" and "prev"; the first word is the kind, spelled as it stands.
RECORDS = [
    ('"kind":"verdict"', BLOCK + ',"drive":7,"media_number":"N27","drive_zone":"internet","identity":"' + IDENTITY + '"'),
    ('"kind":"verdict"', BLOCK + ',"drive":77,"media_number":"N277","serial":"N2","drive_zone":"internal"'),
    ('"kind":"verdict"', '"verdict":"allow","reason":"ok","severity":"none","drive":27,"media_number":"n27"'),
    ('"kind":"verdict"', BLOCK.replace("zone", "\\u007aone") + ',"media_number":"\\u004e27"'),
    ('"kind":"verdict"', '"verd\\u0069ct":"block","sever\\u0069ty":"warning","\\u0072eason":"no-label","drive":7'),
    ('"\\u006bind":"verdict"', BLOCK + ',"media_number":"N27"'),
    ('"kind":"verdic\\u0074"', BLOCK),
    ('"kind" : "verdict"', BLOCK.replace(":", " : ") + ' , "media_number" : "N27"'),
    ('"kind":"verdict"', '"note":"' + BLOCK.replace('"', '\\"') + '","reason":"ok","verdict":"allow","severity":"none"'),
    ('"kind":"verdict"', '"note":"zone-mismatch block critical N27 internet tamper","verdict":"allow","severity":"none","reason":"ok"'),
    ('"kind":"verdict"', '"inner":{' + BLOCK + ',"media_number":"N27","kind":"tamper"},"verdict":"allow","severity":"none","reason":"ok"'),
    ('"kind":"verdict"', '"inner":[{"kind":"tamper"}],' + BLOCK + ',"drive_zone":"internet"'),
    ('"kind":"verdict"', '"verdict":"allow","severity":"none","reason":"ok",' + BLOCK + ',"drive_zone":"internal","drive_zone":"internet"'),
    ('"kind":"verdict"', BLOCK + ',"verdict":"allow","severity":"none","reason":"ok","drive_zone":"internet","drive_zone":null'),
    ('"kind":"verdict"', BLOCK + ',"serial":"N27"'),
    ('"kind":"verdict"', BLOCK + ',"label_id":"N27","serial":"a\\\\xff\\"b"'),
    ('"kind":"verdict"', BLOCK + ',"sysname":"7"'),
    ('"kind":"verdict"', BLOCK + ',"drive":"7"'),
    ('"kind":"verdict"', BLOCK + ',"drive":{"drive":7}'),
    ('"kind":"verdict"', BLOCK + ',"drive":true'),
    ('"kind":"verdict"', BLOCK + ',"identity":"' + IDENTITY.upper() + '"'),
    ('"kind":"verdict"', BLOCK + ',"identity":"ffff' + IDENTITY[4:] + '","note":"' + IDENTITY + '"'),
    ('"kind":"verdict"', BLOCK + ',"identity":"\\u0030' + IDENTITY[1:] + '"'),
    ('"kind":"verdict"', BLOCK + ',"serial":"\u738b\u82b3","holder":"\u738b\u82b3","media_number":"\u7f16\u53f727"'),
    ('"kind":"verdict"', BLOCK + ',"serial":"\\u738b\\u82b3"'),
    ('"kind":"verdict"', BLOCK.replace("critical", "grave")),
    ('"kind":"verdict"', BLOCK.replace("critical", "notice")),
    ('"kind":"verdict"', BLOCK.replace("critical", "none")),
    ('"kind":"tamper"', '"what":"N27"'),
    ('"kind":"tampe\\u0072"', '"reason":"' + "x" * 3000 + '","media_number":"N27"'),
    ('"kind":"mode"', '"mode":"' + "y" * 9000 + '","drive_zone":"internet","severity":"warning"'),
    ('"boots":"' + "0" * 300 + '","kind":"verdict"', BLOCK + ',"media_number":"N27"'),
    ('"kind":"acknowledged"', '"record":1,"text":"seen","who":"root"'),
    ('"kind":"acknowledged"', '"record":12,"text":"kind\\":\\"verdict","who":"root"'),
    ('"kind":"finding"', '"record":6,"text":"seen","who":"root","due":0'),
    ('"kind":"mode"', '"text":"\\"kind\\":\\"acknowledged\\"","record":2'),
    ('"kind":"stop"', '"reason":"zone-mismatch"'),
]
ROUNDS = 3
SEVERITIES = ["none", "notice", "warning", "critical"]


def make(folder):
    """All of them, some times over, an hour between two."""
    os.makedirs(folder, exist_ok=True)
    prev, seq = "0" * 64, 0
    with open(os.path.join(folder, "0000000001.jsonl"), "wb") as out:
        for kind, more in RECORDS * ROUNDS:
            time = "2026-11-%02dT%02d:00:00.5Z" % (1 + seq // 24, seq % 24)
            seq += 1
            line = ('{"seq":%d,"time":"%s","boot":"%s","mono":%d,"host":"",%s,%s,"prev":"%s","mac":""}\n' % (
                seq, time, "0" * 32, seq, kind, more, prev)).encode()
            prev = hashlib.sha256(line).hexdigest()
            out.write(line)


def text(record, key):
    """As the program has it: numbers and words as they are spelled, nothing for what is not there."""
    value = record.get(key)
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def is_violation(record):
    """A block with a severity, or tampering."""
    return record["kind"] == "tamper" or (
        record["kind"] == "verdict" and text(record, "verdict") == "block" and
        text(record, "severity") != "none")


def is_drive(record, word):
    """Whole, or eight digits of the identity or more, in any case."""
    keys = ("drive", "media_number", "identity", "label_id", "serial", "sysname")
    return any(text(record, key) == word for key in keys) or (
        len(word) >= 8 and text(record, "identity").lower().startswith(word.lower()))


def fits(record, want):
    """All filters but those that look at more than one record."""
    severity = text(record, "severity")
    return (
        ("since" not in want or record["time"][:19] >= want["since"][:19]) and
        ("until" not in want or record["time"][:19] <= want["until"][:19]) and
        ("reason" not in want or text(record, "reason") == want["reason"]) and
        ("kind" not in want or record["kind"] == want["kind"]) and
        ("zone" not in want or text(record, "drive_zone") == want["zone"]) and
        ("drive" not in want or is_drive(record, want["drive"])) and
        ("severity" not in want or (
            severity in SEVERITIES and
            SEVERITIES.index(severity) >= SEVERITIES.index(want["severity"]))))


def find(folder, want):
    """The slow way: every line is parsed."""
    with open(os.path.join(folder, "0000000001.jsonl"), encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    seen = {record["record"] for record in records if record["kind"] in ("acknowledged", "finding")}
    found = []
    for record in records:
        if not fits(record, want):
            continue
        if "open" in want and (not is_violation(record) or record["seq"] in seen):
            continue
        if "acknowledged" in want and (not is_violation(record) or record["seq"] not in seen):
            continue
        found.append(record["seq"])
    return found[-int(want["last"]):] if "last" in want else found


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    print(*find(sys.argv[2], dict(word.split("=", 1) for word in sys.argv[3:])))
