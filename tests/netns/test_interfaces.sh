#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Interfaces that come, go and come back while the observer runs; patterns that choose among them.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

late_pair() {
	link "$CLIENT" late0 "$SERVER" late1
	address "$CLIENT" late0 10.79.0.1/24
	address "$SERVER" late1 10.79.0.2/24
}

interfaces_are() {
	[ "$(metric shaketap_interfaces)" = "$1" ]
}

# over_late NAME: a handshake over the pair that came late
over_late() {
	TO=10.79.0.2 openssl_client "$1" 8443
	expect_good "$1" '.shaketap.interface == "late0" and .server.ip == "10.79.0.2"'
}

come_and_go() {
	check "two interfaces at first" within 2 interfaces_are 2
	late_pair
	check "three when one came" within 2 interfaces_are 3
	over_late late.example.com
	ip -n "$CLIENT" link del late0
	check "two when it went" within 2 interfaces_are 2
	openssl_client still.example.com 8443
	expect_good still.example.com
	late_pair
	check "three when it came back" within 2 interfaces_are 3
	over_late again.example.com
	ip -n "$CLIENT" link set late0 down
	ip -n "$CLIENT" link set late0 up
	over_late up-again.example.com
	inside "$CLIENT" ip link set late0 down
	ip -n "$CLIENT" link set late0 name late9
	ip -n "$CLIENT" link set late9 up
	TO=10.79.0.2 openssl_client renamed.example.com 8443
	expect_good renamed.example.com '.shaketap.interface == "late9"'
	ip -n "$CLIENT" link del late9
}

moved_in() {
	ip -n "$SERVER" link add guest0 type veth peer name guest1
	ip -n "$SERVER" link set guest0 netns "$CLIENT" name late0
	address "$CLIENT" late0 10.79.0.1/24
	address "$SERVER" guest1 10.79.0.2/24
	ip -n "$CLIENT" link set late0 up
	ip -n "$SERVER" link set guest1 up
	over_late moved.example.com
	ip -n "$CLIENT" link set late0 netns "$SERVER"
	check "two when it moved away" within 2 interfaces_are 2
	openssl_client after-move.example.com 8443
	expect_good after-move.example.com
	ip -n "$SERVER" link del guest1
}

# It vanishes with a handshake under way: the record comes, by the timeout at the latest.
vanish_midway() {
	local pid
	late_pair
	serve "$SERVER" 9003 python3 "$HERE/misbehave.py" 0.0.0.0 9003 silent
	LIMIT=4 TO=10.79.0.2 openssl_client midway.example.com 9003 &
	pid=$!
	sleep 0.3
	ip -n "$CLIENT" link del late0
	PATIENCE=5 expect "vanishes midway" 1 midway.example.com '.shaketap.stage == "client_hello"'
	wait "$pid"
}

patterns() {
	late_pair
	start_shaketap "$CLIENT" -i 'c*' -i '!late*'
	check "only the chosen one" within 2 interfaces_are 1
	TO=10.79.0.2 openssl_client unseen.example.com 8443
	openssl_client chosen.example.com 8443
	expect_good chosen.example.com
	expect_none "not the others" unseen.example.com
	stop_shaketap "stops quietly, patterns"
}

make_certificates
make_pair
openssl_server 8443 rsa -www
start_shaketap "$CLIENT" --handshake-timeout 2
come_and_go
moved_in
vanish_midway
stop_shaketap
patterns
finish
