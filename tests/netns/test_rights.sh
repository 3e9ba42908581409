#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the observer may still do once it is attached: on a kernel with TCX nothing, and it observes
# all the same. What is expected comes from getpcaps and from the kernel's own account of a process.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

status() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$OBSERVER/status"
}

by_tcx() {
	grep -q 'by TCX' "$LOG"
}

# has_no SET...: no capability in these sets
has_no() {
	local set
	for set in "$@"; do
		[ "$(status "$set")" = 0000000000000000 ] || return 1
	done
}

is_nobody() {
	[ "$(status Uid | xargs)" = "65534 65534 65534 65534" ] &&
		[ "$(status Gid | xargs)" = "65534 65534 65534 65534" ] && [ -z "$(status Groups | xargs)" ]
}

interfaces_are() {
	[ "$(metric shaketap_interfaces)" = "$1" ]
}

# late NAME: a pair that comes now, and a handshake over it
late() {
	link "$CLIENT" late0 "$SERVER" late1
	address "$CLIENT" late0 10.79.0.1/24
	address "$SERVER" late1 10.79.0.2/24
	check "$1: attached" within 2 interfaces_are 3
	TO=10.79.0.2 openssl_client "$1.example.com" 8443
	expect "$1: observed" 1 "$1.example.com" "$GOOD"' and .shaketap.interface == "late0"'
}

# rights_are NAME SET...
rights_are() {
	local name=$1
	shift
	check "$name: getpcaps shows none" [ "$(getpcaps "$OBSERVER" 2>&1)" = "$OBSERVER: =" ]
	check "$name: the kernel shows none" has_no "$@"
	check "$name: no_new_privs" [ "$(status NoNewPrivs)" = 1 ]
	check "$name: an ordinary user, in no other group" is_nobody
}

# life NAME: everything that comes after the start
life() {
	local name=$1
	openssl_client "$name-first.example.com" 8443
	expect "$name: observes" 1 "$name-first.example.com" "$GOOD"
	late "$name-new"
	ip -n "$CLIENT" link del late0
	check "$name: an interface goes" within 2 interfaces_are 2
	late "$name-again"
	ip -n "$CLIENT" link del late0
	check "$name: none failed" [ "$(metric shaketap_interfaces_failed)" = 0 ]
	check "$name: knows itself" [ "$(metric process_open_fds)" -gt 5 ]
	check "$name: knows its memory" [ "$(metric process_resident_memory_bytes)" -gt 1000000 ]
	stop_shaketap "$name: stops quietly"
}

# starter NAME COMMAND...: SHAKETAP is started through the command
starter() {
	local name=$1
	shift
	printf '#!/bin/sh\nexec %s "$@"\n' "$* $COPY" >"$WORK/$name"
	chmod 755 "$WORK/$name"
	SHAKETAP=$WORK/$name
}

as_root() {
	SHAKETAP=$COPY
	start_shaketap "$CLIENT"
	by_tcx || return
	rights_are root CapInh CapPrm CapEff CapBnd CapAmb
	life root
}

# As a service runs it: no root, and two rights that came with the start.
as_service() {
	local rights=-all,+bpf,+net_admin
	starter service setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
		"--inh-caps=$rights" "--ambient-caps=$rights" "--bounding-set=$rights"
	start_shaketap "$CLIENT"
	# The bounding set stays: to change it takes a right that was never there.
	rights_are service CapInh CapPrm CapEff CapAmb
	life service
}

# As a container runs it: root, with these two rights and none to become another user.
as_container() {
	local rights=-all,+bpf,+net_admin
	starter container setpriv "--inh-caps=$rights" "--bounding-set=$rights"
	start_shaketap "$CLIENT"
	check "container: stays root" [ "$(status Uid | xargs)" = "0 0 0 0" ]
	check "container: the kernel shows none" has_no CapInh CapPrm CapEff CapAmb
	check "container: no_new_privs" [ "$(status NoNewPrivs)" = 1 ]
	life container
}

# It says that it keeps them, and why, and observes all the same.
where_capset_is_forbidden() {
	SHAKETAP=$WORK/forbidden
	printf '#!/bin/sh\nexec python3 %s %s "$@"\n' "$HERE/no_capset.py" "$COPY" >"$SHAKETAP"
	chmod 755 "$SHAKETAP"
	start_shaketap "$CLIENT"
	check "forbidden: one line" [ "$(grep -c 'warning: cannot give up rights: .*capset' "$LOG")" = 1 ]
	check "forbidden: no_new_privs" [ "$(status NoNewPrivs)" = 1 ]
	openssl_client forbidden.example.com 8443
	expect "forbidden: observes" 1 forbidden.example.com "$GOOD"
	check "forbidden: check tells it" grep -q '^ok  *kept  *all: capset() is forbidden' \
		<(inside "$CLIENT" "$SHAKETAP" check)
	sed -i '/cannot give up rights/d' "$LOG"
	stop_shaketap "forbidden: stops quietly"
}

COPY=$WORK/shaketap
cp "$SHAKETAP" "$COPY"
chmod 755 "$COPY"
make_certificates
make_pair
openssl_server 8443 rsa -www
as_root
if by_tcx; then
	as_service
	as_container
	where_capset_is_forbidden
else
	stop_shaketap
	skip "no rights" "this kernel has no TCX and goes on asking for rights: make test-rights"
fi
finish
