#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Questions to a Prometheus that scraped two observers of the mix of mix.py; TAP, exit 1 when one is wrong.

ask.py totals ATTEMPTS           sums, against the attempts that mix.py reported
ask.py rules TABLE               every rule: recorded ones give data, alerts what the table says
ask.py dashboards DASHBOARD...   every query of every panel, for several values of the variables
"""
import collections
import json
import math
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

API = "http://127.0.0.1:9090/api/v1/"
CLIENT, SERVER = "127.0.0.1:9743", "10.77.0.2:9743"
NAMES_MAX = 200
failed = 0


def ask(path, **arguments):
    url = API + path + ("?" + urllib.parse.urlencode(arguments) if arguments else "")
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise ValueError(json.load(error).get("error")) from error


def is_number(value):
    return math.isfinite(float(value))


def has_data(data):
    """A number somewhere: not nothing, and not only NaN."""
    return any(is_number(value) for series in data["result"]
               for _, value in series.get("values", [series.get("value")]))


def verdict(name, good, details=""):
    global failed
    print(f"{'ok' if good else 'not ok'} prometheus/{name}")
    if not good:
        failed = 1
        for line in str(details).splitlines()[:12]:
            print("#", line)


# --- totals -------------------------------------------------------------------------------------

def vector(query, labels, **arguments):
    result = ask("query", query=query, **arguments)["result"]
    return {tuple(row["metric"].get(label, "") for label in labels): float(row["value"][1]) for row in result}


def same(name, query, labels, expected, **arguments):
    got = {key: round(value, 6) for key, value in vector(query, labels, **arguments).items() if value}
    expected = {key: value for key, value in expected.items() if value}
    wrong = [f"{key}: {got.get(key, 0)} instead of {expected.get(key, 0)}" for key in sorted({*got, *expected})
             if got.get(key) != expected.get(key)]
    verdict(f"{name} ({sum(expected.values())})", not wrong, "\n".join([query, *wrong]))


def count(attempts, *keys, only=lambda attempt: True):
    return collections.Counter(tuple(attempt[key] for key in keys) for attempt in attempts if only(attempt))


def label_names(attempts):
    """As many names as there is room for, first come, first served; the others share a label."""
    room = {}
    for attempt in attempts:
        if attempt["name"] != "none" and len(room) < NAMES_MAX:
            room[attempt["name"]] = True
    for attempt in attempts:
        name = attempt["name"]
        attempt["label"] = name if name == "none" or name in room else "other"


def is_failure(attempt):
    return attempt["cause"] is not None


def check_totals(path):
    with open(path, encoding="utf-8") as lines:
        attempts = [json.loads(line) for line in lines]
    wrong = [attempt["wrong"] for attempt in attempts if attempt["wrong"]]
    verdict(f"{len(attempts)} attempts went as they were meant to", attempts and not wrong, "\n".join(wrong))
    label_names(attempts)
    for attempt in attempts:
        attempt["resumption"] = "resumed" if attempt["resumed"] else "full"
    here = f'{{instance="{CLIENT}"}}'
    handshakes, failures = "shaketap_handshakes_total", "shaketap_handshake_failures_total"
    kinds = ("role", "version", "resumption")
    same("handshakes by role, version, resumption", handshakes + here, kinds, count(attempts, *kinds))
    same("failures by role and cause", f"sum by (role, cause) ({failures}{here})", ("role", "cause"),
         count(attempts, "role", "cause", only=is_failure))
    same("handshakes by server name", f"shaketap_server_handshakes_total{here}", ("server_name",),
         count(attempts, "label"))
    same("failures by server name and cause", f"shaketap_server_handshake_failures_total{here}",
         ("server_name", "cause"), count(attempts, "label", "cause", only=is_failure))
    same("names without room", f"shaketap_server_name_overflow_total{here}", (),
         count(attempts, only=lambda attempt: attempt["label"] == "other"))
    same("durations: those that succeeded", f"shaketap_handshake_duration_seconds_count{here}", kinds,
         count(attempts, *kinds, only=lambda attempt: not is_failure(attempt)))
    for group in "X25519MLKEM768", "secp384r1":
        same(f"key exchange by {group}", f'shaketap_key_exchange_groups_total{{instance="{CLIENT}",group="{group}"}}',
             ("group",), count(attempts, "group", only=lambda attempt: attempt["group"] == group))
    same("HelloRetryRequests", f"shaketap_hello_retry_requests_total{here}", (),
         count(attempts, only=lambda attempt: attempt["group"] == "secp384r1"))
    # Two observers see each handshake between the hosts: one role counts it once.
    same("each handshake once, by the clients' side", f'sum({handshakes}{{role=~"client|both"}})', (), count(attempts))
    same("each handshake once, by the servers' side", f'sum({handshakes}{{role=~"server|both"}})', (),
         count(attempts, only=lambda attempt: attempt["cause"] != "tcp_refused"))
    # At the very time of a sample, with a first one of 0, Prometheus has nothing to extrapolate.
    now = vector(f"timestamp(shaketap_build_info{here})", ())[()]
    same("increase() of handshakes", f"increase({handshakes}{here}[5m])", kinds, count(attempts, *kinds), time=now)
    same("increase() of refused connects", f'increase({failures}{{instance="{CLIENT}",cause="tcp_refused"}}[5m])',
         ("role",), count(attempts, "role", only=lambda attempt: attempt["cause"] == "tcp_refused"), time=now)
    same("share of api.example.com that fails, in tenths", 'round(10 * job_server_name:shaketap_server_handshake_'
         'failures_per_server_handshakes:ratio_rate5m{server_name="api.example.com"})', (), {(): 3})


# --- rules --------------------------------------------------------------------------------------

def check_rules(path):
    with open(path, encoding="utf-8") as lines:
        table = {line.split()[0]: line.split(None, 2)[1:] for line in lines if not line.startswith("#")}
    rules = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
    sick = [f"{rule['name']}: {rule.get('lastError')}" for rule in rules if rule["health"] != "ok"]
    verdict(f"{len(rules)} rules are evaluated without an error", rules and not sick, "\n".join(sick))
    alerts = [rule for rule in rules if rule["type"] == "alerting"]
    verdict("the table names every alert", {rule["name"] for rule in alerts} == set(table))
    for rule in rules:
        if rule["type"] == "recording":
            verdict(f"{rule['name']} gives data", has_data(ask("query", query=rule["query"])) and
                    has_data(ask("query", query=rule["name"])), rule["query"])
    for rule in alerts:
        expected, reason = table.get(rule["name"], ("listed", ""))
        fires = bool(ask("query", query=rule["query"])["result"])
        verdict(f"{rule['name']} {expected}: {reason.strip()}", fires == (expected == "fires") and
                bool(rule["alerts"]) == fires, f"{rule['query']}\nalerts: {rule['alerts']}")
        for alert in rule["alerts"][:1]:
            print("#   ", alert["annotations"]["summary"], alert["annotations"]["description"])
    texts = [text for rule in alerts for alert in rule["alerts"] for text in alert["annotations"].values()]
    # How Prometheus shows a template that failed; and a cause that its query did not find.
    bad = [text for text in texts if re.search(r"<error|<no value>|cause: *\.", text)]
    verdict(f"{len(texts)} texts of alerts are whole", texts and not bad, "\n".join(bad))


# --- dashboards ---------------------------------------------------------------------------------

SPAN = 300
OFFERS = "shaketap_post_quantum_offers_total"
BUILT_IN = {"__rate_interval": "1m", "__interval": "5s", "__range": f"{SPAN}s", "__range_s": str(SPAN)}
ALL = {"job": ".*", "instance": ".*", "role": ".*", "server_name": ".*"}
# Values chosen one at a time. With the first ones every query must give data.
VALUES = [
    ("All", {}, True), ("job", {"job": "shaketap"}, True), ("the client's host", {"instance": CLIENT}, True),
    ("the server's host", {"instance": SERVER}, True), ("role client", {"role": "client"}, True),
    ("role server", {"role": "server"}, True), ("role both", {"role": "both"}, False),
    ("role forwarded", {"role": "forwarded"}, False), ("name api", {"server_name": "api.example.com"}, False),
    ("name version", {"server_name": "version.example.com"}, False), ("name none", {"server_name": "none"}, False),
]


def escaped(value):
    """As Grafana puts a chosen value into a string of a query: for the regular expression, then the string."""
    return re.sub(r"[.+*?()\[\]{}|^$\\]", lambda match: "\\\\" + match.group(), value)


def filled(query, chosen):
    values = {**BUILT_IN, **ALL, **{name: escaped(value) for name, value in chosen.items()}}
    return re.sub(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\]",
                  lambda match: values[match[1] or match[2] or match[3]], query)


def panels_of(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def run(target, chosen, now):
    query = filled(target["expr"], chosen)
    if target.get("instant"):
        return ask("query", query=query, time=now)
    return ask("query_range", query=query, start=now - SPAN, end=now, step=5)


def check_target(title, target, now, counts):
    """Nothing, or what is wrong with its answers."""
    silent = []
    for name, chosen, must in VALUES:
        if chosen and not any(re.search(rf"\$\{{?{variable}\b", target["expr"]) for variable in chosen):
            continue
        counts["answers"] += 1
        try:
            if not has_data(run(target, chosen, now)):
                counts["empty"] += 1
                silent += [name] if must else []
        except (ValueError, KeyError) as error:
            silent.append(f"{name}: {error}")
    counts["queries"] += 1
    return [f"{title}: {', '.join(silent)}", filled(target["expr"], {})] if silent else []


def check_dashboard(path, now, offers):
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    counts, wrong = collections.Counter(), []
    for panel in panels_of(dashboard):
        targets = [target for target in panel.get("targets", []) if target.get("expr")]
        counts["panels"] += bool(targets)
        if not offers: # a share of them is a division by 0
            counts["left out"] += sum(OFFERS in target["expr"] for target in targets)
            targets = [target for target in targets if OFFERS not in target["expr"]]
        for target in targets:
            wrong += check_target(panel["title"], target, now, counts)
    for variable in dashboard["templating"]["list"]:
        if variable["type"] != "query":
            continue
        query = variable["query"]["query"] if isinstance(variable["query"], dict) else variable["query"]
        series, label = re.fullmatch(r"label_values\((.*), *(\w+)\)", query).groups()
        if not ask(f"label/{label}/values", **{"match[]": filled(series, {})}):
            wrong.append(f"variable {variable['name']} has no value")
        counts["variables"] += 1
    verdict(f"{dashboard['title']}: {counts['panels']} panels, {counts['queries']} queries, {counts['variables']} "
            f"variables", counts["queries"] and not wrong, "\n".join(wrong))
    print(f"# {counts['answers']} answers for {len(VALUES)} choices of values, {counts['empty']} without data;"
          f" {counts['left out']} queries left out for want of post-quantum offers")


def check_dashboards(*paths):
    now = vector(f'timestamp(shaketap_build_info{{instance="{CLIENT}"}})', ())[()]
    offers = ask("query", query=f"sum({OFFERS}) > 0")["result"]
    for path in paths:
        check_dashboard(path, now, offers)


if __name__ == "__main__":
    {"totals": check_totals, "rules": check_rules, "dashboards": check_dashboards}[sys.argv[1]](*sys.argv[2:])
    sys.exit(failed)
