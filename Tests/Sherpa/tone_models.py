#!/usr/bin/env python3
"""Writes models for sherpa-onnx that speak and hear in tones: no weights, only arithmetic.

    tone_models.py FOLDER

Each character is a pure tone, 60 ms and 30 ms of silence; its frequency says which. `characters`, `piper` and `kokoro` are voices,
`ctc` and `transducer` are streaming recognisers, `whisper` and `moonshine` hear whole utterances; those of `vad` take what is loud
for speech. `tones.json` has the frequencies.
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
TONE, GAP = 960, 480
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
    """Kokoro: tokens between two zeros, a style by speaker and length, here the loudness; 24,000 Hz. Fast speech is quiet."""
    frequencies = [400 + 40 * i for i in range(len(PHONEMES))]
    nodes, constants = tones(frequencies, silent=range(3), rate=24_000)
    nodes = [("Identity", ["tokens"], ["ids"], {})] + nodes + [
        ("ReduceMean", ["style"], ["volume"], {"keepdims": 0}), ("ReduceSum", ["speed", "zeroth"], ["u"], {"keepdims": 0}),
        ("Div", ["volume", "u"], ["v"], {}), ("Mul", ["audio", "v"], ["output"], {})]
    constants += [constant("zeroth", [0], np.int64)]
    save(
        f"{folder}/kokoro/model.onnx", nodes,
        [value("tokens", T.INT64, [1, "n"]), value("style", T.FLOAT, [1, 4]), value("speed", T.FLOAT, [1])],
        [value("output", T.FLOAT, ["m"])], constants, {
            "sample_rate": 24_000, "n_speakers": 2, "language": "English", "comment": "kokoro", "voice": "en-us", "has_espeak": 1,
            "style_dim": "510,1,4", "version": 1, "model_type": "kokoro"})
    np.concatenate([np.full(510 * 4, loud, np.float32) for loud in (1.0, 0.5)]).tofile(f"{folder}/kokoro/voices.bin")
    write(f"{folder}/kokoro/tokens.txt", "".join(f"{c} {i}\n" for i, c in enumerate(PHONEMES)))


# Recognisers

TOKENS = ["<blk>"] + list(CHARACTERS)


def triangles(points):
    """Weights of mel bands over the bins of a spectrum: `points` are the bands' corners and the bins, in mel."""
    corners, bins = points
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return np.maximum(0, np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)))


def kaldi_bands():
    bins = np.array([mel(i * RATE / 512) for i in range(257)])
    return triangles((np.linspace(mel(20), mel(RATE / 2 - 400), 82), bins))


def slaney_mel(hertz):
    return hertz / (200 / 3) if hertz < 1000 else 15 + math.log(hertz / 1000) / (math.log(6.4) / 27)


def whisper_bands():
    """The bands of Whisper, without the weights by which each has the same area: these divide out."""
    bins = np.array([slaney_mel(i * RATE / 400) for i in range(201)])
    return triangles((np.linspace(0, slaney_mel(RATE / 2), 82), bins))


def templates(bands, size, window):
    """The bands' share of each tone's power, as unit vectors [80, characters]."""
    rows = []
    for index in range(len(CHARACTERS)):
        wave = np.sin(2 * np.pi * frequency(index) * np.arange(400) / RATE) * window
        power = bands @ (np.abs(np.fft.rfft(wave, size)) ** 2)
        rows.append(power / np.linalg.norm(power))
    return np.array(rows, np.float32).T


def classify(x, name, floor):
    """Nodes for `x`, log power [N, T, 80]: likeness to each tone [N, T, characters], and whether there is a tone [N, T, 1]."""
    p = name
    nodes = [
        ("ReduceMax", [x], [f"{p}level"], {"axes": [2]}), ("Sub", [x, f"{p}level"], [f"{p}relative"], {}),
        ("Exp", [f"{p}relative"], [f"{p}share"], {}), ("ReduceL2", [f"{p}share"], [f"{p}norm"], {"axes": [2]}),
        ("MatMul", [f"{p}share", "templates"], [f"{p}product"], {}), ("Div", [f"{p}product", f"{p}norm"], [f"{p}like"], {}),
        ("Greater", [f"{p}level", "floor"], [f"{p}loud"], {}), ("Cast", [f"{p}loud"], [f"{p}active"], {"to": T.FLOAT})]
    return nodes, [constant("floor", np.float32(floor))], f"{p}like", f"{p}active"


