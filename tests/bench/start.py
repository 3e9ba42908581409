# SPDX-License-Identifier: BSD-2-Clause
"""Starting, and doing nothing."""
import os
import re
import subprocess
import time

from observers import Shaketap
from process import read

TITLE = "start, and nothing to do"


def until_observing(bench):
    """ms from exec on, and ms of CPU until then. ip and taskset are over before the clock starts."""
    place = bench.place
    command = place.inside(place.far, "sh", "-c", 'echo ready; read line; exec "$@"', "sh", bench.shaketap, "run", "-i",
                           "s*", "-f", "none", processor=place.observer)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as child:
        child.stdout.readline()
        begin = time.monotonic()
        child.stdin.write("\n")
        child.stdin.flush()
        for line in child.stderr:
            if "observing" in line:
                break
        taken = time.monotonic() - begin
        spent = int(read(f"/proc/{child.pid}/schedstat").split()[0])
        child.terminate()
        child.wait()
    return taken * 1000, spent / 1e6


def starts(bench):
    for count in bench.interfaces():
        bench.place.interfaces(count)
        times = [until_observing(bench) for _ in range(bench.rounds_on(count))]
        bench.report.put(f"observing.{count}", f"{count} interfaces: from exec to observing", "ms",
                         [wall for wall, _ in times])
        bench.report.put(f"cpu.{count}", f"{count} interfaces: CPU until then", "ms", [cpu for _, cpu in times])


def switches(pid):
    """Each time it had nothing to do; each time it was pushed off its core."""
    status = read(f"/proc/{pid}/status")
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M).group(1))


def idle(bench):
    observer, seconds = Shaketap(bench), bench.quick(30, 5)
    woken, cpu = [], []
    time.sleep(3)  # what a start leaves to do
    for _ in range(bench.quick(3, 2)):
        before, spent, begin = switches(observer.process.pid), observer.process.cpu(), time.monotonic()
        time.sleep(seconds)
        passed = time.monotonic() - begin
        woken.append((switches(observer.process.pid) - before) / passed)
        cpu.append(100 * (observer.process.cpu() - spent) / (passed * 1e9))
    observer.stop()
    bench.report.put("idle.switches", f"nothing happens for {seconds} s: wake-ups per second", "/s", woken)
    bench.report.put("idle.cpu", f"nothing happens for {seconds} s: CPU, of one core", "%", cpu)


def size(bench):
    stripped = os.path.join(bench.work, "stripped")
    subprocess.run(["strip", "-o", stripped, bench.shaketap], check=True)
    bench.report.put("size", "the program, as installed in a package (stripped)", "MB",
                     [os.path.getsize(stripped) / 1e6])


def measure(bench):
    size(bench)
    idle(bench)
    starts(bench)
