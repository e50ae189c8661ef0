"""What the preset "tabular" is compared with: LightGBM, scikit-learn's MLP, a plain network of ours.

Each is a function (table, training rows, test rows, seed) -> predictions of the test rows: the
probability of the positive class, or numbers. All with their defaults, one thread.
"""
import numpy as np


def columns(table, rows):
    """The columns of some rows."""
    return {name: [column[row] for row in rows] for name, column in zip(table.names, table.columns)}


def preset(table, train, test, seed, **options):
    import nnswift

    frame = {**columns(table, train), TARGET: [table.target[row] for row in train]}
    model = nnswift.fit_table(frame, TARGET, seed=seed, **options)
    return scores(table, model.predict(columns(table, test)), model.spec)


TARGET = "the target"


def scores(table, predictions, spec):
    """The positive class's column of probabilities; numbers as they are."""
    values = np.asarray(predictions, float).reshape(len(predictions), -1)
    if table.task == "regression":
        return values[:, 0]
    classes = spec["classes"]
    if values.shape[1] == 1:
        return values[:, 0] if classes[1] == table.positive else 1 - values[:, 0]
    return values[:, classes.index(table.positive)]


def frame(table, rows, levels=None):
    """A pandas frame: numbers, days since 1970 of dates, categories; and the levels of these."""
    import pandas

    learnt, out = levels is None, {}
    levels = {} if learnt else levels
    for name, kind, column in zip(table.names, table.kinds, table.columns):
        cells = [column[row] for row in rows]
        if kind == "number":
            out[name] = np.array([np.nan if cell is None else cell for cell in cells], float)
        elif kind == "date":
            dates = pandas.to_datetime(cells, utc=True).tz_localize(None)
            out[name] = (dates - pandas.Timestamp(0)) / pandas.Timedelta(days=1)
        else:
            if learnt:
                levels[name] = sorted({cell for cell in cells if cell is not None})
            out[name] = pandas.Categorical(cells, categories=levels[name])
    return pandas.DataFrame(out), levels


def targets(table, rows):
    values = [table.target[row] for row in rows]
    return np.array(values if table.task == "regression" else [value == table.positive for value in values])


def lightgbm(table, train, test, seed):
    import lightgbm as lgb

    x, levels = frame(table, train)
    kind = lgb.LGBMRegressor if table.task == "regression" else lgb.LGBMClassifier
    model = kind(n_jobs=1, verbose=-1, random_state=seed).fit(x, targets(table, train))
    x = frame(table, test, levels)[0]
    return model.predict(x) if table.task == "regression" else model.predict_proba(x)[:, 1]


def encoder(table):
    """Medians, standardised numbers and one-hot texts, as people write it."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [name for name, kind in zip(table.names, table.kinds) if kind != "text"]
    texts = [name for name, kind in zip(table.names, table.kinds) if kind == "text"]
    return ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts)])


def strings(x):
    """Categories as texts: the one-hot encoder takes a missing one for a level then."""
    for name in x.columns:
        if x[name].dtype == "category":
            x[name] = x[name].astype(object).where(x[name].notna(), "missing")
    return x


def mlp(table, train, test, seed):
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, levels = frame(table, train)
    y = targets(table, train)
    if table.task == "regression":
        network = make_pipeline(encoder(table), MLPRegressor(max_iter=500, random_state=seed))
        model = TransformedTargetRegressor(network, transformer=StandardScaler()).fit(strings(x), y)
        return model.predict(strings(frame(table, test, levels)[0]))
    model = make_pipeline(encoder(table), MLPClassifier(max_iter=500, random_state=seed)).fit(strings(x), y)
    return model.predict_proba(strings(frame(table, test, levels)[0]))[:, 1]


def plain(table, train, test, seed):
    """This library by hand: the same encoding, 64-32 ReLU, Adam, early stopping on 20 % of the rows."""
    import nnswift

    x, levels = frame(table, train)
    front = encoder(table).fit(strings(x))
    rows, y = front.transform(strings(x)).astype(np.float32), targets(table, train)
    is_number = table.task == "regression"
    model = nnswift.Model({
        "input": rows.shape[1], "seed": seed, "loss": "mse" if is_number else "binary_cross_entropy",
        "layers": [{"type": "dense", "units": 64, "activation": "relu"},
                   {"type": "dense", "units": 32, "activation": "relu"}, {"type": "dense", "units": 1}],
        **({"target": {"scale": "standardize"}} if is_number else {})})
    model.train(rows, y.astype(np.float32)[:, None], {
        "epochs": 200, "batch_size": 32, "validation_fraction": 0.2, "early_stopping": {"patience": 10}, "seed": seed})
    rows = front.transform(strings(frame(table, test, levels)[0])).astype(np.float32)
    return np.asarray(model.predict(rows), float).reshape(-1)


PEERS = {"preset": preset, "LightGBM": lightgbm, "MLP": mlp, "plain": plain}
