"""Writes audio and what the reference implementations make of it: make_references.py DIRECTORY"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime

RATE = 16_000


def speech(text, voice="en-us"):
    """eSpeak NG's speech at 16 kHz as floats, made by the program itself and by sox."""
    wav = subprocess.run(["espeak-ng", "--stdout", "-v", voice, "--", text], check=True, capture_output=True).stdout
    command = ["sox", "--ignore-length", "-t", "wav", "-", "-t", "s16", "-c", "1", "-r", str(RATE), "--no-dither", "-"]
    raw = subprocess.run(command, input=wav, check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<i2").astype(np.float32) / 32_768


def vad(path, audio):
    """One probability a frame, as the model's own wrapper runs it: 64 samples of context, state from frame to frame."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32)
    result = []
    for start in range(0, len(audio) - 511, 512):
        frame = np.concatenate([context, audio[None, start : start + 512]], axis=1)
        out, state = session.run(None, {"input": frame, "state": state, "sr": np.array(RATE, np.int64)})
        context = frame[:, -64:]
        result.append(float(out[0, 0]))
    return result


def turn(directory, audio):
    """The features and the probability of the last 8 s, padded in front."""
    spec = importlib.util.spec_from_file_location("whisper_features", directory / "whisper_features.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    window = np.pad(audio, (max(0, 8 * RATE - len(audio)), 0))[-8 * RATE :]
    features = module.compute_whisper_log_mel_features(window, do_normalize=True)
    result = {}
    for name in ["smart_turn", "turn"]:
        session = onnxruntime.InferenceSession(str(directory / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        result[name] = float(session.run(None, {"input_features": features[None]})[0][0, 0])
    return features, result


def main():
    out = Path(sys.argv[1])
    random = np.random.default_rng(7)
    quiet = np.zeros(RATE, np.float32)
    audio = np.concatenate(
        [quiet, speech("Hello, I would like to make an appointment."), quiet, speech("On Friday, at"), quiet]
    )
    audio = np.clip(audio + random.normal(0, 0.004, len(audio)), -1, 1)
    samples = np.clip(np.round(audio * 32_768), -32_768, 32_767).astype("<i2")
    samples.tofile(out / "reference.s16")
    heard = samples.astype(np.float32) / 32_768
    turns = {}
    for name, end in [("short", 3 * RATE), ("whole", len(heard))]:
        features, probabilities = turn(out, heard[:end])
        features.astype("<f4").tofile(out / f"features_{name}.f32")
        turns[name] = {"samples": end, **probabilities}
    reference = {
        "silero_vad": vad(out / "silero_vad.onnx", heard),
        "vad_loud": vad(out / "vad_loud.onnx", heard),
        "turns": turns,
    }
    (out / "reference.json").write_text(json.dumps(reference))


main()
