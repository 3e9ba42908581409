#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Run one command as root under another kernel and under systemd as PID 1, as root:
# tests/vm/system.sh KERNEL 'COMMAND' [FILE|FOLDER...]
# As boot.sh, but the guest is the Debian of tree.sh. A FOLDER is laid over its root; the command is
# run by a bash when the system is up. Kernel modules are loaded by the kernel itself, when asked for.
set -eu

# shellcheck source=tests/vm/guest.sh
. "$(dirname "$0")/guest.sh"

if [ $# -lt 2 ]; then
	sed -n '3,6s/^# //p' "$0" >&2
	exit 2
fi
kernel=$("$VM/kernel.sh" "$1")
base=$("$VM/tree.sh")
command=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

tree=$work/tree
modules=$tree/usr/lib/modules/$(cat "$kernel/version")
units=$tree/etc/systemd/system
mkdir -p "$modules" "$units/multi-user.target.wants"
cp "$kernel"/modules/*.ko "$modules/"
[ $# = 0 ] || put "$tree" "$@"
printf '%s\n' "$command" >"$tree/command"
cat >"$tree/command.sh" <<'RUN'
#!/bin/bash
depmod -a
ip link set lo up
stty -F /dev/ttyS1 raw
cd /
bash /command </dev/null >/dev/ttyS1 2>&1
printf '\nguest-exit %s\n' "$?" >/dev/ttyS0
RUN
chmod 755 "$tree/command.sh"
cat >"$units/command.service" <<'UNIT'
[Unit]
After=basic.target systemd-journald.service
[Service]
Type=oneshot
ExecStart=/command.sh
ExecStopPost=/bin/systemctl poweroff --force --force
UNIT
ln -s ../command.service "$units/multi-user.target.wants/"
pack "$tree" "$work/over"
cat "$base" "$work/over" >"$work/initrd" # the kernel unpacks one behind the other
MEMORY=${MEMORY:-1536} boot "$kernel" "$work/initrd" "$work/console" systemd.show_status=0
