"""Holds every event of a server of the Realtime API against the `openai` package's own types and against the documented order.

An event is validated in strict mode against the type its name stands for, and a member that no type knows is a fault. Then the books are
kept: of the conversation's items, of each response with its items, parts, words and audio, of the caller's turns.
"""

import base64
import binascii
import json
import typing

from openai.types.realtime import RealtimeServerEvent
from openai.types.realtime.realtime_session_create_response import RealtimeSessionCreateResponse
from pydantic import BaseModel, ValidationError

# Members of a session that the package's types have where one is created over HTTP, and leave out in events, where the API sends them too.
SESSION_MEMBERS = {"id", "object", "expires_at"}
assert SESSION_MEMBERS <= set(RealtimeSessionCreateResponse.model_fields)
# Events that belong to a response, and what ends the part that their deltas go to.
TEXTS = {
    "response.output_text": ("text", "text"), "response.output_audio_transcript": ("audio", "transcript"),
    "response.function_call_arguments": (None, "arguments")}
# Of a remote tool's item the types have neither `object` nor `status`; its call may run while the answer goes on.
REMOTE = {"mcp_list_tools", "mcp_call", "mcp_approval_request", "mcp_approval_response"}
BYTES_PER_MS = {"audio/pcm": 48, "audio/pcmu": 8, "audio/pcma": 8}


def members(union):
    """The types of an annotated union by the value of their `type`."""
    types = typing.get_args(typing.get_args(union)[0])
    return {typing.get_args(one.model_fields["type"].annotation)[0]: one for one in types}


SERVER = members(RealtimeServerEvent)


def extras(value, path=""):
    """Members that no type of the package knows."""
    if isinstance(value, BaseModel):
        found = [f"{path}.{name}" for name in value.model_extra or {}]
        return found + [one for name in type(value).model_fields for one in extras(getattr(value, name), f"{path}.{name}")]
    if isinstance(value, list):
        return [one for item in value for one in extras(item, f"{path}[]")]
    return []


