#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A thousand handshakes, each right in every field; a large download that costs nothing.
# The truth is what Python's ssl module reports of each handshake.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

COUNT=${HANDSHAKES:-1000}
DOWNLOAD_MB=${DOWNLOAD_MB:-200}

python_server() {
	serve "$SERVER" 443 python3 "$HERE/handshakes.py" serve "$S4" 443 \
		"$CERTS/ecdsa.pem" "$CERTS/ecdsa.key"
}

# OpenSSL's names of cipher suites -> IANA's, as a JSON object
cipher_names() {
	openssl ciphers -stdname ALL | awk '{ printf "{\"key\":\"%s\",\"value\":\"%s\"}\n", $3, $1 }' |
		jq -s from_entries
}

# All that is wrong with the records, one line each.
differences() {
	jq -rn --slurpfile truth "$WORK/truth" --slurpfile records "$RECORDS" --slurpfile names "$WORK/names" '
		($records | group_by(.tls.client.server_name)
			| map({key: (.[0].tls.client.server_name // "none"), value: .}) | from_entries) as $by |
		($truth | map(.name)) as $known |
		($by | keys[] | select(IN($known[]) | not) | "unexpected \(.)"),
		($truth[] | . as $t | ($by[.name] // []) as $r |
			if ($r | length) != 1 then "\($r | length) records of \(.name)"
			elif $r[0] | (.event.outcome == "success" and .tls.version == $t.version[4:]
				and .tls.cipher == ($names[0][$t.cipher] // $t.cipher)
				and .client.port == $t.port and .server.port == 443 and .shaketap.complete) | not
			then "wrong: \($t) \($r[0] | del(.shaketap.client_hello, .tls.client.supported_ciphers))"
			else empty end)'
}

all_there() {
	[ "$(wc -l <"$RECORDS")" -ge "$COUNT" ]
}

# thousand NAME: run by the observer's test
thousand() {
	local start=$SECONDS
	cipher_names >"$WORK/names"
	check "$COUNT handshakes were made, $1" inside "$CLIENT" python3 "$HERE/handshakes.py" connect \
		"$S4" 443 "$CERTS/ca.pem" "$COUNT" "$1-"
	cp "$WORK/check" "$WORK/truth"
	echo "# $COUNT handshakes took $((SECONDS - start)) s"
	within 5 all_there
	sleep 0.3 # one too many would still be on its way
	differences >"$WORK/differences" 2>&1
	if [ "$(wc -l <"$RECORDS")" = "$COUNT" ] && [ ! -s "$WORK/differences" ]; then
		pass "$COUNT records, all right, $1"
	else
		fail "$COUNT records, all right, $1"
		{
			echo "records: $(wc -l <"$RECORDS"), differences: $(wc -l <"$WORK/differences")"
			head -n 5 "$WORK/differences"
		} | details
	fi
	check "no event was lost, $1" [ "$(metric shaketap_events_lost_total)" = 0 ]
	check "handshake counters, $1" [ "$(metric shaketap_handshakes_total)" = "$COUNT" ]
	check "half of them TLS 1.3, $1" \
		[ "$(metric shaketap_handshakes_total 'version="1.3"')" = "$((COUNT / 2))" ]
	check "no failure was counted, $1" [ "$(metric shaketap_handshake_failures_total)" = 0 ]
}

download() {
	local before after
	before=$(metric shaketap_events_total)
	check "a download of $DOWNLOAD_MB MB" inside "$CLIENT" python3 "$HERE/handshakes.py" download \
		"$S4" 443 "$CERTS/ca.pem" download.example.com "$((DOWNLOAD_MB << 20))"
	expect "one record of the download" 1 download.example.com "$GOOD"
	after=$(metric shaketap_events_total)
	echo "# the download took $((after - before)) events"
	check "at most 100 events for the download" [ "$((after - before))" -le 100 ]
	check "and at least one event" [ "$after" -gt "$before" ]
}

make_certificates
make_bridge
python_server
start_shaketap "$CLIENT" -i c0
thousand one-end
download
stop_shaketap
# lo, both ports and the bridge: every packet is seen several times.
start_shaketap "$MIDDLE"
thousand everywhere
check "copies were skipped" [ "$(metric shaketap_duplicates_skipped_total)" -gt "$COUNT" ]
stop_shaketap "stops quietly, everywhere"
finish
