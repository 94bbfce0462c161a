#!/usr/bin/env python3
"""Prints the load client's results as a Markdown table and holds them against thresholds.json.

usage: judge.py load|engines|micro|vad RESULTS THRESHOLDS | judge.py soak RESULTS THRESHOLDS CALLS ACTIVE
Exit 0: all met; 1: missed; 2: could not be measured.
"""

import json
import os
import platform
import statistics
import sys


def machine():
    """The machine in one line: figures without it say nothing."""
    model = memory = "unknown"
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), model)
    with open("/proc/meminfo") as f:
        memory = f"{int(f.readline().split()[1]) / 1048576:.0f} GiB"
    return f"{model}, {os.cpu_count()} cores, {memory}, Linux {platform.release()}"


def read_lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f if line.strip()]


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def load_point(r, limits):
    """What one point of the curve misses."""
    full = limits["full_load_calls"][r["framing"]]
    if r["calls"] > full:
        return []
    name, misses = f"{r['calls']} calls {r['framing']}", []
    if r["faults"] > limits["faults"]:
        misses.append(f"{name}: {r['faults']} faults (missed {r['missed']}, doubled {r['doubled']}, shortened {r['shortened']})")
    if r["lateness_ms"]["max"] > limits["lateness_max_ms"]:
        misses.append(f"{name}: a reply frame {r['lateness_ms']['max']} ms late, limit {limits['lateness_max_ms']}")
    key = "added_p99_ms_up_to_half_load" if r["calls"] <= full / 2 else "added_p99_ms_up_to_full_load"
    if r["hertz"] == 24000:
        # what is resampled fills its last frame of 20 ms with the message behind it
        key = "added_p99_ms_at_24_khz"
    if r["added_ms"]["p99"] > limits[key]:
        misses.append(f"{name}: added latency p99 {r['added_ms']['p99']} ms, limit {limits[key]}")
    per_call = r["server"]["kib_per_call_peak"]
    if r["calls"] == full and per_call > limits["talking_kib_per_call"]:
        misses.append(f"{name}: {per_call} KiB per talking call, limit {limits['talking_kib_per_call']}")
    return misses


def framing_cost(compared, limits):
    """What the Realtime API's framing costs beside TOM's own: medians of the rounds, and what they miss."""
    misses, unmeasured = [], []
    for calls in sorted({r["calls"] for r in compared}):
        costs = {}
        for framing, hertz in (("json", 16000), ("json", 24000), ("realtime", 24000)):
            rounds = [r["server"]["cpu_ms_per_call_second"] for r in compared
                      if r["valid"] and (r["calls"], r["framing"], r["hertz"]) == (calls, framing, hertz)]
            if rounds:
                costs[framing, hertz] = statistics.median(rounds), min(rounds), max(rounds), len(rounds)
        plain = costs.get(("json", 16000))
        table(["framing", "calls", "rounds", "CPU ms per second of a call, median", "least", "most", "of JSON at 16 kHz"], [
            [f"{framing} {hertz // 1000} kHz", calls, n, f"{median:.3f}", f"{least:.3f}", f"{most:.3f}",
             f"{median / plain[0]:.2f}" if plain else ""]
            for (framing, hertz), (median, least, most, n) in costs.items()])
        # framing against framing: at another rate, the difference is the resampler's
        realtime, same_rate = costs.get(("realtime", 24000)), costs.get(("json", 24000))
        if not same_rate or not realtime:
            unmeasured.append(f"realtime and json were not compared at {calls} calls")
        elif realtime[0] / same_rate[0] > limits["realtime_cpu_of_json"]:
            misses.append(f"{calls} calls: realtime costs {realtime[0] / same_rate[0]:.2f} times the CPU of json at "
                          f"24 kHz, limit {limits['realtime_cpu_of_json']}")
    return misses, unmeasured


