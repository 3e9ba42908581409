#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One kernel from inside: shaketap by each hook it has, as root, with the least rights and under
# lockdown. Run by kernels.sh through boot.sh, a busybox with bash; one line of TAP per case. What is
# expected comes from OpenSSL, which makes the handshakes, from tc and from /proc.
# shellcheck disable=SC2317 # functions are called by name

set -u

# shellcheck source=tests/vm/kernels_handshakes.sh
. /kernels_handshakes.sh

KERNEL=$1
OUR_PRIORITY=31344
PROGRAMS=(ingress_ethernet egress_ethernet ingress_ip egress_ip)
BUDGET=10 # percent of what the verifier would take
# shellcheck disable=SC2054 # the commas are setpriv's
LEAST=(/setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs
	--inh-caps=-all,+bpf,+net_admin --ambient-caps=-all,+bpf,+net_admin
	--bounding-set=-all,+bpf,+net_admin)
PATH=/:$PATH
where='' hook='' natural='' spy=() pid='' failed=0

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		echo "ok kernels/$KERNEL/$where: $name"
	else
		failed=$((failed + 1))
		echo "not ok kernels/$KERNEL/$where: $name"
		tail -n 8 /tmp/check /tmp/log 2>/dev/null | sed 's/^/# /'
	fi
}

