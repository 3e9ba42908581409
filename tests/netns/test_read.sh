#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shaketap read says of a capture what shaketap run said of the same traffic; files of every make,
# and files that are none. Everything is read by an ordinary user without any rights.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib_capture.sh
. "$HERE/lib_capture.sh"

MULTIPLY=${MULTIPLY:-$(dirname "$SHAKETAP")/tests/pcap/multiply}
COPIES=${COPIES:-2000}
CAPTURE=$WORK/capture.pcap
READER=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all
	--no-new-privs "$WORK/shaketap" read)

# ---- the traffic --------------------------------------------------------------------------------

servers() {
	openssl_server 8443 rsa -www
	openssl_server 8444 ecdsa -www -cipher ALL:@SECLEVEL=0
	openssl_server 8445 rsa -www -tls1_3
	openssl_server 8446 rsa -www -CAfile "$CERTS/ca.pem" -Verify 2
	openssl_server 8447 rsa -www -groups X25519
	serve "$SERVER" 9001 python3 "$HERE/misbehave.py" "$S4" 9001 reset
	serve "$SERVER" 9002 python3 "$HERE/misbehave.py" "$S4" 9002 close
	serve "$SERVER" 9003 python3 "$HERE/misbehave.py" "$S4" 9003 silent
}

good_handshakes() {
	local session=$WORK/session
	openssl_client tls13.example.com 8443 -tls1_3
	openssl_client tls12.example.com 8443 -tls1_2
	openssl_client tls11.example.com 8444 -tls1_1 -cipher ALL:@SECLEVEL=0
	openssl_client tls10.example.com 8444 -tls1 -cipher ALL:@SECLEVEL=0
	openssl_client static-rsa.example.com 8443 -tls1_2 -cipher AES128-GCM-SHA256
	openssl_client dhe.example.com 8443 -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256
	openssl_client retry.example.com 8447 -tls1_3 -groups P-256:X25519
	openssl_client large.example.com 8443 -tls1_3 -alpn "$(long_hello)"
	TO="[$S6]" openssl_client ipv6.example.com 8443
	openssl_client first.example.com 8443 -tls1_3 -sess_out "$session"
	openssl_client psk.example.com 8443 -tls1_3 -sess_in "$session"
	openssl_client first12.example.com 8443 -tls1_2 -sess_out "$session"
	openssl_client ticket.example.com 8443 -tls1_2 -sess_in "$session"
	openssl_client mutual12.example.com 8446 -tls1_2 -cert "$CERTS/client.pem" -key "$CERTS/client.key"
	openssl_client mutual13.example.com 8446 -tls1_3 -cert "$CERTS/client.pem" -key "$CERTS/client.key"
}
GOOD_HANDSHAKES=15

failed_handshakes() {
	local strict=(-verify_return_error -CAfile "$CERTS/other.pem")
	openssl_client unknown-ca-12.example.com 8443 -tls1_2 "${strict[@]}"
	openssl_client unknown-ca-13.example.com 8443 -tls1_3 "${strict[@]}"
	openssl_client too-old.example.com 8445 -tls1_2
	openssl_client no-certificate-12.example.com 8446 -tls1_2
	openssl_client no-certificate-13.example.com 8446 -tls1_3
	openssl_client reset.example.com 9001
	openssl_client closed.example.com 9002
	LIMIT=1.6 openssl_client silent.example.com 9003
	inside "$CLIENT" curl -s --max-time 3 "https://$S4:993/"
}
FAILED_HANDSHAKES=9

make_traffic() {
	record "$CLIENT" c0 "$CAPTURE" || exit 1
	start_shaketap "$CLIENT" -i c0 --handshake-timeout 1
	good_handshakes
	failed_handshakes
	# A packet behind the last timeout: only packets move the clock of a file.
	sleep 1.2
	inside "$CLIENT" bash -c "exec 3<>/dev/tcp/$S4/8443"
	stop_recording "$CAPTURE"
	expect "run sees the traffic" "$((GOOD_HANDSHAKES + FAILED_HANDSHAKES))" .server true
	stop_shaketap
	chmod 644 "$CAPTURE"
}

# ---- reading ------------------------------------------------------------------------------------

# reads NAME CODE [ARGS]: what it prints is in NAME.out and NAME.err; it ends with CODE.
reads() {
	local name=$1 code=$2 status
	shift 2
	timeout 30 "${READER[@]}" "$@" >"$WORK/$name.out" 2>"$WORK/$name.err"
	status=$?
	[ "$status" = "$code" ] && return
	echo "exit code $status instead of $code" >>"$WORK/$name.err"
	fail "read, $name" "$WORK/$name.err"
	return 1
}

