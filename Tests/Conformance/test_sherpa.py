"""Calls whose speech is heard and made by sherpa-onnx, with models that speak in tones: what was said is compared word for word."""

import base64
import os
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import tones
from conftest import Call
from recipes import adapted, recipe

ENGINES = {
    "REALTIME_STT": "provider", "STT_ENGINE": "sherpa", "REALTIME_LLM": "local", "REALTIME_TTS": "provider", "TTS_ENGINE": "sherpa",
    "SHERPA_ONNX_LIBRARY": tones.LIBRARY, "TTS_MODEL": tones.model("characters/model.onnx"), "DEV_ALLOW_NO_JWT": "true"}


def say(call, words):
    """Says `words` and gives what TOM heard, what it answered, and what its voice said."""
    before = len(call.events)
    call.speak(tones.spoken(words), silence_ms=1_500)
    end = call.wait("turn_end", after=before, timeout=20)
    events = [event for event in call.events[before:] if isinstance(event, dict)]
    heard = [event["text"] for event in events if event["type"] == "stt_final"]
    answer = "".join(event["text"] for event in events if event["type"] == "llm_token")
    audio = b"".join(base64.b64decode(event["bytes"]) for event in events if event["type"] == "tts_audio")
    assert end["status"] == "completed", events
    return heard, answer, tones.text(audio)


@pytest.mark.parametrize("model", ["ctc", "transducer", "moonshine"])
def test_the_caller_is_understood_and_the_answer_is_what_is_heard(start_server, model):
    tom = start_server(fresh=True, STT_MODEL=tones.model(model), **ENGINES)
    call = Call(tom.url(), start={})
    for question, beginning in [("when are you open", "We are open Monday"), ("where are you", "")]:
        heard, answer, said = say(call, question)
        assert heard == [question]
        assert answer.startswith(beginning) and len(answer) > 10
        assert tones.written(said) == tones.written(answer)
    call.close()


def test_after_an_interruption_the_next_answer_is_whole(start_server):
    tom = start_server(STT_MODEL=tones.model("ctc"), **ENGINES)
    call = Call(tom.url(), start={})
    call.speak(tones.spoken("when are you open"), silence_ms=1_000)
    first = call.wait("tts_audio", timeout=20)["response_id"]
    call.speak(tones.spoken("where are you located please"), silence_ms=1_500)
    call.wait(lambda event: event["type"] == "turn_end" and event["status"] == "completed", timeout=20)
    assert call.wait("barge_in")["response_id"] == first
    assert [event["text"] for event in call.of_type("stt_final")] == ["when are you open", "where are you located please"]
    response = call.of_type("tts_audio")[-1]["response_id"]
    assert response != first
    audio = b"".join(base64.b64decode(event["bytes"]) for event in call.of_type("tts_audio") if event["response_id"] == response)
    answer = "".join(event["text"] for event in call.of_type("llm_token") if event["response_id"] == response)
    assert answer and tones.written(tones.text(audio)) == tones.written(answer)
    call.close()


def test_calls_at_once_share_the_engines(start_server):
    tom = start_server(fresh=True, STT_MODEL=tones.model("ctc"), **ENGINES)
    calls = [Call(tom.url(), start={}) for _ in range(4)]
    questions = ["when are you open", "where are you", "when are you open", "where are you"]
    together = threading.Barrier(len(calls))

    def ask(call, question):
        together.wait(10)
        return say(call, question)

    with ThreadPoolExecutor(len(calls)) as callers:
        turns = list(callers.map(ask, calls, questions))
    assert [heard for heard, _, _ in turns] == [[question] for question in questions]
    assert all(answer and tones.written(said) == tones.written(answer) for _, answer, said in turns)
    for call in calls:
        call.close()


def test_a_model_of_one_language_serves_the_agents_that_speak_it(start_server, tmp_path):
    folder = tmp_path / "whisper"
    shutil.copytree(tones.model("whisper"), folder)
    encoder = folder / "tone-encoder.onnx"
    encoder.write_bytes(encoder.read_bytes().replace(b"is_multilingual\x12\x011", b"is_multilingual\x12\x010"))
    # The built-in agents speak English and German.
    tom = start_server(fresh=True, STT_MODEL=str(folder), **ENGINES)
    call = Call(tom.url(), start={})
    assert say(call, "yes")[0] == ["yes"]
    call.close()


@pytest.mark.parametrize("name,model", [("sherpa-onnx", "silero_vad.onnx"), ("sherpa", "ten-vad.onnx")])
def test_a_turn_begins_and_ends_where_the_voice_activity_detector_says(start_server, name, model):
    tom = start_server(fresh=True, STT_MODEL=tones.model("ctc"), VAD=name, VAD_MODEL=tones.model(f"vad/{model}"), **ENGINES)
    call = Call(tom.url(), start={})
    for question in ["when are you open", "where are you"]:
        before = len(call.events)
        assert say(call, question)[0] == [question]
        begun, ended = call.wait("speech_started", after=before)["audio_ms"], call.wait("speech_stopped", after=before)["audio_ms"]
        # A tone and the gap behind it are 90 ms; the last gap is silence.
        assert abs(ended - begun - (90 * len(question) - 30)) <= 200
    assert [event for event in call.events if isinstance(event, dict) and event["type"] in ("notice", "error")] == []
    assert len(call.of_type("speech_started")) == len(call.of_type("speech_stopped")) == 2
    call.close()
    counted = 'tom_engine_requests_total{engine="sherpa-onnx",kind="vad",outcome="ok"} 1'
    end = time.monotonic() + 5
    while counted not in tom.http("/metrics")[2].decode() and time.monotonic() < end:
        time.sleep(0.05)
    assert counted in tom.http("/metrics")[2].decode()


