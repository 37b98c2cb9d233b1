#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints the records of one of three computers as make_ledger.py takes them (LEDGER_ONLY): 60 days of an office, the same at
every run; some of its texts are hostile."""
import datetime
import json
import random
import sys

ZONES = {"a": "internal", "b": "classified", "c": "internet"}
HOSTILE = ['<script>alert(1)</script>', '"><img src=http://evil.example/x>', "=cmd|'/C calc'!A0", "+1+1", "@SUM(1)",
           "a&b;'c'", "evil\\x1b[31m", "https://evil.example/", "\\xe2\\x80\\xaecod.exe"]


def drive(n, zone):
    fields = {"vid": "0951", "pid": "%04x" % (0x1600 + n), "serial": "S%04d" % n, "identity": "%064x" % (n + 4096),
              "scsi_vendor": "Kingston", "scsi_product": "DataTraveler"}
    if zone:
        fields.update({"drive_zone": zone, "media_number": {"internal": "内", "classified": "密", "internet": "网"}[zone] +
                       "-%03d" % n, "holder": ["张三", "李四", "王芳", "Zhao Liu"][n % 4], "unit": "办公室"})
        if zone == "classified":
            fields["drive_level"] = "secret"
    else:
        fields["serial"] = HOSTILE[n % len(HOSTILE)]
        fields["scsi_product"] = HOSTILE[(n + 1) % len(HOSTILE)]
    return fields


def main():
    host = sys.argv[1]
    rng = random.Random("office" + host)
    drives = [drive(n, ["internal", "classified", "internet", None][n % 4]) for n in range(28)]
    when = datetime.datetime(2026, 9, 22, 8, 0, tzinfo=datetime.timezone.utc)
    records = [[when, "start", {"version": "0.1.0"}]]
    for day in range(60):
        for _ in range(rng.randrange(0, 6)):
            d = rng.choice(drives)
            t = when + datetime.timedelta(days=day, seconds=rng.randrange(0, 36000))
            zone = d.get("drive_zone")
            if zone != ZONES[host] and rng.random() < 0.6:
                continue
            good = zone == ZONES[host]
            critical = not good and (zone == "classified" or host == "b" or (host == "c" and zone == "internal"))
            fields = {"drive": len(records), "verdict": "allow" if good else "block",
                      "effect": "allow" if good else "block", "reason": "ok" if good else
                      "zone-mismatch" if zone else "no-label",
                      "severity": "none" if good else "critical" if critical else "warning",
                      "host_zone": ZONES[host], "mode": "enforce", **d}
            if good and rng.random() < 0.15:
                fields.update({"verdict": "read-only", "effect": "read-only", "reason": "granted"})
            records.append([t, "verdict", fields])
    records.sort(key=lambda r: r[0])
    bad = [i for i, r in enumerate(records) if r[2].get("verdict") == "block"]
    end = when + datetime.timedelta(days=60, hours=1)
    if host == "a":
        records.append([end, "tamper", {"what": "interface_authorized_default"}])
    records.append([end, "acknowledged", {"record": bad[0] + 1, "text": "<b>seen</b>", "who": "li (uid 1000)"}])
    records.append([end, "finding", {"record": bad[1] + 1, "text": "U盘未登记 <script>x</script>，需整改", "who":
                                     "li (uid 1000)", "due": int((end + datetime.timedelta(days=9)).timestamp())}])
    number = len(records)
    records.append([end, "instruction", {"finding": number, "text": "清查本科室所有U盘", "who": "li (uid 1000)"}])
    records.append([end, "remedy", {"finding": number, "text": "已清查 14 只", "who": "wang (uid 1001)"}])
    if host == "c":
        records.append([end, "incident", {"record": bad[2] + 1, "text": "可能已被复制", "who": "li (uid 1000)", "deadline":
                                          int((end + datetime.timedelta(days=1)).timestamp())}])
    json.dump([[t.strftime("%Y-%m-%dT%H:%M:%S.000001Z"), kind, fields] for t, kind, fields in records], sys.stdout)


main()
