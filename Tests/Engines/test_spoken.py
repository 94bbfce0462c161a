"""A spoken call by the recipes of docs/engines.md: heard and answered by `transformers serve`, spoken by Piper behind the OpenAI API.

The voice is the tone voice, so that the audio that reaches the client is read back: what the model said is what was spoken, word for word.
"""

import base64
import contextlib
import os
import pathlib
import subprocess
import sys
import wave

import numpy as np
import pytest

import tone_voice
from conftest import Call, Server
from heard import words
from measure import start_servers
from models import SPOKEN
from recipes import adapted, recipe

MODELS = pathlib.Path(os.environ["SPOKEN_MODELS"])
# The API's samples are 24,000 a second. local-tts gives those of the voice, 16,000, and does not say so: they are played faster by half.
PLAYED_RATE = 16_000 * 16_000 // 24_000


@pytest.fixture
def servers(tmp_path):
    """The address of each stage's server."""
    if not (MODELS / "made").exists():
        subprocess.run([sys.executable, pathlib.Path(sys.modules["models"].__file__), MODELS], check=True)
    with contextlib.ExitStack() as stack:
        yield {stage: f"http://127.0.0.1:{port}/v1" for stage, port in start_servers(stack, MODELS, tmp_path, None).items()}


@pytest.fixture
def tom(tmp_path, servers):
    settings = {"DEV_ALLOW_NO_JWT": "true", "STT_TIMEOUT_MS": 30_000, "LLM_TIMEOUT_MS": 30_000, "TTS_TIMEOUT_MS": 30_000}
    for heading, more in {
            "An OpenAI-compatible language model": {"LLM_PROVIDER_URL": servers["llm"], "LLM_MODEL": MODELS / "llama", "LLM_ENGINE": "openai"},
            "Speech to text over HTTP": {"STT_PROVIDER_URL": servers["stt"], "STT_PROVIDER_MODEL": MODELS / "whisper"},
            "Text to speech over HTTP": {"TTS_PROVIDER_URL": servers["tts"], "TTS_VOICE": "tone"}}.items():
        _, (recipe_settings,) = recipe(heading)
        settings |= adapted(recipe_settings, **more)
    folder = tmp_path / "tom"
    folder.mkdir()
    server = Server(str(folder), **settings)
    yield server
    server.close()


def utterance(place):
    with wave.open(str(MODELS / f"spoken-{place}.wav")) as f:
        return f.readframes(f.getnframes())


def test_real_servers_hear_answer_and_speak(tom):
    call = Call(tom.url(), start={})
    for place, (said, expected) in enumerate(SPOKEN.items()):
        before = len(call.events)
        call.speak(utterance(place), silence_ms=800)
        end = call.wait("turn_end", after=before, timeout=60)
        events = [event for event in call.events[before:] if isinstance(event, dict)]
        heard = [event["text"].strip() for event in events if event["type"] == "stt_final"]
        answer = "".join(event["text"] for event in events if event["type"] == "llm_token")
        audio = b"".join(base64.b64decode(event["bytes"]) for event in events if event["type"] == "tts_audio")
        print(f"{heard} -> {answer!r}, {end['latency']}")
        assert heard == [said] and answer == expected and end["status"] == "completed"
        assert words(tone_voice.decode(np.frombuffer(audio, "<i2"), PLAYED_RATE)) == words(expected)
        assert [event for event in events if event["type"] == "notice"] == []
    call.close()