def kaldi_templates():
    n = np.arange(400)
    return constant("templates", templates(kaldi_bands(), 512, (0.5 - 0.5 * np.cos(2 * np.pi * n / 399)) ** 0.85))


# Log power in the loudest band of a tone of amplitude 0.08, as sherpa-onnx computes it of samples within 1.
KALDI_FLOOR = 2.0
# Frames that a step takes, and those it has beyond them of the step before.
STEP, OVERLAP = 16, 2


def zipformer_states():
    """Inputs, outputs and nodes of the states of a Zipformer of one small layer: they are passed on and do nothing."""
    shapes = {
        "cached_key_0": [4, "N", 4], "cached_nonlin_attn_0": [1, "N", 4, 3], "cached_val1_0": [4, "N", 4],
        "cached_val2_0": [4, "N", 4], "cached_conv1_0": ["N", 4, 1], "cached_conv2_0": ["N", 4, 1],
        "embed_states": ["N", 128, 3, 19]}
    inputs = [value(name, T.FLOAT, shape) for name, shape in shapes.items()] + [value("processed_lens", T.INT64, ["N"])]
    outputs = [value("new_" + i.name, i.type.tensor_type.elem_type, shape) for i, shape in
               zip(inputs, list(shapes.values()) + [["N"]])]
    return inputs, outputs, [("Identity", [i.name], ["new_" + i.name], {}) for i in inputs]


ZIPFORMER = {
    "model_type": "zipformer2", "encoder_dims": "4", "query_head_dims": "4", "value_head_dims": "4", "num_heads": "1",
    "num_encoder_layers": "1", "cnn_module_kernels": "3", "left_context_len": "4", "T": STEP + OVERLAP, "decode_chunk_len": STEP}


def onsets(like, active):
    """Nodes that give a tone once, at its second frame: log probabilities [N, STEP, tokens], all blank elsewhere."""
    slices = [
        ("Slice", [active, f"from{i}", f"to{i}", "along"], [f"active{i}"], {}) for i in range(3)]
    nodes = slices + [
        ("Slice", [like, "from2", "to2", "along"], ["late"], {}), ("Sub", ["one", "active0"], ["before"], {}),
        ("Mul", ["active1", "active2"], ["both"], {}), ("Mul", ["both", "before"], ["onset"], {}),
        ("Mul", ["late", "ten"], ["scores"], {}), ("Mul", ["scores", "onset"], ["tones"], {}),
        ("Sub", ["one", "onset"], ["none"], {}), ("Mul", ["none", "twenty"], ["blank"], {}),
        ("Concat", ["blank", "tones"], ["log_probs"], {"axis": 2})]
    constants = [constant("along", [1], np.int64), constant("one", np.float32(1)), constant("ten", np.float32(10)),
                 constant("twenty", np.float32(20))]
    for i in range(3):
        constants += [constant(f"from{i}", [i], np.int64), constant(f"to{i}", [i + STEP], np.int64)]
    return nodes, constants


def write_tokens(path):
    write(path, "".join(f"{'▁' if c == ' ' else c} {i}\n" for i, c in enumerate(TOKENS)))


def streaming_recognisers(folder):
    """A Zipformer with CTC, and one with a transducer whose decoder does nothing."""
    nodes, constants, like, active = classify("x", "c_", KALDI_FLOOR)
    more, others = onsets(like, active)
    inputs, outputs, passed = zipformer_states()
    x = value("x", T.FLOAT, ["N", STEP + OVERLAP, 80])
    out = value("log_probs", T.FLOAT, ["N", STEP, len(TOKENS)])
    everything = nodes + more + passed, [x] + inputs, [out] + outputs, constants + others + [kaldi_templates()], ZIPFORMER
    save(f"{folder}/ctc/model.onnx", *everything)
    write_tokens(f"{folder}/ctc/tokens.txt")
    save(f"{folder}/transducer/encoder.onnx", *everything)
    size = len(TOKENS)
    save(
        f"{folder}/transducer/decoder.onnx",
        [("Gather", ["zeros", "y"], ["e"], {}), ("ReduceSum", ["e", "first"], ["decoder_out"], {"keepdims": 0})],
        [value("y", T.INT64, ["N", 2])], [value("decoder_out", T.FLOAT, ["N", size])],
        [constant("zeros", np.zeros((size, size), np.float32)), constant("first", [1], np.int64)],
        {"vocab_size": size, "context_size": 2})
    save(
        f"{folder}/transducer/joiner.onnx", [("Add", ["encoder_out", "decoder_out"], ["logit"], {})],
        [value("encoder_out", T.FLOAT, ["N", size]), value("decoder_out", T.FLOAT, ["N", size])],
        [value("logit", T.FLOAT, ["N", size])], [], {"joiner_dim": size})
    write_tokens(f"{folder}/transducer/tokens.txt")


