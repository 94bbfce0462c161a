"""The session object: what is in effect, what an update changes, what is refused."""

import time

import pytest

from conftest import TOOL


def test_the_session_is_told_first_and_whole(connect):
    client = connect("model=gpt-realtime")
    session = client.created["session"]
    assert client.kinds()[0] == "session.created"
    assert session["id"].startswith("sess_") and session["expires_at"] > time.time()
    assert session["model"] == "gpt-realtime" and session["output_modalities"] == ["audio"] and session["tools"] == []
    assert session["tool_choice"] == "auto" and session["max_output_tokens"] == "inf" and session["truncation"] == "auto"
    listening, speaking = session["audio"]["input"], session["audio"]["output"]
    assert listening["format"] == speaking["format"] == {"type": "audio/pcm", "rate": 24000}
    assert listening["noise_reduction"] is None and listening["transcription"] is None and speaking["speed"] == 1 and speaking["voice"]
    detection = listening["turn_detection"]
    assert detection["type"] == "server_vad" and detection["create_response"] is detection["interrupt_response"] is True
    assert {"threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"} <= set(detection)


def test_an_update_changes_what_it_names_and_nothing_else(connect):
    client = connect()
    before = client.created["session"]
    after = client.configure(instructions="Be brief.", audio={"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 300}}})
    assert after["instructions"] == "Be brief."
    assert after["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 300
    for session in (before, after):
        session.pop("instructions")
        session["audio"]["input"].pop("turn_detection")
    assert after == before


ECHOED = {
    "instructions": "Speak like a pirate.", "output_modalities": ["text"], "tools": [TOOL], "tool_choice": "required", "max_output_tokens": 200,
    "truncation": {"type": "retention_ratio", "retention_ratio": 0.8}, "include": ["item.input_audio_transcription.logprobs"],
    "audio": {
        "input": {
            "format": {"type": "audio/pcmu"}, "noise_reduction": {"type": "far_field"},
            "transcription": {"model": "whisper-1", "language": "en", "prompt": "a bicycle shop"},
            "turn_detection": {
                "type": "server_vad", "threshold": 0.7, "prefix_padding_ms": 200, "silence_duration_ms": 400, "idle_timeout_ms": 6000,
                "create_response": False, "interrupt_response": False}},
        "output": {"format": {"type": "audio/pcma"}, "speed": 1.2}}}


def holds(session, wanted, path="session"):
    for name, value in wanted.items():
        if isinstance(value, dict):
            holds(session[name], value, f"{path}.{name}")
        else:
            assert session[name] == value, f"{path}.{name}"


def test_every_member_is_taken_and_told_again(connect):
    client = connect()
    holds(client.configure(**ECHOED), ECHOED)
    # what was told stays in effect
    holds(client.configure(), ECHOED)


def test_semantic_detection_is_taken(connect):
    wanted = {"type": "semantic_vad", "eagerness": "high", "create_response": True, "interrupt_response": False}
    session = connect().configure(audio={"input": {"turn_detection": wanted}})
    assert session["audio"]["input"]["turn_detection"] == wanted


def test_null_turns_off_and_empty_clears(connect):
    client = connect()
    client.configure(**ECHOED)
    session = client.configure(
        instructions="", tools=[], audio={"input": {"noise_reduction": None, "transcription": None, "turn_detection": None}})
    assert session["instructions"] == "" and session["tools"] == []
    assert [session["audio"]["input"][name] for name in ("noise_reduction", "transcription", "turn_detection")] == [None, None, None]
    assert session["audio"]["input"]["format"] == {"type": "audio/pcmu"}


@pytest.mark.parametrize("param, session", [
    ("session.audio.input.format.rate", {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}}),
    ("session.audio.input.format.type", {"audio": {"input": {"format": {"type": "audio/opus"}}}}),
    ("session.audio.input.turn_detection.type", {"audio": {"input": {"turn_detection": {"type": "magic_vad"}}}}),
    ("session.audio.input.turn_detection.threshold", {"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 2}}}}),
    ("session.audio.input.turn_detection.eagerness", {"audio": {"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "very"}}}}),
    ("session.audio.input.noise_reduction.type", {"audio": {"input": {"noise_reduction": {"type": "some"}}}}),
    ("session.audio.output.speed", {"audio": {"output": {"speed": 3}}}),
    ("session.output_modalities", {"output_modalities": ["audio", "text"]}),
    ("session.max_output_tokens", {"max_output_tokens": 5000}),
    ("session.tools[0].name", {"tools": [{"type": "function", "parameters": {}}]}),
    ("session.tool_choice", {"tool_choice": "never"}),
    ("session.instructions", {"instructions": 5}),
    ("session.sampling", {"sampling": 1}),
    ("session.audio.input.loudness", {"audio": {"input": {"loudness": 1}}}),
])
def test_a_bad_value_is_refused_by_its_name_and_changes_nothing(connect, param, session):
    client = connect()
    before = client.configure()
    error = client.refused(client.send("session.update", session={"type": "realtime", "instructions": "Not to be taken.", **session}))
    assert error["param"] == param and error["type"] == "invalid_request_error" and error["code"] and error["message"]
    assert client.configure() == before


def test_the_model_stays(connect):
    client = connect()
    client.refused(client.send("session.update", session={"type": "realtime", "model": "another"}))
    assert client.configure()["model"] == "gpt-realtime"
    # clients repeat the name that they connected with
    assert client.configure(model="gpt-realtime")["model"] == "gpt-realtime"


def test_the_voice_stays_once_it_was_heard(client):
    assert client.ask("what are your opening hours").done["status"] == "completed"
    error = client.refused(client.send("session.update", session={"type": "realtime", "audio": {"output": {"voice": "cedar"}}}))
    assert error["param"] == "session.audio.output.voice"


@pytest.mark.parametrize("event, param", [
    ({"type": "input_audio_buffer.appendix"}, "type"), ({"type": "response.create", "response": {"volume": 3}}, "response.volume"),
    ({"type": "input_audio_buffer.append"}, "audio"), ({"type": "input_audio_buffer.append", "audio": "not base64!"}, "audio"),
    ({"type": "conversation.item.create"}, "item"), ({"type": "conversation.item.retrieve"}, "item_id"),
    ({"type": "conversation.item.create", "item": {"type": "message", "role": "butler", "content": []}}, "item.role"),
    ({"type": "session.update", "session": "brief"}, "session")])
def test_a_bad_event_is_refused_and_the_session_goes_on(connect, event, param):
    client = connect()
    event = dict(event)
    error = client.refused(client.send(event.pop("type"), **event))
    assert error["type"] == "invalid_request_error" and error["param"] == param
    client.settle()


@pytest.mark.parametrize("message", ["{", "[]", "5", '{"type": 3}', "{}", b"\x00\x01"], ids=str)
def test_what_is_no_event_is_refused_and_the_session_goes_on(connect, message):
    client = connect()
    client.socket.send(message)
    error = client.wait("error")["error"]
    assert error["type"] == "invalid_request_error" and error.get("event_id") is None
    client.expected_errors.append(error)
    client.settle()


def test_the_output_buffer_is_the_clients_own_on_a_websocket(client):
    error = client.refused(client.send("output_audio_buffer.clear"))
    assert error["type"] == "invalid_request_error"
