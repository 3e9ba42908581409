# SPDX-License-Identifier: BSD-2-Clause
"""The metrics page as a scraper sees it: does it answer in time, and do its counters only grow?"""
import threading
import time
import urllib.request

URL = "http://127.0.0.1:9743/metrics"
PATIENCE = 10   # seconds to wait for an answer
LATE = 0.9      # seconds after which it is worth a look what the observer does
KEPT = 5


def parse(text):
    """Values by series, and the series that may only grow."""
    values, growing, kind = {}, set(), ""
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            kind = line.split()[3]
        elif line and not line.startswith("#"):
            series, value = line.rsplit(" ", 1)
            values[series] = float(value)
            if kind == "counter" or kind == "histogram":
                growing.add(series)
    return values, growing


class Page:
    """whereabouts: a function that says in a line what the observer is doing."""

    def __init__(self, whereabouts):
        self.whereabouts = whereabouts
        self.values = {}
        self.growing = set()
        self.scrapes = 0
        self.slowest = 0.0
        self.unanswered, self.shrunk = [], []
        self.late = []      # what the observer did meanwhile

    def scrape(self):
        begun = time.monotonic()
        look = threading.Timer(LATE, lambda: self.late.append(self.whereabouts()))
        look.start()
        try:
            with urllib.request.urlopen(URL, timeout=PATIENCE) as answer:
                values, growing = parse(answer.read().decode())
        except OSError as error:
            self.unanswered.append(str(error))
            return
        finally:
            look.cancel()
        self.scrapes += 1
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.compare(values)
        self.values, self.growing = values, growing

    def compare(self, values):
        for series in self.growing:
            if values.get(series, -1) < self.values[series] and len(self.shrunk) < KEPT:
                self.shrunk.append(f"{series}: {self.values[series]:g}, then {values.get(series)}")

    def total(self, name, label=""):
        """The sum over the series of this name that have this label, like version="1.3"."""
        return round(sum(value for series, value in self.values.items()
                         if series.split("{")[0] == name and label in series))

    def handshakes(self):
        """All that passed: known, unknown, and those without a record, by README's sum."""
        return (self.total("shaketap_handshakes_total") + self.total("shaketap_handshakes_unknown_total")
                + sum(self.total("shaketap_events_lost_total", f'cause="{cause}"')
                      for cause in ("ring_full_handshake", "table_full", "daemon_full")))
