"""SIGTERM: calls in progress finish, new ones are refused, and the second signal ends what is left with 1001."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from conftest import REPLY_MS, Call


def test_first_sigterm_drains_and_the_second_stops(start_server):
    server = start_server(fresh=True, DEV_ALLOW_NO_JWT="true")
    one = Call(server.url())
    one.wait("connected")
    server.terminate()
    one.speak()
    assert one.wait("turn_end")["status"] == "completed", "a call in progress goes on while the server drains"
    assert sum(len(e["bytes"]) for e in one.of_type("tts_audio")) >= REPLY_MS * 32
    assert server.http("/readyz")[0] == 503
    assert server.http("/healthz")[0] == 200
    with pytest.raises(InvalidStatus) as caught:
        Call(server.url())
    refused = caught.value.response
    assert refused.status_code == 503 and int(refused.headers["retry-after"]) >= 0
    assert json.loads(refused.body)["status"] == 503
    server.terminate()
    assert one.until_closed() == 1001
    assert server.process.wait(10) == 0


def test_the_server_starts_in_an_empty_folder(start_server):
    server = start_server(fresh=True, DATA_DIR=None)
    assert server.http("/healthz")[0] == 200
    server.close()


def test_sigterm_ends_an_empty_server_at_once(start_server):
    server = start_server(fresh=True, DEV_ALLOW_NO_JWT="true")
    server.terminate()
    assert server.process.wait(10) == 0


def test_a_call_that_stops_lets_the_drain_end(start_server):
    server = start_server(fresh=True, DEV_ALLOW_NO_JWT="true")
    one = Call(server.url())
    one.wait("connected")
    server.terminate()
    one.send({"type": "stop"})
    assert one.until_closed() == 1000
    assert server.process.wait(10) == 0
