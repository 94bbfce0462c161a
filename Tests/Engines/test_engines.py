"""Calls whose language model is a real third-party server: `transformers serve` with a model that knows five turns by heart."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from conftest import Call, Server
from tiny_llama import TURNS

MODEL = os.environ["TINY_LLAMA"]
START_SECONDS = 120


class ModelServer:
    """`transformers serve` on a port of its own."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "hub").mkdir()
        self.log = open(folder / "serve.log", "w+b")
        self.process = subprocess.Popen(
            [pathlib.Path(sys.executable).with_name("transformers"), "serve", MODEL, "--host", "127.0.0.1", "--port",
             str(self.port), "--device", "cpu"], stdout=self.log, stderr=subprocess.STDOUT,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder / "hub")})
        self.wait_until_ready()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/models", timeout=5).read()
                return
            except OSError:
                time.sleep(0.5)
        self.log.seek(0)
        pytest.fail(f"transformers serve is not ready: {self.log.read().decode()[-2000:]}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.log.close()


@pytest.fixture
def model_server(tmp_path):
    server = ModelServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def tom(tmp_path, model_server):
    folder = tmp_path / "tom"
    folder.mkdir()
    server = Server(
        str(folder), DEV_ALLOW_NO_JWT="true", REALTIME_STT="off", REALTIME_LLM="provider", LLM_ENGINE="openai,receptionist",
        LLM_PROVIDER_URL=model_server.url, LLM_MODEL=MODEL, DEV_MOCK_TTS_AUDIO_MS=20)
    yield server
    server.close()


def answer(call, text):
    """What is said to a typed turn, and how the turn ended."""
    before = len(call.events)
    call.send({"type": "text", "text": text})
    end = call.wait("turn_end", timeout=30, after=before)
    words = [event["text"] for event in call.events[before:] if event["type"] == "llm_token"]
    return "".join(words), end


def test_the_model_answers_and_the_receptionist_takes_over_when_it_dies(tom, model_server):
    call = Call(tom.url(), start={})
    assert call.wait("connected")["engines"]["llm"] == "openai,receptionist"
    for said, expected in TURNS.items():
        text, end = answer(call, said)
        print(f"{said!r} -> {text!r}, first token after {end['latency']['llm_first_token_ms']} ms")
        assert text == expected and end["status"] == "completed"
    model_server.stop()
    text, end = answer(call, "when are you open")
    assert "We are open Monday to Friday from nine to six" in text and end["status"] == "completed"
    assert [notice["code"] for notice in call.of_type("notice")] == ["llm.failover"]
    assert 'tom_engine_failovers_total{from="openai",kind="llm",to="receptionist"} 1' in tom.http("/metrics")[2].decode()
    call.close()


def test_doctor_says_whether_the_provider_is_there(model_server):
    def doctor():
        return subprocess.run(
            [os.environ["TOM_BINARY"], "doctor"], capture_output=True, text=True, env={
                **os.environ, "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", "LLM_PROVIDER_URL": model_server.url,
                "LLM_MODEL": MODEL, "PORT": "0"})
    # It lists the models of its cache, and this one lies elsewhere.
    assert f"llm: {model_server.url} answers" in doctor().stdout
    model_server.stop()
    run = doctor()
    assert run.returncode == 1 and "cannot be reached" in run.stdout
