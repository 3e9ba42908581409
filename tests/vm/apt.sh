#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apt with a state of its own, which sees every Debian release: tests/vm/apt.sh FOLDER update,
# or get ARGUMENTS... or cache ARGUMENTS... for apt-get and apt-cache. The mirrors are those of this
# machine's own apt, which is not touched.
set -eu

state=$(realpath -m "$1")/apt
verb=$2
shift 2
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
releases='bullseye bookworm bookworm-backports trixie trixie-backports forky sid'
security='bullseye-security bookworm-security trixie-security'

# mirror PATTERN: where this machine gets a release of that name from
mirror() {
	apt-get update --print-uris | sed -nE "s#^'(.*)/dists/($1)/InRelease' .*#\\1#p" | head -n 1
}

sources() {
	local main secure release
	main=$(mirror "${releases// /|}|stable|oldstable|testing|unstable")
	secure=$(mirror "${security// /|}|stable-security|oldstable-security")
	if [ -z "$main" ]; then
		echo "tests/vm/apt.sh: no Debian mirror among the sources of this machine's apt" >&2
		exit 1
	fi
	for release in $releases; do
		echo "deb [signed-by=$keyring] $main $release main"
	done
	[ -n "$secure" ] || return 0
	for release in $security; do
		echo "deb [signed-by=$keyring] $secure $release main"
	done
}

mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
[ "$verb" != update ] || sources >"$state/sources.list"
options=(-o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=-
	-o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache"
	-o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Architecture=amd64)
case $verb in
# A release that has left the mirror is no reason to go without the others.
update) apt-get "${options[@]}" -qq update || true ;;
get | cache) exec "apt-$verb" "${options[@]}" "$@" ;;
*)
	echo "tests/vm/apt.sh: unknown '$verb': allowed are update, get, cache" >&2
	exit 2
	;;
esac
