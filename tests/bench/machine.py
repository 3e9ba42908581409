# SPDX-License-Identifier: BSD-2-Clause
"""The machine, and the versions of what is compared on it."""
import os
import platform
import re
import subprocess


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        return None
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else ""


def version(pattern, *command):
    found = re.search(pattern, first_line(*command) or "")
    return found.group(1) if found else None


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        words = dict(line.split(":", 1) for line in info if ":" in line)
    words = {name.strip(): value.strip() for name, value in words.items()}
    return f"{words.get('model name', platform.machine())} (family {words.get('cpu family')}, " \
           f"model {words.get('model')}) x {os.cpu_count()}"


def memory():
    with open("/proc/meminfo", encoding="utf-8") as info:
        return f"{int(info.readline().split()[1]) >> 20} GB"


def packaged(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    return done.stdout or None


def mitigations():
    """They decide what a call costs."""
    found = []
    for name in ("spec_rstack_overflow", "retbleed", "spectre_v2"):
        try:
            with open(f"/sys/devices/system/cpu/vulnerabilities/{name}", encoding="utf-8") as file:
                found.append(f"{name}: {file.read().strip()}")
        except FileNotFoundError:
            continue
    return " | ".join(found)


def describe(shaketap):
    versions = {
        "tcpdump": version(r"version (\S+)", "tcpdump", "--version"),
        "tshark": version(r"\) (\d\S*?)\.? ", "tshark", "--version"),
        "ndpiReader": packaged("libndpi-bin"),
        "iperf3": version(r"iperf (\S+)", "iperf3", "--version"),
        "openssl": version(r"OpenSSL (\S+)", "openssl", "version"),
    }
    return {
        "shaketap": first_line(shaketap, "--version"),
        "processor": processor(),
        "memory": memory(),
        "kernel": platform.release(),
        "mitigations": mitigations(),
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()) + " when it began",
        "peers": ", ".join(f"{name} {value}" for name, value in versions.items() if value),
    }
