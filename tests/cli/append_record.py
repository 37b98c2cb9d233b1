#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Appends a record to a ledger of make_ledger.py's: append_record.py FOLDER KIND FIELDS [KEY].
FIELDS is a JSON object; KEY, hexadecimal, seals record 2, and its successors those after it."""
import glob
import hashlib
import json
import os
import sys

from make_ledger import Hash


def main():
    """Goes on after the last line of the newest segment."""
    folder, kind, fields = sys.argv[1:4]
    path = sorted(glob.glob(os.path.join(folder, "*.jsonl")))[-1]
    with open(path, "rb") as f:
        last = f.read().splitlines(keepends=True)[-1]
    before = json.loads(last)
    own = Hash(before["prev"].startswith("sm3:"))
    record = {"seq": before["seq"] + 1, "time": "2026-11-22T08:00:00.000001Z", "boot": "0" * 32,
              "mono": before["seq"] + 1, "host": before["host"], "kind": kind,
              **json.loads(fields), "prev": own.text(last)}
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
    mac = ""
    if len(sys.argv) > 4:
        key = bytes.fromhex(sys.argv[4])
        for _ in range(2, record["seq"]):
            key = hashlib.sha256(b"usbzone-ledger-key\0" + key).digest()
        mac = own.mac(key, text)
    with open(path, "ab") as f:
        f.write(text + b',"mac":"%s"}\n' % mac.encode())


main()