def compact(like, active, n):
    """Nodes that give the tones of an utterance, each once, and the end after them: `heard` [1, K + 1, 1], as numbers of tokens."""
    nodes = [
        ("Pad", [active, "before_pads"], ["a0"], {}), ("Pad", [active, "earlier_pads"], ["a1"], {}),
        ("Sub", ["one", "a1"], ["not1"], {}), ("Mul", [active, "a0"], ["both"], {}), ("Mul", ["both", "not1"], ["onset"], {}),
        ("Greater", ["onset", "half"], ["is_onset"], {}), ("Reshape", ["is_onset", "flat"], ["mask"], {}),
        ("ArgMax", [like], ["best"], {"axis": 2, "keepdims": 0}), ("Reshape", ["best", "flat"], ["all"], {}),
        ("Compress", ["all", "mask"], ["ids"], {"axis": 0}), ("Concat", ["ids", "end"], ["ids_end"], {"axis": 0}),
        ("Cast", ["ids_end"], ["numbers"], {"to": T.FLOAT}), ("Reshape", ["numbers", "column"], ["heard"], {})]
    # A frame is followed by the one before it, and by the one before that.
    constants = [
        constant("before_pads", [0, 1, 0, 0, -1, 0], np.int64), constant("earlier_pads", [0, 2, 0, 0, -2, 0], np.int64),
        constant("one", np.float32(1)), constant("half", np.float32(0.5)), constant("flat", [-1], np.int64),
        constant("end", [len(CHARACTERS)], np.int64), constant("column", [1, -1, 1], np.int64)]
    return nodes, constants


def matched_filters():
    """Preprocessor of Moonshine: the power of each tone in windows of 25 ms, every 10 ms, of samples as they are."""
    n = np.arange(400)
    window = np.hanning(400)
    waves = [window * f(2 * np.pi * frequency(i) * n / RATE) for f in (np.cos, np.sin) for i in range(len(CHARACTERS))]
    count = len(CHARACTERS)
    nodes = [
        ("Unsqueeze", ["audio", "middle"], ["a"], {}), ("Conv", ["a", "filters"], ["r"], {"strides": [160], "pads": [200, 200]}),
        ("Mul", ["r", "r"], ["r2"], {}), ("Split", ["r2"], ["c", "s"], {"axis": 1}), ("Add", ["c", "s"], ["p"], {}),
        ("Transpose", ["p"], ["features"], {"perm": [0, 2, 1]})]
    constants = [constant("middle", [1], np.int64), constant("filters", np.array(waves)[:, None, :], np.float32)]
    return nodes, [value("audio", T.FLOAT, [1, "n"])], [value("features", T.FLOAT, [1, "t", count])], constants, {}


