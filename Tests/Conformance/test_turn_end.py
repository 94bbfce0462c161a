"""smart-turn in a running server: a pause that sounds unfinished is waited out, one that sounds finished is not.

The model is one of smart-turn's shape that judges by the melody (Tests/OnnxModels/make_models.py), so that the audio decides what it says;
and the real one, for what it takes and gives.
"""

import os
import pathlib
import re
import subprocess

import pytest

from conftest import FRAME, Call, voice

FILES = pathlib.Path(__file__).parents[2] / ".build/onnx"
# The model has the minimum for its verdict, which takes a development build on a busy machine a second or two.
MIN_MS, MAX_MS = 2_500, 5_000
# Longer than the minimum, shorter than the maximum.
PAUSE_MS = 3_500
LOW = voice(800)
HIGH = voice(800, harmonics=range(30, 45), level=8_000)
ONNX = {"TURN_END": "smart-turn", "ONNXRUNTIME_LIBRARY": str(FILES / "libonnxruntime.so")}
MELODY = {**ONNX, "TURN_END_MODEL": str(FILES / "turn_melody.onnx")}


def serve(start_server, **settings):
    # The mock says nothing of the words, so that the model alone decides.
    return start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", ENDPOINTING_MIN_DELAY_MS=MIN_MS, ENDPOINTING_MAX_DELAY_MS=MAX_MS, DEV_MOCK_TTS_AUDIO_MS=20,
        SPECULATION="false", **settings)


def verdicts(server):
    """How often the model was asked, by outcome."""
    found = {}
    for labels, count in re.findall(r"^tom_engine_requests_total\{(.*)\} (\d+)$", server.http("/metrics")[2].decode(), re.M):
        if 'kind="turn_end"' in labels:
            found[re.search(r'outcome="(\w+)"', labels)[1]] = int(count)
    return {outcome: count for outcome, count in found.items() if count}


def hold(server, *parts):
    """Says each part and is silent for as long as is given with it; the call's events once the last turn has ended."""
    call = Call(server.url(), start={})
    for speech, silence_ms in parts:
        before = len(call.events)
        call.speak(speech, silence_ms=silence_ms)
    call.wait("turn_end", timeout=10, after=before)
    call.close()
    assert call.of_type("notice") == []
    return call


def order(call):
    return [event["type"] for event in call.events if event["type"] in ("speech_started", "speech_stopped", "stt_final")]


HEARD = ["speech_started", "speech_stopped"]
TWO_TURNS = [*HEARD, "stt_final", *HEARD, "stt_final"]
ONE_TURN = [*HEARD, *HEARD, "stt_final"]


def endpointing(call):
    """How long after the caller's last word each turn was over, in milliseconds."""
    return [event["latency"]["endpointing_ms"] for event in call.of_type("turn_end")]


def test_a_pause_that_sounds_unfinished_does_not_end_the_turn(start_server):
    server = serve(start_server, **MELODY)
    call = hold(server, (HIGH, PAUSE_MS), (LOW, PAUSE_MS))
    assert order(call) == ONE_TURN
    # The second part sounded finished.
    assert len(endpointing(call)) == 1 and MIN_MS <= endpointing(call)[0] < MAX_MS
    assert verdicts(server) == {"ok": 2}


def test_a_pause_that_sounds_finished_ends_the_turn_after_the_minimum(start_server):
    server = serve(start_server, **MELODY)
    call = hold(server, (LOW, PAUSE_MS), (LOW, PAUSE_MS))
    assert order(call) == TWO_TURNS
    assert all(MIN_MS <= delay < MAX_MS for delay in endpointing(call))
    assert verdicts(server) == {"ok": 2}


def test_the_veto_ends_at_the_maximum(start_server):
    server = serve(start_server, **MELODY)
    call = hold(server, (HIGH, MAX_MS + 400))
    assert order(call) == [*HEARD, "stt_final"]
    assert endpointing(call)[0] >= MAX_MS
    assert verdicts(server) == {"ok": 1}


@pytest.mark.parametrize("first", [HIGH, LOW], ids=["high", "low"])
def test_without_the_model_both_pauses_end_the_turn(start_server, first):
    server = serve(start_server)
    assert order(hold(server, (first, PAUSE_MS), (LOW, PAUSE_MS))) == TWO_TURNS
    assert verdicts(server) == {}


def test_the_real_model_is_asked_and_answers(start_server, tmp_path):
    """smart-turn v3 as it is published, added by `tom models` and named; eSpeak NG's two sentences with pauses of a second."""
    models = {"MODELS_DIR": str(tmp_path / "models")}
    added = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "models", "add", "smart-turn-v3", "--kind", "turn", "--licence", "BSD-2-Clause",
         "--from", str(FILES / "smart_turn.onnx")], env={**os.environ, **models}, capture_output=True, text=True, timeout=60)
    assert added.returncode == 0, added.stderr
    server = serve(start_server, **ONNX, **models, TURN_END_MODEL="smart-turn-v3")
    audio = (FILES / "reference.s16").read_bytes()
    call = hold(server, (audio[: len(audio) // (2 * FRAME) * 2 * FRAME], MAX_MS))
    pauses = len(call.of_type("speech_stopped"))
    assert pauses >= 2, "each sentence is followed by a pause"
    # Within a sentence the caller may go on before the verdict is there; behind the last one there is time.
    given = verdicts(server)
    assert set(given) <= {"ok", "cancelled"} and sum(given.values()) == pauses and given["ok"] >= 1, given
    assert call.of_type("turn_end")[-1]["status"] == "completed"
