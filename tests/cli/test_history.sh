#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# history: logs of both forms, rotated, compressed, cut short, damaged; the words of kernels old and new.
. "$(dirname "$0")/lib.sh"

stick() { # TIME-AND-HOST SERIAL
        sed "s|^|$1 kernel: [   12.345678] |; s|SERIAL|$2|" <<'END'
usb 1-1.2: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
usb 1-1.2: Product: DataTraveler
usb 1-1.2: Manufacturer: Kingston
usb 1-1.2: SerialNumber: SERIAL
usb-storage 1-1.2:1.0: USB Mass Storage device detected
scsi host6: usb-storage 1-1.2:1.0
scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 3.0      PQ: 0 ANSI: 6
sd 6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)
END
}
mkdir -p "$T/log"
stick '2026-11-21T08:00:00.123456+08:00 pc1' AAA1 >"$T/log/kern.log"
stick '2026-11-20T08:00:00+00:00 pc1' AAA1 | gzip >"$T/log/kern.log.2.gz"
stick 'Dec 31 10:00:00 pc1' '=BBB2' >"$T/log/kern.log.1"
touch -d '2026-01-02 00:00:00Z' "$T/log/kern.log.1"
stick '2026-11-21T08:00:00Z pc1' AAA1 >"$T/log/syslog"

fact 'a folder of logs is a table' 0 '2026-11-20 +2026-11-21 +2 +0951:1666 +30.9 GB +AAA1 +- +Kingston DataTraveler' history --dir "$T/log"
fact 'it says what it is worth' 0 'imported from logs, not signed' history --dir "$T/log"
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

# --- the journal, and logs of the time before it ---
# A journal as journald keeps it: kernel messages of one plug, MICROSECONDS-SINCE-THE-EPOCH SERIAL.
kernel_journal() {
        stick 'x' "$2" | sed 's/^x kernel: \[[^]]*\] //' | while read -r message; do
                printf '__REALTIME_TIMESTAMP=%s\n__MONOTONIC_TIMESTAMP=12345678\n' "$1"
                printf '_BOOT_ID=0123456789abcdef0123456789abcdef\n_MACHINE_ID=0123456789abcdef0123456789abcdef\n'
                printf '_TRANSPORT=kernel\nPRIORITY=6\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=%s\n\n' "$message"
        done
}
mkdir "$T/both"
kernel_journal "$(date -d '2026-05-02T08:00:00Z' +%s)000000" BOTH1 |
        /lib/systemd/systemd-journal-remote -o "$T/both/system.journal" - >"$T/remote.log" 2>&1 ||
        { bad 'a journal is made'; cat "$T/remote.log"; }
{
        stick '2026-05-01T08:00:00Z pc1' BOTH1
        stick '2026-05-02T08:00:00Z pc1' BOTH1
        stick '2026-05-03T08:00:00Z pc1' AFTER
} >"$T/both/kern.log"
fact 'a log is read up to where the journal begins: no plug counts twice' 0 \
        '2026-05-01 +2026-05-02 +2 .*BOTH1' history --dir "$T/both"
is 'what comes later is the journal to tell' "$("$CTL" history --csv --dir "$T/both" 2>/dev/null | grep -c AFTER)" 0
rm "$T/both/system.journal"
fact 'without a journal the log is read to its end' 0 '2026-05-01 +2026-05-02 +2 .*BOTH1.*AFTER|AFTER.*2026-05-01 +2026-05-02 +2 .*BOTH1' \
        history --dir "$T/both"

# --- packed as logrotate packs, with whatever compresscmd ---
days=(xz:2026-03-01 bzip2:2026-03-02 zstd:2026-03-03 gzip:2026-03-04)
mkdir "$T/packed"
for d in "${days[@]}"; do
        stick "${d#*:}T08:00:00Z pc1" "S-${d%%:*}" >"$T/plain"
        if command -v "${d%%:*}" >/dev/null; then
                "${d%%:*}" -qc <"$T/plain" >"$T/packed/messages-${d#*:}.${d%%:*}"
                fact "a log packed by ${d%%:*} is read" 0 "${d#*:} .*S-${d%%:*}" \
                        history --file "$T/packed/messages-${d#*:}.${d%%:*}"
        else
                skip "a log packed by ${d%%:*}: it is not installed"
        fi
