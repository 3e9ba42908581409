#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The dashboards of deploy/grafana without a Grafana: form, types as Grafana 10 and 13 have them,
# the rules that tests/deploy/dashboards.py knows, and what promtool says of each expression.
# test_prometheus.sh runs them on a Prometheus; nothing here draws them.
# shellcheck source=tests/netns/lib.sh disable=SC2016,SC2317 # jq has variables, functions are called by name
. "$(dirname "$0")/../netns/lib.sh"

DEPLOY=$(cd "$(dirname "$0")" && pwd)
GRAFANA=$DEPLOY/../../deploy/grafana
HEALTH=$GRAFANA/handshake-health.json
POSTURE=$GRAFANA/crypto-posture.json
NPM=$(dirname "$SHAKETAP")/npm-dashboards

as_jq_writes() {
	jq . "$1" | diff "$1" -
}

faults() {
	python3 "$DEPLOY/dashboards.py" check "$WORK/page" "${1:-$HEALTH}" "${2:-$POSTURE}"
}

# refused NAME FAULT FILTER: the check names the fault in a health dashboard changed by a jq filter.
refused() {
	jq "$3" "$HEALTH" >"$WORK/handshake-health.json"
	check "$1" finds "$2" faults "$WORK/handshake-health.json"
}

# finds TEXT COMMAND...: it fails, and says so.
finds() {
	local text=$1
	shift
	"$@" >"$WORK/found" 2>&1 && return 1
	cat "$WORK/found"
	grep -qF -- "$text" "$WORK/found"
}

syntax() {
	python3 "$DEPLOY/dashboards.py" rules "$@" >"$WORK/rules.yml" && promtool check rules "$WORK/rules.yml"
}

# A page on which every family has a row: a name, a failure and a certificate are needed for it.
real_page() {
	make_certificates
	make_pair
	nginx_server || return
	start_shaketap "$CLIENT" || return
	https old.example.com 9444 --tls-max 1.2 >"$WORK/curl" 2>&1
	PATIENCE=5 expect "a real failure" 1 old.example.com '.event.outcome == "failure"' || return
	scrape >"$WORK/page"
}

install_types() {
	[ -d "$NPM/node_modules/grafana-13" ] && [ -d "$NPM/node_modules/typescript" ] && return
	timeout 60 npm install --prefix "$NPM" --ignore-scripts --no-audit --no-fund --no-save \
		grafana-10@npm:@grafana/schema@10.4.19 grafana-13@npm:@grafana/schema@13.2.3 \
		typescript@5.9.3 >"$WORK/npm.log" 2>&1
}

# typed VERSION [FILTER]: the compiler takes both dashboards, the first changed by a jq filter.
typed() {
	local version=$1 filter=${2:-.} entry=dist/index.d.ts name
	[ "$version" = 10 ] || entry=dist/types/index.d.ts
	mkdir -p "$WORK/types"
	ln -sfn "$NPM/node_modules" "$WORK/types/node_modules"
	cp "$DEPLOY/dashboard_types.ts" "$WORK/types"
	for name in handshake-health crypto-posture; do
		echo 'import type { OurDashboard } from "./dashboard_types";'
		echo 'export const dashboard: OurDashboard ='
		jq "$filter" "$GRAFANA/$name.json"
		filter=.
	done | awk -v dir="$WORK/types" '/^import/ { file = dir "/" ++n ".ts"; printf "" >file } { print >file }'
	cat >"$WORK/types/tsconfig.json" <<-END
		{ "compilerOptions": {
			"strict": true, "noEmit": true, "skipLibCheck": true, "target": "es2022",
			"module": "esnext", "moduleResolution": "bundler", "types": [],
			"paths": {
				"@grafana/schema": ["./node_modules/grafana-$version/$entry"],
				"@grafana/schema/*": ["./node_modules/grafana-$version/*"]
			} },
		"files": ["1.ts", "2.ts"] }
	END
	"$NPM/node_modules/.bin/tsc" -p "$WORK/types"
}

check "handshake-health.json is formatted" as_jq_writes "$HEALTH"
check "crypto-posture.json is formatted" as_jq_writes "$POSTURE"
check "promtool takes every expression" syntax "$HEALTH" "$POSTURE"
jq '.panels[1].targets[0].expr += ")"' "$HEALTH" >"$WORK/wrong.json"
check "promtool refuses a parenthesis too many" finds FAILED syntax "$WORK/wrong.json"

if real_page; then
	check "the dashboards have no fault" faults
	refused "two panels with one id" "is used twice" '.panels[2].id = .panels[1].id'
	refused "a panel over another" "lies over Handshakes" '.panels[2].gridPos.x -= 1'
	refused "a panel without a question" "begin with a question" '.panels[1].description = "All handshakes."'
	refused "a panel without a unit" "has no unit" 'del(.panels[1].fieldConfig.defaults.unit)'
	refused "a data source of its own" "variable datasource" '.panels[1].datasource.uid = "prometheus"'
	refused "a metric that is not exported" "shaketap_handshake_total is not on" \
		'.panels[1].targets[0].expr |= sub("handshakes_total"; "handshake_total")'
	refused "a label that is not exported" "has no label stages" \
		'.panels[1].targets[0].expr |= sub("role="; "stages=")'
	refused "a metric of every job" "not selected by job" \
		'.panels[1].targets[0].expr |= sub("job=~\"\\$job\","; "")'
	refused "a metric without selector" "up has no selector" '.panels[1].targets[0].expr += " + up"'
	refused "a division by nothing" "unguarded" '.panels[2].targets[0].expr |= sub(" > 0\\)$"; ")")'
	refused "a variable that nothing uses" "instances is used by no panel" \
		'.templating.list += [{"name": "instances", "type": "custom"}]'
	refused "a link to nowhere" "links lead to shaketap-crypto," '.links[0].url = "/d/shaketap-crypto"'
	refused "a column that no query gives" "no query gives the column Value #C" \
		'(.. | .renameByName? | select(. != null and has("Value #B"))) |= {"Value #C": "Failures"}'
fi

if ! command -v npm >/dev/null || ! install_types; then
	skip "types" "npm did not bring @grafana/schema: $(grep -m 1 'error code' "$WORK/npm.log" 2>/dev/null)"
	finish
fi
check "types of Grafana 10.4" typed 10
check "types of Grafana 13.2" typed 13
typed 10 '.panels[1].gridPos.w = "wide" |
	(.panels[] | select(.type == "timeseries") | .options.legend.placement) = "botom"' >"$WORK/wrong"
check "a width in letters is refused" grep "Type 'string' is not assignable to type 'number'" "$WORK/wrong"
check "a place that no legend has is refused" grep '"botom"' "$WORK/wrong"
finish