not() {
	! "$@"
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

# at_least MAJOR MINOR
at_least() {
	local major minor
	IFS=.- read -r major minor _ <<<"$(uname -r)"
	[ "$major" -gt "$1" ] || { [ "$major" = "$1" ] && [ "$minor" -ge "$2" ]; }
}

# --- what the kernel holds ----------------------------------------------------------------------

filters() {
	local device=$1 direction
	for direction in ingress egress; do
		tc filter show dev "$device" "$direction" | grep "pref $OUR_PRIORITY " | grep handle
	done
}

filters_are() {
	filters "$2"
	[ "$(filters "$2" | wc -l)" = "$1" ]
}

# held_are KIND COUNT
held_are() {
	held >/tmp/said/held
	cat /tmp/said/held
	[ "$(grep -c "^$1 " /tmp/said/held)" = "$2" ]
}

# attached DEVICES...: each way of each, by this hook and by no other
attached() {
	local device
	if [ "$hook" = tcx ]; then
		held_are link $((2 * $#))
		return
	fi
	for device in "$@"; do
		filters_are 2 "$device" || return
	done
	held_are link 0
}

# Of the programs that do not read packets in place the names of two tell, by 15 letters.
by_helper_are() {
	held >/tmp/said/held
	cat /tmp/said/held
	[ "$(grep -c '^program .*_by_h' /tmp/said/held)" = "$1" ]
}

# by_helper [COMMAND...]: through which shaketap is started. Old verifiers ask for CAP_PERFMON.
by_helper() {
	if [ $# = 0 ] || at_least 6 6; then
		echo 0
	else
		echo 2
	fi
}

# What these kernels ask of who attaches to one more interface: clsact CAP_NET_ADMIN, before 5.19
# bpf() CAP_BPF as well, TCX none of them.
rights_needed() {
	if [ "$hook" = tcx ]; then
		echo 0000000000000000
	elif at_least 5 19; then
		echo 0000000000001000 # bit 12
	else
		echo 0000008000001000 # bits 39 and 12
	fi
}

rights_are() {
	grep -E '^(Uid|Cap)' "/proc/$pid/status"
	[ "$(sed -nE 's/^Cap(Prm|Eff):[[:space:]]*//p' "/proc/$pid/status")" = "$1"$'\n'"$1" ]
}

# --- shaketap -----------------------------------------------------------------------------------

# The wget of Debian 12's busybox crashes.
scrape() {
	exec 3<>/dev/tcp/127.0.0.1/9743 || return
	printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
	cat <&3
	exec 3>&-
}

# counted NUMBER NAME [LABEL]: so much is the sum over the label sets that have it
counted() {
	local got
	got=$(grep -E "^$2[{ ]" /tmp/metrics | grep -F -- "${3:-}" | awk '{ n += $NF } END { if (NR) print n }')
	[ "$got" = "$1" ] && return
	echo "${*:2}: '$got', not $1"
	return 1
}

counts() {
	scrape >/tmp/metrics && counted "$@"
}

# start [COMMAND...]: shaketap is started through the command
start() {
	: >/tmp/records
	: >/tmp/log
	asked=() selects=() filters=()
	"$@" "${spy[@]}" /shaketap run -f json </dev/null >/tmp/records 2>/tmp/log &
	pid=$!
	within 60 grep -q observing /tmp/log
}

stop() {
	kill -TERM "$pid"
	wait "$pid"
}

# --- cases --------------------------------------------------------------------------------------

says_it_can() {
	/shaketap check >/tmp/said/check 2>&1
	cat /tmp/said/check
	grep -q "^ok *kernel *$(uname -r)\$" /tmp/said/check && not grep -q '^NO' /tmp/said/check &&
		grep -iq "^ok *interfaces .*by $natural" /tmp/said/check
}

# On a lone lo; an interface that comes later is attached with what rights are left.
observe() {
	local some=$1
	shift
	check "starts" start "$@"
	check "attached to lo" attached lo
	check "${#PROGRAMS[@]} programs" held_are program "${#PROGRAMS[@]}"
	check "packets are read in place where they may be" by_helper_are "$(by_helper "$@")"
	check "keeps $(rights_needed)" rights_are "$(rights_needed)"
	veth
	check "attached to a new interface" within 10 attached lo late0
	"${some}_handshakes"
	answers
}

leave() {
	check "stops with 0" stop
	[ "$hook" = tcx ] || check "no filter stays" filters_are 0 lo
	[ "$hook" = tcx ] || check "nor on the new interface" filters_are 0 late0
	check "no program, map or link stays" within 5 nothing_held
	check "nothing is pinned" [ -z "$(ls -A /sys/fs/bpf)" ]
	ip link del late0
}

nothing_held() {
	held | sort | diff /tmp/said/before -
}

# A TCX link goes with its process; filters stay, and are replaced.
killed() {
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	if [ "$hook" = clsact ]; then
		check "kill -9 leaves filters" filters_are 2 lo
	else
		check "kill -9 leaves nothing" within 5 nothing_held
	fi
	check "starts after it" start
	check "once at each hook" attached lo late0
	check "by ${#PROGRAMS[@]} programs" within 5 held_are program "${#PROGRAMS[@]}"
	handshake again true 8443
	answers
}

# PROGRAM INSTRUCTIONS LIMIT, as the verifier counted. The kernel knows 15 letters of a name.
verified() {
	local name
	for name in "${PROGRAMS[@]}"; do
		awk -v name="$name" '/: verification time/ { mine = $1 == substr(name, 1, 15) ":" }
			/^processed/ && mine { print name, $2, $5 + 0; exit }' /tmp/verifier
	done
}

within_budget() {
	[ "$1" -gt 0 ] && [ $(($1 * 100)) -le $(($2 * BUDGET)) ] && return
	echo "$1 of $2 instructions, the budget is $BUDGET %"
	return 1
}

same_in_fdinfo() {
	sed -n 's/^verified_insns:[[:space:]]*//p' "/proc/$pid"/fdinfo/* | sort >/tmp/said/fdinfo
	verified | cut -d ' ' -f 2 | sort | diff /tmp/said/fdinfo -
}

instructions() {
	local name count limit most=0
	while read -r name count limit; do
		check "$name: $count verified instructions of $limit" within_budget "$count" "$limit"
		[ "$count" -le "$most" ] || most=$count
	done <<<"$(verified)"
	check "of ${#PROGRAMS[@]} programs" [ "$(verified | wc -l)" = "${#PROGRAMS[@]}" ]
	! at_least 5 16 || check "fdinfo says the same" same_in_fdinfo
	echo "# instructions $most"
}

# row COLUMN COMMAND...: what the table says of it
row() {
	local before=$failed column=$1
	where="$hook, $column"
	shift
	"$@"
	echo "# row $hook,$column,$([ "$failed" = "$before" ] && echo ok || echo FAILED)"
}

as_root() {
	spy=(/bin/env SPY_VERIFIER=/tmp/verifier LD_PRELOAD=/spy.so)
	[ "$hook" = "$natural" ] || spy+=(SPY_NO_TCX=1)
	: >/tmp/verifier
	observe all
	[ "$hook" != "$natural" ] || instructions
	killed
	leave
}

with_least_rights() {
	spy=()
	[ "$hook" = "$natural" ] || spy=(/bin/env SPY_NO_TCX=1 LD_PRELOAD=/spy.so)
	observe few "${LEAST[@]}"
	leave
}

locked_down() {
	mount -t securityfs security /sys/kernel/security
	check "the kernel's memory can be read" eval 'head -c 64 /proc/kcore >/dev/null'
	echo confidentiality >/sys/kernel/security/lockdown
	check "is confidentiality" grep -F '[confidentiality]' /sys/kernel/security/lockdown
	check "and it cannot any more" not eval 'head -c 64 /proc/kcore >/dev/null'
	with_least_rights
}

ulimit -l unlimited
ln -s /proc/self/fd /dev/fd
mkdir -p /tmp/said
natural=clsact hooks=(clsact)
! at_least 6 6 || natural=tcx
[ $natural = clsact ] || hooks+=(tcx)
echo "# kernel $(uname -r)"
where=start
openssl ciphers -stdname 'ALL:COMPLEMENTOFALL:@SECLEVEL=0' >/tmp/ciphers
check "OpenSSL's servers" servers
held | sort >/tmp/said/before
check "shaketap check" says_it_can
check "leaves nothing" within 5 nothing_held
for hook in "${hooks[@]}"; do
	row root as_root
	row "least rights" with_least_rights
done
row lockdown locked_down
[ "$failed" = 0 ]
