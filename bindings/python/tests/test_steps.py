"""Single steps: what of them survives a file, batch_norm's statistics, schedules; batches that are too short; NaN."""

import numpy as np
import pytest

import nnswift

rng = np.random.default_rng(3)
X = rng.normal(size=(33, 4)).astype(np.float32)
y = np.arange(33) % 3
SPEC = {"input": 4, "layers": [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "batch_norm"},
                               {"type": "dense", "units": 3}], "loss": "softmax_cross_entropy"}  # fmt: skip
PLAIN = {**SPEC, "layers": [SPEC["layers"][0], SPEC["layers"][2]]}


def same(a, b):
    return all((a.weights[name] == b.weights[name]).all() for name in a.weights)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", {"type": "adamw", "learning_rate": 0.01}])
def test_the_optimiser_of_steps_survives_a_file(optimizer):
    model = nnswift.Model(PLAIN)
    model.configure(optimizer=optimizer)
    for _ in range(5):
        model.train_batch(X, y)
    loaded = nnswift.from_bytes(model.to_bytes(training=True))
    loaded.configure(optimizer=optimizer, continue_=True)
    for one in (model, loaded):
        one.train_batch(X, y)
    assert same(model, loaded)
    fresh = nnswift.from_bytes(model.to_bytes(training=True))
    fresh.configure(optimizer="adam")
    for one in (model, fresh):
        one.train_batch(X, y)
    assert not same(model, fresh)


def test_steps_without_a_config_go_on_from_a_file():
    model = nnswift.Model(PLAIN)
    for _ in range(5):
        model.train_batch(X, y)
    loaded = nnswift.from_bytes(model.to_bytes(training=True))
    for one in (model, loaded):
        one.train_batch(X, y)
    assert same(model, loaded)
    model.configure(optimizer={"type": "sgd", "momentum": 0.9})
    model.train_batch(X, y)
    with pytest.raises(nnswift.StateError, match='call configure, with "continue"'):
        nnswift.from_bytes(model.to_bytes(training=True)).train_batch(X, y)


def test_a_plateau_is_refused_where_nothing_is_observed():
    with pytest.raises(nnswift.ArgumentError, match="watches val_loss after every epoch of train, single steps have none"):
        nnswift.Model(PLAIN).configure(schedule="reduce_on_plateau")


def test_outside_gradients_move_the_running_statistics():
    inside, outside = nnswift.Model(SPEC), nnswift.Model(SPEC)
    for at in range(0, 32, 8):
        inside.train_batch(X[at : at + 8], y[at : at + 8])
        before = outside.weights["layers.1.running_mean"]
        _, gradient = outside.loss_grad(X[at : at + 8], y[at : at + 8])
        assert (outside.weights["layers.1.running_mean"] == before).all()
        outside.apply_grad(gradient)
    assert same(inside, outside)
    outside.apply_grad(gradient)
    assert (outside.weights["layers.1.running_mean"] == inside.weights["layers.1.running_mean"]).all()


@pytest.mark.parametrize("rows, batch", [(33, 32), (33, 16), (9, 4), (5, 2), (3, 2)])
def test_a_last_row_joins_the_batch_before_it(rows, batch):
    model, by_hand = nnswift.Model(SPEC), nnswift.Model(SPEC)
    model.train(X[:rows], y[:rows], epochs=1, batch_size=batch, shuffle=False)
    starts = list(range(0, rows - 1, batch))
    for start, end in zip(starts, [*starts[1:], rows]):
        by_hand.train_batch(X[start:end], y[start:end])
    assert same(model, by_hand)


def test_one_row_is_refused():
    with pytest.raises(nnswift.ShapeError, match="batch_norm needs at least 2 rows"):
        nnswift.Model(SPEC).train(X[:1], y[:1])
    with pytest.raises(nnswift.ShapeError, match="got 1; set another batch_size"):
        nnswift.Model(SPEC).train(X, y, batch_size=1)


def test_nan_is_named_in_a_training_that_allows_it():
    rows = X.copy()
    rows[20, 2] = np.nan
    model = nnswift.Model(PLAIN)
    with pytest.raises(nnswift.DivergedError, match=r"row 20, column 2 is nan .* fill or drop such values"):
        model.train(rows, y, allow_nan=True)
    with pytest.raises(nnswift.DivergedError, match="row 20, column 2 is nan"):
        model.configure(allow_nan=True)
        model.train_batch(rows, y)


@pytest.mark.parametrize("outputs, loss", [(3, "softmax_cross_entropy"), (2, "softmax_cross_entropy"), (1, "binary_cross_entropy")])
def test_soft_labels_in_metrics(outputs, loss):
    model = nnswift.Model({"input": 4, "layers": [{"type": "dense", "units": outputs}], "loss": loss})
    soft = rng.dirichlet(np.ones(max(outputs, 2)), 33)
    q = soft if outputs > 1 else soft[:, :1]
    p = model.predict(X).reshape(33, outputs).astype(np.float64)
    found = model.evaluate(X, q, ["loss", "log_loss", "brier", "accuracy"])
    both = (p, q) if outputs > 1 else (np.column_stack([p, 1 - p]), np.column_stack([q, 1 - q]))
    # float32 targets, and float32 probabilities that sum to 1 within 1e-7.
    assert found["log_loss"] == pytest.approx(-(both[1] * np.log(both[0])).sum(1).mean(), rel=1e-6)
    assert found["loss"] == pytest.approx(found["log_loss"], rel=1e-5)
    squares = ((both[0] - both[1]) ** 2).sum(1).mean()
    assert found["brier"] == pytest.approx(squares / (2 if both[0].shape[1] == 2 else 1), rel=1e-6)
