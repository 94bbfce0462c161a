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
# The engine that takes over, and the settings of the failing one.
STAGES = {
    "stt": ("mock", "STT_PROVIDER_URL", {"STT_PROVIDER_MODEL": "none"}),
    "llm": ("receptionist", "LLM_PROVIDER_URL", {"LLM_MODEL": "none"}),
    "tts": ("espeak", "TTS_PROVIDER_URL", {"TTS_PROVIDER_MODEL": "tts-1"}),
}
# Milliseconds that an engine with the fault is given.
FAULTS = {"never answers": PATIENCE_MS, "refuses": 0, "dies in the handshake": 0, "cannot be reached": CONNECT_MS}


class Listener:
    """A port that fails in a way that no real server shows on demand, from ``fail`` on; before, it leads to a real one."""

    def __init__(self, stack, fault, real_port):
        self.stack, self.fault, self.real_port = stack, fault, real_port
        self.has_failed = False
        self.server, self.writers = None, set()

    async def open(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        self.stack.callback(self.server.close)
        self.port = self.server.sockets[0].getsockname()[1]
        return f"{'https' if self.fault == 'dies in the handshake' else 'http'}://127.0.0.1:{self.port}/v1"

    async def accept(self, reader, writer):
        self.writers.add(writer)
        with contextlib.suppress(ConnectionError):
            if not self.has_failed:
                await self.relay(reader, writer)
            elif self.fault == "never answers":
                while await reader.read(65_536):
                    pass
            else:
                # The first words of a TLS client are answered with a reset.
                await reader.read(16)
                self.reset(writer)
        self.writers.discard(writer)
        writer.close()

    async def relay(self, reader, writer):
        real_reader, real_writer = await asyncio.open_connection("127.0.0.1", self.real_port)

        async def copy(source, target):
            with contextlib.suppress(ConnectionError):
                while data := await source.read(65_536):
                    target.write(data)
                    await target.drain()
            target.close()

        await asyncio.gather(copy(reader, real_writer), copy(real_reader, writer))

    @staticmethod
    def reset(writer):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    async def take(self, holder):
        """Binds the listener's port anew: a process that is being started may hold it a moment longer."""
        async with asyncio.timeout(5):
            while True:
                try:
                    return holder.bind(("127.0.0.1", self.port))
                except OSError:
                    await asyncio.sleep(0.01)

    async def fail(self):
        self.has_failed = True
        for writer in list(self.writers):
            self.reset(writer)
        if self.fault not in ("refuses", "cannot be reached"):
            return
        self.server.close()
        holder = self.stack.enter_context(socket.socket())
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        await self.take(holder)
        if self.fault == "refuses":
            return  # The port is taken, but not listened on.
        # Linux drops what would connect to a listener whose queue is full.
        holder.listen(0)
        for _ in range(4):
            filler = self.stack.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(holder.getsockname())


async def turn(port, stage, audio):
    """One turn of a fresh call: (`e2e_ms`, whether an engine was replaced)."""
    async with Caller(port) as caller:
        if stage == "stt":
            done = await caller.speak(audio, "", silence_ms=1_000)
        else:
            done = await caller.type("what are your opening hours")
        latency = done.end and done.end["latency"]["e2e_ms"]
        return latency, f"{stage}.failover" in done.notices


async def calls(folder, cpu, stage, audio, fault, speech_port):
    """One server, with a failing first engine or without one, and its turns, all at one time."""
    engine, key, more = STAGES[stage]
    name = stage.upper()
    settings = {
        f"REALTIME_{name}": "provider", f"{name}_ENGINE": engine, "FAILOVER_PATIENCE_MS": PATIENCE_MS,
        "ENGINE_CONNECT_TIMEOUT_MS": CONNECT_MS}
    with contextlib.ExitStack() as stack:
        listener = Listener(stack, fault, speech_port) if fault else None
        if listener:
            settings |= {f"{name}_ENGINE": f"openai,{engine}", key: await listener.open(), **more}
            # TOM speaks its canned sentences at the start, whose failures would open the voice's breaker before any turn.
            if stage != "tts":
                await listener.fail()
        tom = await asyncio.to_thread(start_tom, stack, folder, cpu, **settings)
        if listener and stage == "tts":
            await listener.fail()
        return await asyncio.gather(*[turn(tom.port, stage, audio) for _ in range(CALLS)])


async def measure(folder, cpu, audio, speech_port, repeats):
    """One result for each stage and fault.

    - `audio`: what a caller says, 16 kHz
    - `speech_port`: of a real server for the voice, which fails only once TOM has started. It speaks no TLS, so that there is
      no voice that dies in the handshake.
    """
    rounds = {}
    for repeat in range(repeats):
        for fault in [None, *FAULTS]:
            # The stages side by side: what they do is mostly to wait.
            stages = [stage for stage in STAGES if (stage, fault) != ("tts", "dies in the handshake")]
            here = folder / f"{fault}-{repeat}".replace(" ", "-")
            taken = await asyncio.gather(*[calls(here / stage, cpu, stage, audio, fault, speech_port) for stage in stages])
            for stage, turns in zip(stages, taken):
                rounds.setdefault((stage, fault), []).extend(turns)
    return [result(rounds, stage, fault) for stage, fault in rounds if fault]


def result(rounds, stage, fault):
    without = statistics.median([latency for latency, _ in rounds[stage, None] if latency is not None])
    added = [latency - without - FAULTS[fault] for latency, replaced in rounds[stage, fault] if replaced and latency]
    return {
        "what": "failover", "stage": stage, "fault": fault, "given_ms": FAULTS[fault], "turns": len(rounds[stage, fault]),
        "replaced": len(added), "without_ms": round(without, 1),
        "added_ms": {"median": round(statistics.median(added), 1), "max": round(max(added), 1)} if added else None}
