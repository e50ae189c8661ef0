"""Edited ONNX graphs: each is refused with a sentence, or gives what ONNX Runtime gives.

    python Tests/Fuzz/onnx_graphs.py [--count 5000] [--seed 1]

Needs the packages onnx and onnxruntime. Every case is made of the seed and its number alone.
"""

import argparse
import collections
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

import nnswift

# Of the largest output, and at least this: both sides compute in float32, in another order, behind scales up to 1e3.
TOLERANCE = 1e-4

node = helper.make_node
FLOATS = onnx.TensorProto.FLOAT


def _array(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def _exported(layers, loss, preprocess="none"):
    model = nnswift.Model({"input": 4, "layers": layers, "loss": loss, "preprocess": preprocess, "seed": 3})
    rng = np.random.default_rng(2)
    if preprocess != "none":
        model.fit_preprocess(_array(rng, 30, 4) * 3 + 2)
    weights = {name: abs(_array(rng, *value.shape)) + 0.1 if "var" in name else _array(rng, *value.shape) / 2
               for name, value in model.weights.items()}  # fmt: skip
    model.set_weights(weights)
    return nnswift.to_onnx(model)


def _by_hand(nodes, shape, opset=13, outputs=("y",), inputs=("x",), **constants):
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    given = [helper.make_tensor_value_info(name, FLOATS, shape) for name in inputs]
    results = [helper.make_tensor_value_info(name, FLOATS, None) for name in outputs]
    sets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 1)]
    return helper.make_model(helper.make_graph(nodes, "g", given, results, tensors), opset_imports=sets, ir_version=8)


def graphs():
    """The graphs that are edited: ours, and some as other exporters write them."""
    rng = np.random.default_rng(1)
    w, v, b = _array(rng, 4, 3), _array(rng, 3, 2), _array(rng, 3)
    dense = {"type": "dense", "units": 4, "activation": "relu"}
    residual = {"type": "residual", "layers": [dense, "layer_norm"], "shortcut": ["tanh"]}
    yield _exported([dense, {"type": "dense", "units": 3}], "softmax_cross_entropy", "standardize")
    yield _exported(["batch_norm", {**dense, "activation": "gelu"}, {"type": "dense", "units": 1}], "binary_cross_entropy", "minmax")
    yield _exported([residual, "rms_norm", {**dense, "activation": "silu"}], "mse", {"type": "scale", "factor": 0.5})
    view = [
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["n"]), node("Unsqueeze", ["n", "axes"], ["u"]),
        node("Concat", ["u", "minus"], ["t"], axis=0), node("Reshape", ["x", "t"], ["f"]),
        node("Gemm", ["f", "w", "b"], ["h"]), node("Relu", ["h"], ["r"]), node("MatMul", ["r", "v"], ["z"]),
        node("Softmax", ["z"], ["y"], axis=-1)]  # fmt: skip
    yield _by_hand(view, ["n", 2, 2], zero=np.int64(0), axes=np.array([0]), minus=np.array([-1]), w=w, b=b, v=v)
    rows = {"mean": _array(rng, 1, 1, 1, 4), "spread": abs(_array(rng, 1, 1, 1, 4)) + 0.5}
    image = [node("Sub", ["x", "mean"], ["c"]), node("Div", ["c", "spread"], ["d"]), node("Flatten", ["d"], ["f"]),
             node("Gemm", ["f", "w", "b"], ["h"]), node("Sigmoid", ["h"], ["y"])]  # fmt: skip
    yield _by_hand(image, ["n", 1, 1, 4], w=w, b=b, **rows)
    blocks = [
        node("Gather", ["x", "first"], ["p"], axis=1), node("Slice", ["x", "two", "four", "one"], ["q"]),
        node("Sub", ["p", "c"], ["ps"]), node("Mul", ["q", "c"], ["qs"]), node("Concat", ["ps", "qs", "x"], ["j"], axis=1),
        node("MatMul", ["j", "wide"], ["h"]), node("Tanh", ["h"], ["t"]), node("ReduceL2", ["t"], ["l"], axes=[1]),
        node("Div", ["t", "l"], ["y"])]  # fmt: skip
    ends = {"two": np.array([2]), "four": np.array([4]), "one": np.array([1]), "first": np.array([1, 0])}
    yield _by_hand(blocks, ["n", 4], wide=_array(rng, 8, 3), c=_array(rng, 2), **ends)
    learn = [
        node("Scaler", ["x"], ["s"], domain="ai.onnx.ml", offset=[0.1, 0.2, 0.3, 0.4], scale=[1.0, 2.0, 3.0, 0.5]),
        node("LinearClassifier", ["s"], ["label", "p"], domain="ai.onnx.ml", classlabels_ints=[3, 5, 9], post_transform="SOFTMAX",
             coefficients=_array(rng, 12).tolist(), intercepts=[0.1, 0.0, -0.1]),
        node("Normalizer", ["p"], ["prob"], domain="ai.onnx.ml", norm="L1")]  # fmt: skip
    yield _by_hand(learn, ["n", 4], outputs=("prob",))
    tables = [
        node("ArrayFeatureExtractor", ["x", "first"], ["a"], domain="ai.onnx.ml"),
        node("ArrayFeatureExtractor", ["x", "last"], ["b0"], domain="ai.onnx.ml"),
        node("Cast", ["b0"], ["k"], to=7), node("OneHotEncoder", ["k"], ["o"], domain="ai.onnx.ml", cats_int64s=[0, 1, 2], zeros=1),
        node("Reshape", ["o", "sizes"], ["r"]), node("Binarizer", ["a"], ["e"], domain="ai.onnx.ml", threshold=0.25),
        node("Concat", ["a", "r", "e"], ["j"], axis=1), node("Gemm", ["j", "w7", "b"], ["y"])]  # fmt: skip
    places = {"first": np.array([0, 1]), "last": np.array([3]), "sizes": np.array([-1, 3])}
    yield _by_hand(tables, ["n", 4], w7=_array(rng, 7, 3), b=b, **places)


