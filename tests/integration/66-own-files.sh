# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# The unit masked, overridden or disabled, and the udev rules masked: each is recorded, also when the guard is
# stopped in the same breath.

stop_daemon
export USBZONE_ROOT_DIR=$dir/root
etc=$dir/root/etc/systemd/system
mkdir -p "$etc/sysinit.target.wants" "$dir/root/run/systemd/system" "$dir/root/etc/udev/rules.d" \
        "$dir/root/usr/lib/systemd/system" "$dir/root/usr/lib/udev/rules.d"
: >"$dir/root/usr/lib/systemd/system/usbzoned.service"
: >"$dir/root/usr/lib/udev/rules.d/10-usbzone.rules"
ln -s /usr/lib/systemd/system/usbzoned.service "$etc/sysinit.target.wants/usbzoned.service"
before=$(head_of_ledger)
start_daemon
tampered() { # WHAT FILE
        has_record ".seq > $before and .kind==\"tamper\" and .what==\"$1\" and .file==\"$2\""
}
tampers() { count_records ".seq > $before and .kind==\"tamper\""; }
expect 'as installed: nothing is recorded' '^0$' tampers
: >"$etc/other.service"
ln -s /dev/null "$etc/usbzoned.service"
check 'a masked unit' until_true tampered unit-masked /etc/systemd/system/usbzoned.service
expect 'once, and of other units nothing' '^1$' tampers
rm "$etc/usbzoned.service"
mkdir "$etc/usbzoned.service.d"
printf '[Service]\nExecStart=\n' >"$etc/usbzoned.service.d/x.conf"
check 'an addition to the unit' until_true tampered unit-overridden /etc/systemd/system/usbzoned.service.d
ln -s /dev/null "$dir/root/etc/udev/rules.d/10-usbzone.rules"
check 'masked rules' until_true tampered rules-masked /etc/udev/rules.d/10-usbzone.rules
before=$(head_of_ledger)
# What umockdev shows as sysfs.
sysfs=$(tr '\0' '\n' <"/proc/$(pgrep -P "$daemon_pid")/environ" | sed -n 's/^UMOCKDEV_DIR=//p')/sys
hub=$sysfs/devices/pci0000:00/0000:00:14.0/usb1/interface_authorized_default
expect 'the root hub is closed' '^0' cat "$hub"
echo 1 >"$hub"
rm "$etc/sysinit.target.wants/usbzoned.service"
ln -s /dev/null "$dir/root/run/systemd/system/usbzoned.service"
stop_daemon
check 'masked and stopped at once: it is recorded' tampered unit-masked /run/systemd/system/usbzoned.service
check 'disabled and stopped' tampered unit-disabled /etc/systemd/system/sysinit.target.wants/usbzoned.service
check 'a root hub that was opened again' has_record \
        ".seq > $before and .kind==\"tamper\" and .what==\"interface_authorized_default\""
expect 'and then the stop' '^"stop"$' bash -c "cat $dir/state/ledger/*.jsonl | tail -n 1 | jq .kind"
before=$(head_of_ledger)
start_daemon
check 'what is masked when the guard starts is recorded again' tampered rules-masked /etc/udev/rules.d/10-usbzone.rules
expect 'what was added to the unit before is not' '^0$' count_records \
        ".seq > $before and .kind==\"tamper\" and .what==\"unit-overridden\""
stop_daemon
unset USBZONE_ROOT_DIR
start_daemon
