#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Adverse order: what the link does to the packets of a handshake changes nothing in its record, or
# makes it unknown with its cause. Seen from the middle, where both directions have suffered.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib_capture.sh
. "$HERE/lib_capture.sh"
# shellcheck source=tests/netns/lib_spaces.sh
. "$HERE/lib_spaces.sh"
export PYTHONDONTWRITEBYTECODE=1

# client - disorder - a bridge, observed - disorder - server
make_link() {
	add_spaces client spoil1 watch spoil2 server
	wire client c0 10.91.0.1/24 spoil1 d0 -
	wire spoil1 d1 - watch w0 -
	wire watch w1 - spoil2 d1 -
	wire spoil2 d0 - server s0 10.91.0.2/24
	attach watch br0 w0 w1
	ethtool_off client c0
	ethtool_off server s0
	ip -n "$(space client)" link set c0 gso_max_segs 1
	ip -n "$(space server)" link set s0 gso_max_segs 1
	tls_server server 443 -cert_chain "$CERTS/ca.pem"
	tls_server server 444 -cert_chain "$CERTS/ca.pem" -max_send_frag 512
	tls_server server 445 -tls1_3
}

ethtool_off() {
	inside "$(space "$1")" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null
}

# disorder HOW: from now on, in both places
disorder() {
	local n
	for n in 1 2; do
		[ -z "${SPOILERS[$n]:-}" ] || stop "${SPOILERS[$n]}"
		background "$(space "spoil$n")" "$WORK/spoil$n" python3 "$HERE/disorder.py" d0 d1 "$1"
		SPOILERS[n]=$STARTED_PID
	done
	within 5 both_listen
}

both_listen() {
	local n
	for n in 1 2; do
		[ "$(inside "$(space "spoil$n")" grep -c '^[0-9a-f]' /proc/net/packet)" = 2 ] || return 1
	done
}

# The four handshakes that each link is tried with: usual, with a hello of two segments, and with
# records of 512 bytes, so that messages go over several.
rounds() {
	local how=${1/:/-} # a name that the certificate covers
	handshake "$how-13" client 10.91.0.2 443 -tls1_3
	handshake "$how-12" client 10.91.0.2 443 -tls1_2
	handshake "$how-large" client 10.91.0.2 443 -tls1_3 -alpn "$(long_hello)"
	handshake "$how-records" client 10.91.0.2 444 -tls1_2 -alpn "$(long_hello)" -max_send_frag 512
}

# What a record says, without what differs from one handshake to the next.
essence() {
	jq -cS 'select(.tls.client.server_name == "'"$1"'.example.com") |
		del(."@timestamp", .event.duration, .network.community_id, .client.port, .tls.client.server_name)
		| del(.shaketap.times, .shaketap.client_hello.random, .shaketap.client_hello.segments,
			.shaketap.server_hello.random, .shaketap.client_hello.length, .shaketap.interface)
		| .shaketap.messages |= (map(select(.type) | del(.t, .length)) | group_by(.from))' "$RECORDS"
}

there() {
	[ "$(grep -c "\"$1.example.com\"" "$RECORDS")" -ge 1 ]
}

# equals NAME LIKE: the record of one is that of the other, and there is one
equals() {
	within 6 there "$1"
	essence "$1" >"$WORK/this"
	essence "$2" >"$WORK/like"
	if [ -s "$WORK/this" ] && cmp -s "$WORK/this" "$WORK/like"; then
		pass "$1"
	else
		fail "$1"
		echo "# $(wc -l <"$WORK/this") records"
		diff <(jq . "$WORK/like") <(jq . "$WORK/this") | head -n 20 | details
	fi
}

# settled NAME LIKE: as equals, or unknown with its cause
settled() {
	within 6 there "$1"
	if essence "$1" | jq -e '.event.outcome == "unknown" and (.shaketap.unknown_cause | length) > 0' >/dev/null; then
		pass "$1 (unknown)"
	else
		equals "$1" "$2"
	fi
}

# straight HOW: nothing may be missing
straight() {
	disorder "$1"
	rounds "$1"
	for kind in 13 12 large records; do
		equals "${1/:/-}-$kind" "pass-$kind"
	done
}

shuffled() {
	local seed
	for seed in $SEEDS; do
		disorder "shuffle:$seed"
		rounds "shuffle:$seed"
	done
	for seed in $SEEDS; do
		for kind in 13 12 large records; do
			settled "shuffle-$seed-$kind" "pass-$kind"
		done
	done
}

# The client's sequence numbers pass 2^32 in its hello, with and without small pieces.
wraps() {
	local how
	for how in pass pieces:61; do
		disorder "$how"
		check "stack: wrap, $how" inside "$(space client)" python3 "$HERE/odd.py" wrap 10.91.0.2 443 \
			"$CERTS/ca.pem" "wrap-${how/:/-}.example.com"
		expect "wrap-$how" 1 "wrap-${how/:/-}.example.com" "$GOOD and .tls.version == \"1.3\""
	done
}

# The server refuses and closes, the client has had enough and closes, and behind both FINs comes
# what the server said.
behind_fins() {
	disorder behind:80
	check "stack: the alert came" inside "$(space client)" python3 "$HERE/handshakes.py" hang_up 10.91.0.2 445 \
		"$CERTS/ca.pem" behind.example.com
	cp "$WORK/check" "$WORK/alert"
	check "stack: it was protocol_version" grep -qx '15030[123]00020246' "$WORK/alert"
	expect "an alert behind both FINs" 1 behind.example.com '.event.outcome == "failure" and
		.shaketap.alerts == [{from: "server", level: "fatal", description: "protocol_version", code: 70}]'
}

# The packets once more, from a file and through the programs: the same records.
both_paths() {
	if [ ! -x "$PATHS_TOOL" ]; then
		skip "file and programs agree" "there is no $PATHS_TOOL"
		return
	fi
	"$PATHS_TOOL" "$1" >"$WORK/paths"
	check "file and programs agree" python3 "$HERE/../bpf/paths.py" "$HERE/../bpf/paths_differences.tsv" <"$WORK/paths"
	details "$WORK/check"
}

SPOILERS=()
PATHS_TOOL=${PATHS_TOOL:-$(dirname "$SHAKETAP")/tests/bpf/paths}
SEEDS=${SEEDS:-1 2 3}
make_certificates
make_link
disorder pass
start_shaketap "$(space watch)"
rounds pass
for kind in 13 12 large records; do
	one "pass-$kind" -
done
straight pieces:1
straight pieces:3
straight pieces:61
# On a busy machine tcpdump does not keep up with pieces, nor with room for 64 KB per packet.
record "$(space watch)" w0 "$WORK/order.pcap" -s 2000 -B 16384 tcp
straight overlap
straight twice
straight overtake
straight lost
wraps
shuffled
expect "nothing called failed" 0 '.event.outcome == "failure"' true
behind_fins
stop_recording "$WORK/order.pcap"
stop_shaketap
PATIENCE=0 expect "no record too many" $((35 + 4 * $(wc -w <<<"$SEEDS"))) .server true
both_paths "$WORK/order.pcap"
finish
