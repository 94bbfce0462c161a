"""The processes under measurement: started pinned, ended in every case."""

import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Child:
    """A process on one core, with a niceness; it ends with this one, whatever ends this one."""

    def __init__(self, name, command, log, cpu=None, nice=0, env=None, cwd=None, stdout=None):
        self.name, self.log = name, pathlib.Path(log)
        parent = os.getpid()

        def prepare():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})
            try:
                os.setpriority(os.PRIO_PROCESS, 0, nice)
            except PermissionError:
                pass  # Only root may go below 0.

        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=stdout or output, stderr=output, cwd=cwd,
                env={**os.environ, **{key: str(value) for key, value in (env or {}).items()}}, preexec_fn=prepare)

    @property
    def pid(self):
        return self.process.pid

    def wait_until_ready(self, url, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} is not ready (exit {self.process.poll()}): {self.logged()[-2000:]}")

    def logged(self):
        return self.log.read_text(errors="replace")

    def end(self, seconds=5):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    # MARK: what the kernel says of it

    def descriptors(self):
        """Its open descriptors: {number: what it leads to}."""
        found, folder = {}, f"/proc/{self.pid}/fd"
        for number in os.listdir(folder):
            try:
                found[int(number)] = os.readlink(f"{folder}/{number}")
            except FileNotFoundError:
                pass
        return found

    def sockets_to(self, ports):
        """How many of its TCP sockets lead to these ports, in whatever state."""
        remote = set()
        for table in ("tcp", "tcp6"):
            with open(f"/proc/{self.pid}/net/{table}") as f:
                next(f)
                for line in f:
                    fields = line.split()
                    if int(fields[2].rpartition(":")[2], 16) in ports:
                        remote.add(f"socket:[{fields[9]}]")
        return sum(link in remote for link in self.descriptors().values())

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_seconds(cpu):
    """How long a core has worked since the start of the machine."""
    with open("/proc/stat") as f:
        fields = next(line for line in f if line.startswith(f"cpu{cpu} ")).split()[1:]
    # user, nice, system, irq, softirq, steal
    return sum(int(fields[at]) for at in (0, 1, 2, 5, 6, 7)) / os.sysconf("SC_CLK_TCK")


def start_tom(stack, folder, cpu, **settings):
    """A `tom serve` that is ready; `stack` ends it."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    usual = {
        "DATA_DIR": folder, "DEV_ALLOW_NO_JWT": "true", "AGENT_GREETING": "false", "ENDPOINTING_MIN_DELAY_MS": 200,
        "IDLE_PROMPT_AFTER_MS": 0, "RATE_LIMIT_CONN_PER_MIN": 0, "RATE_LIMIT_MSGS_PER_SEC": 0, "EVENT_LOOPS": 1,
        "DEV_MOCK_DELAY_MS": 0, "DEV_MOCK_TTS_AUDIO_MS": 20, "LOG_LEVEL": "warning",
        "REALTIME_STT": "mock", "REALTIME_LLM": "mock", "REALTIME_TTS": "mock"}
    tom = Child(
        "tom serve", [os.path.abspath(os.environ["TOM_BINARY"]), "serve", "--port", port], folder / "tom.log", cpu,
        env={**usual, **settings}, cwd=folder)
    stack.callback(tom.end)
    tom.wait_until_ready(f"http://127.0.0.1:{port}/readyz", 30)
    tom.port = port
    return tom
