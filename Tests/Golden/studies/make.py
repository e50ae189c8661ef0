"""The from-scratch algorithms of studies B and E in NumPy float64: the textbook loop, 200 steps of
32 digits each. No framework: every formula stands here.

    pip install -r ../requirements.txt && python make.py
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import golden  # noqa: E402

STEPS, ROWS, KEEP = 200, 32, 20
DIGITS = pathlib.Path(__file__).resolve().parents[3] / "examples" / "data" / "digits.u8"


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def study_b(x, one_hot, w):
    """Dense, ReLU, dense, softmax; cross-entropy; plain SGD."""
    w = {name: value.astype(float).copy() for name, value in w.items()}
    for start in range(0, STEPS * ROWS, ROWS):
        xb, tb = x[start : start + ROWS], one_hot[start : start + ROWS]
        z1 = xb @ w["layers.0.weight"].T + w["layers.0.bias"]
        a1 = np.maximum(z1, 0)
        d2 = (softmax(a1 @ w["layers.1.weight"].T + w["layers.1.bias"]) - tb) / len(xb)
        d1 = (d2 @ w["layers.1.weight"]) * (z1 > 0)
        gradients = {
            "layers.1.weight": d2.T @ a1, "layers.1.bias": d2.sum(0),
            "layers.0.weight": d1.T @ xb, "layers.0.bias": d1.sum(0),
        }
        for name, gradient in gradients.items():
            w[name] -= 0.001 * gradient
        yield w


def study_e(x, one_hot, w):
    """Dense, ReLU whose gradient passes straight through, softmax; cross-entropy; plain SGD."""
    w = {name: value.astype(float).copy() for name, value in w.items()}
    for start in range(0, STEPS * ROWS, ROWS):
        xb, tb = x[start : start + ROWS], one_hot[start : start + ROWS]
        a = np.maximum(xb @ w["layers.0.weight"].T + w["layers.0.bias"], 0)
        d = (softmax(a) - tb) / len(xb)
        w["layers.0.weight"] -= 0.01 * (d.T @ xb)
        w["layers.0.bias"] -= 0.01 * d.sum(0)
        yield w


def main():
    rng = np.random.default_rng(20260103)
    digits = np.fromfile(DIGITS, np.uint8).reshape(-1, 65)
    order = np.concatenate([rng.permutation(len(digits)) for _ in range(4)])[: STEPS * ROWS]
    x, labels = digits[order, :64] / 16.0, digits[order, 64].astype(int)
    one_hot = np.eye(10)[labels]
    uniform = lambda *shape: rng.uniform(-0.5, 0.5, shape).astype(np.float32)  # noqa: E731
    start_b = {"layers.0.weight": uniform(64, 64), "layers.0.bias": uniform(64),
               "layers.1.weight": uniform(10, 64), "layers.1.bias": uniform(10)}
    w, b = rng.normal(0, 0.1, (10, 64)), rng.normal(0, 0.1, 10)
    start_e = {"layers.0.weight": (w / np.linalg.norm(w)).astype(np.float32),
               "layers.0.bias": (b / np.linalg.norm(b)).astype(np.float32)}
    spec_b = {"input": 64, "loss": "softmax_cross_entropy",
              "layers": [{"type": "dense", "units": 64, "activation": "relu"}, {"type": "dense", "units": 10}]}
    spec_e = {"input": 64, "loss": "softmax_cross_entropy",
              "layers": [{"type": "dense", "units": 10, "activation": {"type": "relu", "straight_through": True}}]}
    arrays = {"order": order.astype(np.int64)}
    cases = []
    for name, spec, rate, start, run in (("B", spec_b, 0.001, start_b, study_b), ("E", spec_e, 0.01, start_e, study_e)):
        number = len(cases)
        cases.append({"row": f"study {name}, 200 steps", "spec": spec, "every": KEEP,
                      "config": {"optimizer": {"type": "sgd", "learning_rate": rate}}})
        arrays.update({f"{number}.weight.{key}": value for key, value in start.items()})
        kept = [np.concatenate([w[key].ravel() for key in start])
                for step, w in enumerate(run(x, one_hot, start)) if (step + 1) % KEEP == 0]
        arrays[f"{number}.trajectory"] = np.array(kept)
    golden.write("studies", cases, arrays, numpy=np.__version__)
    print(len(cases), "studies")


if __name__ == "__main__":
    main()
