#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Prometheus rules and alerts by promtool: syntax, and for each alert a case in which it fires and one
# in which it must not (prometheus/*.test.yml).
# shellcheck source=tests/netns/lib.sh disable=SC2317 # functions are called by name
. "$(dirname "$0")/../netns/lib.sh"
CASES=$HERE/../deploy/prometheus
RULES=$HERE/../../deploy/prometheus

# The texts of "runbook" would have to stand in every case once more: the cases are run without.
without_runbooks() {
	awk '/^ *runbook: >-$/ { match($0, /^ */); cut = RLENGTH; next }
		cut { match($0, /^ */); if (RLENGTH > cut || $0 == "") next; cut = 0 }
		{ print }' "$1"
}

alerts() {
	sed -n 's/^ *- alert: //p' "$RULES/shaketap.alerts.yml" | sort
}

# verdicts EXPECTED: the alerts that have a case with such an exp_alerts, [] or a list
verdicts() {
	cat "$CASES"/*.test.yml | tr -d ' ' |
		awk -v want="$1" 'sub(/^-{?alertname:/, "") { name = $0; sub(/[,#].*/, "", name) }
			/exp_alerts:/ { verdict = /exp_alerts:\[\]/ ? "silent" : "fires"
				if (verdict == want) print name }' | sort -u
}

every_alert() {
	diff <(alerts) <(verdicts "$1")
}

# as_many KEY: each alert has one
as_many() {
	[ "$(grep -c "^ *$1: " "$RULES/shaketap.alerts.yml")" = "$(alerts | wc -l)" ]
}

cp "$RULES"/*.yml "$CASES"/*.test.yml "$WORK"
without_runbooks "$RULES/shaketap.alerts.yml" >"$WORK/shaketap.alerts.yml"
check "configuration and rules" promtool check config --lint=all --lint-fatal "$RULES/scrape.yml"
check "every alert fires in a case" every_alert fires
check "every alert is silent in a case" every_alert silent
for key in severity summary description runbook; do
	check "every alert has its $key" as_many "$key"
done
for cases in "$CASES"/*.test.yml; do
	check "$(basename "$cases" .test.yml)" promtool test rules "$WORK/$(basename "$cases")"
done
echo "# $(alerts | wc -l) alerts, $(grep -c ' record: ' "$RULES/shaketap.rules.yml") recorded;" \
	"$(cat "$CASES"/*.test.yml | grep -c 'alertname:') cases of alerts, $(cat "$CASES"/*.test.yml | grep -c 'expr:') of values"
finish
