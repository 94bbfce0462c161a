"""Spoken sentences as WAV files for the browser's fake microphone."""

import pathlib
import subprocess


def say(folder: pathlib.Path, name: str, *parts: float | str, tail: float = 30) -> pathlib.Path:
    """A 48 kHz WAV of silences (numbers, in seconds) and sentences (text), followed by `tail` seconds of silence."""
    pieces = []
    for index, part in enumerate([*parts, tail]):
        piece = folder / f"{name}-{index}.wav"
        if isinstance(part, str):
            raw = folder / f"{name}-{index}-raw.wav"
            subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", raw, part], check=True)
            # as loud as eSpeak NG makes it; the browser's gain control evens the level out
            subprocess.run(["sox", "-G", raw, "-r", "48000", "-c", "1", piece], check=True)
        else:
            # sox dithers it: in digital silence the browser's noise suppression learns nothing and mutes the first words
            subprocess.run(["sox", "-n", "-r", "48000", "-c", "1", "-b", "16", piece, "trim", "0", str(part)], check=True)
        pieces.append(piece)
    result = folder / f"{name}.wav"
    subprocess.run(["sox", *pieces, result], check=True)
    return result
