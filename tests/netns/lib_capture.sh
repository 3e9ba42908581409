#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Recording with tcpdump, and a small capture of real handshakes that tests/pcap/multiply copies.
# shellcheck disable=SC2154 # variables of lib.sh
set -u

# record NAMESPACE DEVICE FILE [ARGS]: waits until it records; its pid is in RECORDER.
record() {
	local namespace=$1 device=$2 file=$3
	shift 3
	: >"$file.log"
	ip netns exec "$namespace" tcpdump -i "$device" -U --immediate-mode -s 0 -Z root "$@" \
		-w "$file" 2>"$file.log" </dev/null &
	RECORDER=$!
	STARTED+=("$RECORDER")
	within 5 grep -q 'listening on' "$file.log" && return
	fail "tcpdump records" "$file.log"
	return 1
}

# Everything that passed until now is in the file.
stop_recording() {
	sleep 0.3
	kill -INT "$RECORDER"
	wait "$RECORDER"
	grep -q '^0 packets dropped by kernel' "$1.log" && return
	fail "tcpdump lost nothing" "$1.log"
}

# Packets as on a wire: no larger than the link allows, checksums filled in.
no_offloads() {
	inside "$CLIENT" ethtool -K c0 tso off gso off gro off tx off rx off >/dev/null
	inside "$SERVER" ethtool -K s0 tso off gso off gro off tx off rx off >/dev/null
}

# Several names of the greatest length: a ClientHello of more than one segment, as with a
# post-quantum key share.
long_hello() {
	local name
	name=$(printf 'x%.0s' {1..240})
	printf '%s1,%s2,%s3,%s4,%s5,%s6,http/1.1' "$name" "$name" "$name" "$name" "$name" "$name"
}

# make_template FILE: needs make_certificates, make_pair and the ports 7443 and 7444. Its
# connections: TLS 1.3, TLS 1.2, TLS 1.3 with a ClientHello of two segments, TLS 1.3 with a
# HelloRetryRequest; each with a request and an answer of some KB.
make_template() {
	no_offloads
	openssl_server 7443 rsa -www
	openssl_server 7444 ecdsa -www -groups X25519
	record "$CLIENT" c0 "$1" 'tcp portrange 7443-7444' || return
	openssl_client n0000000000.tls13.example.com 7443 -tls1_3
	openssl_client n0000000000.tls12.example.com 7443 -tls1_2
	openssl_client n0000000000.large.example.com 7443 -tls1_3 -alpn "$(long_hello)"
	openssl_client n0000000000.retry.example.com 7444 -tls1_3 -groups P-256:X25519
	stop_recording "$1"
}
