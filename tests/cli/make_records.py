#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a ledger of the records given on standard input, one JSON object a line with "time" and
"kind": make_records.py STATE-FOLDER HOST-ID. Start records name the signer, which is made when it
is missing. With an SM2 key the records tell SM3."""
import json
import os
import sys

from make_ledger import Hash, Signer


def main():
    """Makes STATE/ledger with one segment."""
    state, host = sys.argv[1:3]
    folder = os.path.join(state, "ledger")
    os.makedirs(folder, exist_ok=True)
    signer = Signer(os.path.join(state, "ledger-signer.pem"))
    own = Hash(signer.sm2)
    prev = own.start + "0" * 64
    with open(os.path.join(folder, "0000000001.jsonl"), "wb") as out:
        for seq, line in enumerate(sys.stdin, 1):
            fields = json.loads(line)
            if fields["kind"] == "start":
                fields["ledger_key"] = signer.public.hex()
            record = {"seq": seq, "time": fields.pop("time") + ".000001Z", "boot": "0" * 32,
                      "mono": seq, "host": host, "kind": fields.pop("kind"), **fields,
                      "prev": prev, "mac": ""}
            text = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
            prev = own.text(text)
            out.write(text)


main()
