"""Makes small models of the shape of Silero VAD v5 and smart-turn v3, right and wrong ones: make_models.py DIRECTORY"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def constant(name, value, dtype=np.float32):
    return numpy_helper.from_array(np.array(value, dtype=dtype), name)


def save(path, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, path)


def vad_ports(layer=128):
    inputs = [
        helper.make_tensor_value_info("input", FLOAT, [None, None]),
        helper.make_tensor_value_info("state", FLOAT, [2, None, layer]),
        helper.make_tensor_value_info("sr", INT64, []),
    ]
    outputs = [
        helper.make_tensor_value_info("output", FLOAT, [None, 1]),
        helper.make_tensor_value_info("stateN", FLOAT, [None, None, None]),
    ]
    return inputs, outputs


def loudness():
    """The mean magnitude of a frame and its context, [batch, 1]."""
    nodes = [
        helper.make_node("Abs", ["input"], ["magnitude"]),
        helper.make_node("ReduceMean", ["magnitude"], ["mean"], axes=[1], keepdims=1),
    ]
    return nodes, []


def probability(source):
    """A steep step at a magnitude of 0.02."""
    nodes = [
        helper.make_node("Sub", [source, "edge"], ["above"]),
        helper.make_node("Mul", ["above", "slope"], ["logit"]),
    ]
    return nodes, [constant("edge", 0.02), constant("slope", 400)]


def loud(path):
    """Says how loud a frame is, smoothed by a state that every layer and every call has to keep apart."""
    nodes, constants = loudness()
    more, others = probability("smooth")
    nodes += [
        # [batch, 1] beside [2, batch, 128]: the state moves half way towards the loudness.
        helper.make_node("Mul", ["state", "half"], ["kept"]),
        helper.make_node("Mul", ["mean", "half"], ["added"]),
        helper.make_node("Add", ["kept", "added"], ["stateN"]),
        # The second layer's mean is what is judged.
        helper.make_node("Gather", ["stateN", "second"], ["layer"], axis=0),
        helper.make_node("ReduceMean", ["layer"], ["smooth"], axes=[1], keepdims=1),
        *more,
        helper.make_node("Sigmoid", ["logit"], ["output"]),
    ]
    constants += others + [constant("half", 0.5), constant("second", 1, np.int64)]
    save(path, nodes, *vad_ports(), constants)


def failing(path):
    """Fails in the run of any batch with a sample beyond 0.9."""
    nodes, constants = loudness()
    more, others = probability("mean")
    nodes += [
        helper.make_node("ReduceMax", ["magnitude"], ["peak"], keepdims=0),
        helper.make_node("Greater", ["peak", "limit"], ["tooLoud"]),
        helper.make_node("Cast", ["tooLoud"], ["index"], to=INT64),
        # There is one element; the second is out of bounds.
        helper.make_node("Gather", ["one", "index"], ["gain"]),
        *more,
        helper.make_node("Mul", ["logit", "gain"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], ["output"]),
        helper.make_node("Identity", ["state"], ["stateN"]),
    ]
    constants += others + [constant("limit", 0.9), constant("one", [1])]
    save(path, nodes, *vad_ports(), constants)


def not_a_number(path):
    """Makes no number of a frame louder than 0.5 on average, and 0.7 or less of any other."""
    nodes, constants = loudness()
    nodes += [
        helper.make_node("Sub", ["limit", "mean"], ["room"]),
        helper.make_node("Sqrt", ["room"], ["output"]),
        helper.make_node("Identity", ["state"], ["stateN"]),
    ]
    save(path, nodes, *vad_ports(), constants + [constant("limit", 0.5)])


def wrong_width(path):
    nodes, constants = loudness()
    nodes += [helper.make_node("Identity", ["mean"], ["output"]), helper.make_node("Identity", ["state"], ["stateN"])]
    save(path, nodes, *vad_ports(layer=64), constants)


def stateless(path):
    nodes, constants = loudness()
    nodes += [helper.make_node("Identity", ["mean"], ["output"])]
    inputs, outputs = vad_ports()
    save(path, nodes, inputs[:1], outputs[:1], constants)


def no_probability(path):
    """Says 2 of everything."""
    nodes, constants = loudness()
    nodes += [
        helper.make_node("Mul", ["mean", "none"], ["zero"]),
        helper.make_node("Add", ["zero", "two"], ["output"]),
        helper.make_node("Identity", ["state"], ["stateN"]),
    ]
    save(path, nodes, *vad_ports(), constants + [constant("none", 0), constant("two", 2)])


def melody(path):
    """Judges by the last two seconds, of smart-turn's shape: what sounds low is complete, what sounds high is not."""
    nodes, constants = [], [constant("step", [1, 1], np.int64), constant("axes", [1, 2], np.int64)]
    for name, first, last in [("low", 0, 40), ("high", 60, 80)]:
        constants += [constant(f"{name}_from", [first, 600], np.int64), constant(f"{name}_to", [last, 800], np.int64)]
        nodes += [
            helper.make_node("Slice", ["input_features", f"{name}_from", f"{name}_to", "axes", "step"], [f"{name}_bands"]),
            helper.make_node("ReduceMean", [f"{name}_bands"], [name], axes=[1, 2], keepdims=0),
        ]
    nodes += [
        helper.make_node("Sub", ["low", "high"], ["below"]),
        helper.make_node("Mul", ["below", "slope"], ["scaled"]),
        helper.make_node("Unsqueeze", ["scaled", "column"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["logits"]),
    ]
    constants += [constant("slope", 20), constant("column", [1], np.int64)]
    save(path, nodes, *turn_ports(), constants)


def turn_ports(bands=80):
    inputs = [helper.make_tensor_value_info("input_features", FLOAT, [None, bands, 800])]
    outputs = [helper.make_tensor_value_info("logits", FLOAT, [None, 1])]
    return inputs, outputs


def turn(path, bands=80):
    """Judges by the mean of the last tenth of a second: the quieter, the more complete."""
    nodes = [
        helper.make_node("Slice", ["input_features", "from", "to", "axis"], ["end"]),
        helper.make_node("ReduceMean", ["end"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "column"], ["row"]),
        helper.make_node("Mul", ["row", "slope"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["logits"]),
    ]
    constants = [
        constant("from", [-10], np.int64), constant("to", [800], np.int64), constant("axis", [2], np.int64),
        constant("column", [1], np.int64), constant("slope", -4),
    ]
    save(path, nodes, *turn_ports(bands), constants)


def main():
    out = Path(sys.argv[1])
    loud(out / "vad_loud.onnx")
    failing(out / "vad_failing.onnx")
    not_a_number(out / "vad_not_a_number.onnx")
    wrong_width(out / "vad_wrong_width.onnx")
    stateless(out / "vad_stateless.onnx")
    no_probability(out / "vad_no_probability.onnx")
    turn(out / "turn.onnx")
    turn(out / "turn_wrong_width.onnx", bands=40)
    melody(out / "turn_melody.onnx")
    whole = (out / "silero_vad.onnx").read_bytes()
    (out / "vad_torn.onnx").write_bytes(whole[: len(whole) // 2])
    (out / "vad_garbage.onnx").write_bytes(np.random.default_rng(1).bytes(4_096))
    (out / "vad_empty.onnx").write_bytes(b"")


main()
