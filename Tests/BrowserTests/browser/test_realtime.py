"""Chromium as a client of the Realtime API: a page of the test's own, its key in the subprotocol, speaks, interrupts, has a function run."""

import base64
import functools
import json
import pathlib
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import numpy as np
import pytest

import tone_voice
from heard import check_cut, words
from scripted_model import Call, Say, ScriptedModel, roles
from server import binary
from speech import say

PAGE = pathlib.Path(__file__).parents[1] / "realtime"
HOURS = "We are open from nine in the morning to six in the evening. On the other days we are closed, and the shop is empty."
ANSWER = "On saturday we are open from ten to two."
STORY = (1.5, "What are your opening hours?", 2.8, "Are you open on Saturday?")


@pytest.fixture
def model():
    model = ScriptedModel()
    model.answers = {"opening hours": Say(HOURS), "saturday": Call("opening_hours", {"day": "saturday"})}
    model.after_tool = lambda output: Say(f"On saturday we are open from {output}.")
    yield model
    model.close()


@pytest.fixture
def page_address():
    class Files(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=PAGE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def heard(page, begin, end):
    """The text in what the loudspeaker played between two moments of the page."""
    audio = base64.b64decode(page.evaluate("([from, to]) => recorded.between(from, to)", [begin, end]))
    return tone_voice.decode(np.frombuffer(audio, "<i2"), page.evaluate("recorded.rate"))


def test_a_page_holds_a_spoken_conversation(serve, browse, model, page_address, tmp_path):
    server = serve({
        "REALTIME_STT": "local", "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", "LLM_MODEL": "script", "LLM_PROVIDER_URL": model.url,
        "REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_PATH": str(pathlib.Path(sys.executable).with_name("piper")),
        "TTS_VOICE": str(tone_voice.make(tmp_path)), "DATA_DIR": str(tmp_path)})
    made = subprocess.run(
        [binary(), "keys", "add", "--name", "page", "--scope", "realtime", "--json"], cwd=tmp_path, env=server.environment, check=True,
        capture_output=True)
    key = json.loads(made.stdout)["key"]
    address = urlencode({"url": f"ws://127.0.0.1:{server.port}/v1/realtime?model=gpt-realtime", "key": key})
    caller = browse(f"{page_address}?{address}", microphone=say(tmp_path, "story", *STORY), record=True)
    page = caller.page
    page.click("#call")
    first = caller.event("response.output_audio.delta")
    cut = caller.event("conversation.item.truncated")
    page.wait_for_function("() => calls.answered === 1 && !calls.isPlaying()")
    caller.quiet()

    line, = page.evaluate("observed.sockets")
    assert line["protocols"] == ["realtime", f"openai-insecure-api-key.{key}"]
    assert page.evaluate("observed.lines[0].protocol") == "realtime"
    assert caller.events("error") == [] and caller.complaints == []
    assert page.evaluate("calls.made") == [{"name": "opening_hours", "arguments": {"day": "saturday"}}]
    transcripts = [event["transcript"] for event in caller.events("conversation.item.input_audio_transcription.completed")]
    assert [words(text) for text in transcripts] == [words(STORY[1]), words(STORY[3])]
    truncated, = caller.sent("conversation.item.truncate")
    assert truncated["audio_end_ms"] == cut["audio_end_ms"] and truncated["item_id"] == first["item_id"]

    recorded, = roles(next(asked for asked in model.requests if "saturday" in str(asked["messages"][-1]).lower()), "assistant")
    check_cut(HOURS, recorded.removeprefix("assistant: "), heard(page, 0, truncated["at"] + 200), slack=2)
    assert words(heard(page, truncated["at"] + 200, page.evaluate("performance.now()"))) == words(ANSWER)
