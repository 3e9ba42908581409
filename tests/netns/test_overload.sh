#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# More than an observer can take. In each storm it must answer /metrics, keep to its memory, account
# for every handshake the generator sent, and see the next real one right. FULL=1 (make
# test-overload) sends the full figures, which takes minutes; else there is a tenth of them.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/lib.sh"

LOAD_TOOL=${LOAD_TOOL:-$(dirname "$SHAKETAP")/tests/load/load}
FULL=${FULL:-}
PORT=8443
TIMEOUT=1   # of handshakes, in seconds
PATIENCE=${FULL:+120} # until all is over
ANSWER=${ANSWER:-1} # seconds for a scrape
SENT=0 FIRST=0
SENDER=() # what the generator is run by

# The bounds that README.md states, in bytes: of the kernel's maps, and of the daemon's memory.
kernel_bound() {
	echo $(($2 + 215 * $1 + 1536 * 1024))
}

daemon_bound() {
	echo $((2 * $2 + 2304 * $1 + 192 * 1024 * 1024))
}

# ---- what it takes ------------------------------------------------------------------------------

# What the kernel says of each map that the observer holds open.
kernel_maps() {
	awk '/^map_id/ { id = $2 } /^memlock/ { bytes[FILENAME] = $2 }
		FNR == 1 { id = "" } id != "" { of[FILENAME] = id }
		END { for (f in of) map[of[f]] = bytes[f]; for (m in map) n += map[m]; printf "%d\n", n }' \
		"/proc/$OBSERVER/fdinfo/"* 2>/dev/null
}

peak_memory() {
	awk '/^VmHWM/ { print $2 * 1024 }' "/proc/$OBSERVER/status"
}

# Scrapes all the time, and notes how long each took.
watch_answers() {
	: >"$WORK/answers"
	while [ -e "$WORK/storm" ]; do
		inside "$OBSERVED" curl -s -o /dev/null --max-time 20 -w '%{time_total} %{http_code}\n' \
			"http://$METRICS/metrics" >>"$WORK/answers"
		sleep 0.1
	done
}

slowest_answer() {
	sort -n "$WORK/answers" | awk '$2 != 200 { $1 = 99 } { print $1 }' | sort -n | tail -n 1
}

# ---- what became of it --------------------------------------------------------------------------

# Over all labels: known and unknown outcomes, and handshakes that were counted as lost.
told() {
	awk '/^shaketap_(handshakes_total|handshakes_unknown_total)[{ ]/ { n += $NF }
		/^shaketap_events_lost_total.*"(ring_full_handshake|table_full|daemon_full)"/ { n += $NF }
		END { printf "%d\n", n }' "$WORK/page"
}

page() {
	awk -v name="$1" -v label="${2:-}" 'index($0, name) == 1 && index($0, label) { n += $NF }
		END { printf "%d\n", n }' "$WORK/page"
}

# Everything that is open came to its end, by itself or by its timeout.
calm() {
	scrape >"$WORK/page" 2>/dev/null && [ "$(page shaketap_events_total)" = "${EVENTS:-}" ] &&
		[ "$(page shaketap_handshakes_in_progress)" = 0 ] && return
	EVENTS=$(page shaketap_events_total)
	return 1
}

# ---- a storm ------------------------------------------------------------------------------------

# blow COUNT SCRIPT [ARGS]: from numbers that were not used yet
blow() {
	local count=$1 script=$2
	shift 2
	if ! inside "$CLIENT" "${SENDER[@]}" "$LOAD_TOOL" -n "$count" -f "$((FIRST + 1))" "$@" c0 "$script" >"$WORK/sent" 2>&1; then
		fail "$script is sent" "$WORK/sent"
		return 1
	fi
	FIRST=$((FIRST + count)) SENT=$((SENT + count))
	details "$WORK/sent"
}

# The generator gets a processor to itself, and the observer and who asks it the others. Else it is
# what a busy machine does besides that sets the rate.
part_processors() {
	local last=$(($(nproc) - 1))
	taskset -c "$last" chrt -f 1 true 2>/dev/null && [ "$last" -gt 0 ] || return
	SENDER=(taskset -c "$last" chrt -f 1)
	for pid in "$OBSERVER" "$WATCHER"; do
		taskset -apc "0-$((last - 1))" "$pid" >/dev/null
	done
}

# begin FLOWS RING [ARGS]
begin() {
	FLOWS=$1 RING=$2 SENT=0
	shift 2
	start_shaketap "$SERVER" -i s0 --handshake-timeout "$TIMEOUT" --max-flows "$FLOWS" \
		--ring-buffer "$RING" "$@" || exit 1
	touch "$WORK/storm"
	watch_answers &
	WATCHER=$!
	STARTED+=("$WATCHER")
}

at_most() {
	echo "$1 of at most $2"
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'
}

# weather NAME: all that must be true of every storm
weather() {
	local name=$1 maps peak slowest
	within "${PATIENCE:-20}" calm
	rm "$WORK/storm"
	wait "$WATCHER"
	slowest=$(slowest_answer) maps=$(kernel_maps) peak=$(peak_memory)
	echo "# $name: $(page shaketap_handshakes_total) known, $(page shaketap_handshakes_unknown_total) unknown," \
		"$(page shaketap_events_lost_total ring_full_handshake) lost; slowest of $(wc -l <"$WORK/answers") answers" \
		"$slowest s; maps $((maps >> 20)) MB, memory $((peak >> 20)) MB"
	check "$name: $SENT accounted for" [ "$(told)" = "$SENT" ] || grep '^shaketap.* [1-9]' "$WORK/page" |
		grep -E 'lost|handshakes|evict|refused' | details
	check "$name: answers within $ANSWER s" at_most "$slowest" "$ANSWER"
	check "$name: the kernel's maps keep to their bound" at_most "$maps" "$(kernel_bound "$FLOWS" "$RING")"
	check "$name: maps were found" [ "$maps" -gt "$RING" ]
	check "$name: the daemon keeps to its bound" at_most "$peak" "$(daemon_bound "$FLOWS" "$RING")"
}

