#!/usr/bin/env python3
"""Stands between TOM and the servers of its engines and notes when which bytes passed.

usage: proxy.py FILE PORT...     listens on a free port for each server's PORT and prints those ports, one line
On SIGTERM it writes FILE, a pickle: {"connections": [...], "lag_ms": [...]}. A connection is {"server": its place in the
arguments, "passed": [(is_request, monotonic seconds, bytes)]}. `lag_ms` is how late the event loop was, sampled every 5 ms: a
proxy that is late itself charges its lateness to TOM, so that such a run says nothing.
"""

import asyncio
import pickle
import signal
import socket
import sys
import time

SAMPLE_SECONDS = 0.005


class Side(asyncio.Protocol):
    """One end of a connection; what it receives goes to `other`."""

    def __init__(self, passed, is_request):
        self.passed, self.is_request = passed, is_request
        self.transport = self.other = None
        self.early = []

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for data in self.early:
            transport.write(data)

    def data_received(self, data):
        # Stamped before it is handed on, so that the time of the other end begins there.
        self.passed.append((self.is_request, time.monotonic(), data))
        self.other.write(data)

    def write(self, data):
        if self.transport is None:
            self.early.append(data)
        elif not self.transport.is_closing():
            self.transport.write(data)

    def connection_lost(self, error):
        if self.other.transport is not None:
            self.other.transport.close()


class Proxy:
    def __init__(self):
        self.connections, self.lag_ms = [], []

    def accept(self, server, port):
        passed = []
        self.connections.append({"server": server, "passed": passed})
        caller, answerer = Side(passed, True), Side(passed, False)
        caller.other, answerer.other = answerer, caller
        asyncio.ensure_future(self.connect(caller, answerer, port))
        return caller

    async def connect(self, caller, answerer, port):
        try:
            await asyncio.get_running_loop().create_connection(lambda: answerer, "127.0.0.1", port)
            if caller.transport.is_closing():
                answerer.transport.close()
        except OSError:
            caller.transport.close()

    async def watch_itself(self):
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + SAMPLE_SECONDS
            await asyncio.sleep(SAMPLE_SECONDS)
            self.lag_ms.append((loop.time() - due) * 1000)


async def main(path, ports):
    loop, proxy, ended = asyncio.get_running_loop(), Proxy(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    listeners = [
        await loop.create_server(lambda server=server, port=port: proxy.accept(server, port), "127.0.0.1", 0)
        for server, port in enumerate(ports)]
    print(*[listener.sockets[0].getsockname()[1] for listener in listeners], flush=True)
    watch = asyncio.ensure_future(proxy.watch_itself())
    await ended.wait()
    watch.cancel()
    with open(path, "wb") as f:
        pickle.dump({"connections": proxy.connections, "lag_ms": proxy.lag_ms}, f)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], [int(port) for port in sys.argv[2:]]))
