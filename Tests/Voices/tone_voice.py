#!/usr/bin/env python3
"""A voice for Piper that can be read back: each letter is 40 ms of a tone of its own.

    tone_voice.py FOLDER [NAME]       writes FOLDER/NAME.onnx and FOLDER/NAME.onnx.json (NAME: tone)

The model is made by hand and holds no trained weights; piper, its HTTP server and wyoming-piper load it as they load any voice.
`decode` turns the audio back into text, at any sample rate from 8 kHz on. Needs numpy, and onnx for writing.
"""

import json
import pathlib
import sys

import numpy as np

RATE = 16_000
SAMPLES = 640  # of one letter: 40 ms
BASE_HZ, STEP_HZ = 400, 40
LETTERS = " abcdefghijklmnopqrstuvwxyz0123456789.,!?'-:;\"()/@&+%"
FIRST = 3  # ids 0 to 2 are padding, begin and end, which are silent
SYMBOLS = 256
EDGE = 80  # samples over which a tone rises and falls


def phoneme_ids():
    """Capitals sound as small letters do."""
    letters = {letter: [FIRST + index] for index, letter in enumerate(LETTERS)}
    capitals = {letter.upper(): ids for letter, ids in letters.items()}
    return {"_": [0], "^": [1], "$": [2], **capitals, **letters}


def make(folder, name="tone"):
    """Writes the voice and returns the path of its model."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    count = np.arange(SAMPLES, dtype=np.float32)
    constants = {
        "frequency": np.array([BASE_HZ + STEP_HZ * i for i in range(SYMBOLS)], np.float32),
        "loudness": np.array([0 if i < FIRST else 0.5 for i in range(SYMBOLS)], np.float32),
        "time": (2 * np.pi * count / RATE).astype(np.float32),
        "shape_of_tone": np.minimum(1, np.minimum(count, SAMPLES - 1 - count) / EDGE).astype(np.float32),
        "last_axis": np.array([2], np.int64), "shape": np.array([1, 1, 1, -1], np.int64),
        "first_axis": np.array([0], np.int64), "zero": np.float32(0),
    }
    node = helper.make_node
    nodes = [
        node("Gather", ["frequency", "input"], ["hertz"]), node("Unsqueeze", ["hertz", "last_axis"], ["hertz_3"]),
        node("Gather", ["loudness", "input"], ["loud"]), node("Unsqueeze", ["loud", "last_axis"], ["loud_3"]),
        node("Mul", ["hertz_3", "time"], ["phase"]), node("Sin", ["phase"], ["tone"]),
        node("Mul", ["tone", "loud_3"], ["heard"]), node("Mul", ["heard", "shape_of_tone"], ["shaped"]),
        node("Reshape", ["shaped", "shape"], ["audio"]),
        # Piper feeds two more inputs, which a model without a use for them would not have.
        node("ReduceSum", ["scales", "first_axis"], ["scale"], keepdims=0),
        node("Cast", ["input_lengths"], ["lengths"], to=TensorProto.FLOAT),
        node("ReduceSum", ["lengths", "first_axis"], ["length"], keepdims=0),
        node("Add", ["scale", "length"], ["sum"]), node("Mul", ["sum", "zero"], ["nothing"]),
        node("Add", ["audio", "nothing"], ["output"]),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, name,
        [value("input", TensorProto.INT64, ["b", "t"]), value("input_lengths", TensorProto.INT64, ["b"]),
         value("scales", TensorProto.FLOAT, [3])],
        [value("output", TensorProto.FLOAT, [1, 1, 1, "n"])],
        [numpy_helper.from_array(np.asarray(array), key) for key, array in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path = pathlib.Path(folder) / f"{name}.onnx"
    onnx.save(model, str(path))
    path.with_name(f"{name}.onnx.json").write_text(json.dumps(configuration(name)))
    return path


def configuration(name):
    language = {
        "code": "en_US", "family": "en", "region": "US", "name_native": "English", "name_english": "English",
        "country_english": "United States"}
    return {
        "audio": {"sample_rate": RATE, "quality": "low"}, "espeak": {"voice": "en"}, "phoneme_type": "text",
        "num_symbols": SYMBOLS, "num_speakers": 1, "inference": {"noise_scale": 0, "length_scale": 1, "noise_w": 0},
        "phoneme_id_map": phoneme_ids(), "speaker_id_map": {}, "piper_version": "1.0.0", "language": language,
        "dataset": name}


def speak(text, level=0.5):
    """PCM16 samples at 16 kHz for a caller, made without Piper: a vowel, then each letter and a pause as long.

    The vowel opens the turn: letters alone are too short for a voice activity detector. It is too long to be read as a letter.
    """
    count = np.arange(SAMPLES)
    shape = np.minimum(1, np.minimum(count, SAMPLES - 1 - count) / EDGE)
    tones = [
        np.pad(np.sin(2 * np.pi * (BASE_HZ + STEP_HZ * (FIRST + LETTERS.index(letter))) * count / RATE) * shape, (0, SAMPLES))
        for letter in text.lower()]
    time = np.arange(8 * SAMPLES) / RATE
    vowel = sum(np.sin(2 * np.pi * 130 * k * time) / k for k in range(1, 13)) / 2 * np.minimum(1, (time[-1] - time) * 200)
    return (np.concatenate([vowel, np.zeros(SAMPLES), *tones]) * level * 32767).astype(np.int16)


def decode(samples, rate=RATE):
    """The text in `samples`, an array of one channel; what is no tone of the voice is passed over."""
    x = np.asarray(samples, float)
    if not len(x):
        return ""
    length = SAMPLES * rate // RATE
    window = max(1, rate // 100)
    loudness = np.sqrt(np.maximum(0, np.convolve(x**2, np.ones(window) / window, "same")))
    sounding = loudness > max(1e-9, loudness.max() * 0.3)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], sounding.astype(np.int8), [0]))))
    text = ""
    for begin, end in zip(edges[::2], edges[1::2]):
        if not 0.6 * length < end - begin < 2 * length:
            continue
        size = 1 << 14
        spectrum = np.abs(np.fft.rfft(x[begin:end] * np.hanning(end - begin), size))
        letter = round((np.argmax(spectrum) * rate / size - BASE_HZ) / STEP_HZ) - FIRST
        if 0 <= letter < len(LETTERS):
            text += LETTERS[letter]
    return text


if __name__ == "__main__":
    print(make(*sys.argv[1:3]))
