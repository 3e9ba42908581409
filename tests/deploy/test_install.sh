#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What make install puts where, and takes away again; the manual page and the completion against
# the program.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

TOP=$(realpath "$HERE/../..")
ROOT="$WORK/a root"
PAGE=$TOP/deploy/shaketap.8
COMPLETION=$TOP/deploy/completion/shaketap.bash
BUILD=$(dirname "$SHAKETAP")

# As from a shell of its own: what make tells its children about itself is not for this one.
make_it() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$TOP" BUILD="$BUILD" DESTDIR="$ROOT" "$@" >"$WORK/make" 2>&1
}

installed() {
	(cd "$ROOT" && find . ! -type d -printf '%m %P\n' | sort -k 2)
}

# Rules and dashboards are whatever deploy/ holds.
extras() {
	(cd "$TOP/deploy" && find prometheus -name '*.yml' 2>/dev/null
		cd "$TOP/deploy" && find grafana -name '*.json' 2>/dev/null) | sed "s|^|644 $1/share/shaketap/|"
}

# expected PREFIX SYSCONFDIR
expected() {
	{
		echo "755 $1/bin/shaketap"
		echo "644 $1/lib/systemd/system/shaketap.service"
		echo "644 $1/share/bash-completion/completions/shaketap"
		echo "644 $1/share/man/man8/shaketap.8"
		echo "644 $2/default/shaketap"
		extras "$1"
	} | sort -k 2
}

same() {
	diff "$1" "$2"
}

# installs NAME PREFIX SYSCONFDIR [VARIABLE=VALUE...]
installs() {
	local name=$1 prefix=$2 settings=$3
	shift 3
	make_it install "$@" || fail "$name" "$WORK/make"
	installed >"$WORK/installed"
	expected "$prefix" "$settings" >"$WORK/expected"
	check "$name" same "$WORK/expected" "$WORK/installed"
}

gone() {
	make_it uninstall "$@" || return
	installed >"$WORK/installed"
	find "$ROOT" -type d -name 'shaketap*' >>"$WORK/installed"
	same /dev/null "$WORK/installed"
}

test_places() {
	installs 'install, DESTDIR with a space' usr/local etc
	check 'what was installed runs' "$ROOT/usr/local/bin/shaketap" --version
	check 'the unit starts what was installed' \
		grep -qx 'ExecStart=/usr/local/bin/shaketap run .*' "$ROOT/usr/local/lib/systemd/system/shaketap.service"
	echo 'OPTIONS="-i eth0"' >"$ROOT/etc/default/shaketap"
	installs 'install again' usr/local etc
	check 'edited settings survive install' grep -q eth0 "$ROOT/etc/default/shaketap"
	make_it uninstall
	check 'and uninstall' grep -q eth0 "$ROOT/etc/default/shaketap"
	check 'which says so' grep -q 'edited' "$WORK/make"
	cp "$TOP/deploy/shaketap.default" "$ROOT/etc/default/shaketap"
	: >"$ROOT/usr/local/bin/other"
	make_it uninstall
	check 'uninstall leaves the files of others' test -e "$ROOT/usr/local/bin/other"
	rm -rf "$ROOT"
}

test_prefixes() {
	installs 'PREFIX=/usr' usr etc PREFIX=/usr
	check 'uninstall leaves nothing' gone PREFIX=/usr
	rm -rf "$ROOT"
	installs 'PREFIX=/opt/tap: settings below it' opt/tap opt/tap/etc PREFIX=/opt/tap
	check 'the unit reads them there' \
		grep -q '^EnvironmentFile=-/opt/tap/etc/default/shaketap' "$ROOT/opt/tap/lib/systemd/system/shaketap.service"
	check 'uninstall leaves nothing there' gone PREFIX=/opt/tap
	make_it install BINDIR=/b DATADIR=/d MANDIR=/m UNITDIR=/u SYSCONFDIR=/s BASHDIR=/c
	installed | sed 's/^[0-9]* //' | grep -v '^d/' >"$WORK/installed"
	printf '%s\n' b/shaketap c/shaketap m/man8/shaketap.8 s/default/shaketap u/shaketap.service >"$WORK/expected"
	check 'every directory by its variable' same "$WORK/expected" "$WORK/installed"
	rm -rf "$ROOT"
}

