# SPDX-License-Identifier: BSD-2-Clause
"""One TCP stream of iperf3 over the link: its throughput, and what both ends take for it."""
import collections
import json
import subprocess

from place import softirq_thread
from process import Process, cpu_ns

PORT = 5201
GB = 1e9


def run(bench, to, seconds):
    """GB/s, and CPU seconds of both ends per GB, what the kernel took over for them included."""
    place = bench.place
    server = Process(place.inside(place.far, "iperf3", "-s", "-1", "-p", str(PORT), processor=place.observer),
                     bench.work + "/iperf3.log")
    server.wait_for(lambda _: f":{PORT}" in place.run(place.far, "ss", "-Hltn"))
    threads = [softirq_thread(processor) for processor in {place.sender, place.observer}]
    before = sum(cpu_ns(thread) for thread in threads)
    said = json.loads(subprocess.run(place.inside(place.near, "iperf3", "-c", to, "-p", str(PORT), "-t", str(seconds),
                                                  "-J", processor=place.sender),
                                     capture_output=True, text=True, check=True).stdout)["end"]
    kernel = sum(cpu_ns(thread) for thread in threads) - before
    server.child.wait(30)
    gigabytes, share = said["sum_received"]["bytes"] / GB, said["cpu_utilization_percent"]
    ends = (share["host_total"] + share["remote_total"]) / 100 * said["sum_sent"]["seconds"]
    return gigabytes / said["sum_received"]["seconds"], (ends + kernel / 1e9) / gigabytes


def measure(bench, kinds, to):
    speed, cpu = collections.defaultdict(list), collections.defaultdict(list)
    seconds = bench.quick(3, 1)
    run(bench, to, 1)
    for _ in range(bench.rounds):
        for kind in kinds:
            observer = kind(bench)
            rate, taken = run(bench, to, seconds)
            speed[kind.name].append(rate * 1000)
            cpu[kind.name].append(taken * 1000)
            observer.stop()
    put, ratio = bench.report.put, bench.report.ratio
    for kind in kinds:
        put(f"stream.speed.{kind.name}", f"iperf3, one stream, {kind.name}", "MB/s", speed[kind.name])
        put(f"stream.cpu.{kind.name}", "  CPU of both ends per GB", "ms", cpu[kind.name])
    for kind in kinds[1:]:
        ratio(f"stream.speed.ratio.{kind.name}", f"  throughput, {kind.name} to nobody", speed[kind.name], speed["nobody"])
        ratio(f"stream.cpu.ratio.{kind.name}", f"  CPU, {kind.name} to nobody", cpu[kind.name], cpu["nobody"])
