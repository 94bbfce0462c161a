"""A server that follows the public protocol of Deepgram's streaming API (`/v1/listen`), with the `websockets` package.

What it "hears" is said by the test; when it answers follows from the audio: an interim for every 300 ms, a final with `speech_final`
at a pause, and the rest at `Finalize` or `CloseStream`.
"""

import json
import threading
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

KEY = "dg-conformance-not-to-be-seen"


class Stream:
    """One connection: its parameters, its audio and the control messages in order."""

    def __init__(self, query):
        self.query, self.audio, self.controls, self.closed = query, bytearray(), [], False


class Deepgram:
    def __init__(self, words="what are your opening hours", fault=None):
        self.words, self.fault, self.streams = words.split(), fault, []
        self.released = threading.Event()
        self.server = serve(self.handle, "127.0.0.1", 0, process_request=self.admit, compression=None)
        self.url = f"http://127.0.0.1:{self.server.socket.getsockname()[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()

    def admit(self, connection, request):
        if urlsplit(request.path).path != "/v1/listen":
            return connection.respond(HTTPStatus.NOT_FOUND, "no such path\n")
        if self.fault == "silent handshake":
            self.released.wait(20)
        if request.headers.get("Authorization") != f"Token {KEY}" or self.fault == "unauthorized":
            answer = connection.respond(
                HTTPStatus.UNAUTHORIZED, json.dumps({"err_code": "INVALID_AUTH", "err_msg": f"{KEY} is invalid", "request_id": "1"}))
            return answer
        if self.fault == "limited":
            answer = connection.respond(HTTPStatus.TOO_MANY_REQUESTS, json.dumps({"err_code": "TOO_MANY_REQUESTS", "err_msg": "slow down"}))
            answer.headers["Retry-After"] = "9"
            return answer
        return None

    def results(self, text, seconds, **flags):
        flags = {"is_final": False, "speech_final": False, "from_finalize": False, **flags}
        words = [{"word": word, "start": 0.0, "end": 0.1, "confidence": 0.97} for word in text.split()]
        return json.dumps({
            "type": "Results", "channel_index": [0, 1], "duration": seconds, "start": 0.0, **flags,
            "channel": {"alternatives": [{"transcript": text, "confidence": 0.97 if text else 0.0, "words": words}]},
            "metadata": {"request_id": "1", "model_info": {"name": "general-nova-3", "version": "1", "arch": "nova-3"}, "model_uuid": "1"}})

    def handle(self, connection):
        stream = Stream({key: values[0] for key, values in parse_qs(urlsplit(connection.request.path).query).items()})
        self.streams.append(stream)
        said, settled = 0, 0
        try:
            for message in connection:
                if isinstance(message, bytes):
                    stream.audio += message
                    heard = min(len(self.words), len(stream.audio) // 9_600)
                    if self.fault == "dies" and heard > 1:
                        connection.close(1011, "NET-0000")
                        return
                    if self.fault != "silent" and heard > said:
                        said = heard
                        # the first two words are settled by a pause of the speaker's
                        if said == 2:
                            settled = 2
                            connection.send(self.results(" ".join(self.words[:2]), 0.6, is_final=True, speech_final=True))
                        else:
                            connection.send(self.results(" ".join(self.words[settled:said]), 0.3))
                    continue
                kind = json.loads(message)["type"]
                stream.controls.append(kind)
                if self.fault == "silent":
                    continue
                if kind == "Finalize":
                    connection.send(self.results(" ".join(self.words[settled:]), 0.5, is_final=True, speech_final=True, from_finalize=True))
                    settled = len(self.words)
                elif kind == "CloseStream":
                    connection.send(json.dumps({
                        "type": "Metadata", "transaction_key": "deprecated", "request_id": "1", "sha256": "", "created": "2026-01-01T00:00:00.000Z",
                        "duration": len(stream.audio) / 32_000, "channels": 1}))
                    return
        except ConnectionClosed:
            pass
        finally:
            stream.closed = True
