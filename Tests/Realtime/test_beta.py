"""The beta's dialect, by its header: the events of `openai.types.beta.realtime`, strictly."""

import pytest
from openai.types.beta.realtime.realtime_server_event import RealtimeServerEvent

from client import Client
from conftest import HOURS
from heard import words
from oracle import members, shape_faults
from speech import read_back, say

import base64

BETA = members(RealtimeServerEvent)
# What the hosted API tells of beyond the types of the package, to which no client may object.
BEYOND = {".session.client_secret", ".session.include", ".usage.input_token_details.image_tokens",
          ".usage.input_token_details.cached_tokens_details"}


def faults_of(client):
    faults = {fault for event in client.events for fault in shape_faults(event, BETA)}
    return sorted(fault for fault in faults if not any(fault.endswith(f"unknown member {at}{member}") for member in BEYOND for at in ("", ".response")))
RENAMED = {"response.output_audio.delta", "response.output_audio_transcript.delta", "response.output_text.delta", "conversation.item.added"}


@pytest.mark.parametrize("way", ["header", "subprotocol"])
def test_a_spoken_turn_in_the_betas_words(tom, model, way):
    if way == "header":
        client = Client(tom, oracle=False, additional_headers={"OpenAI-Beta": "realtime=v1"})
    else:
        client = Client(tom, key=None, oracle=False, subprotocols=["realtime", "openai-insecure-api-key.sk-any", "openai-beta.realtime-v1"])
    session = client.created["session"]
    assert session["modalities"] in (["audio", "text"], ["text", "audio"]) and session["input_audio_format"] == "pcm16"
    client.send("session.update", session={
        "turn_detection": None, "input_audio_transcription": {"model": "whisper-1"}, "instructions": "Be brief.",
        "max_response_output_tokens": 500, "temperature": 0.8})
    session = client.wait("session.updated")["session"]
    assert session["turn_detection"] is None and session["max_response_output_tokens"] == 500
    client.append(say("What are your opening hours?"))
    client.send("input_audio_buffer.commit")
    client.send("response.create", response={"modalities": ["audio", "text"]})
    done = client.wait("response.done")["response"]
    assert done["status"] == "completed"
    content, = done["output"][0]["content"]
    assert content["type"] == "audio" and content["transcript"].strip() == HOURS
    pcm = b"".join(base64.b64decode(event["delta"]) for event in client.of_type("response.audio.delta"))
    assert words(read_back(pcm)) == words(HOURS)
    assert "".join(event["delta"] for event in client.of_type("response.audio_transcript.delta")) == content["transcript"]
    heard = client.wait("conversation.item.input_audio_transcription.completed")
    assert words(heard["transcript"]) == words("what are your opening hours")
    assert len(client.of_type("conversation.item.created")) == 2
    client.close()
    assert not RENAMED & set(client.kinds()) and not client.errors
    assert not faults_of(client)


def test_a_beta_session_of_text_and_a_transcription_session(tom, model):
    client = Client(tom, oracle=False, additional_headers={"OpenAI-Beta": "realtime=v1"})
    client.send("session.update", session={"modalities": ["text"], "turn_detection": None})
    client.wait("session.updated")
    client.send("conversation.item.create", item={
        "type": "message", "role": "user", "content": [{"type": "input_text", "text": "what are your opening hours"}]})
    client.send("response.create")
    done = client.wait("response.done")["response"]
    assert done["output"][0]["content"][0]["type"] == "text" and done["output"][0]["content"][0]["text"].strip() == HOURS
    assert "".join(event["delta"] for event in client.of_type("response.text.delta")).strip() == HOURS
    client.close()
    assert not faults_of(client) and not client.errors
