#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The computer's own key under systemd-creds: encrypted where that works, for root alone where not; never lost.
. "$(dirname "$0")/lib.sh"
# As under systemd, with a key of systemd's own that is not this machine's.
mkdir -p "$T/systemd" "$T/other" "$T/bin"
under_systemd() { # FOLDER PROGRAM...
        unshare -m bash -c 'mount -t tmpfs none /run && mkdir -p /run/systemd/system &&
                mount --bind "$0" /var/lib/systemd && exec "$@"' "$@"
}
program=$CTL
as() { # FOLDER: the program under a systemd with that folder from now on
        printf '#!/bin/bash\n%s\nunder_systemd %q %q "$@"\n' "$(declare -f under_systemd)" "$1" "$program" >"$T/bin/ctl"
        chmod +x "$T/bin/ctl"
        CTL=$T/bin/ctl
}
if ! echo x | under_systemd "$T/systemd" systemd-creds encrypt --name=x - - >/dev/null 2>&1; then
        skip 'keys under systemd-creds: it does not work here'
        exit
fi
O=$T/office S=$USBZONE_STATE_DIR
"$CTL" authority init --dir "$O" --name Office --no-passphrase >/dev/null
printf 'usbzone-policy 1\nversion = 1\nname = Office\nexpires = 2090-01-01\n' >"$T/draft"
"$CTL" policy sign "$T/draft" --dir "$O" --out "$T/policy" >/dev/null 2>&1
mkdir -p "$USBZONE_ETC_DIR" "$S"
key_of() { sed -n 's/^key = //p' "$1"; }

fact 'without systemd a key is made' 0 'The request of pc1' host request --name pc1 --out "$T/open.request"
is 'and is for root alone' "$(stat -c %a "$S"/host-key.*)" 600
as "$T/systemd"
fact 'under systemd' 0 'The request of pc1' host request --name pc1 --out "$T/request"
is 'the same key' "$(key_of "$T/request")" "$(key_of "$T/open.request")"
is 'is kept encrypted alone' "$(cd "$S" && ls host-key.*)" host-key.cred
is 'for root alone' "$(stat -c %a "$S/host-key.cred")" 600
holds 'and cannot be read as a key' bash -c '! grep -q PRIVATE "$0" && ! openssl pkey -in "$0" -noout' "$S/host-key.cred"
holds 'by systemd under its own name' under_systemd "$T/systemd" \
        systemd-creds decrypt --name=usbzone-host-key "$S/host-key.cred" /dev/null
holds 'and no other one' bash -c '! "$@"' - "$(type -P unshare)" -m bash -c 'mount -t tmpfs none /run &&
        mount --bind "$0" /var/lib/systemd && systemd-creds decrypt --name=other "$1" /dev/null' "$T/systemd" "$S/host-key.cred"
kept=$(sum "$S/host-key.cred")
fact 'asking again keeps it' 0 '' host request --name pc1 --out "$T/request"
is 'as it is' "$(sum "$S/host-key.cred")" "$kept"
run host sign "$T/request" --zone internal --dir "$O" --out "$T/credential"
fact 'a credential for it is installed' 0 'pc1 in zone internal' \
        host install "$T/credential" "$T/policy" "$O/authority.keys" --yes --no-start --ledger-key-out "$T/lk"

# --- what goes wrong ---
as "$T/other"
fact 'another computer cannot use the file' 1 'cannot decrypt the key .*host-key.cred.*host request --new-key' \
        host install "$T/credential"
fact 'nor ask for a credential with it' 1 'cannot decrypt' host request --name pc1 --out "$T/never"
holds 'nor is a request written' test ! -e "$T/never"
is 'the key stays' "$(sum "$S/host-key.cred")" "$kept"
as "$T/systemd"
cp "$S/host-key.cred" "$T/aside"
chmod 0640 "$S/host-key.cred"
fact 'one that others may read is refused' 1 'host-key.cred is refused: .*may read' host install "$T/credential"
chmod 0600 "$S/host-key.cred"
head -c 40 "$T/aside" >"$S/host-key.cred"
fact 'a cut one is told' 1 'cannot decrypt' host install "$T/credential"
cp "$T/aside" "$S/host-key.cred"
fact 'a new key on demand' 0 '' host request --new-key --name pc1 --out "$T/request2"
holds 'is another one' test "$(key_of "$T/request2")" != "$(key_of "$T/request")"
is 'encrypted again' "$(cd "$S" && ls host-key.*)" host-key.cred
fact 'for which the old credential is not' 3 'for another computer' host install "$T/credential"

# Where systemd-creds does not work, as with no folder to keep its key in.
rm -rf "${T:?}/systemd"
mkdir "$T/systemd"
mount -t tmpfs none "$T/systemd" && at_end umount "$T/systemd"
fact 'a key that cannot be encrypted is told' 0 'systemd-creds could not encrypt' \
        host request --new-key --name pc1 --out "$T/request3"
is 'and kept for root alone' "$(cd "$S" && stat -c '%n %a' host-key.*)" 'host-key.pem 600'
