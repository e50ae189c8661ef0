"""The range test of learning rates, and its picture."""

import numpy as np
import pytest

import nnswift


@pytest.fixture
def network(blobs):
    return nnswift.Model.mlp([4, 16, 3], preprocess="standardize", seed=1)


@pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")
def test_the_suggestion_learns(network, blobs):
    found = nnswift.find_learning_rate(network, *blobs)
    losses = {}
    for rate in (found.suggestion, found.suggestion / 10_000):
        model = network.copy()
        losses[rate] = model.train(*blobs, epochs=10, optimizer={"type": "adam", "learning_rate": rate})["loss"][-1]
    low, high = losses[found.suggestion / 10_000], losses[found.suggestion]
    assert high < 0.2 < 0.8 < low


def test_what_is_recorded(network, blobs):
    found = nnswift.find_learning_rate(network, *blobs, low=1e-5, high=1e-2, steps=50, batch_size=40)
    assert found.rates == pytest.approx(1e-5 * 1000 ** (np.arange(50) / 49), rel=1e-6)  # float32 rates
    assert len(found.losses) == len(found.smoothed) == 50 and found.smoothed[0] == pytest.approx(found.losses[0])
    assert found.losses[0] == pytest.approx(1.1, abs=0.5) and isinstance(found.suggestion, float)
    weights = 0.9 ** np.arange(49, -1, -1)
    assert found.smoothed[-1] == pytest.approx((weights * found.losses).sum() / weights.sum())
    again = nnswift.find_learning_rate(network, *blobs, {"batch_size": 40}, low=1e-5, high=1e-2, steps=50)
    assert again.losses.tolist() == found.losses.tolist()


def test_it_ends_where_the_loss_grows(network, blobs):
    found = nnswift.find_learning_rate(network, *blobs, optimizer="sgd", high=1e6, steps=300)
    assert 50 < len(found.rates) < 300 and np.isfinite(found.smoothed).all()
    assert found.suggestion == pytest.approx(found.rates[np.argmin(found.smoothed)] / 10)


def test_the_model_stays_as_it_is(network, blobs):
    before = network.to_bytes()
    nnswift.find_learning_rate(network, *blobs)
    assert network.to_bytes() == before and network.history.stopped == "none"


def test_options_of_trainings_are_taken_or_left_out(network, blobs, tmp_path):
    config = {
        "epochs": 3, "schedule": "cosine", "early_stopping": {"metric": "loss"}, "metrics": ["accuracy"],
        "checkpoint": {"path": tmp_path / "no.safetensors"}, "clip_norm": 1.0,
        "optimizer": {"type": "adamw", "weight_decay": 0.1, "learning_rate": 0.5},
    }  # fmt: skip
    found = nnswift.find_learning_rate(network, *blobs, config, sample_weight=np.ones(240), seed=4)
    assert found.rates[0] == pytest.approx(1e-6) and not list(tmp_path.iterdir())
    with pytest.raises(nnswift.ArgumentError, match="batch_sizes"):
        nnswift.find_learning_rate(network, *blobs, batch_sizes=3)


def test_tables_have_rates_too():
    from people import people

    table = nnswift.Table(people(), "came")
    model = nnswift.Model.for_table(table, seed=1)
    found = nnswift.find_learning_rate(model, table, optimizer="adamw")
    assert 1e-5 < found.suggestion < 1


def test_where_nothing_is_to_be_learnt_it_says_so(network, blobs):
    with pytest.warns(nnswift.TrainingWarning, match="fell at no learning rate.*nnswift.Model") as told:
        nnswift.find_learning_rate(network, np.zeros_like(blobs[0]), blobs[1])
    assert told[0].filename == __file__


@pytest.mark.parametrize("wrong, sentence", [
    ({"low": 0}, "0 < low < high, got 0 and 10.0"), ({"low": 1, "high": 1}, "0 < low < high"),
    ({"high": float("inf")}, "0 < low < high"), ({"steps": 19}, "steps"), ({"steps": 30.5}, "steps"),
])  # fmt: skip
def test_what_it_refuses(network, blobs, wrong, sentence):
    with pytest.raises(nnswift.Error, match=sentence):
        nnswift.find_learning_rate(network, *blobs, **wrong)


def test_a_loss_that_is_nowhere_finite_is_an_error(network, blobs):
    with pytest.raises(nnswift.DivergedError):
        nnswift.find_learning_rate(network, *blobs, optimizer="sgd", low=1e30, high=1e36)


def test_the_picture(network, blobs):
    pytest.importorskip("matplotlib").use("Agg")
    from nnswift import plot

    found = nnswift.find_learning_rate(network, *blobs)
    ax = plot.learning_rates(found)
    assert ax.get_xscale() == "log" and (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate", "loss")
    mean, batches, dot = ax.lines
    assert mean.get_ydata().tolist() == found.smoothed.tolist() and batches.get_ydata().tolist() == found.losses.tolist()
    assert dot.get_xdata()[0] == found.suggestion and f"suggestion {found.suggestion:.2g}" in dot.get_label()
    # The loss that grows is cut, what comes before is whole.
    before = found.losses[: np.argmin(found.smoothed) + 1]
    assert ax.get_ylim()[0] < before.min() and found.smoothed[: len(before)].max() < ax.get_ylim()[1]
    plot.learning_rates(nnswift.find_learning_rate(network, *blobs, optimizer="sgd"), label="sgd", ax=ax)
    assert len({line.get_color() for line in ax.lines}) == 2
