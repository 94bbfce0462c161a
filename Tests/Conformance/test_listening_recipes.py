"""The recipes of docs/turn-taking.md, with the real models where they name them: each hears a spoken turn from its beginning to its end."""

import pathlib

import pytest

import tones
from conftest import FRAME, Call
from recipes import adapted, recipe

FILES = pathlib.Path(__file__).parents[2] / ".build/onnx"
ONNX_RUNTIME = {"ONNXRUNTIME_LIBRARY": FILES / "libonnxruntime.so"}
RECIPES = {
    "Silero instead of the built-in detector": {"VAD_MODEL": FILES / "silero_vad.onnx", **ONNX_RUNTIME},
    "sherpa-onnx instead of the built-in detector": {"VAD_MODEL": FILES / "silero_vad.onnx", "SHERPA_ONNX_LIBRARY": tones.LIBRARY},
    "smart-turn: has the caller finished?": {"TURN_END_MODEL": FILES / "smart_turn.onnx", **ONNX_RUNTIME},
}


@pytest.mark.parametrize("heading", RECIPES)
def test_the_recipes_work(start_server, heading):
    _, (settings,) = recipe(heading, "turn-taking.md")
    server = start_server(fresh=True, DEV_ALLOW_NO_JWT="true", DEV_MOCK_TTS_AUDIO_MS=20, **adapted(settings, **RECIPES[heading]))
    call = Call(server.url(), start={})
    # Two sentences by eSpeak NG, each with a pause behind it.
    audio = (FILES / "reference.s16").read_bytes()
    call.speak(audio[: len(audio) // (2 * FRAME) * 2 * FRAME], silence_ms=3_500)
    end = call.wait("turn_end", timeout=10)
    call.close()
    assert end["status"] == "completed" and call.of_type("notice") == []
    assert len(call.of_type("speech_started")) == len(call.of_type("speech_stopped")) >= 2
