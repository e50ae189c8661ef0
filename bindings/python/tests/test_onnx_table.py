"""ONNX files of models of tables: onnxruntime computes from the columns what the library does."""

import datetime

import numpy as np
import pytest

import nnswift
from nnswift.convert._onnx_chain import Chain
from nnswift.convert._onnx_dates import MISSING_INTEGER, Dates
from nnswift.convert._table_state import Number, TableState

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

# Both sides encode in float64 and multiply in float32, in another order: this times the largest output, at least this.
TOLERANCE = 1e-5


def fitted(table, **options):
    return nnswift.fit_table(table, "target", seed=3, config={"epochs": 3, **options.pop("config", {})}, **options)


def predicted(model, table):
    return model.predict(table, allow_nan=True).reshape(rows_of(table), -1)


def rows_of(table):
    return len(next(iter(table.values())))


def computed(proto, table, missing_text=""):
    """What onnxruntime makes of the same rows: the outputs by their names."""
    onnx.checker.check_model(proto, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    fillers = {"tensor(double)": (np.nan, float), "tensor(string)": (missing_text, object),
               "tensor(int64)": (MISSING_INTEGER, np.int64), "tensor(bool)": (False, bool)}
    feeds = {}
    for given in session.get_inputs():
        filler, dtype = fillers[given.type]
        values = table[given.name]
        if isinstance(values, np.ndarray):  # dates
            values = values.astype(np.int64)
        feeds[given.name] = np.array([filler if value is None else value for value in values], dtype).reshape(-1, 1)
    return dict(zip([value.name for value in session.get_outputs()], session.run(None, feeds)))


def people(rows=240, seed=1, odd=False):
    """A table with every kind of column, each with missing values; odd: also what training has not seen."""
    rng = np.random.default_rng(seed)

    def gaps(values, share=0.1):
        return [None if rng.random() < share else value for value in values]

    # A week, so that rows share hours; or a century.
    start = rng.integers(-(10**15), 17 * 10**14, rows) if odd else 15 * 10**14 + rng.integers(0, 6 * 10**11, rows)
    dates = [start, start + rng.integers(0, 10**13 if odd else 2 * 10**11, rows)]
    came, left = (np.where(rng.random(rows) < 0.1, MISSING_INTEGER, each).astype("datetime64[us]") for each in dates)
    scale = 30 if odd else 1
    return {
        "age": gaps((rng.normal(size=rows) * 10 * scale + 40).tolist()),
        "income": np.exp(rng.normal(size=rows) * scale**0.5 + 9).tolist(),
        "children": rng.integers(0, 4, rows).tolist(),
        "smokes": (rng.random(rows) < 0.4).tolist(),
        "owns": gaps((rng.random(rows) < 0.6).tolist()),
        "city": gaps([f"c{number}" for number in rng.integers(0, 8 if odd else 4, rows)]),
        "job": gaps([f"jöb {number}" for number in rng.integers(0, 40 if odd else 25, rows)]),
        "code": gaps(rng.integers(-3, 9 if odd else 3, rows).tolist(), 0.1 if odd else 0),
        "came": came,
        "left": left,
        "note": [f"{seed} {row}" for row in range(rows)],
    }


COLUMNS = [{"name": "code", "kind": "category", "values": "integer", "unknown": "missing"}]


def with_target(table, kind):
    age = np.array([40 if value is None else value for value in table["age"]])
    score = (age - 40) / 10 + np.array(table["smokes"]) - np.array(table["children"]) / 3
    three = np.digitize(score, [-0.5, 0.7])
    values = {
        "two texts": ["yes" if value > 0 else "nö" for value in score],
        "texts": [["low", "mid", "high"][place] for place in three],
        "integers": (three * 5).tolist(),
        "booleans": (score > 0).tolist(),
        "number": (score * 1e4).tolist(),
    }[kind]
    return {**table, "target": values}


def check(model, proto, *tables):
    for table in tables:
        wanted, found = predicted(model, table), computed(proto, table)
        assert found["output"].shape == wanted.shape
        assert abs(found["output"] - wanted).max() <= TOLERANCE * max(1, abs(wanted).max())


@pytest.mark.parametrize("kind", ["two texts", "texts", "integers", "booleans", "number"])
def test_every_kind_of_column(kind):
    model = fitted(with_target(people(), kind), columns=COLUMNS, config={"epochs": 20})
    proto = nnswift.to_onnx(model)
    odd = people(300, 2, odd=True)
    check(model, proto, people(seed=4), odd, people(1, 5))
    kinds = {value.name: value.type.tensor_type.elem_type for value in proto.graph.input}
    types = onnx.TensorProto
    assert kinds == {
        "age": types.DOUBLE, "income": types.DOUBLE, "children": types.DOUBLE, "smokes": types.BOOL,
        "owns": types.DOUBLE, "city": types.STRING, "job": types.STRING, "code": types.INT64, "came": types.INT64, "left": types.INT64}
    found = computed(proto, odd)
    if kind == "number":
        assert list(found) == ["output"]
        return
    chances = found["output"]
    places = chances.argmax(axis=1) if chances.shape[1] > 1 else (chances[:, 0] >= 0.5).astype(int)
    assert found["label"].tolist() == [model.classes[place] for place in places]
    assert len(set(found["label"].tolist())) > 1


@pytest.mark.parametrize("preprocess", [
    {"numbers": "standardize"}, {"numbers": ["robust", {"type": "quantile", "n_quantiles": 7}], "embedding": "none"},
    {"numbers": [{"type": "standardize", "limit": 2}],
     "embedding": {"type": "piecewise", "bins": 3, "edges": "quantiles"}},
], ids=str)  # fmt: skip
def test_every_scaling(preprocess):
    layers = [
        {"type": "table", "units": 16, "activation": "gelu", "one_hot_up_to": 2,
         "category_size": 3},
        {"type": "residual", "layers": ["layer_norm", {"type": "dense", "units": 16}]}, {"type": "dense", "units": 1}]
    spec = {"preprocess": {"type": "table", **preprocess}, "layers": layers}
    model = fitted(with_target(people(), "two texts"), columns=COLUMNS, spec=spec)
    check(model, nnswift.to_onnx(model), people(seed=4), people(300, 2, odd=True))


def test_few_kinds_of_columns():
    table = people()
    for names in (["age"], ["smokes"], ["owns"], ["city"], ["job"], ["came"]):
        own = {name: table[name] for name in names}
        model = fitted({**own, "target": with_target(table, "two texts")["target"]})
        check(model, nnswift.to_onnx(model), own)


def test_infinite_numbers_are_the_outermost_seen():
    model = fitted(with_target(people(), "number"))
    check(model, nnswift.to_onnx(model), {**people(20, 3), "income": [np.inf, -np.inf] * 10})


def test_groups_that_were_seen_and_others():
    table = {**people(400), "code": [number % 12 for number in range(400)]}
    columns = [{**COLUMNS[0], "unknown": unknown} for unknown in ("other", "missing")]
    for column in columns:
        model = fitted(with_target(table, "texts"), columns=[column])
        assert {len(group["dates"]) for group in model.spec["groups"]} == {1, 2}
        assert {group["category"] for group in model.spec["groups"]} == {"job", "code"}
        proto = nnswift.to_onnx(model)
        assert (proto.opset_import[0].version, proto.ir_version) == (18, 8)
        # A copy of the training's table is another table: its rows get the means of their groups.
        check(model, proto, {name: values[:] for name, values in table.items()}, people(300, 2, odd=True))


def test_rows_with_refused_values_are_nan():
    table = people()
    table["age"] = np.arange(240.0).tolist()
    table["city"] = ["a", "b", "c"] * 80
    table["job"] = ["x", "y"] * 120
    columns = [{"name": "age", "kind": "number", "missing": "error"},
               {"name": "city", "kind": "category", "unknown": "error"},
               {"name": "job", "kind": "category", "missing": "error"}]
    model = fitted(with_target(table, "two texts"), columns=columns)
    proto = nnswift.to_onnx(model)
    check(model, proto, table)
    rows = {name: values[:6] for name, values in table.items()}
    rows["age"] = [None, 3, 3, 3, 3, 3]
    rows["city"] = ["a", "new", None, "a", "a", "b"]
    rows["job"] = ["x", "x", "x", None, "new", "y"]
    found = computed(proto, rows)["output"][:, 0]
    assert np.isnan(found).tolist() == [True, True, False, True, False, False]
    for row in (0, 1, 3):
        with pytest.raises(nnswift.ArgumentError, match='its "(missing|unknown)" is "error"'):
            predicted(model, {name: values[row : row + 1] for name, values in rows.items()})


def test_names_that_the_graph_has_too_and_a_level_that_means_missing(tmp_path):
    table = people()
    names = {"output": table["age"], "label": table["city"], "layers.0.weight": table["smokes"],
             "numbers.fill": table["income"], "city": ["", "b", None] * 80, "target": with_target(table, "two texts")["target"]}  # fmt: skip
    model = fitted(names)
    with pytest.raises(ValueError, match='column "city" has the level \'\', which shall mean a missing value; give'):
        nnswift.to_onnx(model)
    proto = nnswift.to_onnx(model, tmp_path / "model.onnx", missing_text="<missing>")
    assert (tmp_path / "model.onnx").read_bytes() == proto.SerializeToString()
    found = computed(proto, names, missing_text="<missing>")
    assert list(found) == ["output_", "label_"]
    assert abs(found["output_"] - predicted(model, names)).max() <= TOLERANCE


def test_every_date_gives_the_same_numbers():
    rng = np.random.default_rng(0)
    first, last = (datetime.datetime(year, 1, 1) for year in (1, 9999))
    epoch = datetime.datetime(1970, 1, 1)
    spans = [int((date - epoch) / datetime.timedelta(microseconds=1)) for date in (first, last)]
    corners = [datetime.datetime(year, month, day) for year in (1600, 1900, 1968, 1970, 2000, 2100, 2400)
               for month, day in ((1, 1), (2, 28), (3, 1), (12, 31))]  # fmt: skip
    micros = [int((date - epoch) / datetime.timedelta(microseconds=1)) for date in corners]
    micros += [spans[0], -1, 0, 1, 86_400_000_000 - 1, *rng.integers(*spans, 3000).tolist()]
    dates = [epoch + datetime.timedelta(microseconds=value) for value in micros]
    wanted = {
        "year": [date.year for date in dates], "month": [date.month for date in dates],
        "day": [date.day for date in dates], "weekday": [date.weekday() for date in dates], "trend": [float(value) / 86_400_000_000 for value in micros],
        "hour": [(value % 86_400_000_000) / 3_600_000_000 for value in micros],
        "since": [(dates[-1].date() - date.date()).days for date in dates],
    }  # fmt: skip
    info, types = onnx.helper.make_tensor_value_info, onnx.TensorProto
    for part, values in wanted.items():
        chain = Chain(onnx, 2, ["start", "end"])
        chain.begin("dates")
        number = Number(1 if part == "since" else 0, part, 0, [], np.empty(0), 0, 0, 0, 0, 0)
        Dates(chain, [0, 1], ["start", "end"]).numbers(part, [number])
        graph = onnx.helper.make_graph(
            chain.nodes, "dates", [info(name, types.INT64, ["n", 1]) for name in ("start", "end")],
            [info(chain.finish("output"), types.DOUBLE, ["n", 1])], list(chain.initializers.values()))
        proto = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)])
        proto.ir_version = 7
        table = {"start": [*micros, None], "end": [micros[-1]] * (len(micros) + 1)}
        found = computed(proto, table)["output"][:, 0]
        assert found[:-1].tolist() == values and np.isnan(found[-1])


