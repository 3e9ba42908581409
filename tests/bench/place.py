# SPDX-License-Identifier: BSD-2-Clause
"""Two network namespaces with a link between them; who sends has one processor, who observes another."""
import os
import subprocess

from process import Process, read


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def softirq_thread(processor):
    """Of the kernel: takes over what comes in when there is too much of it."""
    return next(int(pid) for pid in os.listdir("/proc")
                if pid.isdigit() and read(f"/proc/{pid}/comm").strip() == f"ksoftirqd/{processor}")


class Place:
    """near (c0) <-> far (s0): what is sent out of c0 comes in at s0."""

    def __init__(self):
        self.near, self.far = f"st-bench-{os.getpid()}-near", f"st-bench-{os.getpid()}-far"
        processors = sorted(os.sched_getaffinity(0))
        self.count = 1
        self.sender, self.observer = str(processors[0]), str(processors[-1])

    def __enter__(self):
        for space in (self.near, self.far):
            ip("netns", "add", space)
            # Nobody says anything here but us.
            self.run(space, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
            ip("-n", space, "link", "set", "lo", "up")
        ip("-n", self.near, "link", "add", "c0", "type", "veth", "peer", "name", "s0", "netns", self.far)
        ip("-n", self.near, "link", "set", "c0", "up")
        ip("-n", self.far, "link", "set", "s0", "up")
        return self

    def __exit__(self, *_):
        Process.kill_all()
        for space in (self.near, self.far):
            subprocess.run(["ip", "netns", "del", space], check=False)

    def interfaces(self, count):
        """s0 and others like it, up and silent."""
        lines = []
        for number in range(self.count, count):
            lines += [f"link add c{number} type veth peer name s{number} netns {self.far}", f"link set c{number} up"]
        subprocess.run(["ip", "-n", self.near, "-batch", "-"], input="\n".join(lines), text=True, check=True)
        lines = [f"link set s{number} up" for number in range(self.count, count)]
        subprocess.run(["ip", "-n", self.far, "-batch", "-"], input="\n".join(lines), text=True, check=True)
        self.count = max(self.count, count)

    def addresses(self, near, far):
        ip("-n", self.near, "addr", "add", near, "dev", "c0")
        ip("-n", self.far, "addr", "add", far, "dev", "s0")

    @staticmethod
    def inside(space, *command, processor=None):
        pinned = ["taskset", "-c", processor] if processor else []
        return ["ip", "netns", "exec", space, *pinned, *command]

    def run(self, space, *command, processor=None):
        return subprocess.run(self.inside(space, *command, processor=processor), capture_output=True, text=True,
                              check=True).stdout
