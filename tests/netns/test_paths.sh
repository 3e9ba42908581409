#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The way a handshake takes: one record whatever it passes, and the role of the observer.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

TLS=(-tls1_3 -tls1_2) # each path is tried with both

loopback() {
	local flag
	serve "$CLIENT" 8443 openssl s_server -accept 8443 -cert "$CERTS/rsa.pem" -key "$CERTS/rsa.key" -www
	start_shaketap "$CLIENT"
	for flag in "${TLS[@]}"; do
		TO=127.0.0.1 openssl_client "lo$flag.example.com" 8443 "$flag"
		expect_good "lo$flag.example.com" '.shaketap.role == "both" and .shaketap.interface == "lo"'
		TO="[::1]" openssl_client "lo6$flag.example.com" 8443 "$flag"
		expect_good "lo6$flag.example.com" '.shaketap.role == "both" and .network.type == "ipv6"'
	done
	stop_shaketap "stops quietly, lo"
}

# Observed in the middle, on both ports and on the bridge.
bridge() {
	local flag
	start_shaketap "$MIDDLE"
	for flag in "${TLS[@]}"; do
		openssl_client "bridge$flag.example.com" 8444 "$flag"
		expect_good "bridge$flag.example.com" '.server.ip == "10.77.0.2"'
	done
	stop_shaketap "stops quietly, bridge"
}

# client - near - MIDDLE - far - server. The routers at the ends part the packets from their
# sockets, so that the one in the middle sees what a host sees that only forwards.
route() {
	local near=st-$$-near far=st-$$-far routed=st-$$-routed
	ROUTER=$routed
	OUTSIDE=st-$$-outside INSIDE=st-$$-inside
	for name in "$OUTSIDE" "$near" "$routed" "$far" "$INSIDE"; do
		add_namespace "$name"
		inside "$name" sysctl -qw net.ipv4.ip_forward=1
	done
	link "$OUTSIDE" c0 "$near" r0
	link "$near" r1 "$routed" m0
	link "$routed" m1 "$far" r0
	link "$far" r1 "$INSIDE" s0
	address "$OUTSIDE" c0 10.78.1.1/24
	address "$near" r0 10.78.1.2/24
	address "$near" r1 10.78.2.1/24
	address "$routed" m0 10.78.2.2/24
	address "$routed" m1 10.78.3.1/24
	address "$far" r0 10.78.3.2/24
	address "$far" r1 10.78.4.1/24
	address "$INSIDE" s0 10.78.4.2/24
	ip -n "$OUTSIDE" route add default via 10.78.1.2
	ip -n "$near" route add default via 10.78.2.2
	ip -n "$routed" route add 10.78.1.0/24 via 10.78.2.1
	ip -n "$routed" route add 10.78.4.0/24 via 10.78.3.2
	ip -n "$far" route add default via 10.78.3.1
	ip -n "$INSIDE" route add default via 10.78.4.1
}

# 10.78.9.9, an address nobody has, leads to the server; its clients hide behind the router.
translate() {
	inside "$ROUTER" nft -f - <<-END
		table ip st {
			chain pre { type nat hook prerouting priority -100; ip daddr 10.78.9.9 dnat to 10.78.4.2; }
			chain post { type nat hook postrouting priority 100; ct status dnat masquerade; }
		}
	END
}

roles() {
	local flag to place=$1 role=$2
	observe "$place"
	for flag in "${TLS[@]}"; do
		for to in 10.78.4.2 10.78.9.9; do
			expect "$role, to $to $flag" 1 "to-$to$flag.example.com" \
				"$GOOD and .shaketap.role == \"$role\" and $(said "to-$to$flag.example.com")"
		done
	done
}

routed() {
	local flag to place
	route
	translate
	serve "$INSIDE" 8445 openssl s_server -accept 8445 -cert "$CERTS/rsa.pem" -key "$CERTS/rsa.key" -www
	for place in "$OUTSIDE" "$ROUTER" "$INSIDE"; do
		start_shaketap "$place"
	done
	for flag in "${TLS[@]}"; do
		for to in 10.78.4.2 10.78.9.9; do
			FROM=$OUTSIDE TO=$to openssl_client "to-$to$flag.example.com" 8445 "$flag"
		done
	done
	roles "$OUTSIDE" client
	roles "$INSIDE" server
	roles "$ROUTER" forwarded
	expect "before NAT, as the client knows it" 2 '.server.ip == "10.78.9.9"' '.client.ip == "10.78.1.1"'
	for place in "$OUTSIDE" "$ROUTER" "$INSIDE"; do
		observe "$place"
		expect "no record too many, ${place##*-}" 4 '.server.port' true
		stop_shaketap "stops quietly, ${place##*-}"
	done
}

# A layer 3 device: its packets begin with the IP header.
layer_3() {
	local flag
	background "$CLIENT" "$WORK/tun.client" python3 "$HERE/tun.py" tun0 "$WORK/a" "$WORK/b"
	background "$SERVER" "$WORK/tun.server" python3 "$HERE/tun.py" tun0 "$WORK/b" "$WORK/a"
	within 5 inside "$CLIENT" test -e /sys/class/net/tun0 -a -S "$WORK/a"
	within 5 inside "$SERVER" test -e /sys/class/net/tun0 -a -S "$WORK/b"
	address "$CLIENT" tun0 10.80.0.1/24 fd80::1/64
	address "$SERVER" tun0 10.80.0.2/24 fd80::2/64
	ip -n "$CLIENT" link set tun0 up
	ip -n "$SERVER" link set tun0 up
	start_shaketap "$CLIENT" -i tun0
	for flag in "${TLS[@]}"; do
		TO=10.80.0.2 openssl_client "tun$flag.example.com" 8444 "$flag"
		expect_good "tun$flag.example.com" '.shaketap.interface == "tun0"'
		TO="[fd80::2]" openssl_client "tun6$flag.example.com" 8444 "$flag"
		expect_good "tun6$flag.example.com" '.network.type == "ipv6"'
	done
	# What comes out of a tun device belongs to a socket too: that of whoever wrote it.
	expect "role on a layer 3 device" 4 .server '.shaketap.role == "client"'
	stop_shaketap "stops quietly, layer 3"
}

# Inside a tunnel, with the tunnel's own packets in view as well.
tunnel() {
	ip -n "$CLIENT" link add vx0 type vxlan id 7 remote "$S4" dstport 4789
	ip -n "$SERVER" link add vx0 type vxlan id 7 remote "$C4" dstport 4789
	address "$CLIENT" vx0 10.81.0.1/24
	address "$SERVER" vx0 10.81.0.2/24
	ip -n "$CLIENT" link set vx0 up
	ip -n "$SERVER" link set vx0 up
	start_shaketap "$CLIENT"
	TO=10.81.0.2 openssl_client vxlan.example.com 8444
	expect_good vxlan.example.com '.shaketap.interface == "vx0"'
	stop_shaketap "stops quietly, vxlan"
}

make_certificates
make_bridge
openssl_server 8444 rsa -www
loopback
bridge
routed
layer_3
tunnel
finish
