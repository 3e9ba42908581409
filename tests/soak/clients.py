#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes of scenarios.py at a steady rate, each told to the ledger as the client says it was.

clients.py LEDGER ADDRESS CERTS PREFIX RATE SECONDS [PATH=VALUE]...: what else each record must have
clients.py plan: the servers it needs, for tests/netns/lab/servers.py
"""
import json
import random
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import scenarios
from servers import options_of
from telling import Telling
from visit import Visit, context_of

AT_ONCE = 128   # most of them wait for somebody silent
SEED = 7        # the order is the same in every run


class Clients:
    def __init__(self, telling, address, certs, prefix, also):
        self.telling, self.address, self.prefix, self.also = telling, address, prefix, also
        self.rows = scenarios.SCENARIOS + ([scenarios.REFUSED] if address.startswith("127.") else [])
        self.contexts = {row[1]: context_of(certs, options_of(row[3].split())) for row in self.rows}
        self.made = 0

    def begin(self, pool, row):
        self.made += 1
        pool.submit(self.attend, row, f"{row[1]}-{self.prefix}{self.made}.example.com")

    def attend(self, row, name):
        try:
            session = self.visit(row, name, None)
            if "again" in row[3].split() and session:
                self.visit(row, name, session)
        except Exception as error:  # pylint: disable=broad-except
            self.telling.trouble(f"{name}: {error!r}")

    def visit(self, row, name, session):
        _, kind, port, words, pattern, must = row
        visit = Visit(name, self.contexts[kind], options_of(words.split()), session)
        visit.run(self.address, port)
        if not re.search(pattern, visit.said):
            self.telling.trouble(f"{name} said {visit.said!r}, which is not {pattern!r}")
            must = {}
        established = visit.established if must.get("event.outcome") == "success" else {}
        if kind.startswith("again") and established.get("tls.resumed"):
            kind = kind.replace("again", "resumed")
        self.telling.promise(visit.key(), kind, {**must, **established, **self.also, **visit.place()})
        return visit.tls.session if visit.established else None

    def run(self, rate, seconds):
        rounds = [row for row in self.rows for _ in range(row[0])]
        order = random.Random(SEED)
        begun = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while time.monotonic() < begun + seconds:
                if self.made % len(rounds) == 0:
                    order.shuffle(rounds)
                self.begin(pool, rounds[self.made % len(rounds)])
                time.sleep(max(0, begun + self.made / rate - time.monotonic()))


def main(ledger, address, certs, prefix, rate, seconds, *also):
    clients = Clients(Telling(ledger), address, certs, prefix, dict(word.split("=", 1) for word in also))
    clients.run(float(rate), float(seconds))


if __name__ == "__main__":
    if sys.argv[1:] == ["plan"]:
        print(json.dumps(scenarios.PLAN))
    else:
        main(*sys.argv[1:])
