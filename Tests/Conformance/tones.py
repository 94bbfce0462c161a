"""The language of tones (Tests/Sherpa/tone_models.py): each character is a pure tone, and its frequency says which."""

import json
import math
import os
import struct

FILES = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.build/sherpa"))
LIBRARY = os.path.join(FILES, "lib", "libsherpa-onnx-c-api.so")
RATE = 16_000


def model(name):
    return os.path.join(FILES, "models", name)


with open(model("tones.json"), encoding="utf-8") as file:
    LANGUAGE = json.load(file)
CHARACTERS, FREQUENCIES = LANGUAGE["characters"], LANGUAGE["frequencies"]


def spoken(text):
    """PCM16 of a caller at 16 kHz who says `text` after 200 ms of silence."""
    samples = [0] * (RATE // 5)
    for character in text:
        frequency, count = FREQUENCIES[CHARACTERS.index(character)], LANGUAGE["tone"]
        for at in range(count):
            edge = min(1, min(at, count - 1 - at) / 80)
            samples.append(int(9_000 * edge * math.sin(2 * math.pi * frequency * at / RATE)))
        samples += [0] * LANGUAGE["gap"]
    return struct.pack(f"<{len(samples)}h", *samples)


def power(samples, frequency):
    """Goertzel's measure of one frequency."""
    factor, before, last = 2 * math.cos(2 * math.pi * frequency / RATE), 0.0, 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return before * before + last * last - factor * before * last


def text(pcm):
    """What a voice of tones says in PCM16 at 16 kHz."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    loud = max(map(abs, samples), default=0) * 0.3
    words, start = "", None
    for at in range(0, len(samples), 80):
        is_loud = max(map(abs, samples[at : at + 80])) > loud
        if is_loud and start is None:
            start = at
        elif not is_loud and start is not None:
            if at - start > 480:
                tone = samples[start:at]
                words += max(zip(CHARACTERS, FREQUENCIES), key=lambda pair: power(tone, pair[1]))[0]
            start = None
    return words


def written(words):
    """`words` as a voice says and `text` writes them, without spaces, which sentences lose between them."""
    return "".join(c for c in words.lower() if c in CHARACTERS and c != " ")
