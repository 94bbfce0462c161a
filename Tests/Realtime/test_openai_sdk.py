"""The `openai` package: a spoken conversation over `realtime.connect`, and the HTTP calls that clients make at the same address."""

import asyncio
import base64
import io
import json
import wave

import pytest
from openai import AsyncOpenAI, AuthenticationError, BadRequestError, OpenAI

from conftest import HOURS, TOOL
from heard import words
from scripted_model import Say
from speech import loudness, read_back, say
from story import INTERRUPTION, LISTENS_MS, OUTPUT, QUESTION, Loudspeaker, Microphone, check_answered, check_interrupted, rehearse


class Caller:
    """A client as the package's documentation writes one: plays what comes, stops when the caller speaks and tells what was heard."""

    def __init__(self, connection):
        self.connection, self.loudspeaker = connection, Loudspeaker()
        self.errors, self.transcripts, self.calls, self.statuses = [], [], [], []
        self.answered = asyncio.Event()

    async def listen(self):
        async for event in self.connection:
            if event.type == "response.output_audio.delta":
                await self.loudspeaker.play(event.item_id, base64.b64decode(event.delta))
            elif event.type == "input_audio_buffer.speech_started":
                if heard := self.loudspeaker.stop():
                    await self.connection.conversation.item.truncate(item_id=heard[0], content_index=0, audio_end_ms=heard[1])
            elif event.type == "conversation.item.input_audio_transcription.completed":
                self.transcripts.append(event.transcript)
            elif event.type == "response.function_call_arguments.done":
                self.calls.append((event.name, event.arguments))
                await self.connection.conversation.item.create(
                    item={"type": "function_call_output", "call_id": event.call_id, "output": OUTPUT})
            elif event.type == "response.done":
                self.statuses.append(event.response.status)
                if [item for item in event.response.output if item.type == "function_call"]:
                    await self.connection.response.create()
                elif self.calls:
                    self.answered.set()
            elif event.type == "error":
                self.errors.append(event.error)


@pytest.mark.parametrize("hold_after", [None, 17], ids=["the answer was complete", "the answer was under way"])
def test_a_spoken_conversation_with_an_interruption_and_a_function(tom, model, hold_after):
    async def converse():
        client = AsyncOpenAI(base_url=tom.http, api_key="sk-any")
        async with client.realtime.connect(model="gpt-realtime") as connection:
            caller = Caller(connection)
            await connection.session.update(session={
                "type": "realtime", "tools": [TOOL], "instructions": "You answer for a shop.",
                "audio": {"input": {"transcription": {"model": "whisper-1"}, "turn_detection": {"type": "server_vad"}}}})
            listening = asyncio.create_task(caller.listen())
            microphone = Microphone(lambda pcm: connection.input_audio_buffer.append(audio=base64.b64encode(pcm).decode()))
            await microphone.say(QUESTION)
            first = await caller.loudspeaker.reached(LISTENS_MS)
            await microphone.say(INTERRUPTION)
            await asyncio.wait_for(caller.answered.wait(), 20)
            await microphone.close()
            listening.cancel()
            return caller, first

    rehearse(model, hold_after)
    caller, first = asyncio.run(converse())
    model.release()
    assert caller.errors == []
    assert [words(transcript) for transcript in caller.transcripts] == [words(QUESTION), words(INTERRUPTION)]
    assert [(name, json.loads(arguments)) for name, arguments in caller.calls] == [("opening_hours", {"day": "saturday"})]
    assert caller.statuses == ["cancelled" if hold_after else "completed", "completed", "completed"]
    check_interrupted(model, caller.loudspeaker, first)
    check_answered(model, caller.loudspeaker, caller.loudspeaker.current)


def test_a_wrong_key_is_refused_before_the_upgrade(start_tom, model):
    tom = start_tom(fresh=True)
    tom.make_key()

    async def connect():
        async with AsyncOpenAI(base_url=tom.http, api_key="sk-wrong").realtime.connect(model="gpt-realtime"):
            pass

    with pytest.raises(Exception) as refused:
        asyncio.run(connect())
    assert "401" in str(refused.value)
    with pytest.raises(AuthenticationError) as refused:
        OpenAI(base_url=tom.http, api_key="sk-wrong").models.list()
    assert refused.value.code == "invalid_api_key"


