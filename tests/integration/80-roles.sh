# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# The three roles by the real polkit with our rules: who is in which group may call what. Bus and
# polkit run with their own view of /etc/passwd, /etc/group, actions and rules.

polkitd=/usr/lib/polkit-1/polkitd
[ -x $polkitd ] || polkitd=/usr/libexec/polkitd

# Names and uids of an account in each group, in two, and in none.
declare -A uid_of=([admin]=9101 [security]=9102 [audit]=9103 [both]=9104 [none]=9105)
declare -A may=(
        [admin]='reload set-mode reprobe inspect'
        [security]='grant enroll accept-clock inspect'
        [audit]='audit inspect'
        [both]='' [none]=''
)

make_accounts() {
        cp /etc/passwd /etc/group "$dir/"
        for role in "${!uid_of[@]}"; do
                echo "u$role:x:${uid_of[$role]}:$nobody::/:/bin/false" >>"$dir/passwd"
        done
        cat >>"$dir/group" <<-END
                usbzone-admin:x:9001:uadmin,uboth
                usbzone-security:x:9002:usecurity,uboth
                usbzone-audit:x:9003:uaudit
END
}

# Runs a program that sees the accounts, and our actions and rules alone.
with_accounts() {
        exec unshare -m bash -c '
                rules=/usr/share/polkit-1/rules.d actions=/usr/share/polkit-1/actions
                mount -t tmpfs none $rules && cp systemd/polkit/*.rules $rules/ &&
                mount -t tmpfs none $actions && cp systemd/polkit/*.policy $actions/ &&
                mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group &&
                shift && exec "$@"' - "$dir" "$@"
}

start_real_polkit() {
        sed -i '/"root"><allow own="org.freedesktop.PolicyKit1"/a <policy user="polkitd"><allow own="org.freedesktop.PolicyKit1"/></policy>' \
                "$dir/bus.conf"
        stop_bus
        with_accounts dbus-daemon --config-file="$dir/bus.conf" --nofork --nopidfile 2>>"$dir/bus.log" &
        bus_pid=$!
        until_true test -S "$dir/bus"
        DBUS_SYSTEM_BUS_ADDRESS=$USBZONE_BUS_ADDRESS with_accounts $polkitd >>"$dir/polkit.log" 2>&1 &
        polkit_pid=$!
        until_true tests/on-bus.sh "$USBZONE_BUS_ADDRESS" org.freedesktop.PolicyKit1
}

# What came of it: "denied", or "let in" (whatever the method then said).
outcome() {
        local role=$1 interface=$2 method=$3
        shift 3
        case $(setpriv --reuid="${uid_of[$role]}" --regid=$nobody --clear-groups -- \
                busctl --address="$USBZONE_BUS_ADDRESS" --timeout=20 \
                --allow-interactive-authorization=no call org.usbzone1 \
                "$(path_of $interface)" $interface $method "$@" 2>&1) in
        *'Access denied'*) echo denied ;;
        *'timed out'* | *'not provided'* | *'not connected'*) echo broken ;;
        *) echo "let in" ;;
        esac
}

if ! [ -x $polkitd ] || ! getent passwd polkitd >/dev/null || ! unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
        echo 'skip roles by the real polkit: no polkitd here, or no mount namespaces'
        skipped=$((skipped + 1))
else
        make_accounts
        start_real_polkit
        check 'polkit takes our rules and actions' \
                tests/on-bus.sh "$USBZONE_BUS_ADDRESS" org.freedesktop.PolicyKit1
        start_daemon
        until_true property_is $root/drive/1 $drive State blocked
        phone=1
        while read -r interface method action; do
                line=$(printf '%s\n' "${methods[@]}" | grep "^$interface $method\b")
                read -r _ _ signature arguments <<<"$line"
                for role in admin security audit both none; do
                        want=denied
                        [[ " ${may[$role]} " != *" ${action#org.usbzone1.} "* ]] || want='let in'
                        expect "$role: $method is ${want}" "^$want$" \
                                outcome $role $interface $method $signature $arguments
                done
        done < <(python3 "$here/introspect.py" actions docs/dbus.md)
        expect 'an account in two groups is named in the log' 'uboth is in usbzone-admin and usbzone-security' \
                cat "$dir/polkit.log"
        stop "$polkit_pid"
        polkit_pid=
        stop_daemon
fi
