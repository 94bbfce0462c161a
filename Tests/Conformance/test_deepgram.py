"""Calls that are heard by a server of Deepgram's streaming protocol."""

import os
import subprocess
import time

import pytest

from conftest import SPEECH, Call
from deepgram_server import KEY, Deepgram
from recipes import adapted, recipe

WORDS = "what are your opening hours"


@pytest.fixture
def deepgram():
    server = Deepgram(WORDS)
    yield server
    server.close()


def settings(deepgram, engines="deepgram", **more):
    return {
        "DEV_ALLOW_NO_JWT": "true", "REALTIME_STT": "provider", "STT_ENGINE": engines, "STT_PROVIDER_URL": deepgram.url,
        "STT_PROVIDER_KEY": KEY, "FAILOVER_PATIENCE_MS": 500, "STT_TIMEOUT_MS": 1500, "LOG_LEVEL": "debug", **more}


def open_call(start_server, deepgram, engines="deepgram", **more):
    tom = start_server(fresh=True, **settings(deepgram, engines, **more))
    return tom, Call(tom.url(), start={})


def speak(call):
    """Speaks one turn; gives what was understood, how the turn ended and the notices."""
    before = len(call.events)
    call.speak(SPEECH, silence_ms=600)
    final = call.wait("stt_final", after=before, timeout=8)
    end = call.wait("turn_end", after=before, timeout=8)
    events = [event for event in call.events[before:] if isinstance(event, dict)]
    return final["text"], end["status"], [event["code"] for event in events if event["type"] == "notice"]


def test_a_turn_is_streamed_and_answered(start_server, deepgram):
    tom, call = open_call(start_server, deepgram)
    assert speak(call) == (WORDS, "completed", [])
    partials = [event["text"] for event in call.of_type("stt_partial")]
    assert "what" in partials and "what are" in partials, partials
    assert call.of_type("stt_final")[0]["confidence"] == pytest.approx(0.97)
    assert speak(call)[0] == WORDS, "every turn has a stream of its own"
    call.close()
    first, second = deepgram.streams
    assert first.query == {
        "model": "nova-3", "language": "en", "encoding": "linear16", "sample_rate": "16000", "channels": "1",
        "interim_results": "true", "punctuate": "true", "endpointing": "300"}
    for stream in (first, second):
        assert stream.controls == ["Finalize", "CloseStream"]
        # the caller's own samples, with the pre-roll in front of them and silence behind
        assert SPEECH[6_400:-6_400] in bytes(stream.audio)
        assert len(SPEECH) < len(stream.audio) < len(SPEECH) + 40_000
    wait_for(lambda: first.closed and second.closed)
    assert KEY not in tom.logged() and KEY not in str(call.events)


def wait_for(condition, timeout=5):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "not within the time"
        time.sleep(0.02)


@pytest.mark.parametrize("fault", ["refused", "unauthorized", "limited", "dies", "silent", "silent handshake"])
def test_the_next_engine_hears_the_whole_turn(start_server, deepgram, fault):
    deepgram.fault = fault
    if fault == "refused":
        deepgram.close()
    tom, call = open_call(start_server, deepgram, "deepgram,mock", ENGINE_CONNECT_TIMEOUT_MS=1000)
    text, status, notices = speak(call)
    assert text and text != WORDS and (status, notices) == ("completed", ["stt.failover"])
    call.close()
    assert KEY not in tom.logged() and KEY not in str(call.events)


@pytest.mark.parametrize("fault, code", [
    ("unauthorized", "stt.unauthorized"), ("limited", "stt.rate_limited"), ("dies", "stt.provider_failed"), ("silent", "stt.timeout")])
def test_a_lone_engine_that_fails_is_apologised_for(start_server, deepgram, fault, code):
    deepgram.fault = fault
    _, call = open_call(start_server, deepgram)
    before = len(call.events)
    call.speak(SPEECH, silence_ms=600)
    end = call.wait("turn_end", after=before, timeout=8)
    assert end["status"] == "failed" and [event["code"] for event in call.of_type("notice")] == [code]
    deepgram.fault = None
    assert speak(call)[:2] == (WORDS, "completed"), "the call goes on"
    call.close()


def doctor(tmp_path, **more):
    run = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, "DATA_DIR": str(tmp_path), **{key: str(value) for key, value in more.items()}})
    return run.stdout + run.stderr


def test_the_doctor_says_whether_it_answers(deepgram, tmp_path):
    assert f"Deepgram at {deepgram.url} answers, model nova-3" in doctor(tmp_path, **settings(deepgram))
    deepgram.fault = "unauthorized"
    said = doctor(tmp_path, **settings(deepgram))
    assert "the provider answered 401 (invalid_auth)" in said and KEY not in said


def test_an_order_with_openai_has_addresses_of_its_own(deepgram, tmp_path):
    env = settings(deepgram, "openai,deepgram", STT_PROVIDER_MODEL="whisper-1")
    said = doctor(tmp_path, **env)
    assert "STT_DEEPGRAM_KEY" in said and "asks for a key" in said
    env.update(STT_PROVIDER_URL="http://127.0.0.1:9/v1", STT_DEEPGRAM_URL=deepgram.url, STT_DEEPGRAM_KEY=KEY, STT_DEEPGRAM_MODEL="nova-2")
    said = doctor(tmp_path, **env)
    assert f"Deepgram at {deepgram.url} answers, model nova-2" in said


def test_the_recipe_works(start_server, deepgram):
    _, (settings,) = recipe("Deepgram")
    tom = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", STT_DEEPGRAM_URL=deepgram.url, **adapted(settings, STT_DEEPGRAM_KEY=KEY))
    call = Call(tom.url(), start={})
    assert speak(call) == (WORDS, "completed", [])
    call.close()
    assert KEY not in tom.logged()
