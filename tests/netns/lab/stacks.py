# SPDX-License-Identifier: BSD-2-Clause
"""Which command is meant by a server or a client of the tables, and what it needs to be there.

A kind is a function that returns the command. Servers that one process serves for many scenarios
(python, nginx, haproxy, stunnel) return None for their command and are started once, by start().
"""
import json
import os
import re
import shutil

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIMES = {"node": "node-linux-*/bin/node", "bun": "@oven/bun-linux-*/bin/bun", "deno": "@deno/linux-*/deno",
            "esbuild": "@esbuild/linux-*/bin/esbuild"}
TOOLS = {"openssl": "openssl", "gnutls": "gnutls-cli", "nss": "tstclnt", "curl": "curl", "nginx": "nginx",
         "haproxy": "haproxy", "stunnel": "stunnel4", "java": "javac", "nft": "nft", "middle": "ethtool"}
SHARED = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg", "stunnel": "stunnel.conf"}


class Stacks:
    def __init__(self, work, certs, npm):
        self.work, self.certs, self.npm = work, certs, npm
        self.next_port = 20000
        self.named = {}    # "nginx.https" -> port
        self.behaviours = []  # [port, behaviour, argument...] for servers.py
        self.proxies = []  # [port, target, rule] for proxy.py

    def port(self):
        self.next_port += 1
        return self.next_port

    def runtime(self, kind):
        import glob
        found = glob.glob(os.path.join(self.npm, "node_modules", RUNTIMES[kind]))
        return found[0] if found else None

    def missing(self, scenario):
        """The first tool that a scenario needs and this machine does not have, or None."""
        kinds = [scenario.server.split()[0], scenario.client.split()[0]] + [step[0] for step in scenario.path]
        for kind in kinds:
            if kind in RUNTIMES and not self.runtime(kind):
                return f"{kind} (npm install failed)"
            if kind in TOOLS and not shutil.which(TOOLS[kind]):
                return TOOLS[kind]
        return None

    # --- servers ---

    def server(self, spec):
        """(port, command or None) of a server."""
        kind, *arguments = spec.split()
        if kind == "port":  # nothing listens there
            return int(arguments[0]), None
        if kind in SHARED:
            return self.port_of(f"{kind}.{arguments[0]}"), None
        port = self.port()
        if kind == "python":
            self.behaviours.append([port, *arguments])
            return port, None
        return port, getattr(self, f"{kind}_server")(port, arguments)

    def port_of(self, name):
        return self.named.setdefault(name, None) or self.named.__setitem__(name, self.port()) or self.named[name]

    def pem(self, name):
        return f"{self.certs}/{name}.pem", f"{self.certs}/{name}.key"

    def openssl_server(self, port, arguments):
        certificate, *rest = arguments
        identity = [] if certificate == "nocert" else \
            [word for pair in zip(("-cert", "-key"), self.pem(certificate)) for word in pair]
        return ["openssl", "s_server", "-accept", str(port), *identity, *self.fill(rest)]

    def gnutls_server(self, port, arguments):
        certificate, *rest = arguments
        cert, key = self.pem(certificate)
        return ["gnutls-serv", "--http", "-p", str(port), "--x509certfile", cert, "--x509keyfile", key,
                "--disable-client-cert" if not any("client-cert" in word for word in rest) else "--debug=1",
                *self.fill(rest)]

    def javascript_server(self, kind, port, arguments):
        return [*self.script(kind), "listen", str(port), self.certs, "cert=rsa", *arguments]

    def node_server(self, port, arguments):
        return self.javascript_server("node", port, arguments)

    def bun_server(self, port, arguments):
        return self.javascript_server("bun", port, arguments)

    def deno_server(self, port, arguments):
        return self.javascript_server("deno", port, arguments)

    def esbuild_server(self, port, arguments):
        cert, key = self.pem("rsa")
        return [self.runtime("esbuild"), f"--serve={port}", f"--servedir={self.certs}/empty",
                f"--certfile={cert}", f"--keyfile={key}"]

    def nss_server(self, port, arguments):
        return ["selfserv", "-n", "rsa", "-p", str(port), "-d", f"sql:{self.certs}/nss-server", "-v", *arguments]

    # --- what several scenarios share ---

    def written(self, kind):
        """The configuration file of a server, with ports and folders in it."""
        with open(os.path.join(HERE, SHARED[kind]), encoding="ascii") as file:
            text = file.read().replace("@CERTS@", self.certs).replace("@DIR@", self.work)
        text = re.sub("@([a-z.]+)@",
                      lambda m: str(self.port_of(m[1] if "." in m[1] else f"{kind}.{m[1]}")), text)
        path = os.path.join(self.work, SHARED[kind])
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def shared(self):
        """[name, command] of what is started once."""
        used = {name.split(".")[0] for name in self.named}
        commands = []
        if "stunnel" in used:
            commands.append(["stunnel", ["stunnel4", self.written("stunnel")]])
            used.add("nginx")
        if "haproxy" in used:
            commands.append(["haproxy", ["haproxy", "-db", "-f", self.written("haproxy")]])
        if "nginx" in used:
            conf = self.written("nginx")
            commands.append(["nginx", ["nginx", "-c", conf, "-p", self.work, "-e", self.work + "/nginx.log"]])
        commands.append(["python", ["python3", f"{HERE}/servers.py", self.certs, json.dumps(self.behaviours)]])
        commands.append(["proxy", ["python3", f"{HERE}/proxy.py", json.dumps(self.proxies)]])
        return commands

    def proxy(self, target, rule):
        """The port of a box in front of the server."""
        port = self.port()
        self.proxies.append([port, target, rule])
        return port

    # --- clients ---

    def fill(self, words):
        return [word.replace("@CERTS@", self.certs).replace("@DIR@", self.work) for word in words]

    def script(self, kind):
        runtime = [self.runtime(kind)] + (["run", "-A", "--quiet"] if kind == "deno" else [])
        return [*runtime, f"{HERE}/stack.mjs"]

    def client(self, scenario, port, arguments):
        kind, *rest = arguments
        rest = self.fill(rest)
        if kind in ("node", "bun", "deno"):
            return [*self.script(kind), "connect", scenario.ip, str(port), scenario.host, self.certs, *rest]
        return getattr(self, f"{kind}_client")(scenario.ip, str(port), scenario.host, rest)

    def openssl_client(self, ip, port, host, rest):
        name = [] if "-noservername" in rest or "-servername" in rest else ["-servername", host]
        trust = [] if "-CAfile" in rest else ["-CAfile", f"{self.certs}/ca.pem"]
        return ["openssl", "s_client", "-connect", f"{ip}:{port}", *name, *trust, *rest]

    def gnutls_client(self, ip, port, host, rest):
        trust = [] if any("x509cafile" in word for word in rest) else [f"--x509cafile={self.certs}/ca.pem"]
        return ["gnutls-cli", *trust, "--sni-hostname", host, "--verify-hostname", host, "-p", port, *rest, ip]

    def nss_client(self, ip, port, host, rest):
        database = [] if "-d" in rest else ["-d", f"sql:{self.certs}/nss"]
        return ["tstclnt", "-h", ip, "-p", port, "-a", host, *database, *rest]

    def java(self, *arguments):
        return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", self.work, "Stack", *arguments]

    def java_server(self, port, arguments):
        return self.java("listen", str(port), "-", self.certs, "cert=rsa", *arguments)

    def java_client(self, ip, port, host, rest):
        return self.java(ip, port, host, self.certs, *rest)

    def curl_client(self, ip, port, host, rest):
        trust = [] if "--cacert" in rest else ["--cacert", f"{self.certs}/ca.pem"]
        scheme = "http" if "plain" in rest else "https"
        rest = [word for word in rest if word != "plain"]
        return ["curl", "-sSv", "--max-time", "8", *trust, "--resolve", f"{host}:{port}:{ip}", *rest,
                f"{scheme}://{host}:{port}/"]

    def python_client(self, ip, port, host, rest):
        return ["python3", f"{HERE}/client.py", ip, port, host, self.certs, *rest]

    def sh_client(self, ip, port, host, rest):
        """A line of shell, for what takes several connections; $AT and $TLS are the usual arguments."""
        tls = f"-connect {ip}:{port} -servername {host} -CAfile {self.certs}/ca.pem"
        return ["env", f"IP={ip}", f"PORT={port}", f"HOST={host}", f"TLS={tls}", f"SESSION={self.work}/{host}.session",
                "sh", "-c", " ".join(rest)]