def _change_type(rng, proto):
    kinds = ["Relu", "Sigmoid", "Tanh", "Add", "Sub", "Mul", "Div", "Softmax", "LogSoftmax", "Exp", "Neg", "Sqrt", "Abs", "Identity"]
    chosen = _node(rng, proto)
    chosen.op_type = str(rng.choice(kinds))


def _node(rng, proto):
    return proto.graph.node[rng.integers(len(proto.graph.node))]


def _values(proto):
    names = [value.name for value in proto.graph.input] + [tensor.name for tensor in proto.graph.initializer]
    return names + [name for part in proto.graph.node for name in part.output]


def _swap(rng, proto):
    first, second = _node(rng, proto), _node(rng, proto)
    kept = onnx.NodeProto()
    kept.CopyFrom(first)
    first.CopyFrom(second)
    second.CopyFrom(kept)


def _exchange_operators(rng, proto):
    first, second = _node(rng, proto), _node(rng, proto)
    first.op_type, second.op_type = second.op_type, first.op_type


def _insert(rng, proto, made=None):
    """Puts a node behind another one."""
    chosen, before = _node(rng, proto), f"edit{len(proto.graph.node)}"
    if made is None:
        made = onnx.NodeProto()
        made.CopyFrom(_node(rng, proto))
    place = int(rng.integers(len(chosen.output)))
    name = chosen.output[place]
    chosen.output[place] = before
    if made.input:
        made.input[0] = before
    del made.output[1:]
    made.output[0] = name
    made.name = f"inserted {before}"
    proto.graph.node.append(made)


