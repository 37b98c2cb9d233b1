#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The .deb packages: lintian finds nothing, and what they install is what `make install` installs.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.." || exit
passed=0 failed=0
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
ok() { passed=$((passed + 1)); echo "ok   $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1"; }
finish() {
        echo "$passed passed, $failed failed, 0 skipped"
        [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
        exit
}
for p in dh lintian dpkg-deb; do
        command -v "$p" >/dev/null || { bad "$p is missing: apt-get install debhelper lintian"; finish; }
done

zsh=zshcompdir=/usr/share/zsh/vendor-completions # where Debian has those of packages
if ./packaging/deb.sh; then ok 'the packages are built'; else bad 'the packages are built'; finish; fi
if lintian --fail-on error,warning build/deb/*.changes; then ok 'lintian'; else bad 'lintian'; fi

make --no-print-directory VARIANT=release install DESTDIR="$T/make" "$zsh" >/dev/null || bad 'make install'
for deb in build/deb/*.deb; do
        [[ $deb == *dbgsym* ]] || dpkg-deb -x "$deb" "$T/deb"
done
# What packages have of their own.
rm -rf "$T"/deb/usr/share/doc/*/changelog.gz "$T"/deb/usr/share/doc/*/copyright "$T/deb/usr/share/lintian"
find "$T/deb" -name '*.gz' -exec gunzip {} +
# MODE PATH CONTENT; of a program only that it is one: a package's is stripped.
list() {
        find "$1" -type f -printf '%m %P\n' | while read -r mode path; do
                sum=$(sha256sum <"$1/$path")
                [ "$(head -c 4 "$1/$path" | tail -c 3)" != ELF ] || sum=program
                printf '%s %s %s\n' "$mode" "${path/#lib\//usr/lib/}" "${sum%% *}"
        done | sort -k 2
}
list "$T/make" >"$T/a"
list "$T/deb" >"$T/b"
if diff "$T/a" "$T/b"; then
        ok "the packages hold the $(wc -l <"$T/a") files of make install"
else
        bad 'the packages hold the files of make install'
fi
make --no-print-directory VARIANT=release uninstall DESTDIR="$T/make" "$zsh" >/dev/null
if [ -z "$(find "$T/make" -type f)" ]; then ok 'make uninstall leaves none'; else bad 'make uninstall leaves none'; fi

control() { dpkg-deb --field build/deb/usbzone_[0-9]*_*.deb "$1"; }
if [[ $(control Conflicts) == *usbguard* ]]; then ok 'conflicts with usbguard'; else bad 'conflicts with usbguard'; fi
dpkg-deb --ctrl-tarfile build/deb/usbzone_[0-9]*_*.deb | tar -xO ./postinst >"$T/postinst"
if grep -q 'systemctl enable --quiet usbzoned' "$T/postinst" &&
        ! grep -B 3 'systemctl enable --quiet usbzoned' "$T/postinst" | grep -q 'authority.keys'; then
        bad 'the guard is enabled only where it was set up'
else
        ok 'the guard is enabled only where it was set up'
fi
finish
