"""Models that `tom models add` brought, used by their names: from adding them to a call that hears or speaks with them."""

import os
import shutil
import subprocess

import pytest

import tone_voice
import tones
from conftest import Call
from heard import words
from speech_servers import installed
from word_for_word import ask, check_word_for_word, spoken


@pytest.fixture
def tom(tmp_path):
    """Runs a command of `tom` with a MODELS_DIR of this test."""

    def run(*arguments, **settings):
        return subprocess.run(
            [os.path.abspath(os.environ["TOM_BINARY"]), *map(str, arguments)], capture_output=True, text=True, timeout=120,
            cwd=tmp_path, env={**os.environ, **run.settings, "PORT": "0", **settings})

    run.settings = {"MODELS_DIR": str(tmp_path / "models")}
    return run


PIPER = {"REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_VOICE": "anna"}


def test_a_voice_that_was_added_speaks_by_its_name(start_server, tom, tmp_path):
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    voice = tone_voice.make(fetched)
    settings = {**PIPER, "TTS_PIPER_PATH": installed("piper")}
    # The setting may be there before the voice is.
    before = tom("serve", **settings)
    assert before.returncode == 1 and "TTS_VOICE (environment)" in before.stderr and "tom models add" in before.stderr
    added = tom("models", "add", "anna", "--kind", "tts", "--licence", "MIT", "--from", voice, "--from", f"{voice}.json", **settings)
    assert added.returncode == 0, added.stderr
    shutil.rmtree(fetched)
    server = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", REALTIME_STT="off", REALTIME_LLM="local", AGENT_GREETING="true", **tom.settings,
        **settings)
    call = Call(server.url(), start={})
    call.wait("turn_end", timeout=20)
    assert words(spoken(call.events))[:3] == ["hello", "this", "is"]
    check_word_for_word(ask(call))
    call.close()
    found = tom("doctor", **settings).stdout
    assert f"voice {tom.settings['MODELS_DIR']}/anna/tone.onnx speaks" in found, found


def test_a_recogniser_that_was_added_hears_by_its_name(start_server, tom):
    settings = {
        "REALTIME_STT": "provider", "STT_ENGINE": "sherpa", "STT_MODEL": "tones", "SHERPA_ONNX_LIBRARY": tones.LIBRARY}
    added = tom("models", "add", "tones", "--kind", "stt", "--licence", "MIT", "--from", tones.model("ctc"), **settings)
    assert added.returncode == 0, added.stderr
    server = start_server(fresh=True, DEV_ALLOW_NO_JWT="true", DEV_MOCK_TTS_AUDIO_MS=20, **tom.settings, **settings)
    call = Call(server.url(), start={})
    call.speak(tones.spoken("when are you open"), silence_ms=1_000)
    assert call.wait("stt_final", timeout=10)["text"] == "when are you open"
    call.close()
    assert f"model in {tom.settings['MODELS_DIR']}/tones" in tom("doctor", **settings).stdout


def test_a_name_that_is_not_there_is_told_with_those_that_are(tom, tmp_path):
    for name, kind in [("berta", "tts"), ("carl", "tts"), ("zip", "stt")]:
        (tmp_path / "m.onnx").write_text("x")
        assert tom("models", "add", name, "--kind", kind, "--licence", "MIT", "--from", "m.onnx").returncode == 0
    settings = {**PIPER, "TTS_PIPER_PATH": "/bin/true"}
    found = tom("doctor", **settings)
    assert found.returncode == 1 and "there is no model anna" in found.stdout
    assert "Of kind tts there is: berta, carl. `tom models list`" in found.stdout, found.stdout
    assert "not tts" in tom("serve", **{**settings, "TTS_VOICE": "zip"}).stderr
    (tmp_path / "models" / "carl" / "m.onnx").unlink()
    assert "tom models add carl" in tom("serve", **{**settings, "TTS_VOICE": "carl"}).stderr