def load(results, limits):
    compared = [r for r in results if r["label"] == "compared"]
    talk = [r for r in results if r["mode"] == "talk" and r["label"] != "compared"]
    print(f"Machine: {machine()}. Server on one core, load client on the other.\n")
    head = ["framing", "calls", "turns", "faults", "added p50", "p95", "p99", "max ms", "frame lateness p99", "max ms",
            "server CPU", "others on its core", "KiB per call", "client lateness p99 ms", "valid"]
    table(head, [
        [r["framing"], r["calls"], r["turns"], r["faults"], *(r["added_ms"][k] for k in ("p50", "p95", "p99", "max")),
         r["lateness_ms"]["p99"], r["lateness_ms"]["max"], f"{r['server']['cpu_percent']:.0f} %",
         f"{r['foreign_percent']:.0f} %",
         f"{r['server']['kib_per_call_peak']:.0f}" if r["calls"] >= 100 else "",
         r["own_lateness_ms"]["p99"], "yes" if r["valid"] else "no"]
        for r in talk])
    for r in talk:
        if "handover_ms" in r:
            print(f"{r['calls']} calls realtime: a client has a whole reply {r['handover_ms']['p50']} ms (p50), "
                  f"{r['handover_ms']['p99']} ms (p99) after its first audio.\n")
    misses, unmeasured = framing_cost(compared, limits)
    misses += [m for r in talk + compared for m in load_point(r, limits)]
    for r in results:
        if r["mode"] != "idle":
            continue
        per_call = r["server"]["kib_per_call_connected"]
        print(f"Idle: {per_call} KiB resident per connected call ({r['calls']} calls).\n")
        if per_call > limits["idle_kib_per_call"]:
            misses.append(f"{per_call} KiB per idle call, limit {limits['idle_kib_per_call']}")
        if r["faults"]:
            misses.append(f"idle: {r['faults']} faults")
    return misses, unmeasured + [f"{r['calls']} calls {r['framing']} ({r['mode']})" for r in results if not r["valid"]]


def soak(results, limits, calls_path, active_path):
    first, last = results[0], results[-1]
    done = sum(r["finished"] for r in results)
    growth = last["server"]["rss_after_kib"] - first["server"]["rss_after_kib"]
    later = sum(r["total"] for r in results[1:])
    bound = limits["slack_kib"] + later * limits["bytes_per_call"] / 1024
    table(["part", "calls", "whole turns", "faults", "RSS before", "peak", "after KiB", "descriptors before", "after"], [
        [r["label"], r["finished"], r["whole"], r["faults"], r["server"]["rss_before_kib"], r["server"]["rss_peak_kib"],
         r["server"]["rss_after_kib"], r["server"]["fds_before"], r["server"]["fds_after"]] for r in results])
    misses = [f"{r['label']}: {r['faults']} faults" for r in results if r["faults"]]
    if growth > bound:
        misses.append(f"resident memory grew by {growth} KiB over {later} calls, bound {bound:.0f}")
    if last["server"]["fds_after"] > first["server"]["fds_before"]:
        misses.append(f"{last['server']['fds_after'] - first['server']['fds_before']} descriptors are left open")
    with open(calls_path) as f:
        live = json.load(f)
    lists = [live] if isinstance(live, list) else [v for v in live.values() if isinstance(v, list)] if isinstance(live, dict) else []
    if not lists or lists[0]:
        misses.append(f"GET /v1/calls is not empty afterwards: {json.dumps(live)[:200]}")
    with open(active_path) as f:
        active = [line.split() for line in f if line.strip()]
    if not active or any(float(line[-1]) != 0 for line in active):
        misses.append(f"tom_calls_active is not 0 afterwards: {active}")
    print(f"{done} calls; resident memory {growth:+d} KiB over the last {later}.\n")
    return misses, [] if done else ["no call was finished"]


