#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Two things about the dashboards of deploy/grafana, without a Grafana:
#   dashboards.py check PAGE FILE...   faults, one a line; PAGE is a metrics page of shaketap
#   dashboards.py rules FILE...        every expression as a rule file, for promtool check rules
import json
import re
import sys

KINDS = {"bargauge", "heatmap", "stat", "table", "timeseries"}
BUILTIN = {"__rate_interval", "__range", "__range_s"}
KEYWORDS = {"and", "or", "unless", "offset", "bool", "on", "group_left"}
FOLD = re.compile(r'\b(by|on|without|ignoring|group_left|group_right) \(([^()]*)\)')
SELECTOR = re.compile(r'([a-zA-Z_:][\w:]*)\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}')
MATCHER = re.compile(r'([a-zA-Z_]\w*)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"')


def read_page(path):
    """metric name -> its labels; histograms by the names that queries use"""
    labels = {}
    with open(path, encoding="ascii") as page:
        for line in page:
            found = re.match(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$', line)
            if found:
                names = re.findall(r'(\w+)="', found[2] or "")
                labels.setdefault(found[1], set()).update(names)
    return labels


def substituted(expression):
    """What Grafana would send, with All chosen everywhere."""
    values = {"__rate_interval": "1m", "__range": "3h", "__range_s": "10800"}
    return re.sub(r'\$(\w+)', lambda v: values.get(v[1], ".*"), expression)


def expressions(dashboard):
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel, target, target["expr"]


def operand(text):
    """What text begins with: a number, or all to the parenthesis that closes the first."""
    number = re.match(r'\d+', text)
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if number or c == ")" and depth == 0:
            return number[0] if number else text[:i + 1]
    return text


def unguarded(expression):
    """Divisors that may be zero. A number cannot, nor can what is compared with zero."""
    for at in re.finditer(r' / ', expression):
        rest = re.sub(r'^on \([^()]*\) (group_left \(\) )?', '', expression[at.end():])
        divisor = operand(rest)
        if not divisor.isdigit() and not divisor.endswith(" > 0)"):
            yield divisor


class Checker:
    def __init__(self, page, dashboards):
        self.page = page
        self.dashboards = dashboards
        self.uids = {d["uid"] for d in dashboards.values()}
        self.faults = []

    def fault(self, where, what):
        self.faults.append(f"{where}: {what}")

    def run(self):
        for name, dashboard in self.dashboards.items():
            self.layout(name, dashboard)
            self.links(name, dashboard)
            self.variables(name, dashboard)
            for panel in dashboard["panels"]:
                if panel["type"] != "row":
                    self.panel(f"{name}: {panel['title']}", panel)
            for panel, target, expression in expressions(dashboard):
                self.expression(f"{name}: {panel['title']} {target['refId']}", panel, target, expression)
        return self.faults

    def layout(self, name, dashboard):
        taken, ids = {}, set()
        for panel in dashboard["panels"]:
            where, grid = f"{name}: {panel['title']}", panel["gridPos"]
            if panel["id"] in ids:
                self.fault(where, f"id {panel['id']} is used twice")
            ids.add(panel["id"])
            if grid["x"] + grid["w"] > 24:
                self.fault(where, "reaches beyond column 24")
            cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"])
                     for y in range(grid["y"], grid["y"] + grid["h"])}
            for (other, _), theirs in taken.items():
                if cells & theirs:
                    self.fault(where, f"lies over {other}")
            taken[panel["title"], panel["id"]] = cells

    def panel(self, where, panel):
        if panel["type"] not in KINDS:
            self.fault(where, f"kind {panel['type']} is none of {', '.join(sorted(KINDS))}")
        if not re.match(r'[A-Z][^?.]*(\.\d[^?.]*)*\? [A-Z:]?.{20,}', panel.get("description", "")):
            self.fault(where, "its description does not begin with a question and go on")
        if panel.get("datasource") != {"type": "prometheus", "uid": "$datasource"}:
            self.fault(where, "does not use the variable datasource")
        defaults = panel["fieldConfig"]["defaults"]
        axis = panel["options"].get("yAxis", {})
        if not (axis if panel["type"] == "heatmap" else defaults).get("unit"):
            self.fault(where, "has no unit")
        if not defaults.get("noValue"):
            self.fault(where, "does not say what no value means")
        self.columns(where, panel)

    def columns(self, where, panel):
        """Columns that a table renames or colours must come from a query."""
        refs = {"Value"} | {f"Value #{t['refId']}" for t in panel["targets"]}
        shown = set()
        for step in panel.get("transformations", []):
            renamed = step["options"].get("renameByName", {})
            shown |= set(renamed.values())
            labels = set.union({"job", "instance"}, *self.page.values())
            for field in renamed:
                if field not in refs | labels:
                    self.fault(where, f"no query gives the column {field}")
        if panel["type"] != "table":
            return
        for override in panel["fieldConfig"]["overrides"]:
            if override["matcher"]["options"] not in shown:
                self.fault(where, f"an override of {override['matcher']['options']}, which is no column")
        for column in panel["options"]["sortBy"]:
            if column["displayName"] not in shown:
                self.fault(where, f"sorted by {column['displayName']}, which is no column")

    def links(self, name, dashboard):
        others = self.uids - {dashboard["uid"]}
        reached = set()
        for link in dashboard["links"]:
            reached.add(link["url"].removeprefix("/d/"))
            if not (link.get("includeVars") and link.get("keepTime")):
                self.fault(name, f"link {link['title']} loses variables or time")
        if reached != others:
            self.fault(name, f"links lead to {', '.join(sorted(reached))}, not to {', '.join(sorted(others))}")
        for uid in re.findall(r'"url": "/d/([\w-]+)\?', json.dumps(dashboard)):
            if uid not in self.uids:
                self.fault(name, f"a cell links to {uid}, which is no dashboard of ours")

    def variables(self, name, dashboard):
        defined = [v["name"] for v in dashboard["templating"]["list"]]
        for variable in dashboard["templating"]["list"]:
            rest = dict(dashboard, templating=[v for v in dashboard["templating"]["list"] if v is not variable])
            if f"${variable['name']}" not in json.dumps(rest["panels"]):
                self.fault(name, f"variable {variable['name']} is used by no panel")
            if variable["type"] != "query":
                continue
            if not (variable["multi"] and variable["includeAll"] and variable["allValue"] == ".*"):
                self.fault(name, f"variable {variable['name']} has no choice of many, or of all")
            selector, label = re.fullmatch(r'label_values\((.*), (\w+)\)', variable["query"]["query"]).groups()
            metric = selector.split("{")[0]
            if label not in self.page.get(metric, set()) | {"job", "instance"}:
                self.fault(name, f"variable {variable['name']}: {metric} has no label {label}")
        for _, _, expression in expressions(dashboard):
            for used in re.findall(r'\$(\w+)', expression):
                if used not in BUILTIN and used not in defined:
                    self.fault(name, f"${used} is no variable")

    def expression(self, where, panel, target, expression):
        for metric, matchers in SELECTOR.findall(expression):
            self.selector(where, metric, matchers)
        bare = FOLD.sub(r'\1', SELECTOR.sub("", expression))
        for word in re.findall(r'(?<![\w$])([a-zA-Z_:][\w:]*)\b(?! ?\(| by )', bare):
            if word not in KEYWORDS:
                self.fault(where, f"{word} has no selector")
        if re.search(r'\b(rate|irate)\([^][]*\[(?!\$__(rate_interval|range)\])', expression):
            self.fault(where, "a rate over neither $__rate_interval nor $__range")
        if re.search(r'\bincrease\([^][]*\[(?!\$__range\])', expression):
            self.fault(where, "an increase not over $__range")
        for divisor in unguarded(expression):
            self.fault(where, f"divides by {divisor} unguarded")
        if panel["type"] == "heatmap" and (target.get("format") != "heatmap" or "by (le)" not in expression):
            self.fault(where, "is no heat map of buckets")
        if panel["type"] == "table" and (target.get("format"), target.get("instant")) != ("table", True):
            self.fault(where, "is no instant table")
        if panel["type"] == "timeseries" and not target.get("legendFormat"):
            self.fault(where, "has no legend")
        used = set(re.findall(r'\{\{(\w+)\}\}', target.get("legendFormat", "")))
        kept = {label for _, labels in FOLD.findall(expression) for label in labels.split(", ")}
        for label in used - kept:
            self.fault(where, f"legend shows {label}, which the query does not keep")

    def selector(self, where, metric, matchers):
        known = self.page.get(metric)
        if known is None:
            self.fault(where, f"{metric} is not on the metrics page")
            return
        found = MATCHER.findall(matchers)
        for label in ("job", "instance"):
            if (label, "=~", f"${label}") not in found:
                self.fault(where, f"{metric} is not selected by {label}")
        for label, _, value in found:
            if label not in known | {"job", "instance"}:
                self.fault(where, f"{metric} has no label {label}")
            if value.startswith("$") and value != f"${label}":
                self.fault(where, f"{metric}: {label} is compared with {value}")


def check(page, dashboards):
    faults = Checker(read_page(page), dashboards).run()
    print("\n".join(faults) or "no faults")
    return 1 if faults else 0


def rules(dashboards):
    rows = [{"record": f"panel:{i}", "expr": substituted(expression)}
            for i, expression in enumerate(e for d in dashboards.values() for _, _, e in expressions(d))]
    json.dump({"groups": [{"name": "panels", "rules": rows}]}, sys.stdout)
    return 0


def load(paths):
    dashboards = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            dashboards[path.split("/")[-1]] = json.load(file)
    return dashboards


if __name__ == "__main__":
    if sys.argv[1] == "check":
        sys.exit(check(sys.argv[2], load(sys.argv[3:])))
    sys.exit(rules(load(sys.argv[2:])))
