"""What a failing first engine adds to a turn, beyond the time that it was given."""

import asyncio
import contextlib
import socket
import statistics
import struct

from callers import Caller
from children import start_tom

PATIENCE_MS, CONNECT_MS = 600, 300
CALLS = 3  # A fourth failure would not happen: three open the engine's breaker.
RESET = struct.pack("ii", 1, 0)
# The engine that takes over, and the settings that name the failing one's address.
STAGES = {
    "stt": ("mock", "STT_PROVIDER_URL", {"STT_PROVIDER_MODEL": "none"}),
    "llm": ("receptionist", "LLM_PROVIDER_URL", {"LLM_MODEL": "none"}),
    "tts": ("espeak", "TTS_PROVIDER_URL", {"TTS_PROVIDER_MODEL": "none"}),
}


class Faults:
    """Listeners that fail in ways that no real server shows on demand: {fault: (URL, milliseconds it is given)}."""

    def __init__(self, stack):
        self.stack = stack

    async def open(self):
        return {
            "never answers": (await self.served(self.never_answer), PATIENCE_MS),
            "refuses": (self.refusing(), 0),
            "dies in the handshake": ((await self.served(self.die)).replace("http:", "https:"), 0),
            "cannot be reached": (self.unreachable(), CONNECT_MS),
        }

    async def served(self, handler):
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        self.stack.callback(server.close)
        return self.url(server.sockets[0])

    @staticmethod
    def url(listener):
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"

    @staticmethod
    async def never_answer(reader, writer):
        with contextlib.suppress(ConnectionError):
            while await reader.read(65_536):
                pass
        writer.close()

    @staticmethod
    async def die(reader, writer):
        """Reads the hello of a TLS client and resets the connection."""
        with contextlib.suppress(ConnectionError):
            await reader.read(16)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    def refusing(self):
        """A port that is taken, but not listened on."""
        holder = self.stack.enter_context(socket.socket())
        holder.bind(("127.0.0.1", 0))
        return self.url(holder)

    def unreachable(self):
        """A listener whose queue is full: Linux drops what would connect."""
        listener = self.stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = self.stack.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        return self.url(listener)


async def turn(port, stage, audio):
    """One turn of a fresh call: (`e2e_ms`, whether an engine was replaced)."""
    async with Caller(port) as caller:
        if stage == "stt":
            done = await caller.speak(audio, "", silence_ms=1_000)
        else:
            done = await caller.type("what are your opening hours")
        latency = done.end and done.end["latency"]["e2e_ms"]
        return latency, f"{stage}.failover" in done.notices


async def calls(folder, cpu, stage, audio, url=None):
    """One server with `url` as the stage's first engine, or without one, and its turns, all at one time."""
    engine, key, more = STAGES[stage]
    name = stage.upper()
    settings = {
        f"REALTIME_{name}": "provider", f"{name}_ENGINE": f"openai,{engine}" if url else engine,
        "FAILOVER_PATIENCE_MS": PATIENCE_MS, "ENGINE_CONNECT_TIMEOUT_MS": CONNECT_MS, **({key: url, **more} if url else {})}
    with contextlib.ExitStack() as stack:
        tom = await asyncio.to_thread(start_tom, stack, folder, cpu, **settings)
        return await asyncio.gather(*[turn(tom.port, stage, audio) for _ in range(CALLS)])


async def measure(folder, cpu, audio, repeats):
    """One result for each stage and fault."""
    results = []
    with contextlib.ExitStack() as stack:
        faults = await Faults(stack).open()
        rounds = {}
        for repeat in range(repeats):
            for fault, (url, _) in [("none", (None, 0)), *faults.items()]:
                # The stages side by side: what they do is mostly to wait.
                here = folder / f"{fault}-{repeat}".replace(" ", "-")
                taken = await asyncio.gather(*[calls(here / stage, cpu, stage, audio, url) for stage in STAGES])
                for stage, turns in zip(STAGES, taken):
                    rounds.setdefault((stage, fault), []).extend(turns)
        for stage in STAGES:
            without = [latency for latency, replaced in rounds[stage, "none"] if latency is not None and not replaced]
            for fault, (_, given) in faults.items():
                taken = rounds[stage, fault]
                added = [latency - statistics.median(without) - given for latency, replaced in taken if replaced and latency]
                results.append({
                    "what": "failover", "stage": stage, "fault": fault, "given_ms": given, "turns": len(taken),
                    "replaced": len(added), "without_ms": round(statistics.median(without), 1),
                    "added_ms": {"median": round(statistics.median(added), 1), "max": round(max(added), 1)} if added else None})
    return results
