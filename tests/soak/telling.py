# SPDX-License-Identifier: BSD-2-Clause
"""The way from those who make handshakes to the ledger: lines in a pipe that several write to."""
import json
import os


class Telling:
    def __init__(self, path):
        self.pipe = os.open(path, os.O_WRONLY)

    def line(self, **words):
        """At once: lines of up to PIPE_BUF bytes do not mix. When nobody listens any more, all is over."""
        try:
            os.write(self.pipe, json.dumps(words).encode() + b"\n")
        except BrokenPipeError:
            os._exit(1)

    def promise(self, key, kind, must, **more):
        self.line(key=key, kind=kind, must=must, **more)

    def burst(self, script, first, count):
        self.line(burst=script, first=first, count=count)

    def trouble(self, sentence):
        self.line(trouble=sentence[:500])
