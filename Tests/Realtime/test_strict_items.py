"""The conversation's items: created at a place, read, cut, deleted; and what the model is told of them."""

import base64

import pytest

from conftest import HOURS, TOOL
from heard import check_cut, words
from scripted_model import Call, Say, roles
from speech import read_back, say
from test_strict_turns import check_spoken


def texts(request):
    return roles(request, "user", "assistant")


def test_items_go_where_the_client_wants_them(client, model):
    first = client.write("one")
    assert client.write("zero", previous_item_id="root")["id"] == client.oracle.items[0]
    client.write("three")
    client.write("two", previous_item_id=first["id"])
    client.respond()
    assert texts(model.requests[-1]) == ["user: zero", "user: one", "user: two", "user: three"]
    assert [client.retrieve(item)["content"][0]["text"] for item in client.oracle.items[:4]] == ["zero", "one", "two", "three"]


def test_ids_of_the_client_are_kept(client):
    given = "0123456789abcdef0123456789abcdef"
    client.send("conversation.item.create", item={
        "id": given, "type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]})
    assert client.wait("conversation.item.added")["item"]["id"] == client.wait("conversation.item.done")["item"]["id"] == given
    assert client.retrieve(given)["content"][0]["text"] == "hello"
    error = client.refused(client.send("conversation.item.create", item={
        "id": given, "type": "message", "role": "user", "content": [{"type": "input_text", "text": "again"}]}))
    # what livekit looks for: the item it wants is there
    assert error["code"] == "item_create_duplicate_item_id" and error["param"] == "item.id"


def test_an_item_behind_an_unknown_one_is_refused(client):
    error = client.refused(client.send("conversation.item.create", previous_item_id="nothing", item={
        "type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}))
    assert error["param"] == "previous_item_id" and error["type"] == "invalid_request_error"
    client.settle()
    assert client.oracle.items == []


def test_a_history_of_every_kind_is_told_to_the_model(client, model):
    client.configure(tools=[TOOL], instructions="Be brief.")
    client.write("Callers are in a hurry.", role="system")
    client.write("are you open on saturday")
    client.send("conversation.item.create", item={
        "type": "function_call", "call_id": "call_history", "name": "opening_hours", "arguments": '{"day": "saturday"}'})
    client.send("conversation.item.create", item={"type": "function_call_output", "call_id": "call_history", "output": "ten to two"})
    client.write("On saturday from ten to two.", role="assistant")
    client.ask("and on sunday")
    request = model.requests[-1]
    assert [message["role"] for message in request["messages"] if message["role"] != "system"] == [
        "user", "assistant", "tool", "assistant", "user"]
    assert any("Be brief." in one for one in roles(request, "system")) and any("in a hurry" in one for one in roles(request, "system"))
    call, output = [message for message in request["messages"] if message.get("tool_calls") or message["role"] == "tool"]
    assert call["tool_calls"][0]["id"] == output["tool_call_id"] and output["content"] == "ten to two"


@pytest.mark.parametrize("item, param", [
    ({"type": "message", "role": "assistant", "content": [{"type": "output_audio", "audio": "AAAA"}]}, "item.content[0]"),
    ({"type": "function_call_output", "call_id": "call_unknown", "output": "x"}, "item.call_id"),
    ({"type": "function_call", "name": "f", "call_id": "c", "arguments": "no json"}, "item.arguments"),
    ({"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}"}, "item.type")])
def test_what_a_client_cannot_create_is_refused(client, item, param):
    error = client.refused(client.send("conversation.item.create", item=item))
    assert error["type"] == "invalid_request_error" and error["param"].startswith(param)
    client.settle()
    assert client.oracle.items == []


def test_speech_can_be_created_as_an_item(client, model):
    client.send("conversation.item.create", item={
        "type": "message", "role": "user",
        "content": [{"type": "input_audio", "audio": base64.b64encode(say("What are your opening hours?")).decode()}]})
    check_spoken(client.respond(), HOURS)
    assert words(texts(model.requests[-1])[-1]) == words("user what are your opening hours")


def test_an_answer_can_be_read_again_with_its_audio(client):
    response = client.ask("what are your opening hours")
    item = client.retrieve(response.done["output"][0]["id"])
    part, = item["content"]
    assert part["type"] == "output_audio" and part["transcript"].strip() == HOURS
    assert words(read_back(base64.b64decode(part["audio"], validate=True))) == words(HOURS)


def test_a_truncated_answer_is_what_was_heard(client, model):
    response = client.ask("what are your opening hours")
    item = response.done["output"][0]["id"]
    client.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=1_730)
    told = client.wait("conversation.item.truncated")
    assert (told["item_id"], told["content_index"], told["audio_end_ms"]) == (item, 0, 1_730)
    part, = client.retrieve(item)["content"]
    heard = read_back(base64.b64decode(part["audio"], validate=True))
    assert heard == read_back(response.audio()[: 1_730 * 48])
    client.ask("thank you")
    recorded = texts(model.requests[-1])[1].removeprefix("assistant: ")
    check_cut(HOURS, recorded, heard)
    assert not part.get("transcript") or words(part["transcript"]) == words(recorded)
    # once more, shorter
    after = client.mark()
    client.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=500)
    client.wait("conversation.item.truncated", after)
    client.ask("thank you")
    assert len(words(texts(model.requests[-1])[1])) < len(words("assistant " + recorded))


def test_an_answer_of_which_nothing_was_heard_is_not_told(client, model):
    response = client.ask("what are your opening hours")
    client.send("conversation.item.truncate", item_id=response.done["output"][0]["id"], content_index=0, audio_end_ms=0)
    client.wait("conversation.item.truncated")
    client.ask("thank you")
    assert roles(model.requests[-1], "assistant") == []


def test_only_what_there_is_can_be_truncated(client):
    response = client.ask("what are your opening hours")
    answer, question = response.done["output"][0]["id"], client.oracle.items[0]
    too_far = len(response.audio()) // 48 + 1_000
    for item, index, until in ((answer, 0, too_far), (answer, 1, 100), (question, 0, 100), ("nothing", 0, 100), (answer, 0, -1)):
        error = client.refused(client.send("conversation.item.truncate", item_id=item, content_index=index, audio_end_ms=until))
        assert error["type"] == "invalid_request_error" and error["message"], (item, index, until)
    assert client.retrieve(answer)["content"][0]["transcript"].strip() == HOURS


def test_a_deleted_item_is_gone(client, model):
    kept, secret = client.write("my name is miller"), client.write("my secret is swordfish")
    client.send("conversation.item.delete", item_id=secret["id"])
    assert client.wait("conversation.item.deleted")["item_id"] == secret["id"]
    client.respond()
    assert texts(model.requests[-1]) == ["user: my name is miller"]
    for event in ("conversation.item.delete", "conversation.item.retrieve"):
        error = client.refused(client.send(event, item_id=secret["id"]))
        assert error["code"] == f"item_{event.rsplit('.')[-1]}_invalid_item_id"
    assert client.retrieve(kept["id"])["status"] == "completed"


def test_a_spoken_turn_and_an_answer_can_be_deleted(client, model):
    response = client.ask("what are your opening hours")
    for item in list(client.oracle.items):
        client.send("conversation.item.delete", item_id=item)
    client.settle()
    assert client.oracle.items == [] and response.done["status"] == "completed"
    client.ask("hello")
    assert texts(model.requests[-1]) == ["user: hello"]


def test_a_function_call_goes_round(client, model):
    client.configure(tools=[TOOL], tool_choice="auto")
    model.answers = {"saturday": Call("opening_hours", {"day": "saturday"}, say="One moment.")}
    model.after_tool = lambda output: Say(f"On saturday we are open from {output}.")
    response = client.ask("are you open on saturday")
    spoken, call = response.done["output"]
    assert spoken["content"][0]["transcript"].strip() == "One moment." and words(read_back(response.audio())) == ["one", "moment"]
    assert call["type"] == "function_call" and call["name"] == "opening_hours"
    done = client.wait("response.function_call_arguments.done")
    assert done["call_id"] == call["call_id"] and done["arguments"].replace(" ", "") == '{"day":"saturday"}'
    sent, = model.requests[-1]["tools"]
    assert sent["function"]["name"] == "opening_hours" and sent["function"]["parameters"] == TOOL["parameters"]
    after = client.mark()
    client.send("conversation.item.create", item={"type": "function_call_output", "call_id": call["call_id"], "output": "ten to two"})
    item = client.wait("conversation.item.done", after)["item"]
    assert item["type"] == "function_call_output" and item["output"] == "ten to two" and item["call_id"] == call["call_id"]
    assert len(model.requests) == 1, "the client says when the answer is to come"
    check_spoken(client.respond(), "On saturday we are open from ten to two.")
    asked, output = [m for m in model.requests[-1]["messages"] if m.get("tool_calls") or m["role"] == "tool"]
    assert asked["tool_calls"][0]["id"] == output["tool_call_id"] and output["content"] == "ten to two"


def test_two_calls_in_one_response_are_told_apart(client, model):
    client.configure(tools=[TOOL])
    model.answers = {"weekend": [Call("opening_hours", {"day": "saturday"}), Call("opening_hours", {"day": "sunday"})]}
    model.after_tool = lambda output: Say(f"I heard {output}.")
    response = client.ask("are you open on the weekend")
    calls = response.done["output"]
    assert [call["arguments"].replace(" ", "") for call in calls] == ['{"day":"saturday"}', '{"day":"sunday"}']
    assert len({call["call_id"] for call in calls}) == 2
    for call, output in zip(calls, ("ten to two", "closed")):
        client.send("conversation.item.create", item={"type": "function_call_output", "call_id": call["call_id"], "output": output})
    check_spoken(client.respond(), "I heard closed.")
    assert [m["content"] for m in model.requests[-1]["messages"] if m["role"] == "tool"] == ["ten to two", "closed"]
