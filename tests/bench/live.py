# SPDX-License-Identifier: BSD-2-Clause
"""The programs at work, by the kernel's own count of their time (bpf_stats), ours and an empty one in turn."""
import collections
import functools
import os

from observers import Floor, Follower, Shaketap, planned, programs_of, total
from process import Process


class Bystander:
    """tests/bench/bystander: holds bpf_stats on, and the empty program attached where one is named."""

    def __init__(self, bench, *devices, stats=True):
        place, devices = bench.place, (["-s"] if stats else []) + list(devices)
        self.process = Process(place.inside(place.far, bench.tool("bystander"), *devices),
                               os.path.join(bench.work, "bystander.log"))
        self.process.wait_for(lambda process: process.said("ready"))

    def programs(self):
        return programs_of(self.process.pid)

    def stop(self):
        self.process.end_input()


class Live:
    def __init__(self, bench, script, count, rate=None, bulk=None, vlan=None, floor=False):
        self.least = [planned(kind, script) for kind in (Floor, Follower)] if floor else []
        self.bench, self.script, self.count = bench, script, count
        self.rate, self.bulk, self.vlan = rate, bulk, vlan

    def send(self, observer):
        """ns per packet in its programs, and what was sent."""
        before = observer.programs()
        sent = self.bench.traffic.send(self.script, self.count, self.rate, self.bulk, self.vlan)
        after = observer.programs()
        ran = after[1] - before[1]
        self.bench.report.must(ran >= sent["packets"], f"the programs ran {ran} times for {sent['packets']:.0f} packets")
        return (after[0] - before[0]) / ran, sent

    def at_least(self, kind, found):
        observer = kind(self.bench)
        ns, sent = self.send(observer)
        found[kind.name].append(ns)
        observer.seen(sent["connections"])
        if kind.name == "floor":
            self.floor_events.append(observer.events)
        # A few handshakes of ours are over, for the daemon, before their last packet.
        self.bench.report.must(observer.events <= 1.02 * self.events[-1],
                               f"the {kind.name} has {observer.events:.2f} events, shaketap {self.events[-1]:.2f}")

    def nothing(self, found):
        empty = Bystander(self.bench, "s0")
        found["empty"].append(self.send(empty)[0])
        empty.stop()

    def ours(self, found):
        observer = Shaketap(self.bench)
        ns, sent = self.send(observer)
        found["shaketap"].append(ns)
        observer.spent()
        seen, wanted = observer.seen(sent["connections"]), 0 if self.script == "stream" else sent["connections"]
        self.bench.report.must(seen == wanted, f"live: {seen:.0f} of {wanted:.0f} handshakes were seen")
        if self.least:
            self.events.append(total(observer.page(), "shaketap_events_total") / sent["connections"])
        observer.stop()

    def rounds(self):
        """ns per packet, by program. Who is first in one round is last in the next."""
        found, self.events, self.floor_events = collections.defaultdict(list), [], []
        turns = [self.ours, *(functools.partial(self.at_least, kind) for kind in self.least)]
        for _ in range(self.bench.rounds):
            self.nothing(found)
            stats = Bystander(self.bench)
            for turn in turns:
                turn(found)
            turns.append(turns.pop(0))
            stats.stop()
        return found
