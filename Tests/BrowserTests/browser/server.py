"""Starts the real `tom serve` for a test, on a free port, and stops it again."""

import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
START_SECONDS = 60
SETTINGS = ("REALTIME_", "JWT_", "DEV_", "RATE_LIMIT_", "WS_", "ENDPOINTING_", "AGENT_", "INTERRUPTION_", "MAX_CALLS")


def binary() -> pathlib.Path:
    """The server under test: TOM_BINARY, else the release build, else the debug build."""
    named = os.environ.get("TOM_BINARY")
    candidates = [pathlib.Path(named)] if named else [ROOT / ".build/release/tom", ROOT / ".build/debug/tom"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise RuntimeError(f"no server found at {candidates}: run swift build, or set TOM_BINARY")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One running server. `settings` are environment variables as in the protocol document."""

    def __init__(self, folder: pathlib.Path, settings: dict[str, str], port: int | None = None):
        self.port = port or free_port()
        self.folder = folder
        self.log = folder / f"server-{self.port}.log"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(SETTINGS)}
        self.environment = {**inherited, "LOG_FORMAT": "text", **settings}
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [binary(), "serve", "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"tom serve did not start:\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        """Ends the server: drain, and at once with the second signal."""
        if self.process is None:
            return
        for _ in range(2):
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                time.sleep(0.1)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None