def spelling_decoder(prefix, states):
    """Moonshine's decoder: the character at the place `seq_len`; the tokens are those of its tokenizer, 3 more than ours."""
    size = len(CHARACTERS) + 3
    table = np.full((len(CHARACTERS) + 1, size), -10, np.float32)
    for i in range(len(CHARACTERS)):
        table[i, i + 3] = 10
    table[len(CHARACTERS), 2] = 10
    nodes = [
        ("Cast", ["seq_len"], ["length"], {"to": T.INT64}), ("Sub", ["length", "first"], ["at"], {}),
        ("Gather", ["encoder_out", "at"], ["number"], {"axis": 1}), ("Cast", ["number"], ["id"], {"to": T.INT64}),
        ("Reshape", ["id", "flat"], ["row"], {}), ("Gather", ["table", "row"], ["l"], {}),
        ("Cast", ["tokens"], ["t"], {"to": T.FLOAT}), ("ReduceSum", ["t", "axes"], ["u"], {"keepdims": 0}),
        ("Mul", ["u", "nothing"], ["u0"], {}), ("Add", ["l", "u0"], ["l2"], {}),
        ("Reshape", ["l2", "shape"], ["logits"], {})]
    constants = [
        constant("first", [1], np.int64), constant("flat", [-1], np.int64), constant("table", table),
        constant("axes", [0, 1], np.int64), constant("nothing", np.float32(0)), constant("shape", [1, 1, size], np.int64)]
    inputs = [value("tokens", T.INT32, [1, 1]), value("encoder_out", T.FLOAT, [1, "k", 1]), value("seq_len", T.INT32, [1])]
    if states:
        inputs.append(value("state_in", T.FLOAT, [1]))
        nodes.append(("Identity", ["state_in"], ["state"], {}))
    else:
        nodes.append(("Identity", ["zero_state"], ["state"], {}))
        constants.append(constant("zero_state", np.zeros(1, np.float32)))
    outputs = [value("logits", T.FLOAT, [1, 1, size]), value("state", T.FLOAT, [1])]
    return nodes, inputs, outputs, constants, {}


def moonshine(folder):
    save(f"{folder}/moonshine/preprocess.onnx", *matched_filters())
    level = [
        ("ReduceMax", ["features"], ["peak"], {"axes": [2]}), ("Greater", ["peak", "floor"], ["loud"], {}),
        ("Cast", ["loud"], ["active"], {"to": T.FLOAT}), ("Cast", ["features_len"], ["u"], {"to": T.FLOAT}),
        ("ReduceSum", ["u", "zeroth"], ["u1"], {"keepdims": 0}), ("Mul", ["u1", "nothing"], ["u0"], {}),
        ("Add", ["features", "u0"], ["like"], {})]
    nodes, constants = compact("like", "active", "m_")
    padded = [("Concat", ["heard", "ends"], ["encoder_out"], {"axis": 1})]
    # The length of what an encoder gives bounds the words: 14 for a second.
    ends = np.full((1, 2_000, 1), len(CHARACTERS), np.float32)
    save(
        f"{folder}/moonshine/encode.onnx", level + nodes + padded,
        [value("features", T.FLOAT, [1, "t", len(CHARACTERS)]), value("features_len", T.INT32, [1])],
        [value("encoder_out", T.FLOAT, [1, "k", 1])],
        constants + [constant("floor", np.float32(100)), constant("zeroth", [0], np.int64), constant("nothing", np.float32(0)),
                     constant("ends", ends)], {})
    save(f"{folder}/moonshine/uncached_decode.onnx", *spelling_decoder("u_", False))
    save(f"{folder}/moonshine/cached_decode.onnx", *spelling_decoder("c_", True))
    symbols = ["<unk>", "<s>", "</s>"] + ["▁" if c == " " else c for c in CHARACTERS]
    write(f"{folder}/moonshine/tokens.txt", "".join(f"{c}\t{i}\n" for i, c in enumerate(symbols)))


