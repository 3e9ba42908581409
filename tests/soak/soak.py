#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Looks at an observer under load: soak.py RECORDS LEDGER CALM SECONDS PID_FILE, in the observer's network

RECORDS and LEDGER are pipes. A line now and then; when nobody makes handshakes any more (the end of
LEDGER) it waits until all is told, writes CALM, and gives its verdicts when the records end. SECONDS is
how long handshakes are made; what must not grow is looked at after a sixth of them, and at the end of them.
"""
import json
import os
import sys
import threading
import time

import verdicts
from body import body_of, whereabouts
from ledger import Ledger
from page import Page

LINES = 60
SETTLE = 25     # seconds for the last timeouts


def read_lines(path, take, refuse):
    """A thread: every line as it comes, so that nobody waits for us; also when it is not what it should be."""
    def run():
        with open(path, "rb") as pipe:
            for line in pipe:
                try:
                    take(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    refuse(f"{error!r} in {line[:500]!r}")
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


class Soak:
    def __init__(self, seconds, pid_file):
        self.seconds = seconds
        self.pid_file = pid_file
        self.ledger, self.page = Ledger(), Page(lambda: whereabouts(self.pid()))
        self.begun = 0.0
        self.first = self.last = None   # bodies, at a sixth and at the end of the load
        self.calm = None                # when all is told
        self.interfaces = 0             # of the network, then

    def elapsed(self):
        return time.monotonic() - self.begun

    def pid(self):
        with open(self.pid_file, encoding="ascii") as file:
            return int(file.read())

    def tell(self, body):
        ledger, page = self.ledger, self.page
        print(f"# {self.elapsed():.0f} s: {ledger.sent} sent, {ledger.seen} seen, {ledger.wrong} wrong,"
              f" {len(ledger.troubles)} troubles; RSS {body.resident} kB, of it anonymous {body.anonymous},"
              f" {body.files} files, {body.links} links, maps {body.maps} kB; lost"
              f" {page.total('shaketap_events_lost_total')}, interfaces {page.total('shaketap_interfaces')},"
              f" slowest page {page.slowest:.3f} s, {body.seconds:.1f} s of processor", flush=True)

    def watch(self, makers):
        """Until nobody makes handshakes any more."""
        self.begun = time.monotonic()
        told, every = 0, max(2, self.seconds / LINES)
        while makers.is_alive():
            makers.join(min(5, self.seconds / 30))
            self.page.scrape()
            body = body_of(self.pid())
            if self.elapsed() <= self.seconds:
                self.last = body
            if not self.first and self.elapsed() >= self.seconds / 6:
                self.first = body
            if self.elapsed() >= told * every:
                told += 1
                self.tell(body)

    def settle(self):
        end = time.monotonic() + SETTLE
        before = -1
        while time.monotonic() < end:
            time.sleep(1)
            self.page.scrape()
            events = self.page.total("shaketap_events_total")
            if events == before and not self.page.total("shaketap_handshakes_in_progress"):
                break
            before = events
        self.calm = body_of(self.pid())
        self.interfaces = len(os.listdir("/sys/class/net"))
        self.tell(self.calm)


def main(records, ledger, calm, seconds, pid_file):
    soak = Soak(float(seconds), pid_file)
    seen = read_lines(records, soak.ledger.record, soak.ledger.illegible)
    makers = read_lines(ledger, soak.ledger.promise, lambda line: soak.ledger.promise({"trouble": line}))
    try:
        soak.watch(makers)
        soak.settle()
    except (FileNotFoundError, ProcessLookupError) as error:
        print(f"not ok soak/the observer lives to the end: {error}")
        return 1
    with open(calm, "w", encoding="ascii"):
        pass
    seen.join(SETTLE)
    return verdicts.give(soak)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