def micro(results, limits):
    rows, misses = [], []
    seen = {r["name"]: r for r in results}
    for name, r in seen.items():
        limit = limits.get(name, {})
        rows.append([name, f"{r['median_ns']:.0f}", f"{r['min_ns']:.0f}", limit.get("ns", ""), f"{r['allocations']:.3g}",
                     limit.get("allocations", "")])
        if "ns" in limit and r["median_ns"] > limit["ns"]:
            misses.append(f"{name}: {r['median_ns']:.0f} ns, limit {limit['ns']}")
        if "allocations" in limit and r["allocations"] > limit["allocations"]:
            misses.append(f"{name}: {r['allocations']} allocations an iteration, limit {limit['allocations']}")
    print(f"Machine: {machine()}.\n")
    table(["per call", "median ns", "best ns", "limit", "allocations", "limit"], rows)
    return misses, [f"{name} was not measured" for name in limits if name not in seen]


def vad(results, limits):
    print(f"Machine: {machine()}.\n")
    detections = [r for r in results if r["what"] == "detection"]
    table(["condition", "detector", "accuracy", "F1", "onset delay", "stop delay", "missed", "false starts a minute"], [
        [r["condition"], r["detector"], f"{r['accuracy']:.1%}", f"{r['f1']:.3f}", f"{r['onset_delay_ms']:.0f} ms",
         f"{r['stop_delay_ms']:.0f} ms", f"{r['missed']} of {r['utterances']}", f"{r['false_starts_per_minute']:.1f}"]
        for r in detections])
    costs = {f"{r['detector']} {r['calls']}": r for r in results if r["what"] == "cost"}
    table(["detector", "calls at once", "CPU for a second of audio", "calls a core", "p99 of a frame"], [
        [r["detector"], r["calls"], f"{r['us_per_second_of_audio']:.0f} µs", f"{r['calls_per_core']:.0f}",
         f"{r['p99_ms']:.1f} ms"] for r in costs.values()])
    misses, unmeasured = [], []
    scores = {f"{r['detector']} {r['condition']}": r for r in detections}
    for name, limit in limits["detection"].items():
        score = scores.get(name)
        if score is None:
            unmeasured.append(f"{name} was not measured")
            continue
        if score["f1"] < limit.get("f1", 0):
            misses.append(f"{name}: F1 {score['f1']:.3f}, at least {limit['f1']}")
        for key in ("onset_delay_ms", "stop_delay_ms", "missed", "false_starts_per_minute"):
            if key in limit and score[key] > limit[key]:
                misses.append(f"{name}: {key} {score[key]:.1f}, limit {limit[key]}")
    for name, least in limits["calls_per_core"].items():
        if name not in costs:
            unmeasured.append(f"{name} calls were not measured")
        elif costs[name]["calls_per_core"] < least:
            misses.append(f"{name}: {costs[name]['calls_per_core']:.0f} calls a core, at least {least}")
    for r in results:
        if r["what"] != "turn_end":
            continue
        # eSpeak NG speaks unfinished texts like finished ones: the share is shown, and no figure of merit.
        print(f"{r['engine']}: right about {r['accuracy']:.0%} of {r['turns']} turns, {r['complete_vetoed']} complete ones "
              f"held back, {r['ms_per_decision']:.0f} ms of CPU a decision.\n")
        if r["ms_per_decision"] > limits["turn_end"]["ms_per_decision"]:
            misses.append(f"{r['engine']}: {r['ms_per_decision']:.0f} ms a decision")
    return misses, unmeasured


def engines_overhead(by, limits):
    """The stages' table and what they miss."""
    rows, misses, unmeasured = [], [], []
    servers = {r["stage"]: r for r in by.get("server", [])}
    for r in by.get("overhead", []) + by.get("first sentence", []):
        added, server = r["added_ms"], servers.get(r["stage"], {})
        took = server.get("took_ms")
        limit = limits["added_p99_ms" if r["what"] == "overhead" else "first_sentence_p99_ms"]
        name = "first sentence to its request" if r["what"] == "first sentence" else f"{r['stage']}, added"
        cells = [added[k] for k in ("median", "p95", "p99", "max")] if added else [""] * 4
        own = f"{took['median']:.0f} / {took['p99']:.0f}" if took else ""
        rows.append([name, r["n"], *cells, limit, own, server.get("at_once", "")])
        if r["n"] < limits["samples"]:
            unmeasured.append(f"{name}: {r['n']} samples, needed {limits['samples']}")
        elif added["p99"] > limit:
            misses.append(f"{name}: p99 {added['p99']} ms, limit {limit}")
    table(["ms", "n", "median", "p95", "p99", "max", "limit of p99", "server's own median / p99", "requests at one time"], rows)
    return misses, unmeasured


