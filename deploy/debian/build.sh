#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A Debian package of what make install put below FOLDER/root: deploy/debian/build.sh FOLDER VERSION
# It becomes FOLDER/shaketap_VERSION_ARCHITECTURE.deb. Needs no root. Twice the same source gives
# twice the same bytes: every time in it is that of the last commit (or SOURCE_DATE_EPOCH).
# DEBFULLNAME and DEBEMAIL, when set, are its maintainer.
set -eu
umask 022
export LC_ALL=C TZ=UTC

here=$(cd "$(dirname "$0")" && pwd)
folder=$(realpath "$1")
root=$folder/root
doc=$root/usr/share/doc/shaketap
# What git describe says, in the letters that Debian allows: 1.2-3-gabc-dirty is newer than 1.2.
version=$(echo "$2" | sed 's/-/+/; s/-/./g')
# An unpacked archive has no commits, but the time of its files.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null ||
	stat -c %Y "$here"/../../Makefile)}
export SOURCE_DATE_EPOCH

named() {
	if [ -n "${DEBEMAIL-}" ]; then
		sed "s|the shaketap authors <[^>]*>|${DEBFULLNAME:-$DEBEMAIL} <$DEBEMAIL>|" "$@"
	else
		cat "$@"
	fi
}

# The changes of releases; above them, where this is none, a word on what it is.
changelog() {
	if [ "$(dpkg-parsechangelog -l "$here/changelog" -S Version)" != "$version" ]; then
		printf 'shaketap (%s) unstable; urgency=medium\n\n  * Not a release: built from the sources of %s.\n\n' \
			"$version" "$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)"
		printf ' -- %s  %s\n\n' "$(named "$here/control" | sed -n 's/^Maintainer: //p')" \
			"$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
	fi
	cat "$here/changelog"
}

documents() {
	mkdir -p "$doc" "$root/usr/share/lintian/overrides"
	install -m 644 "$here/copyright" "$doc/copyright"
	gzip -9n <"$folder/debian/changelog" >"$doc/changelog.gz"
	gzip -9n "$root/usr/share/man/man8/shaketap.8"
	install -m 644 "$here/lintian-overrides" "$root/usr/share/lintian/overrides/shaketap"
}

# dpkg's tools look for ./debian of a source package.
describe() {
	mkdir -p "$folder/debian" "$root/DEBIAN"
	named "$here/control" >"$folder/debian/control"
	changelog >"$folder/debian/changelog"
	documents
	cd "$folder"
	strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/shaketap"
	dpkg-shlibdeps -T"$folder/substvars" "$root/usr/bin/shaketap"
	install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$root/DEBIAN/"
	echo /etc/default/shaketap >"$root/DEBIAN/conffiles"
	(cd "$root" && find usr -type f | sort | xargs -d '\n' md5sum >DEBIAN/md5sums)
	dpkg-gencontrol -pshaketap -v"$version" -P"$root" -T"$folder/substvars" -f"$folder/files"
}

describe
dpkg-deb --root-owner-group -Zxz --build "$root" "$folder" >/dev/null
echo "$folder/shaketap_${version}_$(dpkg --print-architecture).deb"
