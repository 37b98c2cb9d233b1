#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Keys in tokens: an authority none of whose private keys is in a file, what it signs, whom it asks for a
# PIN and how often, and what is refused. The tokens are those of token_provider.c.
. "$(dirname "$0")/lib.sh"
export UZTOKEN_DIR=$T/tokens OPENSSL_MODULES
OPENSSL_MODULES=$(dirname "$CTL")/tests/cli
E=$T/etc/authority D=$T/d.img
token() { # NAME PIN OBJECT[=ALGORITHM]...
        local o
        mkdir -p "$T/tokens/$1"
        echo "$2" >"$T/tokens/$1/pin"
        for o in "${@:3}"; do
                openssl genpkey -algorithm "$([[ $o = *=* ]] && echo "${o#*=}" || echo ED25519)" \
                        -out "$T/tokens/$1/${o%=*}.pem" 2>/dev/null
        done
}
u() { printf 'pkcs11:token=%s;object=%s' "$1" "$2"; }
# fact_pin LINES NAME STATUS REGEX ARGUMENTS...: with these lines on descriptor 3
fact_pin() {
        local lines=$1 name=$2 want=$3 regex=$4
        shift 4
        run "$@" --passphrase-fd 3 3< <(printf '%b' "$lines")
        if [ "$rc" = "$want" ] && [[ $out =~ $regex ]]; then
                good "$name"
        else
                bad "$name" "usbzonectl $*" "status $rc, wanted $want; to match: $regex" "said: $out"
        fi
}
tries() { # TOKEN: the PINs it was given since last asked
        tr '\n' ' ' <"$T/tokens/$1/tries" 2>/dev/null
        rm -f "$T/tokens/$1/tries"
}
id_of() { "$CTL" authority show "${@:2}" --json | jq -r "[.keys[] | select(.purpose == \"$1\") | .id] | last"; }
token office 1234 root host label policy label2 rsa=RSA sm2=SM2
token vault 5678 root spare
token gm 2468 root=SM2 host=SM2 label=SM2 policy=SM2
KEYS=(--key-uri "root=$(u office root)" --key-uri "host=$(u office host)"
        --key-uri "label=$(u office label)" --key-uri "policy=$(u office policy)")

# --- an authority in a token ---
fact 'init wants to know which key a URI is' 2 'say which, as label=pkcs11:' \
        authority init --name O --key-uri "$(u office root)"
fact 'a purpose that is none is told' 2 'none of root, host, label, policy' \
        authority init --name O --key-uri "ledger=$(u office root)"
fact 'two label keys are one too much' 2 'one label key too much' \
        authority init --name O --key-uri "label=$(u office label)" --key-uri "label=$(u office label2)"
fact 'two root keys are, where one is made' 2 'one root key too much' \
        authority init --name O --key-uri "root=$(u office root)" --key-uri "root=$(u vault root)"
fact 'one key is not two' 1 'is a key of the list already: one key has one purpose' \
        authority init --dir "$T/never" --name O --no-passphrase --key-uri "root=$(u office root)" \
        --key-uri "host=$(u office root)" --passphrase-fd 3 3<<<1234
fact 'where nobody can be asked, the way is told' 1 'needs its PIN: give --passphrase-fd N, or use a terminal' \
        authority init --name County "${KEYS[@]}"
is 'and no PIN was sent' "$(tries office)" '1234 '
fact_pin '1234\n' 'all four keys are in the token' 0 'In tokens, and not in the folder:.*label [0-9a-f]{8}  pkcs11:token=office;object=label' \
        authority init --name County "${KEYS[@]}"
is 'one PIN was asked for' "$(tries office)" '1234 '
is 'the folder says where they are' "$(cd "$E" && echo ./*.uri)" './host.uri ./label.uri ./policy.uri ./root.uri'
is 'for its owner alone' "$(stat -c %a "$E"/*.uri | sort -u)" 600
is 'and holds no key' "$(cd "$E" && ls ./*.pem 2>/dev/null)" ''
is 'a line is id and URI' "$(cat "$E/label.uri")" "$(id_of label) $(u office label)"
is 'JSON names the URIs' "$("$CTL" authority show --json | jq -r '[.keys[].token_uri] | join(" ")')" \
        "$(u office host) $(u office label) $(u office policy) $(u office root)"

# --- what it signs: a computer, a policy, drives ---
printf 'usbzone-policy 1\nversion = 1\nname = County\nexpires = 2090-01-01\n' >"$T/draft"
fact_pin '1234\n' 'a policy' 0 'version 1 is signed' policy sign "$T/draft" --out "$T/p1"
run host request --name pc1 --out "$T/request"
fact_pin '1234\n' 'a credential, with a URI on the command line' 0 'credential of pc1' \
        host sign "$T/request" --zone internal --key "$(u office host)" --out "$T/credential"
fact 'which a computer installs' 0 'pc1 in zone internal' \
        host install "$T/credential" "$T/p1" "$E/authority.keys" --yes --no-start
tries office >/dev/null
plain_image "$D"
fact_pin '1234\n' 'a drive is enrolled' 0 'is enrolled as N1' enroll "$D" "${AS[@]}" --number N1
is 'with one PIN for both keys' "$(tries office)" '1234 '
fact 'its label verifies' 0 'N1' label show "$D"
is 'it is signed by the key in the token' "$("$CTL" label show "$D" --json | jq -r '.signatures[0].key')" "$(id_of label)"
fact_pin '1234\n' 'and with a URI' 0 'is enrolled as N1' enroll "$D" "${AS[@]}" --number N1 --relabel --key "$(u office label)"
cp "$E/label.uri" "$T/carried.uri"
fact_pin '1234\n' 'or with the file that names it' 0 'is enrolled as N1' \
        enroll "$D" "${AS[@]}" --number N1 --relabel --key "$T/carried.uri"
fact_pin '1234\n' 'a drive is revoked' 0 'N1 is revoked' revoke N1 --reason lost
fact_pin '1234\n' 'and in a file that travels' 0 'revokes 1 things' revoke N1 --reason lost --out "$T/revoked"
rm -f "$T/tokens/verified"
conf() { # the provider, before libcrypto's own
        printf 'openssl_conf = c\n[c]\nproviders = p\n[p]\nmine = m\ndefault = d\n[m]\nmodule = %s/pkcs11.so\nactivate = 1\n[d]\nactivate = 1\n' \
                "$OPENSSL_MODULES"
}
conf >"$T/openssl.cnf"
export OPENSSL_CONF=$T/openssl.cnf
fact 'signatures are verified, whatever openssl.cnf has beside' 0 'N1' label show "$D"
fact 'the key list, too' 0 'version 1' authority show
fact_pin '1234\n' 'a scheme of openssl.cnf is known' 0 'credential of pc1' \
        host sign "$T/request" --zone internal --key "uztoken:token=office;object=host" --out "$T/credential2"
holds 'no token was asked to verify' test ! -e "$T/tokens/verified"
unset OPENSSL_CONF
fact 'a scheme that nobody knows is told, and what to do' 1 'no provider of OpenSSL knows uztoken: URIs: install one that is called "uztoken"' \
        host sign "$T/request" --zone internal --key "uztoken:token=office;object=host" --out "$T/never.cred"
fact 'for a TPM it is called tpm2' 1 'knows handle: URIs: install one that is called "tpm2"' \
        host sign "$T/request" --zone internal --key handle:0x81000001 --out "$T/never.cred"
OPENSSL_MODULES=$T fact 'no provider for cards' 1 'knows pkcs11: URIs: install one that is called "pkcs11"' \
        host sign "$T/request" --zone internal --key "$(u office host)" --out "$T/never.cred"
(
        unset UZTOKEN_DIR
        "$CTL" host sign "$T/request" --zone internal --key "$(u office host)" --out "$T/never.cred" >"$T/said" 2>&1
        echo $? >>"$T/said"
)
holds 'a provider that does not start is told' grep -qz 'provider "pkcs11" of OpenSSL, for pkcs11: URIs, does not start.*1' "$T/said"

# --- what is refused; the drive and the list stay ---
before=$(sum "$D")$(cat "$E/authority.keys")
tries office >/dev/null
sign_with() { fact_pin "$1" "$2" "$3" "$4" host sign "$T/request" --zone internal --key "$5" --out "$T/never.cred"; }
sign_with '4321\n1234\n' 'a wrong PIN' 1 'object=host: the PIN is wrong.*once, and is not tried again' "$(u office host)"
is 'is tried once, and no other line of the descriptor' "$(tries office)" '4321 '
fact_pin '4321\n1234\n' 'the same for the keys of the folder' 1 'the PIN is wrong' \
        enroll "$D" "${AS[@]}" --number N2 --relabel
is 'one wrong PIN, whatever the number of keys' "$(tries office)" '4321 '
sign_with '1234\n' 'no such object' 1 'object=none names no private key' "$(u office none)"
sign_with '1234\n' 'no such token' 1 'token=none;object=host names no private key' "$(u none host)"
sign_with '1234\n' 'several objects are named' 1 'means 3 keys \(ED25519 [0-9a-f]{32}, ED25519 [0-9a-f]{32}, .*name one alone' 'pkcs11:token=office;object=[hl]*'
sign_with '1234\n' 'a key of another kind is named' 1 'object=rsa holds a key of the kind RSA; keys of an authority are Ed25519 or SM2' "$(u office rsa)"
sign_with '1234\n' 'a key that is not on the list' 1 'wrong key: pkcs11:token=office;object=label2 is none of the host keys' "$(u office label2)"
touch "$T/tokens/office/open"
sign_with '1234\n' 'a token that gives the key away' 1 'gives its private key away' "$(u office host)"
rm "$T/tokens/office/open"
touch "$T/tokens/office/gone"
fact_pin '1234\n' 'a token that is pulled out' 1 'cannot sign' enroll "$D" "${AS[@]}" --number N2 --relabel --no-whitelist
rm "$T/tokens/office/gone"
sign_with '' 'an empty descriptor' 2 'gives no passphrase' "$(u office host)"
sign_with '1234\n' 'a PIN in the URI' 2 'a PIN does not belong into a URI' "$(u office host)?pin-value=1234"
sign_with '1234\n' 'a file: URI' 2 'a key in a file is named by its path alone' "file:$T/key.pem"
sign_with '1234\n' 'a URI with blanks' 2 'without blanks' "$(u office 'my key')"
holds 'nothing was signed' test ! -e "$T/never.cred"
is 'nothing was changed' "$(sum "$D")$(cat "$E/authority.keys")" "$before"
(cd "$T" && openssl genpkey -algorithm ED25519 -out 'pkcs11:host' 2>/dev/null && chmod 0600 'pkcs11:host')
cd "$T" || exit
sign_with '1234\n' 'a file that is there is a file, whatever its name' 1 'wrong key: pkcs11:host is none' pkcs11:host
fact_pin '1234\n' 'and takes no place of a token' 2 'a file here is called pkcs11:host' authority issue-key host --key-uri pkcs11:host
cd - >/dev/null || exit

# --- the note in the folder ---
good_note=$(cat "$E/host.uri")
note() { # TEXT NAME REGEX [STATUS]
        printf '%s\n' "$1" >"$E/host.uri"
        fact_pin '1234\n' "$2" "${4:-1}" "$3" host sign "$T/request" --zone internal --out "$T/never.cred"
}
note 'pkcs11:token=office' 'a damaged one' 'host.uri is damaged'
note "${good_note/object=host/object=label2}" 'another key than was noted' 'wrong key: .*object=label2 holds [0-9a-f]{32} as a host key'
note "$good_note?pin-value=1" 'one with a PIN' 'a PIN does not belong' 2
chmod 0666 "$E/host.uri"
note "$good_note" 'one that others may write' 'host.uri is refused: .*may write'
chmod 0600 "$E/host.uri"
touch "$E/host.pem"
note "$good_note" 'beside a file of the same key' 'has both host.pem and host.uri'
rm "$E/host.pem"

# --- issue-key and rotate ---
tries office >/dev/null
fact_pin '1234\n' 'a second label key' 0 'private part in pkcs11:token=office;object=label2.*version 2 now' \
        authority issue-key label --key-uri "$(u office label2)" --days 30
is 'the token of new key and root is asked once' "$(tries office)" '1234 '
second=$(id_of label)
holds 'it is noted by its id' test -s "$E/label-${second:0:8}.uri"
plain_image "$T/two.img"
fact_pin '1234\n' 'two keys in tokens sign one label' 0 'is enrolled as N3' \
        enroll "$T/two.img" "${AS[@]/UZ0001/UZ0003}" --number N3 --key "$(u office label)" --second-key "$(u office label2)"
plain_image "$T/co.img"
fact_pin '1234\n' 'or one after the other' 0 'is enrolled as N4' \
        enroll "$T/co.img" "${AS[@]/UZ0001/UZ0004}" --number N4 --cosigner "$second"
fact_pin '1234\n' 'the second elsewhere' 0 'has both signatures now' \
        label cosign "$T/co.img" "${AS[@]/UZ0001/UZ0004}" --yes --key "$(u office label2)"
fact_pin '1234\n' 'an algorithm that is not the authority'"'"'s' 1 'object=sm2 holds a key of sm2, and the new key is to be of ed25519' \
        authority issue-key label --key-uri "$(u office sm2)"
fact_pin '1234\n' 'a key for another purpose' 2 'the new key is a label key' \
        authority issue-key label --key-uri "host=$(u office label2)"
fact_pin '1234\n' 'a key has one place' 2 '--out and --key-uri do not go together' \
        authority issue-key label --key-uri "$(u office label2)" --out "$T/never.pem"
touch "$T/tokens/vault/gone"
fact_pin '5678\n' 'a key that cannot sign' 1 'does not sign: the list stays' authority issue-key host --key-uri "$(u vault spare)"
rm "$T/tokens/vault/gone"
holds 'is not on the list' grep -q '^version = 2' "$E/authority.keys"
tries vault >/dev/null
tries office >/dev/null
old=$(id_of host)
fact_pin '5678\n1234\n' 'a host key is replaced from another token: its PIN first, then that of the root key' 0 'version 3 now' \
        authority rotate host --key-uri "$(u vault spare)"
is 'each PIN goes to its own token' "$(tries vault)$(tries office)" '5678 1234 '
is 'the new one is in force' "$(cut -d ' ' -f 2 "$E/host.uri")" "$(u vault spare)"
is 'the old one is noted by its id' "$(cut -d ' ' -f 2 "$E/host-${old:0:8}.uri")" "$(u office host)"
fact_pin 'file secret\n1234\n' 'a key in a file: its new passphrase comes before the PIN' 0 'version 4 now' authority rotate "$second"
fact_pin 'file secret\n1234\n' 'the policy key moves to a file' 0 'version 5 now' authority rotate policy
holds 'it is there' test -s "$E/policy.pem"
holds 'and the old one under its id' test -n "$(echo "$E"/policy-*.uri)"
fact_pin '5678\n1234\n' 'the root key is replaced by one in another token' 0 'version 6 now' \
        authority rotate root --key-uri "$(u vault root)"
is 'both have signed' "$(grep -c '^— root\.' "$E/authority.keys")" 2
fact_pin '5678\n' 'from then on the other token signs alone' 0 'version 7 now' authority retire "$second" --root "$(u vault root)"

# --- a copy for the safe ---
fact_pin 'file secret\nfor the safe\n' 'backup says what it cannot copy' 0 'keys are in tokens and are not copied' authority backup "$T/safe"
is 'the notes travel' "$(cat "$T/safe/label.uri")" "$(cat "$E/label.uri")"
private_parts() { # FOLDER...: files that hold the private part of a token's key, raw, in hex or in base64
        python3 - "$T/tokens" "$@" <<'END'
import base64, glob, os, subprocess, sys
seen = 0
for pem in glob.glob(sys.argv[1] + "/*/*.pem"):
    der = subprocess.run(["openssl", "pkey", "-in", pem, "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
    text = [l for l in open(pem, "rb").read().splitlines() if b"-----" not in l]
    secret = der[16:48]
    for folder in sys.argv[2:]:
        for path, _, names in os.walk(folder):
            for name in names:
                data = open(os.path.join(path, name), "rb").read()
                if any(w in data for w in (secret, secret.hex().encode(), base64.b64encode(secret), text[0])):
                    print(os.path.join(path, name))
    seen += 1
print(seen, "keys looked for")
END
}
is 'no private part of a token is on the disk' "$(private_parts "$T/etc" "$T/state" "$T/safe")" '13 keys looked for'
cp "$T/tokens/office/host.pem" "$T/safe/lost.pem"
is 'where it was, it would be found' "$(private_parts "$T/safe" | grep -c lost.pem)" 1
rm "$T/safe/lost.pem"

# --- root keys in two tokens, of which two must sign; SM2 ---
O=$T/office
fact_pin '1234\n5678\nroot three\n' 'three root keys, two in tokens' 0 '2 root signatures needed' \
        authority init --dir "$O" --name Three --roots 3 --threshold 2 --key-uri "root=$(u office root)" \
        --key-uri "root=$(u vault root)" --root-out "$T/r3.pem"
is 'the third is where it was sent' "$(cd "$O" && echo root*) $(test -s "$T/r3.pem" && echo r3)" 'root-1.uri root-2.uri r3'
tries office >/dev/null
tries vault >/dev/null
fact_pin '4321\n5678\n' 'one of them refuses its PIN: told, and too few' 1 'object=root: the PIN is wrong.*needs 2 root keys' \
        authority retire "$(id_of label --dir "$O")" --dir "$O"
is 'it was tried once' "$(tries office)" '4321 '
fact_pin '1234\n5678\n' 'two PINs, two tokens, two signatures' 0 'version 2 now' \
        authority retire "$(id_of label --dir "$O")" --dir "$O"
rm -rf "$O"
GM=(--key-uri "root=$(u gm root)" --key-uri "host=$(u gm host)" --key-uri "label=$(u gm label)" --key-uri "policy=$(u gm policy)")
fact_pin '2468\n' 'keys of SM2 need an authority of SM2' 1 'holds a key of sm2, and the new key is to be of ed25519' \
        authority init --dir "$T/never2" --name GM "${GM[@]}"
fact_pin '2468\n' 'an authority of SM2 in a token' 0 'label +[0-9a-f]+ +sm2' \
        authority init --dir "$O" --name GM --algorithm sm2 "${GM[@]}"
fact_pin '2468\n' 'signs' 0 'version 1 is signed' policy sign "$T/draft" --dir "$O" --out "$T/p2"
fact 'and what it signed verifies' 0 'without error, signed' policy check "$T/p2" --dir "$O"

# --- on a terminal ---
typed() { # ANSWERS ARGUMENTS...
        out=$(python3 "$(dirname "$0")/on_terminal.py" "$1" "$CTL" "${@:2}" 2>&1)
        rc=$?
}
tries office >/dev/null
tries vault >/dev/null
typed $'1234\n' host sign "$T/request" --zone internal --dir "$E" --key "$(u vault spare)" --out "$T/typed.cred"
is 'a wrong PIN that is typed: asked once' "$rc $(grep -c 'PIN of' <<<"$out") $(tries vault)" '1 1 1234 '
typed $'5678\n' host sign "$T/request" --zone internal --dir "$E" --key "$(u vault spare)" --out "$T/typed.cred"
is 'the right one' "$rc $(grep -c 'PIN of pkcs11:token=vault;object=spare:' <<<"$out")" '0 1'
holds 'is not shown' bash -c '[[ $1 != *5678* ]]' - "$out"
typed $'\n' host sign "$T/request" --zone internal --dir "$E" --key "$(u vault spare)" --out "$T/typed2.cred"
is 'none at all is no try' "$rc $(tries vault)" '1 5678 '
