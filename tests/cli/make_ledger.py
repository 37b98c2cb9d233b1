#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a small ledger as docs/usbzone-ledger.5 describes it, without the product's code."""
import hashlib
import hmac
import json
import os
import sys

RECORDS = [
    ("2026-11-20T08:00:00.000001Z", "start", {"version": "0.1.0"}),
    ("2026-11-20T08:01:00.000001Z", "verdict", {
        "drive": 1, "verdict": "allow", "effect": "allow", "reason": "ok", "severity": "none",
        "media_number": "N1", "drive_zone": "internal", "identity": "aa" * 32, "vid": "1209",
        "pid": "0001", "serial": "S1", "sysname": "1-1"}),
    ("2026-11-20T09:00:00.000001Z", "verdict", {
        "drive": 2, "verdict": "block", "effect": "block", "reason": "zone-mismatch",
        "severity": "critical", "media_number": "W7", "drive_zone": "internet",
        "identity": "bb" * 32, "vid": "1209", "pid": "0001", "serial": "S2", "sysname": "1-2"}),
    ("2026-11-21T10:00:00.000001Z", "verdict", {
        "drive": 3, "verdict": "block", "effect": "allow", "reason": "no-label",
        "severity": "warning", "identity": "cc" * 32, "vid": "0951", "pid": "1666",
        "serial": "evil\\x1b[31m", "sysname": "1-3"}),
    ("2026-11-21T11:00:00.000001Z", "mode", {"mode": "enforce", "who": "root", "why": "done \u5b8c"}),
    ("2026-11-21T12:00:00.000001Z", "stop", {}),
]


def main():
    """Makes DIR with two segments; the second begins at record 4. With a hexadecimal KEY it is
    sealed from record 2 on. MORE is a file of further records: [[time, kind, fields], ...]."""
    folder = sys.argv[1]
    key = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None
    records = RECORDS
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as f:
            records = RECORDS + json.load(f)
    os.makedirs(folder, exist_ok=True)
    prev = "0" * 64
    out = None
    for seq, (time, kind, fields) in enumerate(records, 1):
        record = {"seq": seq, "time": time, "boot": "0" * 32, "mono": seq, "host": "1" * 32,
                  "kind": kind, **fields, "prev": prev}
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
        mac = ""
        if key and seq >= 2:
            mac = hmac.new(key, text, hashlib.sha256).hexdigest()
            key = hashlib.sha256(b"usbzone-ledger-key\0" + key).digest()
        line = text + b',"mac":"%s"}\n' % mac.encode()
        prev = hashlib.sha256(line).hexdigest()
        if seq in (1, 4):
            out = open(os.path.join(folder, "%010d.jsonl" % seq), "wb")
        out.write(line)
        out.flush()
    print(prev)


main()
