"""The caller's turns: audio in, committed by the client or by detection, transcribed, answered, interrupted."""

import base64

import numpy as np
import pytest

from conftest import HOURS
from heard import check_cut, words
from scripted_model import Say, roles
from speech import duration_ms, from_g711, g711, loudness, read_back, say, silence

QUESTION = "What are your opening hours?"
TRANSCRIPTION = {"transcription": {"model": "whisper-1", "language": "en"}}


def similarity(one, other):
    """How alike two recordings are at the best shift, 0 to 1."""
    a, b = (np.frombuffer(pcm, "<i2").astype(float) for pcm in (one, other))
    size = 1 << int(np.ceil(np.log2(len(a) + len(b))))
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)))
    return float(product.max() / max(1.0, np.sqrt(np.sum(a**2) * np.sum(b**2))))


# a tone and a pause as long
MS_PER_LETTER = 80


def check_spoken(response, text, rate=24_000, convert=lambda audio: audio):
    """The audio of a response says its words, all of them."""
    pcm = convert(response.audio())
    assert words(response.text()) == words(text)
    assert words(read_back(pcm, rate)) == words(text)
    assert loudness(pcm) > 0.02 and abs(duration_ms(pcm, rate) - MS_PER_LETTER * len(text)) < 500


# MARK: Turns of the client's own


def test_a_committed_turn_is_heard_and_answered_when_asked(client, model):
    client.configure(audio={"input": TRANSCRIPTION})
    after = client.mark()
    client.append(say(QUESTION))
    client.send("input_audio_buffer.commit")
    committed = client.wait("input_audio_buffer.committed", after)
    heard = client.wait("conversation.item.input_audio_transcription.completed", after)
    item = client.wait("conversation.item.done", after)["item"]
    assert committed["previous_item_id"] is None and committed["item_id"] == item["id"] == heard["item_id"]
    assert item["role"] == "user" and item["content"][0]["type"] == "input_audio"
    assert words(heard["transcript"]) == words(QUESTION)
    assert model.requests == [], "a commit makes no response"
    response = client.respond()
    check_spoken(response, HOURS)
    assert response.done["status"] == "completed" and response.done["output"][0]["content"][0]["transcript"].strip() == HOURS
    assert words(roles(model.requests[-1], "user")[-1]) == words("user " + QUESTION)


def test_audio_comes_in_pieces_of_any_size(client, model):
    client.configure(audio={"input": TRANSCRIPTION})
    pcm, at = say(QUESTION), 0
    for size in (1, 2, 3, 479, 4801, 1 << 20):  # cut where no sample ends
        client.append(pcm[at : at + size])
        at += size
    after = client.mark()
    client.send("input_audio_buffer.commit")
    assert words(client.wait("conversation.item.input_audio_transcription.completed", after)["transcript"]) == words(QUESTION)


def test_two_committed_turns_are_two_items(client):
    for place in (0, 1):
        client.append(say("thank you"))
        client.send("input_audio_buffer.commit")
    client.settle()
    first, second = client.of_type("input_audio_buffer.committed")
    assert second["previous_item_id"] == first["item_id"]
    assert client.oracle.items == [first["item_id"], second["item_id"]]


def test_an_empty_commit_is_refused(client):
    error = client.refused(client.send("input_audio_buffer.commit"))
    assert error["code"] == "input_audio_buffer_commit_empty" and error["type"] == "invalid_request_error"


def test_cleared_audio_is_gone(client):
    client.configure(audio={"input": TRANSCRIPTION})
    client.append(say("where can i park"))
    after = client.mark()
    client.send("input_audio_buffer.clear")
    client.wait("input_audio_buffer.cleared", after)
    assert client.refused(client.send("input_audio_buffer.commit"))["code"] == "input_audio_buffer_commit_empty"
    client.append(say(QUESTION))
    client.send("input_audio_buffer.commit")
    heard = client.wait("conversation.item.input_audio_transcription.completed", after)
    assert words(heard["transcript"]) == words(QUESTION)


