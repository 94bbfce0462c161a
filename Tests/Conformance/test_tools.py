"""Calls whose language model uses tools: webhooks checked by their standard's own library, a real tool server, what they cost."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from conftest import Call

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "crm-token-not-to-be-seen"
USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 60}}
SHOP = """
    - name: look_up_order
      description: Finds an order.
      url: %s/hook
      secret: TOOL_SECRET_SHOP
      headers: {X-Shop: TOOL_SECRET_TOKEN}
      parameters:
        type: object
        required: [order]
        properties:
          order: {type: object, properties: {number: {type: integer, minimum: 1}}}
"""


def serve(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.released = True, threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Quiet(BaseHTTPRequestHandler):
    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def log_message(self, *arguments):
        pass


class Model(Quiet):
    """An OpenAI-compatible model: says and calls what `server.plan` holds, one answer a request; then repeats the tool's words."""

    def do_POST(self):
        request = json.loads(self.body())
        self.server.requests.append(request)
        last = request["messages"][-1]
        if last["role"] == "tool":
            deltas = [{"content": f"The tool said {last['content']}."}]
        else:
            deltas = self.server.plan.pop(0)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for delta in deltas:
            self.event({"choices": [{"delta": delta}]})
        self.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        self.event({"choices": [], "usage": USAGE})
        self.wfile.write(b"data: [DONE]\n\n")

    def event(self, data):
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")


class Hook(Quiet):
    def do_POST(self):
        body = self.body()
        self.server.seen.append((dict(self.headers), body))
        status, answer = self.server.answers.pop(0) if self.server.answers else (200, b'{"state":"sent"}')
        if status is None:
            self.server.released.wait(30)
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def model():
    server = serve(Model)
    server.plan, server.requests = [], []
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook():
    server = serve(Hook)
    server.seen, server.answers = [], []
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def call_tool(name, arguments, text=None):
    call = {"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": name, "arguments": json.dumps(arguments)}}]}
    return ([{"content": text}] if text else []) + [call]


@pytest.fixture
def open_call(start_server, model, tmp_path):
    opened = []

    def open_call(tools, **settings):
        agent = tmp_path / "agent.yaml"
        example = os.path.join(os.path.dirname(__file__), "../../agents/receptionist.en.yaml")
        agent.write_text(open(example).read() + "\ntools:\n" + tools)
        tom = start_server(
            fresh=True, DEV_ALLOW_NO_JWT="true", REALTIME_STT="off", REALTIME_LLM="provider", LLM_ENGINE="openai",
            LLM_MODEL="m", LLM_PROVIDER_URL=model.url + "/v1", LOG_LEVEL="debug", AGENT_FILE=str(agent),
            TOOL_SECRET_SHOP=SECRET, TOOL_SECRET_TOKEN="shop-token", TOOL_SECRET_CRM=TOKEN,
            **{"DEV_MOCK_TTS_AUDIO_MS": 200, **settings})
        opened.append(Call(tom.url("tools-1"), start={}))
        return tom, opened[-1]

    yield open_call
    for one in opened:
        one.close()


def ask(call, text, timeout=15):
    before = len(call.events)
    call.send({"type": "text", "text": text})
    end = call.wait("turn_end", after=before, timeout=timeout)
    words = "".join(e["text"] for e in call.events[before:] if isinstance(e, dict) and e["type"] == "llm_token")
    return words, end["status"]


def test_a_webhook_is_signed_and_its_arguments_stay_json(open_call, model, hook):
    tom, call = open_call("  webhooks:" + SHOP % hook.url)
    model.plan = [call_tool("look_up_order", {"order": {"number": 7}}, "One moment.")]
    words, status = ask(call, "where is my order for Erika")
    assert words == 'One moment.The tool said {"state":"sent"}.' and status == "completed"
    headers, body = hook.seen[0]
    Webhook(SECRET).verify(body, headers)
    event = json.loads(body)
    assert event["type"] == "tool.call" and event["data"] == {
        "tool": "look_up_order", "call_id": "tools-1", "agent": "receptionist.en", "arguments": {"order": {"number": 7}}}
    assert headers["X-Shop"] == "shop-token" and headers["Idempotency-Key"] == headers["webhook-id"]
    offered = {tool["function"]["name"]: tool["function"] for tool in model.requests[0]["tools"]}
    assert set(offered) == {"take_message", "end_call", "look_up_order"}
    assert offered["look_up_order"]["parameters"]["properties"]["order"]["properties"]["number"] == {
        "type": "integer", "minimum": 1}
    assert [e["status"] for e in call.of_type("tool_call")] == ["started", "done"]
    assert 'tom_tool_calls_total{kind="webhook",outcome="ok"} 1' in tom.http("/metrics")[2].decode()
    for hidden in (SECRET, "shop-token", "Erika", "sent"):
        assert hidden not in tom.logged()