done
is 'a folder of all of them is one list' \
        "$("$CTL" history --csv --dir "$T/packed" 2>/dev/null | grep -c ',S-')" "$(find "$T/packed" -type f | wc -l)"
stick '2026-04-01T08:00:00Z pc1' ONE | gzip >"$T/two.gz"
stick '2026-04-02T08:00:00Z pc1' TWO | gzip >>"$T/two.gz"
fact 'gzip files one behind the other' 0 'ONE.*TWO' history --file "$T/two.gz"
stick '2026-04-01T08:00:00Z pc1' ONE | xz >"$T/two.xz"
stick '2026-04-02T08:00:00Z pc1' TWO | xz >>"$T/two.xz"
fact 'and xz files' 0 'ONE.*TWO' history --file "$T/two.xz"
cp "$T/two.xz" "$T/named.gz"
fact 'what is inside decides, not the name' 0 'ONE.*TWO' history --file "$T/named.gz"
{
        stick '2026-05-01T08:00:00Z pc1' LONG
        printf '2026-05-01T08:00:00Z pc1 kernel: %070000d kernel: usb 1-1.2: SerialNumber: FORGED\n' 0
        stick '2026-05-02T08:00:00Z pc1' AFTER
} | tee "$T/long" | xz >"$T/long.xz"
fact 'a line longer than any is cut, and its rest is no line' 0 'AFTER' history --file "$T/long.xz"
is 'packed or plain, the list is the same' "$("$CTL" history --csv --file "$T/long.xz" 2>&1)" \
        "$("$CTL" history --csv --file "$T/long" 2>&1)"

# --- cut short, damaged ---
noise() { for ((i = 0; i < 20000; i++)); do echo "2026-06-02T08:00:00Z pc1 kernel: noise $i $RANDOM$RANDOM$RANDOM"; done; }
{ stick '2026-06-01T08:00:00Z pc1' EARLY; noise; stick '2026-06-03T08:00:00Z pc1' LATE; } >"$T/big"
for p in gzip xz bzip2 zstd; do
        command -v "$p" >/dev/null || { skip "$p cut short: it is not installed"; continue; }
        mkdir "$T/$p"
        "$p" -qc <"$T/big" >"$T/whole"
        size=$(stat -c %s "$T/whole")
        head -c $((size * 9 / 10)) "$T/whole" >"$T/$p/kern.log.1"
        head -c $((size / 2)) "$T/whole" >"$T/$p/kern.log.2"
        printf 'DAMAGEDDAMAGEDDAMAGED' >>"$T/$p/kern.log.2"
        tail -c +$((size / 2 + 22)) "$T/whole" >>"$T/$p/kern.log.2"
        stick '2026-06-04T08:00:00Z pc1' NEXT >"$T/$p/kern.log"
        fact "$p: what is cut short is named" 1 "kern.log.1: (it is cut short|what is packed in it is damaged); what comes before" \
                history --dir "$T/$p"
        fact "$p: what is damaged is named" 1 'kern.log.2: (it is cut short|what is packed in it is damaged); what comes before' \
                history --dir "$T/$p"
        fact "$p: and the other files are read" 1 '2026-06-04 .*NEXT' history --dir "$T/$p"
        fact "$p: a damaged file alone is a failure, after what could be read" 1 'kern.log.1: ' \
                history --file "$T/$p/kern.log.1"
        printf '%s' "$(head -c 6 "$T/whole" | base64 -w0)" | base64 -d >"$T/$p/head"
        fact "$p: nothing but a head" 1 'head: (it is cut short|what is packed in it is damaged)' history --file "$T/$p/head"
done
for p in gzip xz; do
        fact "$p: what was packed before the cut is listed" 1 '2026-06-01 .*EARLY' history --file "$T/$p/kern.log.1"
done
mkfifo "$T/gzip/kern.log.9"
ln -s nowhere "$T/gzip/kern.log.8"
fact 'a pipe among the logs is not waited for' 1 'kern.log.9: it is no regular file' history --dir "$T/gzip"
fact 'a link to nowhere is named' 1 'kern.log.8: No such file' history --dir "$T/gzip"

