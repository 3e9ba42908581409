#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Networks as they are: containers behind a bridge and NAT, overlays, trunks, several paths, packets
# that are not the usual ones. One handshake, one record, with the role of the observer.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib_capture.sh
. "$HERE/lib_capture.sh"

space() {
	echo "st-$$-$1"
}

add_spaces() {
	for name in "$@"; do
		add_namespace "$(space "$name")"
	done
}

# wire SPACE DEVICE ADDRESS|- SPACE DEVICE ADDRESS|-
wire() {
	link "$(space "$1")" "$2" "$(space "$4")" "$5"
	[ "$3" = - ] || address "$(space "$1")" "$2" "$3"
	[ "$6" = - ] || address "$(space "$4")" "$5" "$6"
}

# attach SPACE BRIDGE DEVICE...: the bridge is made when it is not there.
attach() {
	local name bridge=$2
	name=$(space "$1")
	shift 2
	ip -n "$name" link show "$bridge" >/dev/null 2>&1 || ip -n "$name" link add "$bridge" type bridge
	ip -n "$name" link set "$bridge" up
	for device in "$@"; do
		ip -n "$name" link set "$device" master "$bridge"
	done
}

plain_packets() {
	inside "$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null
}

tls_server() {
	serve "$(space "$1")" "$2" openssl s_server -accept "$2" -cert "$CERTS/rsa.pem" \
		-key "$CERTS/rsa.key" -www "${@:3}"
}

# handshake NAME SPACE ADDRESS PORT [ARGS]
handshake() {
	FROM=$(space "$2") TO=$3 openssl_client "$1.example.com" "$4" "${@:5}"
}

# one NAME ROLE|- [FILTER]: one record, as the client said, as seen from the place observed
one() {
	local role=true
	[ "$2" = - ] || role=".shaketap.role == \"$2\""
	expect "$1, ${OBSERVED##*-}" 1 "$1.example.com" "$GOOD and $(said "$1.example.com") and $role and ${3:-true}"
}

# records N: stop; then, with what was still open, there are no more than these.
records() {
	stop_shaketap "stops quietly, ${OBSERVED##*-}"
	PATIENCE=0 expect "$1 records in all, ${OBSERVED##*-}" "$1" .server true
}

# outside - router - host; on the host three pods at a bridge, one of them published by DNAT, all
# of them hidden by SNAT when they go out.
host_of_pods() {
	local pod host
	add_spaces outside router host pod1 pod2 pod3
	host=$(space host)
	wire outside o0 10.82.1.2/24 router r0 10.82.1.1/24
	wire router r1 10.82.2.1/24 host e0 10.82.2.2/24
	for pod in 1 2 3; do
		wire "pod$pod" p0 "10.82.3.$((pod + 1))/24" host "v$pod" -
		attach host br0 "v$pod"
		ip -n "$(space "pod$pod")" route add default via 10.82.3.1
	done
	address "$host" br0 10.82.3.1/24
	ip -n "$(space outside)" route add default via 10.82.1.1
	ip -n "$host" route add default via 10.82.2.1
	inside "$(space router)" sysctl -qw net.ipv4.ip_forward=1
	inside "$host" sysctl -qw net.ipv4.ip_forward=1
	inside "$host" nft -f - <<-END
		table ip st {
			chain pre { type nat hook prerouting priority -100; ip daddr 10.82.2.2 tcp dport 8443 dnat to 10.82.3.3:443; }
			chain post { type nat hook postrouting priority 100; ip saddr 10.82.3.0/24 oifname e0 masquerade; ct status dnat ip saddr 10.82.3.0/24 masquerade; }
		}
	END
	tls_server pod2 443
	tls_server pod3 443
	tls_server outside 443
}

pods() {
	host_of_pods
	start_shaketap "$(space host)"
	handshake published outside 10.82.2.2 8443
	handshake published12 outside 10.82.2.2 8443 -tls1_2
	handshake hidden pod1 10.82.1.2 443
	handshake neighbours pod1 10.82.3.4 443
	handshake hairpin pod1 10.82.2.2 8443
	one published server '.server == {ip: "10.82.2.2", port: 8443}'
	one published12 server '.server == {ip: "10.82.2.2", port: 8443}'
	one hidden client '.client.ip == "10.82.3.2" and .server.ip == "10.82.1.2"'
	one neighbours both '.client.ip == "10.82.3.2" and .server.ip == "10.82.3.4"'
	one hairpin server '.client.ip == "10.82.3.2" and .server.ip == "10.82.2.2"'
	records 5
}

