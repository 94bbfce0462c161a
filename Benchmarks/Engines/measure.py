#!/usr/bin/env python3
"""Holds calls through TOM to real engines of others and measures what TOM adds: `measure.py MODELS RESULTS LOGS`.

Environment: TOM_BINARY; CALLS (50) at one time; TURNS (20) of each; PERIOD (11), seconds from one turn of a call to its next;
SEED; REPEATS (2) of the failover turns; IDLE (1): whether connections are counted again when the pool has let them go;
TOM_CPU (0), OTHERS_CPU (1), empty: not pinned; SERVER_NICE (19), of the servers.
RESULTS gets JSON Lines. Exit 0: measured; 2: not valid, or impossible.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import pickle
import random
import re
import signal
import subprocess
import sys
import time
import wave

import numpy as np

import failover
from callers import Caller
from children import Child, busy_seconds, free_port, start_tom
from exchanges import exchanges

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(sys.executable).parent
SERVERS = ("stt", "llm", "tts")
POOL_IDLE_SECONDS = 60  # How long TOM keeps a connection that nobody uses.
# Beyond these the run says something about the machine, not about TOM.
MAX_LAG_P99_MS = 2.0
MAX_FOREIGN_PERCENT = 10.0
MARK = 64
START_SECONDS = 300  # Torch is slow to load on a busy machine.


def number(name, default):
    return int(os.environ.get(name, default))


def core(name, default):
    value = os.environ.get(name, str(default))
    return int(value) if value else None


def spread(values):
    """Median, p95, p99 and the greatest, in whatever the values are."""
    at = np.percentile(values, (50, 95, 99, 100), method="higher")
    return dict(zip(("median", "p95", "p99", "max"), (round(float(value), 2) for value in at)))


# MARK: servers


def start_servers(stack, models, logs, cpu):
    """The real servers, with the least right to their core: {stage: port}."""
    (logs / "hub").mkdir(parents=True, exist_ok=True)
    nice = number("SERVER_NICE", 19)
    offline = {"HF_HUB_OFFLINE": 1, "HF_HUB_CACHE": logs / "hub", "OMP_NUM_THREADS": 1, "TOKENIZERS_PARALLELISM": "false"}
    voices = logs / "tts"
    voices.mkdir(exist_ok=True)
    (voices / "settings.json").write_text(json.dumps(
        {"voices_dir": str(models / "voice"), "device": "cpu", "api_default_voice": "tone"}))
    ports = {stage: free_port() for stage in SERVERS}
    children = {
        stage: Child(f"transformers serve ({stage})", [
            BIN / "transformers", "serve", models / model, "--host", "127.0.0.1", "--port", ports[stage], "--device", "cpu"],
            logs / f"{stage}.log", cpu, nice, env=offline)
        for stage, model in (("stt", "whisper"), ("llm", "llama"))}
    children["tts"] = Child(
        "local-tts", [BIN / "local-tts", "--host", "127.0.0.1", "--port", ports["tts"]], logs / "tts.log", cpu, nice,
        env={"LOCAL_TTS_DATA_DIR": voices, "OMP_NUM_THREADS": 1})
    for child in children.values():
        stack.callback(child.end)
    for stage, child in children.items():
        child.wait_until_ready(f"http://127.0.0.1:{ports[stage]}/v1/models", START_SECONDS)
    return ports


def start_proxy(stack, ports, logs, cpu):
    """The proxy and its ports: {stage: port}."""
    proxy = Child(
        "proxy", [sys.executable, HERE / "proxy.py", logs / "passed.pickle", *[ports[stage] for stage in SERVERS]],
        logs / "proxy.log", cpu, nice=-10, stdout=subprocess.PIPE)
    stack.callback(proxy.end)
    line = proxy.process.stdout.readline().split()
    if len(line) != len(SERVERS):
        raise RuntimeError(f"the proxy does not start: {proxy.logged()[-2000:]}")
    return proxy, dict(zip(SERVERS, map(int, line)))


# MARK: calls


def read_wave(path):
    with wave.open(str(path)) as f:
        return np.frombuffer(f.readframes(f.getnframes()), np.int16)


class Script:
    """What the callers say, and when: decided by the seed alone."""

    def __init__(self, models, seed):
        self.names = json.loads((models / "names.json").read_text())
        self.spoken = [read_wave(models / f"spoken-{place}.wav") for place in range(3)]
        self.seed = seed

    def utterance(self, random_bits):
        """Some words with a faint noise that no other turn has, and a piece of it."""
        samples = self.spoken[random_bits.randrange(len(self.spoken))].astype(np.int32)
        noise = np.random.default_rng(random_bits.getrandbits(64)).integers(-6, 7, len(samples))
        pcm = (samples + noise).clip(-32768, 32767).astype("<i2").tobytes()
        middle = len(pcm) // 4 * 2
        return pcm, pcm[middle : middle + MARK]

    async def hold(self, caller, turns, period):
        """One call: the first turn says the caller's name, so that every request to the model holds it."""
        bits = random.Random(f"{self.seed}-{caller.number}")
        hello = f"this is {self.names[caller.number % len(self.names)]}"
        async with caller:
            begin = time.monotonic() + bits.uniform(0, period)
            at = 0
            while at < turns and caller.socket.close_code is None:
                await asyncio.sleep(max(0, begin + at * period + bits.uniform(0, period / 4) - time.monotonic()))
                chance = bits.random()
                if at and chance < 0.35:
                    pcm, mark = self.utterance(bits)
                    await caller.speak(pcm, "", mark)
                elif 0 < at < turns - 1 and chance > 0.92:
                    await caller.type_over(hello)
                    at += 1
                else:
                    await caller.type(hello)
                at += 1


