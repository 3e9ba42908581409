#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Packets that are not the usual ones: in fragments, with options and extension headers, with the
# hello in the SYN or behind a PROXY header, of 50 KB.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib_capture.sh
. "$HERE/lib_capture.sh"
# shellcheck source=tests/netns/lib_spaces.sh
. "$HERE/lib_spaces.sh"

# A router that cuts the packets of a sender that allows it.
fragments() {
	add_spaces fragc fragr frags
	wire fragc c0 10.88.1.1/24 fragr r0 10.88.1.2/24
	wire fragr r1 10.88.2.2/24 frags s0 10.88.2.1/24
	ip -n "$(space fragr)" link set r1 mtu 600
	ip -n "$(space fragc)" route add default via 10.88.1.2
	ip -n "$(space frags)" link set s0 mtu 600
	ip -n "$(space frags)" route add default via 10.88.2.2 advmss 1400
	inside "$(space fragr)" sysctl -qw net.ipv4.ip_forward=1
	inside "$(space fragc)" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	plain_packets "$(space fragc)" c0
	tls_server frags 443
	start_shaketap "$(space frags)"
	handshake cut fragc 10.88.2.1 443 -alpn "$(long_hello)"
	handshake whole fragc 10.88.2.1 443
	check "stack: the handshake in fragments was one" grep -q 'Cipher is TLS' "$WORK/said/cut.example.com"
	one whole server
	expect "the fragments of a hello are no failure" 0 '.event.outcome == "failure"' true
	check "fragments are counted" test "$(metric shaketap_packets_refused_total 'cause="ip_fragment"')" -ge 2
	stop_shaketap "stops quietly, fragments"
}

# odd HOW ADDRESS PORT [FILTER]
odd() {
	check "stack: $1" inside "$CLIENT" python3 "$HERE/odd.py" "$1" "$2" "$3" "$CERTS/ca.pem" \
		"$1.example.com"
	expect "$1.example.com" 1 "$1.example.com" "$GOOD and .tls.version == \"1.3\"
		and .tls.cipher == \"$(cut -d' ' -f2 "$WORK/check")\" and .shaketap.role == \"server\" and ${4:-true}"
}

fast_opened() {
	inside "$SERVER" nstat -asz TcpExtTCPFastOpenPassive | awk '/TCPFast/ { print $2 }'
}

# nginx that wants a PROXY header, behind one that writes it and behind HAProxy.
proxied() {
	local dir=$WORK/proxied v
	mkdir -p "$dir"
	cat >"$dir/haproxy.cfg" <<-END
		defaults
			mode tcp
			timeout connect 5s
			timeout client 9s
			timeout server 9s
		listen one
			bind 127.0.0.1:8441
			server s $S4:9445 send-proxy
		listen two
			bind 127.0.0.1:8442
			server s $S4:9445 send-proxy-v2
	END
	sed -i "/listen 80;/i server { listen 9445 ssl proxy_protocol; return 200 \"\$proxy_protocol_addr\\\\n\"; }" \
		"$WORK/nginx/conf"
	stop "$NGINX"
	serve "$SERVER" 9445 nginx -c "$WORK/nginx/conf" -p "$WORK/nginx" -e "$WORK/nginx/error.log"
	serve "$CLIENT" 8442 haproxy -db -f "$dir/haproxy.cfg"
	record "$SERVER" s0 "$WORK/proxied.pcap" tcp port 9445
	for v in 1 2; do
		odd "proxy$v" "$S4" 9445
		TO=127.0.0.1 check "stack: HAProxy, version $v" grep -q 127.0.0.1 <(TO=127.0.0.1 https "haproxy$v.example.com" "844$v")
		expect "haproxy$v.example.com" 1 "haproxy$v.example.com" "$GOOD and .server.port == 9445"
	done
	stop_recording "$WORK/proxied.pcap"
	"$SHAKETAP" read -f json "$WORK/proxied.pcap" >"$WORK/proxied.json" 2>"$WORK/proxied.log"
	check "and in a capture file" test "$(jq -r 'select(.event.outcome == "success").tls.client.server_name' \
		"$WORK/proxied.json" | sort | xargs)" = "haproxy1.example.com haproxy2.example.com proxy1.example.com proxy2.example.com"
}

odd_packets() {
	local before
	make_pair
	nginx_server
	NGINX=$STARTED_PID
	inside "$SERVER" sysctl -qw net.ipv4.tcp_fastopen=$((0x2 | 0x200 | 0x400))
	inside "$CLIENT" sysctl -qw net.ipv4.tcp_fastopen=$((0x1 | 0x4))
	start_shaketap "$SERVER"
	odd options "$S4" 443
	odd extensions "$S6" 443 '.network.type == "ipv6"'
	openssl_server 8443 rsa -www
	before=$(fast_opened)
	odd fastopen "$S4" 8443 '(.shaketap.times.tcp_connect | . == null or . > 0)'
	check "stack: the hello came in the SYN" test "$(fast_opened)" -gt "$before"
	proxied
	big_packets
	stop_shaketap "stops quietly, odd packets"
}

# The longest captured packet that SERVER sent
longest() {
	tcpdump -nn -r "$1" "src port $2" 2>/dev/null | sed -n 's/.*length \([0-9]*\).*/\1/p' | sort -n | tail -n 1
}

# A chain of certificates of 50 KB in one packet, by GSO and by the size of the link.
big_packets() {
	local size file=$WORK/big.pcap
	cp "$CERTS/rsa.pem" "$CERTS/chain.pem"
	for _ in {1..110}; do cat "$CERTS/ca.pem"; done >>"$CERTS/chain.pem"
	serve "$SERVER" 8444 python3 "$HERE/odd.py" serve "$S4" 8444 "$CERTS/chain.pem" "$CERTS/rsa.key"
	ip -n "$SERVER" route change 10.77.0.0/24 dev s0 initcwnd 200
	ip -n "$CLIENT" route change 10.77.0.0/24 dev c0 initrwnd 200
	inside "$CLIENT" sysctl -qw net.ipv4.tcp_rmem="4096 1000000 6000000"
	for size in 1500 9000 65000; do
		ip -n "$CLIENT" link set c0 mtu $size
		ip -n "$SERVER" link set s0 mtu $size
		# Without GSO where the link itself takes large packets.
		[ $size = 1500 ] || ip -n "$SERVER" link set s0 gso_max_segs 1
		record "$SERVER" s0 "$file" tcp port 8444
		openssl_client "mtu$size.example.com" 8444 -tls1_2 -alpn "$(long_hello)"
		stop_recording "$file"
		expect_good "mtu$size.example.com" '.tls.server.subject == "CN=rsa.example.com"'
		check "packets of $size and more" test "$(longest "$file" 8444)" -gt \
			"$((size == 1500 ? 40000 : size * 7 / 10))"
	done
}

make_certificates
fragments
odd_packets
finish
