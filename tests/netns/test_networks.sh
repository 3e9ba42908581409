#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Networks as they are: containers behind a bridge and NAT, overlays, trunks, several paths. One
# handshake, one record, with the role of the observer.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/netns/lib_capture.sh
. "$HERE/lib_capture.sh"
# shellcheck source=tests/netns/lib_spaces.sh
. "$HERE/lib_spaces.sh"

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
	one overlay server '.client.ip == "10.83.2.1" and .shaketap.interface == "u0"'
	records 1
}

# Only the outer packets: the ends are those inside, and nothing shows that they are on this host.
outer_only() {
	local n
	for n in 1 2; do
		start_shaketap "$(space "host$n")" -i u0
	done
	handshake outer left 10.83.2.2 443
	handshake outer12 left 10.83.2.2 443 -tls1_2 -alpn "$(long_hello)"
	for n in 1 2; do
		observe "$(space "host$n")"
		one outer forwarded '.client.ip == "10.83.2.1" and .server.ip == "10.83.2.2" and .shaketap.interface == "u0"'
		one outer12 forwarded
		never_lost
		records 2
	done
}

# Both the device below and the one above are in view. Other devices: tests/vm/networks.sh.
stacked() {
	add_spaces macc macs
	wire macc c0 10.84.0.1/24 macs s0 -
	inside "$(space macs)" sysctl -qw net.ipv4.conf.all.arp_ignore=1
	ip -n "$(space macs)" link add up0 link s0 type macvlan mode bridge
	ip -n "$(space macs)" link set up0 up
	address "$(space macs)" up0 10.84.0.2/24
	start_shaketap "$(space macs)"
	tls_server macs 443
	handshake macvlan macc 10.84.0.2 443
	one macvlan server '.shaketap.interface == "s0"'
	records 1
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

make_certificates
pods
overlay
outer_only
stacked
trunk
tagged vlan 12
tagged qinq 100 12
several_paths
finish