# reads_same NAME ARGS: the same records as of the capture as tcpdump wrote it, and nothing else.
reads_same() {
	local name=$1
	shift
	reads "$name" 0 -f json --handshake-timeout 1 "$@" || return
	check "read, $name" cmp "$WORK/whole.out" "$WORK/$name.out"
	check "read quietly, $name" [ ! -s "$WORK/$name.err" ]
}

# refuses NAME WORDS ARGS: exit 2, one line with these words, no record.
refuses() {
	local name=$1 words=$2
	shift 2
	reads "$name" 2 -f json "$@" || return
	if [ "$(wc -l <"$WORK/$name.err")" = 1 ] && grep -qiE -- "$words" "$WORK/$name.err" &&
		[ ! -s "$WORK/$name.out" ]; then
		pass "refuses $name"
	else
		fail "refuses $name" "$WORK/$name.err"
	fi
}

# ---- the same as run ----------------------------------------------------------------------------

# Without what cannot be the same: times, also those in sentences; what only the host itself
# knows; segments, which are cut behind the hook of run but before tcpdump; and what depends on
# the order of packets that cross: sealed records, and which side's message came first.
comparable() {
	jq -cS 'del(.["@timestamp"], .event.duration, .shaketap.times, .shaketap.interface,
		.shaketap.role, .shaketap.workload, .shaketap.client_hello.segments,
		.shaketap.messages[]?.t)
		| (.shaketap.messages | select(.)) |= (map(select(.record != 23)) | group_by(.from))
		| (.shaketap.failure.text | select(.)) |= sub("[0-9.]+ m?s\\b"; "TIME")' "$1" | sort
}

# By server name: when it began and how long it took, in seconds.
times() {
	jq -r '[.tls.client.server_name // "none", (.["@timestamp"] | (.[:19] + "Z" | fromdate) % 86400
		+ (.[19:-1] | tonumber)), (.event.duration // 0) / 1e9] | map(tostring) | join(" ")' "$1" | sort
}

# What passes between the two observers of a packet; run looks at its timeouts every 100 ms.
times_agree() {
	join <(times "$RECORDS") <(times "$WORK/whole.out") |
		awk -v want="$1" 'function far(a, b) { return a - b > 0.2 || b - a > 0.2 }
			{ n++; if (far($2, $4) || far($3, $5)) { print "differs: " $0; bad = 1 } }
			END { if (n != want) print n " of " want; exit bad || n != want }'
}

same_as_run() {
	comparable "$RECORDS" >"$WORK/run.jsonl"
	comparable "$WORK/whole.out" >"$WORK/read.jsonl"
	if cmp -s "$WORK/run.jsonl" "$WORK/read.jsonl"; then
		pass "read says what run says"
	else
		fail "read says what run says"
		diff <(jq -S . "$WORK/run.jsonl") <(jq -S . "$WORK/read.jsonl") | head -n 30 | details
	fi
	check "their times agree" times_agree "$((GOOD_HANDSHAKES + FAILED_HANDSHAKES))"
	check "no interface, no role" jq -es 'all(.[]; .shaketap | has("interface") or has("role") | not)' \
		"$WORK/whole.out"
	# The comparison means something only if both kinds are there.
	check "read sees successes" [ "$(grep -c '"outcome":"success"' "$WORK/whole.out")" = "$GOOD_HANDSHAKES" ]
	check "read sees failures" [ "$(grep -c '"outcome":"failure"' "$WORK/whole.out")" = "$FAILED_HANDSHAKES" ]
}

# ---- ways into it -------------------------------------------------------------------------------

file_formats() {
	gzip -c "$CAPTURE" >"$WORK/capture.pcap.gz"
	editcap -F pcapng "$CAPTURE" "$WORK/capture.pcapng"
	editcap -F nsecpcap "$CAPTURE" "$WORK/nanoseconds.pcap"
	gzip -c "$WORK/capture.pcapng" >"$WORK/capture.pcapng.gz"
	chmod 644 "$WORK"/capture.* "$WORK/nanoseconds.pcap"
	reads_same gzip "$WORK/capture.pcap.gz"
	reads_same pcapng "$WORK/capture.pcapng"
	reads_same "pcapng, gzip" "$WORK/capture.pcapng.gz"
	reads_same nanoseconds "$WORK/nanoseconds.pcap"
}

several_files() {
	local half=$(($(tshark -r "$CAPTURE" 2>/dev/null | wc -l) / 2 + 1))
	editcap -F pcap -c "$half" "$CAPTURE" "$WORK/part.pcap"
	chmod 644 "$WORK"/part_*
	check "two parts" [ "$(find "$WORK" -name 'part_*' | wc -l)" = 2 ]
	reads_same "two files in the wrong order" "$WORK"/part_00001_* "$WORK"/part_00000_*
}

