# SPDX-License-Identifier: BSD-2-Clause
"""A process that is watched: what it and its children take."""
import glob
import re
import signal
import subprocess
import time


# Attaching waits for the kernel, hook by hook: 500 interfaces take many seconds, and as many to let go.
START_LIMIT = STOP_LIMIT = 120


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def descendants(pid):
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in read(path).split():
            found += descendants(int(child))
    return found


def cpu_ns(pid):
    """Of every thread of it and of its children, by the scheduler's clock."""
    return sum(int((read(path).split() or ["0"])[0]) for each in descendants(pid)
               for path in glob.glob(f"/proc/{each}/task/*/schedstat"))


def until(condition, seconds=10, step=0.02):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


class Process:
    alive = []  # for whoever has to clean up after an error

    def __init__(self, command, log, out=None):
        self.log = log
        with open(log, "wb") as errors, open(out or log, "wb" if out else "ab") as output:
            self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=errors)
        self.pid = self.child.pid
        self.alive.append(self.child)

    def said(self, pattern):
        return re.search(pattern, read(self.log))

    def wait_for(self, ready):
        if not until(lambda: ready(self) or self.child.poll() is not None, START_LIMIT) or self.child.poll() is not None:
            raise RuntimeError(f"does not start: {self.child.args}: {read(self.log)}")

    def cpu(self):
        return cpu_ns(self.pid)

    def settle(self, seconds=15):
        """Until it has nothing left to do: its CPU time stands still, but for what waking up costs."""
        last, calm = self.cpu(), 0
        end = time.monotonic() + seconds
        while calm < 3 and time.monotonic() < end:
            time.sleep(0.2)
            now = self.cpu()
            calm = calm + 1 if now - last < 2_000_000 else 0
            last = now

    @classmethod
    def kill_all(cls):
        for child in cls.alive:
            if child.poll() is None:
                child.kill()
                child.wait()

    def stop(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            return self.child.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()

    def end_input(self):
        self.child.stdin.close()
        return self.child.wait(30)