def test_calls_at_once_are_told_apart(start_server):
    settings = {**ENGINES, "VAD": "sherpa-onnx", "VAD_MODEL": tones.model("vad/silero_vad.onnx")}
    tom = start_server(fresh=True, STT_MODEL=tones.model("ctc"), **settings)
    calls = [Call(tom.url(), start={}) for _ in range(4)]
    # Those in the middle say nothing.
    words = tones.spoken("when are you open")
    speech = [words, bytes(len(words)), bytes(len(words)), words]
    with ThreadPoolExecutor(len(calls)) as callers:
        list(callers.map(lambda call, pcm: call.speak(pcm, silence_ms=1_000), calls, speech))
    for call in (calls[0], calls[3]):
        call.wait("stt_final", timeout=20)
    assert [len(call.of_type("speech_started")) for call in calls] == [1, 0, 0, 1]
    for call in calls:
        call.close()


def doctor(tmp_path, **settings):
    return subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "doctor", "--port", "0"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, **ENGINES, **settings})


def test_the_doctor_says_what_it_finds(tmp_path):
    found = doctor(tmp_path, STT_MODEL=tones.model("transducer"))
    assert found.returncode == 0, found.stdout
    assert "sherpa-onnx 2.0.1" in found.stdout and "streaming transducer model" in found.stdout and "VITS voice" in found.stdout
    detector = {"STT_MODEL": tones.model("ctc"), "VAD": "sherpa", "VAD_MODEL": tones.model("vad/ten-vad.onnx")}
    found = doctor(tmp_path, **detector)
    assert found.returncode == 0 and "TEN VAD" in found.stdout, found.stdout


def test_what_is_missing_or_broken_is_an_error_and_no_crash(tmp_path):
    missing = doctor(tmp_path, STT_MODEL=tones.model("ctc"), SHERPA_ONNX_LIBRARY="/nonexistent.so")
    assert missing.returncode == 1 and "pip install sherpa-onnx-core" in missing.stdout
    broken = tmp_path / "ctc"
    broken.mkdir()
    with open(tones.model("ctc/model.onnx"), "rb") as whole:
        (broken / "model.onnx").write_bytes(whole.read().replace(b"ReduceMax", b"ReduceMbx"))
    (broken / "tokens.txt").write_text("<blk> 0\n")
    found = doctor(tmp_path, STT_MODEL=str(broken))
    assert found.returncode == 1 and "a trial of the model in a process of its own failed" in found.stdout
    run = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "serve", "--port", "0"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, **ENGINES, "STT_MODEL": str(broken)})
    assert run.returncode == 1 and "stt.model_unusable" in run.stderr


def test_a_voice_activity_detector_that_is_missing_or_broken_is_an_error_and_no_crash(tmp_path):
    settings = {"STT_MODEL": tones.model("ctc"), "VAD": "sherpa-onnx"}
    missing = doctor(tmp_path, **settings, VAD_MODEL="/nonexistent.onnx")
    assert missing.returncode == 1 and "there is no model at /nonexistent.onnx" in missing.stdout
    broken = tmp_path / "silero_vad.onnx"
    with open(tones.model("vad/silero_vad.onnx"), "rb") as whole:
        broken.write_bytes(whole.read().replace(b"Sigmoid", b"Sigmoix"))
    found = doctor(tmp_path, **settings, VAD_MODEL=str(broken))
    assert found.returncode == 1 and "a trial of the model in a process of its own failed" in found.stdout
    run = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "serve", "--port", "0"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, **ENGINES, **settings, "VAD_MODEL": str(broken)})
    assert run.returncode == 1 and "vad.model_unusable" in run.stderr


def test_the_recipe_of_the_documents_works(start_server):
    """docs/engines.md, with the models of tones for those it names."""
    _, (settings,) = recipe("sherpa-onnx")
    assert {"STT_ENGINE", "TTS_ENGINE"} <= set(settings)
    settings = adapted(
        settings, STT_MODEL=tones.model("ctc"), TTS_MODEL=tones.model("characters"), SHERPA_ONNX_LIBRARY=tones.LIBRARY)
    tom = start_server(fresh=True, **{**settings, "REALTIME_LLM": "local", "DEV_ALLOW_NO_JWT": "true"})
    call = Call(tom.url(), start={})
    assert say(call, "when are you open")[0] == ["when are you open"]
    call.close()


def test_the_recipe_of_the_voice_activity_detector_works(start_server):
    """docs/turn-taking.md, with a model of tones for Silero."""
    _, (settings,) = recipe("sherpa-onnx instead of the built-in detector", "turn-taking.md")
    settings = adapted(settings, VAD_MODEL=tones.model("vad/silero_vad.onnx"), SHERPA_ONNX_LIBRARY=tones.LIBRARY)
    tom = start_server(fresh=True, **{**ENGINES, **settings, "STT_MODEL": tones.model("ctc")})
    call = Call(tom.url(), start={})
    assert say(call, "when are you open")[0] == ["when are you open"]
    call.close()