# --- the installer's log; the order of rotation ---
mkdir -p "$T/inst/installer"
stick 'Feb  1 10:00:00' INSTALLER >"$T/inst/installer/syslog"
touch -d '2025-02-01 10:30:00Z' "$T/inst/installer/syslog"
stick '2026-07-01T08:00:00Z pc1' SPLIT | head -3 >"$T/inst/kern.log.1"
stick '2026-07-01T08:00:00Z pc1' SPLIT | tail -n +4 >"$T/inst/kern.log"
touch -d '2026-07-01 08:00:01Z' "$T/inst/kern.log.1"
fact "the installer's log counts" 0 '2025-02-01 .*INSTALLER' history --dir "$T/inst"
fact 'a drive that came while the log was rotated is whole' 0 '30.9 GB +SPLIT +- +Kingston DataTraveler' history --dir "$T/inst"

# --- what kernels have said over the years: lines as they stand in logs, and what a person reads in them ---
mkdir "$T/years"
cat >"$T/years/kern.log" <<'END'
2011-01-01T00:00:00Z pc kernel: usb 1-3: new high speed USB device using ehci_hcd and address 10
2011-01-01T00:00:00Z pc kernel: usb 1-3: New USB device found, idVendor=067b, idProduct=2506
2011-01-01T00:00:00Z pc kernel: usb 1-3: New USB device strings: Mfr=1, Product=2, SerialNumber=3
2011-01-01T00:00:00Z pc kernel: usb 1-3: Product: Mass Storage Device
2011-01-01T00:00:00Z pc kernel: usb 1-3: Manufacturer: Prolific Technology Inc.
2011-01-01T00:00:00Z pc kernel: usb 1-3: SerialNumber: K2632
2011-01-01T00:00:00Z pc kernel: usb 1-3: configuration #1 chosen from 1 choice
2011-01-01T00:00:00Z pc kernel: usbcore: registered new interface driver libusual
2011-01-01T00:00:00Z pc kernel: Initializing USB Mass Storage driver...
2011-01-01T00:00:00Z pc kernel: scsi0 : SCSI emulation for USB Mass Storage devices
2011-01-01T00:00:00Z pc kernel: usb-storage: device found at 10
2011-01-01T00:00:05Z pc kernel: sd 0:0:0:0: [sda] 312581808 512-byte hardware sectors: (160 GB/149 GiB)
2011-01-01T00:00:09Z pc kernel: usb 1-3: USB disconnect, address 10
2012-01-01T00:00:00Z pc kernel: [83335.984037] usb 1-8: new high speed USB device using ehci_hcd and address 4
2012-01-01T00:00:00Z pc kernel: [83336.142166] usb 1-8: New USB device found, idVendor=1687, idProduct=3255
2012-01-01T00:00:00Z pc kernel: [83336.142178] usb 1-8: Product: USB2.0 FlashDisk
2012-01-01T00:00:00Z pc kernel: [83336.142181] usb 1-8: Manufacturer: Kingmax
2012-01-01T00:00:00Z pc kernel: [83336.142185] usb 1-8: SerialNumber: K2637
2012-01-01T00:00:00Z pc kernel: [83336.142952] scsi5 : usb-storage 1-8:1.0
2012-01-01T00:00:01Z pc kernel: [83337.542525] sd 5:0:0:0: [sdb] 15728640 512-byte logical blocks: (8.05 GB/7.50 GiB)
2012-01-01T00:09:00Z pc kernel: [86533.283387] usb 1-8: USB disconnect, address 4
2014-01-01T00:00:00Z pc kernel: usb 2-1.1: new high-speed USB device number 4 using ehci-pci
2014-01-01T00:00:00Z pc kernel: usb 2-1.1: New USB device found, idVendor=0781, idProduct=5567
2014-01-01T00:00:00Z pc kernel: usb 2-1.1: Product: Cruzer Blade
2014-01-01T00:00:00Z pc kernel: usb 2-1.1: Manufacturer: SanDisk
2014-01-01T00:00:00Z pc kernel: usb 2-1.1: SerialNumber: K310
2014-01-01T00:00:00Z pc kernel: usb-storage 2-1.1:1.0: USB Mass Storage device detected
2014-01-01T00:00:00Z pc kernel: scsi6 : usb-storage 2-1.1:1.0
2014-01-01T00:00:01Z pc kernel: sd 6:0:0:0: [sdb] 15633408 512-byte logical blocks: (8.00 GB/7.45 GiB)
2014-01-01T00:09:00Z pc kernel: usb 2-1.1: USB disconnect, device number 4
2017-05-03T10:13:05Z pc kernel: [ 6387.251489] usb 4-2: new SuperSpeed USB device number 3 using xhci_hcd
2017-05-03T10:13:05Z pc kernel: [ 6387.271931] usb 4-2: New USB device found, idVendor=1f75, idProduct=0621
2017-05-03T10:13:05Z pc kernel: [ 6387.271942] usb 4-2: SerialNumber: K44
2017-05-03T10:13:05Z pc kernel: [ 6387.273520] usb-storage 4-2:1.0: USB Mass Storage device detected
2017-05-03T10:13:05Z pc kernel: [ 6387.273854] scsi host9: usb-storage 4-2:1.0
2017-05-03T10:13:08Z pc kernel: [ 6390.653010] sd 9:0:0:0: [sdc] 1953525168 512-byte logical blocks: (1.00 TB/932 GiB)
2017-05-03T10:15:00Z pc kernel: [ 6600.000000] usb 4-2: USB disconnect, device number 3
2020-01-01T00:00:00Z pc kernel: [   12.345678][  T123] usb 2-3: new SuperSpeed Gen 1 USB device number 8 using xhci_hcd
2020-01-01T00:00:00Z pc kernel: [   12.345678][  T123] usb 2-3: New USB device found, idVendor=174c, idProduct=55aa, bcdDevice= 1.00
2020-01-01T00:00:00Z pc kernel: [   12.345678][  T123] usb 2-3: Product: ASM105x
2020-01-01T00:00:00Z pc kernel: [   12.345678][  T123] usb 2-3: Manufacturer: ASMT
2020-01-01T00:00:00Z pc kernel: [   12.345678][  T123] usb 2-3: SerialNumber: K54UAS
2020-01-01T00:00:00Z pc kernel: [   12.345678][  T123] usbcore: registered new interface driver usb-storage
2020-01-01T00:00:00Z pc kernel: [   12.345678][   T45] scsi host10: uas
2020-01-01T00:00:00Z pc kernel: [   12.345678][   T45] usbcore: registered new interface driver uas
2020-01-01T00:00:01Z pc kernel: [   12.345678][   T45] sd 10:0:0:0: [sdd] 122096646 4096-byte logical blocks: (500 GB/466 GiB)
2023-01-01T00:00:00Z pc kernel: usb 3-1: New USB device found, idVendor=046d, idProduct=c31c, bcdDevice=64.00
2023-01-01T00:00:00Z pc kernel: usb 3-1: Product: USB Keyboard
2023-01-01T00:05:00Z pc kernel: scsi host11: uas
2023-01-01T00:05:00Z pc kernel: scsi host12: ahci
END
# usbrip reads none of these lines, as their times have no fractions of a second; where they have, it lists the keyboard
# too, no size, and no serial number of a drive that tells no product.
want='2011-01-01T00:00:00Z,067b,2506,160041885696,K2632
2012-01-01T00:00:00Z,1687,3255,8053063680,K2637
2014-01-01T00:00:00Z,0781,5567,8004304896,K310
2017-05-03T10:13:05Z,1f75,0621,1000204886016,K44
2020-01-01T00:00:00Z,174c,55aa,500107862016,K54UAS'
is 'the words of Linux 2.6.32 to 6 are understood, and no keyboard is storage' \
        "$("$CTL" history --csv --dir "$T/years" 2>/dev/null | awk -F, 'NR > 1 { print $1 "," $4 "," $5 "," $6 "," $7 }')" "$want"