def engines_failover(measured, limits):
    rows, misses = [], []
    for r in measured:
        name, added = f"{r['stage']}, {r['fault']}", r["added_ms"]
        rows.append([r["stage"], r["fault"], r["replaced"], r["without_ms"], r["given_ms"],
                     *([added["median"], added["max"]] if added else ["", ""]), limits["failover_added_max_ms"]])
        # A turn without a replacement, or without an answer, is a caller whom failover did not help.
        if r["replaced"] < r["turns"]:
            misses.append(f"{name}: replaced in {r['replaced']} of {r['turns']} turns")
        if added and added["max"] > limits["failover_added_max_ms"]:
            misses.append(f"{name}: failover adds {added['max']} ms, limit {limits['failover_added_max_ms']}")
    table(["stage", "first engine", "turns", "e2e without, ms", "its time-out", "added median", "added max", "limit"], rows)
    return misses


def engines(results, limits):
    by = {}
    for r in results:
        by.setdefault(r["what"], []).append(r)
    print(f"Machine: {machine()}. TOM on one core; proxy, callers and servers on the other.\n")
    run = by.get("run", [None])[0]
    if not run:
        return [], ["the run did not end"]
    print(f"{run['calls']} calls, {run['turns']} turns in {run['seconds']} s, {run['cancelled']} of them cancelled by the "
          f"caller; {run['faults']} faults. Proxy's own lateness p99 {run['proxy_lag_ms']['p99']} ms, others on TOM's core "
          f"{run['foreign_percent']:.0f} %.\n")
    misses, unmeasured = engines_overhead(by, limits)
    misses += engines_failover(by.get("failover", []), limits)
    if run["faults"]:
        misses.append(f"{run['faults']} faults: {', '.join(run['kinds_of_faults'])}")
    if run["calls"] < limits["calls"]:
        unmeasured.append(f"{run['calls']} calls, needed {limits['calls']}")
    if not run["valid"]:
        unmeasured.append(f"proxy or machine were busy, or {run['unmatched']} measurements could not be matched")
    for r in by.get("connections", []):
        table(["TOM's connections", "before", "peak", "after the turns", "60 s later", "leaked"], [
            ["to servers", r["before"]["sockets"], r["peak"], r["after"]["sockets"], r["idle"]["sockets"], r["leaked"]],
            ["other descriptors", r["before"]["others"], "", r["after"]["others"], r["idle"]["others"], ""]])
        if r["leaked"] > limits["leaked_connections"]:
            misses.append(f"{r['leaked']} connections are left after {r['turns']} turns")
        if r["turns"] < limits["turns"]:
            unmeasured.append(f"{r['turns']} turns, needed {limits['turns']}")
    if "connections" not in by:
        unmeasured.append("connections were not counted")
    return misses, unmeasured


def main():
    what, results, thresholds = sys.argv[1:4]
    with open(thresholds) as f:
        limits = json.load(f)[what]
    results = read_lines(results)
    if not results:
        print("could not measure: there are no results")
        return 2
    misses, unmeasured = {"load": load, "soak": soak, "micro": micro, "vad": vad, "engines": engines}[
        what](results, limits, *sys.argv[4:])
    for miss in misses:
        print(f"MISSED: {miss}")
    for name in unmeasured:
        print(f"NOT VALID: {name}")
    if not misses and not unmeasured:
        print("All thresholds met.")
    return 1 if misses else 2 if unmeasured else 0


if __name__ == "__main__":
    sys.exit(main())
