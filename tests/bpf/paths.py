#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare what the two paths made of the same packets: paths FILE... | paths.py [-v] TABLE

Reads what paths.c writes. Records belong together by their ends and @timestamp, else by
their ends and order. TABLE holds the differences that have a reason, columns between tabs:

  reason   its name, for the summary
  facts    that must all be known of the connection (paths_facts.h), between commas; or -
  fields   that may differ for it, shell patterns between commas. "file only" and
           "kernel only" are fields too: the whole record is missing on the other side
  when     or -, what the records themselves must say: NAME=PATTERN, between commas; NAME is
           file. or kernel. and a field, and a field that is absent has the value ""
  what     for people

A line for every difference without a reason, then a summary; -v: also those with one.
Exit 1: some have none.
"""
import collections
import fnmatch
import ipaddress
import json
import sys

Row = collections.namedtuple("Row", "reason facts fields when what")


def read_table(name):
    rows = []
    with open(name, encoding="utf-8") as table:
        for line in table:
            if not line.strip() or line.startswith("#"):
                continue
            reason, facts, fields, when, what = line.rstrip("\n").split("\t")
            rows.append(Row(
                reason, set() if facts == "-" else set(facts.split(",")), fields.split(","),
                [] if when == "-" else [term.split("=", 1) for term in when.split(",")], what))
    return rows


def flatten(value, name=""):
    """{"a": {"b": 1}} as {"a.b": 1}; a list is one value."""
    if not isinstance(value, dict):
        return {name: value}
    flat = {}
    for key, inner in value.items():
        flat.update(flatten(inner, f"{name}.{key}" if name else key))
    return flat


def end_of(address, port):
    address = ipaddress.ip_address(address)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address), int(port)


def ends_of(record):
    return frozenset((end_of(record["client.ip"], record["client.port"]),
                      end_of(record["server.ip"], record["server.port"])))


class Capture:
    def __init__(self, name):
        self.name = name
        self.records = {"file": [], "kernel": []}
        self.facts = collections.defaultdict(set)
        self.strays = []

    def take(self, kind, rest):
        if kind in self.records:
            self.records[kind].append(flatten(json.loads(rest)))
        elif kind == "stray":
            self.strays.append(rest)
        elif kind == "fact":
            one, port, other, other_port, *words = rest.split("\t")
            ends = frozenset((end_of(one, port), end_of(other, other_port)))
            self.facts[ends].update(words)
        else:
            sys.exit(f"paths.py: unknown line '{kind}'")

    def pairs(self):
        """(record of the file or None, record of the kernel or None), each record once."""
        waiting = collections.defaultdict(list)
        for record in self.records["kernel"]:
            waiting[ends_of(record)].append(record)
        late = []
        for record in self.records["file"]:
            others = waiting[ends_of(record)]
            at = [i for i, other in enumerate(others)
                  if other["@timestamp"] == record["@timestamp"]]
            if at:
                yield record, others.pop(at[0])
            else:
                late.append(record)
        for record in late:
            others = waiting[ends_of(record)]
            yield record, others.pop(0) if others else None
        for others in waiting.values():
            for record in others:
                yield None, record


def differences(pair):
    """The fields that differ."""
    if pair[0] is None:
        return ["kernel only"]
    if pair[1] is None:
        return ["file only"]
    return sorted(name for name in pair[0].keys() | pair[1].keys()
                  if pair[0].get(name) != pair[1].get(name))


def holds(row, pair, facts):
    if not row.facts <= facts:
        return False
    for name, pattern in row.when:
        side, field = name.split(".", 1)
        record = pair[side == "kernel"] or {}
        if not fnmatch.fnmatchcase(str(record.get(field, "")), pattern):
            return False
    return True


def explain(table, fields, pair, facts):
    """Reasons that together cover all fields; [] when some field has none."""
    rows = [row for row in table if holds(row, pair, facts)]
    reasons = []
    for field in fields:
        for row in rows:
            if any(fnmatch.fnmatchcase(field, pattern) for pattern in row.fields):
                if row.reason not in reasons:
                    reasons.append(row.reason)
                break
        else:
            return []
    return reasons


def describe(capture, fields, pair, facts):
    record = pair[0] or pair[1]
    values = []
    for field in fields:
        if field in ("file only", "kernel only"):
            values.append(field + ": " + str(record.get("shaketap.stage")) + " " +
                          str(record.get("event.outcome")) + " " +
                          str(record.get("shaketap.unknown_cause", "")))
        else:
            values.append(field + " " + " / ".join(
                json.dumps(side.get(field))[:200] for side in pair))
    return (f"{capture.name}: {record['client.ip']}:{record['client.port']} > "
            f"{record['server.ip']}:{record['server.port']} {record['@timestamp']} "
            f"[{' '.join(sorted(facts))}] {'; '.join(values)}")


class Comparison:
    def __init__(self, table, verbose):
        self.table = table
        self.verbose = verbose
        self.count = collections.Counter()
        self.reasons = collections.Counter()

    def judge(self, capture, pair):
        fields = differences(pair)
        facts = capture.facts.get(ends_of(pair[0] or pair[1]), set())
        self.count["records"] += 1
        if not fields:
            self.count["same"] += 1
            return
        reasons = explain(self.table, fields, pair, facts)
        if reasons:
            self.count["explained"] += 1
            self.reasons["+".join(reasons)] += 1
        else:
            self.count["unexplained"] += 1
        if self.verbose or not reasons:
            print("+".join(reasons) or "unexplained", describe(capture, fields, pair, facts))

    def take(self, capture):
        self.count["files"] += 1
        for pair in capture.pairs():
            self.judge(capture, pair)
        for number in capture.strays:
            self.count["unexplained"] += 1
            print(f"unexplained {capture.name}: packet {number} holds no TCP but gave an event")

    def summary(self):
        by_reason = ", ".join(f"{reason} {n}" for reason, n in sorted(self.reasons.items()))
        count = self.count
        return (f"files {count['files']} records {count['records']} same {count['same']} "
                f"explained {count['explained']}{f' ({by_reason})' if by_reason else ''} "
                f"unexplained {count['unexplained']}")


def main(arguments):
    verbose = arguments[:1] == ["-v"]
    if len(arguments) != 1 + verbose:
        sys.exit(__doc__.splitlines()[0])
    comparison = Comparison(read_table(arguments[-1]), verbose)
    capture = None
    for line in sys.stdin:
        kind, rest = line.rstrip("\n").split("\t", 1)
        if kind == "capture":
            if capture:
                comparison.take(capture)
            capture = Capture(rest)
        else:
            capture.take(kind, rest)
    if capture:
        comparison.take(capture)
    print(comparison.summary())
    sys.exit(comparison.count["unexplained"] > 0 or not comparison.count["records"])


if __name__ == "__main__":
    main(sys.argv[1:])
