#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The failure laboratory: every scenario of lab/*.table, each failure made on purpose, healthy
# connections beside them, and whether what we say of each is true: test_lab.sh [SCENARIO...]
# LAB_KEEP=FOLDER keeps what the stacks said, the capture and the records there.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib_capture.sh
. "$HERE/lib_capture.sh"
LAB=$HERE/lab
NPM=$(dirname "$SHAKETAP")/npm
export PYTHONDONTWRITEBYTECODE=1

# Certificates with something wrong with each, and the forms that NSS and Java want.
more_certificates() {
	(
		cd "$CERTS" || exit 1
		set -e
		mkdir empty
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
			-subj /CN=self.example.com -addext subjectAltName=DNS:*.example.com -keyout self.key -out self.pem
		openssl req -x509 -CA other.pem -CAkey other.key -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-days 30 -subj /CN=stranger.example.com -keyout stranger.key -out stranger.pem
		issue revoked ec 30 ec_paramgen_curve:P-256
		openssl ca -config ca.conf -revoke revoked.pem
		openssl ca -config ca.conf -gencrl -crldays 30 -out ca.crl
		cat ca.pem ca.crl >ca-with-crl.pem
		sed 's/^subjectAltName.*/subjectAltName=DNS:another.test/' ca.conf >name.conf
		sed 's/DNS:localhost/DNS:local/; $a extendedKeyUsage=clientAuth' ca.conf >purpose.conf
		openssl ca -batch -config name.conf -days 30 -in rsa.csr -out misnamed.pem
		cp rsa.key misnamed.key
		openssl ca -batch -config purpose.conf -days 30 -in rsa.csr -out purpose.pem
		cp rsa.key purpose.key
		openssl ca -batch -config ca.conf -startdate 20990101000000Z -enddate 20990201000000Z \
			-in rsa.csr -out future.pem
		cp rsa.key future.key
		cat rsa.pem rsa.key >rsa.both
		for name in rsa client stranger; do
			openssl pkcs12 -export -in $name.pem -inkey $name.key -name $name -out $name.p12 \
				-passout pass:shaketap
		done
	) >"$WORK/more.log" 2>&1 || fail "more certificates" "$WORK/more.log"
}

nss_databases() {
	command -v certutil >/dev/null || return 0
	for name in nss nss-stranger nss-server nss-client; do
		mkdir "$CERTS/$name"
		certutil -N -d "sql:$CERTS/$name" --empty-password
		certutil -A -d "sql:$CERTS/$name" -n ca -t CT,C,C \
			-i "$CERTS/$([ "$name" = nss-stranger ] && echo other || echo ca).pem"
	done
	pk12util -d "sql:$CERTS/nss-server" -i "$CERTS/rsa.p12" -W shaketap
	pk12util -d "sql:$CERTS/nss-client" -i "$CERTS/client.p12" -W shaketap
}

# Stacks that Debian does not have: BoringSSL in bun, rustls in deno, Go in esbuild, OpenSSL 3.5 in
# node. Without npm their scenarios are skipped.
javascript_stacks() {
	local arch=x64
	[ "$(uname -m)" = aarch64 ] && arch=arm64
	[ -x "$NPM/node_modules/node-linux-$arch/bin/node" ] && [ -d "$NPM/node_modules/deno" ] && return
	command -v npm >/dev/null || return
	timeout 90 npm install --prefix "$NPM" --ignore-scripts --no-audit --no-fund --no-save \
		bun@1.4.5 deno@2.9.6 esbuild@0.28.2 "node-linux-$arch@24.21.0" >"$WORK/npm.log" 2>&1 ||
		grep -m 1 'error code' "$WORK/npm.log" | details
}

java_stack() {
	command -v javac >/dev/null && javac -d "$WORK" "$LAB/Stack.java" >"$WORK/javac.log" 2>&1
}

# Every address of 10.78/16 (and 10.79/16, behind a link as bad as a scenario asks for) is the
# server's: each scenario has one of its own, which says whose a record is.
more_paths() {
	add_namespace "$MIDDLE"
	link "$CLIENT" c1 "$MIDDLE" m0
	link "$SERVER" s1 "$MIDDLE" m1
	address "$CLIENT" c1 10.76.0.1/24
	address "$SERVER" s1 10.76.0.2/24
	ip -n "$CLIENT" route add 10.78.0.0/16 via "$S4"
	ip -n "$CLIENT" route add 10.79.0.0/16 via 10.76.0.2
	ip -n "$SERVER" route add local 10.78.0.0/16 dev lo
	ip -n "$SERVER" route add local 10.79.0.0/16 dev lo
	for end in "$CLIENT c1" "$SERVER s1" "$MIDDLE m0" "$MIDDLE m1"; do
		# shellcheck disable=SC2086 # namespace and device
		set -- $end
		inside "$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null
	done
	for space in "$CLIENT" "$SERVER"; do
		inside "$space" sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_fastopen'
	done
}

# failures RECORDS: as the metric counts them
failures() {
	jq -r 'select(.shaketap.failure) | .shaketap | "\(.role // "none") \(.failure | "\(.stage) \(.side) \(.cause)")"' "$1" |
		sort | uniq -c | awk '{ print $2, $3, $4, $5, $1 }' | sort
}

# shaketap_handshake_failures_total{role="client",stage="x",side="y",cause="z"} 3 -> client x y z 3
counted() {
	scrape | sed -n 's/^shaketap_handshake_failures_total{\(.*\)} /\1 /p' | tr , ' ' |
		sed 's/[a-z]*="\([a-z_]*\)"/\1/g' | awk '$NF > 0' | sort
}

metrics_agree() {
	failures "$RECORDS" >"$WORK/failures"
	counted >"$WORK/counted"
	diff "$WORK/failures" "$WORK/counted"
}

keep() {
	[ -z "${LAB_KEEP:-}" ] || { mkdir -p "$LAB_KEEP" && cp -r "$WORK"/. "$LAB_KEEP"; }
}

laboratory() {
	python3 "$LAB/lab.py" run "$WORK" "$CERTS" "$NPM" "$CLIENT" "$SERVER" "$MIDDLE" "$@" &
	STARTED+=($!)
	wait $! || fail "the scenarios ran"
}

make_certificates
more_certificates
nss_databases >"$WORK/nss.log" 2>&1
javascript_stacks &
java_stack &
wait
make_pair
more_paths
start_shaketap "$CLIENT" --handshake-timeout 2
record "$CLIENT" any "$WORK/lab.pcap" -B 65536 tcp
laboratory "$@"
check "the metrics show each failure" metrics_agree
stop_recording "$WORK/lab.pcap"
stop_shaketap
"$SHAKETAP" read -f json --handshake-timeout 2 "$WORK/lab.pcap" >"$WORK/read.json" 2>"$WORK/read.log"
python3 "$LAB/lab.py" judge "$WORK" "$RECORDS" "$WORK/read.json" || FAILED=$((FAILED + 1))
keep
if [ -s "$WORK/again" ]; then
	mapfile -t again <"$WORK/again"
	LAB_AGAIN=1 bash "$0" "${again[@]}" || FAILED=$((FAILED + 1))
fi
finish
