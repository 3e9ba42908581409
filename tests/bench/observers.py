# SPDX-License-Identifier: BSD-2-Clause
"""Who is compared: how each is started, how one knows that it observes, what it says it has seen."""
import os
import re
import signal
import time

from process import Process, read

METRICS = "http://127.0.0.1:9743/metrics"
# Causes of events_lost_total that count handshakes of which nothing else is told.
LOST_HANDSHAKES = ("ring_full_handshake", "table_full", "daemon_full")
TSHARK = ["-n", "-Y", "tls.handshake.type == 1 || tls.handshake.type == 2", "-T", "fields", "-e", "ip.src",
          "-e", "tcp.srcport", "-e", "tls.handshake.extensions_server_name", "-e", "tls.handshake.ciphersuite"]


def has_packet_socket(process):
    """By the table of its network namespace: a line for each AF_PACKET socket below the headline."""
    return len(read(f"/proc/{process.pid}/net/packet").splitlines()) > 1


class Observer:
    """One of the observers below, at work in the far space."""
    stopped_by = signal.SIGINT

    def __init__(self, bench, interfaces="s0", options=()):
        self.bench, self.place, self.interfaces, self.options = bench, bench.place, interfaces, options
        self.log = os.path.join(bench.work, f"{self.name}.log")
        self.out = os.path.join(bench.work, f"{self.name}.out")
        self.process = Process(self.place.inside(self.place.far, *self.command(), processor=self.place.observer),
                               self.log, self.out)
        self.process.wait_for(self.ready)
        time.sleep(0.3)  # what belongs to its start
        self.before = self.process.cpu()

    def ready(self, process):
        return has_packet_socket(process)

    def spent(self):
        self.process.settle()
        return self.process.cpu() - self.before

    def stop(self):
        self.process.stop(self.stopped_by)


class Shaketap(Observer):
    name, formats = "shaketap", "none"
    stopped_by = signal.SIGTERM

    def command(self):
        return [self.bench.shaketap, "run", "-i", self.interfaces, "-f", self.formats, *self.options]

    def ready(self, process):
        return process.said("observing")

    def fetch(self, *words):
        return self.place.run(self.place.far, "curl", "-sS", "--max-time", "20", *words, METRICS)

    def page(self):
        return self.fetch()

    def scrapes(self, count):
        """ms, as the client sees it."""
        return [float(self.fetch("-o", "/dev/null", "-w", "%{time_total}")) * 1000 for _ in range(count)]

    def seen(self, sent):
        """Handshakes with their outcome; and whatever is no success, which is wrong here."""
        page = self.page()
        known, unknown = total(page, "shaketap_handshakes_total"), total(page, "shaketap_handshakes_unknown_total")
        failed = total(page, "shaketap_handshake_failures_total")
        self.bench.report.must(failed == 0, f"{self.name} calls {failed:.0f} of {sent:.0f} handshakes failed")
        self.lost_events = total(page, "shaketap_events_lost_total")
        self.lost = self.lost_handshakes(page)
        self.bench.report.must(known + unknown <= sent, f"{known + unknown:.0f} handshakes of {sent:.0f} were counted")
        return known - failed

    @staticmethod
    def lost_handshakes(page):
        return sum(total(page, "shaketap_events_lost_total", f'"{cause}"') for cause in LOST_HANDSHAKES)

    def programs(self):
        """ns and packets of its kernel programs, as counted while bpf_stats were on."""
        return programs_of(self.process.pid)


class ShaketapJson(Shaketap):
    name, formats = "json", "json"


class Floor(Observer):
    """tests/bench/drain: as many events as shaketap's, of which nothing is made."""
    name, script, words = "floor", "tls13", ()

    def command(self):
        return [self.bench.tool("drain"), *self.words, self.interfaces, self.script]

    def ready(self, process):
        return process.said("observing")

    def stop(self):
        if self.process.child.poll() is None:
            self.process.end_input()

    def seen(self, sent):
        self.stop()
        events, each = (int(re.search(rf"{word} (\d+)", read(self.log)).group(1)) for word in ("events", "each"))
        self.bench.report.must(events <= each * sent, f"the {self.name} has {events} events for {sent:.0f} handshakes")
        self.events = events / sent
        return events / each

    def programs(self):
        return programs_of(self.process.pid)


class Follower(Floor):
    """The same, with a place for each SYN and each flow in the kernel's own maps."""
    name, words = "follower", ("-f",)


class Copyist(Floor):
    """The floor, and a ready record for each handshake: copied, and written as the daemon writes its own."""
    name = "copyist"

    def command(self):
        return [self.bench.tool("drain"), "-w", str(self.bench.record_size), self.interfaces, self.script]


def planned(kind, script):
    return type(kind.__name__, (kind,), {"script": script})


class Tcpdump(Observer):
    name = "tcpdump"

    def command(self):
        return ["tcpdump", "-i", self.interfaces, "-w", "/dev/null", "-Z", "root"]

    def seen(self, sent):
        """It counts packets: those that were not dropped, as handshakes."""
        self.stop()
        said = read(self.log)
        captured = int(re.search(r"(\d+) packets captured", said).group(1))
        return sent * captured / self.bench.packets_sent


class Ndpi(Observer):
    name = "ndpi"

    def command(self):
        return ["ndpiReader", "-i", self.interfaces]

    def seen(self, sent):
        self.stop()
        found = re.search(r"IP packets:\s+(\d+)", read(self.out))
        return sent * int(found.group(1)) / self.bench.packets_sent if found else 0


class Tshark(Observer):
    name = "tshark"

    def command(self):
        return ["tshark", "-i", self.interfaces, *TSHARK]

    def seen(self, sent):
        self.stop()
        return sum("load.example.com" in line for line in read(self.out).splitlines())


def total(page, name, label=""):
    """The sum over all label sets, or those with this label."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines()
               if line.startswith((name + "{", name + " ")) and label in line)


def programs_of(pid):
    spent = packets = 0
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        info = read(f"/proc/{pid}/fdinfo/{fd}")
        if "run_time_ns" in info:
            spent += int(re.search(r"run_time_ns:\s+(\d+)", info).group(1))
            packets += int(re.search(r"run_cnt:\s+(\d+)", info).group(1))
    return spent, packets
