# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# Who may call what: every method that introspection shows, without polkit, with it, and as root.

mapfile -t methods < <(python3 "$here/introspect.py" methods $root
        python3 "$here/introspect.py" methods "$root/drive/$phone")
check 'introspection shows the twenty methods' test ${#methods[@]} = 20
path_of() {
        case $1 in
        "$drive") echo "$root/drive/$phone" ;;
        *) echo $root ;;
        esac
}
ledger_before=$(head_of_ledger)
for line in "${methods[@]}"; do
        read -r interface method signature arguments <<<"$line"
        expect "$method is refused where there is no polkit" 'Access denied' \
                on_nobody "$(path_of $interface)" $interface $method $signature $arguments
done
expect 'the refusal is AccessDenied' 'org.freedesktop.DBus.Error.AccessDenied' \
        send_nobody $root $ledger.Head

start_polkit no
for line in "${methods[@]}"; do
        read -r interface method signature arguments <<<"$line"
        : >"$dir/asked"
        expect "$method is refused when polkit says no" 'Access denied' \
                on_nobody "$(path_of $interface)" $interface $method $signature $arguments
        action=$(python3 "$here/introspect.py" actions docs/dbus.md |
                sed -n "s/^$interface $method //p")
        expect "$method asks for ${action:-an action}" "^$action :[0-9.]+ 0$" cat "$dir/asked"
done
for answer in challenge error; do
        polkit_says $answer
        expect "'$answer' is no" 'AccessDenied' send_nobody $root $ledger.Head
done
polkit_says 'only org.usbzone1.inspect'
expect 'a right opens its own method' '^ts ' on_nobody $root $ledger Head
expect 'a right opens no other method' 'Access denied' on_nobody $root $manager Reload
expect 'nothing was changed by those who may not' "^$ledger_before$" head_of_ledger

: >"$dir/asked"
expect 'root is not asked of polkit' '^ts ' on $root $ledger Head
expect 'polkit heard nothing of root' '^0$' wc -l <"$dir/asked"
polkit_says yes
expect 'interaction is asked for when the caller allows it' ' 1$' \
        bash -c "$(declare -f as_nobody); nobody=$nobody; as_nobody busctl \
        --address=$USBZONE_BUS_ADDRESS --allow-interactive-authorization=yes \
        call org.usbzone1 $root $ledger Head >/dev/null; tail -n 1 $dir/asked"
as_nobody busctl --address="$USBZONE_BUS_ADDRESS" --allow-interactive-authorization=no \
        call org.usbzone1 $root $ledger Head >/dev/null
expect 'it is not asked for otherwise' ' 0$' tail -n 1 "$dir/asked"

# A polkit that never answers holds nothing up, and means no: 40-policy.sh looks at the answer.
polkit_says silent
: >"$dir/asked"
on_nobody $root $ledger Head >"$dir/silent" 2>&1 &
silent_pid=$!
check 'a silent polkit is asked' until_true test -s "$dir/asked"
expect 'a silent polkit does not hold up root' '^ts ' on $root $ledger Head

# A foreign interface name, or none, reaches no method.
expect 'a method of an interface that is not ours is unknown' 'Unknown (method|interface)|UnknownInterface|UnknownMethod' \
        send_nobody $root org.usbzone1.Nonsense.Head