# --- against the whitelist ---
fact 'without a whitelist it is said, once' 0 'there is no whitelist on this computer, so none is asked' history --dir "$T/log"
is 'and once only' "$("$CTL" history --dir "$T/log" 2>&1 | grep -c whitelist)" 1
is 'in JSON too' "$("$CTL" history --json --dir "$T/log" 2>/dev/null | jq -c '[.[] | .whitelist] | unique')" '["none"]'

# plug HOUR PORT SERIAL BLOCKS [PRODUCT]: the drives of this part; those of $AS have 8 MiB.
plug() {
        cat <<END
2026-11-21T$1:00:00+00:00 pc1 kernel: usb $2: New USB device found, idVendor=1209, idProduct=0001, bcdDevice= 1.00
2026-11-21T$1:00:00+00:00 pc1 kernel: usb $2: New USB device strings: Mfr=0, Product=0, SerialNumber=3
2026-11-21T$1:00:00+00:00 pc1 kernel: usb $2: SerialNumber: $3
2026-11-21T$1:00:01+00:00 pc1 kernel: usb-storage $2:1.0: USB Mass Storage device detected
2026-11-21T$1:00:01+00:00 pc1 kernel: scsi host6: usb-storage $2:1.0
2026-11-21T$1:00:02+00:00 pc1 kernel: scsi 6:0:0:0: Direct-Access     Linux    ${5:-File-Stor Gadget} 0601 PQ: 0 ANSI: 2
2026-11-21T$1:00:02+00:00 pc1 kernel: sd 6:0:0:0: [sdb] $4 512-byte logical blocks: (8.39 MB/8.00 MiB)
2026-11-21T$1:00:09+00:00 pc1 kernel: usb $2: USB disconnect, device number 2
END
}
enrol() { # NUMBER SERIAL [OPTION...]
        plain_image "$T/$1.img"
        run enroll "$T/$1.img" --number "$1" --holder Li --unit Office "${AS[@]/UZ0001/$2}" --yes "${@:3}"
        [ "$rc" = 0 ] || bad "enrolment of $1" "$out"
}
found
enrol NB-1 UZ0001 --zone internal
enrol NB-2 UZ0002 --zone classified --level secret
enrol NB-3 UZ0003 --zone internal --no-whitelist
enrol NB-4 UZ0004 --zone internal
run revoke NB-4 --reason lost
is 'a drive is revoked' "$rc" 0
mkdir "$T/white"
{
        plug 08 1-1 UZ0001 16384
        plug 09 1-1 UZ0002 16384
        plug 10 1-1 UZ0003 16384
        plug 11 1-1 UZ0004 16384
        plug 12 1-1 UZ0001 16385
        plug 13 1-1 UZ0001 16384 'File-Stor Gadge '
        plug 14 1-1 STRANGER 16384
        plug 15 1-1 CUT 16384 | grep -v Direct-Access
} >"$T/white/kern.log"
white() { "$CTL" history --json --dir "$T/white" "$@" 2>/dev/null | jq -r '.[] | [.serial, .size, .whitelist, .zone, .level, .media_number, .missing, .revoked] | join(" ")'; }
is 'each drive of the log stands against whitelist, revocations and register' "$(white)" \
        'UZ0001 8388608 listed internal none NB-1  false