def test_what_is_refused():
    table = with_target(people(), "two texts")
    model = fitted(table)
    state = TableState(model)
    for key, owner in (("stages", ""), ("folds", "preprocess ")):
        spec = model.spec
        (spec["preprocess"] if owner else spec)[key] = [1, 2]
        with pytest.raises(ValueError, match=f'the model\'s {owner}"{key}" has no counterpart in an ONNX file'):
            state.require_known_keys(spec)
    for refuse, target in ((nnswift.convert.to_torch, "PyTorch"), (nnswift.convert.to_keras, "Keras")):
        pytest.importorskip(target.replace("Py", "").lower())
        with pytest.raises(ValueError, match=f"a model of tables has no counterpart in {target}, which takes arrays"):
            refuse(model)
    with pytest.raises(ValueError, match="a model of tables has no counterpart in scikit-learn"):
        nnswift.convert.to_sklearn(model, None)
    with pytest.raises(ValueError, match='the input "smokes" must be a tensor of numbers'):
        nnswift.from_onnx(nnswift.to_onnx(model))
    numbers = {"age": table["age"], "income": table["income"], "target": table["income"]}
    with pytest.raises(ValueError, match="operator (Where|IsNaN) .* has no counterpart in this library"):
        nnswift.from_onnx(nnswift.to_onnx(fitted(numbers)))