# References depend on what other pages this machine has.
page_lint() {
	command -v mandoc >/dev/null && printf '.Dd today\n' | mandoc -T lint -W style | grep -q . || return 1
	mandoc -T lint -W style "$PAGE" 2>/dev/null | grep -v 'referenced manual not found' >"$WORK/lint"
	same /dev/null "$WORK/lint"
}

page_groff() {
	LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -Tutf8 -Z -l "$PAGE" 2>"$WORK/groff" >/dev/null
	same /dev/null "$WORK/groff"
}

test_page() {
	local command
	check 'manual page: mandoc has no complaint' page_lint
	check 'manual page: groff has none' page_groff
	for command in run read check; do
		python3 "$TOP/tests/deploy/options.py" program "$SHAKETAP" "$command" >"$WORK/program"
		python3 "$TOP/tests/deploy/options.py" page "$PAGE" "$command" >"$WORK/page"
		check "manual page: options, values, defaults of $command" same "$WORK/program" "$WORK/page"
	done
}

# offers WORD...: what completion answers to the last word, sorted. The others stand before it.
offers() {
	bash -c '. "$1" && shift
		compopt() { :; }
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
		COMP_POINT=${#COMP_LINE}
		_shaketap
		printf "%s\n" "${COMPREPLY[@]}"' - "$COMPLETION" "$@" | sort
}

offers_options() {
	offers shaketap "$1" - >"$WORK/offered"
	python3 "$TOP/tests/deploy/options.py" program "$SHAKETAP" "$1" | cut -f 1 | sed 's/, /\n/' | sort >"$WORK/options"
	[ -s "$WORK/options" ] && same "$WORK/options" "$WORK/offered"
}

offers_values() {
	local option=$1
	shift
	diff <(printf '%s\n' "$@" | sort) <(offers shaketap run "$option" '')
}

offers_interfaces() {
	diff <({ echo auto; ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/'; } | sort) <(offers shaketap run -i '')
}

test_offers() {
	local command
	for command in run read check; do
		check "completion: every option of $command" offers_options "$command"
	done
	check 'completion: commands' diff <(printf '%s\n' check read run) <(offers shaketap '' | grep -v ^-)
	check 'completion: formats' offers_values -f text json none
	check 'completion: --only' offers_values --only all failures
	check 'completion: interfaces' offers_interfaces
}

# typed LINE WANTED: what the program is given by a bash at a terminal after LINE and tab.
typed() {
	LINES_TYPED+=("$1")
	printf '%s\n' "$2" >>"$WORK/wanted"
}

complete_lines() {
	(cd "$WORK/captures" && python3 "$TOP/tests/deploy/complete.py" "$COMPLETION" "${LINES_TYPED[@]}") >"$WORK/got" &&
		same "$WORK/wanted" "$WORK/got"
}

test_typed() {
	local LINES_TYPED=()
	mkdir "$WORK/captures"
	touch "$WORK/captures"/{morning.pcap,morning.log,'two words.pcapng.gz',notes.txt}
	typed 'shaketap ch' '<check>'
	typed 'shaketap run --handsh' '<run><--handshake-timeout>'
	typed 'shaketap run -f js' '<run><-f><json>'
	typed 'shaketap run --format=js' '<run><--format=json>'
	typed "shaketap run -i '!lo" '<run><-i><!lo>'
	typed 'shaketap run --listen 127.0.0.1:' '<run><--listen><127.0.0.1:9743>'
	typed 'shaketap run -l [::1' '<run><-l><[::1]:9743>'
	typed 'shaketap read mor' '<read><morning.pcap>'
	typed 'shaketap read two' '<read><two words.pcapng.gz>'
	typed 'shaketap read two\ w' '<read><two words.pcapng.gz>'
	typed 'shaketap read not' '<read><notes.txt>'
	typed 'shaketap read --metrics=not' '<read><--metrics=notes.txt>'
	check 'completion: as typed at a terminal' complete_lines
}

test_places
test_prefixes
test_page
test_offers
test_typed
finish
