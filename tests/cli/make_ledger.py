#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a small ledger as docs/usbzone-ledger.5 describes it, without the product's code."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile

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


class Hash:
    """SHA-256 or SM3, as records tell it."""

    def __init__(self, sm3):
        self.name = "sm3" if sm3 else "sha256"
        self.start = "sm3:" if sm3 else ""

    def digest(self, data):
        """The bare bytes."""
        return hashlib.new(self.name, data).digest()

    def text(self, data):
        """As prev has it."""
        return self.start + self.digest(data).hex()

    def mac(self, key, data):
        """As mac has it."""
        return self.start + hmac.new(key, data, self.name).hexdigest()


def fixed(der):
    """An SM2 signature as 64 bytes: SEQUENCE { INTEGER r, INTEGER s }, each shorter than 128."""
    r = der[4:4 + der[3]]
    s = der[6 + der[3]:]
    return int.from_bytes(r, "big").to_bytes(32, "big") + int.from_bytes(s, "big").to_bytes(32, "big")


class Signer:
    """An Ed25519 or SM2 key of openssl's, and what it signs. A new one is what LEDGER_ALGORITHM says."""

    def __init__(self, path):
        self.path = path
        if not os.path.exists(path):
            kind = ["ed25519"]
            if os.environ.get("LEDGER_ALGORITHM") == "sm2":
                kind = ["EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-pkeyopt",
                        "ec_param_enc:named_curve"]
            subprocess.run(["openssl", "genpkey", "-algorithm", *kind, "-out", path], check=True)
            os.chmod(path, 0o600)
        der = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"],
                             check=True, stdout=subprocess.PIPE).stdout
        self.sm2 = len(der) > 64
        self.algorithm = "sm2" if self.sm2 else "ed25519"
        self.public = der[-65:] if self.sm2 else der[-32:]
        # "usbzone-key", purpose, algorithm 1 or 2, key
        self.id = Hash(self.sm2).digest(b"usbzone-key\0ledger\0" + (b"\2" if self.sm2 else b"\1") +
                                        self.public)[:16]

    def note(self, text):
        """The text as a signed note."""
        more = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] if self.sm2 else []
        with tempfile.NamedTemporaryFile() as message:
            message.write(b"usbzone/ledger/v1\0" + text.encode())
            message.flush()
            signature = subprocess.run(
                ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in",
                 message.name, *more], check=True, stdout=subprocess.PIPE).stdout
        if self.sm2:
            signature = fixed(signature)
        blob = base64.b64encode(self.id[:4] + signature).decode()
        return "%s\n\u2014 ledger.%s %s\n" % (text, self.id.hex(), blob)


def main():
    """DIR [KEY [WHY [SEQ...]]]: makes DIR with two segments; the second begins at record 4. With a
    hexadecimal KEY it is sealed from record 2 on; WHY is a text for record 5; each SEQ gets a
    signed head. LEDGER_HOST is the computer's id, LEDGER_SIGNER the file of the heads' key.
    LEDGER_SM3 is the number of the first record that tells SM3. LEDGER_MORE
    is a file of further records, [[time, kind, fields], ...]; LEDGER_ONLY such a file of all."""
    args = sys.argv[1:] + ["", "", ""]
    folder = args[0]
    key = bytes.fromhex(args[1]) if args[1] else None
    heads = [int(n) for n in sys.argv[4:]]
    os.makedirs(folder, exist_ok=True)
    signer = None
    if heads:
        signer = Signer(os.environ.get("LEDGER_SIGNER", os.path.join(folder, "signer.pem")))
    host = os.environ.get("LEDGER_HOST", "1" * 32)
    sm3_from = int(os.environ.get("LEDGER_SM3", "0")) or 1 << 62
    line = b""
    head = None
    out = None
    notes = ""
    records = [] if "LEDGER_ONLY" in os.environ else RECORDS
    more = os.environ.get("LEDGER_ONLY") or os.environ.get("LEDGER_MORE")
    if more:
        with open(more, encoding="utf-8") as f:
            records = records + json.load(f)
    for seq, (time, kind, fields) in enumerate(records, 1):
        if signer and kind == "start":
            fields = {**fields, "ledger_key": signer.public.hex()}
        if args[2] and seq == 5:
            fields = {**fields, "why": args[2]}
        own = Hash(seq >= sm3_from)
        prev = own.text(line) if line else own.start + "0" * 64
        record = {"seq": seq, "time": time, "boot": "0" * 32, "mono": seq, "host": host,
                  "kind": kind, **fields, "prev": prev}
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
        mac = ""
        if key and seq >= 2:
            mac = own.mac(key, text)
            key = own.digest(b"usbzone-ledger-key\0" + key)
        line = text + b',"mac":"%s"}\n' % mac.encode()
        head = own.text(line)
        if seq in (1, 4):
            out = open(os.path.join(folder, "%010d.jsonl" % seq), "wb")
        out.write(line)
        out.flush()
        if seq in heads:
            notes += signer.note("usbzone-ledger/%s\n%d\n%s\n%stime %s\nkind interval\n"
                                 "key %s %s\n" % (
                                     host, seq, base64.b64encode(own.digest(line)).decode(),
                                     "hash sm3\n" if own.start else "", time, signer.algorithm,
                                     base64.b64encode(signer.public).decode()))
    if notes:
        with open(os.path.join(folder, "heads"), "w", encoding="utf-8") as f:
            f.write(notes)
    print(head)


if __name__ == "__main__":
    main()
