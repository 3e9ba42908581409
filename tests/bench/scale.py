# SPDX-License-Identifier: BSD-2-Clause
"""Many handshakes open at once, many interfaces: memory, CPU per event, time of a scrape."""
import os
import re
import time

from observers import Shaketap, total
from process import read, until

TITLE = "many handshakes open at once, many interfaces"
OPEN = [10_000, 100_000, 1_000_000]
RATE = 20_000
INTERFACES = [1, 10, 500]
SCRAPES = 5
MB = 1 << 20


class Patient(Shaketap):
    """It waits for answers longer than this takes."""
    extra = ("--handshake-timeout", "600")


def with_room(flows):
    return type("Roomy", (Patient,), {"extra": (*Patient.extra, "--max-flows", str(flows))})


def daemon_memory(pid):
    """Bytes: all that is resident; and the part of it that is the kernel's maps, mapped."""
    resident = mapped = 0
    of_a_map = False
    for line in read(f"/proc/{pid}/smaps").splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            of_a_map = "bpf" in line
        elif line.startswith("Rss:"):
            size = int(line.split()[1]) * 1024
            resident += size
            mapped += size if of_a_map else 0
    return resident, mapped


def map_memory(pid):
    """Bytes that the kernel says its maps take, each counted once; programs aside."""
    maps = {}
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        info = dict(line.split(":", 1) for line in read(f"/proc/{pid}/fdinfo/{fd}").splitlines() if ":" in line)
        if "map_id" in info:
            maps[info["map_id"]] = int(info["memlock"])
    return sum(maps.values())


def memory(bench, key, text, pid):
    resident, mapped = daemon_memory(pid)
    maps, put = map_memory(pid), bench.report.put
    put(f"rss.{key}", f"{text}: daemon, resident", "MB", [resident / MB])
    put(f"daemon.{key}", f"{text}: daemon, without the maps that it has mapped", "MB", [(resident - mapped) / MB])
    put(f"maps.{key}", f"{text}: maps of the kernel", "MB", [maps / MB])
    put(f"all.{key}", f"{text}: daemon and maps", "MB", [(resident - mapped + maps) / MB])


def scrapes(observer):
    times = []
    for _ in range(SCRAPES):
        begin = time.monotonic()
        observer.page()
        times.append((time.monotonic() - begin) * 1000)
    return times


def open_at_once(bench, count):
    observer = with_room(max(count, 65536))(bench)
    sent = bench.traffic.send("hello", count, RATE)
    spent = observer.spent()
    text = f"{count:,} open"

    def all_open():
        return total(observer.page(), "shaketap_handshakes_in_progress") == sent["connections"]

    bench.report.must(until(all_open, 5, 0.2), f"{total(observer.page(), 'shaketap_handshakes_in_progress'):.0f} of "
                      f"{count} handshakes are open")
    page = observer.page()
    bench.report.must(total(page, "shaketap_events_lost_total") == 0, "events were lost")
    bench.report.put(f"event.{count}", f"{text}: daemon's CPU per event", "us",
                     [spent / 1000 / total(page, "shaketap_events_total")])
    memory(bench, str(count), text, observer.process.pid)
    bench.report.put(f"scrape.{count}", f"{text}: a scrape, with curl's start", "ms", scrapes(observer))
    observer.stop()


class Everywhere(Shaketap):
    """On all interfaces that are up, lo left out."""

    def command(self):
        return [self.bench.shaketap, "run", "-i", "s*", "-f", "none"]


def on_interfaces(bench, count):
    bench.place.interfaces(count)
    cpu = []
    rounds = bench.rounds_on(count)
    for _ in range(rounds):
        observer = Everywhere(bench)
        sent = bench.traffic.send("tls13", bench.quick(20_000, 5_000), 10_000)
        cpu.append(observer.spent() / 1000 / sent["connections"])
        bench.report.must(observer.seen(sent["connections"]) == sent["connections"], "handshakes are missing")
        times, pid = scrapes(observer), observer.process.pid
        if len(cpu) == rounds:
            memory(bench, f"interfaces.{count}", f"{count} interfaces", pid)
            bench.report.put(f"scrape.interfaces.{count}", f"{count} interfaces: a scrape, with curl's start", "ms",
                             times)
        observer.stop()
    bench.report.put(f"cpu.interfaces.{count}", f"{count} interfaces: daemon's CPU per handshake at 10,000/s", "us",
                     cpu)


def measure(bench):
    for count in bench.quick(OPEN, OPEN[:2]):
        open_at_once(bench, count)
    for count in INTERFACES:
        on_interfaces(bench, count)
