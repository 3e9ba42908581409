#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The systemd unit, read by systemd's own tools, and the daemon's side of the notification protocol.
# The service under systemd as PID 1 is tried by make test-service.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

DEPLOY=$HERE/../../deploy
UNIT=$WORK/shaketap.service
EXPOSURE_MAX=2.0
WATCHDOG_S=2

# The unit as installed, with the program that was built.
install_unit() {
	sed "s|^ExecStart=/usr/bin/shaketap|ExecStart=$SHAKETAP|" "$DEPLOY/shaketap.service" >"$UNIT"
}

# systemd-analyze verify exits 0 also for a key it does not know, so any word is a failure.
says_nothing() {
	local said
	said=$(systemd-analyze verify --man=no "$UNIT" 2>&1) && [ -z "$said" ] && return
	echo "$said"
	return 1
}

# The same must find a mistake, or its silence means nothing.
finds_mistakes() {
	sed -i '/^\[Service\]/a NoSuchKey=yes' "$UNIT"
	! says_nothing
}

exposure() {
	systemd-analyze security --offline=yes "$UNIT" >"$WORK/exposure" 2>&1
	EXPOSURE=$(sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p' "$WORK/exposure")
	[ -n "$EXPOSURE" ] && awk "BEGIN { exit !($EXPOSURE <= $EXPOSURE_MAX) }"
}

# What the file of options sets and what it offers: words behind "# -", up to two blanks.
offered() {
	# shellcheck source=/dev/null disable=SC2153 # OPTIONS is set there
	(. "$DEPLOY/shaketap.default" && echo "$OPTIONS")
	sed -nE 's/^# (-[^ ]+( [^ ]+)*)   *[^ ].*/\1/p' "$DEPLOY/shaketap.default"
}

# --help behind them: they are read, and nothing is started.
options_are_known() {
	local options n=0
	while read -r options; do
		# shellcheck disable=SC2086 # words, without patterns, as systemd has it
		if ! (set -f && "$SHAKETAP" run $options --help >/dev/null); then
			echo "refused: $options"
			return 1
		fi
		n=$((n + 1))
	done < <(offered)
	echo "$n lines"
	[ "$n" -ge 12 ]
}

# manager: a service manager's socket; in told a line per datagram: milliseconds, and what it says
manager() {
	rm -f "$WORK/notify"
	background "$CLIENT" "$WORK/told" python3 -u -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    text = s.recv(4096).decode().replace("\n", " ")
    print(time.monotonic_ns() // 1000000, text)
' "$WORK/notify"
	MANAGER=$STARTED_PID
	within 5 test -S "$WORK/notify"
}

told() {
	grep -c -- "$1" "$WORK/told"
}

# serve_with NAME=VALUE...: the observer with such an environment
serve_with() {
	observe "$CLIENT"
	: >"$LOG"
	ip netns exec "$CLIENT" env "$@" "$SHAKETAP" run -f none </dev/null >"$RECORDS" 2>"$LOG" &
	OBSERVER=$!
	STARTED+=("$OBSERVER")
	within 10 grep -q observing "$LOG"
}

# From beat to beat half the interval, as sd_watchdog_enabled(3) recommends.
beats_are_even() {
	awk -v half=$((WATCHDOG_S * 500)) '/WATCHDOG=1/ {
		if (last && ($1 - last < half * 0.5 || $1 - last > half * 1.8)) bad = 1
		last = $1
		n++
		print
	} END { exit bad || n < 3 }' "$WORK/told"
}

silent_when_stopped() {
	local before
	kill -STOP "$OBSERVER"
	sleep 0.2
	before=$(told WATCHDOG=1)
	sleep "$WATCHDOG_S"
	[ "$(told WATCHDOG=1)" = "$before" ] || return
	kill -CONT "$OBSERVER"
	within 5 more_beats_than "$before"
}

more_beats_than() {
	[ "$(told WATCHDOG=1)" -gt "$1" ]
}

ready_by_http() {
	[ "$(inside "$CLIENT" curl -s -o /dev/null -w '%{http_code}' "http://$METRICS/readyz")" = 200 ]
}

notification() {
	manager || return
	serve_with NOTIFY_SOCKET="$WORK/notify" WATCHDOG_USEC=$((WATCHDOG_S * 1000000))
	check "ready is told, with a status" within 5 grep -q 'READY=1 STATUS=observing 1 interfaces by ' "$WORK/told"
	check "and true then" ready_by_http
	sleep $((WATCHDOG_S * 2))
	check "the watchdog hears of it, evenly" beats_are_even
	check "but not from a stopped daemon" silent_when_stopped
	kill -HUP "$OBSERVER"
	link "$CLIENT" c0 "$CLIENT" c1
	check "SIGHUP is no end, interfaces are told" within 5 grep -q 'observing 3 interfaces' "$WORK/told"
	ip -n "$CLIENT" link del c0
	stop_shaketap
	check "the end is told" within 5 grep -q STOPPING=1 "$WORK/told"
	check "ready is told once" [ "$(told READY=1)" = 1 ]
	stop "$MANAGER"
}

wakeups() {
	awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$OBSERVER/status"
}

# idle SECONDS MOST: an idle daemon wakes up no more often. It drains on its timer for a second first.
idle() {
	local before n
	sleep 2
	before=$(wakeups)
	sleep "$1"
	n=$(($(wakeups) - before))
	echo "$n wake-ups in $1 s"
	[ "$n" -le "$2" ]
}

# WATCHDOG_PID of another process: the watchdog is not ours.
no_watchdog() {
	manager || return
	serve_with NOTIFY_SOCKET="$WORK/notify" WATCHDOG_USEC=1000000 WATCHDOG_PID=1
	# Ours would beat six times in 3 s; once in that time the attachments are looked after.
	check "no watchdog of ours: no wake-ups for it" idle 3 2
	check "and no beat" [ "$(told WATCHDOG=1)" = 0 ]
	stop_shaketap "stops quietly, no watchdog"
	stop "$MANAGER"
}

no_manager() {
	serve_with NOTIFY_SOCKET="$WORK/nobody"
	check "an unreachable manager is a warning" grep -q "^shaketap: warning: .*'$WORK/nobody'" "$LOG"
	check "and no reason to end" ready_by_http
	stop "$OBSERVER"
}

# Why it does not start, where an administrator looks first.
failure() {
	manager || return
	NOTIFY_SOCKET="$WORK/notify" inside "$CLIENT" "$SHAKETAP" run -i 'nosuch*' 2>/dev/null
	check "a failed start exits 1" [ $? = 1 ]
	check "and tells why" within 5 grep -q "STATUS=no interface matches 'nosuch\*'" "$WORK/told"
	check "and not that it is ready" [ "$(told READY=1)" = 0 ]
	stop "$MANAGER"
}

levels() {
	local stream
	: >"$WORK/journal"
	stream=$(stat -c '%d:%i' "$WORK/journal")
	JOURNAL_STREAM=$stream inside "$CLIENT" "$SHAKETAP" run -i 'nosuch*' 2>"$WORK/journal"
	check "the journal gets a level" grep -q "^<3>no interface matches" "$WORK/journal"
	JOURNAL_STREAM=$stream inside "$CLIENT" "$SHAKETAP" run -i 'nosuch*' 2>"$WORK/other"
	check "another file does not" grep -q "^shaketap: error: no interface matches" "$WORK/other"
}

if command -v systemd-analyze >/dev/null; then
	install_unit
	check "systemd-analyze verify says nothing" says_nothing
	check "exposure at most $EXPOSURE_MAX" exposure
	echo "# exposure $EXPOSURE"
	check "verify would find a mistake" finds_mistakes
else
	skip unit "needs systemd-analyze"
fi
check "the file of options names options" options_are_known
add_namespace "$CLIENT"
notification
no_watchdog
no_manager
failure
levels
finish