# Pods of two hosts, joined by VXLAN between their bridges. The outer packets pass as well.
overlay() {
	local n
	add_spaces host1 host2 left right
	wire host1 u0 10.83.1.1/24 host2 u0 10.83.1.2/24
	wire left p0 10.83.2.1/24 host1 v0 -
	wire right p0 10.83.2.2/24 host2 v0 -
	for n in 1 2; do
		ip -n "$(space "host$n")" link add vx0 type vxlan id 5 remote "10.83.1.$((3 - n))" dstport 4789
		ip -n "$(space "host$n")" link set vx0 up
		attach "host$n" br0 v0 vx0
		start_shaketap "$(space "host$n")"
	done
	tls_server right 443
	handshake overlay left 10.83.2.2 443
	observe "$(space host1)"
	one overlay client '.client.ip == "10.83.2.1" and .shaketap.interface == "v0"'
	records 1
	observe "$(space host2)"
	one overlay server '.client.ip == "10.83.2.1" and .shaketap.interface == "vx0"'
	records 1
}

# Only the outer packets: nothing to see, and nothing said.
outer_only() {
	start_shaketap "$(space host1)" -i u0
	handshake outer left 10.83.2.2 443
	records 0
}

# can_make ARGS: has this kernel such devices?
can_make() {
	local probe
	probe=$(space macs)
	ip -n "$probe" link add probe0 "$@" 2>"$WORK/kind" || return 1
	ip -n "$probe" link del probe0
}

# lacks NAME ARGS: skip the case when it has none.
lacks() {
	can_make "${@:2}" && return 1
	skip "$1" "this kernel has none: $(head -n 1 "$WORK/kind")"
}

# Both the device below and the one above are in view.
stacked() {
	local kind mode
	add_spaces macc macs
	wire macc c0 10.84.0.1/24 macs s0 -
	inside "$(space macs)" sysctl -qw net.ipv4.conf.all.arp_ignore=1
	for kind in macvlan ipvlan; do
		mode=bridge
		[ $kind = ipvlan ] && mode=l2
		lacks $kind link s0 type $kind && continue
		ip -n "$(space macs)" link add up0 link s0 type $kind mode $mode
		ip -n "$(space macs)" link set up0 up
		address "$(space macs)" up0 10.84.0.2/24
		start_shaketap "$(space macs)"
		tls_server macs 443
		handshake $kind macc 10.84.0.2 443
		one $kind server '.shaketap.interface == "s0"'
		records 1
		stop "$STARTED_PID"
		ip -n "$(space macs)" link del up0
	done
}

# Round robin over two links; without a bond the case of several paths is the nearest to it.
bond() {
	local name
	lacks bond type bond && return
	add_spaces bondc bonds
	wire bondc c0 - bonds s0 -
	wire bondc c1 - bonds s1 -
	for name in bondc:c:1 bonds:s:2; do
		IFS=: read -r name letter number <<<"$name"
		name=$(space "$name")
		ip -n "$name" link add b0 type bond mode balance-rr
		for n in 0 1; do
			ip -n "$name" link set "$letter$n" down
			ip -n "$name" link set "$letter$n" master b0
		done
		ip -n "$name" link set b0 up
		address "$name" b0 "10.89.0.$number/24"
	done
	tls_server bonds 443
	start_shaketap "$(space bonds)"
	handshake bond bondc 10.89.0.2 443 -alpn "$(long_hello)"
	one bond server
	records 1
}

# tunnel KIND [ARGS]: between two namespaces, with outer and inner packets in view
tunnel() {
	local kind=$1 name n
	lacks "$kind" type "$@" remote 10.84.0.8 && return
	for n in 1 2; do
		name=$(space "host$n")
		ip -n "$name" link add tu0 type "$@" remote "10.83.1.$((3 - n))"
		ip -n "$name" link set tu0 up
		address "$name" tu0 "10.86.0.$n/24"
	done
	tls_server host2 4443
	start_shaketap "$(space host1)"
	handshake "$kind" host1 10.86.0.2 4443
	one "$kind" client '.shaketap.interface == "tu0"'
	records 1
	stop "$STARTED_PID"
	ip -n "$(space host1)" link del tu0
	ip -n "$(space host2)" link del tu0
}

