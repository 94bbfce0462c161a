"""Calls whose engine is a Realtime API, which hears and speaks by itself."""

import base64
import os
import select
import socket
import subprocess
import threading
import time

import pytest

from conftest import SPEECH, Call, voice
from realtime_server import KEY, MS_PER_WORD, Realtime, Say, Tool
from recipes import adapted, recipe

LONG = Say(" ".join(f"word{number}" for number in range(20)))
APOLOGY = "something went wrong on my side. Could you say that again?"


@pytest.fixture
def realtime():
    server = Realtime()
    yield server
    server.close()
    assert server.invalid == [], "what TOM sends is not what the API's types allow"


def settings(realtime, **more):
    return {
        "DEV_ALLOW_NO_JWT": "true", "REALTIME_STT": "local", "REALTIME_LLM": "provider", "LLM_ENGINE": "openai-realtime",
        "LLM_PROVIDER_URL": realtime.url, "LLM_PROVIDER_KEY": KEY, "LLM_MODEL": "gpt-realtime", "TTS_VOICE": "marin", "STT_TIMEOUT_MS": 3000,
        "LLM_TIMEOUT_MS": 1500, "LOG_LEVEL": "debug", "DEV_MOCK_TTS_AUDIO_MS": 20, **more}


@pytest.fixture
def open_call(start_server, realtime):
    calls, toms = [], []

    def open_one(**more):
        toms.append(start_server(fresh=True, **settings(realtime, **more)))
        calls.append(Call(toms[-1].url(), start={}))
        return calls[-1]

    yield open_one
    for call in calls:
        call.close()
        assert KEY not in str(call.events)
    for tom in toms:
        assert KEY not in tom.logged()


def wait_for(condition, timeout=5):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "not within the time"
        time.sleep(0.02)


def words(call, after=0, response=None):
    return "".join(
        event["text"] for event in call.events[after:]
        if isinstance(event, dict) and event["type"] == "llm_token" and response in (None, event["response_id"]))


def ask(call, how=None, timeout=10):
    """One turn to its end: what TOM said, how the turn ended, and the notices."""
    before = len(call.events)
    (how or (lambda: call.speak(SPEECH, silence_ms=500)))()
    end = call.wait("turn_end", after=before, timeout=timeout)
    events = [event for event in call.events[before:] if isinstance(event, dict)]
    return words(call, before), end["status"], [event["code"] for event in events if event["type"] == "notice"]


def roles(session):
    """The provider's conversation in one word an item."""
    def word(item):
        if item["type"] != "message":
            return item["type"]
        part = item["content"][0] if item["content"] else {"type": "nothing"}
        return f"{item['role']}:{part.get('text') or part.get('transcript') or part['type']}"
    return [word(item) for item in session.items]


def audio_ms(call, after=0):
    """Reply audio that came, in milliseconds of 16 kHz PCM16."""
    return sum(
        len(base64.b64decode(event["bytes"])) for event in call.events[after:]
        if isinstance(event, dict) and event["type"] == "tts_audio") // 32


def test_a_spoken_conversation(open_call, realtime):
    realtime.answers = [Say("We are open from nine to five."), Say("You are welcome.")]
    realtime.words = ["when are you open", "thank you"]
    realtime.words_after = 0.6
    call = open_call()
    assert ask(call) == ("We are open from nine to five.", "completed", [])
    session, = realtime.sessions
    assert session.query == {"model": "gpt-realtime"}
    update = session.update
    assert update["audio"]["input"]["turn_detection"] is None and update["audio"]["output"]["voice"] == "marin"
    assert update["audio"]["input"]["transcription"] == {"model": "gpt-4o-mini-transcribe", "language": "en"}
    assert {tool["name"] for tool in update["tools"]} == {"take_message", "end_call"}
    # the answer did not wait for the caller's words, which came all the same
    kinds = [event["type"] for event in call.events if isinstance(event, dict)]
    assert kinds.index("llm_token") < kinds.index("stt_final")
    assert call.of_type("stt_final")[0]["text"] == "when are you open"
    assert abs(audio_ms(call) - 7 * MS_PER_WORD) <= 40
    # the caller's own audio, with the pre-roll in front and silence behind
    heard = next(iter(session.audio.values()))
    assert len(SPEECH) * 3 // 2 < len(heard) < len(SPEECH) * 3 // 2 + 70_000
    assert ask(call) == ("You are welcome.", "completed", [])
    assert roles(session) == ["user:input_audio", "assistant:We are open from nine to five.", "user:input_audio", "assistant:You are welcome."]
    assert session.refused == [] and len(realtime.sessions) == 1
    call.close()
    wait_for(lambda: session.closed)


