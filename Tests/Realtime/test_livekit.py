"""`livekit-agents` with `livekit-plugins-openai`: an AgentSession without a room, whose audio comes from and goes to the test."""

import asyncio
import time

import aiohttp
from livekit import rtc
from livekit.agents import Agent, AgentSession, TurnHandlingOptions, function_tool
from livekit.agents.voice import io
from livekit.plugins.openai import realtime
from openai.types.realtime import AudioTranscription
from openai.types.realtime.realtime_audio_input_turn_detection import ServerVad

from heard import words
from speech import RATE, duration_ms
from story import ANSWER, INTERRUPTION, LISTENS_MS, OUTPUT, QUESTION, WAIT, Loudspeaker, Microphone, check_answered, check_interrupted, rehearse


class Ear(io.AudioOutput):
    """The loudspeaker; tells the session how much of an answer was played, as its interface asks."""

    def __init__(self):
        super().__init__(label="test", capabilities=io.AudioOutputCapabilities(pause=False), sample_rate=RATE)
        self.loudspeaker, self.answer, self.end, self.reported = Loudspeaker(), 0, None, set()

    async def capture_frame(self, frame):
        await super().capture_frame(frame)
        if self.answer not in self.loudspeaker.audio:
            self.on_playback_started(created_at=time.time())
        await self.loudspeaker.play(self.answer, bytes(frame.data))

    def flush(self):
        super().flush()
        if self.answer in self.loudspeaker.audio:
            left = duration_ms(self.loudspeaker.audio[self.answer]) / 1000 - (time.monotonic() - self.loudspeaker.begun[self.answer])
            self.end = asyncio.get_running_loop().call_later(max(0, left), self.finish, self.answer, False)
            self.answer += 1

    def clear_buffer(self):
        last = self.loudspeaker.current
        if last is not None and last not in self.reported:
            self.loudspeaker.stop()
            self.finish(last, True)

    def finish(self, answer, interrupted):
        if answer in self.reported:
            return
        self.reported.add(answer)
        if self.end:
            self.end.cancel()
        self.answer = max(self.answer, answer + 1)
        self.on_playback_finished(playback_position=self.loudspeaker.position_ms(answer) / 1000, interrupted=interrupted)


class Mouth(io.AudioInput):
    """The microphone, 50 ms at a time as a room gives it."""

    def __init__(self):
        super().__init__(label="test")
        self.frames = asyncio.Queue()

    async def put(self, pcm):
        self.frames.put_nowait(rtc.AudioFrame(data=pcm, sample_rate=RATE, num_channels=1, samples_per_channel=len(pcm) // 2))

    async def __anext__(self):
        return await self.frames.get()


class Receptionist(Agent):
    def __init__(self, called):
        super().__init__(instructions="You answer for a shop.")
        self.called = called

    @function_tool
    async def opening_hours(self, day: str) -> str:
        """Says when the shop is open on a day.

        Args:
            day: The day of the week.
        """
        self.called.append(day)
        return OUTPUT


async def converse(tom, called):
    async with aiohttp.ClientSession() as http:
        model = realtime.RealtimeModel(
            base_url=tom.websocket, api_key="sk-any", model="gpt-realtime", http_session=http,
            input_audio_transcription=AudioTranscription(model="whisper-1"),
            turn_detection=ServerVad(type="server_vad", create_response=True, interrupt_response=True))
        session = AgentSession(
            llm=model, vad=None, aec_warmup_duration=None, turn_handling=TurnHandlingOptions(turn_detection="realtime_llm"))
        mouth, ear, errors, transcripts, said, server = Mouth(), Ear(), [], [], [], []
        session.input.audio, session.output.audio = mouth, ear
        session.on("error", lambda event: errors.append(event.error))
        session.on("user_input_transcribed", lambda event: event.is_final and transcripts.append(event.transcript))
        session.on("conversation_item_added", lambda event: said.append(event.item))
        agent = Receptionist(called)
        await session.start(agent, record=False)
        agent.realtime_llm_session.on("openai_server_event_received", server.append)
        microphone = Microphone(mouth.put, milliseconds=50)
        await microphone.say(QUESTION)
        first = await ear.loudspeaker.reached(LISTENS_MS)
        await microphone.say(INTERRUPTION)
        last = await ear.loudspeaker.reached(1_000, count=2)
        await asyncio.wait_for(until(lambda: last in ear.reported), WAIT)
        await microphone.close()
        await session.aclose()
        return ear.loudspeaker, first, last, errors, transcripts, said, server


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_an_agent_session_holds_a_spoken_conversation(tom, model):
    rehearse(model)
    called = []
    loudspeaker, first, last, errors, transcripts, said, server = asyncio.run(converse(tom, called))
    assert errors == [] and not [event for event in server if event["type"] == "error"]
    assert called == ["saturday"]
    assert [words(one) for one in transcripts] == [words(QUESTION), words(INTERRUPTION)]
    truncated, = [event for event in server if event["type"] == "conversation.item.truncated"]
    assert abs(truncated["audio_end_ms"] - loudspeaker.stopped[first]) < 50
    check_interrupted(model, loudspeaker, first, slack=2)
    check_answered(model, loudspeaker, last)
    assert words(said[-1].text_content) == words(ANSWER) and [item.interrupted for item in said if getattr(item, "role", "") == "assistant"] == [True, False]
