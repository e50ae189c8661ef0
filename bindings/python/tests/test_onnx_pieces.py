"""ONNX: Split and Slice of the features, judged by ONNX Runtime; cut rows are refused."""

import numpy as np
import pytest

import nnswift

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
node = onnx.helper.make_node
X = np.random.default_rng(2).normal(size=(30, 6)).astype(np.float32)
W = np.random.default_rng(3).normal(size=(6, 3)).astype(np.float32)
LAST = 2**63 - 1


def _graph(nodes, version=18, **constants):
    info = onnx.helper.make_tensor_value_info
    tensors = [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    floats = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(nodes, "g", [info("x", floats, ["n", 6])], [info("y", floats, None)], tensors)
    opsets = [onnx.helper.make_opsetid("", version)]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def _slice(start, end, axis):
    nodes = [node("Slice", ["x", "s", "e", "a"], ["t"]), node("MatMul", ["t", "W"], ["y"])]
    return _graph(nodes, s=np.int64([start]), e=np.int64([end]), a=np.int64([axis]), W=W)


SPLITS = {
    "halves, added": _graph(
        [node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2), node("Add", ["a", "b"], ["t"]),
         node("MatMul", ["t", "W"], ["y"])], W=W[:3]),
    "uneven, swapped": _graph(
        [node("Split", ["x", "sizes"], ["a", "b"], axis=1), node("Concat", ["b", "a"], ["t"], axis=1),
         node("MatMul", ["t", "W"], ["y"])], sizes=np.int64([2, 4]), W=W),
    "the second alone": _graph(
        [node("Split", ["x", "sizes"], ["a", "b"], axis=1), node("MatMul", ["b", "W"], ["y"])],
        sizes=np.int64([3, 3]), W=W[:3]),
}  # fmt: skip


@pytest.mark.parametrize("content", [*SPLITS.values(), _slice(0, LAST, 0)], ids=[*SPLITS, "all rows"])
def test_pieces_of_the_columns(content):
    expected = onnxruntime.InferenceSession(content).run(None, {"x": X})[0]
    assert np.abs(nnswift.from_onnx(content, "mse").predict(X) - expected).max() < 1e-5


@pytest.mark.parametrize(
    "content",
    [
        _slice(0, 10, 0),
        _slice(0, 10, -2),
        _graph(
            [node("Slice", ["x"], ["t"], starts=[0], ends=[10], axes=[0]), node("MatMul", ["t", "W"], ["y"])], 9, W=W
        ),
    ],
)
def test_rows_up_to_a_number_are_refused(content):
    with pytest.raises(ValueError, match="Slice .* must keep all rows"):
        nnswift.from_onnx(content, "mse")
