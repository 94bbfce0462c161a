"""Responses: on record and beside it, with parameters of their own, cancelled, cut short, failed."""

import pytest

from conftest import HOURS, TOOL
from heard import words
from scripted_model import Call, Refuse, Say, roles
from speech import read_back
from test_strict_turns import check_spoken


def test_a_response_to_text_is_spoken_whole(client, model):
    response = client.ask("what are your opening hours")
    check_spoken(response, HOURS)
    done = response.done
    assert done["status"] == "completed" and done["output_modalities"] == ["audio"] and done["object"] == "realtime.response"
    assert done["audio"]["output"]["format"] == {"type": "audio/pcm", "rate": 24000} and done["audio"]["output"]["voice"]
    # the model's own count
    usage = done["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["input_token_details"]["cached_tokens"]) == (100, 20, 60)


def test_a_session_of_text_has_no_sound(client, model):
    client.configure(output_modalities=["text"])
    response = client.ask("what are your opening hours")
    assert response.text().strip() == HOURS and response.audio() == b""
    assert response.done["output"][0]["content"] == [{"type": "output_text", "text": response.text()}]
    assert not [kind for kind in client.kinds() if "audio" in kind and "input" not in kind]


def test_a_response_may_be_text_in_a_session_of_audio_and_the_other_way_round(client):
    assert client.ask("what are your opening hours", output_modalities=["text"]).audio() == b""
    check_spoken(client.respond(output_modalities=["audio"]), "I see.")
    client.configure(output_modalities=["text"])
    check_spoken(client.ask("what are your opening hours", output_modalities=["audio"]), HOURS)


def test_instructions_tools_and_choice_of_one_response_are_its_own(client, model):
    client.configure(instructions="You work in a shop.", tools=[TOOL])
    other = {"type": "function", "name": "look_up", "description": "Looks up.", "parameters": {"type": "object", "properties": {}}}
    client.ask("hello", instructions="Answer in rhyme.", tools=[other], tool_choice={"type": "function", "name": "look_up"})
    own = model.requests[-1]
    assert any("Answer in rhyme." in text for text in roles(own, "system")) and not any("work in a shop" in text for text in roles(own, "system"))
    assert [tool["function"]["name"] for tool in own["tools"]] == ["look_up"]
    assert own["tool_choice"] == {"type": "function", "function": {"name": "look_up"}}
    client.ask("hello")
    usual = model.requests[-1]
    assert any("work in a shop" in text for text in roles(usual, "system")) and not any("rhyme" in text for text in roles(usual, "system"))
    assert [tool["function"]["name"] for tool in usual["tools"]] == ["opening_hours"]


@pytest.mark.parametrize("choice", ["none", "required", "auto"])
def test_the_choice_of_tools_reaches_the_model(client, model, choice):
    client.configure(tools=[TOOL], tool_choice=choice)
    client.ask("hello")
    asked = model.requests[-1]
    assert asked.get("tool_choice", "auto") == choice or (choice == "none" and not asked.get("tools"))


def test_a_response_beside_the_conversation_leaves_no_trace(client, model):
    client.write("what are your opening hours")
    model.answers["opening hours"] = Say("About hours.")
    response = client.respond(
        conversation="none", metadata={"topic": "classification"}, output_modalities=["text"], instructions="Classify the conversation.")
    assert response.done["conversation_id"] is None and response.done["metadata"] == {"topic": "classification"}
    assert response.text().strip() == "About hours." and len(client.oracle.items) == 1
    assert any("Classify" in text for text in roles(model.requests[-1], "system"))
    client.ask("thank you")
    assert "About hours." not in str(model.requests[-1]["messages"])


def test_input_of_its_own_replaces_the_conversation(client, model):
    first, _ = client.write("remember the number seven"), client.write("forget this")
    response = client.respond(conversation="none", output_modalities=["text"], input=[
        {"type": "item_reference", "id": first["id"]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "which number"}]}])
    assert response.done["status"] == "completed"
    assert roles(model.requests[-1], "user") == ["user: remember the number seven", "user: which number"]
    client.respond(conversation="none", output_modalities=["text"], input=[])
    assert roles(model.requests[-1], "user") == []
    error = client.refused(client.send("response.create", response={"input": [{"type": "item_reference", "id": "nothing"}]}))
    assert error["param"] == "response.input[0].id"


