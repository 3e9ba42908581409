#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The rights of a running observer, told from inside the guest, a busybox: one line of TAP per case.
# Run by rights.sh through boot.sh, with a bash brought along. What is expected are rows of capabilities(7) and bpf(2), and the
# sources of these kernels: clsact asks for CAP_NET_ADMIN, before 5.19 bpf() for CAP_BPF as well
# unless it is open to everybody, TCX for neither.

KERNEL=$1
NONE=0000000000000000 NET=0000000000001000 BOTH=0000008000001000 # bits 12 and 39
OUR_PRIORITY=31344
OPEN=/proc/sys/kernel/unprivileged_bpf_disabled # 0: open to everybody, 2: not
case $KERNEL in
5.*) kept=$BOTH ;;
6.1) kept=$NET ;;
*) kept=$NONE ;;
esac
mode='' pid=''

# check NAME COMMAND...
check() {
	name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		echo "ok rights/$KERNEL/$mode: $name"
	else
		echo "not ok rights/$KERNEL/$mode: $name"
		{
			tail -n 3 /tmp/check
			grep -E '^(Uid|Cap|NoNew)' "/proc/$pid/status"
			tail -n 5 /tmp/log
		} 2>&1 | sed 's/^/# /'
	fi
}

# within SECONDS COMMAND...
within() {
	tries=$(($1 * 5))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.2
	done
}

status() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
}

# The busybox of Debian 12 has a wget that crashes.
scrape() {
	exec 3<>/dev/tcp/127.0.0.1/9743 || return 1
	printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
	cat <&3
	exec 3>&-
}

# counts NUMBER NAME: the sum over the label sets of the metric
counts() {
	scrape | grep -E "^$2[{ ]" | awk -v wanted="$1" '{ n += $NF } END { exit !NR || n != wanted }'
}

recorded() {
	grep '"outcome":"success"' /tmp/records | grep -q "\"server_name\":\"$1\""
}

# over_late NAME: a handshake with the namespace at the other end, which OpenSSL says was made
over_late() {
	timeout 60 /openssl s_client -connect 10.79.0.2:8443 -servername "$1" </dev/null 2>/dev/null |
		grep -q '^New, TLSv1.3'
}

new_interface() {
	/ip link add late0 type veth peer name late1 netns peer
	/ip addr add 10.79.0.1/24 dev late0
	/ip link set late0 up
	/ip -n peer addr add 10.79.0.2/24 dev late1
	/ip -n peer link set late1 up
}

serve() {
	/ip netns add peer
	/ip netns exec peer /openssl s_server -accept 8443 -cert /certificate -key /key -www \
		</dev/null >/tmp/server 2>&1 &
	within 60 grep -q ACCEPT /tmp/server
}

# start MODE COMMAND...: shaketap is started through the command
start() {
	mode=$1
	shift
	: >/tmp/records
	: >/tmp/log
	"$@" /shaketap run -f json </dev/null >/tmp/records 2>/tmp/log &
	pid=$!
	check "starts" within 60 grep -q observing /tmp/log
}

stop() {
	kill -TERM "$pid"
	wait "$pid"
	check "stops with 0" [ $? = 0 ]
	[ "$kept" = $NONE ] || check "leaves no filter" eval '! filter_of_ours lo'
}

filter_of_ours() {
	/tc filter show dev "$1" ingress | grep -q "pref $OUR_PRIORITY "
}

# rights_are CAPABILITIES
rights_are() {
	check "permitted" [ "$(status CapPrm)" = "$1" ]
	check "effective" [ "$(status CapEff)" = "$1" ]
	check "not inherited" [ "$(status CapInh)$(status CapAmb)" = "$NONE$NONE" ]
	check "no_new_privs" [ "$(status NoNewPrivs)" = 1 ]
	check "nobody" [ "$(status Uid | awk '{ print $1 + $2 + $3 + $4 }')" = $((4 * 65534)) ]
}

life() {
	rights_are "$kept"
	new_interface
	check "a new interface" within 10 counts 2 shaketap_interfaces
	[ "$kept" = $NONE ] || check "a filter on it" filter_of_ours late0
	check "a handshake" over_late new.example.com
	check "its record" within 20 recorded new.example.com
	/ip link del late0
	check "an interface goes" within 10 counts 1 shaketap_interfaces
	new_interface
	check "and comes back" within 10 counts 2 shaketap_interfaces
	check "a handshake again" over_late again.example.com
	check "its record, too" within 20 recorded again.example.com
	/ip link del late0
	check "no attach failed" counts 0 shaketap_interfaces_failed
	stop
}

complaints() {
	[ "$(grep -c 'cannot attach to late0: Operation not permitted; .*restart' /tmp/log)" = "$1" ]
}

# bpf() is closed while the observer runs, which it cannot know: said once, shown, and mended.
closed_later() {
	echo 0 >$OPEN
	start "closed later" /setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all,+bpf,+net_admin --ambient-caps=-all,+bpf,+net_admin
	rights_are $NET
	echo 2 >$OPEN
	new_interface
	check "one line" within 10 complaints 1
	check "the metric shows it" within 10 counts 1 shaketap_interfaces_failed
	/ip link set late0 mtu 1400
	/ip link set late0 mtu 1300
	sleep 1
	check "still one line" complaints 1
	echo 0 >$OPEN
	/ip link set late0 mtu 1200
	check "attached when it can" within 10 counts 2 shaketap_interfaces
	check "none failed" counts 0 shaketap_interfaces_failed
	/ip link del late0
	stop
	echo 2 >$OPEN
}

ulimit -l unlimited
serve
start root env
life
start service /setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
	--inh-caps=-all,+bpf,+net_admin --ambient-caps=-all,+bpf,+net_admin \
	--bounding-set=-all,+bpf,+net_admin
life
[ "$kept" != $BOTH ] || closed_later
