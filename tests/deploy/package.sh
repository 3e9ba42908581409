#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The Debian package from its building to its purge, as root: make test-package. Minutes, and the
# mirror of this machine's apt: a fresh Debian of the same release is made below build/package, and
# for the service a guest with systemd as PID 1 per kernel: KERNELS='6.1 6.12'.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

TOP=$(realpath "$HERE/../..")
BUILD=$(dirname "$SHAKETAP")
CACHE=$BUILD/package
ROOT=$WORK/root
# shellcheck source=/dev/null
RELEASE=$(. /etc/os-release && echo "$VERSION_CODENAME")
NOBODY=65534
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

package() {
	echo "$BUILD"/deb/shaketap_*.deb
}

# As an ordinary user, from a copy of the sources without their history.
build_elsewhere() {
	local copy=$WORK/elsewhere
	mkdir "$copy"
	(cd "$TOP" && git ls-files -co --exclude-standard -z | tar -c --null --files-from=-) | tar -x -C "$copy"
	chown -R "$NOBODY:$NOBODY" "$copy"
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL SOURCE_DATE_EPOCH="$(git -C "$TOP" log -1 --format=%ct)" \
		setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups \
		make -s -C "$copy" BUILD=build VERSION="$("$SHAKETAP" --version | cut -d ' ' -f 2)" deb
}

test_building() {
	check 'builds without rights, elsewhere' build_elsewhere
	check 'the same bytes twice' cmp "$(package)" "$WORK"/elsewhere/build/deb/shaketap_*.deb
	check 'lintian has no complaint' lintian --allow-root --fail-on error,warning,info "$(package)"
}

# Where this machine's apt takes packages of its release from; it needs no lists to say so.
sources() {
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg
	apt-get update --print-uris |
		sed -nE "s#^'(.*)/dists/(${RELEASE}[^/]*)/InRelease' .*#deb [signed-by=$keys] \\1 \\2 main#p"
}

# Made once: the base as an archive.
make_base() {
	local mirror
	[ ! -e "$CACHE/$RELEASE.tar" ] || return 0
	mirror=$(sources | awk '{ print $3; exit }')
	mkdir -p "$CACHE"
	rm -rf "${CACHE:?}/$RELEASE"
	nice debootstrap --variant=minbase "$RELEASE" "$CACHE/$RELEASE" "$mirror" || return
	tar -c -C "$CACHE/$RELEASE" --one-file-system -f "$CACHE/$RELEASE.tar.new" . || return
	mv "$CACHE/$RELEASE.tar.new" "$CACHE/$RELEASE.tar"
	rm -rf "${CACHE:?}/$RELEASE"
}

unpack_base() {
	make_base || return
	mkdir "$ROOT"
	tar -x -C "$ROOT" -f "$CACHE/$RELEASE.tar" || return
	sources >"$ROOT/etc/apt/sources.list"
	cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
	cp "$(package)" "$ROOT/shaketap.deb"
	in_root apt-get -q update
}

# A mount namespace of its own: what is mounted goes with the command.
in_root() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -c 'root=$1 && shift && mount -t proc proc "$root/proc" &&
		mount -t sysfs sys "$root/sys" && exec chroot "$root" "$@"' - "$ROOT" "$@"
}

# In a network namespace too: check attaches to every interface.
in_own_network() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare --net sh -c 'ip link set lo up && root=$1 && shift && unshare --mount sh -c "
		mount -t proc proc \"\$0/proc\" && mount -t sysfs sys \"\$0/sys\" && exec chroot \"\$0\" \"\$@\"" "$root" "$@"' \
		- "$ROOT" "$@"
}

# All but apt's own books, and the log of what was done.
files() {
	in_root find / -xdev \( -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /proc \
		-o -path /sys -o -path /tmp \) -prune -o -printf '%y %m %p %l\n' | grep -v ' /var/lib/dpkg/[^/]*-old ' | sort
}

install_package() {
	if in_root dpkg -i /shaketap.deb; then
		echo 'a minimal system lacks the libraries, and dpkg does not say so'
		return 1
	fi
	in_root apt-get -q -y -f install --no-install-recommends
}

depends() {
	# shellcheck disable=SC2016 # dpkg's own variables
	in_root dpkg-query -W -f '${db:Status-Status} ${Depends}\n' shaketap | tee "$WORK/depends"
	grep -q '^installed .*libbpf1' "$WORK/depends"
}

is_enabled() {
	[ "$(readlink "$ROOT/etc/systemd/system/multi-user.target.wants/shaketap.service")" = \
		/lib/systemd/system/shaketap.service ]
}

same() {
	diff "$1" "$2"
}

purge_leaves_nothing() {
	in_root apt-get -q -y purge --autoremove shaketap || return
	files >"$WORK/after"
	same "$WORK/before" "$WORK/after"
}

keeps_settings() {
	echo 'OPTIONS="-i eth0"' >"$ROOT/etc/default/shaketap"
	in_root dpkg -i --force-confold /shaketap.deb && grep -q eth0 "$ROOT/etc/default/shaketap"
}

removes_but_settings() {
	in_root apt-get -q -y remove shaketap && [ -e "$ROOT/etc/default/shaketap" ] && [ ! -e "$ROOT/usr/bin/shaketap" ]
}

test_package() {
	check 'a fresh Debian' unpack_base || return
	files >"$WORK/before"
	check 'dpkg -i, apt -f install' install_package
	check 'with the libraries it was linked with' depends
	mkdir -p "$WORK/over/debs"
	cp "$ROOT"/var/cache/apt/archives/*.deb "$(package)" "$WORK/over/debs/"
	check 'shaketap --version' in_root shaketap --version
	check 'shaketap check' in_own_network shaketap check
	check 'an ordinary user reads' in_root setpriv --reuid="$NOBODY" shaketap read --help
	check 'manual page' in_root test -s /usr/share/man/man8/shaketap.8.gz
	check 'files as packed' in_root dpkg -V shaketap
	check 'the service is enabled' is_enabled
	check 'edited settings survive an upgrade' keeps_settings
	check 'remove keeps the settings' removes_but_settings
	check 'purge leaves nothing' purge_leaves_nothing
}

# Starting a service takes a systemd as PID 1, so a machine of its own.
test_guest() {
	local kernel=$1
	LIMIT=${LIMIT:-1500} "$TOP/tests/vm/system.sh" "$kernel" 'bash /package_guest.sh' \
		"$TOP/tests/deploy/package_guest.sh" "$WORK/over" >"$WORK/guest" 2>"$WORK/guest.err"
	grep -E '^(ok|not ok|#) ' "$WORK/guest"
	FAILED=$((FAILED + $(grep -c '^not ok ' "$WORK/guest")))
	grep -q 'purge forgets it$' "$WORK/guest" || fail "guest: ended early" "$WORK/guest.err" "$WORK/guest"
}

test_building
test_package
for kernel in ${KERNELS:-6.1}; do
	test_guest "$kernel"
done
finish
