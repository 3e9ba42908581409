#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Handshakes in the guest of kernels_guest.sh, over lo and to a namespace, and what OpenSSL says of
# each, held against its record. Sourced.
# shellcheck disable=SC2154 # variables of kernels_guest.sh

asked=() selects=() filters=() # by handshake: its name, which its record is, what it must meet

# server NAME PORT [ARGUMENT...]: by way of a command
server() {
	local log=/tmp/server.$1.$2 port=$2 by=()
	[ "$1" = lo ] || by=(ip netns exec peer)
	shift 2
	"${by[@]}" openssl s_server -accept "$port" -cert /rsa.pem -key /rsa.key -www "$@" \
		</dev/null >"$log" 2>&1 &
	SERVERS+=("$log")
}

servers() {
	local place log
	ip netns add peer
	SERVERS=()
	for place in lo veth; do
		server "$place" 8443
		server "$place" 8444 -tls1_2 -Verify 1 -CAfile /ca.pem
	done
	for log in "${SERVERS[@]}"; do
		within 60 grep -q ACCEPT "$log" || return
	done
}

veth() {
	ip link add late0 type veth peer name late1 netns peer
	ip addr add 10.79.0.1/24 dev late0
	ip link set late0 up
	ip -n peer addr add 10.79.0.2/24 dev late1
	ip -n peer link set late1 up
}

# client NAME ADDRESS PORT [ARGUMENT...]: what it says is in said/NAME
client() {
	local name=$1 to=$2 port=$3
	shift 3
	printf 'GET / HTTP/1.0\r\n\r\n' | timeout 60 openssl s_client -connect "$to:$port" \
		-servername "$name" -ign_eof "$@" >"/tmp/said/$name" 2>&1
	[ -s "/tmp/said/$name" ]
}

# For each file of what a client said: its name and what a record must meet then. The first file are
# the names of cipher suites, IANA's and OpenSSL's.
outcomes() {
	awk '
		function tell() {
			if (cipher != "")
				filter = ".event.outcome == \"success\" and .tls.established and" \
					" .shaketap.complete and .tls.version == \"" version "\" and" \
					" .tls.cipher == \"" iana[cipher] "\" and .tls.resumed == " resumed \
					" and .tls.curve == \"" group "\""
			else if (alert != "")
				filter = ".event.outcome == \"failure\" and .shaketap.failure.side == \"server\"" \
					" and (.shaketap.alerts | map([.from, .level, .code])) ==" \
					" [[\"server\", \"fatal\", " alert "]]"
			else
				filter = ".event.outcome == \"failure\" and .shaketap.stage == \"tcp_syn\" and " refused
			print name "\t" filter
		}
		FNR == NR { iana[$3] = $1; next }
		FNR == 1 {
			if (name) tell()
			name = FILENAME; sub(".*/", "", name)
			cipher = version = group = alert = ""; refused = "false"
		}
		/^(New|Reused), TLSv1/ && cipher == "" { cipher = $NF; resumed = /^New/ ? "false" : "true" }
		cipher ~ /^TLS_/ { version = "1.3" }
		/^ *Protocol *: TLSv/ && version == "" { version = substr($NF, 5) }
		/^Server Temp Key: X25519,/ { group = "x25519" }
		/^Server Temp Key: ECDH, prime256v1,/ { group = "secp256r1" }
		/SSL alert number/ && alert == "" { alert = $NF }
		/Connection refused/ { refused = "true" }
		END { tell() }' /tmp/ciphers "${asked[@]/#//tmp/said/}"
}

# handshake NAME FILTER PORT [ARGUMENT...]: over each interface; its record is asked for later.
handshake() {
	local what=$1 filter=$2 port=$3 place address role name select
	shift 3
	while read -r place address role; do
		name=$what-over-$place
		client "$name" "$address" "$port" "$@"
		select=".tls.client.server_name == \"$name\""
		[ "$what" != refused ] || select=".server == {ip: \"$address\", port: $port}"
		asked+=("$name")
		selects+=("$select")
		filters+=("$filter and .shaketap.interface == \"$place\" and .shaketap.role == \"$role\"")
	done <<-END
		lo 127.0.0.1 both
		late0 10.79.0.2 client
	END
}

# For each handshake a line: is there one such record, and is it so? In one go, jq starts slowly here.
compare() {
	local i=0 name wanted program=
	while IFS=$'\t' read -r name wanted; do
		program+="(map(select(${selects[i]})) | length == 1 and (.[0] |
			try ($wanted and ${filters[i]}) catch false)), "
		i=$((i + 1))
	done </tmp/outcomes
	jq -s "$program empty" /tmp/records
}

answers() {
	local i=0 name answer=() lost
	outcomes >/tmp/outcomes
	lost=$(grep -vc '"success"' /tmp/outcomes)
	check "${#asked[@]} handshakes counted" within 10 counts "${#asked[@]}" shaketap_handshakes_total
	check "$lost of them failed" counted "$lost" shaketap_handshake_failures_total
	check "none unknown" counted 0 shaketap_handshakes_unknown_total
	check "no event lost" counted 0 shaketap_events_lost_total
	check "2 interfaces" counted 2 shaketap_interfaces "hook=\"$hook\""
	mapfile -t answer < <(compare)
	for name in "${asked[@]}"; do
		check "$name" answered "$name" "${answer[i]:-none}"
		i=$((i + 1))
	done
}

answered() {
	[ "$2" = true ] && return
	grep -F "$1" /tmp/outcomes
	grep -F "$1" /tmp/records || cat /tmp/records
	return 1
}

few_handshakes() {
	handshake TLS-1.3 '.tls.version == "1.3"' 8443
	handshake alert '.shaketap.failure.cause == "version_mismatch"' 8444 -tls1_3
}

all_handshakes() {
	few_handshakes
	handshake TLS-1.2 '.tls.version == "1.2"' 8443 -tls1_2
	handshake client-certificate '.tls.version == "1.2" and .shaketap.client_certificate == "sent"' \
		8444 -cert /client.pem -key /client.key
	handshake refused '.shaketap.failure.cause == "tcp_refused"' 443
}
