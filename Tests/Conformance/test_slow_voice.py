"""A provider's voice that takes requests and never answers: the server starts all the same, and says what is missing."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conftest import Call


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        self.server.released.wait(60)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def voice():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.requests, server.released = True, 0, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def test_the_server_starts_without_its_own_sentences(start_server, voice):
    begun = time.monotonic()
    tom = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", REALTIME_STT="off", REALTIME_TTS="provider", TTS_ENGINE="openai",
        TTS_PROVIDER_MODEL="m", TTS_PROVIDER_URL=f"http://127.0.0.1:{voice.server_port}/v1", TTS_TIMEOUT_MS=1500)
    # two agents have twelve sentences; each would be waited for 1.5 s
    assert time.monotonic() - begun < 15
    assert voice.requests == 1, "one sentence is tried, for all agents"
    logged = tom.logged()
    assert "sentence not spoken beforehand" in logged and "tts.timeout" in logged
    call = Call(tom.url(), start={})
    call.send({"type": "text", "text": "hello"})
    assert call.wait("turn_end", timeout=10)["status"] == "failed"
    call.close()
