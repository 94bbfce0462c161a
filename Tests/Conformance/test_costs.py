"""What a call used and cost: over HTTP while it goes on and afterwards, and as lines in a file."""

import datetime
import json
import os

import pytest

from conftest import Call
from test_tools import Model, ask, call_tool, eventually, serve  # noqa: F401

PRICES = """
currency: EUR
llm:
  openai: {prompt_million: 1000, cached_million: 500, completion_million: 2000}
tts: {mock: {character_million: 10000}}
"""


@pytest.fixture
def model():
    server = serve(Model)
    server.plan, server.requests = [], []
    yield server
    server.shutdown()
    server.server_close()


def record(tom, call_id):
    status, headers, body = tom.http(f"/v1/calls/{call_id}")
    return status, headers["Content-Type"], json.loads(body)


@pytest.fixture
def settings(model, tmp_path):
    (tmp_path / "prices.yaml").write_text(PRICES)
    return dict(
        DEV_ALLOW_NO_JWT="true", REALTIME_STT="mock", REALTIME_LLM="provider", LLM_ENGINE="openai,mock", LLM_MODEL="m",
        LLM_PROVIDER_URL=model.url + "/v1", DEV_MOCK_TTS_AUDIO_MS=200, PRICES_FILE=str(tmp_path / "prices.yaml"),
        COST_LOG=str(tmp_path / "calls.jsonl"))


def test_a_call_shows_what_it_used_and_cost(start_server, model, settings):
    tom = start_server(fresh=True, **settings)
    call = Call(tom.url("costs-1"), start={})
    model.plan = [[{"content": "Good day."}], call_tool("take_message", {"concern": "Call me."}), [{"content": "Bye."}]]
    assert ask(call, "hello")[0] == "Good day."
    assert ask(call, "a message")[0] == "The tool said The message is saved.."
    status, kind, live = record(tom, "costs-1")
    assert status == 200 and kind == "application/json" and live["ended"] is None and live["termination"] is None
    assert live["state"] in ("listening", "speaking") and live["agent"] == "receptionist.en"
    llm, tts = live["usage"]
    assert llm == {
        "kind": "llm", "engine": "openai", "discarded": False, "requests": 3, "audio_seconds": None, "characters": None,
        "prompt_tokens": 300, "cached_tokens": 180, "completion_tokens": 60, "requests_without_tokens": 0, "cost": 0.33}
    spoken = len("Good day.") + len("The tool said The message is saved..")
    assert (tts["engine"], tts["characters"], tts["prompt_tokens"]) == ("mock", spoken, None)
    assert tts["audio_seconds"] == pytest.approx(0.2 * tts["requests"]) and tts["cost"] == pytest.approx(spoken / 100)
    assert live["cost"] == {"amount": pytest.approx(0.33 + spoken / 100), "currency": "EUR", "complete": True}
    call.send({"type": "stop"})
    call.until_closed()
    call.close()
    eventually(lambda: os.path.getsize(settings["COST_LOG"]) > 0, "nothing is written")
    ended = record(tom, "costs-1")[2]
    assert ended["state"] == "ended" and ended["usage"] == live["usage"] and ended["transport"] == "websocket"
    assert ended["termination"] == {"result": "completed", "reason": "caller_hung_up"}
    for time in (ended["started"], ended["ended"]):
        assert datetime.datetime.fromisoformat(time).tzinfo == datetime.timezone.utc
    assert [json.loads(line) for line in open(settings["COST_LOG"])] == [ended]
    assert os.stat(settings["COST_LOG"]).st_mode & 0o777 == 0o600
    assert "Good day" not in open(settings["COST_LOG"]).read()
    tom.close()
    again = start_server(fresh=True, **settings)
    assert record(again, "costs-1")[2] == ended, "found in the file"


def test_the_file_may_be_rotated_and_draining_calls_are_written(start_server, model, settings):
    tom = start_server(fresh=True, DRAIN_TIMEOUT_SECONDS=1, **settings)
    first = Call(tom.url("costs-1"), start={})
    first.wait("connected")
    first.send({"type": "stop"})
    first.until_closed()
    log = settings["COST_LOG"]
    eventually(lambda: os.path.getsize(log) > 0, "nothing is written")
    os.rename(log, log + ".1")
    second = Call(tom.url("costs-2"), start={})
    model.plan = [[{"content": "Good day."}]]
    ask(second, "hello")
    tom.terminate()
    tom.process.wait(15)
    line = json.loads(open(log).read())
    assert line["id"] == "costs-2" and line["termination"]["reason"] == "draining"
    assert line["usage"][0]["prompt_tokens"] == 100


def test_each_engine_of_an_order_has_its_own_entry(start_server, model, settings):
    settings["LLM_PROVIDER_URL"] = "http://127.0.0.1:1/v1"
    tom = start_server(fresh=True, **settings)
    call = Call(tom.url("costs-3"), start={})
    assert ask(call, "hello")[1] == "completed"
    found = record(tom, "costs-3")[2]
    engines = {(use["kind"], use["engine"]): use for use in found["usage"]}
    failed, answered = engines["llm", "openai"], engines["llm", "mock"]
    assert (failed["requests"], failed["requests_without_tokens"], failed["prompt_tokens"]) == (1, 1, None)
    assert answered["requests"] == 1 and answered["cost"] is None and found["cost"]["complete"] is False
    call.close()


def test_an_unknown_call_is_a_problem_and_the_scope_is_needed(start_server, settings):
    tom = start_server(fresh=True, **settings)
    status, kind, problem = record(tom, "nobody")
    assert (status, kind, problem["code"]) == (404, "application/problem+json", "call.unknown") and problem["hint"]
    assert record(tom, "a%20b")[2]["code"] == "call.bad_id"
    closed = start_server(fresh=True, **{**settings, "DEV_ALLOW_NO_JWT": None, "JWT_SECRET": "x" * 40})
    assert closed.http("/v1/calls/nobody")[0] == 401
