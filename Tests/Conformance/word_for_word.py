"""Holds typed turns with a server whose voice is the tone voice, and compares what is heard with what was answered."""

import base64

import numpy as np

import tone_voice
from heard import words

QUESTION = "what are your opening hours"


def spoken(events):
    """What the audio among `events` says."""
    audio = b"".join(base64.b64decode(event["bytes"]) for event in events if event["type"] == "tts_audio")
    return tone_voice.decode(np.frombuffer(audio, "<i2"))


def ask(call, text=QUESTION, timeout=20):
    """The events of a typed turn."""
    before = len(call.events)
    call.send({"type": "text", "text": text})
    call.wait("turn_end", timeout=timeout, after=before)
    return call.events[before:]


def check_word_for_word(events):
    answered = "".join(event["text"] for event in events if event["type"] == "llm_token")
    assert len(words(answered)) >= 10 and words(spoken(events)) == words(answered)
