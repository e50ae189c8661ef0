"""Compares with the frameworks themselves: exported models in ONNX Runtime, weights that went to a framework and back.

Needs Tests/Golden/requirements.txt; `make parity` runs it.
"""

import json
import warnings

import golden
import numpy as np
from compare import FORWARD, Compared, joined, prefixed

import nnswift
from nnswift import convert

# Absolute, on probabilities, as a user of the exported model sees it.
ONNX_LIMIT = 1e-6


def models():
    """(row, model, features) of every case of the layers' golden file."""
    metadata, arrays = golden.read("layers")
    for number, case in enumerate(json.loads(metadata["cases"])):
        own = prefixed(arrays, f"{number}.")
        model = nnswift.Model(case["spec"])
        model.set_weights({k: v.astype(np.float32) for k, v in prefixed(own, "weight.").items()})
        yield case["row"], model, own["x"].astype(np.float32)


def onnx_runtime():
    """Outputs of exported models; probabilities by their difference, numbers without bounds by their error."""
    import onnx
    import onnxruntime

    for row, model, x in models():
        exported = convert.to_onnx(model)
        onnx.checker.check_model(exported, full_check=True)
        session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
        theirs = session.run(None, {session.get_inputs()[0].name: x})[0]
        ours = model.predict(x)
        absolute, relative = golden.difference(ours, theirs)
        if "cross_entropy" in str(model.spec["loss"]):
            yield Compared(f"{row}, probabilities", "ONNX Runtime", absolute, absolute, ONNX_LIMIT)
        else:
            yield Compared(f"{row}, values", "ONNX Runtime", absolute, relative, ONNX_LIMIT)


def both_ways(name, network, predict, back, x, loss):
    """A network of a framework -> ours -> its predictions, and our weights -> the framework -> ours again."""
    model = getattr(convert, f"from_{name}")(network, *loss)
    kind = "proba" if name == "sklearn" else "raw"
    yield Compared(f"{name} to ours", "predictions", *golden.difference(model.predict(x, kind=kind), predict(network)), FORWARD)
    again = getattr(convert, f"from_{name}")(back(model), *loss)
    yield Compared(f"ours to {name}", "weights", *golden.difference(joined(again.weights), joined(model.weights)), 0.0)


def conversions():
    import keras
    import torch
    from sklearn.neural_network import MLPClassifier

    from nnswift.convert.torch_layers import Residual

    rng = np.random.default_rng(20260104)
    x = rng.normal(size=(33, 7)).astype(np.float32)
    nn, layers = torch.nn, keras.layers
    torch.manual_seed(1)
    block = Residual([nn.LayerNorm(11), nn.SiLU(), Residual([nn.Linear(11, 11)], [nn.Tanh()])])
    network = nn.Sequential(nn.Linear(7, 11), nn.BatchNorm1d(11), nn.GELU(), block, nn.Linear(11, 5), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 3)).float()
    network(torch.tensor(x))
    yield from both_ways(
        "torch", network.eval(), lambda n: n(torch.tensor(x)).detach().numpy(), convert.to_torch, x, ["softmax_cross_entropy"])
    keras.utils.set_random_seed(1)
    network = keras.Sequential([
        keras.Input((7,)), layers.Dense(11, "silu"), layers.BatchNormalization(), layers.Dense(5, "elu"), layers.LayerNormalization(), layers.Dense(3)])
    yield from both_ways(
        "keras", network, lambda n: keras.ops.convert_to_numpy(n(x)), convert.to_keras, x, ["mse"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = MLPClassifier((11, 5), "tanh", max_iter=5, random_state=1).fit(x.astype(float), np.arange(33) % 3)
    yield from both_ways(
        "sklearn", network, lambda n: n.predict_proba(x.astype(float)), lambda model: convert.to_sklearn(model, network), x, [])


ALL = {"conversions": conversions, "onnx": onnx_runtime}