def test_without_transcription_nothing_is_transcribed_to_the_client(client, model):
    client.append(say(QUESTION))
    client.send("input_audio_buffer.commit")
    check_spoken(client.respond(), HOURS)
    assert not [kind for kind in client.kinds() if "transcription" in kind]
    assert "transcript" not in str(client.oracle.kept[client.oracle.items[0]]) or client.oracle.kept[client.oracle.items[0]]["content"][0].get("transcript") is None


def test_a_turn_can_be_read_again_with_its_audio(client):
    client.configure(audio={"input": TRANSCRIPTION})
    client.append(silence(200) + say(QUESTION))
    client.send("input_audio_buffer.commit")
    heard = client.wait("conversation.item.input_audio_transcription.completed")
    item = client.retrieve(heard["item_id"])
    part, = item["content"]
    assert part["type"] == "input_audio" and words(part["transcript"]) == words(QUESTION)
    audio = base64.b64decode(part["audio"], validate=True)
    assert abs(duration_ms(audio) - duration_ms(say(QUESTION))) < 400 and similarity(audio, say(QUESTION)) > 0.9


# MARK: Formats


@pytest.mark.parametrize("form, law", [("audio/pcmu", "ulaw"), ("audio/pcma", "alaw")])
def test_telephone_formats_carry_speech_both_ways(client, model, form, law):
    client.configure(audio={"input": {"format": {"type": form}, **TRANSCRIPTION}, "output": {"format": {"type": form}}})
    after = client.mark()
    client.append(g711(say(QUESTION), law))
    client.send("input_audio_buffer.commit")
    heard = client.wait("conversation.item.input_audio_transcription.completed", after)
    assert words(heard["transcript"]) == words(QUESTION)
    response = client.respond()
    assert response.done["audio"]["output"]["format"] == {"type": form}
    check_spoken(response, HOURS, 8_000, lambda audio: from_g711(audio, law))


# MARK: Detection by the server


def test_a_spoken_turn_is_told_in_the_documented_order(connect, model):
    client = connect()
    client.configure(audio={"input": TRANSCRIPTION})
    client.speak(silence(500) + say(QUESTION))
    response = client.response()
    check_spoken(response, HOURS)
    heard = client.wait("conversation.item.input_audio_transcription.completed")
    assert words(heard["transcript"]) == words(QUESTION)
    assert abs(heard["usage"].get("seconds", 1.5) - duration_ms(say(QUESTION)) / 1000) < 1
    started, stopped = client.wait("input_audio_buffer.speech_started"), client.wait("input_audio_buffer.speech_stopped")
    item, = {event["item_id"] for event in (started, stopped, client.wait("input_audio_buffer.committed"), heard)}
    # with the padding in front and the silence behind
    assert 0 <= started["audio_start_ms"] <= 700 and abs(stopped["audio_end_ms"] - 500 - duration_ms(say(QUESTION))) < 900
    told = [kind for kind in client.kinds() if "transcription" not in kind and kind != "rate_limits.updated"]
    told = told[told.index("session.updated") + 1 :]
    head = [
        "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "conversation.item.added",
        "conversation.item.done", "response.created", "response.output_item.added", "conversation.item.added", "response.content_part.added"]
    tail = ["response.content_part.done", "response.output_item.done", "response.done"]
    assert told[: len(head)] == head
    assert [kind for kind in told if kind in tail] == tail and told[-1] == "response.done"
    assert client.oracle.items == [item, response.done["output"][0]["id"]]


def test_words_come_while_they_are_spoken_as_deltas(connect):
    client = connect()
    client.configure(audio={"input": TRANSCRIPTION})
    client.speak(silence(300) + say(QUESTION))
    heard = client.wait("conversation.item.input_audio_transcription.completed")
    deltas = client.of_type("conversation.item.input_audio_transcription.delta")
    assert "".join(event["delta"] for event in deltas) == heard["transcript"]


