"""A strict client of the Realtime API on a plain WebSocket: every event it gets goes to the oracle."""

import base64
import json
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from oracle import Oracle
from speech import frames, silence

WAIT = 15
# types of all events that came to any client
SEEN = set()


class Client:
    """A thread collects what the server sends. `errors`: the events `error` that no `refused` took."""

    def __init__(self, tom, query="model=gpt-realtime", key="sk-any", oracle=True, **options):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("additional_headers", {})
        self.socket = connect(
            f"{tom.websocket}/realtime?{query}", additional_headers=headers, **{"compression": None, "max_size": None, **options})
        self.oracle = Oracle() if oracle else None
        self.events, self.closed, self.changed, self.sent = [], None, threading.Condition(), 0
        self.expected_errors = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.created = self.wait("session.created")

    def read(self):
        try:
            while True:
                event = json.loads(self.socket.recv())
                SEEN.add(event["type"])
                with self.changed:
                    self.events.append(event)
                    if self.oracle:
                        try:
                            self.oracle.take(event)
                        except Exception as error:  # books that cannot be kept are a fault of the event's too
                            self.oracle.faults.append(f"{error!r}: {json.dumps(event)[:400]}")
                    self.changed.notify_all()
        except ConnectionClosed as end:
            with self.changed:
                self.closed = end.rcvd.code if end.rcvd else 1006
                self.changed.notify_all()

    def send(self, kind, **members):
        """Sends an event and gives its id, by which `refused` finds the answer."""
        self.sent += 1
        event = {"type": kind, "event_id": f"client_{self.sent}", **members}
        self.socket.send(json.dumps(event))
        return event["event_id"]

    # MARK: Waiting

    def mark(self):
        with self.changed:
            return len(self.events)

    def wait(self, kind, after=0, timeout=WAIT, **members):
        """The first event of a type from index `after` on, with these members."""
        def fits(event):
            return event["type"] == kind and all(event.get(name) == value for name, value in members.items())

        with self.changed:
            self.changed.wait_for(lambda: any(map(fits, self.events[after:])) or self.closed is not None, timeout)
            for event in self.events[after:]:
                if fits(event):
                    return event
            pytest.fail(f"no {kind} {members or ''} within {timeout} s; close {self.closed}; got {self.summary(after)}")

    def refused(self, event_id, timeout=WAIT):
        """The `error` that answers a client's event; it is expected then."""
        with self.changed:
            def answer():
                return next((e["error"] for e in self.events if e["type"] == "error" and e["error"].get("event_id") == event_id), None)

            self.changed.wait_for(lambda: answer() or self.closed is not None, timeout)
            error = answer()
            assert error, f"no error for {event_id}; close {self.closed}; got {self.summary()}"
            self.expected_errors.append(error)
            return error

    def until_closed(self, timeout=WAIT):
        with self.changed:
            assert self.changed.wait_for(lambda: self.closed is not None, timeout), f"not closed; got {self.summary()}"
            return self.closed

    def settle(self):
        """Until all that was sent so far is dealt with: events are answered in order, and this one changes nothing."""
        self.configure()

    def of_type(self, kind, after=0):
        with self.changed:
            return [event for event in self.events[after:] if event["type"] == kind]

    def kinds(self, after=0):
        """Types in order, repetitions left out."""
        with self.changed:
            names = [event["type"] for event in self.events[after:]]
        return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]

    def summary(self, after=0):
        errors = [event for event in self.events if event["type"] == "error"]
        return f"{self.kinds(after)[-40:]} {errors[-3:]}"

    @property
    def errors(self):
        return [e["error"] for e in self.of_type("error") if e["error"] not in self.expected_errors]

    # MARK: What callers and clients do

    def configure(self, **session):
        after = self.mark()
        self.send("session.update", session={"type": "realtime", **session})
        return self.wait("session.updated", after)["session"]

    def append(self, audio):
        self.send("input_audio_buffer.append", audio=base64.b64encode(audio).decode())

    def speak(self, pcm, tail_ms=900, make=lambda frame: frame):
        """Speaks in real time, 20 ms at a time, and keeps silent for a while."""
        due = time.monotonic()
        for frame in frames(pcm + silence(tail_ms)):
            self.append(make(frame))
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))

    def write(self, text, role="user", **members):
        """Creates a message and gives its item."""
        after = self.mark()
        part = {"type": "output_text" if role == "assistant" else "input_text", "text": text}
        self.send("conversation.item.create", item={"type": "message", "role": role, "content": [part]}, **members)
        return self.wait("conversation.item.done", after)["item"]

    def respond(self, **response):
        """Asks for a response and gives what the oracle keeps of it when it is done."""
        after = self.mark()
        self.send("response.create", **({"response": response} if response else {}))
        return self.response(after)

    def response(self, after=0):
        """The first response that is done from index `after` on."""
        return self.oracle.responses[self.wait("response.done", after)["response"]["id"]]

    def done(self, response_id):
        """This response, when it is done."""
        with self.changed:
            response = self.oracle.responses[response_id]
            assert self.changed.wait_for(lambda: response.done or self.closed is not None, WAIT) and response.done, self.summary()
            return response

    def ask(self, text, **response):
        self.write(text)
        return self.respond(**response)

    def retrieve(self, item_id):
        after = self.mark()
        self.send("conversation.item.retrieve", item_id=item_id)
        return self.wait("conversation.item.retrieved", after)["item"]

    def close(self):
        self.socket.close()
        self.reader.join(5)

    def check(self):
        """Nothing was wrong with what the server sent, and it refused nothing but what was to be refused."""
        if self.oracle:
            self.oracle.close()
            assert not self.oracle.faults, "\n".join(self.oracle.faults[:10])
        assert not self.errors, self.errors
