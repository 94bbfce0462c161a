"""A language model behind the OpenAI API that answers as the test says: a real HTTP server with server-sent events.

It reads the conversation it is sent: what the caller said last chooses the answer, a tool's output is repeated in words. `requests` holds
the bodies it was asked with, so that a test sees what the model is told of the conversation.
"""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_tokens_details": {"cached_tokens": 60}}
HOLD_SECONDS = 20


class Say(str):
    """An answer in words. `hold_after`: so many words are sent, the rest waits for `ScriptedModel.release`."""

    def __new__(cls, text, hold_after=None):
        said = super().__new__(cls, text)
        said.hold_after = hold_after
        return said


class Call:
    """A call of a function; `say` is said before it. Several in a list are one answer."""

    def __init__(self, name, arguments, say=""):
        self.name, self.arguments, self.say = name, arguments, say


class Refuse:
    """The provider refuses with this status."""

    def __init__(self, status=500):
        self.status = status


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.model.take(request)
        if isinstance(answer, Refuse):
            body = json.dumps({"error": {"message": "no", "type": "server_error", "code": "scripted"}}).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):  # who asked may go, as after an interruption
            self.stream(answer, request)

    def stream(self, answer, request):
        calls = answer if isinstance(answer, list) else [answer] if isinstance(answer, Call) else []
        words = calls[0].say if calls else answer
        limit = request.get("max_completion_tokens") or request.get("max_tokens")
        reason = "stop"
        for index, word in enumerate(words.split(" ")):
            if limit is not None and index >= limit:
                reason = "length"
                break
            if index == getattr(words, "hold_after", None):
                self.server.model.held.release()
                self.server.model.hold.acquire(timeout=HOLD_SECONDS)
            if word:
                self.delta({"content": word if index == 0 else " " + word})
        if calls and reason == "stop":
            reason = "tool_calls"
            for index, call in enumerate(calls):
                self.call(index, call)
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        self.event({"choices": [], "usage": USAGE})
        self.wfile.write(b"data: [DONE]\n\n")

    def call(self, index, call):
        """The arguments come in two pieces, as models send them."""
        text = json.dumps(call.arguments)
        head = {"index": index, "id": self.server.model.next_call_id(), "type": "function"}
        self.delta({"tool_calls": [{**head, "function": {"name": call.name, "arguments": ""}}]})
        for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
            self.delta({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})

    def delta(self, delta):
        self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})

    def event(self, data):
        self.wfile.write(f"data: {json.dumps({'id': 'chatcmpl-1', 'object': 'chat.completion.chunk', **data})}\n\n".encode())

    def log_message(self, *arguments):
        pass


class ScriptedModel:
    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.model = True, self
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.calls = 0
        self.reset()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self):
        # what is answered to a last message that holds the key; the first that fits
        self.answers, self.default, self.after_tool = {}, Say("I see."), lambda output: Say(f"It says {output}.")
        self.requests = []
        self.hold, self.held = threading.Semaphore(0), threading.Semaphore(0)

    def close(self):
        for _ in range(100):
            self.hold.release()
        self.server.shutdown()
        self.server.server_close()

    def take(self, request):
        self.requests.append(request)
        last = request["messages"][-1]
        if last["role"] == "tool":
            return self.after_tool(last["content"])
        words = said(last).lower() if last["role"] == "user" else ""
        answer = next((answer for key, answer in self.answers.items() if key in words), self.default)
        return answer(words) if callable(answer) else answer

    def next_call_id(self):
        self.calls += 1
        return f"call_{self.calls}"

    def wait_until_held(self):
        assert self.held.acquire(timeout=HOLD_SECONDS), "the model was not asked for the answer that is held"

    def release(self):
        self.hold.release()


def said(message):
    """The text of a message, whose content may come in parts."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def roles(request, *wanted):
    """The messages of a request as `role: text`; with `wanted`, only those of these roles."""
    return [f"{message['role']}: {said(message)}" for message in request["messages"] if not wanted or message["role"] in wanted]
