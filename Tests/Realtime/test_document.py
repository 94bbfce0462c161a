"""docs/realtime.md: its snippets, run as they stand there but for the address; its tables, held against the `openai` package's own types."""

import asyncio
import json
import os
import re
import subprocess
import sys
import typing

import aiohttp
import pytest
from openai.types.realtime import ClientSecretCreateResponse, RealtimeClientEvent, RealtimeSessionCreateRequest
from pipecat.frames.frames import EndFrame, LLMRunFrame, StartFrame, TTSTextFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.workers.runner import WorkerRunner
from livekit.plugins.openai import realtime
from pydantic import BaseModel

from client import SEEN
from conftest import HOURS
from heard import words
from oracle import SERVER, members
from scripted_model import roles
from speech import say
from tom import ROOT, binary

DOCUMENT = (ROOT / "docs/realtime.md").read_text()
QUESTION = "What are your opening hours?"
INSTRUCTIONS = "You answer for a shop. Be brief."
WAIT = 20


def section(heading):
    level = "\n" + "#" * (heading.count("#") or 2) + " "
    return DOCUMENT.split(f"\n{heading}\n")[1].split(level)[0].split("\n## ")[0]


# MARK: The snippets


def snippet(heading, tom):
    """The Python of a section, with the test's server in place of the reader's."""
    code, = re.findall(r"```python\n(.*?)```", section(heading), re.S)
    assert "127.0.0.1:8080" in code
    return code.replace("127.0.0.1:8080", f"127.0.0.1:{tom.port}")


def run(heading, tom):
    """Runs a snippet, and gives what it defines."""
    names = {}
    exec(snippet(heading, tom), names)
    return names


def check_led(model):
    """The client's instructions stood in place of the agent's prompt."""
    assert roles(model.requests[-1], "system", "developer")[0].endswith(INSTRUCTIONS)


async def until(condition):
    async with asyncio.timeout(WAIT):
        while not condition():
            await asyncio.sleep(0.01)


def test_the_first_minute(tom, model):
    done = subprocess.run([sys.executable, "-c", snippet("## The first minute", tom)], capture_output=True, text=True, timeout=WAIT)
    assert (done.returncode, done.stdout.strip()) == (0, HOURS), done.stderr


def test_openai_agents(tom, model):
    async def ask():
        said = ""
        async with await run("### openai-agents", tom)["session"] as session:
            await session.send_message(QUESTION)
            async with asyncio.timeout(WAIT):
                async for event in session:
                    assert event.type != "error", event
                    if event.type == "raw_model_event" and event.data.type == "transcript_delta":
                        said += event.data.delta
                    if event.type == "audio_end":
                        return said

    assert words(asyncio.run(ask())) == words(HOURS)
    check_led(model)


class Ear(FrameProcessor):
    """Takes down what the service says."""

    def __init__(self):
        super().__init__()
        self.text, self.started = "", asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self.started.set()
        if isinstance(frame, TTSTextFrame):
            self.text += frame.text
        await self.push_frame(frame, direction)


def test_pipecat(tom, model):
    async def ask():
        ear, pair = Ear(), LLMContextAggregatorPair(LLMContext([{"role": "user", "content": QUESTION}]))
        worker = PipelineWorker(
            Pipeline([pair.user(), run("### pipecat", tom)["llm"], ear, pair.assistant()]), cancel_on_idle_timeout=False, enable_rtvi=False)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running = asyncio.create_task(runner.run())
        await asyncio.wait_for(ear.started.wait(), WAIT)
        await worker.queue_frame(LLMRunFrame())
        await until(lambda: words(ear.text) == words(HOURS))
        await worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, WAIT)

    asyncio.run(ask())
    check_led(model)


