#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The package and systemd, told from inside a guest where systemd is PID 1: one line of TAP per
# case. Run by package.sh; /debs holds the package and what it depends on.
# What is expected comes from systemd, dpkg and the kernel, not from shaketap.
# shellcheck disable=SC2317 # functions are called by name
set -u
export DEBIAN_FRONTEND=noninteractive

check() {
	local name=$1
	shift
	if "$@" >/run/check 2>&1; then
		echo "ok package/guest: $name"
	else
		echo "not ok package/guest: $name"
		{
			cat /run/check
			systemctl --no-pager -l status shaketap
		} 2>&1 | tail -n 30 | sed 's/^/# /'
	fi
}

within() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

is() {
	[ "$(systemctl show --value -p "$1" shaketap)" = "$2" ]
}

running() {
	is ActiveState active && is SubState running && is UnitFileState enabled
}

observes() {
	curl -sS -f --max-time 60 http://127.0.0.1:9743/readyz
}

upgrade() {
	dpkg -i --force-confold /debs/shaketap_*.deb
}

restarted_by_upgrade() {
	local before after
	before=$(systemctl show --value -p MainPID shaketap)
	upgrade && within 200 running || return
	after=$(systemctl show --value -p MainPID shaketap)
	[ "$before" != 0 ] && [ "$before" != "$after" ]
}

stays_disabled() {
	systemctl disable --now shaketap && upgrade && is ActiveState inactive && is UnitFileState disabled
}

starts_with_enable() {
	systemctl enable --now shaketap && within 200 running
}

ends_with_remove() {
	dpkg -r shaketap && is ActiveState inactive && is LoadState not-found && ! observes
}

# Programs and links of whom else there is: systemd's own.
kernel_holds() {
	bpftool -j prog show | tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)".*/\1/p' | sort
}

# systemd's own may have gone meanwhile; nothing may have come.
gone_from_kernel() {
	kernel_holds | comm -13 /run/held - | diff /dev/null -
}

forgotten() {
	dpkg --purge shaketap || return
	find / -xdev -name '*shaketap*' -not -path '/debs/*' -not -path '/run/*' >/run/left
	diff /dev/null /run/left
}

# A guest may be a hundred times slower than a host. How fast it starts is not asked here.
mkdir -p /run/systemd/system/shaketap.service.d
printf '[Service]\nTimeoutStartSec=300\nWatchdogSec=300\n' >/run/systemd/system/shaketap.service.d/slow.conf
systemctl daemon-reload

kernel_holds >/run/held
check 'dpkg -i' dpkg -i /debs/*.deb
check 'installing starts and enables the service' within 200 running
check 'which observes' observes
check 'an upgrade restarts it' restarted_by_upgrade
check 'an upgrade leaves a disabled service alone' stays_disabled
check 'enabled again, it runs' starts_with_enable
check 'remove stops it' ends_with_remove
check 'nothing stays in the kernel' gone_from_kernel
check 'purge forgets it' forgotten
