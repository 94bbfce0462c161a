"""What the model said is what the caller hears, word for word, before and after an interruption: read back from the loudspeaker.

The language model is a script behind the OpenAI API; the voice is the tone voice, spoken by the real Piper.
"""

import base64
import json
import pathlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from playwright.sync_api import expect

import tone_voice
from conftest import OPEN
from heard import check_cut, words
from speech import say

ANSWERS = [
    "We are open from Monday to Friday. On Saturday we are closed.",
    "The shop opens at nine in the morning and closes at six in the evening. You find us near the old station, behind the bridge.",
    "Of course. Please tell me your name, and who shall call you back.",
]
# The first answer is heard to its end, the second is interrupted, the third answers the interruption.
STORY = (1.5, "What are your opening hours?", 9.0, "What are your opening hours?", 4.5, "I would like to leave a message please")


class Script(BaseHTTPRequestHandler):
    """Streams the next answer, a few letters at a time, and keeps what it was asked."""

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = ANSWERS[len(self.server.requests)]
        self.server.requests.append(request["messages"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for at in range(0, len(answer), 7):
            delta = {"choices": [{"delta": {"content": answer[at : at + 7]}}]}
            self.wfile.write(f"data: {json.dumps(delta)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Script)
    server.daemon_threads, server.requests = True, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def heard(caller, begin, end):
    """The text in what the loudspeaker played between two moments of the page."""
    audio = base64.b64decode(caller.page.evaluate("([from, to]) => recorded.between(from, to)", [begin, end]))
    return tone_voice.decode(np.frombuffer(audio, "<i2"), caller.page.evaluate("recorded.rate"))


def test_every_word_arrives_before_and_after_an_interruption(serve, browse, model, tmp_path):
    server = serve({
        **OPEN, "AGENT_GREETING": "false", "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", "LLM_MODEL": "script",
        "LLM_PROVIDER_URL": f"http://127.0.0.1:{model.server_port}/v1", "REALTIME_TTS": "provider", "TTS_ENGINE": "piper",
        "TTS_PIPER_PATH": str(pathlib.Path(sys.executable).with_name("piper")), "TTS_VOICE": str(tone_voice.make(tmp_path))})
    caller = browse(server.url, microphone=say(tmp_path, "story", *STORY), record=True)
    caller.call_and_wait()
    cut = caller.event("barge_in")
    last = caller.page.wait_for_function(
        "() => observed.events.filter((e) => e.type === 'turn_end' && e.status === 'completed')[1]").json_value()
    caller.quiet()
    starts = [event["at"] for event in caller.events("tts_start")]
    assert len(starts) == 3 and len(model.requests) == 3

    assert words(heard(caller, 0, starts[1])) == words(ANSWERS[0])
    check_cut(ANSWERS[1], cut["heard_text"], heard(caller, starts[1], starts[2]), slack=2)
    assert words(heard(caller, starts[2], last["at"] + 1000)) == words(ANSWERS[2])

    # What the model is told that it said, and what the page shows, is what was heard.
    said = [message["content"] for message in model.requests[2] if message["role"] == "assistant"]
    assert [words(text) for text in said] == [words(ANSWERS[0]), words(cut["heard_text"])]
    expect(caller.transcript.locator(".agent.interrupted .text")).to_have_text(cut["heard_text"].strip())
    caller.hang_up()
