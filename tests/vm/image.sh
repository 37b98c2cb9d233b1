#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the test VM's root filesystem, kernel and initrd into build/vm/, once.
#
# A hash over this file and the agent decides whether there is anything to do. Packages come from
# the Debian sources apt is configured with on this computer and are kept in build/vm/debs.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
out=${VM_DIR:-$here/../../build/vm}
mkdir -p "$out/debs"
out=$(cd "$out" && pwd)

packages=(
        systemd systemd-sysv udev dbus polkitd kmod util-linux fdisk dosfstools exfatprogs e2fsprogs
        mount procps make strace jq libusb-1.0-0 libjson-c5 libseccomp2 libssl3 libudev1
        libsystemd0 usbguard udisks2 gettext-base bash coreutils less sudo ncurses-base openssl
        usbutils locales
)

say() { echo "image: $*" >&2; }
die() { say "$*"; exit 1; }

for tool in mmdebstrap mke2fs cpio depmod busybox cc apt-get dpkg; do
        command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || [ -x "/sbin/$tool" ] ||
                die "$tool is missing; install the packages named in tests/vm/packages.txt"
done
export PATH=$PATH:/usr/sbin:/sbin

stamp=$(cat "$0" "$here/agent.c" | sha256sum | cut -d' ' -f1)
exec 9>"$out/.image.lock"
flock 9
if [ "$(cat "$out/image.stamp" 2>/dev/null)" = "$stamp" ] && [ "${1:-}" != --force ]; then
        exit 0
fi
rm -f "$out/image.stamp"

work=$(mktemp -d "$out/image.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

debian_sources() {
        # shellcheck disable=SC2016
        apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
                'Created-By: Packages' |
                awk '$1 == "Debian" && $3 ~ /^bookworm/ {
                        print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]",
                              $2, $3, $4 }' | sort -u
}

proxy_options() {
        local v
        v=$(apt-config dump --format '%v' Acquire::http::Proxy)
        [ -z "$v" ] || printf '%s\n' "--aptopt=Acquire::http::Proxy \"$v\""
}

build_root() {
        local sources list proxy
        sources=$(debian_sources)
        [ -n "$sources" ] || { apt-get -qq update; sources=$(debian_sources); }
        [ -n "$sources" ] || die "apt has no Debian bookworm source; add one and run apt-get update"
        list=$(IFS=,; echo "${packages[*]}")
        mapfile -t proxy < <(proxy_options)
        say "installing ${#packages[@]} packages and what they need (one to three minutes)"
        # shellcheck disable=SC2016
        mmdebstrap --quiet --mode=root --variant=minbase --include="$list" "${proxy[@]}" \
                --skip=download/empty --skip=essential/unlink --skip=check/empty \
                --dpkgopt='path-exclude=/usr/share/doc/*' \
                --dpkgopt='path-exclude=/usr/share/man/*' \
                --dpkgopt='path-exclude=/usr/share/locale/*' \
                --dpkgopt='path-include=/usr/share/locale/zh_CN/*' \
                --setup-hook='mkdir -p "$1"/var/cache/apt/archives/' \
                --setup-hook="cp -n '$out'/debs/*.deb \"\$1\"/var/cache/apt/archives/ 2>/dev/null || :" \
                --customize-hook="cp -n \"\$1\"/var/cache/apt/archives/*.deb '$out'/debs/" \
                bookworm "$root" - <<<"$sources" >"$out/image.log" 2>&1 ||
                { tail -n 20 "$out/image.log" >&2; die "mmdebstrap failed, see $out/image.log"; }
        rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
}

# The kernel is unpacked, not installed: no boot loader, no initramfs-tools.
add_kernel() {
        local package deb drop
        package=$(apt-cache depends linux-image-amd64 |
                awk '/Depends: linux-image-[0-9]/ { print $2; exit }')
        [ -n "$package" ] || die "apt knows no kernel; run apt-get update"
        say "unpacking $package"
        deb=$(find "$out/debs" -name "${package}_*.deb" | head -n 1)
        if [ -z "$deb" ]; then
                (cd "$out/debs" && apt-get -q download "$package" >>"$out/image.log" 2>&1) ||
                        die "cannot download $package, see $out/image.log"
                deb=$(find "$out/debs" -name "${package}_*.deb" | head -n 1)
        fi
        dpkg -x "$deb" "$work/kernel"
        kver=$(ls "$work/kernel/lib/modules")
        cp "$work/kernel/boot/vmlinuz-$kver" "$work/vmlinuz"
        drop="$work/kernel/lib/modules/$kver/kernel"
        find "$drop/drivers/net" -mindepth 1 -maxdepth 1 ! -name usb ! -name phy ! -name 'mii*' \
                ! -name mdio ! -name 'dummy*' ! -name pcs -exec rm -rf {} +
        (cd "$drop" && rm -rf drivers/gpu drivers/media drivers/infiniband drivers/iio sound \
                drivers/staging drivers/isdn drivers/edac drivers/hwmon drivers/mtd \
                arch/x86/kvm drivers/video drivers/ata drivers/scsi/[a-r]*/ drivers/crypto drivers/comedi \
                net/wireless net/mac80211 net/batman-adv net/openvswitch fs/xfs fs/btrfs fs/ocfs2 \
                fs/gfs2 fs/ceph fs/smb fs/nfs fs/nfsd fs/jfs fs/reiserfs fs/f2fs fs/afs)
        mkdir -p "$root/lib/modules"
        cp -a "$work/kernel/lib/modules/$kver" "$root/lib/modules/"
        depmod -b "$root" "$kver"
}

