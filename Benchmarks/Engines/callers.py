"""Callers that speak the TOM protocol (docs/protocol.md): each holds one call and takes one turn after another."""

import asyncio
import json
import time
import uuid

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

FRAME = 640  # bytes of 20 ms
SILENCE = bytes(FRAME)


class Turn:
    """What was said when, and how TOM ended the turn. Times are monotonic seconds."""

    def __init__(self, call, kind, text):
        self.call, self.kind, self.text = call, kind, text
        self.began = self.ended = None
        self.mark = b""  # bytes of its audio that no other turn has
        self.end = None  # TOM's `turn_end`
        self.notices = []
        self.is_spoilt = False


class Caller:
    def __init__(self, port, number=0):
        self.url, self.number = f"ws://127.0.0.1:{port}/ws/stream/bench-{uuid.uuid4().hex}", number
        self.socket, self.reader, self.turn = None, None, None
        self.turns, self.faults = [], []
        self.changed = asyncio.Event()
        self.spoke = asyncio.Event()

    async def __aenter__(self):
        self.socket = await connect(
            self.url, subprotocols=["tom.v1"], compression=None, max_size=None, ping_interval=None, open_timeout=30)
        await self.send({"type": "start", "framing": "binary"})
        self.reader = asyncio.ensure_future(self.read())
        return self

    async def __aexit__(self, *_):
        await self.socket.close()
        await self.reader

    async def send(self, event):
        await self.socket.send(json.dumps(event))

    async def read(self):
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    self.spoke.set()
                    continue
                event = json.loads(message)
                kind = event["type"]
                if kind == "turn_end" and self.turn:
                    self.turn.end, self.turn.ended = event, time.monotonic()
                    self.changed.set()
                elif kind == "notice":
                    (self.turn.notices if self.turn else self.faults).append(event["code"])
                elif kind == "error":
                    self.faults.append(event["code"])
                elif kind == "llm_token":
                    self.spoke.set()
        except ConnectionClosed as end:
            self.faults.append(f"closed {end.rcvd.code if end.rcvd else 1006}")
        self.changed.set()

    def begin(self, kind, text):
        self.turn = Turn(self.number, kind, text)
        self.turns.append(self.turn)
        self.changed.clear()
        self.spoke.clear()
        self.turn.began = time.monotonic()
        return self.turn

    async def over(self, seconds=30):
        """Waits for the turn's end."""
        try:
            async with asyncio.timeout(seconds):
                await self.changed.wait()
        except TimeoutError:
            self.faults.append("no turn_end")
        return self.turn

    async def type(self, text, kind="typed"):
        self.begin(kind, text)
        await self.send({"type": "text", "text": text})
        return await self.over()

    async def type_over(self, text):
        """Types a turn and, at TOM's first word, another one that cancels it."""
        turn = self.begin("cancelled", text)
        turn.is_spoilt = True
        await self.send({"type": "text", "text": text})
        try:
            async with asyncio.timeout(30):
                await self.spoke.wait()
        except TimeoutError:
            self.faults.append("no word")
        turn = self.begin("typed", text)
        turn.is_spoilt = True
        await self.send({"type": "text", "text": text})
        await self.over()
        # The end of the cancelled turn may come first.
        while turn.end and turn.end["status"] == "interrupted" and self.socket.close_code is None:
            self.changed.clear()
            turn.end = None
            await self.over()
        return turn

    async def speak(self, pcm, text, mark=b"", silence_ms=500):
        """Says `pcm`, 16 kHz, in real time."""
        turn = self.begin("spoken", text)
        turn.mark = mark
        frames = [pcm[at : at + FRAME] for at in range(0, len(pcm) - FRAME + 1, FRAME)] + [SILENCE] * (silence_ms // 20)
        due = time.monotonic()
        for frame in frames:
            await self.socket.send(frame)
            due += 0.02
            await asyncio.sleep(max(0, due - time.monotonic()))
        return await self.over()