@pytest.mark.parametrize("pace", [0.0, 0.9], ids=["the answer was complete", "the answer was under way"])
def test_an_interruption_truncates_what_was_not_heard(open_call, realtime, pace):
    realtime.answers, realtime.pace = [LONG, Say("Of course.")], pace
    call = open_call()
    before = len(call.events)
    call.speak(SPEECH, silence_ms=500)
    call.wait(lambda _: audio_ms(call, before) >= 1_400, after=before)
    call.speak(voice(1_200), silence_ms=500)
    barge_in = call.wait("barge_in", after=before)
    end = call.wait(lambda event: isinstance(event, dict) and event["type"] == "turn_end" and event["status"] == "completed", after=before)
    session, = realtime.sessions
    truncate, = session.of_type("conversation.item.truncate")
    assert truncate["audio_end_ms"] == pytest.approx(barge_in["heard_ms"], abs=2)
    assert 300 < barge_in["heard_ms"] < 4_000
    heard = barge_in["heard_text"].split()
    assert heard == LONG.split()[: len(heard)] and len(heard) <= barge_in["heard_ms"] // MS_PER_WORD + 2
    if pace > 0:
        assert abs(len(heard) - barge_in["heard_ms"] / MS_PER_WORD) < 3
    assert len(session.of_type("response.cancel")) == (1 if pace > 0 else 0)
    kinds = [event["type"] for event in session.events]
    assert kinds.index("conversation.item.truncate") < len(kinds) - 1 - kinds[::-1].index("response.create")
    assert session.refused == [] and words(call, response=end["response_id"]) == "Of course."
    assert roles(session) == ["user:input_audio", "assistant:output_audio", "user:input_audio", "assistant:Of course."]


def test_a_noise_lets_the_answer_go_on(open_call, realtime):
    realtime.answers, realtime.words = [LONG, Say("Fine.")], ["hello", "", "and now"]
    call = open_call(FALSE_INTERRUPTION_MAX_SPEECH_MS=2_000)
    before = len(call.events)
    call.speak(SPEECH, silence_ms=500)
    call.wait(lambda _: audio_ms(call, before) >= 1_200, after=before)
    call.speak(voice(500), silence_ms=300)
    call.wait("barge_in", after=before)
    end = call.wait("turn_end", after=before, timeout=15)
    assert end["status"] == "completed"
    session, = realtime.sessions
    assert session.of_type("conversation.item.truncate") == [] and session.of_type("response.cancel") == []
    # all of it was played, and the part before the cut a second time
    assert audio_ms(call, before) >= 20 * MS_PER_WORD - 40
    assert ask(call)[:2] == ("Fine.", "completed")
    assert roles(session) == ["user:input_audio", f"assistant:{LONG}", "user:input_audio", "assistant:Fine."], "the noise is gone"
    assert session.refused == []


def test_a_tool_is_run_and_answered(open_call, realtime):
    realtime.answers = [
        Tool("take_message", {"name": "Erika", "number": "0301234", "concern": "Call me."}, say="One moment."), Say("I have noted that.")]
    call = open_call()
    assert ask(call) == ("One moment.I have noted that.", "completed", [])
    assert [event["status"] for event in call.of_type("tool_call")] == ["started", "done"]
    session, = realtime.sessions
    assert roles(session) == [
        "user:input_audio", "assistant:One moment.", "function_call", "function_call_output", "assistant:I have noted that."]
    output = session.items[3]
    assert output["call_id"] == session.items[2]["call_id"] and output["output"]
    assert session.refused == []


def test_the_model_ends_the_call(open_call, realtime):
    realtime.answers = [Tool("end_call", {}, say="Goodbye now.")]
    call = open_call()
    assert ask(call)[:2] == ("Goodbye now.", "completed")
    assert call.wait("stopped")["reason"] == "agent_hung_up"
    call.until_closed()
    wait_for(lambda: realtime.sessions[0].closed)


def test_typed_text_keys_and_the_greeting_are_items(open_call, realtime):
    realtime.answers = [Say("Hello you."), Say("Thanks.")]
    call = open_call(AGENT_GREETING="true")
    call.wait("turn_end")
    greeting = words(call)
    assert ask(call, lambda: call.send({"type": "text", "text": "hi there"}))[:2] == ("Hello you.", "completed")

    def press():
        for key in "12#":
            call.send({"type": "dtmf", "digit": key})
    assert ask(call, press)[:2] == ("Thanks.", "completed")
    assert roles(realtime.sessions[0]) == [
        f"assistant:{greeting}", "user:hi there", "assistant:Hello you.", "user:(pressed the keys 12#)", "assistant:Thanks."]


def test_a_provider_that_dies_in_an_answer_is_apologised_for(open_call, realtime):
    realtime.answers, realtime.words, realtime.dies_after_ms = [Say("Yes."), LONG, Say("Here I am.")], ["one", "two", "three"], 900
    call = open_call()
    assert ask(call)[:2] == ("Yes.", "completed")
    said, status, notices = ask(call)
    assert said.startswith("word0 word1") and said.endswith(APOLOGY) and status == "failed" and notices == ["llm.connection_lost"]
    realtime.dies_after_ms = None
    assert ask(call)[:2] == ("Here I am.", "completed")
    first, second = realtime.sessions
    # the record as text, ahead of the new turn
    created = roles(second)
    assert created[:3] == ["user:one", "assistant:Yes.", "user:two"] and created[3].startswith("assistant:word0")
    assert created[-2:] == ["user:input_audio", "assistant:Here I am."] and second.refused == []


