#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Other stacks: GnuTLS, nginx, curl, and STARTTLS in the middle of a mail session.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

# gnutls NAME PORT PRIORITY
gnutls() {
	mkdir -p "$WORK/said"
	inside "$CLIENT" timeout 10 gnutls-cli --x509cafile "$CERTS/ca.pem" --sni-hostname "$1" \
		--verify-hostname "$1" -p "$2" --priority "$3" "$S4" </dev/null >"$WORK/said/$1" 2>&1
}

# expect_gnutls NAME VERSION CIPHER GROUP: as its priority string asked, if GnuTLS says it worked.
expect_gnutls() {
	check "gnutls-cli agreed to $1" grep -q -- '- Handshake was completed' "$WORK/said/$1"
	expect "$1" 1 "$1" "$GOOD and .tls.version == \"$2\" and .tls.cipher == \"$3\" and .tls.curve == \"$4\""
}

gnutls_clients() {
	local aes='NORMAL:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-SECP256R1:-VERS-ALL'
	openssl_server 8443 rsa -www
	gnutls gnutls13.example.com 8443 "$aes:+VERS-TLS1.3"
	expect_gnutls gnutls13.example.com 1.3 TLS_AES_128_GCM_SHA256 secp256r1
	gnutls gnutls12.example.com 8443 "$aes:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA"
	expect_gnutls gnutls12.example.com 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 secp256r1
}

gnutls_servers() {
	serve "$SERVER" 8444 gnutls-serv -q --http -p 8444 --x509certfile "$CERTS/ecdsa.pem" \
		--x509keyfile "$CERTS/ecdsa.key" --priority NORMAL:+VERS-TLS1.0
	openssl_client to-gnutls13.example.com 8444 -tls1_3
	expect_good to-gnutls13.example.com
	openssl_client to-gnutls12.example.com 8444 -tls1_2
	expect_good to-gnutls12.example.com
	gnutls gnutls-both.example.com 8444 \
		'NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305:-GROUP-ALL:+GROUP-X25519'
	expect_gnutls gnutls-both.example.com 1.3 TLS_CHACHA20_POLY1305_SHA256 x25519
}

nginx_curl() {
	nginx_server
	check "curl by TLS 1.2" https h2.example.com 443 --http2 --tlsv1.2 --tls-max 1.2
	expect h2.example.com 1 h2.example.com "$GOOD and .tls.version == \"1.2\"
		and .tls.next_protocol == \"h2\" and .shaketap.client_hello.alpn == [\"h2\", \"http/1.1\"]"
	check "curl by HTTP/1.1" https h1.example.com 443 --http1.1 --tlsv1.2 --tls-max 1.2
	expect h1.example.com 1 h1.example.com "$GOOD and .tls.next_protocol == \"http/1.1\""
	check "curl by TLS 1.3" https curl13.example.com 443 --tlsv1.3
	expect curl13.example.com 1 curl13.example.com "$GOOD and .tls.version == \"1.3\"
		and (.tls | has(\"next_protocol\") | not)"
	https old.example.com 9444 --tls-max 1.2 >"$WORK/curl" 2>&1
	expect "expired certificate, curl" 1 old.example.com \
		'.shaketap.failure.cause == "certificate_expired" and .shaketap.failure.side == "client"'
}

starttls() {
	serve "$SERVER" 25 python3 "$HERE/smtp_server.py" "$S4" 25 "$CERTS/rsa.pem" "$CERTS/rsa.key"
	STAY=0.2 openssl_client_leaves mail.example.com 25 -starttls smtp -tls1_3
	expect_good mail.example.com '.server.port == 25'
	STAY=0.2 openssl_client_leaves mail12.example.com 25 -starttls smtp -tls1_2
	expect_good mail12.example.com '.server.port == 25 and .shaketap.round_trips == 2'
}

make_certificates
make_pair
start_shaketap "$CLIENT"
gnutls_clients
gnutls_servers
nginx_curl
starttls
stop_shaketap
finish