def shape_faults(event, types=SERVER):
    """What the package's types have against an event."""
    kind = types.get(event.get("type"))
    if kind is None:
        return [f"there is no server event {event.get('type')!r}"]
    if event["type"] in ("session.created", "session.updated") and isinstance(event.get("session"), dict):
        event = {**event, "session": {k: v for k, v in event["session"].items() if k not in SESSION_MEMBERS}}
    try:
        parsed = kind.model_validate(event, strict=True)
    except ValidationError as error:
        return [f"{event['type']}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return [f"{event['type']}: unknown member {one}" for one in extras(parsed)]


class Part:
    def __init__(self, kind):
        self.kind, self.text, self.audio, self.done = kind, "", b"", set()


class Output:
    """An item of a response."""

    def __init__(self, item):
        self.item, self.parts, self.arguments, self.done = item, [], "", False


class Response:
    def __init__(self, response):
        self.response, self.outputs, self.done = response, [], None

    @property
    def in_conversation(self):
        return self.response["conversation_id"] is not None

    def text(self):
        return " ".join(part.text for output in self.outputs for part in output.parts)

    def audio(self):
        return b"".join(part.audio for output in self.outputs for part in output.parts)


class Oracle:
    """`faults` holds what was wrong; `items` the conversation as the events tell it, `responses` each response by its id."""

    def __init__(self):
        self.faults, self.ids, self.session = [], set(), None
        self.items, self.kept, self.unfinished = [], {}, set()
        self.responses, self.speech, self.committed = {}, None, {}
        self.transcripts, self.transcribed, self.heard_ms = {}, set(), 0

    def fault(self, event, text):
        self.faults.append(f"{event['type']}: {text}: {json.dumps(event)[:400]}")

    def check(self, event, holds, text):
        if not holds:
            self.fault(event, text)
        return holds

    def take(self, event):
        if self.session is None:
            self.check(event, event["type"] == "session.created", "session.created comes first")
        if faults := shape_faults(event):
            self.faults += [f"{one}: {json.dumps(event)[:400]}" for one in faults]
            return
        self.check(event, event["event_id"] not in self.ids, "the event_id was there before")
        self.ids.add(event["event_id"])
        name = event["type"].replace(".", "_")
        if handler := getattr(self, f"on_{name}", None):
            handler(event)
        elif event["type"].startswith("response.mcp_call."):
            self.check(event, event["item_id"] in self.unfinished, "of no call that runs")
        elif event["type"].startswith("response."):
            self.in_response(event)

    def close(self):
        """At the end: what is not done belongs to a response that runs."""
        if self.unfinished and all(response.done for response in self.responses.values()):
            self.faults.append(f"{self.unfinished} were added and never done")

    # MARK: Session and conversation

    def on_session_created(self, event):
        self.check(event, self.session is None, "a session is created once")
        self.check_session(event)

    def on_session_updated(self, event):
        self.check_session(event)

    def check_session(self, event):
        session = self.session = event["session"]
        self.check(event, SESSION_MEMBERS <= set(session), "the session lacks its id, object or expires_at")
        wanted = "realtime.session" if session["type"] == "realtime" else "realtime.transcription_session"
        self.check(event, session["object"] == wanted, f"object is not {wanted}")

    def on_conversation_item_added(self, event):
        item, previous = event["item"], event.get("previous_item_id")
        self.check(event, "previous_item_id" in event, "previous_item_id is always there, null at the front")
        self.check(event, item["id"] not in self.items, "the item was there before")
        if item["type"] not in REMOTE:
            self.check(event, item.get("object") == "realtime.item", "object is realtime.item")
            self.check(event, item.get("status") is not None, "an item has a status")
        self.check(event, not any(part.get("audio") for part in item.get("content", [])), "audio comes with retrieve only")
        if self.check(event, previous is None or previous in self.items, "previous_item_id names no item of the conversation"):
            self.items.insert(0 if previous is None else self.items.index(previous) + 1, item["id"])
        if item["id"] in self.committed:
            self.check(event, self.committed[item["id"]] == previous, "committed named another previous_item_id")
        self.kept[item["id"]] = item
        self.unfinished.add(item["id"])

    def on_conversation_item_done(self, event):
        item = event["item"]
        if not self.check(event, item["id"] in self.unfinished, "added comes before done, and done once"):
            return
        self.unfinished.discard(item["id"])
        self.check(event, item["type"] in REMOTE or item["status"] in ("completed", "incomplete"), "a done item is in progress")
        self.check(event, "previous_item_id" in event, "previous_item_id is always there, null at the front")
        self.kept[item["id"]] = item
        if item["id"] in self.items:
            at = self.items.index(item["id"])
            self.check(event, event.get("previous_item_id") == (self.items[at - 1] if at else None), "previous_item_id is another")

    def on_conversation_item_deleted(self, event):
        if self.check(event, event["item_id"] in self.items, "there is no such item"):
            self.items.remove(event["item_id"])

    def on_conversation_item_truncated(self, event):
        self.check(event, event["item_id"] in self.items, "there is no such item")

    def on_conversation_item_retrieved(self, event):
        self.check(event, event["item"]["id"] in self.items, "there is no such item")

    def on_conversation_item_created(self, event):
        self.fault(event, "is the beta's name")

    # MARK: The caller's turns

    def on_input_audio_buffer_speech_started(self, event):
        self.check(event, self.speech is None, "speech began before the last one stopped")
        self.check(event, event["audio_start_ms"] >= 0, "before the session")
        self.speech = event

    def on_input_audio_buffer_speech_stopped(self, event):
        if self.check(event, self.speech is not None, "nobody spoke"):
            self.check(event, event["item_id"] == self.speech["item_id"], "another item than speech_started")
            self.check(event, event["audio_end_ms"] >= self.speech["audio_start_ms"], "ends before it began")
        self.speech, self.heard_ms = None, event["audio_end_ms"]

    def on_input_audio_buffer_committed(self, event):
        self.check(event, event["item_id"] not in self.items, "committed comes before the item is added")
        self.check(event, "previous_item_id" in event, "previous_item_id is always there, null at the front")
        self.check(event, event.get("previous_item_id") == (self.items[-1] if self.items else None), "previous_item_id is not the last item")
        self.committed[event["item_id"]] = event.get("previous_item_id")

    def on_conversation_item_input_audio_transcription_delta(self, event):
        self.transcripts[event["item_id"]] = self.transcripts.get(event["item_id"], "") + event.get("delta", "")

    def on_conversation_item_input_audio_transcription_completed(self, event):
        self.check(event, event["item_id"] in self.committed, "of an item that was not committed")
        self.check(event, event["item_id"] not in self.transcribed, "transcribed twice")
        told = self.transcripts.get(event["item_id"])
        self.check(event, told is None or told == event["transcript"], f"the deltas say {told!r}")
        self.transcribed.add(event["item_id"])

    def on_conversation_item_input_audio_transcription_failed(self, event):
        self.check(event, event["item_id"] not in self.transcribed, "transcribed twice")
        self.transcribed.add(event["item_id"])

    # MARK: Responses

    def on_response_created(self, event):
        response = event["response"]
        self.check(event, response["status"] == "in_progress", "is not in progress")
        self.check(event, response["output"] == [], "has output already")
        self.check(event, response["id"] not in self.responses, "was there before")
        self.check(event, {"conversation_id", "metadata", "usage", "status_details"} <= set(response), "members are missing")
        if response["conversation_id"] is not None:
            busy = [one.response["id"] for one in self.responses.values() if one.in_conversation and one.done is None]
            self.check(event, not busy, f"{busy} writes to the conversation")
        self.responses[response["id"]] = Response(response)

    def in_response(self, event):
        response = self.responses.get(event["response_id"])
        if not self.check(event, response is not None, "of no response"):
            return
        self.check(event, response.done is None, "comes after response.done")
        if event["type"] == "response.output_item.added":
            self.check(event, event["output_index"] == len(response.outputs), "output_index is not the next")
            kind = event["item"]["type"]
            self.check(event, kind in REMOTE or event["item"]["status"] == "in_progress", "is not in progress")
            self.check(event, kind == "mcp_call" or all(output.done for output in response.outputs), "the item before is not done")
            response.outputs.append(Output(event["item"]))
            return
        if not self.check(event, event["output_index"] < len(response.outputs), "of no item"):
            return
        output = response.outputs[event["output_index"]]
        item_id = event["item"]["id"] if "item" in event else event["item_id"]
        self.check(event, item_id == output.item["id"], "of another item than its output_index")
        self.check(event, not output.done, "comes after output_item.done")
        if event["type"] == "response.output_item.done":
            self.item_done(event, output)
        elif event["type"].startswith("response.function_call_arguments"):
            self.arguments(event, output)
        elif event["type"] == "response.mcp_call_arguments.delta":
            output.arguments += event["delta"]
        elif event["type"] == "response.mcp_call_arguments.done":
            self.check(event, event["arguments"] == output.arguments, f"the deltas say {output.arguments!r}")
        elif event["type"] == "response.content_part.added":
            self.check(event, event["content_index"] == len(output.parts), "content_index is not the next")
            output.parts.append(Part(event["part"]["type"]))
        elif self.check(event, event["content_index"] < len(output.parts), "of no part"):
            self.in_part(event, output.parts[event["content_index"]])

    def arguments(self, event, output):
        self.check(event, event["call_id"] == output.item["call_id"], "call_id is another than the item's")
        if event["type"].endswith(".delta"):
            output.arguments += event["delta"]
        else:
            self.check(event, event["arguments"] == output.arguments, f"the deltas say {output.arguments!r}")
            self.check(event, event["name"] == output.item["name"], "name is another than the item's")

    def in_part(self, event, part):
        what, _, how = event["type"].rpartition(".")
        if what == "response.content_part":
            wanted = {"response.output_audio", "response.output_audio_transcript"} if part.kind == "audio" else {"response.output_text"}
            self.check(event, part.done == wanted, f"before {wanted - part.done} are done")
            self.check(event, event["part"]["type"] == part.kind, "another type than content_part.added")
            told = event["part"].get("transcript" if part.kind == "audio" else "text")
            self.check(event, told == part.text, f"the deltas say {part.text!r}")
            part.done.add(what)
            return
        self.check(event, what not in part.done, "comes after its done")
        if how == "done":
            part.done.add(what)
        if what in TEXTS:
            kind, member = TEXTS[what]
            self.check(event, part.kind == kind, f"in a part of {part.kind}")
            if how == "delta":
                self.check(event, event["delta"] != "", "an empty delta")
                part.text += event["delta"]
            else:
                self.check(event, event[member] == part.text, f"the deltas say {part.text!r}")
        elif what == "response.output_audio" and how == "delta":
            self.check(event, part.kind == "audio", f"in a part of {part.kind}")
            try:
                part.audio += base64.b64decode(event["delta"], validate=True)
            except binascii.Error:
                self.fault(event, "is not base64")

    def item_done(self, event, output):
        item = event["item"]
        output.done = True
        self.check(event, item["type"] in REMOTE or item["status"] in ("completed", "incomplete"), "a done item is in progress")
        if item["type"] == "mcp_call":
            self.check(event, item["arguments"] == output.arguments, f"the deltas say {output.arguments!r}")
            self.check(event, ("output" in item) != ("error" in item), "has its output, or else its error")
        elif item["type"] in REMOTE:
            pass
        elif item["type"] == "function_call":
            self.check(event, item["arguments"] == output.arguments, f"the deltas say {output.arguments!r}")
        else:
            self.check(event, all("response.content_part" in part.done for part in output.parts), "a part is not done")
            told = [part.get("transcript", part.get("text")) for part in item["content"]]
            self.check(event, told == [part.text for part in output.parts], f"the parts say {[part.text for part in output.parts]}")
        output.item = item

    def on_response_done(self, event):
        response = event["response"]
        open_response = self.responses.get(response["id"])
        if not self.check(event, open_response is not None and open_response.done is None, "of no running response"):
            return
        open_response.done = response
        self.check(event, response["status"] != "in_progress", "is in progress")
        details = response.get("status_details") or {}
        self.check(event, response["status"] == "completed" or details.get("type") == response["status"], "status_details do not tell why")
        self.check(event, all(output.done for output in open_response.outputs), "an item is not done")
        self.check(event, [item["id"] for item in response["output"]] == [o.item["id"] for o in open_response.outputs], "other output")
        self.check(event, response["conversation_id"] == open_response.response["conversation_id"], "another conversation")
        self.check(event, response.get("metadata") == open_response.response.get("metadata"), "other metadata")
        for output in open_response.outputs:
            known = output.item["id"] in self.kept
            self.check(event, known == open_response.in_conversation, "its items are on record if and only if it is in the conversation")
            self.check(event, output.item["id"] not in self.unfinished, "its item is not done in the conversation")
        if usage := response.get("usage"):
            self.check(event, usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"], "usage does not add up")
        self.check_audio(event, open_response)

    def check_audio(self, event, response):
        """Every spoken part has sound, whole samples of it; cut ones perhaps none."""
        form = ((event["response"].get("audio") or {}).get("output") or {}).get("format") or {}
        for part in (part for output in response.outputs for part in output.parts if part.kind == "audio"):
            if form.get("type") == "audio/pcm":
                self.check(event, len(part.audio) % 2 == 0, "half a sample")
            if event["response"]["status"] == "completed" and part.text.strip():
                self.check(event, len(part.audio) >= 100 * BYTES_PER_MS[form["type"]], "words without sound")