def test_a_failing_webhook_is_retried_under_one_key(open_call, model, hook):
    _, call = open_call("  webhooks:" + SHOP % hook.url)
    model.plan = [call_tool("look_up_order", {"order": {}})]
    hook.answers = [(500, b"{}"), (503, b"{}")]
    assert ask(call, "hello")[0] == 'The tool said {"state":"sent"}.'
    assert len(hook.seen) == 3 and len({headers["webhook-id"] for headers, _ in hook.seen}) == 1
    for headers, body in hook.seen:
        Webhook(SECRET).verify(body, headers)


def test_arguments_that_do_not_fit_are_the_models_to_correct(open_call, model, hook):
    _, call = open_call("  webhooks:" + SHOP % hook.url)
    model.plan = [call_tool("look_up_order", {"order": {"number": 0}})]
    assert ask(call, "hello")[0] == "The tool said The arguments do not fit: 'order.number' is below its minimum.."
    assert not hook.seen


def test_a_tool_that_hangs_times_out_into_words_while_the_caller_hears(open_call, model, hook):
    tom, call = open_call("  webhooks:" + SHOP % hook.url, TOOL_TIMEOUT_MS=1500)
    model.plan = [call_tool("look_up_order", {"order": {}}, "One moment, I am looking.")]
    hook.answers = [(None, b"")]
    started = time.monotonic()
    words, status = ask(call, "hello")
    assert words.endswith("The tool said The tool did not answer in time..") and status == "completed"
    assert time.monotonic() - started < 6
    events = [e["type"] if isinstance(e, dict) else "audio" for e in call.events]
    first_audio = next(i for i, e in enumerate(call.events) if isinstance(e, dict) and e["type"] == "tts_audio")
    failed = next(i for i, e in enumerate(call.events) if isinstance(e, dict) and e.get("status") == "failed")
    assert first_audio < failed, f"what was said before is heard while the tool runs: {events}"
    assert 'tom_tool_calls_total{kind="webhook",outcome="timeout"} 1' in tom.http("/metrics")[2].decode()
    model.plan = [[{"content": "Still here."}]]
    assert ask(call, "are you there")[0] == "Still here."


def test_a_call_that_cannot_be_transferred_says_so(open_call, model):
    _, call = open_call(
        "  transfer_call:\n    targets:\n      - {name: sales, description: Orders., to: 'sip:sales@example.org'}\n")
    model.plan = [call_tool("transfer_call", {"target": "sales"}), call_tool("transfer_call", {"target": "boss"})]
    assert ask(call, "put me through")[0] == "The tool said This call cannot be transferred.."
    assert "'target' is none of sales" in ask(call, "put me through")[0]


# MARK: a real tool server

SERVER = os.path.join(os.path.dirname(__file__), "mcp_server.py")