standard_input() {
	tcpdump -r "$CAPTURE" -w - 2>/dev/null | reads_same "standard input" -
	gzip -c "$CAPTURE" | reads_same "standard input, gzip" -
	reads_same "a file as standard input" - <"$CAPTURE"
}

# A record must come while the traffic goes on, not when the pipe is closed.
live() {
	RECORDS=$WORK/live.json LOG=$WORK/live.log
	mkfifo -m 644 "$WORK/pipe"
	"${READER[@]}" -f json - <"$WORK/pipe" >"$RECORDS" 2>"$LOG" &
	STARTED+=("$!")
	local reader=$!
	ip netns exec "$CLIENT" tcpdump -i c0 -U --immediate-mode -w - >"$WORK/pipe" 2>"$WORK/tcpdump.log" &
	RECORDER=$!
	STARTED+=("$RECORDER")
	within 5 grep -qs 'listening on' "$WORK/tcpdump.log"
	openssl_client live.example.com 8443 -tls1_3
	openssl_client later.example.com 8443 -tls1_2
	expect "live through a pipe" 1 live.example.com "$GOOD"
	kill -INT "$RECORDER"
	wait "$reader"
	check "the end of the pipe is the end" [ $? = 0 ]
	check "live, quietly" [ ! -s "$LOG" ]
	expect "live, the last one" 1 later.example.com "$GOOD"
}

# ---- damage -------------------------------------------------------------------------------------

damaged() {
	local packets file=$WORK/damaged.pcap
	head -c $(($(stat -c %s "$CAPTURE") / 2 + 5)) "$CAPTURE" >"$file"
	packets=$(tshark -r "$file" 2>/dev/null | wc -l)
	editcap -F pcap -r "$CAPTURE" "$WORK/before.pcap" "1-$packets"
	chmod 644 "$file" "$WORK/before.pcap"
	reads before 0 -f json "$WORK/before.pcap"
	reads damaged 2 -f json "$file"
	check "damaged: what was before is read" cmp "$WORK/before.out" "$WORK/damaged.out"
	check "damaged: some records" [ -s "$WORK/damaged.out" ]
	check "damaged: one line" [ "$(wc -l <"$WORK/damaged.err")" = 1 ]
	check "damaged: names the file" grep -q "$file" "$WORK/damaged.err"
	# The other files are read all the same.
	reads beside 2 -f json "$file" "$CAPTURE"
	check "damaged: the file beside it is read" \
		[ "$(jq -c 'select(.event.outcome != "unknown") | .tls.client.server_name' "$WORK/beside.out" |
			sort -u | wc -l)" = "$((GOOD_HANDSHAKES + FAILED_HANDSHAKES))" ]
}

no_captures() {
	local file=$WORK/not
	: >"$file.empty"
	echo "twenty-four bytes and some more of plain text" >"$file.text"
	head -c 24 "$CAPTURE" >"$file.packets"
	cp "$CAPTURE" "$file.readable"
	editcap -T wpan "$CAPTURE" "$file.ethernet"
	chmod 644 "$file".*
	chmod 600 "$file.readable"
	refuses "a directory" "$WORK: " "$WORK"
	refuses "a text file" "$file.text: " "$file.text"
	refuses "a missing file" "$file.there: " "$file.there"
	refuses "an empty file" "$file.empty: " "$file.empty"
	refuses "an unreadable file" "$file.readable: " "$file.readable"
	reads "one missing among two" 2 -f json --handshake-timeout 1 "$CAPTURE" "$file.there"
	check "the other one is read" cmp "$WORK/whole.out" "$WORK/one missing among two.out"
	check "the missing one is named" grep -q "$file.there: " "$WORK/one missing among two.err"
	refuses "an unknown link type" "link type.*allowed" "$file.ethernet"
	refuses "no file at all" "file"
	refuses "an unknown option" "interface" --interface c0 "$CAPTURE"
	refuses "an empty standard input" . - </dev/null
	reads "a capture without packets" 0 -f json "$file.packets" &&
		check "a capture without packets" [ ! -s "$WORK/a capture without packets.err" ]
}

# ---- options ------------------------------------------------------------------------------------

# page NAME: the sum over all its labels
page() {
	grep -E "^$1[{ ]" "$WORK/pages/metrics" | awk '{ n += $NF } END { printf "%d\n", n }'
}

