#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The life of the service, told from inside the guest: one line of TAP per case. Run by service.sh
# through system.sh, with systemd as PID 1; shaketap and its unit are where a package puts them.
# What is expected comes from systemd, from OpenSSL and from the kernel, not from shaketap.
# shellcheck disable=SC2317 # functions are called by name
set -u

KERNEL=$1
DROP=/run/systemd/system/shaketap.service.d
NONE=0000000000000000 CAPABILITIES=0000008000001000 # 39 and 12: CAP_BPF and CAP_NET_ADMIN
OUR_PRIORITY=31344            # of a filter of ours, where the kernel has no TCX
WORK=/run/test
mkdir -p "$WORK"

# check NAME COMMAND...: passes when the command does; what it says is shown when not.
check() {
	local name=$1
	shift
	if "$@" >"$WORK/check" 2>&1; then
		echo "ok service/$KERNEL/$name"
	else
		echo "not ok service/$KERNEL/$name"
		{
			cat "$WORK/check"
			systemctl --no-pager -l status shaketap
		} 2>&1 | tail -n 40 | sed 's/^/# /'
	fi
}

# within SECONDS COMMAND...: true as soon as the command is; says what its last try said.
within() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@" >"$WORK/try" 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			cat "$WORK/try"
			return 1
		fi
		sleep 0.2
	done
}

property() {
	systemctl show --value -p "$1" shaketap
}

is() {
	local got
	got=$(property "$1")
	[ "$got" = "$2" ] && return
	echo "$1 is '$got', not '$2'"
	return 1
}

active() {
	is ActiveState active && is SubState running
}

pid() {
	property MainPID
}

# journal FROM [OPTION...]: lines of the service itself since then. By time: --after-cursor of
# systemd 252 leaves out the first line that matches.
journal() {
	local from=$1
	shift
	journalctl --sync
	journalctl -q -o cat --since="$from" _SYSTEMD_UNIT=shaketap.service "$@"
}

now() {
	date +@%s.%6N
}

said_by_manager() {
	journalctl --sync
	journalctl -q -o cat --since="$1" UNIT=shaketap.service _PID=1 | grep -q -- "$2"
}

# metric NAME [LABEL]: the sum over the label sets that have it
metric() {
	curl -sS --max-time 10 http://127.0.0.1:9743/metrics | grep -E "^$1[{ ]" | grep -F -- "${2:-}" |
		awk '{ n += $NF } END { printf "%d\n", n }'
}

counts() {
	local got
	got=$(metric "${@:2}")
	[ "$got" = "$1" ] && return
	echo "${*:2}: $got, not $1"
	return 1
}

# handshakes COUNT: true when OpenSSL says of each that it was made.
handshakes() {
	local i
	for ((i = 0; i < $1; i++)); do
		timeout 20 openssl s_client -connect 127.0.0.1:8443 -servername guest.example.com </dev/null \
			2>/dev/null | grep -q '^New, TLSv1.3' || return 1
	done
}

refused_handshake() {
	! timeout 20 openssl s_client -connect 127.0.0.1:8443 -servername refused.example.com -tls1_2 \
		</dev/null >/dev/null 2>&1
}

serve_tls() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=guest.example.com -keyout "$WORK/key" -out "$WORK/certificate" 2>/dev/null
	openssl s_server -accept 8443 -cert "$WORK/certificate" -key "$WORK/key" -tls1_3 -www \
		</dev/null >/dev/null 2>&1 &
	within 20 listening
}

listening() {
	[ -n "$(ss -Hltn 'sport = :8443')" ]
}

# What the kernel holds of programs, maps, links and filters, without numbers that differ.
held() {
	bpftool -j prog show | tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)".*/prog \1/p'
	bpftool -j map show | tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)".*/map \1/p'
	bpftool -j link show | grep -oE '"type":"[^"]*"|"type":[0-9]+'
	filters
}

filters() {
	local hook
	for hook in ingress egress; do
		tc filter show dev lo "$hook" | grep "pref $OUR_PRIORITY " | grep handle
	done
}