# Prints "insmod /mod/NAME # FILE" for the modules and what they need.
list_insmods() {
        local m
        for m; do
                modprobe -d "$root" -S "$kver" --show-depends "$m"
        done | awk '$1 == "insmod" && !seen[$2]++ {
                n = split($2, part, "/"); print "insmod /mod/" part[n], "#" $2 }' |
                sed 's/#/# /'
}

# The root disk is /dev/vda, or with "uzroot=usb" on the kernel command line the first USB disk.
build_initrd() {
        local dir=$work/initramfs
        mkdir -p "$dir"/{bin,mod,dev,proc,sys,new}
        cp "$(command -v busybox)" "$dir/bin/busybox"
        list_insmods virtio_pci virtio_blk virtio_console ext4 crc32c_generic >"$work/insmods"
        list_insmods xhci_pci usb_storage sd_mod crct10dif_generic >"$work/insmods.usb"
        awk '{ print $4 }' "$work/insmods" "$work/insmods.usb" | xargs cp -t "$dir/mod/"
        sed -i 's/ #.*//' "$work/insmods" "$work/insmods.usb"
        {
                echo '#!/bin/busybox sh'
                echo '/bin/busybox --install -s /bin'
                echo 'mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys'
                cat "$work/insmods"
                # shellcheck disable=SC2016
                echo 'disk=/dev/vda
case " $(cat /proc/cmdline) " in
*" uzroot=usb "*)
        disk=/dev/sda'
                cat "$work/insmods.usb"
                # shellcheck disable=SC2016
                echo 'echo 0 >/sys/module/usb_storage/parameters/delay_use ;;
esac
n=0
until [ -b $disk ] || [ $n -ge 3000 ]; do n=$((n + 1)); usleep 10000; done
mount -t ext4 -o noatime $disk /new || exec sh'
                echo 'umount /proc /sys'
                echo 'mount --move /dev /new/dev'
                echo 'exec switch_root /new /sbin/init'
        } >"$dir/init"
        chmod +x "$dir/init"
        (cd "$dir" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"
}

configure_root() {
        local unit
        cc -O2 -Wall -Wextra -static -o "$root/usr/local/sbin/uzvm-agent" "$here/agent.c"
        cat >"$root/etc/systemd/system/uzvm-agent.service" <<-'EOF'
		[Unit]
		Description=Command channel of the test VM
		DefaultDependencies=no
		[Service]
		ExecStart=/usr/local/sbin/uzvm-agent
		KillMode=process
		TasksMax=infinity
		OOMScoreAdjust=-900
		[Install]
		WantedBy=sysinit.target
	EOF
        cat >"$root/etc/systemd/system/mnt-stage.mount" <<-'EOF'
		[Unit]
		Description=Staging directory of the host, read-only
		[Mount]
		What=stage
		Where=/mnt/stage
		Type=9p
		Options=ro,trans=virtio,version=9p2000.L,msize=262144,cache=none
		[Install]
		WantedBy=multi-user.target
	EOF
        cat >"$root/etc/systemd/system/mnt-host.mount" <<-'EOF'
		[Unit]
		Description=Scratch directory shared with the host
		[Mount]
		What=scratch
		Where=/mnt/host
		Type=9p
		Options=trans=virtio,version=9p2000.L,msize=262144,cache=mmap
		[Install]
		WantedBy=multi-user.target
	EOF
        mkdir -p "$root/mnt/stage" "$root/mnt/host"
        echo '9pnet_virtio' >"$root/etc/modules-load.d/uzvm.conf"
        for unit in uzvm-agent.service mnt-stage.mount mnt-host.mount; do
                systemctl --root="$root" -q enable "$unit" 2>/dev/null ||
                        die "cannot enable $unit in the image"
        done
        systemctl --root="$root" -q mask usbguard.service usbguard-dbus.service \
                apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
                e2scrub_reap.service fstrim.timer systemd-timesyncd.service systemd-networkd.service \
                systemd-pstore.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
                systemd-hwdb-update.service systemd-journal-catalog-update.service \
                systemd-update-done.service console-getty.service getty@tty1.service \
                serial-getty@ttyS0.service systemd-random-seed.service 2>/dev/null
        systemctl --root="$root" -q set-default multi-user.target
        printf 'usbzone-vm\n' >"$root/etc/hostname"
        printf '127.0.0.1 localhost usbzone-vm\n' >"$root/etc/hosts"
        printf 'LABEL=uzroot / ext4 noatime 0 0\n' >"$root/etc/fstab"
        systemd-machine-id-setup --root="$root" >/dev/null 2>&1 || die "no machine id"
        mkdir -p "$root/etc/systemd/journald.conf.d" "$root/var/log/journal"
        printf '[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\nForwardToConsole=no\n' \
                >"$root/etc/systemd/journald.conf.d/uzvm.conf"
        chroot "$root" useradd -m -s /bin/bash -u 1000 user
        chroot "$root" useradd -m -s /bin/bash -u 1001 other
        chroot "$root" localedef -i zh_CN -f UTF-8 zh_CN.UTF-8
        rm -rf "$root"/usr/share/i18n "$root"/usr/share/locale/[a-y]*
        chroot "$root" systemd-hwdb update 2>/dev/null || :
        chroot "$root" ldconfig
}

build_root
add_kernel
configure_root
build_initrd
say "writing the filesystem"
rm -f "$root/etc/resolv.conf"
mke2fs -q -F -t ext4 -O ^metadata_csum -m 0 -L uzroot -d "$root" "$work/rootfs.ext4" 2G \
        >>"$out/image.log" 2>&1 || die "mke2fs failed, see $out/image.log"
mv "$work/rootfs.ext4" "$work/vmlinuz" "$work/initrd" "$out/"
echo "$stamp" >"$out/image.stamp"
say "ready: $(du -h "$out/rootfs.ext4" | cut -f1) of packages, kernel $kver"
