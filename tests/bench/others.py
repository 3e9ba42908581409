# SPDX-License-Identifier: BSD-2-Clause
"""What others feel of it: who sends packets, and a TLS server."""
import collections
import os
import re
import subprocess
import time

import stream
from live import Bystander
from observers import Floor, Follower, Shaketap, Tcpdump, planned
from place import softirq_thread
from process import Process, cpu_ns, read

TITLE = "what others feel"
NEAR, FAR, PORT = "10.78.0.1", "10.78.0.2", 4433


class Nobody:
    """No observer at all."""
    name = "nobody"

    def __init__(self, bench):
        pass

    def stop(self):
        pass


class Empty(Nobody):
    name = "empty"

    def __init__(self, bench):
        self.bystander = Bystander(bench, "s0", stats=False)

    def stop(self):
        self.bystander.stop()


# ---- packets -------------------------------------------------------------------------------------

def sender_ns(bench, script, count, bulk):
    """CPU per packet on the sender's core, receiving included: a veth delivers on the spot."""
    thread = softirq_thread(bench.place.sender)
    before = cpu_ns(thread)
    sent = bench.traffic.send(script, count, bulk=bulk, taken=os.path.join(bench.work, "taken"))
    microseconds = int(read(os.path.join(bench.work, "taken")).split()[0])
    return (microseconds * 1000 + cpu_ns(thread) - before) / sent["packets"]


def packets(bench, script, count, bulk, text):
    kinds, found = (Nobody, Empty, Shaketap, Tcpdump), collections.defaultdict(list)
    for _ in range(bench.rounds):
        for kind in kinds:
            observer = kind(bench)
            found[kind.name].append(sender_ns(bench, script, count, bulk))
            observer.stop()
    for kind in kinds:
        bench.report.put(f"sender.{script}.{kind.name}", f"{text}: sender's CPU per packet, {kind.name}", "ns",
                         found[kind.name])
    for kind in kinds[1:]:
        bench.report.ratio(f"sender.{script}.ratio.{kind.name}", f"{text}: {kind.name} to nobody", found[kind.name],
                           found["nobody"])


# ---- a server ------------------------------------------------------------------------------------

class Server:
    """openssl s_server on a core of its own; one client keeps it busy from the other."""

    def __init__(self, bench):
        self.bench, place = bench, bench.place
        key, certificate = (os.path.join(bench.work, name) for name in ("key.pem", "certificate.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=bench.example.com", "-days", "2", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        self.process = Process(place.inside(place.far, "openssl", "s_server", "-accept", str(PORT), "-quiet", "-cert",
                                            certificate, "-key", key, processor=place.observer),
                               os.path.join(bench.work, "server.log"))
        self.process.wait_for(lambda _: f":{PORT}" in place.run(place.far, "ss", "-Hltn"))

    def shake(self, seconds):
        """Full handshakes of TLS 1.3: how many, per second, server's CPU ns for each."""
        place, before, begin = self.bench.place, self.process.cpu(), time.monotonic()
        said = subprocess.run(place.inside(place.near, "openssl", "s_time", "-connect", f"{FAR}:{PORT}", "-new",
                                           "-time", str(seconds), "-tls1_3", processor=place.sender),
                              capture_output=True, text=True, check=True).stdout
        count = int(re.search(r"^(\d+) connections in \d+ real", said, re.M).group(1))
        # It stops at a whole second of its own clock; ours has the fractions.
        return count, count / (time.monotonic() - begin), (self.process.cpu() - before) / count

    def stop(self):
        self.process.stop()


class Shares:
    """ns per real handshake, round by round."""

    def __init__(self):
        self.rate, self.server = collections.defaultdict(list), collections.defaultdict(list)
        self.daemon, self.kernel, self.packets, self.least = [], [], [], collections.defaultdict(list)


def with_and_without(bench, server, shares, seconds):
    for kind in (Nobody, Shaketap):
        observer = kind(bench)
        count, rate, spent = server.shake(seconds)
        shares.rate[kind.name].append(rate)
        shares.server[kind.name].append(spent)
        if kind is Shaketap:
            shares.daemon.append(observer.spent() / count)
            seen = observer.seen(count)
            bench.report.must(seen == count, f"{seen:.0f} of {count} real handshakes were seen as successes")
        observer.stop()


def in_the_kernel(bench, server, shares, seconds):
    """Apart from the others: with bpf_stats on every packet costs more."""
    empty = Bystander(bench, "s0")
    before = empty.programs()
    server.shake(1)
    after = empty.programs()
    none = (after[0] - before[0]) / (after[1] - before[1])
    empty.stop()
    stats, ours = Bystander(bench), Shaketap(bench)
    count = server.shake(seconds)[0]
    spent, ran = ours.programs()
    shares.kernel.append((spent - none * ran) / count)
    shares.packets.append(ran / count)
    ours.stop()
    for kind in (Floor, Follower):
        least = planned(kind, "all")(bench)
        count = server.shake(seconds)[0]
        spent, ran = least.programs()
        shares.least[kind.name].append((spent - none * ran + least.spent()) / count)
        least.stop()
    stats.stop()


def handshakes(bench):
    server, shares, seconds = Server(bench), Shares(), bench.quick(3, 2)
    server.shake(1)
    for _ in range(bench.rounds):
        with_and_without(bench, server, shares, seconds)
        in_the_kernel(bench, server, shares, seconds)
    server.stop()
    put, ratio = bench.report.put, bench.report.ratio
    for who in ("nobody", "shaketap"):
        put(f"server.rate.{who}", f"OpenSSL, full handshakes of TLS 1.3 per second, {who}", "/s", shares.rate[who])
        put(f"server.cpu.{who}", f"  server's CPU for each, {who}", "us", [ns / 1000 for ns in shares.server[who]])
    ratio("server.rate.ratio", "  handshakes per second, shaketap to nobody", shares.rate["shaketap"],
          shares.rate["nobody"])
    ratio("server.cpu.ratio", "  server's CPU, shaketap to nobody", shares.server["shaketap"], shares.server["nobody"])
    put("daemon", "  shaketap's CPU for each, daemon", "us", [ns / 1000 for ns in shares.daemon])
    put("kernel", "  shaketap's CPU for each, kernel programs net of empty, both hooks", "us",
        [ns / 1000 for ns in shares.kernel])
    put("packets", "  packets of each", "", shares.packets)
    put("share", "  all CPU of shaketap, to the server's", "%",
        [100 * (daemon + kernel) / server_ns
         for daemon, kernel, server_ns in zip(shares.daemon, shares.kernel, shares.server["nobody"])])
    for who, text in (("floor", "the floor, an event of every packet with payload, FIN or RST"),
                      ("follower", "at least: a follower with the kernel's own maps, the same events")):
        put(f"{who}.share", f"  {text}: all its CPU, to the server's", "%",
            [100 * least / server_ns for least, server_ns in zip(shares.least[who], shares.server["nobody"])])


def measure(bench):
    packets(bench, "bulk", bench.quick(60, 20), 8 << 20, "bulk")
    packets(bench, "tls13", bench.quick(30_000, 10_000), None, "tls13")
    bench.place.addresses(f"{NEAR}/24", f"{FAR}/24")
    stream.measure(bench, (Nobody, Empty, Shaketap), FAR)
    handshakes(bench)
