#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Versions, key exchange, resumption, early data: OpenSSL with OpenSSL, seen at the client.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

versions() {
	openssl_server 8443 rsa -www
	openssl_server 8444 ecdsa -www -cipher ALL:@SECLEVEL=0
	openssl_client tls13.example.com 8443 -tls1_3
	expect_good tls13.example.com '.shaketap.round_trips == 1 and .shaketap.resumption == "full"
		and .network.type == "ipv4" and .server.port == 8443 and .shaketap.role == "client"
		and .server.ip == "10.77.0.2" and .client.ip == "10.77.0.1"
		and .shaketap.interface == "c0"'
	openssl_client tls12.example.com 8443 -tls1_2
	expect_good tls12.example.com '.shaketap.round_trips == 2 and .shaketap.resumption == "full"'
	openssl_client tls12-ecdsa.example.com 8444 -tls1_2 -curves P-384:P-256
	expect_good tls12-ecdsa.example.com
	openssl_client tls12-static-rsa.example.com 8443 -tls1_2 -cipher AES128-GCM-SHA256
	expect_good tls12-static-rsa.example.com '.shaketap.key_exchange.kind == "rsa"
		and .shaketap.key_exchange.forward_secret == false'
	openssl_client tls12-dhe.example.com 8443 -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256
	expect tls12-dhe.example.com 1 tls12-dhe.example.com "$GOOD
		and .tls.cipher == \"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256\"
		and .shaketap.key_exchange.kind == \"dhe\""
	openssl_client tls10.example.com 8444 -tls1 -cipher ALL:@SECLEVEL=0
	expect_good tls10.example.com '.tls.version == "1.0"'
	openssl_client tls11.example.com 8444 -tls1_1 -cipher ALL:@SECLEVEL=0
	expect_good tls11.example.com '.tls.version == "1.1"'
	TO="[$S6]" openssl_client ipv6.example.com 8443
	expect_good ipv6.example.com '.network.type == "ipv6" and .server.ip == "fd77::2"
		and .client.ip == "fd77::1"'
}

hello_retry() {
	openssl_server 8445 rsa -www -groups X25519
	openssl_client hrr.example.com 8445 -tls1_3 -groups P-256:X25519
	expect_good hrr.example.com '.shaketap.hello_retry.requested_group == "x25519"
		and .shaketap.round_trips == 2
		and .shaketap.client_hello.groups == ["secp256r1", "x25519"]'
}

# fingerprint CERTIFICATE: as openssl prints it, without colons
fingerprint() {
	openssl x509 -in "$CERTS/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g'
}

# What handshakes of versions and client_certificates showed; rsa is valid for less than 30 days.
certificates() {
	local serial
	serial=$(openssl x509 -in "$CERTS/rsa.pem" -noout -serial | sed 's/.*=//')
	expect "the server's certificate" 1 tls12.example.com ".tls.server.subject == \"CN=rsa.example.com\"
		and .tls.server.issuer == \"CN=shaketap test authority\"
		and .tls.server.not_before == \"2020-01-01T00:00:00Z\"
		and .tls.server.hash.sha256 == \"$(fingerprint rsa)\"
		and .tls.server.x509.serial_number == \"$serial\"
		and .shaketap.findings == [\"certificate_expires_soon\", \"not_post_quantum\"]"
	expect "not seen in TLS 1.3" 1 tls13.example.com '(.tls.server | has("hash") | not)'
	expect "the client's certificate" 1 mutual12.example.com \
		".tls.client.hash.sha256 == \"$(fingerprint client)\""
}

without_certificates() {
	start_shaketap "$CLIENT" --no-certificates
	openssl_client bare.example.com 8443 -tls1_2
	expect_good bare.example.com '(.tls.server | has("hash") | not)
		and (.shaketap.messages | any(.name == "Certificate" and .length > 500))
		and .shaketap.findings == ["not_post_quantum"]'
	openssl_client bare-mutual.example.com 8448 -tls1_2 -cert "$CERTS/client.pem" \
		-key "$CERTS/client.key"
	expect_good bare-mutual.example.com '.shaketap.client_certificate == "sent"
		and (.tls.client | has("hash") | not)'
	openssl_client bare-empty.example.com 8448 -tls1_2
	expect_good bare-empty.example.com '.shaketap.client_certificate == "empty"'
	stop_shaketap "stops quietly, without certificates"
}

# resume NAME PORT [ARGS]: two handshakes, the second by the session of the first
resume() {
	local name=$1 port=$2
	shift 2
	openssl_client "first-$name" "$port" -sess_out "$WORK/$name" "$@"
	openssl_client "$name" "$port" -sess_in "$WORK/$name" "$@"
	# Else the case would pass without resumption.
	grep -q '^Reused' "$WORK/said/$name" || fail "$name is resumed" "$WORK/said/$name"
}

resumption() {
	openssl_server 8446 rsa -www -no_ticket
	resume session-id.example.com 8446 -tls1_2
	expect_good first-session-id.example.com '.shaketap.resumption == "full"'
	expect_good session-id.example.com '.shaketap.resumption == "session_id"
		and .shaketap.round_trips == 1'
	resume ticket.example.com 8443 -tls1_2
	expect_good ticket.example.com '.shaketap.resumption == "ticket"'
	resume psk.example.com 8443 -tls1_3
	expect_good psk.example.com '.shaketap.resumption == "psk"
		and .shaketap.key_exchange.kind == "psk_ecdhe"'
}

# The server lets a ticket be used once: with its second use early data is rejected.
early_data() {
	local file=$WORK/early
	openssl_server 8447 rsa -early_data
	echo "early words" >"$file"
	openssl_client_leaves first-early.example.com 8447 -tls1_3 -sess_out "$file.session"
	STAY=0.2 openssl_client_leaves early.example.com 8447 -sess_in "$file.session" -early_data "$file"
	STAY=0.2 openssl_client_leaves late.example.com 8447 -sess_in "$file.session" -early_data "$file"
	check "stack accepted early data" grep -q 'Early data was accepted' "$WORK/said/early.example.com"
	check "stack rejected early data" grep -q 'Early data was rejected' "$WORK/said/late.example.com"
	expect_good first-early.example.com '(.shaketap | has("early_data") | not)'
	expect_good early.example.com '.shaketap.early_data == "accepted" and .shaketap.round_trips == 0'
	expect_good late.example.com '.shaketap.early_data == "rejected" and .shaketap.round_trips == 1'
}

client_certificates() {
	local with=(-cert "$CERTS/client.pem" -key "$CERTS/client.key")
	openssl_server 8448 rsa -www -CAfile "$CERTS/ca.pem" -verify 2
	openssl_client mutual12.example.com 8448 -tls1_2 "${with[@]}"
	expect_good mutual12.example.com '.shaketap.client_certificate == "sent"'
	openssl_client mutual13.example.com 8448 -tls1_3 "${with[@]}"
	expect_good mutual13.example.com
	openssl_client empty12.example.com 8448 -tls1_2
	expect_good empty12.example.com '.shaketap.client_certificate == "empty"'
	openssl_client empty13.example.com 8448 -tls1_3
	expect_good empty13.example.com
}

make_certificates
make_pair
start_shaketap "$CLIENT"
versions
hello_retry
resumption
early_data
client_certificates
certificates
expect "the client's end of a veth pair" 22 .server '.shaketap.role == "client"'
stop_shaketap
start_shaketap "$SERVER"
openssl_client other-end.example.com 8443
expect_good other-end.example.com '.shaketap.role == "server" and .shaketap.interface == "s0"'
stop_shaketap "stops quietly, server"
without_certificates
finish
