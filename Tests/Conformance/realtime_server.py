"""A server of the OpenAI Realtime API (general availability), scripted, with the `websockets` package.

Every client event is validated against the types of the `openai` package, with no unknown field, and every server event is built as one
of its types. It keeps a conversation as the API does and refuses what the API refuses: an empty commit, a second response beside a running
one, a truncation of an unknown item or past its audio.
"""

import base64
import json
import math
import struct
import threading
import time
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

KEY = "sk-realtime-not-to-be-seen"
RATE = 24_000
CLIENT, SERVER = TypeAdapter(RealtimeClientEvent), TypeAdapter(RealtimeServerEvent)
MS_PER_WORD = 300


def extras(value, path=""):
    """Fields that no type of the API knows."""
    if isinstance(value, BaseModel):
        found = [f"{path}.{name}" for name in value.model_extra or {}]
        return found + [one for name in type(value).model_fields for one in extras(getattr(value, name), f"{path}.{name}")]
    if isinstance(value, list):
        return [one for item in value for one in extras(item, f"{path}[]")]
    return []


def tone(milliseconds, hertz=440):
    count = milliseconds * RATE // 1000
    return struct.pack(f"<{count}h", *(int(8_000 * math.sin(2 * math.pi * hertz * i / RATE)) for i in range(count)))


class Say(str):
    """An answer in words; each takes MS_PER_WORD."""


class Tool:
    def __init__(self, name, arguments, say=""):
        self.name, self.arguments, self.say = name, arguments, say


class Session:
    """One connection: its settings, its items in order and every client event."""

    def __init__(self, query):
        self.query, self.update, self.events, self.items, self.audio = query, None, [], [], {}
        self.buffer, self.response, self.closed, self.refused = bytearray(), None, False, []

    def of_type(self, name):
        return [event for event in list(self.events) if event["type"] == name]

    def index(self, item_id):
        return next((at for at, item in enumerate(self.items) if item["id"] == item_id), None)


