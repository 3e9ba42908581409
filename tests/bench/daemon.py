# SPDX-License-Identifier: BSD-2-Clause
"""What the observer takes in user space, peers beside it, and whether it saw everything right."""
import collections
import json
import os

from observers import Copyist, Floor, Ndpi, Shaketap, ShaketapJson, Tcpdump, Tshark

TITLE = "us of CPU per handshake sent, all threads, observer alone on its core"
# Name, rate, how many, who. tshark takes a whole core at 1,700/s.
SPEEDS = [
    ("1000", 1000, 4000, [Floor, Shaketap, ShaketapJson, Copyist, Tcpdump, Ndpi, Tshark]),
    ("10000", 10_000, 30_000, [Floor, Shaketap, ShaketapJson, Copyist, Tcpdump, Ndpi]),
    ("flat", None, 60_000, [Floor, Shaketap, ShaketapJson, Copyist, Tcpdump, Ndpi]),
]
# What tests/load/messages.c puts into the hellos.
TRUTH = {"outcome": "success", "version": "1.3", "cipher": "TLS_AES_128_GCM_SHA256"}


def content(bench, observer, sent):
    """Each name once, everything as the generator said it, and whatever is missing was counted as lost."""
    names, other, unknown = collections.Counter(), 0, 0
    with open(observer.out, encoding="utf-8") as records:
        for line in records:
            record = json.loads(line)
            names[record["tls"]["client"].get("server_name")] += 1
            if record["event"]["outcome"] == "unknown":
                unknown += 1
                continue
            other += {"outcome": record["event"]["outcome"], "version": record["tls"].get("version"),
                      "cipher": record["tls"].get("cipher")} != TRUTH
    first = int(sent["first"])
    wanted = {f"n{number:010d}.load.example.com" for number in range(first, first + int(sent["connections"]))}
    missing, surplus = len(wanted - set(names)), len(set(names) - wanted)
    twice = sum(count > 1 for count in names.values())
    must = bench.report.must
    must(not other, f"{other} of {len(names)} records differ from what was sent")
    must(missing == observer.lost, f"{missing} handshakes have no record, {observer.lost:.0f} were counted as lost")
    must(not unknown or observer.lost_events, f"{unknown} are unknown, and no event was lost")
    must(not twice and not surplus, f"{twice} names came twice, {surplus} were never sent")
    bench.record_size = os.path.getsize(observer.out) // max(sum(names.values()), 1)
    return sum(names.values()) - unknown


def one(bench, kind, rate, count):
    """us per handshake, per cent lost, handshakes per second sent."""
    bench.report.must(bench.record_size or kind is not Copyist, "there is no JSON record to copy")
    observer = kind(bench)
    sent = bench.traffic.send("tls13", count, rate)
    bench.packets_sent = sent["packets"]
    spent = observer.spent()
    seen = observer.seen(sent["connections"])
    observer.stop()
    if kind is ShaketapJson:
        bench.checked += content(bench, observer, sent)
    return spent / 1000 / count, 100 * (1 - seen / sent["connections"]), sent["connections_per_second"]


def speed(bench, name, rate, count, kinds):
    cpu, lost, speeds = (collections.defaultdict(list) for _ in range(3))
    for _ in range(bench.rounds):
        for kind in kinds:
            taken = one(bench, kind, rate, count)
            for figure, value in zip((cpu, lost, speeds), taken):
                figure[kind.name].append(value)
    at = f"{rate:,}/s" if rate else "flat out"
    for who in cpu:
        bench.report.put(f"cpu.{name}.{who}", f"{at}: {who}", "us", cpu[who])
        bench.report.put(f"lost.{name}.{who}", f"{at}: {who}: lost", "%", lost[who])
    bench.report.put(f"rate.{name}", f"{at}: handshakes sent per second", "/s", sum(speeds.values(), []))
    for who in cpu:
        if who not in ("shaketap", "json", "copyist"):
            bench.report.ratio(f"ratio.{name}.shaketap.{who}", f"{at}: shaketap to {who}", cpu["shaketap"], cpu[who])
    bench.report.ratio(f"ratio.{name}.floor.tcpdump", f"{at}: floor to tcpdump", cpu["floor"], cpu["tcpdump"])
    bench.report.ratio(f"ratio.{name}.json.tcpdump", f"{at}: JSON records to tcpdump", cpu["json"], cpu["tcpdump"])
    bench.report.ratio(f"ratio.{name}.json.shaketap", f"{at}: JSON records to none", cpu["json"], cpu["shaketap"])
    least = [copyist - floor for copyist, floor in zip(cpu["copyist"], cpu["floor"])]
    bench.report.put(f"copy.{name}", f"{at}: to copy and write a ready record", "us", least)
    bench.report.ratio(f"ratio.{name}.copy.shaketap", f"{at}: none and that to none",
                       [none + more for none, more in zip(cpu["shaketap"], least)], cpu["shaketap"])


def measure(bench):
    bench.checked = bench.record_size = 0
    for name, rate, count, kinds in SPEEDS:
        speed(bench, name, rate, bench.quick(count, count // 5), kinds)
    bench.report.note(f"content: {bench.checked:,} JSON records held against what was sent: every name once, "
                      + ", ".join(TRUTH.values()))
    bench.report.note("floor: a program without table or gate that makes the same events, taken from the ring every "
                      "100 ms, each byte looked at once; copyist: the same, and a ready record of the same size for each "
                      "handshake")