metrics() {
	mkdir "$WORK/pages"
	chown 65534:65534 "$WORK/pages"
	reads metrics 0 --handshake-timeout 1 -f none --metrics "$WORK/pages/metrics" "$CAPTURE"
	check "-f none prints nothing" [ ! -s "$WORK/metrics.out" ]
	check "promtool likes the page" bash -c "promtool check metrics <'$WORK/pages/metrics'"
	check "handshakes on the page" \
		[ "$(page shaketap_handshakes_total)" = "$((GOOD_HANDSHAKES + FAILED_HANDSHAKES))" ]
	check "failures on the page" [ "$(page shaketap_handshake_failures_total)" = "$FAILED_HANDSHAKES" ]
	check "unknown ones on the page" [ "$(page shaketap_handshakes_unknown_total)" = 0 ]
	"${READER[@]}" -f json --metrics /nowhere/metrics "$CAPTURE" >"$WORK/nowhere.out" 2>"$WORK/nowhere.err"
	case $? in
	1 | 2) pass "a page that cannot be written" ;;
	*) fail "a page that cannot be written" "$WORK/nowhere.err" ;;
	esac
	check "it is named in one line" [ "$(grep -c /nowhere/metrics "$WORK/nowhere.err")" = 1 ]
	check "in one line only" [ "$(wc -l <"$WORK/nowhere.err")" = 1 ]
}

only_failures() {
	reads only 0 --handshake-timeout 1 -f json --only failures "$CAPTURE"
	check "--only failures" cmp <(grep '"outcome":"failure"' "$WORK/whole.out") "$WORK/only.out"
	reads text 0 --handshake-timeout 1 "$CAPTURE"
	check "text: a line each" [ "$(wc -l <"$WORK/text.out")" = "$((GOOD_HANDSHAKES + FAILED_HANDSHAKES))" ]
	check "text: no colours" [ "$(grep -c $'\033' "$WORK/text.out")" = 0 ]
}

# ---- adversity, and the other path ---------------------------------------------------------------

# Packets doubled, swapped, split, left out ..., and the capture through the kernel programs.
other_ways() {
	local tools
	tools=$(dirname "$SHAKETAP")/tests
	if "$tools/pcap/variants" "$CAPTURE" >"$WORK/variants" 2>&1; then
		pass "no variant fails: $(tail -n 1 "$WORK/variants" | sed 's/.* \(connections\)/\1/')"
	else
		fail "no variant fails" "$WORK/variants"
	fi
	if "$tools/bpf/paths" "$CAPTURE" |
		python3 "$HERE/../bpf/paths.py" "$HERE/../bpf/paths_differences.tsv" >"$WORK/paths" 2>&1; then
		pass "the kernel's path says the same: $(tail -n 1 "$WORK/paths" | sed 's/.* \(records\)/\1/')"
	else
		fail "the kernel's path says the same" "$WORK/paths"
	fi
}

# ---- many ---------------------------------------------------------------------------------------

# What it takes, text and JSON; a measurement, not a test.
measure() {
	local format
	for format in text json; do
		python3 - "$format" "$1" "${READER[@]}" <<-'END'
			import os, resource, subprocess, sys, time
			begun = time.monotonic()
			subprocess.run([*sys.argv[3:], "-f", sys.argv[1], sys.argv[2]], stdout=subprocess.DEVNULL)
			used = resource.getrusage(resource.RUSAGE_CHILDREN)
			print(f"# {os.path.getsize(sys.argv[2]) / 1e6:.0f} MB as {sys.argv[1]}: "
			      f"{time.monotonic() - begun:.1f} s, {used.ru_maxrss / 1e3:.0f} MB of memory")
		END
	done
}

many() {
	local file=$WORK/many.pcap
	if [ ! -x "$MULTIPLY" ]; then
		skip "many" "there is no $MULTIPLY"
		return
	fi
	make_template "$WORK/template.pcap"
	check "$COPIES connections" "$MULTIPLY" -n "$COPIES" -r 5000 "$WORK/template.pcap" "$file"
	chmod 644 "$file"
	reads many 0 -f json "$file"
	measure "$file"
	check "$COPIES records" [ "$(wc -l <"$WORK/many.out")" = "$COPIES" ]
	check "$COPIES names" [ "$(jq -r '.tls.client.server_name | capture("^n0*(?<n>[0-9]+)\\.").n' "$WORK/many.out" |
		sort -n | cmp - <(seq 0 $((COPIES - 1))) 2>&1)" = "" ]
	check "all of them successes" jq -es "all(.[]; $GOOD)" "$WORK/many.out"
	# More than fits into a pipe, and nobody there to read it.
	"${READER[@]}" -f json "$file" 2>"$WORK/head.err" | head -n 1 >"$WORK/head.out"
	check "a closed pipe is no error" [ "${PIPESTATUS[0]}" = 0 ]
	check "a closed pipe is no news" [ ! -s "$WORK/head.err" ]
}

make_certificates
make_pair
no_offloads
cp "$SHAKETAP" "$WORK/shaketap"
chmod 755 "$WORK/shaketap"
servers
make_traffic
reads whole 0 -f json --handshake-timeout 1 "$CAPTURE"
same_as_run
file_formats
several_files
standard_input
damaged
no_captures
metrics
only_failures
other_ways
many
live
finish
