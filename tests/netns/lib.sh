#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What every namespace test uses: a network of its own, an observer in it, one verdict per case.
# Expected values come from how the TLS stacks were configured and from what they say themselves.
# shellcheck disable=SC2034 # the variables here are for the tests that source this file
set -u

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SHAKETAP=$(realpath "${SHAKETAP:-$HERE/../../build/shaketap}")
SUITE=$(basename "$0" .sh)
SUITE=${SUITE#test_}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/shaketap-netns.XXXXXX")
METRICS=127.0.0.1:9743
C4=10.77.0.1 S4=10.77.0.2 C6=fd77::1 S6=fd77::2
CLIENT=st-$$-client SERVER=st-$$-server MIDDLE=st-$$-middle
NAMESPACES=()
STARTED=() # what this test runs in the background
PASSED=0 FAILED=0 SKIPPED=0
RECORDS=/dev/null LOG=/dev/null OBSERVER=0
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source=tests/netns/lib_tls.sh
. "$HERE/lib_tls.sh"

clean_up() {
	local pid namespace
	exec 2>/dev/null # the shell reports each process that it sees killed
	for pid in "${STARTED[@]}"; do
		kill -KILL "$pid"
	done
	wait
	for namespace in "${NAMESPACES[@]}"; do
		ip netns del "$namespace"
	done
	rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# An ordinary user must be able to reach the copy of the program that some cases run as nobody.
chmod 711 "$WORK"

details() {
	sed 's/^/# /' "$@"
}

pass() {
	PASSED=$((PASSED + 1))
	echo "ok $SUITE/$1"
}

# fail NAME [FILE...]: the files are shown below the verdict.
fail() {
	FAILED=$((FAILED + 1))
	echo "not ok $SUITE/$1"
	shift
	[ $# = 0 ] || tail -n 15 "$@" | details
}

skip() {
	SKIPPED=$((SKIPPED + 1))
	echo "skip $SUITE/$1 $2"
}

# check NAME COMMAND...: passes when the command does.
check() {
	local name=$1
	shift
	if "$@" >"$WORK/check" 2>&1; then
		pass "$name"
	else
		fail "$name" "$WORK/check"
	fi
}

# The last line of every test.
finish() {
	[ "$FAILED" = 0 ]
	exit
}

# within SECONDS COMMAND...: true as soon as the command is.
within() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

inside() {
	ip netns exec "$@"
}

add_namespace() {
	ip netns add "$1" || exit 1
	NAMESPACES+=("$1")
	ip -n "$1" link set lo up
}

# link A NAME_A B NAME_B: a veth pair, both ends up.
link() {
	ip -n "$1" link add "$2" type veth peer name "$4" netns "$3" || exit 1
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

address() {
	local namespace=$1 device=$2
	shift 2
	for a in "$@"; do
		# nodad: usable at once.
		case $a in
		*:*) ip -n "$namespace" addr add "$a" dev "$device" nodad ;;
		*) ip -n "$namespace" addr add "$a" dev "$device" ;;
		esac
	done
}

# client (c0) <-> server (s0)
make_pair() {
	add_namespace "$CLIENT"
	add_namespace "$SERVER"
	link "$CLIENT" c0 "$SERVER" s0
	address "$CLIENT" c0 "$C4/24" "$C6/64"
	address "$SERVER" s0 "$S4/24" "$S6/64"
}

# client (c0) <-> (p0) bridge (p1) <-> (s0) server
make_bridge() {
	add_namespace "$CLIENT"
	add_namespace "$MIDDLE"
	add_namespace "$SERVER"
	link "$CLIENT" c0 "$MIDDLE" p0
	link "$SERVER" s0 "$MIDDLE" p1
	ip -n "$MIDDLE" link add br0 type bridge
	ip -n "$MIDDLE" link set p0 master br0
	ip -n "$MIDDLE" link set p1 master br0
	ip -n "$MIDDLE" link set br0 up
	address "$CLIENT" c0 "$C4/24"
	address "$SERVER" s0 "$S4/24"
}

# background NAMESPACE LOG COMMAND...: its pid is in STARTED_PID. Standard input never ends.
background() {
	local namespace=$1 log=$2
	shift 2
	[ -p "$WORK/never" ] || mkfifo "$WORK/never"
	ip netns exec "$namespace" "$@" <>"$WORK/never" >"$log" 2>&1 &
	STARTED_PID=$!
	STARTED+=("$STARTED_PID")
}

listens() {
	[ -n "$(ss -N "$1" -Hltn "sport = :$2")" ]
}

# serve NAMESPACE PORT COMMAND...: waits until it listens, without connecting to it.
serve() {
	local namespace=$1 port=$2
	shift 2
	background "$namespace" "$WORK/server.$port" "$@"
	within 5 listens "$namespace" "$port" && return
	fail "server on port $port" "$WORK/server.$port"
	return 1
}

stop() {
	kill -TERM "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# observe NAMESPACE: the observer that expect, scrape and stop_shaketap are about.
observe() {
	RECORDS=$WORK/$1.json LOG=$WORK/$1.log OBSERVED=$1
	OBSERVER=$(cat "$WORK/$1.pid" 2>/dev/null || echo 0)
}

# start_shaketap NAMESPACE [ARGS]: waits until it observes.
start_shaketap() {
	local namespace=$1
	shift
	observe "$namespace"
	: >"$LOG" # of an earlier run: else its words would be taken for ours
	ip netns exec "$namespace" "$SHAKETAP" run -f json "$@" </dev/null >"$RECORDS" 2>"$LOG" &
	OBSERVER=$!
	STARTED+=("$OBSERVER")
	echo "$OBSERVER" >"$WORK/$namespace.pid"
	within "${START_LIMIT:-10}" grep -qs observing "$LOG" && return
	fail "shaketap starts" "$LOG"
	return 1
}

# Ends by SIGTERM with 0, having said nothing but what it says at its start.
stop_shaketap() {
	local code
	kill -TERM "$OBSERVER"
	wait "$OBSERVER"
	code=$?
	if [ "$code" = 0 ] && ! grep -vE 'observing|metrics at' "$LOG"; then
		pass "${1:-stops quietly}"
	else
		echo "exit code $code" >>"$LOG"
		fail "${1:-stops quietly}" "$LOG"
	fi
}

scrape() {
	inside "$OBSERVED" curl -sS --max-time 5 "http://$METRICS/metrics" "$@"
}

# metric NAME [LABEL...]: the sum over the label sets that have all of these, like version="1.3"
metric() {
	local name=$1 lines label
	shift
	lines=$(scrape | grep -E "^${name}[{ ]")
	for label in "$@"; do
		lines=$(grep -F -- "$label" <<<"$lines")
	done
	awk '{ n += $NF } END { printf "%d\n", n }' <<<"$lines"
}

selected() {
	local select=$1
	case $select in
	.*) ;;
	*) select=".tls.client.server_name == \"$select\"" ;;
	esac
	jq -c "select($select)" "$RECORDS"
}

holds() {
	selected "$2" 2>"$WORK/jq" | jq -es "length == $1 and all(.[]; $3)" >/dev/null 2>>"$WORK/jq"
}

# expect NAME COUNT SELECT FILTER: COUNT records are about SELECT (a server name, or a jq
# condition), and FILTER is true of each. Records need not be there yet.
expect() {
	local name=$1
	shift
	if within "${PATIENCE:-5}" holds "$@"; then
		pass "$name"
		return
	fi
	fail "$name"
	{
		echo "expected $1 of $2 with: $3"
		selected "$2" | jq -c 'del(.tls.client.supported_ciphers,
			.shaketap.client_hello.signature_algorithms) | (.shaketap.client_hello.alpn | select(.))[] |= .[:20]' |
			head -n 3
		cat "$WORK/jq"
		tail -n 5 "$LOG"
	} 2>&1 | details
	return 1
}

# No record: meaningful after a later handshake was reported.
expect_none() {
	expect "$1" 0 "$2" true
}
