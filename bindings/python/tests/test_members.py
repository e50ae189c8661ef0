"""Members: networks side by side in one model, whose predictions are averaged."""

import numpy as np
import pytest

import nnswift
from nnswift.convert import to_keras, to_onnx, to_torch

SIZE, HIDDEN, MEMBERS = 3, 4, 3


def spec(outputs=2, loss="softmax_cross_entropy", members=MEMBERS, **more):
    return {
        "input": SIZE, "loss": loss, "members": members, "seed": 5, **more,
        "layers": [
            {"type": "dense", "units": members * HIDDEN, "activation": "tanh"},
            {"type": "dense", "units": members * HIDDEN, "activation": "tanh", "groups": members},
            {"type": "dense", "units": members * outputs, "groups": members},
        ],
    }  # fmt: skip


def rows(count=60, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(count, SIZE)).astype(np.float32)
    return X, (X[:, 0] + X[:, 1] ** 2 > 0.7).astype(int)


def raw_of_members(model, X):
    """[members x rows x outputs] in float64, each network computed apart."""
    w = {name: value.astype(float) for name, value in model.weights.items()}
    found = []
    for member in range(model.spec["members"]):

        def part(index, member=member):
            size = len(w[f"layers.{index}.weight"]) // model.spec["members"]
            own = slice(member * size, (member + 1) * size)
            return w[f"layers.{index}.weight"][own], w[f"layers.{index}.bias"][own]

        values = X.astype(float)
        for index in range(3):
            weight, bias = part(index)
            values = values @ weight.T + bias
            if index < 2:
                values = np.tanh(values)
        found.append(values)
    return np.array(found)


def softmax(values):
    powers = np.exp(values - values.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


# float32 against float64 through three small layers.
CLOSE = dict(rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("outputs", "loss", "function"),
    [
        (3, "softmax_cross_entropy", softmax),
        (1, "binary_cross_entropy", lambda z: 1 / (1 + np.exp(-z))),
        (2, "binary_cross_entropy", lambda z: 1 / (1 + np.exp(-z))),
        (2, "mse", lambda z: z),
        (2, "poisson", np.exp),
    ],
)
def test_a_prediction_is_the_mean_of_the_members(outputs, loss, function):
    model = nnswift.Model(spec(outputs, loss))
    X, _ = rows()
    wanted = function(raw_of_members(model, X)).mean(0)
    found = model.predict(X, kind="proba" if loss != "mse" else "raw").reshape(wanted.shape)
    np.testing.assert_allclose(found, wanted, **CLOSE)
    np.testing.assert_array_equal(model.session().predict(X[3:4]).ravel(), model.predict(X[3:4]).ravel())


def test_members_learn_and_survive_a_file(tmp_path):
    X, y = rows(400)
    model = nnswift.Model(spec())
    history = model.train(X, y, epochs=60, optimizer={"type": "adam", "learning_rate": 0.02}, validation_fraction=0.25)
    assert len(history["val_loss"]) == 60
    assert (model.predict(X, kind="label") == y).mean() > 0.95
    model.save(tmp_path / "m.safetensors")
    again = nnswift.load(tmp_path / "m.safetensors")
    assert again.spec["members"] == MEMBERS
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_each_member_holds_out_rows_of_its_own():
    """Two rows, two members: each learns one row and validates the other."""
    X = np.float32([[1, 0, 0], [1, 0, 0]])
    y = np.float32([3, -3])
    model = nnswift.Model(spec(1, "mse", members=2))
    history = model.train(X, y, epochs=400, optimizer={"type": "adam", "learning_rate": 0.02}, validation_fraction=0.5)
    found = sorted(raw_of_members(model, X[:1]).ravel())
    np.testing.assert_allclose(found, [-3, 3], atol=1e-2)  # contradicting rows: none saw both
    assert history["val_loss"][-1] == pytest.approx(36, rel=1e-2)  # of (3 - -3)²
    assert history["loss"][-1] < 1e-3


def test_without_validation_all_learn_all():
    X = np.float32([[1, 0, 0], [1, 0, 0]])
    model = nnswift.Model(spec(1, "mse", members=2))
    model.train(X, np.float32([3, -3]), epochs=400, optimizer={"type": "adam", "learning_rate": 0.02})
    np.testing.assert_allclose(raw_of_members(model, X[:1]).ravel(), 0, atol=1e-2)


def test_sample_weights_count_for_every_member():
    X = np.float32([[1, 0, 0], [1, 0, 0]])
    model = nnswift.Model(spec(1, "mse", members=2))
    model.train(
        X, np.float32([3, -3]), sample_weight=[3, 1], epochs=600, optimizer={"type": "adam", "learning_rate": 0.02})
    np.testing.assert_allclose(raw_of_members(model, X[:1]).ravel(), 1.5, atol=2e-2)


def test_the_same_bytes_with_two_threads():
    X, y = rows(300)
    models = [nnswift.Model(spec()) for _ in range(2)]
    for threads, model in zip((1, 2), models):
        model.train(X, y, epochs=3, validation_fraction=0.2, threads=threads)
    assert models[0].to_bytes() == models[1].to_bytes()


def test_refusals():
    with pytest.raises(ValueError, match="members must divide the outputs of the last layer, got members 2 and 3"):
        nnswift.Model({"input": 2, "loss": "mse", "members": 2, "layers": [{"type": "dense", "units": 3}]})
    with pytest.raises(ValueError, match="groups must divide the inputs and the units, got groups 2, 3 inputs"):
        nnswift.Model({"input": 3, "loss": "mse", "layers": [{"type": "dense", "units": 4, "groups": 2}]})
    with pytest.raises(nnswift.StateError, match="a loss of your own"):
        nnswift.Model(spec()).forward_train(rows()[0])
    with pytest.raises(nnswift.ShapeError, match="validation_fraction needs at least 2 rows, got 1"):
        nnswift.Model(spec()).train(rows(1)[0], rows(1)[1], epochs=1, validation_fraction=0.2)


def test_other_libraries_refuse_and_onnx_takes_them():
    model = nnswift.Model(spec())
    X, y = rows()
    model.train(X, y, epochs=3)
    for convert in (to_torch, to_keras):
        try:
            convert(model)
        except ImportError:
            continue
        except ValueError as refusal:
            assert "members or groups" in str(refusal)
        else:
            pytest.fail(f"{convert.__name__} dropped the members")
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(to_onnx(model).SerializeToString())
    np.testing.assert_allclose(session.run(None, {"input": X})[0], model.predict(X, kind="proba"), **CLOSE)
