#!/usr/bin/env python3
"""Writes models for sherpa-onnx that speak and hear in tones: no weights, only arithmetic.

    tone_models.py FOLDER

Each character is a pure tone, 60 ms and 20 ms of silence; its frequency says which. `characters`, `piper` and `kokoro` are voices,
`ctc` and `transducer` are streaming recognisers, `whisper` and `moonshine` hear whole utterances. `tones.json` has the frequencies.
What a voice says, a recogniser understands, and tone.py turns into text again.
"""

import base64
import json
import math
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

RATE = 16_000
TONE, GAP = 960, 320
CHARACTERS = " abcdefghijklmnopqrstuvwxyz0123456789'"
PUNCTUATION = ".,!?"


def mel(hertz):
    return 1127 * math.log(1 + hertz / 700)


def frequency(index):
    """Equally far apart for the ear: 350 to 3300 Hz."""
    low, high = mel(350), mel(3300)
    return 700 * (math.exp((low + (high - low) * index / (len(CHARACTERS) - 1)) / 1127) - 1)


def constant(name, array, dtype=None):
    return nh.from_array(np.asarray(array, dtype), name)


def value(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


def save(path, nodes, inputs, outputs, constants, metadata):
    graph = h.make_graph([h.make_node(op, i, o, **a) for op, i, o, a in nodes], "tone", inputs, outputs, constants)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)
    h.set_model_props(model, {key: str(text) for key, text in metadata.items()})
    onnx.checker.check_model(model)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    onnx.save(model, path)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


# Voices


def tones(frequencies, silent, rate=RATE):
    """Constants and nodes that turn `ids` [1, n] into `audio` [n * (TONE + GAP)]."""
    length, gap = TONE * rate // RATE, GAP * rate // RATE
    n = np.arange(length)
    shape = np.minimum(1, np.minimum(n, length - 1 - n) / (80 * rate / RATE))
    window = np.concatenate([shape, np.zeros(gap)]).astype(np.float32)
    time = (2 * np.pi * np.arange(length + gap) / rate).astype(np.float32)
    loud = np.array([0 if i in silent else 0.5 for i in range(len(frequencies))], np.float32)
    constants = [
        constant("frequencies", frequencies, np.float32), constant("loud", loud), constant("time", time),
        constant("window", window), constant("last", [2], np.int64), constant("flat", [-1], np.int64)]
    nodes = [
        ("Gather", ["frequencies", "ids"], ["f"], {}), ("Unsqueeze", ["f", "last"], ["f3"], {}),
        ("Mul", ["f3", "time"], ["phase"], {}), ("Sin", ["phase"], ["wave"], {}),
        ("Gather", ["loud", "ids"], ["a"], {}), ("Unsqueeze", ["a", "last"], ["a3"], {}),
        ("Mul", ["wave", "a3"], ["w2"], {}), ("Mul", ["w2", "window"], ["w3"], {}),
        ("Reshape", ["w3", "flat"], ["audio"], {})]
    return nodes, constants


def spelling_voice(folder):
    """VITS whose front end spells: every character of the text is a tone. Two speakers, the second at half the loudness."""
    symbols = CHARACTERS + PUNCTUATION
    frequencies = [frequency(i) for i in range(len(CHARACTERS))] + [1000] * len(PUNCTUATION)
    nodes, constants = tones(frequencies, silent=range(len(CHARACTERS), len(symbols)))
    nodes = [("Identity", ["x"], ["ids"], {})] + nodes + [
        ("Cast", ["sid"], ["s"], {"to": T.FLOAT}), ("Mul", ["s", "half"], ["s2"], {}), ("Sub", ["one", "s2"], ["volume"], {}),
        ("ReduceSum", ["scales", "zeroth"], ["unused"], {"keepdims": 0}),
        ("Cast", ["x_length"], ["unused2"], {"to": T.FLOAT}), ("Mul", ["unused", "nothing"], ["u1"], {}),
        ("Mul", ["unused2", "nothing"], ["u2"], {}), ("Add", ["u1", "u2"], ["u3"], {}), ("Add", ["volume", "u3"], ["v"], {}),
        ("Mul", ["audio", "v"], ["y"], {})]
    constants += [
        constant("half", np.float32(0.5)), constant("one", np.float32(1)), constant("nothing", np.float32(0)),
        constant("zeroth", [0], np.int64)]
    save(
        f"{folder}/characters/model.onnx", nodes,
        [value("x", T.INT64, [1, "n"]), value("x_length", T.INT64, [1]), value("scales", T.FLOAT, [3]), value("sid", T.INT64, [1])],
        [value("y", T.FLOAT, ["m"])], constants, {
            "sample_rate": RATE, "n_speakers": 2, "language": "English", "comment": "coqui", "frontend": "characters",
            "add_blank": 0, "use_eos_bos": 0, "blank_id": 0, "bos_id": 0, "eos_id": 0, "pad_id": 0})
    write(f"{folder}/characters/tokens.txt", "".join(f"{c} {i}\n" for i, c in enumerate(symbols)))
    return symbols


