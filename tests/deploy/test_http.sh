#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The HTTP server among clients that mean no good: it goes on answering the others, every handshake
# is recorded, and memory and descriptors stay what they are.
# shellcheck source=tests/netns/lib.sh disable=SC2016,SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

HOSTILE=$(realpath "$(dirname "$0")")/hostile_http.py
S5=10.77.0.3 # a second address of the other host
COUNT=600
FLOOD=12 # seconds
MEMORY_MB=24
# What out/clients.h promises: at most so many connections, the dropped ones included.
CONNECTIONS=256
# The flood takes the processors too, where it comes from this machine.
SECONDS_MAX=2

# answers STATUS ARGS: curl's last argument is below the server's root
answers() {
	local want=$1 got
	shift
	got=$(inside "$CLIENT" curl -s --max-time 5 -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' \
		"${@:1:$#-1}" "http://$METRICS${!#}")
	[ "$got" = "$want" ] || { echo "$* gave $got instead of $want" && cat "$WORK/head" && false; }
}

# RFC 9110, 9112, 6585
protocol() {
	local long many
	long=$(printf 'a%.0s' {1..40000})
	mapfile -t many < <(seq -f '-HX-%g:y' 8000)
	check "a long URI is 414" answers 414 "/$long"
	check "a long header is 431" answers 431 -H "X: $long" /
	check "many headers are 431" answers 431 "${many[@]}" /
	check "a body is not read" answers 405 -X POST --data-binary "@$SHAKETAP" /
	check "HTTP/1.0" answers 200 --http1.0 /healthz
	check "HEAD has no body" answers 200 -I /
	check "CONNECT" answers 404 -X CONNECT /nosuch
	check "OPTIONS names the methods" answers 405 -X OPTIONS /metrics
	check "Allow" grep -qi '^allow: GET, HEAD' "$WORK/head"
	check "percent-encoding" answers 200 /%6Detrics
	check "a NUL ends nothing of use" answers 404 /nosuch%00/metrics
	check "// is no page" answers 404 --path-as-is //
	check ".. is no page" answers 404 --path-as-is /../metrics
}

# A web site whose name leads here (DNS rebinding) reads nothing.
names() {
	check "another site's name is refused" answers 421 -H 'Host: rebound.example.com:9743' /metrics
	check "and learns nothing" bash -c '! grep -q shaketap_ "$1"' _ "$WORK/body"
	check "localhost" answers 200 -H 'Host: localhost:9743' /metrics
	check "address" answers 200 /metrics
	check "name of this host" answers 200 -H "Host: $(uname -n)" /metrics
	check "no header in HTTP/1.0" answers 200 --http1.0 -H 'Host:' /metrics
	check "twice on one connection" [ "$(inside "$CLIENT" curl -s -o /dev/null -o /dev/null \
		-w '%{num_connects}' "http://$METRICS/healthz" "http://$METRICS/readyz")" = 10 ]
}

loopback_only() {
	check "listens on loopback unless told otherwise" \
		[ "$(ss -N "$CLIENT" -Hltn | awk '{ print $4 }')" = 127.0.0.1:9743 ]
	check "others are refused" bash -c '! ip netns exec "$1" curl -s --max-time 2 "http://$2:9743/"' _ \
		"$SERVER" "$C4"
	check "log has nothing to warn of" bash -c '! grep -q everyone "$1"' _ "$LOG"
}

# probe FILE NAMESPACE ARGS: seconds of each answer, or what curl says
probe() {
	local file=$1 namespace=$2
	shift 2
	while [ -e "$WORK/flooding" ]; do
		if inside "$namespace" curl -sf --max-time "$SECONDS_MAX" -o "$file.body" -w '%{time_total}\n' \
			"$@" >"$file.time"; then
			grep -q '^shaketap_handshakes_total' "$file.body" && cat "$file.time" || echo "no metrics"
		else
			echo "curl $?"
		fi
		sleep 0.2
	done >"$file"
}

watch_process() {
	while [ -e "$WORK/flooding" ]; do
		descriptors
		sleep 0.1
	done >"$WORK/fds"
}

resident_kb() {
	awk -v key="$1:" '$1 == key { print $2 }' "/proc/$OBSERVER/status"
}

# prompt FILE PERCENT: so many answers at least, none of them late
prompt() {
	local all good
	all=$(wc -l <"$1")
	good=$(grep -vc '[a-z]' "$1")
	echo "$good of $all answered, the slowest: $(grep -v '[a-z]' "$1" | sort -n | tail -n 1)"
	grep '[a-z]' "$1" | sort | uniq -c
	! grep -q 'curl 28' "$1" && [ "$all" -ge "$FLOOD" ] && [ $((good * 100)) -ge $((all * $2)) ]
}

# answered NAME FILE PERCENT
answered() {
	check "$1" prompt "$2" "$3"
	details "$WORK/check"
}

all_recorded() {
	[ "$(jq -s '[.[] | select(.event.outcome == "success") | .tls.client.server_name] | unique | length' \
		"$RECORDS")" = "$COUNT" ] && [ "$(wc -l <"$RECORDS")" = "$COUNT" ]
}

# flood NAMESPACE ADDRESS: in the background
flood() {
	background "$1" "$WORK/flood.$1" nice -n 15 timeout $((FLOOD * 3)) python3 "$HOSTILE" "$2" 9743 "$FLOOD"
	FLOODS+=("$STARTED_PID")
}

under_attack() {
	local memory
	FLOODS=() PROBES=()
	memory=$(resident_kb VmRSS)
	: >"$WORK/flooding"
	flood "$CLIENT" 127.0.0.1
	flood "$SERVER" "$C4"
	probe "$WORK/probe.same" "$SERVER" "http://$C4:9743/metrics" & PROBES+=($!)
	probe "$WORK/probe.local" "$CLIENT" "http://$METRICS/metrics" & PROBES+=($!)
	probe "$WORK/probe.other" "$SERVER" --interface "$S5" "http://$C4:9743/metrics" & PROBES+=($!)
	watch_process & PROBES+=($!)
	STARTED+=("${PROBES[@]}")
	check "$COUNT handshakes meanwhile" inside "$CLIENT" python3 "$HERE/handshakes.py" connect \
		"$S4" 443 "$CERTS/ca.pem" "$COUNT" flood-
	wait "${FLOODS[@]}"
	rm "$WORK/flooding"
	wait "${PROBES[@]}"
	details "$WORK/flood.$CLIENT" "$WORK/flood.$SERVER"
	check "thousands of connections" bash -c \
		'[ "$(cat "$@" | jq -s "map(add) | add")" -gt 1000 ]' _ "$WORK/flood.$CLIENT" "$WORK/flood.$SERVER"
	check "every handshake is recorded" within 5 all_recorded
	answered "clients of another address are answered" "$WORK/probe.other" 100
	# Where thousands come from one address, one of them in a while is dropped before it spoke.
	answered "clients of the same address are, too" "$WORK/probe.same" 90
	answered "likewise over loopback" "$WORK/probe.local" 90
	check "descriptors are limited" [ "$(sort -n "$WORK/fds" | tail -n 1)" -le $((FDS + CONNECTIONS)) ]
	memory=$(($(resident_kb VmHWM) - memory))
	echo "# $memory KB more memory at most, $(sort -n "$WORK/fds" | tail -n 1) descriptors"
	check "memory is limited" [ "$memory" -lt $((MEMORY_MB * 1024)) ]
	check "nothing was lost" [ "$(metric shaketap_events_lost_total)" = 0 ]
}

descriptors() {
	find "/proc/$OBSERVER/fd" -mindepth 1 | wc -l
}

no_more_descriptors() {
	[ "$(descriptors)" -le "$FDS" ]
}

# alone KIND: one such connection
alone() {
	background "$SERVER" "$WORK/alone.$1" timeout 60 python3 "$HOSTILE" "$C4" 9743 "$1"
	LONE+=("$STARTED_PID")
}

# ended NUMBER KIND LOW HIGH: the server ended it after LOW to HIGH seconds
ended() {
	local got
	wait "${LONE[$1]}"
	got=$(cat "$WORK/alone.$2")
	check "$2: ended after $3 s" [ "$got" -ge "$3" -a "$got" -le "$4" ]
	echo "# after $got s"
}

# deploy/nginx.conf as it is, but for its paths
proxy() {
	local dir=$WORK/proxy
	mkdir "$dir"
	echo "ops:$(openssl passwd -6 secret)" >"$dir/users"
	sed -e "s|/etc/ssl/certs/shaketap.pem|$CERTS/rsa.pem|" -e "s|/etc/nginx/shaketap.users|$dir/users|" \
		-e "s|/etc/ssl/private/shaketap.key|$CERTS/rsa.key|" "$HERE/../../deploy/nginx.conf" >"$dir/server"
	cat >"$dir/conf" <<-END
		daemon off;
		user root;
		pid $dir/pid;
		error_log $dir/error.log;
		events {}
		http {
			access_log off;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			include $dir/server;
		}
	END
	serve "$CLIENT" 9744 nginx -c "$dir/conf" -p "$dir" -e "$dir/error.log"
	check "proxy: nobody without a password" proxied 401 /metrics
	check "proxy: metrics" proxied 200 /metrics -u ops:secret
	check "proxy: they are ours" grep -q '^shaketap_handshakes_total' "$WORK/body"
	check "proxy: page" proxied 200 / -u ops:secret
	check "proxy: policy stays" grep -qi "^content-security-policy: default-src 'none'" "$WORK/head"
	stop "$STARTED_PID"
}

# proxied STATUS PATH ARGS: from the other host, by TLS
proxied() {
	local got
	got=$(inside "$SERVER" curl -s --max-time 5 --cacert "$CERTS/ca.pem" -o "$WORK/body" -D "$WORK/head" \
		-w '%{http_code}' --resolve "shaketap.example.com:9744:$C4" "${@:3}" "https://shaketap.example.com:9744$2")
	[ "$got" = "$1" ] || { echo "$2 gave $got instead of $1" && cat "$WORK/body" "$WORK/proxy/error.log" && false; }
}

# Total times, whatever comes and goes meanwhile.
limits() {
	LONE=()
	alone unread
	alone trickle
	alone silent
	ended 1 trickle 10 13
	ended 2 silent 10 13
}

make_certificates
make_pair
address "$SERVER" s0 "$S5/24"
serve "$SERVER" 443 python3 "$HERE/handshakes.py" serve "$S4" 443 "$CERTS/ecdsa.pem" "$CERTS/ecdsa.key"
start_shaketap "$CLIENT"
loopback_only
protocol
names
proxy
stop_shaketap "stops quietly, loopback"
start_shaketap "$CLIENT" -l 0.0.0.0:9743
check "log says who can reach it" grep -q 'metrics at http://0.0.0.0:9743/metrics, for everyone who can reach it' "$LOG"
FDS=$(descriptors)
limits
under_attack
ended 0 unread 30 34
check "all descriptors come back" within 12 no_more_descriptors
check "any name from outside" inside "$SERVER" curl -sf -H 'Host: monitoring.example.com' -o /dev/null \
	"http://$C4:9743/metrics"
stop_shaketap
finish
