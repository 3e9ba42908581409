#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Two hosts, one and two, with an observer in each that sees all of its devices: handshakes from one
# to two through every kind of them. One record each, with what OpenSSL's client says of it, the
# right role and the device that shows it first. Run by networks.sh through boot.sh.
# shellcheck disable=SC2154,SC2317 # functions are called by name
set -u

# shellcheck source=tests/vm/kernels_handshakes.sh
. /kernels_handshakes.sh
# shellcheck source=tests/vm/networks_devices.sh
. /networks_devices.sh

PATH=/:$PATH
failed=0
names=() expected_one=() expected_two=()

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		echo "ok networks-vm/$name"
	else
		failed=$((failed + 1))
		echo "not ok networks-vm/$name"
		tail -n 8 /tmp/check /tmp/log.* | sed 's/^/# /'
	fi
}

# within SECONDS COMMAND...
within() {
	local tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# --- hosts --------------------------------------------------------------------------------------

# scrape HOST
scrape() {
	ip netns exec "$1" /bash -c 'exec 3<>/dev/tcp/127.0.0.1/9743 &&
		printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3'
}

# sum HOST METRIC
sum() {
	scrape "$1" | awk -v name="$2" '{ sub(/[{].*[}]/, "", $1) } $1 == name { n += $2 } END { print n + 0 }'
}

# Every device that is up has its observer.
settled() {
	local host
	for host in one two; do
		[ "$(sum "$host" shaketap_interfaces)" = "$(ip -n "$host" -o link show up | wc -l)" ] || return
	done
}

pair() {
	ip -n one link add "$1" type veth peer name "$1" netns two
	ip -n one link set "$1" up
	ip -n two link set "$1" up
}

hosts() {
	local host
	for host in one two; do
		ip netns add "$host"
		ip -n "$host" link set lo up
		ip netns exec "$host" sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore'
	done
	pair u0
	pair b0
	pair b1
	for host in one:1 two:2; do
		ip -n "${host%:*}" addr add "10.90.0.${host#*:}/24" dev u0
		ip -n "${host%:*}" addr add "fd90::${host#*:}/64" dev u0 nodad
	done
	ip netns exec two openssl s_server -accept 8443 -cert /certificate -key /key -www \
		</dev/null >/tmp/log.server 2>&1 &
	within 60 grep -q ACCEPT /tmp/log.server
}

observers() {
	local host
	for host in one two; do
		ip netns exec "$host" /shaketap run -f json </dev/null >"/tmp/records.$host" 2>"/tmp/log.$host" &
		observers+=($!)
	done
	within 60 grep -q observing /tmp/log.one && within 60 grep -q observing /tmp/log.two
}

# --- cases --------------------------------------------------------------------------------------

# end MAKER HERE THERE: the device, with addresses
end() {
	SPACE=one HERE=$2 THERE=$3 TOP=top0
	[ "$HERE" = 1 ] || SPACE=two
	"$1" || return
	ip -n "$SPACE" addr add "10.92.0.$HERE/24" dev "$TOP"
	ip -n "$SPACE" addr add "fd92::$HERE/64" dev "$TOP" nodad
	ip -n "$SPACE" link set "$TOP" up
}

remove() {
	local host device
	for host in one two; do
		for device in top0 low0; do
			ip -n "$host" link del "$device" 2>/dev/null
		done
		ip -n "$host" addr del "10.92.0.1/24" dev u0 2>/dev/null
		ip -n "$host" addr del "fd92::1/64" dev u0 2>/dev/null
		ip -n "$host" neigh flush dev u0
	done
	return 0
}

made() {
	end "$1" 1 2 && end "$1" 2 1 && within 20 settled
}

# A hello that takes two segments: 20 protocols of 80 letters.
long_hello() {
	local i name
	name=$(printf '%080d' 0)
	for ((i = 0; i < 20; i++)); do
		printf '%s,' "$name"
	done
	echo h2
}

# try NAME FILTER_ONE FILTER_TWO ADDRESS [ARGUMENT...]
try() {
	local name=$1
	names+=("$name")
	expected_one+=("$2")
	expected_two+=("$3")
	shift 3
	printf 'GET / HTTP/1.0\r\n\r\n' | ip netns exec one timeout 20 openssl s_client -connect "$1:8443" \
		-servername "$name" -ign_eof "${@:2}" >"/tmp/said/$name" 2>&1
	echo >>"/tmp/said/$name" # outcomes() does not see an empty file
}

# device NAME FIRST_AT_ONE FIRST_AT_TWO [ADDRESS [FILTER_TWO]]: what shows the handshake first
device() {
	local name=${1//_/-} one=".shaketap.interface == \"$2\"" two="(.shaketap.interface | test(\"^($3)$\"))"
	[ $# -lt 5 ] || two+=" and $5"
	check "$name is made" made "$1"
	try "$name" "$one" "$two" "${4:-10.92.0.2}" -alpn "$LONG"
	remove
}

# told HOST ROLE FILTER...: one record per handshake, and no other
told() {
	local i=0 name answer
	selects=() filters=() asked=("${names[@]}")
	cp "/tmp/records.$1" /tmp/records
	for name in "${names[@]}"; do
		selects+=(".tls.client.server_name == \"$name\"")
		filters+=("${*:$((i + 3)):1} and .shaketap.role == \"$2\"")
		i=$((i + 1))
	done
	outcomes >/tmp/outcomes
	mapfile -t answer < <(compare)
	for ((i = 0; i < ${#names[@]}; i++)); do
		check "${names[i]}, $1" answered "${names[i]}" "${answer[i]:-none}"
	done
	check "${#names[@]} records at $1" [ "$(wc -l </tmp/records)" = "${#names[@]}" ]
}

answered() {
	[ "$2" = true ] && return
	grep "^$1	" /tmp/outcomes
	jq -c "select(.tls.client.server_name == \"$1\") | [.event, .network.vlan, .tls.version, .tls.cipher,
		.shaketap.interface, .shaketap.role, .shaketap.complete, .shaketap.unknown_cause]" /tmp/records
	return 1
}

# --- all of them --------------------------------------------------------------------------------

ln -s /proc/self/fd /dev/fd
mkdir -p /tmp/said
echo "# kernel $(uname -r)"
openssl ciphers -stdname 'ALL:COMPLEMENTOFALL:@SECLEVEL=0' >/tmp/ciphers
LONG=$(long_hello)
observers=()
check "hosts" hosts
check "observers" observers
device vxlan top0 u0
device vxlan_over_ipv6 top0 u0
device geneve top0 u0
device gre top0 u0
device gre_with_options top0 u0
device gre_with_ethernet top0 u0
device gre_over_ipv6 top0 u0
device ipip top0 u0
device 6in4 top0 u0 '[fd92::2]'
device 4in6 top0 u0
device 6in6 top0 u0 '[fd92::2]'
device gre_in_vxlan top0 u0
device vlan top0 u0 10.92.0.2 '.network.vlan.id == "12"'
device qinq top0 u0 10.92.0.2 '.network.vlan.id == "100"'
device macvlan u0 u0
device ipvlan u0 u0
device bond top0 'b0|b1'
for host in one two; do
	check "copies were skipped at $host" [ "$(sum $host shaketap_duplicates_skipped_total)" -gt "${#names[@]}" ]
	for metric in packets_refused raw_mode handshakes_unknown events_lost; do
		check "no $metric at $host" [ "$(sum $host shaketap_${metric}_total)" = 0 ]
	done
done
for pid in "${observers[@]}"; do
	kill -TERM "$pid"
	check "an observer ends with 0" wait "$pid"
done
told one client "${expected_one[@]}"
told two server "${expected_two[@]}"
[ "$failed" = 0 ]
