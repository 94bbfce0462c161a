"""`openai-agents`: a RealtimeAgent with a function tool, run against TOM by its `url` alone; truncation and retrieval are the package's own."""

import asyncio

from agents import function_tool, set_tracing_disabled
from agents.realtime import RealtimeAgent, RealtimeRunner

from heard import words
from speech import duration_ms
from story import ANSWER, INTERRUPTION, LISTENS_MS, OUTPUT, QUESTION, WAIT, Loudspeaker, Microphone, check_answered, check_interrupted, rehearse

set_tracing_disabled(True)


class Caller:
    def __init__(self, session):
        self.session, self.loudspeaker = session, Loudspeaker()
        self.errors, self.raw, self.history, self.kinds, self.answered = [], [], [], [], asyncio.Event()

    async def listen(self):
        async for event in self.session:
            self.kinds.append(event.type)
            if event.type == "audio":
                await self.loudspeaker.play(event.item_id, event.audio.data)
            elif event.type == "audio_interrupted":
                self.loudspeaker.stop()
            elif event.type == "history_updated":
                self.history = event.history
            elif event.type == "error":
                self.errors.append(event.error)
            elif event.type == "raw_model_event":
                self.take(event.data)

    def take(self, event):
        if event.type == "raw_server_event":
            self.raw.append(event.data)
        elif event.type == "exception":
            self.errors.append(event.exception)
        elif event.type == "turn_ended" and "tool_end" in self.kinds:
            done = self.raw[-1]
            if done["type"] == "response.done" and any(item["type"] == "message" for item in done["response"]["output"]):
                self.answered.set()

    def server(self, kind):
        return [event for event in self.raw if event["type"] == kind]


async def converse(url, called):
    @function_tool
    def opening_hours(day: str) -> str:
        """Says when the shop is open on a day.

        Args:
            day: The day of the week.
        """
        called.append(day)
        return OUTPUT

    agent = RealtimeAgent(name="Receptionist", instructions="You answer for a shop.", tools=[opening_hours])
    runner = RealtimeRunner(starting_agent=agent)
    async with await runner.run(model_config={"url": url, "api_key": "sk-any"}) as session:
        caller = Caller(session)
        listening = asyncio.create_task(caller.listen())
        microphone = Microphone(session.send_audio)
        await microphone.say(QUESTION)
        first = await caller.loudspeaker.reached(LISTENS_MS)
        await microphone.say(INTERRUPTION)
        await asyncio.wait_for(caller.answered.wait(), WAIT)
        await microphone.close()
        # what it asks for once an answer is spoken is answered too
        await asyncio.wait_for(until(lambda: len(caller.server("conversation.item.retrieved")) >= 2), WAIT)
        listening.cancel()
    return caller, first


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_an_agent_holds_a_spoken_conversation(tom, model):
    rehearse(model)
    called = []
    caller, first = asyncio.run(converse(f"{tom.websocket}/realtime?model=gpt-realtime-2.1", called))
    assert caller.errors == [] and not caller.server("error")
    assert called == ["saturday"] and {"tool_start", "tool_end", "audio_interrupted"} <= set(caller.kinds)
    # the package truncated what was not heard, and asked for the item as it is then
    truncated, = caller.server("conversation.item.truncated")
    assert truncated["item_id"] == first and abs(truncated["audio_end_ms"] - caller.loudspeaker.stopped[first]) < 150
    caller.loudspeaker.stopped[first] = truncated["audio_end_ms"]
    check_interrupted(model, caller.loudspeaker, first)
    check_answered(model, caller.loudspeaker, caller.loudspeaker.current)
    told = [(item.role, part) for item in caller.history if item.type == "message" for part in item.content]
    spoken = [words(part.transcript) for role, part in told if role == "user"]
    assert spoken == [words(QUESTION), words(INTERRUPTION)]
    assert words([part.transcript for role, part in told if role == "assistant"][-1]) == words(ANSWER)


def test_the_address_needs_no_model(tom, model):
    rehearse(model)

    async def ask():
        agent = RealtimeAgent(name="Receptionist", instructions="You answer for a shop.")
        runner = RealtimeRunner(starting_agent=agent)
        async with await runner.run(model_config={"url": f"{tom.websocket}/realtime", "api_key": "sk-any"}) as session:
            caller = Caller(session)
            listening = asyncio.create_task(caller.listen())
            await session.send_message("what are your opening hours")
            await asyncio.wait_for(until(lambda: "audio_end" in caller.kinds), WAIT)
            listening.cancel()
            return caller

    caller = asyncio.run(ask())
    assert caller.errors == [] and duration_ms(caller.loudspeaker.audio[caller.loudspeaker.current]) > 2_000