def whisper_decoder():
    """The character at the place that `offset` and the number of tokens say: the first comes after the two that begin."""
    size = len(CHARACTERS) + 10
    table = np.full((len(CHARACTERS) + 1, size), -10, np.float32)
    for i in range(len(CHARACTERS) + 1):
        table[i, i] = 10
    nodes = [
        ("Shape", ["tokens"], ["shape"], {}), ("Slice", ["shape", "one_i", "two_i"], ["n"], {}), ("Add", ["offset", "n"], ["past"], {}),
        ("Sub", ["past", "begin"], ["at"], {}), ("Gather", ["n_layer_cross_k", "at"], ["number"], {"axis": 2}),
        ("Cast", ["number"], ["id"], {"to": T.INT64}), ("Reshape", ["id", "flat"], ["row"], {}),
        ("Gather", ["table", "row"], ["l"], {}), ("Reshape", ["l", "l_shape"], ["l3"], {}),
        ("Concat", ["one_i", "n", "size"], ["full"], {"axis": 0}), ("Expand", ["l3", "full"], ["l4"], {}),
        ("ReduceSum", ["n_layer_cross_v"], ["u"], {"keepdims": 0}), ("Mul", ["u", "nothing"], ["u0"], {}),
        ("Add", ["l4", "u0"], ["logits"], {}),
        ("Identity", ["in_n_layer_self_k_cache"], ["out_n_layer_self_k_cache"], {}),
        ("Identity", ["in_n_layer_self_v_cache"], ["out_n_layer_self_v_cache"], {})]
    constants = [
        constant("one_i", [1], np.int64), constant("two_i", [2], np.int64), constant("begin", [BEGIN], np.int64),
        constant("flat", [-1], np.int64), constant("table", table), constant("l_shape", [1, 1, size], np.int64),
        constant("size", [size], np.int64), constant("nothing", np.float32(0))]
    cache = [1, 1, 448, 4]
    inputs = [
        value("tokens", T.INT64, [1, "n"]), value("in_n_layer_self_k_cache", T.FLOAT, cache),
        value("in_n_layer_self_v_cache", T.FLOAT, cache), value("n_layer_cross_k", T.FLOAT, [1, 1, "k", 1]),
        value("n_layer_cross_v", T.FLOAT, [1, 1, "k", 1]), value("offset", T.INT64, [1])]
    outputs = [
        value("logits", T.FLOAT, [1, "n", size]), value("out_n_layer_self_k_cache", T.FLOAT, cache),
        value("out_n_layer_self_v_cache", T.FLOAT, cache)]
    return nodes, inputs, outputs, constants, {}


# Tokens that begin a transcript of a multilingual Whisper: start, language, task, no timestamps.
BEGIN = 4


def whisper(folder):
    """A multilingual Whisper that knows English and German, and hears both alike."""
    characters = len(CHARACTERS)
    # Whisper's features are log10 of power, cut at 8 below the loudest, plus 4, over 4.
    power = [
        ("Transpose", ["mel"], ["m"], {"perm": [0, 2, 1]}), ("Mul", ["m", "ln"], ["x"], {})]
    nodes, constants, like, active = classify("x", "w_", 0)
    constants = []
    loudest = [("ReduceMax", ["w_level"], ["top"], {"keepdims": 0}), ("Sub", ["top", "range"], ["floor"], {})]
    order = power + nodes[:1] + loudest + nodes[1:]
    # Digital silence has no tone: the loudest must be above what silence is after the features' own floor.
    more, others = compact(like, active, "w_")
    tail = [
        ("Concat", ["heard", "ends"], ["h3"], {"axis": 1}), ("Unsqueeze", ["h3", "zeroth"], ["n_layer_cross_k"], {}),
        ("Mul", ["n_layer_cross_k", "nothing"], ["n_layer_cross_v"], {})]
    ends = np.full((1, 448, 1), characters, np.float32)
    start = characters + 1
    save(
        f"{folder}/whisper/tone-encoder.onnx", order + more + tail, [value("mel", T.FLOAT, [1, 80, "t"])],
        [value("n_layer_cross_k", T.FLOAT, [1, 1, "k", 1]), value("n_layer_cross_v", T.FLOAT, [1, 1, "k", 1])],
        others + [
            constant("templates", templates(whisper_bands(), 400, np.hanning(401)[:400])), constant("ln", np.float32(4 * math.log(10))),
            constant("range", np.float32(3)), constant("zeroth", [0], np.int64), constant("nothing", np.float32(0)),
            constant("ends", ends)],
        {"model_type": "whisper-tone", "n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 4, "n_audio_head": 1, "n_audio_layer": 1,
         "n_vocab": characters + 10, "n_text_ctx": 448, "n_text_state": 4, "n_text_head": 1, "n_text_layer": 1,
         "sot_sequence": f"{start},{start + 1},{start + 3}", "all_language_tokens": f"{start + 1},{start + 2}",
         "all_language_codes": "en,de", "sot": start, "sot_index": 0, "eot": characters, "blank_id": 0, "is_multilingual": 1,
         "no_speech": start + 6, "non_speech_tokens": "", "transcribe": start + 3, "translate": start + 4, "sot_prev": start + 5,
         "sot_lm": start + 7, "no_timestamps": start + 8})
    save(f"{folder}/whisper/tone-decoder.onnx", *whisper_decoder())
    encoded = [base64.b64encode(c.encode()).decode() for c in CHARACTERS]
    write(f"{folder}/whisper/tone-tokens.txt", "".join(f"{c} {i}\n" for i, c in enumerate(encoded)))


