#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An observer for a long time (SOAK_SECONDS) under mixed load, while interfaces come and go: real stacks
# that succeed, resume and fail for known reasons; connections of tests/load; a scraper. Every record
# is held against what those said who made the handshake; what the observer holds must not grow.
# SOAK_RATE and SOAK_LOAD: so many handshakes per second of the real ones and of the generator.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

SOAK=$(dirname "$(realpath "$0")")
SOAK_SECONDS=${SOAK_SECONDS:-3600} SOAK_RATE=${SOAK_RATE:-20} SOAK_LOAD=${SOAK_LOAD:-200}
LOAD_TOOL=${LOAD_TOOL:-$(dirname "$SHAKETAP")/tests/load/load}
# Those that npm has brought for the laboratory: node with OpenSSL 3.5.
NODE=$(find "$(dirname "$SHAKETAP")/npm/node_modules" -path '*/node-linux-*/bin/node' 2>/dev/null | head -n 1)
# The client of the laboratory is the base of ours.
export PYTHONPATH=$HERE/lab PYTHONDONTWRITEBYTECODE=1
LEDGER=$WORK/ledger
GENERATOR=st-$$-generator AWAY=st-$$-away
MAKERS=()

# Its packets come in by a device of their own, for addresses that nobody has.
make_network() {
	make_pair
	add_namespace "$GENERATOR"
	add_namespace "$AWAY"
	link "$GENERATOR" g0 "$SERVER" g1
}

start_servers() {
	serve "$SERVER" 443 python3 "$HERE/handshakes.py" serve 0.0.0.0 443 "$CERTS/ecdsa.pem" "$CERTS/ecdsa.key"
	serve "$SERVER" 8454 python3 "$HERE/lab/servers.py" "$CERTS" "$(inside "$SERVER" python3 "$SOAK/clients.py" plan)"
	[ -z "$NODE" ] || serve "$SERVER" 8470 "$NODE" "$SOAK/modern.mjs" serve 8470 "$CERTS"
}

# make NAMESPACE LOG COMMAND...: somebody who makes handshakes, and ends by itself. Who is observed
# must not take the processor from who observes more than others on this machine do.
make() {
	local namespace=$1 log=$2
	shift 2
	background "$namespace" "$log" nice "$@"
	MAKERS+=("$STARTED_PID")
}

start_makers() {
	local per_lo=$(((SOAK_RATE + 3) / 4)) seconds=$SOAK_SECONDS
	make "$CLIENT" "$WORK/makers" python3 "$SOAK/clients.py" "$LEDGER" "$S4" "$CERTS" c \
		"$((SOAK_RATE - per_lo))" "$seconds" shaketap.interface=s0 shaketap.role=server
	make "$SERVER" "$WORK/makers.lo" python3 "$SOAK/clients.py" "$LEDGER" 127.0.0.1 "$CERTS" lo \
		"$per_lo" "$seconds" shaketap.interface=lo shaketap.role=both
	make "$GENERATOR" "$WORK/makers.load" python3 "$SOAK/load.py" "$LEDGER" "$LOAD_TOOL" g0 "$SOAK_LOAD" "$seconds"
	make "$CLIENT" "$WORK/makers.gnutls" python3 "$SOAK/gnutls.py" "$LEDGER" "$S4" 443 "$CERTS" 0.5 "$seconds"
	make "$SERVER" "$WORK/makers.churn" python3 "$SOAK/churn.py" "$LEDGER" "$CERTS" "$SERVER" "$AWAY" 6 "$seconds"
	[ -z "$NODE" ] || make "$CLIENT" "$WORK/makers.node" "$NODE" "$SOAK/modern.mjs" visit "$LEDGER" "$S4" 8470 \
		"$CERTS" 1 "$seconds"
}

# The pipe is held open until the last of them has ended.
makers_run() {
	local maker code=0
	exec {held}>"$LEDGER"
	start_makers
	for maker in "${MAKERS[@]}"; do
		wait "$maker" || code=1
	done
	exec {held}>&-
	[ "$code" = 0 ] && return
	fail "who makes handshakes ends well" "$WORK"/makers*
}

programs_of() {
	awk '/^prog_id:/ { print $2 }' /proc/"$OBSERVER"/fdinfo/* 2>/dev/null | sort -u
}

none_left() {
	local id
	for id in $PROGRAMS; do
		! bpftool prog show id "$id" >/dev/null 2>&1 || return 1
	done
}

if [ ! -x "$LOAD_TOOL" ]; then
	fail "there is no $LOAD_TOOL (make test-soak builds it)"
	finish
fi
make_certificates
make_network
start_servers
mkfifo "$LEDGER" "$WORK/$SERVER.json"
ip netns exec "$SERVER" nice python3 "$SOAK/soak.py" "$WORK/$SERVER.json" "$LEDGER" "$WORK/calm" "$SOAK_SECONDS" \
	"$WORK/$SERVER.pid" &
JUDGE=$!
STARTED+=("$JUDGE")
start_shaketap "$SERVER" --handshake-timeout 4 || finish
makers_run
within 60 test -e "$WORK/calm" || fail "it calms down"
PROGRAMS=$(programs_of)
check "its programs are loaded" [ -n "$PROGRAMS" ]
stop_shaketap "stops quietly"
wait "$JUDGE" || FAILED=$((FAILED + 1))
check "nothing stays behind" within 3 none_left
finish
