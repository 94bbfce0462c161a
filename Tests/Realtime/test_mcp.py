"""Remote tools: a real tool server, made with the Python SDK of the Model Context Protocol, that the client of a session names."""

import json
import pathlib
import subprocess
import sys
import time
import urllib.request

import pytest

from heard import words
from scripted_model import Call, Say, roles
from speech import read_back

SERVER = pathlib.Path(__file__).parent.parent / "Conformance" / "mcp_server.py"
TOKEN = "crm-token-not-to-be-seen"
ADD = {"a": 3}


class ToolServer:
    def __init__(self, log):
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, SERVER, "0", TOKEN], stdout=subprocess.PIPE, stderr=out, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/mcp"

    def seen(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/state", timeout=5) as answer:
            return json.load(answer)

    def tool(self, label="crm", **members):
        return {"type": "mcp", "server_label": label, "server_url": self.url, "authorization": TOKEN, "require_approval": "never", **members}

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path):
    server = ToolServer(tmp_path / "mcp.log")
    yield server
    server.stop()


@pytest.fixture
def adding(model):
    """The model adds when it is told to, and says what came of it."""
    model.answers = {"add": Call("crm_add", ADD)}
    model.after_tool = lambda output: Say("It is done." if output.startswith("3") else "That did not work.")
    return model


def offer(client, *tools):
    """Names the tools' servers and waits until they are listed."""
    after = client.mark()
    client.configure(tools=list(tools))
    client.wait("mcp_list_tools.completed", after)
    return client.of_type("conversation.item.done", after)[-1]["item"]


def until(condition):
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_server_is_listed(client, server, tom):
    listed = offer(client, server.tool(headers={"X-Trace": "header-not-to-be-seen"}))
    assert listed["type"] == "mcp_list_tools" and listed["server_label"] == "crm"
    assert [tool["name"] for tool in listed["tools"]] == ["add", "slow", "broken", "grow"]
    assert listed["tools"][0]["description"] == "Adds." and listed["tools"][0]["input_schema"]["required"] == ["a"]
    kinds = client.kinds()
    at = kinds.index("mcp_list_tools.in_progress")
    assert kinds[at - 2 : at] == ["session.updated", "conversation.item.added"]
    assert client.retrieve(listed["id"])["tools"] == listed["tools"]
    # named again as it is, it is not listed again
    after = client.mark()
    client.configure(instructions="Be brief.", tools=[server.tool(headers={"X-Trace": "header-not-to-be-seen"})])
    client.settle()
    assert not client.of_type("mcp_list_tools.in_progress", after)
    told = json.dumps(client.events) + tom.log.read_text()
    assert TOKEN not in told and "header-not-to-be-seen" not in told


def test_a_tool_runs_within_the_response(client, server, adding):
    offer(client, server.tool())
    response = client.ask("please add")
    call, message = response.done["output"]
    assert call["type"] == "mcp_call" and (call["server_label"], call["name"]) == ("crm", "add")
    assert json.loads(call["arguments"]) == ADD and call["output"] == "3 None" and not call.get("error")
    assert message["content"][0]["transcript"].strip() == "It is done." and words(read_back(response.audio())) == ["it", "is", "done"]
    kinds = client.kinds()
    first = kinds.index("response.mcp_call_arguments.delta")
    assert kinds[first : first + 6] == [
        "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done", "response.mcp_call.in_progress",
        "response.mcp_call.completed", "conversation.item.done", "response.output_item.done"]
    assert {tool["function"]["name"] for tool in adding.requests[0]["tools"]} == {"crm_add", "crm_slow", "crm_broken", "crm_grow"}
    assert client.retrieve(call["id"]) == call


def test_a_tool_that_is_called_after_words_stands_beside_them(client, server, adding):
    offer(client, server.tool())
    adding.answers = {"add": Call("crm_add", ADD, say="One moment.")}
    message, call = client.ask("please add").done["output"]
    assert message["content"][0]["transcript"] == "One moment. It is done." and call["output"] == "3 None"


def test_a_tool_that_fails_is_told(client, server, adding):
    offer(client, server.tool())
    adding.answers = {"add": Call("crm_broken", {})}
    call, message = client.ask("please add").done["output"]
    assert call["error"]["type"] == "tool_execution_error" and "broken" in call["error"]["message"]
    assert client.wait("response.mcp_call.failed")["item_id"] == call["id"]
    assert message["content"][0]["transcript"].strip() == "That did not work."


def test_only_allowed_tools_are_offered(client, server, adding):
    for label, allowed in (("first", ["add"]), ("crm", {"tool_names": ["add"]})):
        listed = offer(client, server.tool(label, allowed_tools=allowed))
        assert [tool["name"] for tool in listed["tools"]] == ["add"]
    client.ask("please add")
    assert [tool["function"]["name"] for tool in adding.requests[0]["tools"]] == ["crm_add"]


def test_functions_and_remote_tools_stand_side_by_side(client, server, adding):
    function = {"type": "function", "name": "greet", "parameters": {"type": "object", "properties": {}}}
    offer(client, function, server.tool(allowed_tools=["add"]))
    adding.answers = {"add": [Call("crm_add", ADD), Call("greet", {})]}
    kinds = [item["type"] for item in client.ask("please add").done["output"]]
    assert kinds == ["mcp_call", "function_call"]


