"""What passed through the proxy, as requests and their answers."""

import bisect
import json
import re

HEAD_END = b"\r\n\r\n"


class Exchange:
    """One request and its answer; times are monotonic seconds."""

    def __init__(self, request, answer):
        self.request = b"".join(data for _, data in request)
        self.begun, self.asked = request[0][0], request[-1][0]
        self.answered = answer[-1][0]
        self.times = [at for at, _ in answer]
        self.ends, total = [], 0
        for _, data in answer:
            total += len(data)
            self.ends.append(total)
        self.answer = b"".join(data for _, data in answer)

    @property
    def body(self):
        return self.request.partition(HEAD_END)[2]

    def passed_at(self, position):
        """When the answer's byte at `position` was handed on."""
        return self.times[min(bisect.bisect_right(self.ends, position), len(self.times) - 1)]

    def body_pieces(self):
        """The pieces of the answer's body with the position behind each in the answer."""
        head, found, body = self.answer.partition(HEAD_END)
        at = len(head) + len(found)
        if b"transfer-encoding: chunked" not in head.lower():
            return [(body, len(self.answer))]
        pieces = []
        while (line := self.answer.find(b"\r\n", at)) >= 0:
            size = int(self.answer[at:line].split(b";")[0] or b"0", 16)
            if size == 0:
                break
            pieces.append((self.answer[line + 2 : line + 2 + size], min(line + 2 + size, len(self.answer))))
            at = line + 2 + size + 2
        return pieces

    def first_body_byte(self):
        """When the first byte of the answer's body was handed on; `None` when there is none."""
        head, found, body = self.answer.partition(HEAD_END)
        if not body:
            return None
        at = len(head) + len(found)
        if b"transfer-encoding: chunked" in head.lower():
            at = self.answer.find(b"\r\n", at) + 2
        return self.passed_at(at) if at < len(self.answer) else None

    def deltas(self):
        """The text of a streamed chat completion: [(when it was handed on whole, text)], empty pieces left out."""
        found, pending = [], b""
        for piece, end in self.body_pieces():
            pending += piece
            *events, pending = re.split(rb"\r?\n\r?\n", pending)
            for event in events:
                data = event.partition(b"data:")[2].strip()
                if not data or data == b"[DONE]":
                    continue
                for choice in json.loads(data).get("choices", []):
                    text = choice.get("delta", {}).get("content")
                    if text:
                        found.append((self.passed_at(end - 1), text))
        return found


def exchanges(connection):
    """The exchanges of one connection without pipelining; a request without an answer is left out."""
    found, request, answer = [], [], []
    for is_request, at, data in connection["passed"]:
        if is_request and answer:
            found.append(Exchange(request, answer))
            request, answer = [], []
        (request if is_request else answer).append((at, data))
    if request and answer:
        found.append(Exchange(request, answer))
    return found