class Realtime:
    def __init__(self):
        self.answers, self.words, self.fault, self.sessions, self.connections = [], [], None, [], []
        # seconds of real time for one second of audio, and how long the words of a turn take
        self.pace, self.words_after, self.dies_after_ms = 0.1, 0.0, None
        self.invalid, self.lock, self.count = [], threading.Lock(), 0
        self.server = serve(self.handle, "127.0.0.1", 0, process_request=self.admit, compression=None, max_size=None)
        self.port = self.server.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()

    def admit(self, connection, request):
        if urlsplit(request.path).path != "/v1/realtime":
            return connection.respond(HTTPStatus.NOT_FOUND, "no such path\n")
        if request.headers.get("Authorization") != f"Bearer {KEY}" or self.fault == "unauthorized":
            return connection.respond(
                HTTPStatus.UNAUTHORIZED, json.dumps({"error": {"code": "invalid_api_key", "message": f"the key {KEY} is wrong"}}))
        return None

    def handle(self, connection):
        session = Session({key: values[0] for key, values in parse_qs(urlsplit(connection.request.path).query).items()})
        self.sessions.append(session)
        self.connections.append(connection)
        writing = threading.Lock()

        def send(**event):
            with self.lock:
                self.count += 1
                event = {"event_id": f"event_{self.count}", **event}
            SERVER.validate_python(event)
            with writing:
                try:
                    connection.send(json.dumps(event))
                except ConnectionClosed:
                    pass

        send(type="session.created", session={"type": "realtime", "model": session.query.get("model", "?")})
        try:
            for message in connection:
                event = json.loads(message)
                try:
                    parsed = CLIENT.validate_python(event, strict=True)
                    if found := extras(parsed):
                        self.invalid.append((event["type"], found))
                except Exception as error:
                    self.invalid.append((event, str(error)))
                if event["type"] != "input_audio_buffer.append":
                    session.events.append(event)
                if error := self.take(session, event, send, connection):
                    session.refused.append((event["type"], error))
                    send(type="error", error={
                        "type": "invalid_request_error", "code": error, "message": f"about {KEY}", "event_id": event.get("event_id")})
        except ConnectionClosed:
            pass
        finally:
            session.closed = True

    def new_id(self, kind):
        with self.lock:
            self.count += 1
            return f"{kind}_{self.count}"

    # MARK: Client events

    def take(self, session, event, send, connection):
        kind = event["type"]
        if kind == "session.update":
            session.update = event["session"]
            send(type="session.updated", session=event["session"])
        elif kind == "input_audio_buffer.append":
            session.buffer += base64.b64decode(event["audio"], validate=True)
        elif kind == "input_audio_buffer.clear":
            session.buffer.clear()
            send(type="input_audio_buffer.cleared")
        elif kind == "input_audio_buffer.commit":
            return self.commit(session, send)
        elif kind == "conversation.item.create":
            return self.create(session, event, send)
        elif kind == "conversation.item.delete":
            at = session.index(event["item_id"])
            if at is None:
                return "item_delete_invalid_item_id"
            del session.items[at]
            send(type="conversation.item.deleted", item_id=event["item_id"])
        elif kind == "conversation.item.truncate":
            at = session.index(event["item_id"])
            if at is None or event["content_index"] != 0:
                return "item_truncate_invalid_item_id"
            if event["audio_end_ms"] > len(session.audio[event["item_id"]]) * 1000 // (RATE * 2):
                return "invalid_audio_end_ms"
            session.items[at]["content"] = [{"type": "output_audio"}]
            send(type="conversation.item.truncated", item_id=event["item_id"], content_index=0, audio_end_ms=event["audio_end_ms"])
        elif kind == "response.create":
            if session.response:
                return "conversation_already_has_active_response"
            if self.fault != "deaf":
                session.response = {"id": self.new_id("resp"), "cancelled": False}
                threading.Thread(target=self.answer, args=(session, session.response, send, connection), daemon=True).start()
        elif kind == "response.cancel":
            if not session.response:
                return "response_cancel_not_active"
            session.response["cancelled"] = True
        return None

    def commit(self, session, send):
        if len(session.buffer) < RATE * 2 // 10:
            return "input_audio_buffer_commit_empty"
        item = {"id": self.new_id("item"), "type": "message", "role": "user", "status": "completed", "content": [{"type": "input_audio"}]}
        previous = session.items[-1]["id"] if session.items else None
        session.audio[item["id"]] = bytes(session.buffer)
        session.buffer.clear()
        session.items.append(item)
        send(type="input_audio_buffer.committed", item_id=item["id"], previous_item_id=previous)
        send(type="conversation.item.added", item=item, previous_item_id=previous)
        send(type="conversation.item.done", item=item, previous_item_id=previous)
        words = self.words.pop(0) if self.words else "hello there"
        threading.Thread(target=self.transcribe, args=(item["id"], words, send), daemon=True).start()
        return None

    def transcribe(self, item_id, words, send):
        time.sleep(self.words_after)
        if words is None:
            send(type="conversation.item.input_audio_transcription.failed", item_id=item_id, content_index=0,
                 error={"type": "transcription_error", "code": "audio_unintelligible", "message": "?"})
            return
        send(type="conversation.item.input_audio_transcription.delta", item_id=item_id, content_index=0, delta=words)
        send(type="conversation.item.input_audio_transcription.completed", item_id=item_id, content_index=0, transcript=words,
             usage={"type": "duration", "seconds": 1.0})

    def create(self, session, event, send):
        item = {"id": self.new_id("item"), "object": "realtime.item", **event["item"], "status": "completed"}
        previous, at = event.get("previous_item_id"), len(session.items)
        if previous == "root":
            at = 0
        elif previous is not None:
            if (index := session.index(previous)) is None:
                return "item_create_invalid_previous_item_id"
            at = index + 1
        session.items.insert(at, item)
        send(type="conversation.item.added", item=item, previous_item_id=None if previous == "root" else previous)
        send(type="conversation.item.done", item=item, previous_item_id=None if previous == "root" else previous)
        return None

    # MARK: Responses

    def answer(self, session, response, send, connection):
        answer = self.answers.pop(0) if self.answers else Say("Good.")
        frame = {"id": response["id"], "object": "realtime.response", "output": []}
        send(type="response.created", response={**frame, "status": "in_progress"})
        status, details = "completed", None
        if isinstance(answer, Exception):
            status, details = "failed", {"type": "failed", "error": {"type": "server_error", "code": str(answer)}}
        else:
            words = answer.say if isinstance(answer, Tool) else answer
            if words and not self.speak(session, response, words, send, connection):
                if session.closed:
                    return
                status, details = "cancelled", {"type": "cancelled", "reason": "client_cancelled"}
            elif isinstance(answer, Tool):
                self.call(session, response, answer, send)
        session.response = None
        done = {**frame, "status": status}
        if details:
            done["status_details"] = details
        send(type="response.done", response=done)

    def speak(self, session, response, words, send, connection):
        """Streams an answer; `False` when it was cancelled or the connection ends."""
        item = {"id": self.new_id("item"), "object": "realtime.item", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        ids = {"response_id": response["id"], "item_id": item["id"], "output_index": 0, "content_index": 0}
        session.items.append(item)
        session.audio[item["id"]] = b""
        send(type="response.output_item.added", response_id=response["id"], output_index=0, item=dict(item))
        send(type="conversation.item.added", item=dict(item), previous_item_id=None)
        send(type="response.content_part.added", **ids, part={"type": "audio", "transcript": ""})
        complete, said = True, []
        for index, word in enumerate(words.split()):
            if response["cancelled"]:
                complete = False
                break
            if self.dies_after_ms is not None and index * MS_PER_WORD >= self.dies_after_ms:
                session.closed = True
                connection.socket.shutdown(2)
                return False
            pcm = tone(MS_PER_WORD)
            session.audio[item["id"]] += pcm
            said.append(word)
            send(type="response.output_audio_transcript.delta", **ids, delta=(" " if index else "") + word)
            # cut where no sample ends
            for part in (pcm[:4_801], pcm[4_801:]):
                send(type="response.output_audio.delta", **ids, delta=base64.b64encode(part).decode())
            time.sleep(MS_PER_WORD / 1000 * self.pace)
        send(type="response.output_audio.done", **ids)
        send(type="response.output_audio_transcript.done", **ids, transcript=" ".join(said))
        item["status"] = "completed" if complete else "incomplete"
        if session.index(item["id"]) is not None and not item["content"]:
            item["content"] = [{"type": "output_audio", "transcript": " ".join(said)}]
        send(type="conversation.item.done", item=dict(item), previous_item_id=None)
        send(type="response.output_item.done", response_id=response["id"], output_index=0, item=dict(item))
        return complete

    def call(self, session, response, tool, send):
        item = {
            "id": self.new_id("item"), "object": "realtime.item", "type": "function_call", "call_id": self.new_id("call"), "name": tool.name,
            "arguments": json.dumps(tool.arguments), "status": "completed"}
        session.items.append(item)
        ids = {"response_id": response["id"], "item_id": item["id"], "output_index": 1, "call_id": item["call_id"]}
        send(type="response.output_item.added", response_id=response["id"], output_index=1, item={**item, "arguments": "", "status": "in_progress"})
        send(type="response.function_call_arguments.delta", **ids, delta=item["arguments"])
        send(type="response.function_call_arguments.done", **ids, name=tool.name, arguments=item["arguments"])
        send(type="response.output_item.done", response_id=response["id"], output_index=1, item=item)
