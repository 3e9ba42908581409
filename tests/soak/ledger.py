# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes that were made, against records that came: each once, and each as its makers say.

A promise is a line of JSON, one of
  {"key": KEY, "kind": NAME, "must": {PATH: VALUE or [ALTERNATIVES]}}   KEY: server name, or ADDRESS:PORT if none
  {"key": KEY, "kind": NAME, "must": ..., "perhaps": true}   there may be no record: it was made in front of
                                                             an interface that had not been attached to
  {"burst": SCRIPT, "first": N, "count": N}   connections of tests/load/load, said before they begin
  {"trouble": SENTENCE}                       whoever makes handshakes could not
"""
import collections
import threading

import bursts

KEPT = 8    # wrong records, of which a few are shown


def value_at(record, path):
    for word in path.split("."):
        record = record.get(word) if isinstance(record, dict) else None
    return record


def differences(record, must):
    """What is not as it must be; null: it must not be there."""
    for path, wanted in must.items():
        got = value_at(record, path)
        if got not in (wanted if isinstance(wanted, list) else [wanted]):
            yield f"{path} is {got}, not {wanted}"


def key_of(record):
    """Who shakes hands again under the same name does so when the first time is over."""
    client = record["client"]
    return value_at(record, "tls.client.server_name") or f"{client['ip']}:{client['port']}"


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.promised = {}                      # by key, those without a record
        self.early = {}                         # by key, records of which nobody has told yet
        self.bursts = bursts.Bursts()
        self.sent = self.seen = self.wrong = 0
        self.perhaps = 0                        # made, of which records need not come
        self.kinds = collections.Counter()
        self.outcomes = collections.Counter()   # of records, as the metrics count them
        self.wrong_ones, self.troubles = [], []

    # --- what was made ------------------------------------------------------------------------

    def promise(self, line):
        with self.lock:
            if "trouble" in line:
                self.troubles.append(line["trouble"])
            elif "burst" in line:
                self.promise_burst(line["burst"], line["first"], line["count"])
            else:
                self.promise_one(line)

    def promise_burst(self, script, first, count):
        self.sent += self.bursts.begin(script, first, count)
        self.kinds[script] += count
        for key in map(bursts.name_of, range(first, first + count)):
            while key in self.early:
                self.take_number(self.take(self.early, key))

    def promise_one(self, line):
        known = line["key"] in self.early
        self.kinds[line["kind"]] += 1
        if "perhaps" in line and not known:
            self.perhaps += 1
        else:
            self.sent += 1
        if known:
            self.compare(self.take(self.early, line["key"]), line["kind"], line["must"])
        else:
            self.promised.setdefault(line["key"], []).append(line)

    @staticmethod
    def take(table, key):
        first = table[key].pop(0)
        if not table[key]:
            del table[key]
        return first

    # --- what was seen ------------------------------------------------------------------------

    def record(self, record):
        with self.lock:
            self.seen += 1
            self.count(record)
            number = bursts.number_of(record)
            key = key_of(record) if number is None else bursts.name_of(number)
            if number is not None and self.bursts.knows(number):
                self.take_number(record)
            elif key in self.promised:
                line = self.take(self.promised, key)
                self.perhaps -= "perhaps" in line
                self.sent += "perhaps" in line
                self.compare(record, line["kind"], line["must"])
            else:
                self.early.setdefault(key, []).append(record)

    def take_number(self, record):
        kind, problem, must = self.bursts.take(bursts.number_of(record))
        if problem:
            self.reject(record, kind, [problem])
        else:
            self.compare(record, kind, must)

    def illegible(self, line):
        with self.lock:
            self.reject({}, "illegible", [line])

    def count(self, record):
        outcome = record["event"]["outcome"]
        self.outcomes[outcome] += 1
        if outcome == "failure":
            self.outcomes["cause", record["shaketap"]["failure"]["cause"]] += 1
        if outcome != "unknown":
            self.outcomes["version", value_at(record, "tls.version") or "none"] += 1

    def compare(self, record, kind, must):
        found = list(differences(record, must))
        if found:
            self.reject(record, kind, found)

    def reject(self, record, kind, problems):
        self.wrong += 1
        if len(self.wrong_ones) < KEPT:
            self.wrong_ones.append((kind, problems, record))

    # --- the balance --------------------------------------------------------------------------

    def missing(self):
        """Kinds and keys of handshakes without a record."""
        with self.lock:
            lines = [f"{line['kind']} {line['key']}" for lines in self.promised.values() for line in lines
                     if "perhaps" not in line]
            return lines + self.bursts.missing()

    def surplus(self):
        """Records of which nobody has told: invented, or told a second time."""
        with self.lock:
            return [record for records in self.early.values() for record in records]
