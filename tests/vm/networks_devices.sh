#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The devices of networks_guest.sh between the hosts one and two, each as: a function of its name
# that makes it at one end (HERE, THERE: 1 and 2, or 2 and 1). Sourced.
# shellcheck disable=SC2034,SC2154,SC2317 # called by name, with the variables of networks_guest.sh

# make ARGS: a device of this case
make() {
	ip -n "$SPACE" link add "$@"
}

# tunnel ARGS: over IPv4, with room for its headers
tunnel() {
	make top0 mtu 1400 "$@" local "10.90.0.$HERE" remote "10.90.0.$THERE"
}

tunnel6() {
	make top0 mtu 1400 "$@" local "fd90::$HERE" remote "fd90::$THERE"
}

vxlan() {
	tunnel type vxlan id 5 dstport 4789
}

vxlan_over_ipv6() {
	tunnel6 type vxlan id 6 dstport 4789
}

geneve() {
	make top0 mtu 1400 type geneve id 5 remote "10.90.0.$THERE"
}

gre() {
	tunnel type gre
}

gre_with_options() {
	tunnel type gre key 7 icsum ocsum iseq oseq
}

gre_with_ethernet() {
	tunnel type gretap key 8
}

gre_over_ipv6() {
	tunnel6 type ip6gre
}

ipip() {
	tunnel type ipip
}

6in4() {
	tunnel type sit
}

4in6() {
	tunnel6 type ip6tnl mode ip4ip6
}

6in6() {
	tunnel6 type ip6tnl mode ip6ip6
}

# The inner one is what the handshake takes.
gre_in_vxlan() {
	make low0 mtu 1400 type vxlan id 7 dstport 4789 local "10.90.0.$HERE" remote "10.90.0.$THERE"
	ip -n "$SPACE" addr add "10.91.0.$HERE/24" dev low0
	ip -n "$SPACE" link set low0 up
	make top0 mtu 1300 type gre local "10.91.0.$HERE" remote "10.91.0.$THERE"
}

vlan() {
	make link u0 name top0 type vlan id 12
}

qinq() {
	make link u0 name low0 type vlan proto 802.1ad id 100
	ip -n "$SPACE" link set low0 up
	make link low0 name top0 type vlan id 12
}

# The server's end alone; the client is at the device below.
macvlan() {
	if [ "$HERE" = 1 ]; then
		TOP=u0
	else
		make link u0 name top0 type macvlan mode bridge
	fi
}

ipvlan() {
	if [ "$HERE" = 1 ]; then
		TOP=u0
	else
		make link u0 name top0 type ipvlan mode l2
	fi
}

# Round robin over two links, packet by packet.
bond() {
	local n
	make top0 type bond mode balance-rr
	for n in 0 1; do
		ip -n "$SPACE" link set "b$n" down
		ip -n "$SPACE" link set "b$n" master top0
	done
}