def test_without_create_response_the_client_asks(connect, model):
    client = connect()
    client.configure(audio={"input": {**TRANSCRIPTION, "turn_detection": {"type": "server_vad", "create_response": False}}})
    client.speak(silence(300) + say(QUESTION))
    client.wait("conversation.item.input_audio_transcription.completed")
    client.settle()
    assert client.of_type("response.created") == [] and model.requests == []
    check_spoken(client.respond(), HOURS)


def test_speech_cancels_the_response_and_the_client_tells_what_was_heard(connect, model):
    client = connect()
    model.answers = {"opening hours": Say(HOURS, hold_after=17), "park": Say("There is parking behind the building.")}
    client.speak(silence(300) + say(QUESTION), tail_ms=700)
    model.wait_until_held()
    client.wait("response.output_audio.delta")
    after = client.mark()
    client.speak(say("where can i park"), tail_ms=100)
    client.wait("input_audio_buffer.speech_started", after)
    cut = client.response(after)
    assert cut.done["status"] == "cancelled" and cut.done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert cut.done["output"][0]["status"] == "incomplete"
    assert words(HOURS)[: len(words(cut.text()))] == words(cut.text())
    item = cut.done["output"][0]["id"]
    heard_ms = min(1_500, duration_ms(cut.audio()))
    client.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=heard_ms)
    assert client.wait("conversation.item.truncated", after)["audio_end_ms"] == heard_ms
    model.release()
    client.speak(silence(700))
    after = client.events.index(client.wait("response.created", after))
    check_spoken(client.response(after), "There is parking behind the building.")
    recorded, = roles(model.requests[-1], "assistant")
    check_cut(HOURS, recorded.removeprefix("assistant: "), read_back(cut.audio()[: heard_ms * 48]), slack=2)


def test_without_interrupt_response_the_answer_goes_on(connect, model):
    client = connect()
    client.configure(audio={"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False, "create_response": False}}})
    model.answers = {"opening hours": Say(HOURS, hold_after=17)}
    client.write(QUESTION)
    after = client.mark()
    client.send("response.create")
    model.wait_until_held()
    client.wait("response.output_audio.delta", after)
    client.speak(say("where can i park"))
    client.wait("input_audio_buffer.committed", after)
    model.release()
    response = client.response(after)
    assert response.done["status"] == "completed"
    check_spoken(response, HOURS)


def test_meaning_ends_a_turn(connect, model):
    client = connect()
    client.configure(audio={"input": {**TRANSCRIPTION, "turn_detection": {"type": "semantic_vad", "eagerness": "high"}}})
    client.speak(silence(300) + say(QUESTION), tail_ms=2_500)
    check_spoken(client.response(), HOURS)
    assert len(client.of_type("input_audio_buffer.committed")) == 1


def test_a_silent_caller_is_asked_after_the_idle_timeout(connect, model):
    client = connect()
    client.configure(audio={"input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5_000}}})
    model.answers = {"hello": Say("Hello.")}
    model.default = Say("Are you still there?")
    client.ask("hello")
    after = client.mark()
    client.speak(silence(6_500))
    timeout = client.wait("input_audio_buffer.timeout_triggered", after)
    assert timeout["audio_end_ms"] > timeout["audio_start_ms"] >= 0
    assert client.wait("input_audio_buffer.committed", after)["item_id"] == timeout["item_id"]
    check_spoken(client.response(after), "Are you still there?")


# MARK: Transcription only


@pytest.mark.parametrize("way", ["by the query", "by the update"])
def test_a_transcription_session_transcribes_and_does_not_answer(connect, model, way):
    client = connect("intent=transcription") if way == "by the query" else connect()
    after = client.mark()
    client.send("session.update", session={"type": "transcription", "audio": {"input": {
        "transcription": {"model": "whisper-1"}, "turn_detection": {"type": "server_vad"}}}})
    session = client.wait("session.updated", after)["session"]
    assert session["type"] == "transcription" and "output_modalities" not in session
    client.speak(silence(300) + say(QUESTION))
    heard = client.wait("conversation.item.input_audio_transcription.completed")
    assert words(heard["transcript"]) == words(QUESTION)
    client.refused(client.send("response.create"))
    assert client.of_type("response.created") == [] and model.requests == []