class Connections:
    """TOM's sockets to the servers, and its other descriptors."""

    def __init__(self, tom, ports):
        self.tom, self.ports, self.peak = tom, set(ports), 0

    def count(self):
        sockets = self.tom.sockets_to(self.ports)
        self.peak = max(self.peak, sockets)
        return {"sockets": sockets, "others": len(self.tom.descriptors()) - sockets}

    async def watch(self):
        while True:
            await asyncio.sleep(1)
            self.count()


# MARK: what was measured


class Match:
    """Finds a turn's exchanges among those of the proxy."""

    def __init__(self, passed, names):
        self.found = {stage: [] for stage in SERVERS}
        for connection in passed["connections"]:
            self.found[SERVERS[connection["server"]]].extend(exchanges(connection))
        self.names = names
        for exchange in self.found["llm"]:
            match = re.search(rb"this is (\w+)", exchange.body)
            exchange.name = match and match[1].decode()
        for exchange in self.found["tts"]:
            exchange.input = json.loads(exchange.body).get("input", "")

    def one(self, stage, turn, belongs):
        """The exchange of this turn; `None` where there is not exactly one."""
        found = [
            e for e in self.found[stage] if turn.began <= e.asked and e.begun <= turn.ended and belongs(e)]
        return found[0] if len(found) == 1 else None

    def stages(self, turn):
        """What TOM added, in ms: {stage: value}, and "first sentence"."""
        name, latency, added = self.names[turn.call % len(self.names)], turn.end["latency"], {}
        llm = self.one("llm", turn, lambda e: e.name == name)
        deltas = llm.deltas() if llm else []
        if deltas and latency["llm_first_token_ms"] is not None:
            added["llm"] = latency["llm_first_token_ms"] - (deltas[0][0] - llm.asked) * 1000
        if turn.kind == "spoken":
            stt = self.one("stt", turn, lambda e: turn.mark in e.request)
            if stt and latency["stt_ms"] is not None:
                added["stt"] = latency["stt_ms"] - (stt.answered - stt.asked) * 1000
            return added
        # Only what is typed is answered with the caller's name, in the first sentence.
        tts = self.one("tts", turn, lambda e: name.lower() in e.input.lower())
        first = tts and tts.first_body_byte()
        if first and latency["tts_first_audio_ms"] is not None:
            added["tts"] = latency["tts_first_audio_ms"] - (first - tts.asked) * 1000
        if tts and (complete := completed_at(deltas, tts.input)) is not None:
            added["first sentence"] = (tts.begun - complete) * 1000
        return added


def completed_at(deltas, sentence):
    """When the model's text held `sentence` and the character behind it, without which no full stop is one."""
    text = ""
    for at, piece in deltas:
        text += piece
        if (place := text.find(sentence)) >= 0 and place + len(sentence) < len(text):
            return at
    return deltas[-1][0] if deltas and text.endswith(sentence) else None


def most_at_once(found):
    """How many requests a server had to answer at one time."""
    most = now = 0
    for _, change in sorted([(e.begun, 1) for e in found] + [(e.answered, -1) for e in found]):
        now += change
        most = max(most, now)
    return most


