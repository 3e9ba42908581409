#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The failure laboratory: every scenario of the tables once, many at the same time.

lab.py run WORK CERTS NPM CLIENT_NS SERVER_NS MIDDLE_NS [NAME...]    results to WORK/results.json
lab.py judge WORK LIVE [READ]    records of `shaketap run`, and of `shaketap read` for the same packets
"""
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from stacks import Stacks
from table import answers, causes_left_out, is_right, read_tables, untrue

HERE = os.path.dirname(os.path.abspath(__file__))
BUSY_AT_ONCE = 4    # clients at once: a few more than there are processors, most wait for a server
IDLE_AT_ONCE = 64   # clients that mostly wait, by their option +idle
LIMIT = 10          # seconds that a client may take
REQUEST = "GET / HTTP/1.0\r\n\r\n"
GRACE = 4           # the time after which the last handshake has timed out, and some more
MAIN = ["setpriv", "--pdeathsig", "KILL"]


class Lab:
    def __init__(self, work, certs, npm, client, server, middle):
        self.work, self.stacks = work, Stacks(work, certs, npm)
        self.spaces = {"client": client, "server": server, "middle": middle}
        self.running = []
        self.ports = {}

    def log(self, name):
        return os.path.join(self.work, f"{name}.said")

    def start(self, space, name, command):
        """A process in the background whose standard input never ends."""
        with open(self.log(name), "wb") as out:
            self.running.append(subprocess.Popen(["ip", "netns", "exec", self.spaces[space], *MAIN, *command],
                                                 stdin=subprocess.PIPE, stdout=out, stderr=out))

    def stop(self):
        for process in self.running:
            process.kill()
        for process in self.running:
            process.wait()

    def listening(self):
        lines = subprocess.run(["ss", "-N", self.spaces["server"], "-Hltn"], capture_output=True,
                               text=True, check=True).stdout.splitlines()
        return {int(line.split()[3].rsplit(":", 1)[1]) for line in lines}

    def start_servers(self, scenarios):
        wanted, spoils, rules = set(), {}, {"input": [], "output": []}
        for scenario in scenarios:
            port, command = self.stacks.server(scenario.server)
            if scenario.server.split()[0] != "port":
                wanted.add(port)
            if command:
                self.start("server", f"server-{scenario.name}", command)
            for how, argument in scenario.path:
                if how == "proxy":
                    port = self.stacks.proxy(port, argument)
                elif how == "nft":
                    rules["input"].append(f"ip daddr {scenario.ip} {argument}")
                elif how == "nft-out":
                    rules["output"].append(f"ip saddr {scenario.ip} {argument}")
                else:
                    spoils[scenario.ip] = argument
            self.ports[scenario.name] = port
        for name, command in self.stacks.shared():
            self.start("server", name, command)
        self.start("middle", "middle", ["python3", f"{HERE}/middle.py", "m0", "m1", json.dumps(spoils)])
        self.filter(rules)
        wanted |= set(self.ports.values()) - {int(s.server.split()[1]) for s in scenarios
                                              if s.server.startswith("port ")}
        self.wait_for(wanted)

    def filter(self, rules):
        lines = ["table inet lab {"]
        for hook, own in rules.items():
            lines += [f"chain on_{hook} {{", f"type filter hook {hook} priority 0;", *own, "}"]
        text = "\n".join([*lines, "}", ""])
        subprocess.run(["ip", "netns", "exec", self.spaces["server"], "nft", "-f", "-"], input=text, text=True,
                       check=True)

    def wait_for(self, ports):
        end = time.monotonic() + 20
        while (missing := ports - self.listening()) and time.monotonic() < end:
            time.sleep(0.1)
        for name, port in self.ports.items():
            if port in missing:
                print(f"# no server for {name} on port {port}")

    def attend(self, process, options):
        for key in [word for word in options.get("in", "").split(",") if word]:
            time.sleep(0.5)
            self.type(process, f"{key}\n")
        if "get" in options:
            self.type(process, REQUEST)
        try:
            process.wait(float(options.get("stay", 0.3 if "get" not in options else LIMIT)))
        except subprocess.TimeoutExpired:
            pass
        try:
            process.stdin.close()
        except OSError:
            pass

    @staticmethod
    def type(process, text):
        try:
            process.stdin.write(text.encode())
            process.stdin.flush()
        except OSError:
            pass  # it has left

    def run_client(self, scenario):
        words = scenario.client.split()
        options = dict((word[1:].split("=", 1) + [""])[:2] for word in words if word.startswith("+"))
        command = self.stacks.client(scenario, self.ports[scenario.name],
                                     [word for word in words if not word.startswith("+")])
        limit = float(options.get("limit", LIMIT))
        begin = time.monotonic()
        with open(self.log(f"client-{scenario.name}"), "wb") as out:
            process = subprocess.Popen(["ip", "netns", "exec", self.spaces["client"], *MAIN, *command],
                                       stdin=subprocess.PIPE, stdout=out, stderr=out)
            self.attend(process, options)
            try:
                process.wait(max(0.1, begin + limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.terminate()
                process.wait()
        with open(self.log(f"client-{scenario.name}"), "a", encoding="ascii") as out:
            out.write(f"\nexit code {process.returncode}\n")
        return time.monotonic() - begin

    def run(self, scenarios):
        busy, idle = ThreadPoolExecutor(BUSY_AT_ONCE), ThreadPoolExecutor(IDLE_AT_ONCE)
        tasks = [(scenario, (idle if "+idle" in scenario.client else busy).submit(self.run_client, scenario))
                 for scenario in scenarios]
        times = {scenario.name: task.result() for scenario, task in tasks}
        time.sleep(GRACE)
        return times

    def said(self, scenario):
        kind = scenario.server.split()[0]
        texts = []
        for name in (f"client-{scenario.name}", f"server-{scenario.name}", kind):
            try:
                with open(self.log(name), encoding="utf-8", errors="replace") as file:
                    texts.append(file.read())
            except FileNotFoundError:
                texts.append("")
        return texts[0], texts[1] or texts[2]


def run(work, certs, npm, client, server, middle, *names):
    lab = Lab(work, certs, npm, client, server, middle)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    every = [scenario for scenario in read_tables(HERE) if not names or scenario.name in names]
    results = {scenario.name: {"skip": lab.stacks.missing(scenario)} for scenario in every}
    scenarios = [scenario for scenario in every if not results[scenario.name]["skip"]]
    begin = time.monotonic()
    try:
        lab.start_servers(scenarios)
        started = time.monotonic()
        times = lab.run(scenarios)
    finally:
        lab.stop()
    for scenario in scenarios:
        client_said, server_said = lab.said(scenario)
        results[scenario.name] = {"skip": None, "client": client_said[-4000:], "server": server_said[-4000:],
                                  "untrue": untrue(scenario, client_said, server_said)}
    with open(os.path.join(work, "results.json"), "w", encoding="utf-8") as file:
        json.dump(results, file)
    slow = sorted(times.items(), key=lambda item: -item[1])[:3]
    print(f"# {len(scenarios)} scenarios in {time.monotonic() - begin:.0f} s (servers up after "
          f"{started - begin:.0f} s; longest: {', '.join(f'{n} {t:.1f} s' for n, t in slow)})")


def load(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def verdict(scenario, result, views):
    """(verdict, what to show below it)"""
    if result["skip"]:
        return f"skip lab/{scenario.name} needs {result['skip']}", []
    if result["untrue"]:
        return f"not ok lab/{scenario.name}", [f"the stacks did not say: {result['untrue']}",
                                               *shown(result, 12)]
    wrong = [name for name, records in views.items() if not is_right(scenario, records)]
    if not wrong:
        return f"ok lab/{scenario.name}", []
    details = [f"expected {scenario.expected}"]
    for name in wrong:
        details.append(f"{name}: {answers(scenario, views[name])}")
        details += [record["shaketap"]["failure"]["text"] for record in views[name]
                    if record["server"]["ip"] == scenario.ip and "failure" in record["shaketap"]]
    return f"not ok lab/{scenario.name}", details + shown(result, 4)


def shown(result, lines):
    return [f"{who} said: {line}" for who in ("client", "server")
            for line in [text for text in result[who].splitlines() if text.strip()][-lines:]]


def judge(work, live, read=None):
    with open(os.path.join(work, "results.json"), encoding="utf-8") as file:
        results = json.load(file)
    views = {"run": load(live)}
    if read:
        views["read"] = load(read)
    scenarios = [scenario for scenario in read_tables(HERE) if scenario.name in results]
    bad, rows, again = 0, [], []
    for scenario in scenarios:
        line, details = verdict(scenario, results[scenario.name], views)
        if line.startswith("not ok") and not os.environ.get("LAB_AGAIN"):
            again.append(scenario.name)
            line = f"# once more: {scenario.name}"
        bad += line.startswith("not ok")
        print("\n".join([line, *(f"#   {detail}" for detail in details)]))
        got = "skipped" if results[scenario.name]["skip"] else answers(scenario, views["run"])
        rows.append((scenario.name, scenario.expected, got))
    # On a busy machine a stack may not come to what its row wants, or two packets may cross: one
    # more try, in quiet.
    with open(os.path.join(work, "again"), "w", encoding="utf-8") as file:
        file.write("".join(f"{name}\n" for name in again))
    known = {scenario.ip for scenario in scenarios}
    strays = [told for told in views["run"] if told["server"]["ip"] not in known]
    print(f"{'not ok' if strays else 'ok'} lab/no record of anything else")
    left_out = causes_left_out(scenarios) if len(results) == len(read_tables(HERE)) else []
    print(f"{'not ok' if left_out else 'ok'} lab/every cause has a scenario {' '.join(left_out)}".rstrip())
    print_table([("scenario", "expected", "got"), *rows])
    healthy = sum(scenario.expected.split("*")[0].split(" ")[0] in ("success", "none") for scenario in scenarios)
    skipped = sum(bool(result["skip"]) for result in results.values())
    print(f"# {len(rows) - healthy} failures, {healthy} healthy: {len(rows) - bad - len(again) - skipped} right, {bad} wrong, "
          f"{skipped} skipped, {len(again)} once more")
    return 1 if bad or strays or left_out else 0


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    for row in rows:
        print(f"# {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}")


if __name__ == "__main__":
    sys.exit({"run": run, "judge": judge}[sys.argv[1]](*sys.argv[2:]))
