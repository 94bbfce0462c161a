"""Calls that real third-party servers hear and speak: Piper as a program and over HTTP, wyoming-piper, a recogniser of the Wyoming protocol.

The voice is the tone voice, so that the audio that reaches the client is read back: what the model said is what was spoken, word for word.
"""

import base64
import os
import pathlib
import re
import signal
import subprocess
import time

import numpy as np
import pytest

import tone_voice
from conftest import Call
from heard import check_cut, words
from recipes import recipe
from speech_servers import installed, piper_http, wyoming_piper, wyoming_tone
from word_for_word import QUESTION, ask, check_word_for_word, spoken


@pytest.fixture(scope="session")
def voice(tmp_path_factory):
    return tone_voice.make(tmp_path_factory.mktemp("voices"))


@pytest.fixture
def speech(tmp_path):
    """Starts speech servers, which end with the test."""
    started = []

    def start(make, *arguments, **options):
        started.append(make(tmp_path, *arguments, **options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def engine(voice, speech):
    """The settings of an engine, by its name in the tests."""

    def settings(name):
        if name == "piper program":
            return {"TTS_ENGINE": "piper", "TTS_PIPER_PATH": installed("piper"), "TTS_VOICE": voice}
        if name == "piper program by name":
            return {
                "TTS_ENGINE": "piper", "TTS_PIPER_PATH": installed("piper"), "TTS_VOICE": "tone",
                "TTS_PIPER_DATA_DIR": voice.parent}
        if name == "piper server":
            return {"TTS_ENGINE": "piper", "TTS_PROVIDER_URL": f"http://127.0.0.1:{speech(piper_http, voice).port}"}
        options = ["--no-streaming"] if name == "wyoming without streaming" else []
        return {"TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": f"tcp://127.0.0.1:{speech(wyoming_piper, voice, *options).port}"}

    return settings


def serve(start_server, **settings):
    return start_server(fresh=True, **{
        "DEV_ALLOW_NO_JWT": "true", "REALTIME_STT": "off", "REALTIME_LLM": "local", "REALTIME_TTS": "provider", "LOG_LEVEL": "debug",
        **settings})


@pytest.mark.parametrize("name", [
    "piper program", "piper program by name", "piper server", "wyoming", "wyoming without streaming"])
def test_what_the_model_said_is_what_reaches_the_client(start_server, engine, name):
    settings = engine(name)
    tom = serve(start_server, **settings, AGENT_GREETING="true")
    call = Call(tom.url(), start={})
    assert call.wait("connected")["engines"]["tts"] == settings["TTS_ENGINE"]
    call.wait("turn_end", timeout=20)
    assert words(spoken(call.events))[:3] == ["hello", "this", "is"], "the greeting is spoken too"
    for question in [QUESTION, "where are you"]:
        check_word_for_word(ask(call, question))
    call.close()
    assert "nine to six" not in tom.logged(), "what is said does not get into the log"


@pytest.mark.parametrize("name", ["piper program", "wyoming"])
def test_the_record_after_a_barge_in_is_what_was_heard(start_server, engine, name):
    tom = serve(start_server, **engine(name))
    call = Call(tom.url(), start={})
    call.wait("connected")
    call.send({"type": "text", "text": QUESTION})
    heard_ms = 1_900
    call.wait(lambda event: isinstance(event, dict) and sum(
        len(base64.b64decode(e["bytes"])) for e in call.events if e["type"] == "tts_audio") >= 32 * heard_ms, timeout=10)
    response = call.of_type("tts_audio")[0]["response_id"]
    call.send({"type": "playback", "response_id": response, "played_ms": heard_ms})
    call.send({"type": "barge_in", "played_ms": heard_ms})
    cut = call.wait("barge_in")
    assert abs(cut["heard_ms"] - heard_ms) <= 50
    audio = b"".join(base64.b64decode(event["bytes"]) for event in call.of_type("tts_audio"))
    heard = tone_voice.decode(np.frombuffer(audio[: 32 * heard_ms], "<i2"))
    answer = "".join(event["text"] for event in call.of_type("llm_token"))
    check_cut(answer, cut["heard_text"], heard)
    check_word_for_word(ask(call, "where are you"))
    call.close()


def pipers(pid):
    """The Piper processes among the children of a process."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            line = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid and b"--output_dir" in line:
            found[int(folder.name)] = pathlib.Path(line[line.index(b"--output_dir") + 1].decode())
    return found


def gone(pid):
    """Whether the process has ended; one that nobody waits for is a zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_piper_stays_and_is_replaced_when_it_dies(start_server, engine):
    tom = serve(start_server, **engine("piper program"))
    call = Call(tom.url(), start={})
    first = pipers(tom.process.pid)
    assert len(first) >= 1 and all(folder.stat().st_mode & 0o777 == 0o700 for folder in first.values())
    check_word_for_word(ask(call))
    assert set(first) <= set(pipers(tom.process.pid)), "a process speaks one sentence after the other"
    for pid in pipers(tom.process.pid):
        os.kill(pid, signal.SIGKILL)
    check_word_for_word(ask(call))
    assert call.of_type("notice") == [] and not set(first) & set(pipers(tom.process.pid))
    call.close()
    running = pipers(tom.process.pid)
    assert all(list(folder.iterdir()) == [] for folder in running.values()), "no sentence is left in a file"
    tom.terminate()
    tom.process.wait(10)
    assert all(gone(pid) for pid in running) and not any(folder.exists() for folder in running.values())


def test_piper_ends_with_a_server_that_is_killed(start_server, engine):
    tom = serve(start_server, **engine("piper program"))
    running = pipers(tom.process.pid)
    assert running
    tom.process.kill()
    tom.process.wait()
    wait_until(lambda: all(gone(pid) for pid in running))
    left = list(running.values())
    assert all(folder.exists() for folder in left)
    (left[0] / "1.wav").write_bytes(b"a sentence")
    serve(start_server, **engine("piper program"))
    assert not any(folder.exists() for folder in left), "the next start tidies up"


@pytest.mark.parametrize("name", ["piper server", "wyoming"])
def test_the_next_voice_speaks_when_a_server_dies(start_server, voice, speech, name):
    make, engine_name, scheme = (piper_http, "piper", "http") if name == "piper server" else (wyoming_piper, "wyoming", "tcp")
    server = speech(make, voice)
    tom = serve(start_server, TTS_ENGINE=f"{engine_name},mock", TTS_PROVIDER_URL=f"{scheme}://127.0.0.1:{server.port}")
    call = Call(tom.url(), start={})
    check_word_for_word(ask(call))
    server.kill()
    events = ask(call)
    assert [event["code"] for event in events if event["type"] == "notice"][:1] == ["tts.failover"]
    assert events[-1]["status"] == "completed"
    call.close()


@pytest.mark.parametrize("streaming", [True, False])
def test_a_turn_is_understood_by_a_wyoming_server(start_server, speech, streaming):
    server = speech(wyoming_tone, *(["--streaming"] if streaming else []))
    tom = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", REALTIME_STT="provider", STT_ENGINE="wyoming",
        STT_PROVIDER_URL=f"tcp://127.0.0.1:{server.port}", DEV_MOCK_TTS_AUDIO_MS=20)
    call = Call(tom.url(), start={})
    assert call.wait("connected")["engines"]["stt"] == "wyoming"
    for said in ["what are your opening hours?", "no thanks"]:
        before = len(call.events)
        call.speak(tone_voice.speak(said).tobytes(), silence_ms=1_200)
        final = call.wait("stt_final", timeout=10, after=before)
        assert words(final["text"]) == words(said)
        if streaming:
            partial = call.wait("stt_partial", after=before)
            assert words(partial["text"]) == words(said)[: len(words(partial["text"]))], "words come while they are spoken"
        call.wait("turn_end", timeout=10, after=before)
    call.close()
    log = server.logged()
    assert "language en" in log
    chunks, seconds = map(float, re.findall(r"chunks (\d+) seconds ([\d.]+)", log)[0])
    assert chunks >= seconds * 10 / 2, "audio is sent in pieces while the caller speaks"


def run_tom(*arguments, **settings):
    return subprocess.run(
        [os.path.abspath(os.environ["TOM_BINARY"]), *arguments], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PORT": "0", **{key: str(value) for key, value in settings.items()}})


@pytest.mark.parametrize("name, says", [
    ("piper program", "speaks"), ("piper server", "speaks"), ("wyoming", "answers: piper"),
])
def test_doctor_asks_each_engine(engine, name, says):
    run = run_tom("doctor", REALTIME_TTS="provider", **engine(name))
    assert re.search(rf"ok +tts: .*{says}", run.stdout), run.stdout


def test_doctor_says_what_is_wrong(voice, speech):
    port = speech(wyoming_tone).port
    for settings, says in [
        ({"REALTIME_TTS": "provider", "TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": f"tcp://127.0.0.1:{port}"}, "has no engine for tts"),
        ({"REALTIME_TTS": "provider", "TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": "tcp://127.0.0.1:1"}, "cannot be reached"),
        ({"REALTIME_STT": "provider", "STT_ENGINE": "wyoming", "STT_PROVIDER_URL": f"tcp://127.0.0.1:{port}", "STT_PROVIDER_MODEL": "x"},
         "does not list the model x"),
        ({"REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_PATH": installed("piper"), "TTS_VOICE": "/nowhere/a.onnx"},
         "There is no voice for Piper at /nowhere/a.onnx"),
        ({"REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/nowhere/piper", "TTS_VOICE": voice},
         "Piper cannot be run from /nowhere/piper"),
        ({"REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/bin/false", "TTS_VOICE": voice},
         "Piper ended with status 1"),
    ]:
        run = run_tom("doctor", **settings)
        assert says in run.stdout, (says, run.stdout)


@pytest.mark.parametrize("settings, says", [
    ({"TTS_ENGINE": "wyoming"}, "TTS_WYOMING_URL"),
    ({"TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": "http://127.0.0.1:5000"}, "is not a tcp address with a port"),
    ({"TTS_ENGINE": "openai,wyoming", "TTS_PROVIDER_MODEL": "m", "TTS_PROVIDER_URL": "http://127.0.0.1:1"}, "TTS_WYOMING_URL"),
    ({"TTS_ENGINE": "piper"}, "TTS_PIPER_PATH"),
    ({"TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/bin/true"}, "TTS_PIPER_VOICE"),
    ({"TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/bin/true", "TTS_PIPER_URL": "http://127.0.0.1:1", "TTS_VOICE": "x"}, "TTS_PIPER_URL"),
    ({"TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": "tcp://192.0.2.1:10200"}, "tts.egress_forbidden"),
])
def test_bad_settings_stop_the_start(settings, says):
    run = run_tom("serve", REALTIME_TTS="provider", **settings)
    assert run.returncode != 0 and says in run.stderr, run.stderr


# The recipes of docs/engines.md, with the tone voice in place of one that has to be downloaded, and another port.


def adapted(text, voice, ports):
    for old, new in {"en_US-lessac-medium": "tone", "voices": str(voice.parent), **ports}.items():
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("heading", ["Piper", "Wyoming: text to speech"])
def test_the_recipes_work(start_server, voice, speech, heading):
    from speech_servers import SpeechServer, free_port

    servers, recipes = recipe(heading)
    ports = {port: str(free_port()) for port in ("10200", "5000")}
    for command in servers:
        name, *arguments = (adapted(word, voice, ports) for word in command)
        port = next(number for number in ports.values() if number in " ".join(arguments))
        program = [installed("python"), *arguments] if pathlib.Path(name).name.startswith("python") else [installed(name), *arguments]
        speech(lambda folder: SpeechServer(folder, program, int(port)))
    for settings in recipes:
        settings = {key: adapted(value, voice, ports) for key, value in settings.items()}
        if "TTS_PIPER_PATH" in settings:
            settings["TTS_PIPER_PATH"] = installed("piper")
        tom = serve(start_server, **settings)
        call = Call(tom.url(), start={})
        check_word_for_word(ask(call))
        call.close()


def test_the_recipe_of_speech_to_text_works(start_server, speech):
    _, (settings,) = recipe("Wyoming: speech to text")
    port = speech(wyoming_tone).port
    tom = start_server(
        fresh=True, DEV_ALLOW_NO_JWT="true", DEV_MOCK_TTS_AUDIO_MS=20,
        **{key: value.replace("10300", str(port)) for key, value in settings.items()})
    call = Call(tom.url(), start={})
    call.speak(tone_voice.speak("hello there").tobytes(), silence_ms=1_200)
    assert words(call.wait("stt_final", timeout=10)["text"]) == ["hello", "there"]
    call.close()
