#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The HTTP side: pages, formats, and numbers that match what was done.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

URL=http://$METRICS

# status EXPECTED PATH [ARGS]
status() {
	local got
	got=$(inside "$CLIENT" curl -s -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' "${@:3}" "$URL$2")
	[ "$got" = "$1" ] && return
	echo "$2: $got instead of $1"
	cat "$WORK/body"
	return 1
}

header() {
	grep -qi "^$1: *$2" "$WORK/head" || { cat "$WORK/head" && false; }
}

pages() {
	check "/healthz is 200" status 200 /healthz
	check "/readyz is 200" status 200 /readyz
	check "/ is 200" status 200 /
	check "/ is HTML" header content-type text/html
	check "/ says html" grep -qi '<html' "$WORK/body"
	check "/nosuch is 404" status 404 /nosuch
	check "POST / is 405" status 405 / -d x=1
	check "POST /metrics is 405" status 405 /metrics -d x=1
	check "DELETE /metrics is 405" status 405 /metrics -X DELETE
	check "HEAD /metrics is 200" status 200 /metrics -I
}

promtool_accepts() {
	scrape | promtool check metrics >"$WORK/promtool" 2>&1
	local code=$?
	cat "$WORK/promtool"
	# promtool has an opinion about the help text of others, but none about ours.
	[ "$code" = 0 ] && [ ! -s "$WORK/promtool" ]
}

same_names() {
	diff <(grep -o '^shaketap_[a-z_]*' "$1" | sort -u) <(grep -o '^shaketap_[a-z_]*' "$2" | sort -u)
}

formats() {
	check "/metrics is 200" status 200 /metrics
	check "Prometheus text" header content-type 'text/plain; *version=0.0.4'
	check "promtool accepts it" promtool_accepts
	cp "$WORK/body" "$WORK/plain"
	check "OpenMetrics when asked" status 200 /metrics \
		-H 'Accept: application/openmetrics-text; version=1.0.0, text/plain;q=0.5'
	check "OpenMetrics by name" header content-type 'application/openmetrics-text; *version=1.0.0'
	check "ends with # EOF" [ "$(tail -n 1 "$WORK/body")" = "# EOF" ]
	check "both have the same metrics" same_names "$WORK/plain" "$WORK/body"
	check "text when preferred" status 200 /metrics \
		-H 'Accept: application/openmetrics-text;q=0.1, text/plain;q=0.9'
	check "text is not OpenMetrics" header content-type text/plain
	check "gzip when asked" status 200 /metrics -H 'Accept-Encoding: gzip'
	check "gzip is named" header content-encoding gzip
	check "gzip is gzip" gzip -t <"$WORK/body"
	gzip -dc <"$WORK/body" >"$WORK/unzipped"
	check "the same within" same_names "$WORK/plain" "$WORK/unzipped"
	status 200 /metrics
	check "no gzip unless asked" grep -q '^# HELP' "$WORK/body"
}

# counts NAME EXPECTED METRIC [LABEL]
counts() {
	local got
	got=$(metric "${@:3}")
	if [ "$got" = "$2" ]; then
		pass "$1"
	else
		fail "$1"
		echo "# ${*:3} is $got instead of $2"
	fi
}

# 3 TLS 1.3, of which 2 resumed, 2 TLS 1.2, 1 with HelloRetryRequest, 1 refused alert, 1 silence
handshakes() {
	local session=$WORK/session
	openssl_server 8443 rsa -www -groups X25519
	openssl_server 8444 rsa -www -tls1_3
	serve "$SERVER" 9003 python3 "$HERE/misbehave.py" "$S4" 9003 silent
	openssl_client one.example.com 8443 -tls1_3 -sess_out "$session"
	openssl_client One.Example.com 8443 -tls1_3 -sess_in "$session"
	openssl_client two.example.com 8443 -tls1_3 -sess_in "$session"
	openssl_client two.example.com 8443 -tls1_2
	openssl_client one.example.com 8443 -tls1_2
	openssl_client retry.example.com 8443 -groups P-256:X25519
	openssl_client alert.example.com 8444 -tls1_2
	LIMIT=1.5 openssl_client silent.example.com 9003
	expect "all were reported" 8 '.server.port' true
}

numbers() {
	counts "handshakes" 8 shaketap_handshakes_total
	counts "TLS 1.3" 4 shaketap_handshakes_total 'version="1.3"'
	counts "TLS 1.2" 2 shaketap_handshakes_total 'version="1.2"'
	counts "no version" 2 shaketap_handshakes_total 'version="none"'
	counts "resumed" 2 shaketap_handshakes_total 'resumption="resumed"'
	counts "failures" 2 shaketap_handshake_failures_total
	counts "version mismatch" 1 shaketap_handshake_failures_total 'cause="version_mismatch"'
	counts "silence" 1 shaketap_handshake_failures_total 'cause="no_server_hello"'
	counts "by server name" 8 shaketap_server_handshakes_total
	counts "letters of either case are one name" 3 \
		shaketap_server_handshakes_total 'server_name="one.example.com"'
	counts "hello retry" 1 shaketap_hello_retry_requests_total
	counts "durations" 6 shaketap_handshake_duration_seconds_count
	counts "alerts" 1 shaketap_alerts_total 'description="protocol_version"'
	counts "none unknown" 0 shaketap_handshakes_unknown_total
	counts "none in progress" 0 shaketap_handshakes_in_progress
	counts "none lost" 0 shaketap_events_lost_total
	counts "two interfaces" 2 shaketap_interfaces
	counts "groups" 6 shaketap_key_exchange_groups_total 'group="x25519"'
	counts "round trips" 9 shaketap_round_trips_total
}

make_certificates
make_pair
start_shaketap "$CLIENT" --handshake-timeout 1
pages
handshakes
numbers
formats
stop_shaketap
finish
