"""Bad input over a real socket: an error event that names the field, or the close code of the contract."""

import base64
import contextlib
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed

from conftest import SILENCE, Call

GOOD = base64.b64encode(SILENCE).decode()
BAD = [
    ({"type": "audio_chunk"}, "data"),
    ({"type": "audio_chunk", "data": 7}, "data"),
    ({"type": "audio_chunk", "data": None}, "data"),
    ({"type": "audio_chunk", "data": "not base64!"}, "data"),
    ({"type": "audio_chunk", "data": "AAA"}, "data"),
    ({"type": "audio_chunk", "data": ""}, "data"),
    ({"type": "audio_chunk", "data": base64.b64encode(b"\0" * 641).decode()}, "data"),
    ({"type": "audio_chunk", "data": base64.b64encode(b"\0" * 32002).decode()}, "data"),
    ({"type": "audio_chunk", "data": GOOD, "format": "mp3"}, "format"),
    ({"type": "text"}, "text"),
    ({"type": "text", "text": ""}, "text"),
    ({"type": "text", "text": "x" * 2001}, "text"),
    ({"type": "text", "text": ["a"]}, "text"),
    ({"type": "dtmf"}, "digit"),
    ({"type": "dtmf", "digit": "12"}, "digit"),
    ({"type": "dtmf", "digit": "E"}, "digit"),
    ({"type": "dtmf", "digit": 5}, "digit"),
    ({"type": "playback", "played_ms": 1}, "response_id"),
    ({"type": "playback", "response_id": "r1"}, "played_ms"),
    ({"type": "playback", "response_id": "r1", "played_ms": "1"}, "played_ms"),
    ({"type": "playback", "response_id": "r1", "played_ms": -1}, "played_ms"),
    ({"type": "barge_in", "played_ms": "soon"}, "played_ms"),
]


def alive(one):
    one.send({"type": "ping", "id": "alive"})
    return one.wait(lambda e: isinstance(e, dict) and e["type"] == "pong" and e.get("id") == "alive")


@pytest.mark.parametrize("message,field", BAD, ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else value)
def test_an_error_names_the_field(call, message, field):
    one = call()
    one.send(message)
    error = one.wait("error")
    assert error["fatal"] is False and error["ref"] == message["type"]
    assert isinstance(error["code"], str) and field in error["message"]
    alive(one)


@pytest.mark.parametrize("start,field", [
    ({"framing": "xml"}, "framing"), ({"turn_detection": 1}, "turn_detection"), ({"metadata": {"a": 1}}, "metadata"),
    ({"metadata": {"a": "x" * 2100}}, "metadata"), ({"input": {"codec": "opus", "sample_rate": 48000}}, "codec"),
    ({"output": {"codec": "pcm16", "sample_rate": 1}}, "sample_rate"), ({"input": 3}, "input"),
], ids=str)
def test_a_bad_start_names_the_field(call, start, field):
    one = call(start=start)
    error = one.wait("error")
    assert error["ref"] == "start" and field in error["message"]


@pytest.mark.parametrize("text", ["", "{", "nul", "[]", "17", '"text"', '{"type":"ping"', '{"type":"ping"} x', "{'type':'ping'}", '{"type":"ping",}'])
def test_invalid_json_is_an_error_event(call, text):
    one = call()
    one.socket.send(text)
    assert one.wait("error")["fatal"] is False
    alive(one)


@pytest.mark.parametrize("message", [{}, {"type": 5}, {"type": None}])
def test_a_missing_or_wrong_type_is_an_error_event(call, message):
    one = call()
    one.send(message)
    assert "type" in one.wait("error")["message"]
    alive(one)


def test_an_unknown_type_is_an_error_event_and_unknown_fields_are_ignored(call):
    one = call()
    one.send({"type": "sing", "song": "x"})
    assert one.wait("error")["ref"] == "sing"
    one.send({"type": "ping", "id": "a", "extra": {"nested": [1, {"deep": None}]}})
    assert one.wait("pong")["id"] == "a"


def test_a_message_above_64_kib_closes_with_1009(call):
    one = call()
    one.socket.send('{"type":"ping","id":"' + "x" * (65537 - 23) + '"}')
    assert one.until_closed() == 1009


def test_a_message_of_64_kib_is_taken(call):
    one = call()
    text = '{"type":"ping","id":"a","pad":"' + "x" * (65536 - 33) + '"}'
    assert len(text) == 65536
    one.socket.send(text)
    assert one.wait("pong")["id"] == "a"


def test_a_fragmented_message_above_64_kib_closes_with_1009(call):
    one = call()
    with contextlib.suppress(ConnectionClosed):  # the server may close before the last fragment
        one.socket.send("x" * 16384 for _ in range(5))
    assert one.until_closed() == 1009


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"type":"ping","id":"\xc0\xaf"}', b"\xed\xa0\x80", b"\xf4\x90\x80\x80"])
def test_invalid_utf8_closes_with_1007(call, data):
    one = call()
    one.socket.send(data, text=True)
    assert one.until_closed() == 1007


def test_binary_that_was_not_negotiated_closes_with_1003(call):
    one = call()
    one.wait("connected")
    one.socket.send(SILENCE)
    assert one.until_closed() == 1003


def test_binary_that_was_not_negotiated_closes_a_running_call_with_1003(call):
    one = call()
    one.send({"type": "text", "text": "hello"})
    one.wait("turn_end")
    one.socket.send(SILENCE)
    assert one.until_closed() == 1003


def test_a_flood_of_pings_closes_with_1013(call):
    one = call()
    one.wait("connected")
    with contextlib.suppress(ConnectionClosed):
        for number in range(2_000):
            one.socket.ping(str(number))
    assert one.until_closed() == 1013
    assert one.of_type("error")[-1]["code"] == "rate_limited"


def test_odd_binary_audio_is_an_error_event(call):
    one = call(start={"framing": "binary"})
    one.socket.send(b"\0" * 641)
    assert one.wait("error")["fatal"] is False
    alive(one)


def test_twenty_errors_in_ten_seconds_close_with_1008(call):
    one = call()
    for _ in range(19):
        one.send({"type": "nonsense"})
    alive(one)
    one.send({"type": "nonsense"})
    assert one.until_closed() == 1008
    errors = one.of_type("error")
    assert len(errors) >= 20 and errors[-1]["fatal"] is True


def test_too_many_messages_close_with_1013(call):
    one = call()
    with contextlib.suppress(ConnectionClosed):  # the server may close while we still write
        for i in range(600):
            one.send({"type": "ping", "id": str(i)})
    assert one.until_closed() == 1013
    assert 100 <= len(one.of_type("pong")) <= 300


def test_too_many_bytes_close_with_1013(call):
    one = call()
    text = json.dumps({"type": "ping", "pad": "x" * 60000})
    with contextlib.suppress(ConnectionClosed):
        for _ in range(30):
            one.socket.send(text)
    assert one.until_closed() == 1013


def test_half_a_message_a_second_harms_nobody(server, call):
    slow, other = Call(server.url()), call()
    slow.send({"type": "ping", "id": "slow"})
    slow.wait("pong")
    raw = slow.socket.socket
    for byte in b"\x81\xfe\x01":
        raw.sendall(bytes([byte]))
        time.sleep(0.2)
        alive(other)
    raw.close()
