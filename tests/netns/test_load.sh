#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Healthy handshakes of mixed stacks and versions, several clients at once on all processors: none
# may be called failed, none unknown. LOAD says how many; the truth is what the clients count.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

LOAD=${LOAD:-2000}
NPM=$(dirname "$SHAKETAP")/npm
CLIENTS=0
declare -A STACK=()

add_python() {
	local name
	for name in openssl-a openssl-b; do
		STACK[$name]="python3 $HERE/handshakes.py connect $S4 443 $CERTS/ca.pem COUNT $name-"
	done
}

# Those that npm has brought for the laboratory: OpenSSL 3.5, BoringSSL, rustls.
add_runtimes() {
	local program name
	for program in "$NPM"/node_modules/node-linux-*/bin/node "$NPM"/node_modules/@oven/*/bin/bun \
		"$NPM"/node_modules/@deno/linux-*/deno; do
		[ -x "$program" ] || continue
		name=$(basename "$program")
		[ "$name" = deno ] && program="$program run --allow-all --quiet"
		STACK[$name]="$program $HERE/load.mjs $S4 8443 $CERTS/ca.pem $name- COUNT"
	done
}

# A client's own count: Python prints a line for each handshake, the others the number.
count_of() {
	case $1 in
	openssl-*) wc -l <"$WORK/$1.out" ;;
	*) tail -n 1 "$WORK/$1.out" ;;
	esac
}

run_clients() {
	local name each=$((LOAD / ${#STACK[@]})) pids=()
	for name in "${!STACK[@]}"; do
		# shellcheck disable=SC2086 # words of a command
		inside "$CLIENT" ${STACK[$name]/COUNT/$each} >"$WORK/$name.out" 2>"$WORK/$name.err" &
		pids+=("$!")
	done
	wait "${pids[@]}"
	for name in "${!STACK[@]}"; do
		check "$name made $each handshakes" [ "$(count_of "$name")" = "$each" ]
		CLIENTS=$((CLIENTS + each))
	done
}

all_there() {
	[ "$(wc -l <"$RECORDS")" -ge "$CLIENTS" ]
}

make_certificates
make_pair
serve "$SERVER" 443 python3 "$HERE/handshakes.py" serve "$S4" 443 "$CERTS/ecdsa.pem" "$CERTS/ecdsa.key"
openssl_server 8443 rsa -www
start_shaketap "$CLIENT" -i c0
add_python
add_runtimes
run_clients
within 5 all_there
sleep 0.3 # one too many would still be on its way
check "$CLIENTS records of ${#STACK[@]} stacks" [ "$(wc -l <"$RECORDS")" = "$CLIENTS" ]
check "all of them successes" jq -es 'all(.[]; .event.outcome == "success")' "$RECORDS"
check "no failure was counted" [ "$(metric shaketap_handshake_failures_total)" = 0 ]
check "none is unknown" [ "$(metric shaketap_handshakes_unknown_total)" = 0 ]
check "no event was lost" [ "$(metric shaketap_events_lost_total)" = 0 ]
stop_shaketap
finish
