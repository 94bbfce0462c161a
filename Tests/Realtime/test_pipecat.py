"""`pipecat-ai`: OpenAIRealtimeLLMService in a pipeline whose transport is the test's microphone and loudspeaker."""

import asyncio

from loguru import logger
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    BotStartedSpeakingFrame, BotStoppedSpeakingFrame, EndFrame, ErrorFrame, FunctionCallInProgressFrame, InputAudioRawFrame,
    InterruptionFrame, LLMRunFrame, StartFrame, TranscriptionFrame, TTSAudioRawFrame, TTSStoppedFrame, TTSTextFrame)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.workers.runner import WorkerRunner

from conftest import HOURS
from heard import words
from scripted_model import Say
from story import ANSWER, INTERRUPTION, LISTENS_MS, OUTPUT, QUESTION, WAIT, Loudspeaker, Microphone, check_answered, check_interrupted, rehearse

GREETING = "Hello."
logger.disable("pipecat")


class Ear(FrameProcessor):
    """The end of the pipeline, in an output transport's place: plays the audio, and says when the bot speaks."""

    def __init__(self):
        super().__init__()
        self.loudspeaker, self.answer, self.interruptions, self.text, self.is_over = Loudspeaker(), 0, 0, "", False
        self.calling = asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            assert (frame.sample_rate, frame.num_channels) == (24_000, 1)
            if self.answer not in self.loudspeaker.audio:
                await self.push_frame(BotStartedSpeakingFrame(), FrameDirection.UPSTREAM)
            self.is_over = False
            await self.loudspeaker.play(self.answer, frame.audio)
        elif isinstance(frame, TTSStoppedFrame):
            self.is_over = True
        elif isinstance(frame, InterruptionFrame):
            self.interruptions += 1
            if self.loudspeaker.stop():
                self.answer += 1
                await self.push_frame(BotStoppedSpeakingFrame(), FrameDirection.UPSTREAM)
        elif isinstance(frame, TTSTextFrame):
            self.text += frame.text
        await self.push_frame(frame, direction)
        if isinstance(frame, FunctionCallInProgressFrame):
            self.calling.set()


class Eye(FrameProcessor):
    """The beginning of the pipeline: sees what travels upstream."""

    def __init__(self):
        super().__init__()
        self.errors, self.started = [], asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self.started.set()
        elif isinstance(frame, ErrorFrame):
            self.errors.append(frame.error)
        await self.push_frame(frame, direction)


class Between(FrameProcessor):
    """Just before the service: the user aggregator keeps transcripts to itself."""

    def __init__(self):
        super().__init__()
        self.transcripts = []

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            self.transcripts.append(frame.text)
        await self.push_frame(frame, direction)


async def converse(tom, called):
    tools = ToolsSchema(standard_tools=[FunctionSchema(
        name="opening_hours", description="Says when the shop is open on a day.", properties={"day": {"type": "string"}}, required=["day"])])
    service = OpenAIRealtimeLLMService(
        api_key="sk-any", base_url=f"{tom.websocket}/realtime",
        settings=OpenAIRealtimeLLMService.Settings(
            model="gpt-realtime", system_instruction="You answer for a shop.",
            session_properties=events.SessionProperties(audio=events.AudioConfiguration(
                input=events.AudioInput(transcription=events.InputAudioTranscription(), turn_detection=events.TurnDetection())))))
    sent = []
    send = service.send_client_event

    async def watch(event):
        sent.append(event)
        await send(event)

    service.send_client_event = watch

    async def opening_hours(parameters):
        called.append(parameters.arguments)
        # a result that overtakes the call on its way to the assistant's aggregator is dropped there
        await asyncio.wait_for(ear.calling.wait(), WAIT)
        await parameters.result_callback(OUTPUT)

    service.register_function("opening_hours", opening_hours)
    context = LLMContext([{"role": "user", "content": "Greet the caller."}], tools)
    pair = LLMContextAggregatorPair(context)
    eye, between, ear = Eye(), Between(), Ear()
    worker = PipelineWorker(
        Pipeline([eye, pair.user(), between, service, ear, pair.assistant()]), cancel_on_idle_timeout=False, enable_rtvi=False,
        params=PipelineParams(audio_in_sample_rate=24_000, audio_out_sample_rate=24_000))
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        await asyncio.wait_for(eye.started.wait(), WAIT)
        await worker.queue_frame(LLMRunFrame())
        await ear.loudspeaker.reached(450)
        microphone = Microphone(
            lambda pcm: worker.queue_frame(InputAudioRawFrame(audio=pcm, sample_rate=24_000, num_channels=1)))
        await microphone.say(QUESTION)
        await ear.loudspeaker.reached(LISTENS_MS, count=2)
        await microphone.say(INTERRUPTION)
        await asyncio.wait_for(until(lambda: len(ear.loudspeaker.audio) == 3 and ear.is_over and words(ear.text)[-4:] == words(ANSWER)[-4:]), WAIT)
        await microphone.close()
        await worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, WAIT)
    finally:
        await worker.cancel()
    return eye, between, ear, sent


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_a_pipeline_holds_a_spoken_conversation(tom, model):
    rehearse(model)
    model.answers["greet"] = Say(GREETING)
    called = []
    eye, between, ear, sent = asyncio.run(converse(tom, called))
    assert eye.errors == [] and called == [{"day": "saturday"}]
    assert [words(text) for text in between.transcripts] == [words(QUESTION), words(INTERRUPTION)]
    assert ear.interruptions == 2 and words(ear.text) == words(" ".join([GREETING, HOURS, ANSWER]))
    # the service truncated what was not heard; of the greeting, all was
    truncated = [event for event in sent if event.type == "conversation.item.truncate"]
    assert len(truncated) == 2 and abs(truncated[1].audio_end_ms - ear.loudspeaker.stopped[1]) < 150
    ear.loudspeaker.stopped[1] = truncated[1].audio_end_ms
    check_interrupted(model, ear.loudspeaker, 1, answers=2)
    check_answered(model, ear.loudspeaker, 2)