@pytest.fixture
def tool_server(tmp_path):
    running = []

    def start(port=0, *flags):
        log = open(tmp_path / "mcp.log", "ab")
        process = subprocess.Popen(
            [sys.executable, SERVER, str(port), TOKEN, *flags], stdout=subprocess.PIPE, stderr=log)
        running.append(process)
        process.port = int(process.stdout.readline())
        process.url = f"http://127.0.0.1:{process.port}/mcp"
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def state(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/state", timeout=5) as answer:
        return json.load(answer)


def eventually(test, what, timeout=15):
    end = time.monotonic() + timeout
    while not test():
        assert time.monotonic() < end, what
        time.sleep(0.05)


CRM = "  mcp:\n    - {name: crm, url: '%s', token: TOOL_SECRET_CRM, timeout_ms: 2000}\n"


@pytest.mark.parametrize("flags", [(), ("--json",), ("--stateless",)])
def test_tools_of_a_server_are_offered_and_run(open_call, model, tool_server, flags):
    server = tool_server(0, *flags)
    tom, call = open_call(CRM % server.url)
    model.plan = [call_tool("crm_add", {"a": 2, "tags": {"x": [1, 2]}}), call_tool("crm_broken", {})]
    assert ask(call, "add")[0] == "The tool said 2 [1, 2]."
    offered = {tool["function"]["name"]: tool["function"] for tool in model.requests[0]["tools"]}
    assert {"crm_add", "crm_slow", "crm_broken", "crm_grow"} <= set(offered)
    assert offered["crm_add"]["parameters"]["properties"]["a"]["type"] == "integer"
    words, status = ask(call, "break")
    assert words == "The tool said Error executing tool broken." and status == "completed"
    assert 'tom_tool_calls_total{kind="mcp",outcome="ok"} 1' in tom.http("/metrics")[2].decode()
    assert TOKEN not in tom.logged()


def test_a_slow_tool_is_cancelled_at_its_server(open_call, model, tool_server):
    server = tool_server()
    _, call = open_call(CRM % server.url)
    model.plan = [call_tool("crm_slow", {})]
    assert ask(call, "slow")[0] == "The tool said The tool did not answer in time.."
    eventually(lambda: state(server)["cancelled"], "the server is not told")


def test_tools_that_come_later_are_offered(open_call, model, tool_server):
    _, call = open_call(CRM % tool_server().url)
    model.plan = [call_tool("crm_grow", {})]
    ask(call, "grow")

    def is_offered():
        model.plan = [[{"content": "Yes."}]]
        ask(call, "more")
        return "crm_late" in {tool["function"]["name"] for tool in model.requests[-1]["tools"]}

    eventually(is_offered, "the new tool is not offered")


def test_a_server_that_comes_later_or_forgets_is_used(open_call, model, tool_server):
    server = tool_server()
    port = server.port
    server.kill()
    server.wait()
    tom, call = open_call(CRM % f"http://127.0.0.1:{port}/mcp")
    assert "tool server cannot be used" in tom.logged()
    model.plan = [[{"content": "Hello."}]]
    assert ask(call, "hello")[0] == "Hello.", "the agent goes on without"
    again = tool_server(port)
    eventually(lambda: "tool server is connected" in tom.logged(), "it is not tried again")
    model.plan = [call_tool("crm_add", {"a": 1})]
    assert ask(call, "add")[0] == "The tool said 1 None."
    again.kill()
    again.wait()
    tool_server(port)
    model.plan = [call_tool("crm_add", {"a": 3})]
    assert ask(call, "add")[0] == "The tool said 3 None.", "a session the server does not know is begun anew"


def test_the_session_ends_with_the_program(open_call, model, tool_server):
    server = tool_server()
    tom, call = open_call(CRM % server.url)
    assert state(server)["deleted"] == 0
    call.close()
    tom.terminate()
    tom.process.wait(15)
    assert state(server)["deleted"] == 1


def test_the_doctor_reaches_tools_and_runs_nothing(start_server, hook, tool_server, tmp_path):
    server = tool_server()
    example = open(os.path.join(os.path.dirname(__file__), "../../agents/receptionist.en.yaml")).read()
    (tmp_path / "agent.yaml").write_text(example + "\ntools:\n  webhooks:" + SHOP % "http://127.0.0.1:1" + CRM % server.url)
    run = subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), "doctor", "--json", "--agent", "agent.yaml"], cwd=tmp_path,
        capture_output=True, text=True, timeout=60, env={
            **os.environ, "TOOL_SECRET_SHOP": SECRET, "TOOL_SECRET_TOKEN": "t", "TOOL_SECRET_CRM": TOKEN})
    findings = {finding["check"]: finding for finding in json.loads(run.stdout)["findings"]}
    assert findings["tool crm"]["status"] == "ok" and "tools" in findings["tool crm"]["detail"]
    assert findings["tool look_up_order"]["status"] == "failed" and run.returncode == 1
    assert SECRET not in run.stdout + run.stderr and TOKEN not in run.stdout + run.stderr
