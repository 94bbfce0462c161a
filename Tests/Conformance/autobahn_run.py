#!/usr/bin/env python3
"""Drives the Autobahn test suite's client-side cases against a WebSocket echo server.

usage: autobahn_run.py URL [GROUP ...]     groups such as 1, 6.4; by default 1 to 7 and 10

Prints each failing case and `N passed, N failed`; exit 1 when one failed, 2 when none could be run.
The suite's 12 and 13 (compression) do not apply: TOM offers no extension. 9 is about megabytes, above TOM's limit.
"""

import sys
import time

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from autobahn.websocket.protocol import WebSocketProtocol
from twisted.internet import reactor

from autobahn_cases import CaseLoader, to_bytes, to_text

DEFAULT_GROUPS = ["1", "2", "3", "4", "5", "6", "7", "10"]
PASSED = {"OK", "INFORMATIONAL", "NON-STRICT", "UNIMPLEMENTED"}
PASSED_CLOSE = {"OK", "INFORMATIONAL"}
CASE_SECONDS = 30


class CaseClient(WebSocketClientProtocol):
    """The connection of one case: hands it what arrives and lets it send broken frames."""

    def connectionMade(self):
        self.connectionWasOpen = self.createWirelog = False
        self.txFrameStats, self.rxFrameStats, self.timers = {}, {}, []
        self.runCase = self.factory.case(self)
        self.after(CASE_SECONDS, self._fail_connection)
        super().connectionMade()

    # What the cases call.

    def after(self, seconds, call):
        self.timers.append(reactor.callLater(seconds, lambda: self.state != WebSocketProtocol.STATE_CLOSED and call()))

    def continueLater(self, delay, fun, tag=None):
        self.after(delay, fun)

    def killAfter(self, delay):
        self.after(delay, self._fail_connection)

    def closeAfter(self, delay):
        self.after(delay, self.sendClose)

    def enableWirelog(self, enable):
        pass

    def sendFrame(self, opcode, payload=b"", **options):
        super().sendFrame(opcode, to_bytes(payload), **options)

    def sendMessage(self, payload, isBinary=False, **options):
        super().sendMessage(to_bytes(payload), isBinary, **options)

    def sendMessageFrameData(self, payload, sync=False):
        return super().sendMessageFrameData(to_bytes(payload), sync)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        super().sendCloseFrame(code, to_bytes(reasonUtf8), isReply)

    # What autobahn calls.

    def logTxFrame(self, header, payload, *_):
        self.txFrameStats[header.opcode] = self.txFrameStats.get(header.opcode, 0) + 1

    def logRxFrame(self, header, payload):
        self.rxFrameStats[header.opcode] = self.rxFrameStats.get(header.opcode, 0) + 1

    def logRxOctets(self, data):
        pass

    def logTxOctets(self, data, sync):
        pass

    def onOpen(self):
        self.connectionWasOpen = True
        self.runCase.onOpen()

    def onMessage(self, payload, isBinary):
        self.runCase.onMessage(to_text(payload), isBinary)

    def onPing(self, payload):
        self.runCase.onPing(to_text(payload))
        super().onPing(payload)

    def onPong(self, payload):
        self.runCase.onPong(to_text(payload))

    def onClose(self, wasClean, code, reason):
        self.runCase.onClose(wasClean, code, reason)

    def connectionLost(self, reason):
        super().connectionLost(reason)
        for timer in self.timers:
            if timer.active():
                timer.cancel()
        try:
            self.runCase.onConnectionLost(self.failedByMe)
        except Exception as error:  # a case that cannot judge itself has failed
            self.runCase.behavior, self.runCase.result = "FAILED", repr(error)
        self.factory.finished(self.runCase)


class Run:
    """Runs the cases one after another and keeps the verdicts."""

    def __init__(self, url, cases):
        self.url, self.waiting = url, list(cases)
        self.passed = self.failed = 0
        self.unreachable = None

    def next(self):
        if not self.waiting:
            return reactor.stop()
        name, case = self.waiting.pop(0)
        factory = WebSocketClientFactory(self.url)
        factory.setProtocolOptions(failByDrop=False, openHandshakeTimeout=5)
        factory.protocol, factory.case, factory.noisy = CaseClient, case, False
        factory.logOctets, factory.logFrames = False, True
        factory.finished = lambda ran: self.judge(name, ran)
        factory.clientConnectionFailed = lambda _, reason: self.stop(reason.getErrorMessage())
        connectWS(factory, timeout=5)

    def stop(self, why):
        self.unreachable = why
        reactor.stop()

    def judge(self, name, ran):
        good = ran.behavior in PASSED and ran.behaviorClose in PASSED_CLOSE
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            print(f"FAILED {name}: {ran.behavior} ({ran.result[:120]}), close {ran.behaviorClose} ({ran.resultClose[:90]})")
            print(f"       received {str(ran.received)[:150]}", flush=True)
        reactor.callLater(0, self.next)


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 64
    run = Run(arguments[0], CaseLoader().cases(arguments[1:] or DEFAULT_GROUPS))
    total, began = len(run.waiting), time.monotonic()
    reactor.callLater(0, run.next)
    reactor.run()
    if run.unreachable or total == 0:
        print(f"could not run: {run.unreachable or 'there are no such cases'}")
        return 2
    print(f"{run.passed} passed, {run.failed} failed in {time.monotonic() - began:.1f}s")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
