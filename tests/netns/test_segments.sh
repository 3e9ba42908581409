#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Packets of all sizes: small MTU, hellos in several segments, offloads on and off.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

offloads() {
	local feature
	for feature in tso gso gro; do
		inside "$CLIENT" ethtool -K c0 "$feature" "$1"
		inside "$SERVER" ethtool -K s0 "$feature" "$1"
	done
}

mtu() {
	ip -n "$CLIENT" link set c0 mtu "$1"
	ip -n "$SERVER" link set s0 mtu "$1"
}

# Many names of the greatest length: a ClientHello of about 3,000 bytes.
many_protocols() {
	local name n
	name=$(printf 'x%.0s' {1..240})
	for n in {1..12}; do
		printf '%s%02d,' "$name" "$n"
	done
	echo http/1.1
}

# What the ClientHello says of its own length: s_client counts the 4 bytes before it as well.
hello_length() {
	printf '%d' "$((0x$(sed -n 's/^>>> .*Handshake \[length \([0-9a-f]*\)\], ClientHello/\1/p' "$WORK/said/$1" |
		head -n 1) - 4))"
}

# case_of NAME MIN_SEGMENTS
large_hello() {
	openssl_client "$1" 8443 -alpn "$PROTOCOLS" -msg "${@:3}"
	expect_good "$1" ".shaketap.client_hello.length == $(hello_length "$1")
		and .shaketap.client_hello.length > 2900
		and (.shaketap.client_hello.alpn | length) == 13
		and .shaketap.client_hello.segments >= $2"
}

round() {
	openssl_client "tls13-$1.example.com" 8443 -tls1_3
	expect_good "tls13-$1.example.com"
	openssl_client "tls12-$1.example.com" 8443 -tls1_2
	expect_good "tls12-$1.example.com"
	large_hello "large13-$1.example.com" "$2" -tls1_3
	large_hello "large12-$1.example.com" "$2" -tls1_2
}

# TLS records of 512 bytes: messages of both sides go over several.
small_records() {
	local flag
	openssl_server 8444 rsa -www -max_send_frag 512
	for flag in -tls1_2 -tls1_3; do
		openssl_client "records$flag.example.com" 8444 "$flag" -alpn "$PROTOCOLS" -max_send_frag 512 -msg
		expect_good "records$flag.example.com" ".shaketap.client_hello.records
			== $(((($(hello_length "records$flag.example.com") + 4) + 511) / 512))"
	done
}

# A ClientHello of one byte in each packet.
trickle() {
	check "a ClientHello byte by byte" inside "$CLIENT" python3 "$HERE/handshakes.py" trickle \
		"$S4" 8443 "$CERTS/ca.pem" trickle.example.com
	cp "$WORK/check" "$WORK/trickle"
	check "stack: trickle is TLS 1.3" grep -q TLSv1.3 "$WORK/trickle"
	expect trickle.example.com 1 trickle.example.com "$GOOD and .tls.version == \"1.3\"
		and .shaketap.client_hello.segments > 10"
}

make_certificates
make_pair
PROTOCOLS=$(many_protocols)
# The whole chain with a second certificate, so that the server's flight has segments too.
openssl_server 8443 rsa -www -cert_chain "$CERTS/ca.pem" -alpn http/1.1
start_shaketap "$CLIENT"
offloads on
round offloads-on 1
small_records
trickle
offloads off
round offloads-off 1
TO="[$S6]" large_hello large-ipv6.example.com 1
mtu 1280
TO="[$S6]" round mtu1280-ipv6 1
mtu 600
round mtu600 1
offloads on
round mtu600-offloads-on 1
stop_shaketap
# At the other end, where the packets arrive.
start_shaketap "$SERVER"
round server-side 1
offloads off
round server-side-off 6
stop_shaketap "stops quietly, server"
finish