def _insert_mover(rng, proto):
    kinds = [
        node("Transpose", ["x"], ["y"], perm=[1, 0]), node("Transpose", ["x"], ["y"]), node("Flatten", ["x"], ["y"], axis=int(rng.integers(0, 3))),
        node("Cast", ["x"], ["y"], to=int(rng.choice([1, 6, 7, 9, 10, 11]))), node("Identity", ["x"], ["y"]), node("Squeeze", ["x"], ["y"]),
        node("Clip", ["x"], ["y"]), node("Softmax", ["x"], ["y"], axis=int(rng.integers(-2, 2))), node("ReduceMean", ["x"], ["y"]),
        node("Split", ["x"], ["y", "z"], axis=1), node("Shape", ["x"], ["y"]), node("Neg", ["x"], ["y"]),
    ]  # fmt: skip
    _insert(rng, proto, kinds[rng.integers(len(kinds))])


def _delete(rng, proto):
    chosen = _node(rng, proto)
    if not chosen.input:
        return
    name, before = chosen.output[0], chosen.input[0]
    proto.graph.node.remove(chosen)
    for part in proto.graph.node:
        part.input[:] = [before if given == name else given for given in part.input]
    for value in proto.graph.output:
        value.name = before if value.name == name else value.name


def _rewire(rng, proto):
    chosen, names = _node(rng, proto), _values(proto)
    if chosen.input:
        chosen.input[rng.integers(len(chosen.input))] = str(rng.choice(names))


def _change_inputs(rng, proto):
    chosen = _node(rng, proto)
    if len(chosen.input) > 1 and rng.integers(2):
        chosen.input[:] = list(chosen.input)[::-1]
    elif chosen.input:
        del chosen.input[-1]


def _change_attribute(rng, proto):
    chosen = _node(rng, proto)
    if not chosen.attribute:
        chosen.attribute.append(helper.make_attribute(str(rng.choice(["axis", "alpha", "axes", "keepdims"])), int(rng.integers(-2, 3))))
        return
    attribute = chosen.attribute[rng.integers(len(chosen.attribute))]
    if attribute.type == onnx.AttributeProto.INT:
        attribute.i = int(rng.choice([-2, -1, 0, 1, 2, 3, 7, 10, 11]))
    elif attribute.type == onnx.AttributeProto.FLOAT:
        attribute.f = float(rng.choice([0, 0.3, 1, -1, 2, 1e-3]))
    elif attribute.type == onnx.AttributeProto.INTS:
        attribute.ints[:] = [int(value) for value in rng.integers(-2, 3, size=len(attribute.ints) + int(rng.integers(-1, 2)) or 1)]
    elif attribute.type == onnx.AttributeProto.FLOATS:
        attribute.floats[:] = [float(value) for value in rng.normal(size=len(attribute.floats) + int(rng.integers(0, 2)))]
    elif attribute.type == onnx.AttributeProto.STRING:
        attribute.s = str(rng.choice(["NONE", "LOGISTIC", "SOFTMAX", "L1", "L2", "MAX", "none", "tanh"])).encode()


def _change_constant(rng, proto):
    if not proto.graph.initializer:
        return
    tensor = proto.graph.initializer[rng.integers(len(proto.graph.initializer))]
    values = numpy_helper.to_array(tensor)
    ways = [
        lambda: values.T, lambda: values[np.newaxis], lambda: values[..., np.newaxis], lambda: values.reshape(-1),
        lambda: values.astype(np.float16), lambda: values.astype(np.float64), lambda: values.reshape(-1)[:-1],
        lambda: values.reshape(-1)[:1], lambda: values * 0, lambda: -values, lambda: np.concatenate([values.reshape(-1)] * 2),
        lambda: values.astype(np.int64), lambda: values + values.dtype.type(1),
    ]  # fmt: skip
    tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(ways[rng.integers(len(ways))]()), tensor.name))


