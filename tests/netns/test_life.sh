#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A long life on a busy host: attachments removed by others, programs that hide traffic, bursts of
# interfaces, lost messages of the kernel. Two observers, by TCX and by clsact, one at each end; over
# a pair that nobody touches handshakes pass all the while, and each of them must be reported.
# LIFE_LONG=1: a burst of 500 interfaces that stay, and how long attaching takes on 1, 10 and 500.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

# starter NAME VARIABLE=VALUE...: a SHAKETAP to be started with these
starter() {
	local name=$1
	shift
	printf '#!/bin/sh\nexec env %s "%s" "$@"\n' "$*" "$SHAKETAP" >"$WORK/$name"
	chmod 755 "$WORK/$name"
	echo "$WORK/$name"
}

# on NAMESPACE COMMAND...: with the observer there
on() {
	observe "$1"
	shift
	"$@"
}

metric_is() {
	local expected=$1
	shift
	[ "$(metric "$@")" = "$expected" ]
}

# until_metric NAME SECONDS VALUE METRIC [LABEL...]
until_metric() {
	local name=$1 seconds=$2
	shift 2
	check "$name" within "$seconds" metric_is "$@" ||
		scrape | grep -E '^shaketap_(interfaces|attach)' | details
}

# The ids of the observer's links on a device
links_on() {
	local index
	index=$(inside "$OBSERVED" cat "/sys/class/net/$1/ifindex")
	awk -v index_="$index" '/^link_id:/ { id = $2 } /^ifindex:/ && $2 == index_ { print id }' \
		/proc/"$OBSERVER"/fdinfo/*
}

# --- handshakes all the while ---------------------------------------------------------------------

steady_begin() {
	link "$CLIENT" q0 "$SERVER" q1
	address "$CLIENT" q0 10.78.0.1/24
	address "$SERVER" q1 10.78.0.2/24
	serve "$SERVER" 8442 python3 "$HERE/handshakes.py" serve 10.78.0.2 8442 \
		"$CERTS/rsa.pem" "$CERTS/rsa.key"
}

steady_run() {
	local n
	for ((n = 0; n < 1000; n++)); do
		[ ! -e "$WORK/enough" ] || break
		inside "$CLIENT" python3 "$HERE/handshakes.py" connect 10.78.0.2 8442 "$CERTS/ca.pem" 4 \
			"steady$n-" >>"$WORK/steady" 2>>"$WORK/steady.errors"
		sleep 0.2
	done &
	STEADY=$!
}

# One record for each of the client's own lines, at both ends.
steady_end() {
	local made end
	touch "$WORK/enough"
	wait "$STEADY"
	made=$(wc -l <"$WORK/steady")
	check "handshakes passed all the while ($made)" [ "$made" -ge 20 ]
	for end in "$CLIENT" "$SERVER"; do
		observe "$end"
		PATIENCE=15 expect "every one was reported by ${end##*-}" "$made" \
			'.tls.client.server_name | startswith("steady")' '.event.outcome == "success"'
	done
}

# --- attachments removed --------------------------------------------------------------------------

remove() {
	observe "$CLIENT"
	# shellcheck disable=SC2046 # ids are words
	inside "$CLIENT" python3 "$HERE/tcx.py" detach $(links_on c0)
	inside "$SERVER" tc filter del dev s0 ingress
	inside "$SERVER" tc qdisc del dev q2 clsact
	on "$CLIENT" until_metric "TCX: both hooks repaired" 6 2 shaketap_attachments_repaired_total
	on "$SERVER" until_metric "clsact: a filter and two of a qdisc repaired" 6 3 \
		shaketap_attachments_repaired_total
	openssl_client repaired.example.com 8443
	on "$CLIENT" expect_good repaired.example.com
	on "$SERVER" expect_good repaired.example.com
	check "TCX: it is told" grep -q 'c0: someone had removed the program on egress' "$WORK/$CLIENT.log"
	check "clsact: it is told" grep -q 's0: someone had removed the program on ingress' \
		"$WORK/$SERVER.log"
}

# --- traffic hidden -------------------------------------------------------------------------------

take_all() {
	local hook
	HOLDERS=()
	for hook in ingress egress; do
		background "$CLIENT" "$WORK/holder.$hook" python3 "$HERE/tcx.py" hold c0 "$hook" head 0
		HOLDERS+=("$STARTED_PID")
		within 5 grep -qs attached "$WORK/holder.$hook"
		inside "$SERVER" tc filter add dev s0 "$hook" pref 1 protocol all u32 match u32 0 0 classid 1:1
	done
}

# Behind ours: that one hides nothing.
behind() {
	background "$CLIENT" "$WORK/holder.tail" python3 "$HERE/tcx.py" hold c0 egress tail 0
	within 5 grep -qs attached "$WORK/holder.tail"
	openssl_client behind.example.com 8443
	on "$CLIENT" expect_good behind.example.com
	stop "$STARTED_PID"
}

# Where it may give up no right, it may go on asking for the order.
witness_begin() {
	background "$CLIENT" "$WORK/witness" python3 "$HERE/no_capset.py" "$SHAKETAP" run -f none \
		-l "$WITNESS"
	within 10 grep -qs observing "$WORK/witness"
}

# As the kernel answers: who keeps CAP_NET_ADMIN tells who is ahead, who gave it up claims nothing.
order_told() {
	local kept
	kept=$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$OBSERVER/status") >> 12 & 1))
	METRICS=$WITNESS until_metric "TCX: who hides it" 6 1 shaketap_interfaces_hidden \
		'cause="program_ahead"'
	check "TCX: it is named" within 6 grep -qE 'c0: program [0-9]+ .*runs before ours' "$WORK/witness"
	check "TCX: and only by who may ask" metric_is "$kept" shaketap_interfaces_hidden \
		'cause="program_ahead"'
}

traffic_until() {
	local end=$((SECONDS + 14))
	until metric_is "$@" || [ "$SECONDS" -ge "$end" ]; do
		openssl_client unseen.example.com 8443
	done
}

hidden() {
	local witness
	behind
	witness_begin
	witness=$STARTED_PID
	take_all
	on "$CLIENT" traffic_until 1 shaketap_interfaces_hidden 'cause="no_packets"'
	on "$CLIENT" until_metric "TCX: hidden traffic is noticed" 1 1 shaketap_interfaces_hidden \
		'cause="no_packets"'
	on "$SERVER" until_metric "clsact: hidden traffic is noticed" 6 1 shaketap_interfaces_hidden \
		'cause="no_packets"'
	on "$SERVER" until_metric "clsact: who hides it" 6 1 shaketap_interfaces_hidden \
		'cause="program_ahead"'
	check "clsact: it is named" grep -q 's0: a filter (u32) of priority 1 runs before ours' "$LOG"
	observe "$CLIENT"
	check "TCX: it is told" grep -qE 'c0: [0-9]+ packets (received|sent), none seen' "$LOG"
	order_told
	stop "$witness"
	stop "${HOLDERS[0]}"
	stop "${HOLDERS[1]}"
	for hook in ingress egress; do
		inside "$SERVER" tc filter del dev s0 "$hook" pref 1
	done
	openssl_client seen-again.example.com 8443
	on "$CLIENT" until_metric "TCX: nothing hidden any more" 6 0 shaketap_interfaces_hidden
	on "$SERVER" until_metric "clsact: nothing hidden any more" 6 0 shaketap_interfaces_hidden
	for end in "$CLIENT" "$SERVER"; do
		observe "$end"
		expect_good seen-again.example.com
		expect_none "${end##*-}: what was hidden was not seen" unseen.example.com
	done
}

# --- interfaces that move -------------------------------------------------------------------------

late_addresses() {
	address "$CLIENT" late0 10.79.0.1/24
	address "$SERVER" late1 10.79.0.2/24
}

# Away and back, twice: once seen step by step, once while the observer looks elsewhere.
moves() {
	observe "$CLIENT"
	link "$CLIENT" late0 "$SERVER" late1
	until_metric "it came" 3 4 shaketap_interfaces
	ip -n "$CLIENT" link set late0 netns "$AWAY"
	until_metric "it moved away" 3 3 shaketap_interfaces
	ip -n "$AWAY" link set late0 netns "$CLIENT"
	ip -n "$CLIENT" link set late0 up
	until_metric "it moved back" 3 4 shaketap_interfaces
	late_addresses
	TO=10.79.0.2 openssl_client back.example.com 8443
	expect_good back.example.com '.shaketap.interface == "late0"'
	for end in "$CLIENT" "$SERVER"; do
		kill -STOP "$(cat "$WORK/$end.pid")"
	done
	ip -n "$CLIENT" link set late0 netns "$AWAY"
	ip -n "$AWAY" link set late0 netns "$CLIENT"
	ip -n "$CLIENT" link set late0 up
	ip -n "$SERVER" link set late1 netns "$AWAY"
	ip -n "$AWAY" link set late1 netns "$SERVER"
	ip -n "$SERVER" link set late1 up
	late_addresses
	for end in "$CLIENT" "$SERVER"; do
		kill -CONT "$(cat "$WORK/$end.pid")"
	done
	on "$CLIENT" until_metric "TCX: behind its back" 6 4 shaketap_interfaces
	on "$SERVER" until_metric "clsact: behind its back" 6 5 shaketap_interfaces
	TO=10.79.0.2 openssl_client back-again.example.com 8443
	on "$CLIENT" expect_good back-again.example.com
	on "$SERVER" expect_good back-again.example.com
	torn
}

# The interface goes while a handshake on it waits for its answer, and takes its addresses along.
torn() {
	serve "$SERVER" 8454 python3 "$HERE/lab/servers.py" "$CERTS" '[[8454, "silent"]]'
	background "$CLIENT" "$WORK/torn" python3 -u "$HERE/lab/client.py" 10.79.0.2 8454 torn.example.com \
		"$CERTS" stop=hello then=wait:1
	check "a handshake waits for its answer" within 5 grep -q 'stopped on purpose' "$WORK/torn"
	ip -n "$CLIENT" link del late0
}

torn_was_seen() {
	local unanswered='.shaketap.failure.cause == "no_server_hello"'
	on "$CLIENT" expect "TCX: a handshake whose interface is gone" 1 torn.example.com \
		"$unanswered and .shaketap.interface == \"late0\" and .shaketap.role == \"client\""
	on "$SERVER" expect "clsact: a handshake whose interface is gone" 1 torn.example.com \
		"$unanswered and .shaketap.interface == \"late1\" and .shaketap.role == \"server\""
}

# --- bursts ---------------------------------------------------------------------------------------

# pairs NAMESPACE FIRST LAST: made and up; gone NAMESPACE FIRST LAST
pairs() {
	local n
	for ((n = $2; n <= $3; n++)); do
		echo "link add x$n type veth peer name y$n"
		echo "link set x$n up"
		echo "link set y$n up"
	done | ip -n "$1" -batch -
}

gone() {
	local n
	for ((n = $2; n <= $3; n++)); do
		echo "link del x$n"
	done | ip -n "$1" -batch -
}

files_of() {
	find "/proc/$OBSERVER/fd" -mindepth 1 | wc -l
}

resident() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$OBSERVER/status"
}

dropped_messages() {
	# shellcheck disable=SC2016 # awk's own
	inside "$OBSERVED" awk -v pid="$OBSERVER" '$3 == pid { n += $9 } END { print n + 0 }' \
		/proc/net/netlink
}

same_files() {
	[ "$(files_of)" = "$1" ]
}

# burst NAMESPACE NAME INTERFACES BURSTS: a hundred come and go in each
burst() {
	local n files memory
	observe "$1"
	files=$(files_of)
	memory=$(resident)
	for ((n = 0; n < $4; n++)); do
		pairs "$1" 1 50
		gone "$1" 1 50
	done
	until_metric "$2: as many as before $4 bursts of 100" 20 "$3" shaketap_interfaces
	check "$2: no file is left open" within 3 same_files "$files"
	check "$2: no memory is kept ($memory -> $(resident) kB)" [ "$(resident)" -lt $((memory + 1024)) ]
}

# Stopped, it cannot take the kernel's messages, and the kernel drops some.
overflow() {
	local before
	observe "$1"
	before=$(dropped_messages)
	kill -STOP "$OBSERVER"
	pairs "$1" 1 100
	gone "$1" 1 99
	kill -CONT "$OBSERVER"
	check "$2: messages were lost" [ "$(dropped_messages)" -gt "$before" ]
	until_metric "$2: and a dump made up for them" 20 "$3" shaketap_interfaces
	ip -n "$1" link del x100
	until_metric "$2: messages come again" 5 $(($3 - 2)) shaketap_interfaces
}

# --- one interface that will not ------------------------------------------------------------------

one_refused() {
	local index
	index=$(inside "$CLIENT" cat /sys/class/net/c0/ifindex)
	SHAKETAP=$(starter refused "LD_PRELOAD=$WORK/refuse.so" "REFUSE_TCX=$index") \
		start_shaketap "$CLIENT"
	check "the others keep TCX" metric_is 2 shaketap_interfaces 'hook="tcx"'
	check "and none has clsact" metric_is 0 shaketap_interfaces 'hook="clsact"'
	check "it is told" grep -q 'cannot attach to c0: Invalid argument' "$LOG"
	sleep 4
	check "once" [ "$(grep -c 'cannot attach' "$LOG")" = 1 ]
	stop "$OBSERVER"
}

# --- how long ------------------------------------------------------------------------------------

# cost COUNT: with so many interfaces besides lo
cost() {
	local begun ended
	add_namespace "st-$$-cost$1"
	pairs "st-$$-cost$1" 1 $(($1 / 2))
	begun=$(date +%s%N)
	START_LIMIT=60 start_shaketap "st-$$-cost$1"
	ended=$(date +%s%N)
	echo "# attached to lo and $1 after $(((ended - begun) / 1000000)) ms"
	begun=$(date +%s%N)
	stop_shaketap "stops quietly on $1"
	ended=$(date +%s%N)
	echo "# stopped after $(((ended - begun) / 1000000)) ms"
}

long() {
	local n
	burst "$CLIENT" "TCX, long" 3 5
	pairs "$CLIENT" 1 250
	until_metric "500 more are attached" 60 503 shaketap_interfaces
	gone "$CLIENT" 1 250
	until_metric "and gone" 20 3 shaketap_interfaces
	for n in 0 10 500; do
		cost "$n"
	done
}

both_stop() {
	local end
	for end in "$CLIENT" "$SERVER"; do
		observe "$end"
		grep -vE 'observing|metrics at|someone had removed|runs before ours|none seen|seen again' \
			"$LOG" >"$WORK/unexpected"
		check "${end##*-}: nothing else was told" [ ! -s "$WORK/unexpected" ]
		kill -TERM "$OBSERVER"
		wait "$OBSERVER"
		check "${end##*-}: ends with 0" [ $? = 0 ]
	done
}

WITNESS=127.0.0.1:9744
AWAY=st-$$-away
make_certificates
make_pair
add_namespace "$AWAY"
cc -shared -fPIC -o "$WORK/refuse.so" "$HERE/refuse_tcx.c" -ldl || exit 1
openssl_server 8443 rsa -www
steady_begin
ip -n "$SERVER" link add q2 type veth peer name q3
ip -n "$SERVER" link set q2 up
start_shaketap "$CLIENT"
if grep -q 'by clsact' "$LOG"; then
	skip "life" "this kernel has no TCX"
	finish
fi
SHAKETAP=$(starter clsact "LD_PRELOAD=$WORK/refuse.so" REFUSE_TCX=all) start_shaketap "$SERVER"
check "one by clsact" metric_is 4 shaketap_interfaces 'hook="clsact"'
steady_run
remove
hidden
moves
# Each TCX link takes the kernel a grace period, in which no other interface comes or goes.
burst "$CLIENT" TCX 3 1
burst "$SERVER" clsact 4 5
overflow "$CLIENT" TCX 5
overflow "$SERVER" clsact 6
[ -z "${LIFE_LONG:-}" ] || long
steady_end
torn_was_seen
both_stop
one_refused
finish
