#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Fetch a kernel as Debian packages it: tests/vm/kernel.sh SERIES|VERSION|newest
# Prints the folder that then holds vmlinuz, modules/*.ko, which of them to load in which order (order,
# and networks: the devices of networks.sh) and its version. Of a series (5.10, 6.1,
# 6.12...) it is the newest version that the mirror has; what was fetched stays in $VM_CACHE.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=$(realpath -m "${VM_CACHE:-$here/../../build/vm}")
order=(llc stp bridge sch_ingress cls_bpf veth dummy)
networks=(macvlan ipvlan garp mrp 8021q tls bonding udp_tunnel ip6_udp_tunnel vxlan geneve ip_tunnel gre
	ip_gre tunnel4 ipip sit tunnel6 ip6_tunnel ip6_gre)
LISTS_AGE=720 # minutes after which the lists are asked for anew: versions leave a mirror

apt() {
	"$here/apt.sh" "$cache" "$@"
}

update() {
	mkdir -p "$cache"
	echo "lists of packages" >&2
	apt update
	touch "$cache/updated"
}

# The version's name in the names of packages, without the flavour.
resolve() {
	local wanted
	case $1 in
	newest) wanted='[0-9].*' ;;
	*-cloud-amd64) wanted=${1%-cloud-amd64} ;;
	*) wanted="$1[.].*" ;;
	esac
	wanted=${wanted//+/[+]}
	apt cache pkgnames linux-image- |
		sed -nE "s/^linux-image-($wanted)-cloud-amd64\$/\\1-cloud-amd64/p" | grep '[.].*[.]' |
		sort -V | tail -n 1
}

# take PACKAGE INTO: the files wanted of it
take() {
	local files=('*/vmlinuz-*' '*/vmlinuz') module
	for module in "${order[@]}" "${networks[@]}"; do
		files+=("*/$module.ko*")
	done
	rm -f "$2"/*.deb
	(cd "$2" && apt get -qq download "$1") || return
	# Patterns without a match are named and are no failure: not every package has all.
	dpkg-deb --fsys-tarfile "$2"/*.deb | tar -x -C "$2" --wildcards "${files[@]}" 2>/dev/null || true
}

# Newer kernels come in parts.
take_all() {
	take "linux-image-$1" "$2" || return
	find "$2" -type f -name 'vmlinuz*' | grep -q . && return
	take "linux-binary-$1" "$2" && take "linux-modules-$1" "$2"
}

# there FOLDER MODULE...: those that this kernel has as modules
there() {
	local folder=$1 module
	shift
	for module in "$@"; do
		[ ! -e "$folder/modules/$module.ko" ] || echo "$module"
	done
}

# unpack VERSION FOLDER
unpack() {
	local work
	work=$(mktemp -d "$cache/unpack.XXXXXX")
	# shellcheck disable=SC2064 # this one
	trap "rm -rf '$work'" EXIT
	echo "kernel $1" >&2
	mkdir -p "$work/parts" "$work/done/modules"
	take_all "$1" "$work/parts" || return
	find "$work" -name '*.ko.xz' -exec xz -d {} +
	find "$work/parts" -name '*.ko' -exec mv {} "$work/done/modules/" \;
	find "$work/parts" -type f -name 'vmlinuz*' -exec mv {} "$work/done/vmlinuz" \;
	echo "$1" >"$work/done/version"
	there "$work/done" "${order[@]}" >"$work/done/order"
	there "$work/done" "${networks[@]}" >"$work/done/networks"
	[ -e "$work/done/vmlinuz" ] || return 1
	# Somebody else may have been as quick.
	mv -T "$work/done" "$2" 2>/dev/null || [ -e "$2/vmlinuz" ]
}

main() {
	local version folder
	[ -n "$(find "$cache/updated" -mmin "-$LISTS_AGE" 2>/dev/null)" ] || update
	version=$(resolve "$1")
	if [ -z "$version" ]; then
		echo "tests/vm/kernel.sh: no kernel '$1' on the mirror: allowed are a series like 6.1, a" \
			"version like 6.1.0-56-cloud-amd64, or newest" >&2
		exit 1
	fi
	folder=$cache/kernels/$version
	mkdir -p "$cache/kernels"
	# As it was fetched before networks.sh was there.
	[ -e "$folder/networks" ] || rm -rf "$folder"
	if [ ! -e "$folder/vmlinuz" ] && ! unpack "$version" "$folder"; then
		echo "tests/vm/kernel.sh: cannot fetch $version" >&2
		rm -f "$cache/updated" # it may have left the mirror
		exit 1
	fi
	echo "$folder"
}

main "$@"
