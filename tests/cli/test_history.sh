#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# history: logs of both forms, rotated, compressed, hostile.
. "$(dirname "$0")/lib.sh"

stick() { # TIME-AND-HOST SERIAL
        sed "s|^|$1 kernel: [   12.345678] |; s|SERIAL|$2|" <<'END'
usb 1-1.2: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
usb 1-1.2: Product: DataTraveler
usb 1-1.2: Manufacturer: Kingston
usb 1-1.2: SerialNumber: SERIAL
usb-storage 1-1.2:1.0: USB Mass Storage device detected
scsi host6: usb-storage 1-1.2:1.0
sd 6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)
END
}
mkdir -p "$T/log"
stick '2026-11-21T08:00:00.123456+08:00 pc1' AAA1 >"$T/log/kern.log"
stick '2026-11-20T08:00:00+00:00 pc1' AAA1 | gzip >"$T/log/kern.log.2.gz"
stick 'Dec 31 10:00:00 pc1' '=BBB2' >"$T/log/kern.log.1"
touch -d '2026-01-02 00:00:00Z' "$T/log/kern.log.1"
stick '2026-11-21T08:00:00Z pc1' AAA1 >"$T/log/syslog"

fact 'a folder of logs is a table' 0 '2026-11-20 +2026-11-21 +2 +0951:1666 +30.9 GB +AAA1 +Kingston DataTraveler' history --dir "$T/log"
fact 'it says what it is worth' 0 'imported from logs, not signed.*whitelist cannot be asked' history --dir "$T/log"
fact 'a day without a year is the last one before the file was written' 0 '2025-12-31 +2025-12-31 +1' history --dir "$T/log"
fact 'one file alone, compressed' 0 '2026-11-20' history --file "$T/log/kern.log.2.gz"
fact 'CSV has times in UTC' 0 '2026-11-20T08:00:00Z,2026-11-21T00:00:00Z,2,0951,1666,30943995904,AAA1,' history --csv --dir "$T/log"
fact 'CSV is no formula' 0 ",'=BBB2," history --csv --dir "$T/log"
holds 'JSON has every device and where it comes from' \
        bash -c '"$0" history --json --dir "$1" 2>/dev/null | jq -e "length == 2 and all(.source == \"imported, not signed\")"' "$CTL" "$T/log"
echo 'Nov 21 08:00:00 pc1 kernel: usb 1-1: USB disconnect, device number 2' >"$T/none"
fact 'a log that names none is no failure' 0 'name no USB storage' history --file "$T/none"
echo 'nothing' >"$T/empty"
fact 'a file that is no kernel log is' 1 'no kernel message in' history --file "$T/empty"
fact 'a file that is not there is named' 1 'cannot read /nonexistent' history --file /nonexistent
fact 'one form at a time' 2 'one of --json, --csv' history --json --csv