def test_a_connection_that_ends_between_turns_is_made_again(open_call, realtime):
    realtime.answers = [Say("Yes."), Say("Still here.")]
    call = open_call()
    assert ask(call)[:2] == ("Yes.", "completed")
    for connection in realtime.connections:
        connection.close(1001, "restart")
    wait_for(lambda: realtime.sessions[0].closed)
    assert ask(call) == ("Still here.", "completed", [])
    assert roles(realtime.sessions[1]) == ["user:hello there", "assistant:Yes.", "user:input_audio", "assistant:Still here."]


@pytest.mark.parametrize("fault, code", [
    ("unauthorized", "llm.unauthorized"), ("deaf", "llm.timeout"), ("failed", "llm.provider_failed"), ("limited", "llm.rate_limited")])
def test_faults_are_apologised_for(open_call, realtime, fault, code):
    if fault in ("unauthorized", "deaf"):
        realtime.fault = fault
    else:
        realtime.answers = [RuntimeError("rate_limit_exceeded" if fault == "limited" else "server_error")]
    call = open_call()
    said, status, notices = ask(call)
    assert said.endswith(APOLOGY) and status == "failed" and code in notices, notices
    realtime.fault = None
    if fault == "deaf":
        return
    assert ask(call)[:2] == ("Good.", "completed"), "the call goes on"


def test_words_that_never_come_harm_no_answer(open_call, realtime):
    realtime.answers, realtime.words = [Say("Yes."), Say("Sure.")], [None, "hello"]
    call = open_call()
    said, status, _ = ask(call)
    assert (said, status) == ("Yes.", "completed")
    assert call.wait("stt_final")["text"] == "" and call.wait("notice")["code"] == "stt.provider_failed"
    assert ask(call)[:2] == ("Sure.", "completed")


class Wire(threading.Thread):
    """A TCP proxy that can be cut off without either side being told."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target, self.stalled, self.ended = port, False, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.carry, args=(near, socket.create_connection(("127.0.0.1", self.target))), daemon=True).start()

    def carry(self, near, far):
        stalled_here = False
        while True:
            for side in select.select([near, far], [], [], 0.1)[0]:
                data = side.recv(65_536)
                if not data:
                    near.close()
                    far.close()
                    if side is near and stalled_here:
                        self.ended.set()
                    return
                if self.stalled or stalled_here:
                    stalled_here = True
                    continue
                (far if side is near else near).sendall(data)


def test_a_half_open_connection_is_given_up(open_call, realtime):
    wire = Wire(realtime.port)
    realtime.answers = [Say("Yes."), Say("Back.")]
    call = open_call(LLM_PROVIDER_URL=f"http://127.0.0.1:{wire.port}/v1")
    assert ask(call)[:2] == ("Yes.", "completed")
    wire.stalled = True
    said, status, notices = ask(call)
    assert said.endswith(APOLOGY) and status == "failed" and "llm.timeout" in notices
    # pings go unanswered
    assert wire.ended.wait(15)
    wire.stalled = False
    assert ask(call)[:2] == ("Back.", "completed")
    wire.listener.close()


def run(tmp_path, command, **more):
    more = {key: str(value) for key, value in more.items() if value is not None}
    result = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), *command], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, "DATA_DIR": str(tmp_path), **more})
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("contradiction, key", [
    ({"REALTIME_STT": "provider", "STT_ENGINE": "openai", "STT_PROVIDER_URL": "http://127.0.0.1:9/v1", "STT_PROVIDER_MODEL": "m"}, "REALTIME_STT"),
    ({"LLM_ENGINE": "openai-realtime,receptionist"}, "LLM_ENGINE"), ({"REALTIME_TTS": "off"}, "REALTIME_TTS"),
    ({"LLM_MODEL": None}, "LLM_MODEL")])
def test_contradictions_are_refused(realtime, tmp_path, contradiction, key):
    code, said = run(tmp_path, ["serve", "--port", "0"], **{**settings(realtime), **contradiction})
    assert code != 0 and key in said and "openai-realtime" in said and KEY not in said


def test_the_doctor_says_whether_it_answers(realtime, tmp_path):
    _, said = run(tmp_path, ["doctor"], **settings(realtime))
    assert f"the Realtime API at {realtime.url} answers, model gpt-realtime" in said and "openai-realtime hears by itself" in said
    realtime.fault = "unauthorized"
    _, said = run(tmp_path, ["doctor"], **settings(realtime))
    assert "the provider answered 401 (invalid_api_key)" in said and KEY not in said


def test_the_recipe_works(start_server, realtime):
    _, (recipe_settings,) = recipe("A model that hears and speaks")
    realtime.answers, realtime.words = [Say("We are open from nine to five.")], ["when are you open"]
    tom = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", REALTIME_STT="local", REALTIME_TTS="local",
        **adapted(recipe_settings, LLM_PROVIDER_URL=realtime.url, LLM_PROVIDER_KEY=KEY))
    call = Call(tom.url(), start={})
    assert ask(call) == ("We are open from nine to five.", "completed", [])
    call.close()
