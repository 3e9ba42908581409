#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Install missing Debian packages: deploy/deps.sh PACKAGE[/COMMAND]...
# A package counts as there when it is installed, or when COMMAND is found: someone who brought
# another clang or another nginx keeps it. Without root or apt: says what is missing, exit 1.
set -eu

PATH=$PATH:/usr/sbin:/sbin
policy=/usr/sbin/policy-rc.d

is_there() {
	case $1 in
	*/*) command -v "${1#*/}" >/dev/null && return ;;
	esac
	[ "$(dpkg-query -W -f '${db:Status-Status}' "${1%%/*}" 2>/dev/null)" = installed ]
}

installed() {
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort
}

# The packages of nginx and prometheus start their services, and again at every boot. We want the
# programs only. policy-rc.d is how Debian asks whether a service may start; it is ours only while
# we install, and only if the machine has none of its own.
refuse_services() {
	[ ! -e "$policy" ] || return 0
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

# Services of packages that came just now, and of no others, do not start at boot either.
disable_services() {
	command -v systemctl >/dev/null || return 0
	for package in $(installed | comm -13 "$1" -); do
		units=$(dpkg-query -L "$package" | sed -n 's|.*/lib/systemd/system/\([^/@]*\.service\)$|\1|p')
		[ -z "$units" ] || echo "$units" | xargs systemctl --no-reload disable >/dev/null 2>&1 || true
	done
}

if ! command -v dpkg-query >/dev/null; then
	echo "shaketap: no dpkg here, so this is for you to check; by their Debian names: $*" >&2
	exit 0
fi

missing=
for package in "$@"; do
	is_there "$package" || missing="$missing ${package%%/*}"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "shaketap: missing:$missing (install with: sudo apt-get install$missing)" >&2
	exit 1
fi

echo "shaketap: installing$missing"
before=$(mktemp)
installed >"$before"
refuse_services
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
# shellcheck disable=SC2086 # a list of names
apt-get -q -y install --no-install-recommends $missing
disable_services "$before"
rm -f "$before"
