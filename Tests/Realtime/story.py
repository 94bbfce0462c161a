"""The conversation that every client holds: a question, an interruption of its answer, a call of a function, an answer that uses it.

`Microphone` and `Loudspeaker` are the caller's device: the one gives 20 ms of sound every 20 ms, the other plays what comes and knows what
was heard of it.
"""

import asyncio
import collections
import time

from conftest import HOURS
from heard import check_cut, words
from scripted_model import Call, Say, roles
from speech import RATE, duration_ms, frames, read_back, say

QUESTION, INTERRUPTION = "What are your opening hours?", "Are you open on Saturday?"
OUTPUT, ANSWER = "ten to two", "On saturday we are open from ten to two."
WAIT = 20
# until so much of the first answer was heard, the caller listens
LISTENS_MS = 2_500


def rehearse(model, hold_after=None):
    """What the model answers; with `hold_after`, its first answer is under way when it is interrupted."""
    model.answers = {"opening hours": Say(HOURS, hold_after=hold_after), "saturday": Call("opening_hours", {"day": "saturday"})}
    model.after_tool = lambda output: Say(f"On saturday we are open from {output}.")


class Microphone:
    """Calls `send` with PCM16 at 24 kHz in real time, silence while nobody speaks."""

    def __init__(self, send, milliseconds=20):
        self.send, self.milliseconds = send, milliseconds
        self.waiting, self.spoken = collections.deque(), asyncio.Event()
        self.task = asyncio.create_task(self.run())

    async def run(self):
        quiet, due = bytes(RATE * self.milliseconds // 1000 * 2), time.monotonic()
        while True:
            frame = self.waiting.popleft() if self.waiting else quiet
            if not self.waiting:
                self.spoken.set()
            await self.send(frame)
            due += self.milliseconds / 1000
            await asyncio.sleep(max(0, due - time.monotonic()))

    async def say(self, text):
        self.spoken.clear()
        self.waiting.extend(frames(say(text), self.milliseconds))
        await asyncio.wait_for(self.spoken.wait(), WAIT)

    async def close(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class Loudspeaker:
    """Plays the audio of one item after the other in real time."""

    def __init__(self):
        self.audio, self.begun, self.stopped, self.changed = {}, {}, {}, asyncio.Condition()

    async def play(self, item, pcm):
        async with self.changed:
            if item in self.stopped:
                return
            self.begun.setdefault(item, time.monotonic())
            self.audio[item] = self.audio.get(item, b"") + pcm
            self.changed.notify_all()

    def position_ms(self, item):
        if item in self.stopped:
            return self.stopped[item]
        return min(duration_ms(self.audio[item]), int((time.monotonic() - self.begun[item]) * 1000))

    @property
    def current(self):
        return list(self.audio)[-1] if self.audio else None

    def stop(self):
        """Falls silent; gives the item that was heard and how much of it, or `None` when it was over."""
        item = self.current
        if item is None or item in self.stopped:
            return None
        self.stopped[item] = self.position_ms(item)
        return item, self.stopped[item]

    def heard(self, item):
        return self.audio[item][: self.position_ms(item) * RATE // 1000 * 2]

    async def reached(self, milliseconds, count=1):
        """Waits until so much of the `count`th item was heard."""
        async def wait():
            async with self.changed:
                await self.changed.wait_for(lambda: len(self.audio) >= count)
                item = list(self.audio)[count - 1]
                await self.changed.wait_for(lambda: duration_ms(self.audio[item]) >= milliseconds)
            await asyncio.sleep(max(0, self.begun[item] + milliseconds / 1000 - time.monotonic()))
            return item

        return await asyncio.wait_for(wait(), WAIT)


def check_interrupted(model, loudspeaker, item, slack=1, answers=1):
    """What the model is told of its interrupted answer, the last of so many, is what the caller heard of it."""
    asked = next(request for request in model.requests if "saturday" in str(request["messages"][-1]).lower())
    recorded = roles(asked, "assistant")
    assert len(recorded) == answers, recorded
    check_cut(HOURS, recorded[-1].removeprefix("assistant: "), read_back(loudspeaker.heard(item)), slack)


def check_answered(model, loudspeaker, item):
    """The last answer, which holds the function's output, was heard word for word."""
    assert words(read_back(loudspeaker.audio[item])) == words(ANSWER)
    outputs = [message["content"] for message in model.requests[-1]["messages"] if message["role"] == "tool"]
    assert len(outputs) == 1 and OUTPUT in outputs[0]