# client - near (tags) - trunk (a bridge) - far (takes them off) - server
trunk() {
	local end
	add_spaces tagc near trunk far tags
	wire tagc c0 10.85.0.1/24 near n0 -
	wire near n1 - trunk t0 -
	wire trunk t1 - far f1 -
	wire far f0 - tags s0 10.85.0.2/24
	attach trunk br0 t0 t1
	plain_packets "$(space tagc)" c0
	plain_packets "$(space tags)" s0
	for end in tagc:c0 tags:s0; do
		ip -n "$(space "${end%:*}")" link set "${end#*:}" mtu 1400
	done
	tls_server tags 443
}

# tagged NAME ID [ID]. No role: what tags.py writes carries its socket, which is none of TCP.
tagged() {
	local name=$1 near far vlan='.network.vlan.id == "'$2'"'
	background "$(space near)" "$WORK/near" python3 "$HERE/tags.py" n0 n1 "${@:2}"
	near=$STARTED_PID
	background "$(space far)" "$WORK/far" python3 "$HERE/tags.py" f0 f1 "${@:2}"
	far=$STARTED_PID
	start_shaketap "$(space near)" -i n1
	start_shaketap "$(space trunk)"
	handshake "$name" tagc 10.85.0.2 443
	handshake "${name}12" tagc 10.85.0.2 443 -tls1_2
	for place in near trunk; do
		observe "$(space $place)"
		one "$name" - "$vlan"
		one "${name}12" - "$vlan"
		records 2
	done
	stop "$near"
	stop "$far"
}

# Each second packet of either direction takes the other of two paths.
several_paths() {
	local end from
	add_spaces manyc manys
	for end in 0 1; do
		wire manyc "c$end" "10.87.$end.1/24" manys "s$end" "10.87.$end.2/24"
		# One packet each: else TCP makes one large one that is cut behind the hook.
		ip -n "$(space manyc)" link set "c$end" mtu 600 gso_max_segs 1
		ip -n "$(space manys)" link set "s$end" mtu 600 gso_max_segs 1
		plain_packets "$(space manyc)" "c$end"
		plain_packets "$(space manys)" "s$end"
	done
	for end in manyc:c1:2:1 manys:s1:1:2; do
		IFS=: read -r from device via _ <<<"$end"
		inside "$(space "$from")" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.{lo,c0,c1,s0,s1}.rp_filter=0 2>/dev/null
		ip -n "$(space "$from")" route add "10.87.0.$via/32" via "10.87.1.$via" dev "$device" table 100
		ip -n "$(space "$from")" rule add fwmark 1 table 100
		inside "$(space "$from")" nft -f - <<-END
			table ip st {
				chain out { type route hook output priority -150; ip daddr 10.87.0.$via meta mark set numgen inc mod 2; }
			}
		END
		start_shaketap "$(space "$from")"
	done
	tls_server manys 443
	handshake paths13 manyc 10.87.0.2 443 -tls1_3 -alpn "$(long_hello)"
	handshake paths12 manyc 10.87.0.2 443 -tls1_2 -alpn "$(long_hello)"
	for end in manyc:client manys:server; do
		observe "$(space "${end%:*}")"
		one paths13 "${end#*:}" '.shaketap.client_hello.segments > 2'
		one paths12 "${end#*:}" '.shaketap.client_hello.segments > 2'
		never_lost
		records 2
	done
	# One of the two: half of the packets at most, which nobody may take for a failure.
	start_shaketap "$(space manys)" -i s1
	handshake half13 manyc 10.87.0.2 443 -tls1_3 -alpn "$(long_hello)"
	handshake half12 manyc 10.87.0.2 443 -tls1_2
	stop_shaketap "stops quietly, half"
	PATIENCE=0 expect "half of the packets are no failure" 0 '.event.outcome == "failure"' true
	check "both paths were taken" test "$(packets manyc c1)" -gt 10 -a "$(packets manys s1)" -gt 10
}

never_lost() {
	check "nothing lost its place, ${OBSERVED##*-}" test "$(metric shaketap_raw_mode_total)" = 0
}

packets() {
	inside "$(space "$1")" cat "/sys/class/net/$2/statistics/tx_packets"
}

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
pods
overlay
outer_only
stacked
bond
tunnel gre
tunnel ipip
tunnel geneve id 5
trunk
tagged vlan 12
tagged qinq 100 12
several_paths
fragments
odd_packets
finish