def _change_types(rng, proto):
    """All of float16 or of double, as converters of precision make it."""
    wanted, kind = ((onnx.TensorProto.FLOAT16, np.float16), (onnx.TensorProto.DOUBLE, np.float64))[rng.integers(2)]
    for tensor in proto.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32:
            tensor.CopyFrom(numpy_helper.from_array(values.astype(kind), tensor.name))
    for value in [*proto.graph.input, *proto.graph.output]:
        value.type.tensor_type.elem_type = wanted


def _change_shape(rng, proto):
    shape = proto.graph.input[0].type.tensor_type.shape
    size = shape.dim[rng.integers(len(shape.dim))]
    size.dim_value = int(rng.choice([1, 2, 3, 4, 7]))


def _change_opset(rng, proto):
    proto.opset_import[0].version = int(rng.choice([9, 11, 13, 15, 18, 21]))


EDITS = [
    _swap, _exchange_operators, _insert, _insert_mover, _insert_mover, _delete, _rewire, _rewire, _change_inputs, _change_type,
    _change_attribute, _change_attribute, _change_constant, _change_constant, _change_types, _change_shape, _change_opset,
]  # fmt: skip


def edited(seed, number, bases):
    """The graph of one case."""
    rng = np.random.default_rng([seed, number])
    proto = onnx.ModelProto()
    proto.CopyFrom(bases[rng.integers(len(bases))])
    if rng.integers(4):
        del proto.metadata_props[:]
    for _ in range(rng.integers(1, 4)):
        EDITS[rng.integers(len(EDITS))](rng, proto)
        if not proto.graph.node:
            break
    return proto


def of_runtime(proto):
    """The features and what ONNX Runtime makes of them; None if it does not take the graph."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    try:
        session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0]
        sizes = [size if isinstance(size, int) else 6 for size in given.shape]
        X = np.round(np.random.default_rng(4).normal(size=sizes) * 64).astype(np.float32) / 64
        kind = {"tensor(double)": np.float64, "tensor(float16)": np.float16}.get(given.type, np.float32)
        return X, session.run(None, {given.name: X.astype(kind)})[0]
    except Exception:  # onnxruntime has a class of its own for every status
        return None


def verdict(proto):
    """What becomes of one graph: "refused", "equal", "runtime refuses", or what is wrong."""
    try:
        model = nnswift.from_onnx(proto)
    except (ValueError, nnswift.Error) as refusal:
        return "refused" if len(str(refusal)) > 20 else f"wrong: no sentence: {refusal}"
    except Exception as problem:
        return f"wrong: {type(problem).__name__}: {problem}"
    found = of_runtime(proto)
    if found is None:
        return "runtime refuses"
    X, wanted = found
    rows = X.reshape(len(X), -1)
    ours = np.asarray(model.predict(rows)).reshape(len(rows), -1)
    wanted = np.asarray(wanted, np.float64)
    if wanted.size != ours.size:
        return f"wrong: {wanted.shape} there, {ours.shape} here"
    wanted = wanted.reshape(ours.shape)
    finite = np.isfinite(wanted) & np.isfinite(ours)
    # A row of zeros that is divided by its length is not a number there, zeros here.
    if (np.isfinite(wanted) != np.isfinite(ours))[~np.isnan(wanted)].any():
        return "wrong: not finite on one side"
    scale = max(1, abs(wanted[finite]).max(initial=0))
    difference = abs(ours - wanted)[finite].max(initial=0)
    return "equal" if difference <= TOLERANCE * scale else f"wrong: {difference:g} beside {scale:g}"


def counted(count, seed, report=lambda number, verdict: None):
    """How often which verdict came."""
    bases, totals = list(graphs()), collections.Counter()
    for number in range(count):
        found = verdict(edited(seed, number, bases))
        totals[found.split(":")[0]] += 1
        if found.startswith("wrong"):
            report(number, found)
    return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    totals = counted(options.count, options.seed, lambda number, found: print(f"case {number}: {found}", flush=True))
    print(", ".join(f"{name}: {number}" for name, number in sorted(totals.items())))
    return 1 if totals["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