UZ0002 8388608 listed classified secret NB-2  false
UZ0003 8388608 not-listed   NB-3  false
UZ0004 8388608 listed internal none NB-4  true
UZ0001 8389120 not-listed     false
UZ0001 8388608 not-listed     false
STRANGER 8388608 not-listed     false
CUT 8388608 not-told    inquiry false'
is 'the identity is that of the label' \
        "$("$CTL" history --json --dir "$T/white" 2>/dev/null | jq -r '.[0].identity')" \
        "$("$CTL" label show --json "$T/NB-1.img" | jq -r '.identity // .label.identity')"
fact 'the table says it' 0 'UZ0001 +internal NB-1' history --dir "$T/white"
fact 'and of which level' 0 'UZ0002 +classified, secret NB-2' history --dir "$T/white"
fact 'and what the register alone knows' 0 'UZ0003 +not listed NB-3' history --dir "$T/white"
fact 'and what is revoked' 0 'UZ0004 +revoked NB-4' history --dir "$T/white"
fact 'and what cannot be told' 0 'CUT +cannot be told' history --dir "$T/white"
fact 'it counts' 0 'On the whitelist: 3. Not on it: 4. The log tells too little: 1.'$'\n''1 is revoked' history --dir "$T/white"
fact 'CSV has it at the end' 0 ',[0-9a-f]{64},,listed,no,classified,secret,NB-2' history --csv --dir "$T/white"
unlike() { if [[ $2 =~ $3 ]]; then bad "$1" "$2"; else good "$1"; fi; }
run history --dir "$T/white"
unlike 'logs of a folder may be of another computer: its zone is not compared' "$out" 'of another zone'
printf 'identity,zone\n%s,internet\n' "$("$CTL" history --json --dir "$T/white" 2>/dev/null | jq -r '.[6].identity')" >"$T/other.csv"
run whitelist build "$T/other.csv" --out "$T/other.uzw"
fact 'another whitelist can be named' 0 'STRANGER +internet.*On the whitelist: 1. Not on it: 6.' history --dir "$T/white" --whitelist "$T/other.uzw"
fact 'one that is none is refused' 1 'other.csv is refused' history --dir "$T/white" --whitelist "$T/other.csv"
fact 'one that is not there is named' 1 'cannot open /nonexistent' history --dir "$T/white" --whitelist /nonexistent
for columns in 80 60 40; do
        screen=$(TERM=dumb python3 "$(dirname "$0")/on_terminal.py" '' /bin/sh -c \
                "stty cols $columns; exec '$CTL' history --dir '$T/white' 2>/dev/null" | tr -d '\r' | grep -v '^[^0-9]')
        is "a terminal of $columns columns: no row is wider" "$(awk -v n="$columns" 'length > n' <<<"$screen")" ''
        like=$(grep -c NB-1 <<<"$screen")
        is "a terminal of $columns columns: the number is there" "$like" 1