@pytest.mark.parametrize("early", [True, False])
def test_a_call_waits_for_approval(client, server, adding, early):
    offer(client, server.tool(require_approval="always"))
    request, = client.ask("please add").done["output"]
    assert request["type"] == "mcp_approval_request" and (request["server_label"], request["name"]) == ("crm", "add")
    assert json.loads(request["arguments"]) == ADD
    after = client.mark()
    client.send("conversation.item.create", previous_item_id=request["id"], item={
        "type": "mcp_approval_response", "id": "mine", "approval_request_id": request["id"], "approve": True})
    if not early:
        client.wait("response.mcp_call.completed", after)
    response = client.respond()
    assert response.done["output"][0]["content"][0]["transcript"].strip() == "It is done."
    call = next(one["item"] for one in client.of_type("conversation.item.done", after) if one["item"]["type"] == "mcp_call")
    assert call["approval_request_id"] == request["id"] and call["output"] == "3 None"
    assert client.wait("conversation.item.added", after)["item"]["type"] == "mcp_approval_response"
    tools = [message for message in adding.requests[-1]["messages"] if message["role"] == "tool"]
    assert [message["content"] for message in tools] == ["3 None"]


def test_a_refused_call_is_not_run(client, server, adding):
    offer(client, server.tool())
    client.configure(tools=[server.tool(require_approval={"never": {"tool_names": ["slow"]}})])
    request, = client.ask("please add").done["output"]
    client.send("conversation.item.create", item={
        "type": "mcp_approval_response", "approval_request_id": request["id"], "approve": False, "reason": "too risky"})
    response = client.respond()
    assert response.done["output"][0]["content"][0]["transcript"].strip() == "That did not work."
    output, = [message["content"] for message in adding.requests[-1]["messages"] if message["role"] == "tool"]
    assert "not approved" in output and "too risky" in output
    error = client.refused(client.send("conversation.item.create", item={
        "type": "mcp_approval_response", "approval_request_id": request["id"], "approve": True}))
    assert error["code"] == "invalid_approval_request_id"


def test_approval_can_be_asked_for_some_tools_only(client, server, adding):
    offer(client, server.tool(require_approval={"always": {"tool_names": ["slow"]}, "never": {"tool_names": ["add"]}}))
    assert client.ask("please add").done["output"][0]["type"] == "mcp_call"


def test_a_tool_can_be_chosen(client, server, adding):
    offer(client, server.tool())
    adding.default = Call("crm_add", ADD)
    response = client.ask("hello", tool_choice={"type": "mcp", "server_label": "crm", "name": "add"})
    assert [item["type"] for item in response.done["output"]] == ["mcp_call", "message"]
    first, second = adding.requests
    assert first["tool_choice"] == "required" and [tool["function"]["name"] for tool in first["tools"]] == ["crm_add"]
    assert second.get("tool_choice", "auto") == "auto" and len(second["tools"]) == 4


def test_a_response_brings_its_own_server(client, server, adding):
    response = client.ask("please add", tools=[server.tool()])
    assert [item["type"] for item in response.done["output"]] == ["mcp_call", "message"]
    kinds = client.kinds()
    assert kinds.index("mcp_list_tools.completed") < kinds.index("response.created")


def test_a_server_that_refuses_is_told(client, server, model):
    after = client.mark()
    client.configure(tools=[server.tool(authorization="wrong-token-not-to-be-seen")])
    item = client.wait("mcp_list_tools.failed", after)["item_id"]
    assert client.retrieve(item)["tools"] == []
    error = client.wait("error", after)["error"]
    client.expected_errors.append(error)
    assert "crm" in error["message"] and error["code"] == "tool.unauthorized" and "not-to-be-seen" not in json.dumps(error)
    # the conversation goes on without its tools, and the server may be named again
    assert client.ask("hello").done["status"] == "completed" and "tools" not in model.requests[-1]
    assert len(offer(client, server.tool())["tools"]) == 4


@pytest.mark.parametrize("url, code", [
    ("http://127.0.0.1:9/mcp", "tool.unreachable"), ("http://8.8.8.8/mcp", "tool.egress_forbidden")])
def test_a_server_that_cannot_be_asked_is_told(client, server, url, code):
    after = client.mark()
    client.configure(tools=[server.tool(server_url=url)])
    client.wait("mcp_list_tools.failed", after)
    error = client.wait("error", after)["error"]
    client.expected_errors.append(error)
    assert error["code"] == code and "crm" in error["message"]


def test_connectors_are_refused(client):
    error = client.refused(client.send("session.update", session={
        "type": "realtime", "tools": [{"type": "mcp", "server_label": "mail", "connector_id": "connector_gmail"}]}))
    assert error["param"] == "session.tools[0].connector_id"


def test_an_interrupted_call_has_failed(client, server, adding):
    offer(client, server.tool())
    adding.answers = {"add": Call("crm_slow", {})}
    client.write("please add")
    after = client.mark()
    client.send("response.create")
    client.wait("response.mcp_call.in_progress", after)
    client.send("response.cancel")
    response = client.response(after)
    assert response.done["status"] == "cancelled" and response.done["output"][0]["error"]["message"]


def test_the_session_ends_its_servers(connect, server, model):
    client = connect()
    offer(client, server.tool())
    assert server.seen()["deleted"] == 0
    client.close()
    until(lambda: server.seen()["deleted"] == 1)