# Voice activity


def loud(source, edge, slope):
    """Nodes that make a probability [1, 1] of a number: a steep step at `edge`."""
    nodes = [
        ("Sub", [source, "edge"], ["above"], {}), ("Mul", ["above", "slope"], ["logit"], {}),
        ("Sigmoid", ["logit"], ["step"], {}), ("Reshape", ["step", "square"], ["probability"], {})]
    return nodes, [constant("edge", np.float32(edge)), constant("slope", np.float32(slope)), constant("square", [1, 1], np.int64)]


def silero(folder):
    """Silero VAD in its two shapes: the mean magnitude, smoothed by a state that each call has to keep for itself."""
    step, constants = loud("smooth", 0.02, 400)
    constants += [constant("half", np.float32(0.5))]

    def smooth(audio, state, kept):
        return [
            ("Abs", [audio], ["magnitude"], {}), ("ReduceMean", ["magnitude"], ["mean"], {"keepdims": 0}),
            ("Mul", [state, "half"], ["old"], {}), ("Mul", ["mean", "half"], ["new"], {}), ("Add", ["old", "new"], [kept], {}),
            ("ReduceMean", [kept], ["smooth"], {"keepdims": 0})] + step + [("Identity", ["probability"], ["output"], {})]

    sound, probability = value("input", T.FLOAT, ["N", "n"]), value("output", T.FLOAT, ["N", 1])
    rate = value("sr", T.INT64, [])
    save(
        f"{folder}/vad/silero_vad.onnx", smooth("input", "state", "stateN"),
        [sound, value("state", T.FLOAT, [2, "N", 128]), rate], [probability, value("stateN", T.FLOAT, [2, "N", 128])], constants, {})
    states = {name: value(name, T.FLOAT, [2, "N", 64]) for name in ("h", "c", "hn", "cn")}
    save(
        f"{folder}/vad/silero_v4.onnx", smooth("input", "h", "hn") + [("Identity", ["c"], ["cn"], {})],
        [sound, rate, states["h"], states["c"]], [probability, states["hn"], states["cn"]], constants, {})


def ten(folder):
    """TEN VAD: the loudest of 40 bands in the last of three frames of features."""
    step, constants = loud("peak", 4, 8)
    constants += [constant("from", [2, 0], np.int64), constant("to", [3, 40], np.int64), constant("axes", [1, 2], np.int64)]
    states = [f"state{i}" for i in range(4)]
    nodes = [
        ("Slice", ["features", "from", "to", "axes"], ["last"], {}), ("ReduceMax", ["last"], ["peak"], {"keepdims": 0})] + step
    nodes += [("Identity", [name], ["new_" + name], {}) for name in states]
    save(
        f"{folder}/vad/ten-vad.onnx", nodes,
        [value("features", T.FLOAT, [1, 3, 41])] + [value(name, T.FLOAT, [1, 64]) for name in states],
        [value("probability", T.FLOAT, [1, 1])] + [value("new_" + name, T.FLOAT, [1, 64]) for name in states], constants, {
            "model_type": "ten-vad", "mean": ",".join(["0"] * 41), "inv_stddev": ",".join(["1"] * 41),
            "window": ",".join(["1"] * 768)})


def main(folder):
    spelling_voice(folder)
    phoneme_voice(folder)
    kokoro_voice(folder)
    streaming_recognisers(folder)
    moonshine(folder)
    whisper(folder)
    silero(folder)
    ten(folder)
    write(f"{folder}/tones.json", json.dumps({
        "characters": CHARACTERS, "frequencies": [frequency(i) for i in range(len(CHARACTERS))], "phonemes": PHONEMES,
        "rate": RATE, "tone": TONE, "gap": GAP}))


if __name__ == "__main__":
    main(sys.argv[1])