def test_responses_beside_the_conversation_run_together(client, model):
    model.answers = {"opening hours": Say(HOURS, hold_after=3)}
    client.write("what are your opening hours")
    after = client.mark()
    client.send("response.create")
    created = client.wait("response.created", after)
    model.wait_until_held()
    beside = client.respond(conversation="none", metadata={"which": "beside"}, output_modalities=["text"], input=[
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}])
    assert beside.done["status"] == "completed" and beside.text().strip() == "I see."
    model.release()
    check_spoken(client.done(created["response"]["id"]), HOURS)


def test_only_one_response_writes_to_the_conversation(client, model):
    model.answers = {"opening hours": Say(HOURS, hold_after=3)}
    client.write("what are your opening hours")
    after = client.mark()
    client.send("response.create")
    model.wait_until_held()
    error = client.refused(client.send("response.create"))
    assert error["code"] == "conversation_already_has_active_response"
    model.release()
    check_spoken(client.response(after), HOURS)


def test_a_cancelled_response_ends_as_documented(client, model):
    model.answers = {"opening hours": Say(HOURS, hold_after=15)}
    client.write("what are your opening hours")
    after = client.mark()
    client.send("response.create")
    model.wait_until_held()
    client.wait("response.output_audio.delta", after)
    client.send("response.cancel")
    response = client.response(after)
    assert response.done["status"] == "cancelled" and response.done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    said = words(response.text())
    assert said and said == words(HOURS)[: len(said)] and response.done["output"][0]["status"] == "incomplete"
    for kind in ("response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done"):
        assert len(client.of_type(kind, after)) == 1
    model.release()
    check_spoken(client.ask("thank you"), "I see.")


def test_a_response_can_be_cancelled_before_a_word(client, model):
    model.answers = {"opening hours": Say(HOURS, hold_after=0)}
    client.write("what are your opening hours")
    after = client.mark()
    client.send("response.create")
    created = client.wait("response.created", after)
    client.send("response.cancel", response_id=created["response"]["id"])
    response = client.response(after)
    assert response.done["status"] == "cancelled" and response.done["output"] == []
    model.release()


def test_without_a_running_response_there_is_nothing_to_cancel(client):
    for members in ({}, {"response_id": "resp_unknown"}):
        error = client.refused(client.send("response.cancel", **members))
        assert error["code"] == "response_cancel_not_active" and error["message"].startswith("Cancellation failed"), "livekit reads that"
    client.settle()


def test_a_limit_of_tokens_makes_an_incomplete_response(client, model):
    response = client.ask("what are your opening hours", max_output_tokens=5)
    assert response.done["status"] == "incomplete" and response.done["max_output_tokens"] == 5
    assert response.done["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert words(response.text()) == words(HOURS)[:5]
    client.configure(max_output_tokens=3)
    assert words(client.ask("what are your opening hours").text()) == words(HOURS)[:3]
    assert client.ask("what are your opening hours", max_output_tokens="inf").done["status"] == "completed"


def test_a_model_that_fails_fails_the_response_and_not_the_session(client, model):
    model.answers["opening hours"] = Refuse(500)
    response = client.ask("what are your opening hours")
    assert response.done["status"] == "failed"
    error = response.done["status_details"]["error"]
    assert error["type"] and error["code"]
    model.answers.clear()
    check_spoken(client.ask("thank you"), "I see.")


def test_metadata_comes_back(client):
    metadata = {"client_event_id": "response_create_1", "topic": "hours"}
    response = client.ask("what are your opening hours", metadata=metadata)
    assert response.response["metadata"] == response.done["metadata"] == metadata
    error = client.refused(client.send("response.create", response={"metadata": {"a": 5}}))
    assert error["param"].startswith("response.metadata")


def test_a_call_without_words_makes_no_sound(client, model):
    client.configure(tools=[TOOL])
    model.answers = {"saturday": Call("opening_hours", {"day": "saturday"})}
    response = client.ask("are you open on saturday")
    assert [item["type"] for item in response.done["output"]] == ["function_call"] and response.audio() == b""


def test_several_sentences_are_one_part(client, model):
    text = "First this. Then that. And at last the end of it."
    model.answers = {"hours": Say(text)}
    response = client.ask("hours")
    assert len(response.outputs) == 1 and len(response.outputs[0].parts) == 1
    assert words(read_back(response.audio())) == words(text)