done
cp "$T/etc/policy" "$T/policy.keep"
sed -i 's/^version = .*/version = 99/' "$T/etc/policy"
fact 'a policy that does not hold asks no whitelist' 0 'so no whitelist is asked' history --dir "$T/white"
is 'and none is believed' "$(white | grep -c ' none ')" 8
fact 'but one that is named' 0 'STRANGER +internet' history --dir "$T/white" --whitelist "$T/other.uzw"
cp "$T/policy.keep" "$T/etc/policy"

# --- each time ---
each() { "$CTL" history --each --json --dir "$T/white" 2>/dev/null | jq -r '.[] | [(.first | todate), (.gone | todate), .port, .serial, .count, .whitelist] | join(" ")'; }
is 'each time a drive was plugged in, until it was pulled out' "$(each | head -2)" \
        '2026-11-21T08:00:01Z 2026-11-21T08:00:09Z 1-1 UZ0001 1 listed
2026-11-21T09:00:01Z 2026-11-21T09:00:09Z 1-1 UZ0002 1 listed'
cat "$T/white/kern.log" "$T/white/kern.log" >"$T/twice.log"
is 'the same drive twice is two lines' "$("$CTL" history --each --csv --file "$T/twice.log" 2>/dev/null | grep -c ',UZ0002,')" 2
plug 20 2-1.4 STAYS 16384 | grep -v disconnect >"$T/stays.log"
fact 'what was not pulled out says so' 0 '2026-11-21 20:00:01 +- +2-1.4 +1209:0001 +8.4 MB +STAYS' history --each --file "$T/stays.log"
fact 'CSV too' 0 ',,2-1.4'$'\n' history --csv --file "$T/stays.log"
for columns in 80 60 40; do
        screen=$(TERM=dumb python3 "$(dirname "$0")/on_terminal.py" '' /bin/sh -c \
                "stty cols $columns; exec '$CTL' history --each --dir '$T/white' 2>/dev/null" | tr -d '\r')
        is "a terminal of $columns columns: each time, no row is wider" "$(awk -v n="$columns" 'length > n' <<<"$screen")" ''
        is "a terminal of $columns columns: each time, every row" "$(grep -c '^2026' <<<"$screen")" 8
done
