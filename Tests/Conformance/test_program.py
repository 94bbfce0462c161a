"""The program as its operator runs it: logs that go nowhere, the probe's verdict, a call replayed."""

import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

from conftest import Call, Server

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def tom(*arguments, **environment):
    return subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), *map(str, arguments)], capture_output=True, text=True, timeout=60,
        env={**os.environ, **environment})


def full_disk():
    return open("/dev/full", "wb")


def reader_that_is_gone():
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "wb", buffering=0)


@pytest.mark.parametrize("output", [full_disk, reader_that_is_gone])
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_log_that_cannot_be_written_costs_no_call(tmp_path, output, log_format):
    with output() as log:
        server = Server(tmp_path, log=log, LOG_FORMAT=log_format, LOG_LEVEL="debug", DEV_ALLOW_NO_JWT="true")
        try:
            for _ in range(2):
                call = Call(server.url(), start={})
                call.send({"type": "text", "text": "hello"})
                assert call.wait("turn_end")["status"] == "completed"
                call.close()
            assert server.process.poll() is None
        finally:
            server.close()


@pytest.mark.parametrize("objective, status, verdict", [(60_000, 0, "met"), (1, 1, "missed")])
def test_the_probes_exit_status_is_its_verdict(server, tmp_path, objective, status, verdict):
    report = tmp_path / "report.json"
    run = tom(
        "probe", "--url", f"http://127.0.0.1:{server.port}", "--turns", 1, "--slo-e2e", objective, "--json", report,
        JWT_SECRET="conformance-secret-of-at-least-32-bytes!")
    assert run.returncode == status, run.stderr
    written = json.loads(report.read_text())
    jsonschema.validate(written, json.loads((DOCS / "probe.schema.json").read_text()))
    assert written["verdict"] == verdict
    assert "end to end" in run.stdout.lower()


def test_a_journal_replays_to_the_same_lines_in_every_process(tmp_path):
    server = Server(
        tmp_path, REALTIME_LLM="local", REALTIME_STT="off", JOURNAL_DIR=tmp_path / "journals", DEV_ALLOW_NO_JWT="true",
        DEV_MOCK_TTS_AUDIO_MS=20)
    try:
        call = Call(server.url(), start={})
        for words in ("leave a message", "Peter Johnson", "12345", "please call me", "yes"):
            heard = len(call.of_type("turn_end"))
            call.send({"type": "text", "text": words})
            call.wait(lambda _: len([e for e in call.events if isinstance(e, dict) and e["type"] == "turn_end"]) > heard)
        assert [event["status"] for event in call.of_type("tool_call")] == ["started", "done"]
        call.send({"type": "stop"})
        call.until_closed()
    finally:
        server.close()
    (journal,) = (tmp_path / "journals").iterdir()
    outputs = {tom("replay", journal).stdout for _ in range(6)}
    assert len(outputs) == 1 and "take_message" in outputs.pop()


def test_a_start_that_fails_behind_the_engines_says_why():
    run = tom("serve", "--port", 0, DATA_DIR="/proc/tom", REALTIME_STT="mock", REALTIME_LLM="mock", REALTIME_TTS="mock")
    assert run.returncode == 1 and "store.directory" in run.stderr and "DATA_DIR" in run.stderr
