"""A caller's speech, by eSpeak NG, as the formats of the Realtime API; and the tone voice's, which can be read back."""

import functools
import pathlib
import subprocess
import tempfile

import numpy as np

import tone_voice

RATE = 24_000
FOLDER = pathlib.Path(tempfile.gettempdir())


@functools.cache
def say(text, rate=RATE):
    """PCM16 of `text`."""
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "raw.wav"
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", "150", "-w", raw, text], check=True)
        made = subprocess.run(
            ["sox", "-G", raw, "-r", str(rate), "-c", "1", "-b", "16", "-e", "signed", "-t", "raw", "-"], check=True, capture_output=True)
    return made.stdout


def g711(pcm, law, rate=RATE):
    """PCM16 as G.711 at 8 kHz, by sox; `law`: ulaw or alaw."""
    return subprocess.run(
        ["sox", "-t", "raw", "-r", str(rate), "-c", "1", "-b", "16", "-e", "signed", "-", "-t", "raw", "-r", "8000", "-e",
         {"ulaw": "u-law", "alaw": "a-law"}[law], "-b", "8", "-"], input=pcm, check=True, capture_output=True).stdout


def from_g711(audio, law):
    """PCM16 at 8 kHz."""
    return subprocess.run(
        ["sox", "-t", "raw", "-r", "8000", "-c", "1", "-b", "8", "-e", {"ulaw": "u-law", "alaw": "a-law"}[law], "-", "-t", "raw", "-b", "16",
         "-e", "signed", "-"], input=audio, check=True, capture_output=True).stdout


def silence(milliseconds, rate=RATE):
    return bytes(milliseconds * rate // 1000 * 2)


def frames(pcm, milliseconds=20, rate=RATE):
    """`pcm` in frames as a microphone gives them; the last is filled up with silence."""
    size = milliseconds * rate // 1000 * 2
    for at in range(0, len(pcm), size):
        yield pcm[at : at + size].ljust(size, b"\0")


def read_back(pcm, rate=RATE):
    """What the tone voice says in `pcm`."""
    return tone_voice.decode(np.frombuffer(pcm, "<i2"), rate)


def duration_ms(pcm, rate=RATE):
    return len(pcm) // 2 * 1000 // rate


def loudness(pcm):
    """Root mean square, 0 to 1."""
    return float(np.sqrt(np.mean((np.frombuffer(pcm, "<i2") / 32768) ** 2))) if pcm else 0.0
