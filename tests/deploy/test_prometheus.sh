#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A real Prometheus with our configuration and rules scrapes observers at both ends of a known mix of
# handshakes (prometheus/mix.py): totals, every rule, every query of every dashboard; and what a page
# with all its server names costs. DASHBOARDS names another folder of them.
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"
PARTS=$HERE/../deploy/prometheus
RULES=$HERE/../../deploy/prometheus
DASHBOARDS=${DASHBOARDS:-$HERE/../../deploy/grafana}
ROUNDS=12 NAMES=300
BLIND=10.76.0.2
PROMETHEUS=127.0.0.1:9090
export PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore

# Our configuration; what differs are the targets and the pace. Nothing listens on 9744.
configure() {
	cp "$RULES"/*.rules.yml "$RULES"/*.alerts.yml "$WORK"
	sed "s/_interval: .*/_interval: 1s/
		s/targets: .*/targets: [\"$METRICS\", \"$S4:9743\", \"$BLIND:9743\", \"127.0.0.1:9744\"]/" \
		"$RULES/scrape.yml" >"$WORK/scrape.yml"
}

# up COUNT: so many targets were scraped
up() {
	[ "$(inside "$CLIENT" curl -s "http://$PROMETHEUS/api/v1/query" --data-urlencode 'query=sum(up)' |
		jq -r '.data.result[0].value[1]' 2>/dev/null)" = "$1" ]
}

start_prometheus() {
	configure
	background "$CLIENT" "$WORK/prometheus.log" prometheus --config.file="$WORK/scrape.yml" \
		--storage.tsdb.path="$WORK/data" --web.listen-address="$PROMETHEUS" --log.level=warn
	PROMETHEUS_PID=$STARTED_PID
	within 20 up 3 && pass "Prometheus scrapes three observers" && return
	fail "Prometheus scrapes three observers" "$WORK/prometheus.log"
	exit 1
}

stop_prometheus() {
	stop "$PROMETHEUS_PID" && [ ! -e "/proc/$PROMETHEUS_PID" ]
}

# A namespace for a third observer, whose only interface will be gone.
add_blind() {
	add_namespace "$MIDDLE"
	link "$CLIENT" c1 "$MIDDLE" m0
	address "$CLIENT" c1 10.76.0.1/24
	address "$MIDDLE" m0 "$BLIND/24"
	ip -n "$MIDDLE" link add gone0 type veth peer name gone1
	ip -n "$MIDDLE" link set gone0 up
}

start_servers() {
	background "$SERVER" "$WORK/servers" python3 "$PARTS/mix.py" serve "$S4" "$CERTS"
	background "$CLIENT" "$WORK/near" python3 "$PARTS/mix.py" serve 127.0.0.1 "$CERTS"
	within 10 listens "$SERVER" 9004 && within 10 listens "$CLIENT" 9004 && return
	fail "servers" "$WORK/servers" "$WORK/near"
	exit 1
}

# The laboratory's node has OpenSSL 3.5; Debian's has no post-quantum group.
start_post_quantum() {
	local node
	for node in "$(dirname "$SHAKETAP")"/npm/node_modules/node-linux-*/bin/node; do
		[ -x "$node" ] || break
		serve "$SERVER" 8451 "$node" "$HERE/lab/stack.mjs" listen 8451 "$CERTS" cert=rsa version=1.3 \
			groups=X25519MLKEM768 && NODE=("$node" "$HERE/lab/stack.mjs")
		return
	done
	skip "post-quantum handshakes" "no node of npm in the build directory (make test-netns brings it)"
}

start_observers() {
	start_shaketap "$MIDDLE" -f none -i gone0 -l "$BLIND:9743"
	ip -n "$MIDDLE" link del gone0
	start_shaketap "$SERVER" -f none -l "$S4:9743" --handshake-timeout 2
	start_shaketap "$CLIENT" -f none --handshake-timeout 2
}

mix() {
	inside "$CLIENT" python3 "$PARTS/mix.py" "$@" >>"$WORK/attempts" 2>"$WORK/mix.log" ||
		fail "mix $1" "$WORK/mix.log"
}

# Verdicts of another program, with its count of the failed ones.
ask() {
	inside "$CLIENT" python3 "$PARTS/ask.py" "$@" 2>"$WORK/ask.log" ||
		{ FAILED=$((FAILED + 1)) && details "$WORK/ask.log"; }
}

all_counted() {
	[ "$(metric shaketap_handshakes_total)" -ge "$(wc -l <"$WORK/attempts")" ]
}

dashboards() {
	if compgen -G "$DASHBOARDS/*.json" >/dev/null; then
		ask dashboards "$DASHBOARDS"/*.json
	else
		skip "dashboards" "there is none in ${DASHBOARDS#"$HERE/../../"}"
	fi
}

within_bounds() {
	[ "$1" -gt 0 ] && [ "$1" -le "$2" ] && return
	echo "$1, and not from 1 to $2"
	return 1
}

# One page with every name that it has room for.
cost() {
	local names plain packed series seconds own quiet
	quiet=$(inside "$CLIENT" curl -s "http://$BLIND:9743/metrics" | grep -vc '^#')
	names=$(scrape | grep -c '^shaketap_server_handshakes_total')
	plain=$(scrape | wc -c)
	packed=$(scrape -H 'Accept-Encoding: gzip' | wc -c)
	series=$(scrape | grep -vc '^#')
	own=$(scrape | sed -n 's/^shaketap_scrape_duration_seconds //p')
	for _ in 1 2 3 4 5; do
		scrape -o /dev/null -w '%{time_total}\n'
	done >"$WORK/seconds"
	seconds=$(sort -n "$WORK/seconds" | sed -n 3p)
	echo "# a page with $names server names: $plain bytes, $packed with gzip, $series series; made in" \
		"$own s, fetched in $seconds s (median of 5); a quiet host's has $quiet series"
	check "200 names, other and none" [ "$names" = 202 ]
	check "a page is below 256 KB" within_bounds "$plain" 262144
	check "gzip makes it at most a fifth" within_bounds "$packed" $((plain / 5))
	check "fewer than 2000 series" within_bounds "$series" 2000
}

make_certificates
(cd "$CERTS" && issue week ec 5 ec_paramgen_curve:P-256) >>"$WORK/certs.log" 2>&1
make_pair
add_blind
start_servers
NODE=()
start_post_quantum
start_observers
start_prometheus
mix connect "$S4" "$CERTS" "$ROUNDS" 127.0.0.1 "${NODE[@]}"
mix names "$S4" "$CERTS" "$NAMES"
within 5 all_counted
sleep 2.2 # scraped twice since
ask totals "$WORK/attempts"
ask rules "$PARTS/live.table"
dashboards
cost
check "Prometheus ends when told to" stop_prometheus
finish
