"""Starts the real `tom serve` (TOM_BINARY) for the clients."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 60


def binary():
    named = os.environ.get("TOM_BINARY")
    found = next((path for path in [named, ROOT / ".build/release/tom", ROOT / ".build/debug/tom"] if path and os.path.isfile(path)), None)
    assert found, "no server to test: run make release, or set TOM_BINARY"
    return os.path.abspath(found)


class Tom:
    """One server process with its own folder and port. `settings`: environment variables; one of None is left to its default."""

    def __init__(self, folder, **settings):
        self.folder = pathlib.Path(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.settings = {
            "DATA_DIR": str(folder), "LOG_LEVEL": "debug", **{key: str(value) for key, value in settings.items() if value is not None}}
        self.log = self.folder / "tom.log"
        self.process = None

    @property
    def http(self):
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def websocket(self):
        return f"ws://127.0.0.1:{self.port}/v1"

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--port", str(self.port)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.settings})
        end = time.monotonic() + START_SECONDS
        while not self.is_ready():
            assert self.process.poll() is None and time.monotonic() < end, f"tom serve does not start: {self.log.read_text()[-3000:]}"
            time.sleep(0.05)
        return self

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        for _ in range(2):  # drain, then at once
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                time.sleep(0.05)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def run(self, *arguments):
        """Runs another command of the program with the server's settings; gives what it prints."""
        done = subprocess.run(
            [binary(), *arguments], cwd=self.folder, env={**os.environ, **self.settings}, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def make_key(self, scope="all"):
        """A key of the API, once the server knows it: it looks at the file again within a second."""
        made = json.loads(self.run("keys", "add", "--name", "test", "--scope", scope, "--json"))
        self.last_key, key = made["id"], made["key"]
        self.until(lambda: not self.knows("sk-wrong") and self.knows(key))
        return key

    def knows(self, key):
        return self.ask("/realtime/client_secrets", key, {})[0] != 401

    def until(self, condition, seconds=5):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not within {seconds} s"
            time.sleep(0.05)

    def ask(self, path, key=None, body=None, headers=None, method=None):
        """Status, headers and body of a plain request; a body is sent as JSON."""
        request = urllib.request.Request(
            f"{self.http}{path}", data=None if body is None else json.dumps(body).encode(), method=method,
            headers={**({"Authorization": f"Bearer {key}"} if key else {}), **({"Content-Type": "application/json"} if body is not None else {}),
                     **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.headers, refusal.read()