def results(match, callers, lag_ms, foreign_percent, seconds):
    turns = [turn for caller in callers for turn in caller.turns]
    samples = {"stt": [], "llm": [], "tts": [], "first sentence": []}
    unmatched = 0
    for turn in turns:
        if turn.is_spoilt or not turn.end or turn.end["status"] != "completed" or turn.notices:
            continue
        added = match.stages(turn)
        expected = {"stt", "llm"} if turn.kind == "spoken" else {"llm", "tts", "first sentence"}
        unmatched += len(expected - added.keys())
        for stage, value in added.items():
            samples[stage].append(value)
    faults = [fault for caller in callers for fault in caller.faults]
    faults += [notice for turn in turns for notice in turn.notices]
    lag, taken = spread(lag_ms), sum(map(len, samples.values()))
    yield {
        "what": "run", "calls": len(callers), "turns": len(turns), "ended": sum(turn.end is not None for turn in turns),
        "cancelled": sum(turn.kind == "cancelled" for turn in turns), "faults": len(faults),
        "kinds_of_faults": sorted(set(faults)), "unmatched": unmatched, "seconds": round(seconds), "proxy_lag_ms": lag,
        "foreign_percent": round(foreign_percent, 1),
        "valid": lag["p99"] <= MAX_LAG_P99_MS and foreign_percent <= MAX_FOREIGN_PERCENT and unmatched <= 0.02 * taken}
    for stage, values in samples.items():
        yield {
            "what": "first sentence" if stage == "first sentence" else "overhead", "stage": stage, "n": len(values),
            "added_ms": spread(values) if values else None}
    for stage in SERVERS:
        took = [(e.answered - e.asked) * 1000 for e in match.found[stage]]
        yield {
            "what": "server", "stage": stage, "requests": len(took), "at_once": most_at_once(match.found[stage]),
            "took_ms": spread(took) if took else None}


async def warm_up(tom, script):
    """Every server loads its model at its first request."""
    async with Caller(tom.port) as caller:
        for _ in range(2):
            await caller.type(f"this is {script.names[0]}")
            await caller.speak(*script.utterance(random.Random(0)))
        if caller.faults or any(turn.notices or not turn.end for turn in caller.turns):
            raise RuntimeError(f"the first turns fail: {caller.faults} {[t.notices for t in caller.turns]}")


async def measure(models, logs, write):
    calls, turns, period = number("CALLS", 50), number("TURNS", 20), number("PERIOD", 11)
    tom_cpu, others_cpu = core("TOM_CPU", 0), core("OTHERS_CPU", 1)
    script = Script(models, number("SEED", 1))
    with contextlib.ExitStack() as stack:
        servers = start_servers(stack, models, logs, others_cpu)
        proxy, ports = start_proxy(stack, servers, logs, others_cpu)
        url = {stage: f"http://127.0.0.1:{port}/v1" for stage, port in ports.items()}
        tom = start_tom(
            stack, logs / "tom", tom_cpu, REALTIME_STT="provider", STT_ENGINE="openai", STT_PROVIDER_URL=url["stt"],
            STT_PROVIDER_MODEL=models / "whisper", REALTIME_LLM="provider", LLM_ENGINE="openai", LLM_PROVIDER_URL=url["llm"],
            LLM_MODEL=models / "llama", REALTIME_TTS="provider", TTS_ENGINE="openai", TTS_PROVIDER_URL=url["tts"],
            TTS_PROVIDER_MODEL="tts-1", STT_TIMEOUT_MS=20_000)
        if others_cpu is not None:
            os.sched_setaffinity(0, {others_cpu})
        await warm_up(tom, script)
        connections = Connections(tom, ports.values())
        before = connections.count()
        watch = asyncio.ensure_future(connections.watch())
        began, cpu_began = time.monotonic(), busy_seconds(tom_cpu or 0) - tom.cpu_seconds()
        callers = [Caller(tom.port, number) for number in range(calls)]
        await asyncio.gather(*[script.hold(caller, turns, period) for caller in callers])
        seconds = time.monotonic() - began
        foreign = (busy_seconds(tom_cpu or 0) - tom.cpu_seconds() - cpu_began) / seconds * 100
        watch.cancel()
        await asyncio.sleep(1)
        after, over = connections.count(), time.monotonic()
        for result in await failover.measure(
                logs / "failover", tom_cpu, script.spoken[0].tobytes(), servers["tts"], number("REPEATS", 2)):
            write(result)
        if number("IDLE", 1):
            await asyncio.sleep(max(0, over + POOL_IDLE_SECONDS + 3 - time.monotonic()))
            write({
                "what": "connections", "turns": calls * turns, "before": before, "peak": connections.peak, "after": after,
                "idle": (idle := connections.count()),
                "leaked": idle["sockets"] + max(0, idle["others"] - before["others"])})
        tom.end()
        proxy.end(30)
        with open(logs / "passed.pickle", "rb") as f:
            passed = pickle.load(f)
        found = list(results(Match(passed, script.names), callers, passed["lag_ms"], foreign, seconds))
        for result in found:
            write(result)
        return found[0]["valid"]


def main():
    models, path, logs = map(pathlib.Path, sys.argv[1:4])
    # An exit by a signal ends the children too.
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: sys.exit(130))
    logs.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as f:
        def write(result):
            print(json.dumps(result), file=f, flush=True)
        try:
            return 0 if asyncio.run(measure(models, logs, write)) else 2
        except (RuntimeError, OSError) as error:
            print(f"could not measure: {error}", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