PHONEMES = "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħŋœɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞βθχᵻ"


def phoneme_voice(folder):
    """VITS as Piper's voices are: eSpeak NG's phonemes, a silent pad between them, 22,050 Hz."""
    frequencies = [400 + 40 * i for i in range(len(PHONEMES))]
    nodes, constants = tones(frequencies, silent=range(3), rate=22_050)
    nodes = [("Identity", ["input"], ["ids"], {})] + nodes + [
        ("ReduceSum", ["scales", "zeroth"], ["u1"], {"keepdims": 0}), ("Cast", ["input_lengths"], ["u2"], {"to": T.FLOAT}),
        ("Add", ["u1", "u2"], ["u3"], {}), ("Mul", ["u3", "nothing"], ["u4"], {}), ("Add", ["audio", "u4"], ["flat_audio"], {}),
        ("Reshape", ["flat_audio", "shape"], ["output"], {})]
    constants += [
        constant("nothing", np.float32(0)), constant("zeroth", [0], np.int64), constant("shape", [1, 1, 1, -1], np.int64)]
    save(
        f"{folder}/piper/model.onnx", nodes,
        [value("input", T.INT64, [1, "n"]), value("input_lengths", T.INT64, [1]), value("scales", T.FLOAT, [3])],
        [value("output", T.FLOAT, [1, 1, 1, "m"])], constants, {
            "sample_rate": 22_050, "n_speakers": 1, "language": "English", "comment": "piper", "voice": "en-us",
            "add_blank": 1, "has_espeak": 1, "model_type": "vits"})
    write(f"{folder}/piper/tokens.txt", "".join(f"{c} {i}\n" for i, c in enumerate(PHONEMES)))


def kokoro_voice(folder):
    """Kokoro: tokens between two zeros, a style by speaker and length, here the loudness; 24,000 Hz."""
    frequencies = [400 + 40 * i for i in range(len(PHONEMES))]
    nodes, constants = tones(frequencies, silent=range(3), rate=24_000)
    nodes = [("Identity", ["tokens"], ["ids"], {})] + nodes + [
        ("ReduceMean", ["style"], ["volume"], {"keepdims": 0}), ("ReduceSum", ["speed", "zeroth"], ["u"], {"keepdims": 0}),
        ("Mul", ["u", "nothing"], ["u0"], {}), ("Add", ["volume", "u0"], ["v"], {}), ("Mul", ["audio", "v"], ["output"], {})]
    constants += [constant("nothing", np.float32(0)), constant("zeroth", [0], np.int64)]
    save(
        f"{folder}/kokoro/model.onnx", nodes,
        [value("tokens", T.INT64, [1, "n"]), value("style", T.FLOAT, [1, 4]), value("speed", T.FLOAT, [1])],
        [value("output", T.FLOAT, ["m"])], constants, {
            "sample_rate": 24_000, "n_speakers": 2, "language": "English", "comment": "kokoro", "voice": "en-us", "has_espeak": 1,
            "style_dim": "510,1,4", "version": 1, "model_type": "kokoro"})
    np.concatenate([np.full(510 * 4, loud, np.float32) for loud in (1.0, 0.5)]).tofile(f"{folder}/kokoro/voices.bin")
    write(f"{folder}/kokoro/tokens.txt", "".join(f"{c} {i}\n" for i, c in enumerate(PHONEMES)))


# Recognisers


def tone_samples(index, length=3_200, loudness=0.3):
    return loudness * np.sin(2 * np.pi * frequency(index) * np.arange(length) / RATE)


def energies():
    """Log energies in 80 mel bands of each tone, by the features that sherpa-onnx computes."""
    import kaldi_native_fbank as knf

    options = knf.FbankOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither, options.frame_opts.snip_edges = RATE, 0, False
    options.mel_opts.num_bins, options.mel_opts.high_freq = 80, -400
    result = []
    for index in range(len(CHARACTERS)):
        bank = knf.OnlineFbank(options)
        bank.accept_waveform(RATE, tone_samples(index).tolist())
        frames = np.array([bank.get_frame(i) for i in range(bank.num_frames_ready)])
        result.append(frames[5:-5].mean(0))
    return np.array(result, np.float32)
