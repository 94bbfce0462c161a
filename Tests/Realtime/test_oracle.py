"""The oracle itself: content with a right sequence, and with none of the wrong ones."""

import base64
import copy

import pytest

from oracle import Oracle

USER = {"id": "item_1", "object": "realtime.item", "type": "message", "role": "user", "status": "completed", "content": [{"type": "input_text", "text": "hi"}]}
REPLY = {"id": "item_2", "object": "realtime.item", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
DONE = {**REPLY, "status": "completed", "content": [{"type": "output_audio", "transcript": "Hi."}]}
RESPONSE = {
    "id": "resp_1", "object": "realtime.response", "status": "in_progress", "status_details": None, "output": [], "conversation_id": "conv_1",
    "output_modalities": ["audio"], "max_output_tokens": "inf", "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "v"}},
    "usage": None, "metadata": None}
HERE = {"response_id": "resp_1", "item_id": "item_2", "output_index": 0, "content_index": 0}
SEQUENCE = [
    {"type": "session.created", "session": {"type": "realtime", "object": "realtime.session", "id": "sess_1", "expires_at": 1}},
    {"type": "conversation.item.added", "item": USER, "previous_item_id": None},
    {"type": "conversation.item.done", "item": USER, "previous_item_id": None},
    {"type": "response.created", "response": RESPONSE},
    {"type": "response.output_item.added", "response_id": "resp_1", "output_index": 0, "item": REPLY},
    {"type": "conversation.item.added", "item": REPLY, "previous_item_id": "item_1"},
    {"type": "response.content_part.added", **HERE, "part": {"type": "audio", "transcript": ""}},
    {"type": "response.output_audio_transcript.delta", **HERE, "delta": "Hi."},
    {"type": "response.output_audio.delta", **HERE, "delta": base64.b64encode(bytes(9_600)).decode()},
    {"type": "response.output_audio.done", **HERE},
    {"type": "response.output_audio_transcript.done", **HERE, "transcript": "Hi."},
    {"type": "response.content_part.done", **HERE, "part": {"type": "audio", "transcript": "Hi."}},
    {"type": "conversation.item.done", "item": DONE, "previous_item_id": "item_1"},
    {"type": "response.output_item.done", "response_id": "resp_1", "output_index": 0, "item": DONE},
    {"type": "response.done", "response": {**RESPONSE, "status": "completed", "output": [DONE]}},
]


def faults(sequence):
    oracle = Oracle()
    for place, event in enumerate(sequence):
        oracle.take({"event_id": f"event_{place}", **event})
    oracle.close()
    return oracle.faults


def test_a_right_sequence_is_taken():
    assert faults(SEQUENCE) == []


# the last may be missing: its response runs
@pytest.mark.parametrize("place", range(len(SEQUENCE) - 1), ids=[event["type"] for event in SEQUENCE[:-1]])
def test_an_event_that_is_missing_is_noticed(place):
    assert faults(SEQUENCE[:place] + SEQUENCE[place + 1 :])


@pytest.mark.parametrize("place", range(len(SEQUENCE)), ids=[event["type"] for event in SEQUENCE])
def test_an_event_that_comes_twice_or_has_a_member_too_many_is_noticed(place):
    if "delta" not in SEQUENCE[place]["type"] or "transcript" in SEQUENCE[place]["type"]:
        assert faults(SEQUENCE[: place + 1] + SEQUENCE[place:])
    sequence = copy.deepcopy(SEQUENCE)
    sequence[place]["surprise"] = 1
    assert faults(sequence)


@pytest.mark.parametrize("place, member", [(place, name) for place, event in enumerate(SEQUENCE) for name in event if name != "type"])
def test_a_member_that_is_missing_or_of_another_type_is_noticed(place, member):
    sequence = copy.deepcopy(SEQUENCE)
    del sequence[place][member]
    assert faults(sequence)
    sequence[place][member] = 5.5
    assert faults(sequence)
