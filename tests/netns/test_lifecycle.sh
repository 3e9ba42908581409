#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Start, stop, crash; wrong use and missing rights; and that nothing of ours stays behind.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

OUR_PRIORITY=31344 # of a filter of ours, where the kernel has no TCX (before 6.6)

by_clsact() {
	grep -q 'by clsact' "$LOG"
}

# What the process holds, by the kernel's own account: "tcx 2 ingress" for each link
links_of() {
	awk '/^link_type:/ { type = $2 } /^ifindex:/ { index_ = $2 } /^attach_type:/ {
		print type, index_, $3 }' /proc/"$1"/fdinfo/* 2>/dev/null | sort
}

programs_of() {
	awk '/^prog_id:/ { print $2 }' /proc/"$1"/fdinfo/* 2>/dev/null | sort -u
}

none_left() {
	local id
	for id in $PROGRAMS; do
		! bpftool prog show id "$id" 2>/dev/null || return 1
	done
}

our_filters() {
	inside "$CLIENT" tc filter show dev "$1" "$2" | grep "pref $OUR_PRIORITY " | grep -c handle
}

one_filter_each() {
	local device hook
	for device in lo c0; do
		for hook in ingress egress; do
			[ "$(our_filters "$device" "$hook")" = 1 ] || return 1
		done
	done
}

# one pair per interface: lo and c0
one_pair_each() {
	if by_clsact; then
		one_filter_each
		return
	fi
	[ "$(links_of "$OBSERVER" | wc -l)" = 4 ] &&
		[ "$(links_of "$OBSERVER" | awk '{ print $2, $3 }' | sort -u | wc -l)" = 4 ]
}

tc_state() {
	inside "$CLIENT" tc qdisc show dev c0
	inside "$CLIENT" tc filter show dev c0 ingress | grep -v "pref $OUR_PRIORITY "
	inside "$CLIENT" tc filter show dev c0 egress | grep -v "pref $OUR_PRIORITY "
}

# Behind ours in order: one that takes the packets first would hide them where there is no TCX.

foreign_filters() {
	inside "$CLIENT" tc qdisc add dev c0 clsact
	inside "$CLIENT" tc filter add dev c0 ingress prio 40000 protocol all u32 match u32 0 0 classid 1:1
	inside "$CLIENT" tc filter add dev c0 egress prio 40000 protocol all bpf bytecode '1,6 0 0 0' classid 1:1
	tc_state >"$WORK/tc.before"
	check "foreign filters are there" [ "$(grep -cE 'pref 40000 (u32|bpf)' "$WORK/tc.before")" -ge 2 ]
}

foreign_untouched() {
	tc_state | diff "$WORK/tc.before" -
}

crash() {
	foreign_filters
	start_shaketap "$CLIENT"
	PROGRAMS=$(programs_of "$OBSERVER")
	check "one pair of programs per interface" one_pair_each
	check "the programs are loaded" [ "$(wc -w <<<"$PROGRAMS")" -ge 2 ]
	{ kill -KILL "$OBSERVER" && wait "$OBSERVER"; } 2>/dev/null
	# A filter stays without TCX, and is replaced by the next start.
	by_clsact || check "nothing stays after kill -9" within 3 none_left
	check "foreign filters after kill -9" foreign_untouched
	openssl_client unseen.example.com 8443
	check "traffic passes after kill -9" grep -q '^New, ' "$WORK/said/unseen.example.com"
	start_shaketap "$CLIENT"
	check "one pair after the restart" one_pair_each
	openssl_client restarted.example.com 8443
	expect_good restarted.example.com
	expect_none "what passed in between" unseen.example.com
	PROGRAMS=$(programs_of "$OBSERVER")
	stop_shaketap
	check "nothing stays after SIGTERM" within 3 none_left
	check "foreign filters after SIGTERM" foreign_untouched
}

interrupt() {
	start_shaketap "$CLIENT"
	kill -INT "$OBSERVER"
	wait "$OBSERVER"
	check "SIGINT ends it with 0" [ $? = 0 ]
}

# refuses NAME CODE WORD COMMAND...: one line on standard error that has WORD, nothing on stdout
refuses() {
	local name=$1 code=$2 word=$3 got
	shift 3
	inside "$CLIENT" timeout 10 "$@" >"$WORK/out" 2>"$WORK/err"
	got=$?
	if [ "$got" = "$code" ] && [ "$(wc -l <"$WORK/err")" = 1 ] && [ ! -s "$WORK/out" ] &&
		grep -q -- "$word" "$WORK/err"; then
		pass "$name"
	else
		echo "exit code $got instead of $code" >>"$WORK/err"
		fail "$name" "$WORK/err" "$WORK/out"
	fi
}

wrong_use() {
	local n
	refuses "no such interface" 1 'nosuch' "$SHAKETAP" run -i 'nosuch*'
	refuses "ring buffer of 3" 2 "3" "$SHAKETAP" run --ring-buffer 3
	refuses "unknown option" 2 'nonsense' "$SHAKETAP" run --nonsense
	refuses "unknown command" 2 'nonsense' "$SHAKETAP" nonsense
	refuses "unknown format" 2 'xml' "$SHAKETAP" run -f xml
	refuses "no port" 2 '127.0.0.1' "$SHAKETAP" run -l 127.0.0.1
	refuses "port out of range" 2 '99999' "$SHAKETAP" run -l 127.0.0.1:99999
	for n in 0 x -1; do
		refuses "timeout of $n" 2 "'$n'" "$SHAKETAP" run "--handshake-timeout=$n"
	done
	refuses "ports out of range" 2 '70000' "$SHAKETAP" run --tls-ports 443,70000
	refuses "an argument too many" 2 'surplus' "$SHAKETAP" run surplus
	start_shaketap "$CLIENT"
	refuses "a taken port" 1 "$METRICS" "$SHAKETAP" run
	stop_shaketap "stops quietly, taken port"
}

# Programs of an ordinary user: from a place it can reach.
no_rights() {
	local copy=$WORK/shaketap
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	cp "$SHAKETAP" "$copy"
	chmod 755 "$copy"
	refuses "no rights" 1 'root' "${nobody[@]}" "$copy" run
	refuses "no rights, low port" 1 . "${nobody[@]}" "$copy" run -l 127.0.0.1:1
	inside "$CLIENT" "${nobody[@]}" "$copy" check >"$WORK/out" 2>&1
	check "check as nobody exits 1" [ $? = 1 ]
	check "check as nobody names the mend" grep -qiE 'root|sudo|CAP_' "$WORK/out"
	inside "$CLIENT" "$SHAKETAP" check >"$WORK/out" 2>&1
	check "check as root exits 0" [ $? = 0 ]
	for word in --help --version "run --help" "check --help"; do
		# shellcheck disable=SC2086 # words on purpose
		check "$word works without rights" "${nobody[@]}" "$copy" $word
	done
}

# as_user CAPABILITIES: PLAIN becomes a command in front of others, which then run as an ordinary
# user with these capabilities and no way to more.
as_user() {
	PLAIN=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "--inh-caps=-all$1"
		"--ambient-caps=-all$1" "--bounding-set=-all$1")
}

# names_missing NAME PATTERN COMMAND...: exit 1, and one line that begins with NO and fits.
names_missing() {
	local name=$1 pattern=$2
	shift 2
	"$@" >"$WORK/out" 2>&1
	check "check, $name: exits 1" [ $? = 1 ]
	check "check, $name: one line" [ "$(grep -c '^NO ' "$WORK/out")" = 1 ]
	check "check, $name: what is missing" grep -qE "^NO +$pattern" "$WORK/out"
}

# Two capabilities are enough, each is needed, and what is missing is named.
least_rights() {
	local copy=$WORK/shaketap program=$SHAKETAP
	as_user ,+bpf
	names_missing "only CAP_BPF" 'rights +CAP_NET_ADMIN is missing' "${PLAIN[@]}" "$copy" check
	as_user ,+net_admin
	names_missing "only CAP_NET_ADMIN" 'rights +CAP_BPF is missing' "${PLAIN[@]}" "$copy" check
	as_user ""
	names_missing "neither" 'rights +CAP_BPF and CAP_NET_ADMIN are' "${PLAIN[@]}" "$copy" check
	names_missing "user namespace" 'namespace .*rootless' unshare -Ur "$copy" check
	as_user ,+bpf,+net_admin
	check "check with both rights exits 0" inside "$CLIENT" "${PLAIN[@]}" "$copy" check
	printf '#!/bin/sh\nexec %s "$@"\n' "${PLAIN[*]} $copy" >"$WORK/least"
	chmod 755 "$WORK/least"
	SHAKETAP=$WORK/least
	start_shaketap "$CLIENT"
	SHAKETAP=$program
	openssl_client least.example.com 8443
	expect "a handshake, with both rights" 1 least.example.com "$GOOD"
	stop_shaketap "stops quietly, with both rights"
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}

# The reader of our records leaves after the first one.
closed_output() {
	local pid
	mkfifo "$WORK/pipe"
	head -n 1 <"$WORK/pipe" >"$WORK/first" &
	ip netns exec "$CLIENT" "$SHAKETAP" run -f json >"$WORK/pipe" 2>"$WORK/err" &
	pid=$!
	STARTED+=("$pid")
	within 5 grep -q observing "$WORK/err"
	for name in first second third; do
		openssl_client "$name.example.com" 8443
		sleep 0.3
	done
	check "the first record arrived" grep -q first.example.com "$WORK/first"
	check "it ends when nobody reads" within 3 has_ended "$pid"
	if has_ended "$pid"; then
		wait "$pid"
		check "with exit code 0" [ $? = 0 ]
		check "and without a word" [ "$(grep -cvE 'observing|metrics at' "$WORK/err")" = 0 ]
	fi
}

# What is still open at the end is unknown, not failed.
answers() {
	[ "$(inside "$CLIENT" curl -s -o "$WORK/page" -w '%{http_code}' --max-time 2 "http://$METRICS/healthz")" = 200 ]
}

# A reader that has stopped reading: a pipe that is full already.
sleeping_reader() {
	local pid
	mkfifo "$WORK/full"
	exec 7<>"$WORK/full"
	timeout 1 dd if=/dev/zero of="$WORK/full" bs=4096 status=none
	ip netns exec "$CLIENT" "$SHAKETAP" run -f json >"$WORK/full" 2>"$WORK/full.log" </dev/null &
	pid=$!
	STARTED+=("$pid")
	within 10 grep -qs observing "$WORK/full.log"
	openssl_client full.example.com 8443
	sleep 0.5
	check "sleeping reader: /healthz answers" answers
	kill -TERM "$pid"
	check "sleeping reader: it ends all the same" within 5 has_ended "$pid"
	check "sleeping reader: what was lost is said" grep -q 'last records are lost' "$WORK/full.log"
	exec 7>&-
}

still_open() {
	local pid
	serve "$SERVER" 9003 python3 "$HERE/misbehave.py" "$S4" 9003 silent
	start_shaketap "$CLIENT"
	LIMIT=2 openssl_client open.example.com 9003 &
	pid=$!
	sleep 0.5
	stop_shaketap "stops quietly, still open"
	expect "still open at the end" 1 open.example.com \
		'.event.outcome == "unknown" and .shaketap.unknown_cause == "still_open"'
	wait "$pid"
}

# Data of a connection that was there before us is no handshake.
older_connection() {
	local pid
	openssl_server 8444 rsa -rev
	mkfifo "$WORK/words"
	timeout 10 ip netns exec "$CLIENT" openssl s_client -connect "$S4:8444" -tls1_3 \
		-servername older.example.com <"$WORK/words" >"$WORK/said/older.example.com" 2>&1 &
	pid=$!
	exec 8>"$WORK/words"
	within 5 grep -qs 'Verify return code' "$WORK/said/older.example.com"
	start_shaketap "$CLIENT"
	echo hello >&8
	sleep 0.2
	echo more >&8
	exec 8>&-
	openssl_client newer.example.com 8443
	expect newer.example.com 1 .server "$GOOD"
	stop_shaketap "stops quietly, older connection"
	wait "$pid"
}

make_certificates
make_pair
openssl_server 8443 rsa -www
crash
interrupt
wrong_use
no_rights
least_rights
closed_output
sleeping_reader
older_connection
still_open
finish
