"""Starts `tom serve` (TOM_BINARY) with mock engines and holds calls with outside WebSocket clients.

Written from docs/protocol.md alone: what the server's own code believes plays no part here.
"""

import base64
import json
import math
import os
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

SECRET = "conformance-secret-of-at-least-32-bytes!"
MOCK = {
    "REALTIME_STT": "mock", "REALTIME_LLM": "mock", "REALTIME_TTS": "mock", "DEV_MOCK_DELAY_MS": "0",
    "ENDPOINTING_MIN_DELAY_MS": "200", "AGENT_GREETING": "false", "RATE_LIMIT_CONN_PER_MIN": "0", "LOG_LEVEL": "warning",
}
FRAME = 320
SAMPLE_RATE = 16_000
REPLY_MS = 1_500


def voice(milliseconds, harmonics=range(1, 13), level=1_900):
    """PCM16 of a voice-like sound at 16 kHz: harmonics of a gliding pitch, four syllables a second, ending loud."""
    count = milliseconds * SAMPLE_RATE // 1000
    samples, phase = [], 0.0
    for i in range(count):
        t = i / SAMPLE_RATE
        phase += 2 * math.pi * (130 + 25 * math.sin(2 * math.pi * 0.7 * t)) / SAMPLE_RATE
        syllable = 0.2 + 0.8 * (0.5 + 0.5 * math.cos(2 * math.pi * 4 * (count - i) / SAMPLE_RATE))
        value = sum(math.sin(k * phase) / math.sqrt(k) for k in harmonics)
        samples.append(max(-32768, min(32767, int(level * syllable * value))))
    return struct.pack(f"<{count}h", *samples)


SPEECH = voice(800)
SILENCE = bytes(FRAME * 2)


class Server:
    """One `tom serve` process on a port of its own; `log` is where its output goes, a file by default."""

    def __init__(self, folder, log=None, **settings):
        settings = {"DATA_DIR": folder, **settings}
        binary = os.environ.get("TOM_BINARY")
        if not binary:
            pytest.fail("TOM_BINARY does not name the tom executable")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = log or open(os.path.join(folder, "server.log"), "w+b")
        # a setting of None is left to its default
        self.process = subprocess.Popen(
            [os.path.abspath(binary), "serve", "--port", str(self.port)], cwd=folder, stdout=self.log,
            stderr=subprocess.STDOUT, env={**os.environ, **MOCK, **{key: str(value) for key, value in settings.items() if value is not None}})
        self.wait_until_ready()

    def wait_until_ready(self):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.http("/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        pytest.fail(f"tom serve is not ready (exit {self.process.poll()}): {self.logged()[-2000:]}")

    def logged(self):
        if not self.log.readable():
            return "(the log goes nowhere)"
        self.log.flush()
        with open(self.log.name, "rb") as f:
            return f.read().decode("utf-8", "replace")

    def http(self, path, headers=None):
        """Status, headers and body of a plain GET."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.headers, refusal.read()

    def url(self, call_id=None):
        return f"ws://127.0.0.1:{self.port}/ws/stream/{call_id or 'call-' + uuid.uuid4().hex}"

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def close(self):
        if self.process.poll() is None:
            self.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Call:
    """A call held by the `websockets` client; a thread collects what the server sends."""

    def __init__(self, url, start=None, **options):
        options = {"subprotocols": ["tom.v1"], "compression": None, "open_timeout": 10, "max_size": None, **options}
        self.socket = connect(url, **options)
        self.events, self.closed, self.changed = [], None, threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if start is not None:
            self.send({"type": "start", **start})

    def read(self):
        try:
            while True:
                message = self.socket.recv()
                with self.changed:
                    self.events.append(json.loads(message) if isinstance(message, str) else message)
                    self.changed.notify_all()
        except ConnectionClosed as end:
            with self.changed:
                self.closed = end.rcvd.code if end.rcvd else 1006
                self.changed.notify_all()

    def send(self, event):
        self.socket.send(json.dumps(event))

    def chunk(self, pcm):
        self.send({"type": "audio_chunk", "format": "pcm16_16k", "data": base64.b64encode(pcm).decode()})

    def speak(self, pcm=SPEECH, silence_ms=400, write=None, frame=FRAME * 2, silence=SILENCE):
        """Sends audio in real time, 20 ms at a time, then silence."""
        write, due = write or self.chunk, time.monotonic()
        frames = [pcm[at : at + frame] for at in range(0, len(pcm), frame)] + [silence] * (silence_ms // 20)
        for part in frames:
            write(part)
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))

    def wait(self, what, timeout=5, after=0):
        """The first event from index `after` on whose type is `what`, or that `what` accepts."""
        test = what if callable(what) else lambda event: isinstance(event, dict) and event["type"] == what
        with self.changed:
            self.changed.wait_for(lambda: any(map(test, self.events[after:])) or self.closed is not None, timeout)
            for event in self.events[after:]:
                if test(event):
                    return event
            pytest.fail(f"no {what} within {timeout} s; close {self.closed}; got {self.summary()}")

    def until_closed(self, timeout=8):
        with self.changed:
            if not self.changed.wait_for(lambda: self.closed is not None, timeout):
                pytest.fail(f"not closed within {timeout} s; got {self.summary()}")
            return self.closed

    def of_type(self, name):
        with self.changed:
            return [event for event in self.events if isinstance(event, dict) and event["type"] == name]

    def summary(self):
        names = [event["type"] if isinstance(event, dict) else f"{len(event)} bytes" for event in self.events]
        faults = [event for event in self.events if isinstance(event, dict) and event["type"] in ("error", "notice")]
        return f"{names[-40:]} {faults[-3:]}"

    def close(self):
        self.socket.close()
        self.reader.join(5)


@pytest.fixture(scope="session")
def start_server(tmp_path_factory):
    """Starts servers by settings; one with the same settings is used again."""
    running = {}

    def start(fresh=False, **settings):
        key = uuid.uuid4().hex if fresh else tuple(sorted(settings.items()))
        if key not in running or running[key].process.poll() is not None:
            running[key] = Server(tmp_path_factory.mktemp("tom"), **settings)
        return running[key]

    yield start
    for server in running.values():
        server.close()


@pytest.fixture
def server(start_server):
    """The usual server: no token needed, yet a bad one is refused."""
    return start_server(DEV_ALLOW_NO_JWT="true", JWT_SECRET=SECRET)


@pytest.fixture
def call(server):
    """Opens calls to the usual server and closes them afterwards."""
    opened = []

    def open_call(url=None, start=None, **options):
        opened.append(Call(url or server.url(), start, **options))
        return opened[-1]

    yield open_call
    for one in opened:
        one.close()
