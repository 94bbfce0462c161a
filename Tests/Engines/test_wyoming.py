"""Calls that wyoming-faster-whisper listens to, by the recipe of docs/engines.md and with a model that hears one sentence in everything."""

import os
import pathlib
import re
import subprocess

import pytest

import parrot_whisper
from conftest import Call, SPEECH, Server
from speech_servers import SpeechServer, free_port, installed

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs/engines.md"


@pytest.fixture
def recipe(tmp_path):
    """The server of the recipe, on a free port and with a model made on the spot, and the recipe's settings for TOM."""
    section = DOCUMENT.read_text().split("## Wyoming: speech to text\n")[1].split("\n## ")[0]
    command, settings = re.search(r"```sh\n(wyoming-faster-whisper .*) &\n(.*) tom serve\n```", section).groups()
    port, model = free_port(), tmp_path / "parrot"
    parrot_whisper.main(model)
    arguments = [word.replace("10300", str(port)).replace("tiny-int8", str(model)) for word in command.split()]
    program = [installed(arguments[0]), *arguments[1:], "--stt-library", "faster-whisper", "--beam-size", "1", "--local-files-only"]
    os.environ["HF_HUB_OFFLINE"] = "1"
    server = SpeechServer(tmp_path, program, port)
    yield server, dict(word.replace("10300", str(port)).split("=", 1) for word in settings.split())
    server.stop()


def test_whisper_hears_the_caller(tmp_path, recipe):
    server, settings = recipe
    folder = tmp_path / "tom"
    folder.mkdir()
    tom = Server(str(folder), DEV_ALLOW_NO_JWT="true", REALTIME_LLM="local", DEV_MOCK_TTS_AUDIO_MS=20, **settings)
    call = Call(tom.url(), start={})
    for _ in range(2):
        before = len(call.events)
        call.speak(SPEECH, silence_ms=800)
        final = call.wait("stt_final", timeout=30, after=before)
        assert final["text"] == parrot_whisper.SENTENCE.strip()
        end = call.wait("turn_end", timeout=30, after=before)
        answer = "".join(event["text"] for event in call.events[before:] if event["type"] == "llm_token")
        assert end["status"] == "completed" and answer.startswith("We are open")
        print(f"{final['text']!r} after {end['latency']['stt_ms']} ms -> {answer!r}")
    server.kill()
    before = len(call.events)
    call.speak(SPEECH, silence_ms=800)
    notice = call.wait("notice", timeout=30, after=before)
    assert notice["code"] == "stt.unreachable"
    call.close()
    tom.close()


def test_doctor_asks_it(recipe):
    _, settings = recipe
    run = subprocess.run(
        [os.environ["TOM_BINARY"], "doctor"], capture_output=True, text=True, timeout=60, env={**os.environ, "PORT": "0", **settings})
    print(run.stdout)
    assert re.search(r"ok +stt: tcp://.* answers: faster-whisper", run.stdout), run.stdout
