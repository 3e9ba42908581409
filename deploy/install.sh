#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Put the files of shaketap in their places below DESTDIR, or take them away again:
# deploy/install.sh install|uninstall. One list serves both. make exports the directories.
set -eu

cd "$(dirname "$0")/.."
umask 022

# The unit and the page name the places that a package of a distribution uses.
with_places() {
	sed -e "s|/usr/s\{0,1\}bin/shaketap|$BINDIR/shaketap|g" \
		-e "s|/etc/default/shaketap|$SYSCONFDIR/default/shaketap|g" \
		-e "s|/usr/share/shaketap|$DATADIR/shaketap|g" "$1"
}

install_plain() {
	$INSTALL -D -m "$1" "$2" "$DESTDIR$3"
}

install_placed() {
	with_places "$1" | $INSTALL -D -m 644 /dev/stdin "$DESTDIR$2"
}

# What an administrator wrote into it stays.
install_settings() {
	[ -e "$DESTDIR$2" ] || $INSTALL -D -m 644 "$1" "$DESTDIR$2"
}

uninstall_plain() {
	rm -f "$DESTDIR$3"
}

uninstall_placed() {
	rm -f "$DESTDIR$2"
}

uninstall_settings() {
	if [ -e "$DESTDIR$2" ] && ! cmp -s "$1" "$DESTDIR$2"; then
		echo "shaketap: $DESTDIR$2 was edited, so it stays"
		return
	fi
	rm -f "$DESTDIR$2"
}

every_file() {
	"$1_plain" 755 "$BUILD/shaketap" "$BINDIR/shaketap"
	"$1_placed" deploy/shaketap.8 "$MANDIR/man8/shaketap.8"
	"$1_placed" deploy/shaketap.service "$UNITDIR/shaketap.service"
	"$1_settings" deploy/shaketap.default "$SYSCONFDIR/default/shaketap"
	"$1_plain" 644 deploy/completion/shaketap.bash "$BASHDIR/shaketap"
	for extra in deploy/prometheus/*.yml deploy/grafana/*.json; do
		[ ! -e "$extra" ] || "$1_plain" 644 "$extra" "$DATADIR/shaketap/${extra#deploy/}"
	done
}

# Directories of others stay, empty or not.
remove_own_directories() {
	for own in prometheus grafana .; do
		own=$DESTDIR$DATADIR/shaketap/$own
		[ ! -d "$own" ] || rmdir --ignore-fail-on-non-empty "${own%/.}"
	done
}

case ${1-} in
install) every_file install ;;
uninstall)
	every_file uninstall
	remove_own_directories
	;;
*)
	echo "deploy/install.sh: '${1-}': allowed are install and uninstall" >&2
	exit 2
	;;
esac
