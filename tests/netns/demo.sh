#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What shaketap shows: a minute of handshakes, good and failing, between namespaces of its own.
# DEMO_SECONDS says for how long; Ctrl-C ends it sooner. Nothing stays behind.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

DEMO_SECONDS=${DEMO_SECONDS:-60}
SAID=$WORK/clients # what the clients say is of no interest here

if [ "$(id -u)" != 0 ]; then
	echo "the demo makes network namespaces: run it as root (sudo make demo)" >&2
	exit 1
fi

servers() {
	make_certificates
	make_pair
	mkdir "$WORK/said"
	nginx_server
	openssl_server 8443 ecdsa -www -groups X25519
	openssl_server 465 rsa -www -cipher ALL:@SECLEVEL=0
	openssl_server 993 ecdsa -www -tls1_3
	# Stopped, it still accepts connections, but never says a word.
	openssl_server 636 rsa -www && kill -STOP "$STARTED_PID"
}

web() {
	https api.example.com 443
	https www.example.com 443 --tls-max 1.2
}

resumed() {
	openssl_client shop.example.com 8443 -sess_out "$WORK/session"
	openssl_client shop.example.com 8443 -sess_in "$WORK/session"
}

hello_retry() {
	openssl_client edge.example.com 8443 -groups P-256:X25519
}

legacy() {
	openssl_client legacy.example.com 465 -tls1 -cipher ALL:@SECLEVEL=0
}

expired() {
	https old.example.com 9444 --tls-max 1.2
	https old.example.com 9444
}

unknown_authority() {
	https internal.example.com 443 --cacert "$CERTS/other.pem"
}

too_old() {
	openssl_client mail.example.com 993 -tls1_2
}

plain_http() {
	https intranet.example.com 80
}

refused() {
	https down.example.com 989
}

silent() {
	LIMIT=4 openssl_client slow.example.com 636 &
	STARTED+=($!)
}

traffic() {
	local end=$((SECONDS + DEMO_SECONDS)) kind
	while :; do
		for kind in web resumed hello_retry silent legacy expired web unknown_authority too_old \
			resumed plain_http refused; do
			[ "$SECONDS" -lt "$end" ] || return
			"$kind" >"$SAID" 2>&1
			sleep 0.7
		done
	done
}

# Like start_shaketap, but for people: its lines go to the terminal.
watch() {
	LOG=$WORK/log
	: >"$LOG"
	ip netns exec "$CLIENT" "$SHAKETAP" run --handshake-timeout 3 </dev/null 2>"$LOG" &
	OBSERVER=$!
	OBSERVED=$CLIENT
	STARTED+=("$OBSERVER")
	within 10 grep -qs observing "$LOG" && return
	cat "$LOG" >&2
	exit 1
}

explain() {
	cat <<-END
		Namespaces of its own, OpenSSL and nginx, $DEMO_SECONDS seconds of handshakes, good and failing.
		The metrics, meanwhile, from another terminal as root:
		  ip netns exec $CLIENT curl -s http://$METRICS/metrics

	END
}

some_metrics() {
	echo
	echo "From the metrics page:"
	scrape | grep -E '^shaketap_(handshakes|handshake_failures|server_handshakes|hello_retry_requests)_total' |
		grep -v ' 0$' | sed 's/^/  /'
}

servers
watch
explain
traffic
sleep 3.5 # for the silent server's last client
some_metrics
stop "$OBSERVER"
