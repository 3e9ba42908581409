#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Handshakes that fail, each in its way, and connections that are no handshakes.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

misbehave() {
	serve "$SERVER" "$1" python3 "$HERE/misbehave.py" "$S4" "$1" "$2"
}

server_alerts() {
	openssl_server 8443 rsa -www -tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384
	openssl_client no-cipher.example.com 8443 -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
	expect_failure no-cipher.example.com no-cipher.example.com client_hello server handshake_failure
	openssl_server 8444 rsa -www -tls1_3
	openssl_client too-old.example.com 8444 -tls1_2
	expect_failure too-old.example.com too-old.example.com client_hello server version_mismatch
	openssl_server 8445 rsa -www -alpn h2
	openssl_client no-protocol.example.com 8445 -alpn spdy/3
	expect_failure no-protocol.example.com no-protocol.example.com client_hello server alpn_mismatch
	openssl_server 8446 rsa -www -CAfile "$CERTS/ca.pem" -Verify 2
	openssl_client no-certificate.example.com 8446 -tls1_2
	expect_failure no-certificate.example.com no-certificate.example.com client_finished server \
		client_certificate_missing
	# TLS 1.3 encrypts the alert: what is left is an inference, and says so.
	openssl_client no-certificate13.example.com 8446 -tls1_3
	check "stack: certificate required" grep -q 'alert number 116' "$WORK/said/no-certificate13.example.com"
	expect no-certificate13.example.com 1 no-certificate13.example.com '.event.outcome == "failure"
		and (.shaketap.failure | .side == "server" and .certainty == "suspected"
		and (.cause == "client_certificate_missing" or .cause == "encrypted_alert"))'
}

# GnuTLS encrypts the alert by which it rejects a certificate.
encrypted_alert() {
	inside "$CLIENT" timeout 10 gnutls-cli --x509cafile "$CERTS/other.pem" -p 8447 \
		--sni-hostname encrypted-alert.example.com --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 \
		"$S4" </dev/null >"$WORK/gnutls" 2>&1
	check "stack: GnuTLS does not trust it" grep -q 'NOT trusted' "$WORK/gnutls"
	expect encrypted-alert.example.com 1 encrypted-alert.example.com '.event.outcome == "failure"
		and (.shaketap.failure | .side == "client" and .certainty == "suspected"
		and .cause == "encrypted_alert")'
}

# The client sends its alert in the clear with TLS 1.2, and OpenSSL does so with TLS 1.3 too.
client_alerts() {
	local version name
	openssl_server 8447 rsa -www
	openssl_server 8448 expired -www
	for version in 2 3; do
		name=unknown-ca-1$version.example.com
		openssl_client "$name" 8447 "-tls1_$version" -verify_return_error -CAfile "$CERTS/other.pem"
		expect "$name" 1 "$name" '.event.outcome == "failure"
			and (.shaketap.failure | .side == "client" and .cause == "certificate_unknown_ca")
			and .shaketap.alerts[0].code == 48'
		name=expired-1$version.example.com
		openssl_client "$name" 8448 "-tls1_$version" -verify_return_error -CAfile "$CERTS/ca.pem"
		expect "$name" 1 "$name" '.event.outcome == "failure"
			and (.shaketap.failure | .side == "client" and .cause == "certificate_expired")
			and .shaketap.alerts[0].code == 45'
	done
	expect "stage of a rejected certificate, TLS 1.2" 1 unknown-ca-12.example.com \
		'.shaketap.failure.certainty == "observed" and .shaketap.stage == "server_hello_done"'
}

closes() {
	misbehave 9001 reset
	misbehave 9002 close
	openssl_client reset.example.com 9001
	openssl_client closed.example.com 9002
	expect_failure reset.example.com reset.example.com client_hello server reset
	expect_failure closed.example.com closed.example.com client_hello server closed
}

not_tls() {
	openssl_client plain-answer.example.com 80
	expect_failure plain-answer.example.com plain-answer.example.com client_hello server not_tls_server
}

# Nobody answers: --handshake-timeout 1, and the client stays longer.
silence() {
	misbehave 9003 silent
	LIMIT=1.6 openssl_client silent.example.com 9003
	expect_failure silent.example.com silent.example.com client_hello none no_server_hello
}

refused() {
	inside "$CLIENT" curl -s --max-time 3 "https://$S4:993/"
	expect_failure tcp_refused '.server.port == 993' tcp_syn server tcp_refused
}

unanswered() {
	inside "$SERVER" nft -f - <<-END
		table inet st {
			chain in { type filter hook input priority 0; tcp dport 5061 drop; }
		}
	END
	inside "$CLIENT" curl -s --max-time 3.5 "https://$S4:5061/"
	expect_failure tcp_timeout '.server.port == 5061' tcp_syn none tcp_timeout
}

# Connections without TLS; the records of the later cases show that time for one has passed.
no_handshakes() {
	inside "$CLIENT" bash -c "exec 3<>/dev/tcp/$S4/443" # a health check
	inside "$CLIENT" curl -sS --max-time 5 "http://$S4/" >"$WORK/plain"
	check "plain HTTP works" grep -q plain "$WORK/plain"
}

make_certificates
make_pair
nginx_server
start_shaketap "$CLIENT" --handshake-timeout 1
no_handshakes
server_alerts
client_alerts
encrypted_alert
closes
not_tls
silence
refused
unanswered
expect_none "a health check is no handshake" '.server.port == 443'
expect "plain HTTP is no handshake" 1 '.server.port == 80' \
	'.tls.client.server_name == "plain-answer.example.com"'
expect "no other record" 16 '.server.port' '.event.outcome == "failure"'
stop_shaketap
finish
