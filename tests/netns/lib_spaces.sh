#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# More than two namespaces, by short names, and one record for each handshake between them.
# shellcheck disable=SC2154 # variables of lib.sh
set -u

space() {
	echo "st-$$-$1"
}

add_spaces() {
	for name in "$@"; do
		add_namespace "$(space "$name")"
	done
}

# wire SPACE DEVICE ADDRESS|- SPACE DEVICE ADDRESS|-
wire() {
	link "$(space "$1")" "$2" "$(space "$4")" "$5"
	[ "$3" = - ] || address "$(space "$1")" "$2" "$3"
	[ "$6" = - ] || address "$(space "$4")" "$5" "$6"
}

# attach SPACE BRIDGE DEVICE...: the bridge is made when it is not there.
attach() {
	local name bridge=$2
	name=$(space "$1")
	shift 2
	ip -n "$name" link show "$bridge" >/dev/null 2>&1 || ip -n "$name" link add "$bridge" type bridge
	ip -n "$name" link set "$bridge" up
	for device in "$@"; do
		ip -n "$name" link set "$device" master "$bridge"
	done
}

plain_packets() {
	inside "$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null
}

tls_server() {
	serve "$(space "$1")" "$2" openssl s_server -accept "$2" -cert "$CERTS/rsa.pem" \
		-key "$CERTS/rsa.key" -www "${@:3}"
}

# handshake NAME SPACE ADDRESS PORT [ARGS]
handshake() {
	FROM=$(space "$2") TO=$3 openssl_client "$1.example.com" "$4" "${@:5}"
}

# one NAME ROLE|- [FILTER]: one record, as the client said, as seen from the place observed
one() {
	local role=true
	[ "$2" = - ] || role=".shaketap.role == \"$2\""
	expect "$1, ${OBSERVED##*-}" 1 "$1.example.com" "$GOOD and $(said "$1.example.com") and $role and ${3:-true}"
}

# records N: stop; then, with what was still open, there are no more than these.
records() {
	stop_shaketap "stops quietly, ${OBSERVED##*-}"
	PATIENCE=0 expect "$1 records in all, ${OBSERVED##*-}" "$1" .server true
}
