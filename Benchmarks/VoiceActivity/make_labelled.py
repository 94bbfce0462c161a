#!/usr/bin/env python3
"""Makes labelled speech for the comparison of voice activity detectors: make_labelled.py DIRECTORY

Speech of eSpeak NG in ten voices with pauses of random length, and the same with noise of four kinds at several distances
below it; all drawn from one seed. A label is one byte for 10 ms of audio: 1 where the clean signal is within 35 dB of the
utterance's loudest, gaps up to 160 ms filled. Writes NAME.s16 (16 kHz), labels.u8, turns/NAME.s16 and manifest.json.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

RATE = 16_000
STEP = 160
SPEECH_DBFS = -23
VOICES = ["en-us", "en-gb", "en-us+f3", "en-gb+f2", "en-us+m3", "en-gb+m7", "de", "de+f3", "de+m3", "en-gb-scotland"]
SENTENCES = {
    "en": [
        "Hello, my name is Peter Miller.", "What are your opening hours on Saturday?", "Yes.", "No, thank you.",
        "I would like to leave a message for the doctor, please.", "Friday at half past ten.", "Okay.",
        "Could you call me back on zero three zero, five five five, one two three?",
        "It is about the invoice from last week, I think there is a mistake in it.", "Can I speak to somebody?",
    ],
    "de": [
        "Guten Tag, mein Name ist Peter Müller.", "Wann haben Sie am Samstag geöffnet?", "Ja.", "Nein, danke.",
        "Ich möchte eine Nachricht für den Arzt hinterlassen.", "Am Freitag um halb elf.",
        "Es geht um die Rechnung von letzter Woche, ich glaube, da ist ein Fehler.", "Genau.",
    ],
}
COMPLETE = [
    "I would like to make an appointment.", "My name is Peter Miller.", "Could you call me back tomorrow?", "Yes, please.",
    "No, that is all, thank you.", "What are your opening hours?", "It is about the invoice from last week.",
    "On Friday at half past ten.", "I need to speak to the doctor.", "Where can I park the car?",
    "The number is five five five, one two three.", "That sounds good to me.", "Can you help me with that?",
    "I have lost my key.", "Thank you very much for your help.", "We are coming with four people.",
]
INCOMPLETE = [
    "I would like to make an", "My name is", "Could you call me back on", "Yes, but", "No, I think that",
    "What are your", "It is about the", "On Friday at", "I need to speak to the", "Where can I",
    "The number is five five", "That sounds good, but", "Can you help me with the", "I have lost my", "Thank you, and also",
    "We are coming with",
]


def speak(text, voice):
    wav = subprocess.run(["espeak-ng", "--stdout", "-v", voice, "--", text], check=True, capture_output=True).stdout
    return sox(wav, ["--ignore-length", "-t", "wav"], ["-t", "s16", "-c", "1", "-r", str(RATE)])


def sox(data, source, target):
    command = ["sox", "-D", *source, "-", *target, "-"]
    raw = subprocess.run(command, input=data, check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<i2").astype(np.float64)


def telephone(samples):
    """There and back through a narrow-band line: 8 kHz, mu-law."""
    raw = np.clip(np.round(samples), -32_768, 32_767).astype("<i2").tobytes()
    form = ["-t", "s16", "-c", "1", "-r", str(RATE)]
    command = ["sox", "-D", *form, "-", "-t", "ul", "-r", "8000", "-c", "1", "-"]
    line = subprocess.run(command, input=raw, check=True, capture_output=True).stdout
    back = sox(line, ["-t", "ul", "-r", "8000", "-c", "1"], form)
    return np.pad(back, (0, max(0, len(samples) - len(back))))[: len(samples)]


def levels(samples):
    frames = samples[: len(samples) // STEP * STEP].reshape(-1, STEP)
    return np.sqrt((frames**2).mean(axis=1))


def labels(samples):
    level = levels(samples)
    active = level > max(level.max() * 10 ** (-35 / 20), 1)
    last = None
    for index in np.flatnonzero(active):
        if last is not None and index - last <= 16:
            active[last:index] = True
        last = index
    return active.astype(np.uint8)


def scaled(samples, dbfs, over=None):
    """At `dbfs`, measured where `over` is 1."""
    measured = samples if over is None else samples[: len(over) * STEP][np.repeat(over, STEP) == 1]
    return samples * (32_768 * 10 ** (dbfs / 20) / np.sqrt((measured**2).mean()))


def dialogue(random, seconds):
    parts, marks, length = [np.zeros(RATE)], [np.zeros(100, np.uint8)], RATE
    while length < seconds * RATE:
        voice = VOICES[random.integers(len(VOICES))]
        text = SENTENCES[voice[:2]][random.integers(len(SENTENCES[voice[:2]]))]
        utterance = speak(text, voice)
        utterance = utterance[: len(utterance) // STEP * STEP]
        mark = labels(utterance)
        # Callers are louder and quieter, by 6 dB.
        parts.append(scaled(utterance, SPEECH_DBFS + random.uniform(-6, 6), mark))
        marks.append(mark)
        pause = int(random.uniform(0.7, 3) * 100)
        parts.append(np.zeros(pause * STEP))
        marks.append(np.zeros(pause, np.uint8))
        length += len(utterance) + pause * STEP
    return np.concatenate(parts), np.concatenate(marks)


def babble(random, count):
    total = np.zeros(count)
    for voice in VOICES[:8]:
        track = np.concatenate([speak(text, voice) for text in random.permutation(SENTENCES[voice[:2]])])
        total += np.roll(np.resize(track / np.sqrt((track**2).mean()), count), random.integers(count))
    return total


def hum(count):
    time = np.arange(count) / RATE
    return sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 8)) * (1 + 0.1 * np.sin(2 * np.pi * 0.3 * time))


def main():
    out = Path(sys.argv[1])
    (out / "turns").mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20261127)
    clean, marks = dialogue(random, 180)
    marks.tofile(out / "labels.u8")
    count = len(clean)
    noises = {"white": random.normal(size=count), "hum": hum(count), "babble": babble(random, count)}
    mixes = {"clean": clean + scaled(random.normal(size=count), -75), "telephone": telephone(clean)}
    for kind, noise in noises.items():
        for distance in [20, 10, 5]:
            mixes[f"{kind} {distance} dB"] = clean + scaled(noise, SPEECH_DBFS - distance)
    mixes["telephone, babble 10 dB"] = telephone(mixes["babble 10 dB"])
    conditions = []
    for index, (name, mix) in enumerate(mixes.items()):
        np.clip(np.round(mix), -32_768, 32_767).astype("<i2").tofile(out / f"mix{index}.s16")
        conditions.append({"name": name, "file": f"mix{index}.s16"})
    turns = []
    for complete, texts in [(True, COMPLETE), (False, INCOMPLETE)]:
        for index, text in enumerate(texts):
            name = f"turns/{'complete' if complete else 'incomplete'}{index}.s16"
            voice = VOICES[index % 6]
            speech = scaled(speak(text, voice), SPEECH_DBFS)
            # As a session hears it: half a second before, and the silence that tells of the pause.
            whole = np.concatenate([np.zeros(RATE // 2), np.trim_zeros(speech), np.zeros(RATE * 128 // 1000)])
            (whole + random.normal(size=len(whole)) * 6).round().astype("<i2").tofile(out / name)
            turns.append({"file": name, "complete": complete})
    manifest = {"labels": "labels.u8", "conditions": conditions, "turns": turns}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))


main()
