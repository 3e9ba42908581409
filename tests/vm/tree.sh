#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A Debian with systemd, of the release of this machine, as initramfs: made once, as root, in about a
# minute. Prints the name of the archive in $VM_CACHE.
set -eu

# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"

packages=systemd,systemd-sysv,kmod,iproute2,procps,openssl,curl,bpftool
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
archive=$CACHE/tree-$release.cpio

bootstrap() {
	local mirror
	[ -e "$CACHE/apt/sources.list" ] || "$VM/apt.sh" "$CACHE" update
	mirror=$(sed -nE "s/^deb \[.*\] ([^ ]*) $release main\$/\1/p" "$CACHE/apt/sources.list")
	nice debootstrap --variant=minbase --include="$packages" "$release" "$1" "$mirror" >&2
}

# What nobody reads in a guest, and what would only take its time at the start.
lighten() {
	local tree=$1 unit
	rm -rf "$tree"/usr/share/{doc,man,locale,zoneinfo,i18n,info} "$tree"/var/cache/apt/* \
		"$tree"/var/lib/apt/lists/* "$tree"/usr/lib/udev/hwdb.bin "$tree"/usr/lib/python3*
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
		fstrim.timer serial-getty@ttyS0.service getty@tty1.service systemd-timesyncd.service \
		systemd-udev-trigger.service systemd-hwdb-update.service systemd-logind.service \
		systemd-ask-password-wall.path e2scrub_reap.service remote-fs.target; do
		ln -sf /dev/null "$tree/etc/systemd/system/$unit"
	done
	ln -sf /lib/systemd/system/multi-user.target "$tree/etc/systemd/system/default.target"
	ln -sf sbin/init "$tree/init"
	: >"$tree/etc/machine-id"
	echo guest >"$tree/etc/hostname"
}

if [ ! -e "$archive" ]; then
	work=$(mktemp -d "$CACHE/tree.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir "$work/tree"
	echo "a Debian with systemd" >&2
	bootstrap "$work/tree"
	lighten "$work/tree"
	pack "$work/tree" "$archive.new"
	mv "$archive.new" "$archive"
fi
echo "$archive"
