"""Calls held by two outside clients, `websockets` and `aiohttp`: what a client written for the contract sees."""

import asyncio
import audioop
import base64
import json
import time
import warnings

import aiohttp
import pytest

from conftest import FRAME, REPLY_MS, SILENCE, SPEECH

LATENCIES = {"endpointing_ms", "stt_ms", "llm_first_token_ms", "tts_first_audio_ms", "e2e_ms"}


def check_turn(events, reply_bytes):
    """The compatibility sequence, once, whole and in order."""
    final = [e for e in events if e["type"] == "stt_final"]
    tokens = [e for e in events if e["type"] == "llm_token"]
    audio = [e for e in events if e["type"] == "tts_audio"]
    ends = [e for e in events if e["type"] == "turn_end"]
    assert [e["text"] for e in final] == ["Test erkannt"]
    assert [e["text"] for e in tokens] == ["Hallo,", " ich", " bin", " TOM."]
    assert len(ends) == 1 and ends[0]["status"] == "completed"
    turn, response = final[0]["turn_id"], ends[0]["response_id"]
    assert {e["turn_id"] for e in tokens + audio + ends} == {turn}
    assert {e["response_id"] for e in tokens + audio} == {response}
    assert [e["seq"] for e in audio] == list(range(len(audio)))
    assert sum(len(base64.b64decode(e["bytes"], validate=True)) for e in audio) == reply_bytes
    order = [events.index(final[0]), events.index(tokens[0]), events.index(audio[0]), events.index(ends[0])]
    assert order == sorted(order)
    assert LATENCIES <= ends[0]["latency"].keys()
    assert all(isinstance(e["ts"], int) and abs(e["ts"] / 1000 - time.time()) < 60 for e in events)


def test_websockets_client_holds_the_compatibility_sequence(server, call):
    one = call(server.url("compat-1"))
    connected = one.wait("connected")
    assert connected["call_id"] == "compat-1" and connected["protocol"] == "tom.v1"
    default = {"codec": "pcm16", "sample_rate": 16000}
    assert connected["audio"] == {"input": default, "output": default, "framing": "json"}
    assert connected["engines"].keys() == {"stt", "llm", "tts"}
    assert connected["limits"] == {"messages_per_second": 120, "max_message_bytes": 65536}
    assert one.socket.subprotocol == "tom.v1"
    one.speak()
    one.wait("turn_end")
    assert one.events[0]["type"] == "connected"
    check_turn(one.events, REPLY_MS * 32)
    started, stopped = one.wait("speech_started"), one.wait("speech_stopped")
    assert 0 <= started["audio_ms"] <= 200 and 600 <= stopped["audio_ms"] <= 1000
    assert {(e["codec"], e["sample_rate"]) for e in one.of_type("tts_audio")} == {("pcm16", 16000)}


def test_aiohttp_client_holds_the_compatibility_sequence(server):
    async def hold():
        events = []
        async with aiohttp.ClientSession() as session, session.ws_connect(server.url(), protocols=["tom.v1"]) as ws:

            async def speak():
                for at in range(0, len(SPEECH), FRAME * 2):
                    await ws.send_json({"type": "audio", "data": base64.b64encode(SPEECH[at : at + FRAME * 2]).decode()})
                    await asyncio.sleep(0.02)
                for _ in range(20):
                    await ws.send_json({"type": "audio_chunk", "data": base64.b64encode(SILENCE).decode()})
                    await asyncio.sleep(0.02)

            speaking = asyncio.create_task(speak())
            while True:
                message = await ws.receive(timeout=8)
                if message.type != aiohttp.WSMsgType.TEXT:
                    break
                events.append(json.loads(message.data))
                if events[-1]["type"] == "turn_end":
                    await speaking
                    await ws.send_json({"type": "stop", "reason": "done"})
            return events, ws.close_code

    events, code = asyncio.run(hold())
    assert code == 1000 and events[-1]["type"] == "stopped" and "reason" in events[-1]
    check_turn(events[:-1], REPLY_MS * 32)


def test_turns_follow_each_other_with_ids_of_their_own(call):
    one = call()
    for number in range(2):
        one.speak()
        at = len(one.events)
        one.wait(lambda e: len(one.of_type("turn_end")) > number, 5)
        assert at
    ends = one.of_type("turn_end")
    assert len({e["turn_id"] for e in ends}) == 2 and len({e["response_id"] for e in ends}) == 2
    assert len(one.of_type("stt_final")) == 2


def test_reply_audio_is_paced(call):
    one = call()
    one.speak()
    one.wait("tts_audio")
    began = time.monotonic()
    one.wait("turn_end")
    # 1500 ms of audio, at most 500 ms ahead of real time
    assert time.monotonic() - began > 0.8


