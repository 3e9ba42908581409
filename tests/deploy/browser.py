#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Load a page in headless Chromium: browser.py URL FOLDER SHOT...

A SHOT is NAME:WIDTHxHEIGHT:light|dark; a picture of the whole page goes to FOLDER/NAME.png. On
standard output one JSON object: what the page asked the network for, what its scripts did (there
should be none), its text, and how well its colours can be told apart. Chromium is driven over a
pipe (--remote-debugging-pipe), so no port is opened.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time

LIMIT = 40  # seconds for everything

# The lowest contrast (WCAG 2, relative luminance) between text, or graphics, and their ground.
CONTRAST = """(() => {
  const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const worst = { text: 21, graphic: 21 };
  const see = (kind, a, b, element) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p), ratio = (x + 0.05) / (y + 0.05);
    if (ratio >= worst[kind]) return;
    worst[kind] = ratio;
    worst[kind + '_where'] = element.outerHTML.slice(0, 120);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (walk.currentNode.data.trim() && element.getClientRects().length)
      see(element.ariaHidden ? 'graphic' : 'text', rgb(getComputedStyle(element).color),
          ground(element), element);
  }
  for (const path of document.querySelectorAll('path'))
    see('graphic', rgb(getComputedStyle(path).fill), ground(path), path);
  return worst;
})()"""

FACTS = """({
  title: document.title,
  text: document.body.innerText,
  names: [...document.querySelectorAll('.name')].map(e => e.textContent),
  scripts: document.scripts.length,
  images: document.images.length,
  frames: document.querySelectorAll('iframe, object, embed, link[rel=stylesheet]').length,
  handlers: [...document.querySelectorAll('*')].filter(e =>
    [...e.attributes].some(a => /^on|^style$/i.test(a.name))).length,
  styled: getComputedStyle(document.body).maxWidth !== 'none',
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  lang: document.documentElement.lang,
  headers: [...document.querySelectorAll('th')].every(e => e.scope),
})"""


class Browser:
    """One Chromium, spoken to in JSON that ends in a zero byte."""

    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.back, from_write = os.pipe()
        self.end = time.monotonic() + LIMIT
        self.buffer, self.number, self.events = b"", 0, []

        def place():
            # Chromium reads from 3 and writes to 4; out of the way first, they may be in use.
            os.dup2(to_read, 100)
            os.dup2(from_write, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        # Ours only are kept, and 3 and 4 are made in the child: close_fds would close them.
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1",
             "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=place)
        os.close(to_read)
        os.close(from_write)

    def receive(self):
        while b"\0" not in self.buffer:
            if time.monotonic() > self.end:
                raise TimeoutError("Chromium takes too long")
            data = os.read(self.back, 1 << 20)
            if not data:
                raise EOFError("Chromium ended")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == message["id"]:
                if "error" in answer:
                    raise RuntimeError(method + ": " + answer["error"]["message"])
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        for event in self.events:
            if event.get("method") == method:
                return
        while True:
            event = self.receive()
            self.events.append(event)
            if event.get("method") == method:
                return

    def close(self):
        try:
            self.call("Browser.close")
        except (EOFError, OSError, TimeoutError):
            pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def evaluate(browser, session, expression):
    result = browser.call("Runtime.evaluate", session, expression=expression, returnByValue=True)
    return result["result"]["value"]


def picture(browser, session, folder, shot):
    name, size, scheme = shot.split(":")
    width, height = map(int, size.split("x"))
    browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 600)
    browser.call("Emulation.setEmulatedMedia", session,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    facts = {"wide": evaluate(browser, session, FACTS)["wide"],
             "contrast": evaluate(browser, session, CONTRAST)}
    data = browser.call("Page.captureScreenshot", session, captureBeyondViewport=True)["data"]
    with open(os.path.join(folder, name + ".png"), "wb") as file:
        file.write(base64.b64decode(data))
    return facts


def load(browser, url, folder, shots):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Log", "Runtime"):
        browser.call(domain + ".enable", session)
    browser.call("Page.navigate", session, url=url)
    browser.wait("Page.loadEventFired")
    facts = evaluate(browser, session, FACTS)
    facts["shots"] = {shot.split(":")[0]: picture(browser, session, folder, shot)
                      for shot in shots}
    heard = {}
    for event in browser.events:
        heard.setdefault(event.get("method"), []).append(event.get("params"))
    facts["requests"] = [p["request"]["url"] for p in heard.get("Network.requestWillBeSent", [])]
    facts["dialogs"] = len(heard.get("Page.javascriptDialogOpening", []))
    facts["console"] = len(heard.get("Runtime.consoleAPICalled", []))
    facts["complaints"] = [p["entry"]["text"] for p in heard.get("Log.entryAdded", [])]
    return facts


def main(url, folder, *shots):
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            print(json.dumps(load(browser, url, folder, shots)))
        finally:
            browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