nothing_new() {
	held | sort | diff "$WORK/before" -
}

# On lo: a link each way, or a filter each way where the kernel has no TCX.
one_pair() {
	local links
	links=$(grep -lsE '^link_type:[[:space:]]*tcx' /proc/"$(pid)"/fdinfo/* | wc -l)
	[ "$links" = 2 ] && [ "$(filters | wc -l)" = 0 ] && return
	[ "$links" = 0 ] && [ "$(filters | wc -l)" = 2 ] && return
	echo "$links links"
	filters
	return 1
}

attached() {
	curl -sS -f --max-time 5 http://127.0.0.1:9743/readyz >/dev/null && one_pair
}

status_field() {
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$(pid)/status"
}

# What the kernel goes on asking for, see rights_guest.sh; to leave the bounding set takes a right.
rights() {
	local kept=$NONE
	case $KERNEL in
	5.*) kept=$CAPABILITIES ;;
	6.1) kept=0000000000001000 ;;
	esac
	[ "$(status_field Uid)" != 0 ] || return
	[ "$(status_field CapPrm) $(status_field CapEff)" = "$kept $kept" ] || return
	[ "$(status_field CapInh) $(status_field CapAmb)" = "$NONE $NONE" ] || return
	[ "$(status_field CapBnd)" = "$CAPABILITIES" ] || return
	[ "$(status_field NoNewPrivs)" = 1 ] && [ "$(status_field Seccomp)" = 2 ]
}

# drop_in LINE...: settings of the unit for one case
drop_in() {
	rm -rf "$DROP"
	if [ $# != 0 ]; then
		mkdir -p "$DROP"
		printf '%s\n' '[Service]' "$@" >"$DROP/test.conf"
	fi
	systemctl daemon-reload
}

options() {
	printf 'OPTIONS="%s"\n' "$*" >/etc/default/shaketap
}

start() {
	check "starts" systemctl start shaketap
	check "ready means attached" attached
	check "is active" active
	check "status says what it does" grep -q '^observing 1 interfaces by ' <(property StatusText)
	check "uid of its own, no right too many, seccomp" rights
	check "allowed memory is limited" is MemoryMax $((512 << 20))
	echo "# $KERNEL: $(property StatusText); memory $(($(property MemoryCurrent) >> 10)) KiB"
}

observe() {
	local from
	from=$(now)
	check "OpenSSL makes 5 handshakes" handshakes 5
	check "and counts of it are right" within 10 counts 5 shaketap_handshakes_total 'version="1.3"'
	check "OpenSSL fails in one" refused_handshake
	check "one failure counted" within 10 counts 1 shaketap_handshake_failures_total
	check "five handshakes still" counts 5 shaketap_handshakes_total 'version="1.3"'
	check "the journal has the failure, and only it" only_failure "$from"
}

only_failure() {
	journal "$1"
	journal "$1" | grep -q 'FAIL .*refused.example.com' || return
	[ "$(journal "$1" | wc -l)" = 1 ]
}

restart() {
	local before began
	before=$(pid)
	began=$(date +%s%N)
	check "restarts" systemctl restart shaketap
	echo "# $KERNEL: systemctl restart took $((($(date +%s%N) - began) / 1000000)) ms"
	check "as another process" [ "$(pid)" != "$before" ]
	check "one pair of programs after it" attached
	check "a handshake after it" handshakes 1
	check "counted from 0 on" within 10 counts 1 shaketap_handshakes_total
}

restarted() {
	active && [ "$(pid)" != "$1" ] && [ "$(pid)" != 0 ]
}

killed() {
	local before
	before=$(pid)
	kill -KILL "$before"
	check "kill -9: started again" within 30 restarted "$before"
	check "by systemd" is NRestarts 1
	check "kill -9: one pair of programs" within 10 attached
	check "kill -9: a handshake" handshakes 1
	check "kill -9: counted" within 10 counts 1 shaketap_handshakes_total
}

watchdog() {
	local before from
	drop_in WatchdogSec=4
	systemctl restart shaketap
	before=$(pid)
	from=$(now)
	sleep 12
	check "watchdog: an idle daemon answers it" [ "$(pid)" = "$before" ]
	check "watchdog: the status is renewed" grep -q '; 0 handshakes' <(property StatusText)
	kill -STOP "$before"
	check "watchdog: a stopped daemon is started again" within 60 restarted "$before"
	check "watchdog: because of it" said_by_manager "$from" 'Watchdog timeout'
	check "watchdog: one pair of programs" within 10 attached
	drop_in
	systemctl restart shaketap
}

reload() {
	local before
	before=$(pid)
	check "there is no reload" is CanReload no
	check "systemctl reload says so" not systemctl reload shaketap
	systemctl kill -s HUP shaketap
	sleep 1
	check "SIGHUP changes nothing" [ "$(pid)" = "$before" ]
	check "SIGHUP: active" active
}

not() {
	! "$@"
}

wrong_option() {
	local from
	from=$(now)
	options --ring-buffer 3
	check "wrong option: the start fails" not systemctl restart shaketap
	check "wrong option: failed" is ActiveState failed
	check "wrong option: exit code 2" is ExecMainStatus 2
	check "wrong option: no other try" is NRestarts 0
	check "wrong option: one line, with the value" one_line "$from" "'3'"
	options -i 'nosuch*'
	drop_in RestartSec=100ms
	from=$(now)
	systemctl reset-failed shaketap
	check "no interface: the start fails" not systemctl start shaketap
	check "no interface: given up in the end" within 60 said_by_manager "$from" 'repeated too quickly'
	check "no interface: failed" is ActiveState failed
	check "no interface: exit code 1" is ExecMainStatus 1
	check "no interface: five starts" [ "$(journal "$from" | wc -l)" = 5 ]
	check "no interface: as errors" [ "$(journal "$from" -p err | grep -c nosuch)" = 5 ]
	drop_in
	systemctl reset-failed shaketap
}

one_line() {
	journal "$1"
	[ "$(journal "$1" | wc -l)" = 1 ] && journal "$1" | grep -q -- "$2"
}

# Patterns with and without quotes, as the file of options says.
patterns() {
	options "-i l* -i '!dummy*' -f json"
	check "options with patterns" systemctl restart shaketap
	check "options with patterns: attached" within 10 attached
	rm /etc/default/shaketap
	check "no file of options" systemctl restart shaketap
	check "no file of options: attached" within 10 attached
	check "no file of options: only failures" grep -qa -- --only.failures "/proc/$(pid)/cmdline"
}

# With the sandbox that kills instead of refusing, nothing it does may be outside of the filter.
system_calls() {
	drop_in SystemCallErrorNumber=kill
	check "system calls: starts" systemctl restart shaketap
	check "system calls: a handshake" handshakes 1
	check "system calls: counted" within 10 counts 1 shaketap_handshakes_total
	check "system calls: stops" systemctl stop shaketap
	check "system calls: none refused" is Result success
	drop_in
	systemctl start shaketap
}

stop() {
	local last
	last=$(pid)
	check "stops" systemctl stop shaketap
	check "stopped well" is Result success
	check "with exit code 0" is ExecMainStatus 0
	check "no process" not kill -0 "$last"
	check "no program, map, link or filter" within 5 nothing_new
	check "no file" nothing_written
}

# Not what the test and systemd itself write.
nothing_written() {
	local found
	found=$(find / -xdev -newer "$WORK/before" \( -path /proc -o -path /sys -o -path /run \) -prune -o \
		-newer "$WORK/before" -type f -print | grep -vE '^/var/log/|^/etc/default/|^/var/lib/systemd/')
	found+=$(find /run /var/lib /var/cache /var/tmp /tmp -name '*shaketap*' \
		! -path '/run/systemd/*' ! -path '/sys/*')
	[ -z "$found" ] && return
	echo "$found"
	return 1
}

serve_tls || echo "not ok service/$KERNEL/OpenSSL listens"
held | sort >"$WORK/before"
for case in start observe restart killed watchdog reload wrong_option patterns system_calls stop; do
	"$case"
done