def test_binary_framing(call):
    one = call(start={"framing": "binary"})
    assert one.wait("connected")["audio"]["framing"] == "binary"
    one.speak(write=one.socket.send)
    end = one.wait("turn_end")
    kinds = [("audio" if isinstance(e, bytes) else e["type"]) for e in one.events]
    assert "tts_audio" not in kinds and kinds.count("tts_start") == kinds.count("tts_end") == 1
    first, last = kinds.index("tts_start"), kinds.index("tts_end")
    assert all(first < at < last for at, kind in enumerate(kinds) if kind == "audio")
    assert sum(len(e) for e in one.events if isinstance(e, bytes)) == REPLY_MS * 32
    start = one.wait("tts_start")
    assert start["response_id"] == end["response_id"] == one.wait("tts_end")["response_id"]
    assert start["turn_id"] == end["turn_id"]


def test_pcmu_at_8_khz_both_ways(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        narrow, _ = audioop.ratecv(SPEECH, 2, 1, 16000, 8000, None)
        codes = audioop.lin2ulaw(narrow, 2)
    form = {"codec": "pcmu", "sample_rate": 8000}
    one = call(start={"input": form, "output": form})
    connected = one.wait("connected")
    assert connected["audio"]["input"] == connected["audio"]["output"] == form

    def write(part):
        one.send({"type": "audio_chunk", "data": base64.b64encode(part).decode()})

    one.speak(codes, write=write, frame=160, silence=b"\xff" * 160)
    one.wait("turn_end")
    reply = b"".join(base64.b64decode(e["bytes"]) for e in one.of_type("tts_audio"))
    assert {(e["codec"], e["sample_rate"]) for e in one.of_type("tts_audio")} == {("pcmu", 8000)}
    assert len(reply) == REPLY_MS * 8
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert audioop.rms(audioop.ulaw2lin(reply, 1), 1) > 1


def test_manual_turn_detection(call):
    one = call(start={"turn_detection": "manual"})
    one.speak(silence_ms=800)
    assert not one.of_type("stt_final")
    one.send({"type": "commit"})
    one.wait("turn_end")
    assert len(one.of_type("stt_final")) == 1


@pytest.mark.parametrize("ping", [{"ts": 1234567890123, "id": "abc"}, {"ts": 1.5}, {"id": "only-id"}, {}])
def test_ping_is_echoed(call, ping):
    one = call()
    one.send({"type": "ping", **ping})
    pong = one.wait("pong")
    for key, value in ping.items():
        assert pong[key] == value


def test_typed_text_and_keys_are_turns(call):
    one = call()
    one.send({"type": "text", "text": "Grüß Gott, 日本 \U0001f600"})
    first = one.wait("turn_end")
    assert first["status"] == "completed" and one.of_type("tts_audio")
    one.send({"type": "dtmf", "digit": "1"})
    one.wait(lambda e: len(one.of_type("turn_end")) == 2, 6)
    assert one.of_type("turn_end")[1]["turn_id"] != first["turn_id"]


def test_barge_in_by_the_client_cuts_the_reply(call):
    one = call()
    one.speak()
    response = one.wait("tts_audio")["response_id"]
    one.send({"type": "playback", "response_id": response, "played_ms": 100})
    one.send({"type": "barge_in", "ts": 1, "played_ms": 100})
    end = one.wait("turn_end", 2)
    assert end["status"] == "interrupted" and end["response_id"] == response
    before = len(one.of_type("tts_audio"))
    assert sum(len(base64.b64decode(e["bytes"])) for e in one.of_type("tts_audio")) < REPLY_MS * 32
    one.speak()
    again = one.wait(lambda e: len(one.of_type("turn_end")) == 2, 5)
    assert again and all(e["response_id"] != response for e in one.of_type("tts_audio")[before:])
    assert not one.of_type("error")


def test_speech_interrupts_the_reply(call):
    one = call()
    one.speak()
    response = one.wait("tts_audio")["response_id"]
    one.speak()
    cut = one.wait("barge_in")
    assert cut["response_id"] == response and 0 < cut["heard_ms"] < REPLY_MS and isinstance(cut["heard_text"], str)
    statuses = [one.wait("turn_end")["status"]]
    one.wait(lambda e: len(one.of_type("turn_end")) == 2, 5)
    assert statuses + [one.of_type("turn_end")[1]["status"]] == ["interrupted", "completed"]
    assert len(one.of_type("stt_final")) == 2


def test_stop_is_answered_and_closes_with_1000(server, call):
    one = call(server.url("stop-1"))
    one.wait("connected")
    one.send({"type": "stop"})
    assert one.until_closed() == 1000
    assert one.events[-1]["type"] == "stopped"
    live = json.loads(server.http("/v1/calls")[2])
    assert "stop-1" not in json.dumps(live)


def test_a_live_call_is_listed(server, call):
    one = call(server.url("listed-1"))
    one.wait("connected")
    status, headers, body = server.http("/v1/calls")
    assert status == 200 and headers["content-type"].startswith("application/json") and b"listed-1" in body


def test_start_after_the_first_message_is_an_error(call):
    one = call()
    one.send({"type": "ping", "id": "1"})
    one.wait("pong")
    one.send({"type": "start"})
    error = one.wait("error")
    assert error["ref"] == "start" and error["fatal"] is False
