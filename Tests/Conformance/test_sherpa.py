"""Calls whose speech is heard and made by sherpa-onnx, with models that speak in tones: what was said is compared word for word."""

import base64
import os
import shutil
import subprocess

import pytest

import tones
from conftest import Call

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
    for call in calls:
        call.speak(tones.spoken("when are you open"), silence_ms=0)
    for call in calls:
        call.speak(b"", silence_ms=1_500)
        call.wait("turn_end", timeout=20)
        assert [event["text"] for event in call.of_type("stt_final")] == ["when are you open"]
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


def doctor(tmp_path, **settings):
    return subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "doctor", "--port", "0"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, **ENGINES, **settings})


def test_the_doctor_says_what_it_finds(tmp_path):
    found = doctor(tmp_path, STT_MODEL=tones.model("transducer"))
    assert found.returncode == 0, found.stdout
    assert "sherpa-onnx 2.0.1" in found.stdout and "streaming transducer model" in found.stdout and "VITS voice" in found.stdout


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


def test_the_recipe_of_the_documents_works(start_server):
    """docs/engines.md, with the models of tones for those it names."""
    documents = os.path.join(os.path.dirname(__file__), "../../docs/engines.md")
    with open(documents, encoding="utf-8") as file:
        section = file.read().split("## sherpa-onnx", 1)[1].split("\n## ", 1)[0]
    command = section.split("```", 2)[1].replace("\\\n", " ")
    settings = dict(word.split("=", 1) for word in command.split() if "=" in word and word[0].isupper())
    assert {"STT_MODEL", "TTS_MODEL", "SHERPA_ONNX_LIBRARY", "STT_ENGINE", "TTS_ENGINE"} <= set(settings)
    settings |= {"STT_MODEL": tones.model("ctc"), "TTS_MODEL": tones.model("characters"), "SHERPA_ONNX_LIBRARY": tones.LIBRARY}
    tom = start_server(fresh=True, **{**settings, "REALTIME_LLM": "local", "DEV_ALLOW_NO_JWT": "true"})
    call = Call(tom.url(), start={})
    assert say(call, "when are you open")[0] == ["when are you open"]
    call.close()
