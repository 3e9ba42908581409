# SPDX-License-Identifier: BSD-2-Clause
"""What a whole handshake costs in the kernel, net of an empty program."""
import collections
import subprocess

from live import Live

TITLE = "us per handshake in the kernel, net of an empty program, ingress"
SCRIPTS = {"tls13": 18, "tls12": 17, "pq": 20}
RATE = 10_000


PRICES = {
    "call": "an empty call of a function of the same program",
    "ktime": "the time, bpf_ktime_get_ns",
    "load": "500 bytes by bpf_skb_load_bytes",
    "output": "144 bytes by bpf_ringbuf_output",
}


def said_by(bench, *words):
    done = subprocess.run(["taskset", "-c", bench.place.observer, *words], check=True, capture_output=True, text=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def by_test_run(bench, script):
    """Rounds by program and packet; events of a connection by program."""
    found, events = collections.defaultdict(list), {}
    for words in said_by(bench, bench.tool("handshake"), "-r", str(bench.rounds), "-n", str(bench.quick(2000, 300)),
                         script):
        if words[0] == "events":
            events[words[1]] = float(words[2])
        else:
            found[words[0], int(words[1]), int(words[2])].append(float(words[3]))
    return found, events


def nets_of(found, program):
    packets = sorted({key[1:] for key in found})
    return {packet: [with_it - empty for with_it, empty in zip(found[program, *packet], found["empty", *packet])]
            for packet in packets}


def test_run(bench, script):
    found, events = by_test_run(bench, script)
    ours, least, follower = (nets_of(found, program) for program in ("shaketap", "floor", "follower"))
    bench.report.must(0 < events["follower"] <= events["floor"] <= events["shaketap"], f"{script}: events by program: {events}")
    put = bench.report.put
    put(f"test-run.{script}", f"{script}, {len(ours)} packets by test run, one by one", "us",
        [sum(values) / 1000 for values in zip(*ours.values())])
    put(f"floor.test-run.{script}", f"  floor: {events['floor']:g} events of {events['shaketap']:g}, no more", "us",
        [sum(values) / 1000 for values in zip(*least.values())])
    put(f"follower.test-run.{script}", "  at least: a follower with the kernel's own maps", "us",
        [sum(values) / 1000 for values in zip(*follower.values())])
    if script == "tls13":
        for number, size in ours:
            put(f"test-run.{script}.{number}", f"  packet {number} of {size} bytes", "ns", ours[number, size])
            put(f"floor.test-run.{script}.{number}", "    floor", "ns", least[number, size])


def live(bench, script, packets):
    kind = Live(bench, script, bench.quick(30_000, 5_000), rate=RATE, floor=True)
    rounds = kind.rounds()
    for who, key, text in (("shaketap", f"live.{script}", f"{script}, {packets} packets live at {RATE:,}/s"),
                           ("floor", f"floor.live.{script}", "  floor: the same events and nothing else"),
                           ("follower", f"follower.live.{script}", "  at least: a follower with the kernel's own maps")):
        bench.report.put(key, text, "us", [(with_it - empty) * packets / 1000
                                           for with_it, empty in zip(rounds[who], rounds["empty"])])
    bench.report.put(f"events.{script}", "  events of each", "", kind.events)
    bench.report.put(f"floor.events.{script}", "  events of each, floor", "", kind.floor_events)


def prices(bench):
    found = collections.defaultdict(list)
    for name, ns in said_by(bench, bench.tool("price"), "-r", str(bench.rounds)):
        found[name].append(float(ns))
    for name, text in PRICES.items():
        bench.report.put(f"price.{name}", f"step of an event, hot: {text}", "ns", found[name])


def measure(bench):
    for script, packets in bench.quick(list(SCRIPTS.items()), [("tls13", SCRIPTS["tls13"])]):
        live(bench, script, packets)
    for script in SCRIPTS:
        test_run(bench, script)
    prices(bench)
    bench.report.note("by test run a system call comes before each packet, so its way through the programs is cold")
    bench.report.note("floor: headers, then at once an event where shaketap made one, with as many bytes; a place of a "
                      "table for SYN and its answer. No flow table, no walk, no gate")
    bench.report.note("follower: the floor with a place for each SYN and each flow in the kernel's LRU hash maps, from "
                      "which nothing is deleted. No walk, no gate, no second look")
