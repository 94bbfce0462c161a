"""Real third-party speech servers for the tests, on ports of their own: wyoming-piper, Piper's HTTP server, and a recogniser made with
the `wyoming` package that reads the tone voice."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).parent
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def installed(program):
    """A program of this Python's environment."""
    return str(pathlib.Path(sys.executable).with_name(program))


class SpeechServer:
    """A server process; ready once its port takes connections."""

    def __init__(self, folder, arguments, port):
        self.port = port
        self.log = open(pathlib.Path(folder) / f"speech-{port}.log", "w+b")
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(HERE.parent / "Voices")})
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        pytest.fail(f"{arguments[0]} is not ready: {self.logged()[-2000:]}")

    def logged(self):
        with open(self.log.name, "rb") as log:
            return log.read().decode("utf-8", "replace")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.kill()
        self.log.close()


def wyoming_piper(folder, voice, *options, port=None):
    port = port or free_port()
    return SpeechServer(folder, [
        installed("wyoming-piper"), "--voice", voice.stem, "--data-dir", str(voice.parent), "--uri", f"tcp://127.0.0.1:{port}",
        *options], port)


def piper_http(folder, voice):
    port = free_port()
    return SpeechServer(folder, [
        sys.executable, "-m", "piper.http_server", "-m", str(voice), "--host", "127.0.0.1", "--port", str(port)], port)


def wyoming_tone(folder, *options):
    port = free_port()
    return SpeechServer(
        folder, [sys.executable, str(HERE / "wyoming_tone.py"), f"tcp://127.0.0.1:{port}", *options], port)
