#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Run one command as root under another kernel: tests/vm/boot.sh KERNEL 'COMMAND' [FILE...]
# KERNEL is a series (5.10, 6.1, 6.12...), a version or newest, see kernel.sh. The guest is a busybox
# without disk or network and ends with the command, whose output and exit code are this script's
# (125: no answer). Each FILE lies in /, a program with the libraries it needs.
# Environment: MEMORY=512 (MB), LIMIT=120 (s), APPEND (kernel arguments), MODULES=no (load none) or
# networks (more of them, see kernel.sh).
set -eu

# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"

if [ $# -lt 2 ]; then
	sed -n '3,8s/^# //p' "$0" >&2
	exit 2
fi
kernel=$("$VM/kernel.sh" "$1")
command=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# add_modules LIST
add_modules() {
	local module
	while read -r module; do
		cp "$kernel/modules/$module.ko" "$work/tree/modules/"
		echo "$module" >>"$work/tree/modules/order"
	done <"$1"
}

mkdir -p "$work"/tree/{bin,dev,proc,run,sys,tmp,modules,usr/lib,usr/lib64}
ln -s usr/lib usr/lib64 "$work/tree/"
cp "$(command -v busybox)" "$work/tree/bin/busybox"
[ "${MODULES:-yes}" = no ] || add_modules "$kernel/order"
[ "${MODULES:-yes}" != networks ] || add_modules "$kernel/networks"
[ $# = 0 ] || put "$work/tree" "$@"
printf '%s\n' "$command" >"$work/tree/command"
cat >"$work/tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -t bpf bpf /sys/fs/bpf
mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
for module in $(cat /modules/order 2>/dev/null); do insmod "/modules/$module.ko"; done
ip link set lo up
stty -F /dev/ttyS1 raw
cd /
sh /command </dev/null >/dev/ttyS1 2>&1
echo "guest-exit $?"
poweroff -f
INIT
chmod 755 "$work/tree/init"
pack "$work/tree" "$work/initrd"
boot "$kernel" "$work/initrd" "$work/console"