# The role tells it from the storm: the generator's packets are nobody's, or both ends' at once.
is_right() {
	[ "$(metric shaketap_handshakes_total 'role="server"' 'version="1.3"')" = 1 ]
}

# Behind the storm a handshake between this host and another is seen as it is.
aftermath() {
	local name=$1
	openssl_client "$name.example.com" "$PORT" -tls1_3
	check "$name: the next handshake is right" within 5 is_right
	check "$name: and no failure" [ "$(metric shaketap_handshake_failures_total 'role="server"')" = 0 ]
	stop_shaketap "$name: stops quietly"
}

# of FULL_COUNT: as many in the full run, else a tenth
of() {
	echo $((FULL ? $1 : $1 / 10))
}

# Whole handshakes, faster than they can be drained: none may be called failed.
ring() {
	begin 65536 65536
	blow "$(of 250000)" tls13
	weather ring
	check "ring: the ring was full" [ "$(page shaketap_events_lost_total ring_full)" -gt 0 ]
	check "ring: none is called failed" [ "$(page shaketap_handshake_failures_total)" = 0 ]
	aftermath ring
}

# The same, as fast as can be: handshakes of five packets, 50,000 and more per second where the
# generator has a processor.
rush() {
	begin 65536 65536
	part_processors
	blow "$(of 500000)" brief
	SENDER=()
	weather rush
	check "rush: the ring was full" [ "$(page shaketap_events_lost_total ring_full)" -gt 0 ]
	check "rush: none is called failed" [ "$(page shaketap_handshake_failures_total)" = 0 ]
	check "rush: some were seen whole" [ "$(page shaketap_handshakes_total)" -gt 0 ]
	aftermath rush
}

# As fast, with room for them.
whole() {
	begin 65536 8388608
	blow "$(of 60000)" tls12
	blow "$(of 60000)" pq
	weather whole
	check "whole: none is called failed" [ "$(page shaketap_handshake_failures_total)" = 0 ]
	check "whole: TLS 1.2 is seen" [ "$(page shaketap_handshakes_total 'version="1.2"')" -gt 0 ]
	aftermath whole
}

# The observer gets no processor for longer than a handshake may be silent: what waited in the ring
# meanwhile came in time.
late() {
	local ANSWER=10
	begin 65536 134217728
	kill -STOP "$OBSERVER"
	blow 5000 tls13
	sleep "$((TIMEOUT + 1))"
	kill -CONT "$OBSERVER"
	weather late
	check "late: nothing was lost" [ "$(page shaketap_events_lost_total)" = 0 ]
	check "late: none is called failed" [ "$(page shaketap_handshake_failures_total)" = 0 ]
	check "late: none is unknown" [ "$(page shaketap_handshakes_unknown_total)" = 0 ]
	aftermath late
}

# Nothing of it is a handshake.
syn() {
	begin 65536 8388608
	blow "$(of 1000000)" syn
	SENT=0
	weather syn
	aftermath syn
}

# A name of its own in each hello, and no answer; more of them than there are places, and as many.
names() {
	local series
	TIMEOUT=${FULL:+60} && TIMEOUT=${TIMEOUT:-5}
	begin "$(of 65536)" 8388608 -f none
	blow "$(of 200000)" hello
	weather names
	check "names: places were short" [ "$(page shaketap_flow_evictions_total)" -gt 0 ]
	check "names: who had one was waited for" \
		[ "$(page shaketap_handshake_failures_total 'cause="no_server_hello"')" -gt 0 ]
	series=$(grep -c '^shaketap_server_handshakes_total{' "$WORK/page")
	check "names: 200 of them are labels, and other and none" [ "$series" -le 202 ]
	aftermath names
	TIMEOUT=1
}

all_open() {
	[ "$(metric shaketap_handshakes_in_progress)" = "$SENT" ]
}

# As many open at once as there are places.
open() {
	TIMEOUT=${FULL:+60} && TIMEOUT=${TIMEOUT:-5}
	begin "$(of 200000)" 33554432 -f none
	blow "$(of 200000)" hello
	check "open: $SENT at once" within 5 all_open
	weather open
	check "open: none was evicted" [ "$(page shaketap_flow_evictions_total)" = 0 ]
	aftermath open
	TIMEOUT=1
}

hostile() {
	TIMEOUT=3
	begin 65536 8388608
	blow "$(of 6000)" part
	blow "$(of 20000)" lie
	blow "$(of 1000)" crumbs
	blow "$(of 1000)" empty
	blow "$(of 3000)" huge
	weather hostile
	check "hostile: none of it succeeds" \
		[ "$(page shaketap_handshakes_total)" = "$(page shaketap_handshake_failures_total)" ]
	aftermath hostile
}

if [ ! -x "$LOAD_TOOL" ]; then
	skip overload "there is no $LOAD_TOOL"
	finish
fi
make_certificates
make_pair
openssl_server "$PORT" rsa -www
for storm in ${STORMS:-ring rush whole late syn names open hostile}; do
	"$storm"
done
finish