def test_livekit(tom, model, monkeypatch):
    async def ask():
        names, said = run("### LiveKit", tom), []
        session = names["session"]
        session.output.set_audio_enabled(False)
        session.on("conversation_item_added", lambda event: event.item.role == "assistant" and said.append(event.item.text_content))
        await session.start(names["agent"], record=False)
        await asyncio.wait_for(session.generate_reply(user_input=QUESTION), WAIT)
        await session.aclose()
        return said

    async def with_http():
        # a worker of LiveKit's brings the HTTP client along
        async with aiohttp.ClientSession() as http:
            monkeypatch.setattr(realtime.RealtimeModel, "_ensure_http_session", lambda _: http)
            return await ask()

    said, = asyncio.run(with_http())
    assert words(said) == words(HOURS)
    check_led(model)


def test_speech_over_http(start_tom, tmp_path):
    tom = start_tom(REALTIME_LLM="local", REALTIME_TTS="local")
    code = snippet("## Models and speech over HTTP", tom)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=WAIT)
    assert (done.returncode, done.stdout.strip()) == (0, "what are your opening hours"), done.stderr


def test_a_key_and_a_secret(start_tom, model):
    tom = start_tom(fresh=True)
    code, = re.findall(r"```sh\n(.*?)```", section("## Keys"), re.S)
    code = 'tom() { "$TOM" "$@"; }\n' + code.replace("127.0.0.1:8080", f"127.0.0.1:{tom.port}")
    done = subprocess.run(
        ["bash", "-euc", code], cwd=tom.folder, env={**os.environ, **tom.settings, "TOM": binary()}, capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == 0, done.stderr
    made = ClientSecretCreateResponse.model_validate(json.loads(done.stdout), strict=True)
    assert made.value.startswith("ek_") and made.session.instructions == "Be brief."


# MARK: The tables


def table(heading):
    """The rows of a table: names, what TOM does, the note."""
    rows = [line.strip("| ").split(" | ") for line in section(f"### {heading}").splitlines() if line.startswith("| `")]
    assert rows
    return {name: [cell.strip(" |") for cell in cells[1:]] for cells in rows for name in re.findall(r"`([^`]+)`", cells[0])}


def check_events(heading, union):
    told = table(heading)
    assert told.keys() == union.keys()
    silent = [name for name, (state, *note) in told.items() if state != "yes" and not "".join(note)]
    assert not silent, "what is not served has no reason"


def test_every_client_event_of_the_package_is_told_of():
    assert len(members(RealtimeClientEvent)) == 11
    check_events("Client events", members(RealtimeClientEvent))


def test_every_server_event_of_the_package_is_told_of():
    assert len(SERVER) == 46
    check_events("Server events", SERVER)


def test_words_that_cannot_be_had(start_tom, connect):
    """The one event that no caller brings about: the recogniser's server is away."""
    client = connect(tom=start_tom(
        REALTIME_STT="provider", STT_ENGINE="openai", STT_PROVIDER_URL="http://127.0.0.1:9/v1", STT_PROVIDER_MODEL="none"))
    client.configure(audio={"input": {"transcription": {"model": "whisper-1"}, "turn_detection": None}})
    client.append(say(QUESTION))
    client.send("input_audio_buffer.commit")
    failed = client.wait("conversation.item.input_audio_transcription.failed")
    assert failed["item_id"] == client.wait("input_audio_buffer.committed")["item_id"] and failed["error"]["code"].startswith("stt.")


@pytest.mark.last
def test_every_event_that_is_promised_came():
    states = {name: state for name, (state, *_) in table("Server events").items()}
    missing = {name for name, state in states.items() if state in ("yes", "beta")} - SEEN
    assert not missing
    assert not {name for name, state in states.items() if state in ("no", "never")} & SEEN


def settings(model, path="", deep=("audio", "input", "output", "transcription", "noise_reduction", "turn_detection")):
    """The members of a session, dotted."""
    for name, field in model.model_fields.items():
        inner = [one for one in parts(field.annotation)] if name in deep else []
        yield from (one for part in inner for one in settings(part, f"{path}{name}.")) if inner else [path + name]


def parts(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from parts(inner)


def test_every_member_of_the_packages_session_is_told_of():
    assert set(settings(RealtimeSessionCreateRequest)) <= table("The session").keys()
