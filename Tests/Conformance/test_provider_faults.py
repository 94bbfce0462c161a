"""Calls whose language model is a server that fails in every way: what the caller is told and hears."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import os

import pytest

from conftest import Call

CHUNK = b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'
FAULTS = ["refused", "unauthorized", "failing", "garbage", "cut", "silent"]
KEY = "sk-conformance-not-to-be-seen"


class Handler(BaseHTTPRequestHandler):
    """Answers by the fault its server has; `good` is no fault."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.server.fault
        if fault in ("unauthorized", "failing"):
            self.send_error(401 if fault == "unauthorized" else 500, f"the key {KEY} is wrong")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if fault == "silent":
            self.server.released.wait(20)
        elif fault == "garbage":
            self.wfile.write(b"data: {nonsense\n\n")
        elif fault == "broken":
            self.wfile.write(CHUNK % b"I think that")
        elif fault == "good":
            self.wfile.write(CHUNK % b"Good. " + CHUNK % b"Bye." + b"data: [DONE]\n\n")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.fault, server.released = True, "good", threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def open_call(start_server, provider, engines):
    tom = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", REALTIME_STT="off", REALTIME_LLM="provider", LLM_ENGINE=engines, LLM_MODEL="m",
        LLM_PROVIDER_URL=provider.url, LLM_PROVIDER_KEY=KEY, FAILOVER_PATIENCE_MS=500, LLM_TIMEOUT_MS=1500, LOG_LEVEL="debug",
        DEV_MOCK_TTS_AUDIO_MS=20)
    return tom, Call(tom.url(), start={})


def ask(call, text):
    before = len(call.events)
    call.send({"type": "text", "text": text})
    end = call.wait("turn_end", after=before, timeout=10)
    events = [event for event in call.events[before:] if isinstance(event, dict)]
    words = "".join(event["text"] for event in events if event["type"] == "llm_token")
    return words, end["status"], [event["code"] for event in events if event["type"] == "notice"]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_engine_answers_within_the_turn(start_server, provider, fault):
    tom, call = open_call(start_server, provider, "openai,receptionist")
    assert ask(call, "hello") == ("Good. Bye.", "completed", [])
    provider.fault = fault
    if fault == "refused":
        provider.server_close()
    words, status, notices = ask(call, "when are you open")
    assert words.startswith("We are open Monday to Friday") and (status, notices) == ("completed", ["llm.failover"])
    call.close()
    assert KEY not in tom.logged() and KEY not in str(call.events)


def test_a_reply_that_breaks_off_unheard_begins_anew(start_server, provider):
    _, call = open_call(start_server, provider, "openai,receptionist")
    provider.fault = "broken"
    before = len(call.events)
    words, status, notices = ask(call, "when are you open")
    tokens = [event for event in call.events[before:] if isinstance(event, dict) and event["type"] == "llm_token"]
    first, last = tokens[0]["response_id"], tokens[-1]["response_id"]
    assert first != last, "the text that was never heard has an id of its own"
    heard = "".join(event["text"] for event in tokens if event["response_id"] == last)
    assert words.startswith("I think that") and heard.startswith("We are open Monday to Friday")
    assert (status, notices) == ("completed", ["llm.failover"])
    call.close()


@pytest.mark.parametrize("fault", ["failing", "garbage", "cut", "silent", "broken"])
def test_a_lone_engine_that_fails_is_apologised_for(start_server, provider, fault):
    _, call = open_call(start_server, provider, "openai")
    provider.fault = fault
    words, status, notices = ask(call, "when are you open")
    assert words.endswith("something went wrong on my side. Could you say that again?")
    assert status == "failed" and len(notices) == 1 and notices[0].startswith("llm.")
    provider.fault = "good"
    assert ask(call, "hello")[1] == "completed", "the call goes on"
    call.close()


def test_a_provider_outside_is_refused_at_the_start(tmp_path):
    run = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "serve", "--port", "0"], cwd=tmp_path, capture_output=True, text=True,
        timeout=30, env={
            **os.environ, "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", "LLM_MODEL": "m",
            "LLM_PROVIDER_URL": "https://192.0.2.1/v1", "LLM_PROVIDER_KEY": KEY})
    assert run.returncode == 1 and "llm.egress_forbidden" in run.stderr and "ALLOW_EGRESS" in run.stderr
    assert KEY not in run.stderr