def test_an_ephemeral_secret_is_made_and_used(start_tom, model):
    tom = start_tom(fresh=True)
    client = OpenAI(base_url=tom.http, api_key=tom.make_key())
    made = client.realtime.client_secrets.create(
        expires_after={"anchor": "created_at", "seconds": 30}, session={"type": "realtime", "output_modalities": ["text"]})

    async def ask():
        async with AsyncOpenAI(base_url=tom.http, api_key=made.value).realtime.connect(model="gpt-realtime") as connection:
            await connection.conversation.item.create(
                item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "what are your opening hours"}]})
            await connection.response.create()
            async for event in connection:
                assert event.type != "error", event
                if event.type == "response.output_text.done":
                    return event.text

    assert asyncio.run(asyncio.wait_for(ask(), 15)) == HOURS


# MARK: HTTP at the same address


@pytest.fixture
def client(tom):
    return OpenAI(base_url=tom.http, api_key="sk-any", max_retries=0)


def test_models_are_listed_and_found(client):
    models = client.models.list().data
    assert models and all(model.object == "model" and model.id and model.created and model.owned_by for model in models)
    assert client.models.retrieve(models[0].id).id == models[0].id


@pytest.mark.parametrize("form", ["wav", "pcm"])
def test_text_is_spoken(client, form):
    audio = client.audio.speech.create(model="tts-1", voice="alloy", input=HOURS, response_format=form).content
    rate = 24_000
    if form == "wav":
        with wave.open(io.BytesIO(audio)) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            audio, rate = file.readframes(file.getnframes()), file.getframerate()
    assert words(read_back(audio, rate)) == words(HOURS) and loudness(audio) > 0.02


def test_speech_comes_as_a_stream(client):
    with client.audio.speech.with_streaming_response.create(model="tts-1", voice="alloy", input=HOURS, response_format="pcm") as answer:
        pieces = list(answer.iter_bytes())
    assert len(pieces) > 1 and words(read_back(b"".join(pieces))) == words(HOURS)


def test_bad_requests_for_speech_are_refused(client):
    with pytest.raises(BadRequestError) as refused:
        client.audio.speech.create(model="tts-1", voice="alloy", input="", response_format="pcm")
    assert refused.value.param == "input"
    with pytest.raises(BadRequestError) as refused:
        client.audio.speech.create(model="tts-1", voice="alloy", input="hello", response_format="holograph")
    assert refused.value.param == "response_format"


def recording(pcm, rate=24_000):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm)
    return ("speech.wav", file.getvalue(), "audio/wav")


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100])
def test_speech_is_transcribed(client, rate):
    heard = client.audio.transcriptions.create(model="whisper-1", file=recording(say(QUESTION, rate), rate))
    assert words(heard.text) == words(QUESTION)


def test_a_transcription_may_be_plain_text_or_a_stream(client):
    assert words(client.audio.transcriptions.create(
        model="whisper-1", file=recording(say(QUESTION)), response_format="text")) == words(QUESTION)
    verbose = client.audio.transcriptions.create(model="whisper-1", file=recording(say(QUESTION)), response_format="verbose_json")
    assert words(verbose.text) == words(QUESTION) and verbose.duration > 1
    events = list(client.audio.transcriptions.create(model="whisper-1", file=recording(say(QUESTION)), stream=True))
    assert events[-1].type == "transcript.text.done" and words(events[-1].text) == words(QUESTION)
    assert "".join(event.delta for event in events if event.type == "transcript.text.delta") == events[-1].text


def test_what_is_no_recording_is_refused(client):
    with pytest.raises(BadRequestError) as refused:
        client.audio.transcriptions.create(model="whisper-1", file=("speech.wav", b"no sound", "audio/wav"))
    assert refused.value.param == "file"
