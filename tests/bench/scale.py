# SPDX-License-Identifier: BSD-2-Clause
"""Many handshakes open at once, many interfaces: memory, CPU per event, time of a scrape."""
import os
import re

from observers import Shaketap, total
from process import read

TITLE = "many handshakes open at once, many interfaces"
OPEN = [10_000, 100_000, 1_000_000]
RATE = 10_000
STANDARD_FLOWS = 65536
TIMEOUT = "600"  # seconds: longer than this takes
SCRAPES = 5  # per round
MB = 1 << 20


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


MEMORY = {
    "rss": "daemon, resident",
    "daemon": "daemon, without the maps that it has mapped",
    "maps": "maps of the kernel",
    "all": "daemon and maps",
}


def memory(pid):
    resident, mapped = daemon_memory(pid)
    maps = map_memory(pid)
    return {"rss": resident / MB, "daemon": (resident - mapped) / MB, "maps": maps / MB,
            "all": (resident - mapped + maps) / MB}


def tell(bench, key, text, rounds):
    """rounds: what memory() and others said of each."""
    for name, words in MEMORY.items():
        bench.report.put(f"{name}.{key}", f"{text}: {words}", "MB", [found[name] for found in rounds])
    bench.report.put(f"scrape.{key}", f"{text}: a scrape", "ms", sum((found["scrapes"] for found in rounds), []))


def open_at_once(bench, count):
    """One round."""
    observer = Shaketap(bench, options=("--handshake-timeout", TIMEOUT, "--max-flows", str(max(count, STANDARD_FLOWS))))
    bench.traffic.send("hello", count, RATE)
    spent, page = observer.spent(), observer.page()
    now, lost = total(page, "shaketap_handshakes_in_progress"), observer.lost_handshakes(page)
    bench.report.must(now + lost == count, f"{now:.0f} of {count} handshakes are open, {lost:.0f} lost")
    found = {"lost": 100 * lost / count, "event": spent / 1000 / total(page, "shaketap_events_total"),
             "scrapes": observer.scrapes(SCRAPES), **memory(observer.process.pid)}
    observer.stop()
    return found


def opened(bench, count):
    rounds = [open_at_once(bench, count) for _ in range(bench.rounds if count < OPEN[-1] else 1)]
    text = f"{count:,} open"
    bench.report.put(f"event.{count}", f"{text}: daemon's CPU per event", "us", [found["event"] for found in rounds])
    bench.report.put(f"lost.{count}", f"{text}: lost on the way there", "%", [found["lost"] for found in rounds])
    tell(bench, str(count), text, rounds)


def on_interfaces(bench):
    """One round."""
    observer, count = Shaketap(bench, "s*"), bench.quick(20_000, 5_000)
    bench.traffic.send("tls13", count, 10_000)
    found = {"cpu": observer.spent() / 1000 / count}
    bench.report.must(observer.seen(count) == count, "handshakes are missing")
    found.update(scrapes=observer.scrapes(SCRAPES), **memory(observer.process.pid))
    observer.stop()
    return found


def interfaces(bench, count):
    bench.place.interfaces(count)
    rounds = [on_interfaces(bench) for _ in range(bench.rounds_on(count))]
    text = f"{count} interfaces"
    bench.report.put(f"cpu.interfaces.{count}", f"{text}: daemon's CPU per handshake at 10,000/s", "us",
                     [found["cpu"] for found in rounds])
    tell(bench, f"interfaces.{count}", text, rounds)


def measure(bench):
    for count in bench.quick(OPEN, OPEN[:2]):
        opened(bench, count)
    for count in bench.interfaces():
        interfaces(bench, count)
