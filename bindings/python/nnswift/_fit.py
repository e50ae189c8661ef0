"""A model of a table in one call."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from . import _arrays
from ._watchers import Watching
from .errors import ArgumentError
from .model import Model
from .table import Table, Target


def fit_table(
    frame: Any,
    target: Target = None,
    *,
    columns: Any = None,
    spec: Optional[Mapping[str, Any]] = None,
    config: Optional[Mapping[str, Any]] = None,
    table: Optional[Mapping[str, Any]] = None,
    weight: Target = None,
    validation: Any = None,
    seed: int = 0,
    callback: Watching = None,
    verbose: Optional[int] = None,
) -> Model:
    """Makes a model for a table and trains it: encoding, network and training are the preset "tabular".

    Parameters
    ----------
    frame : table
        As in `nnswift.Table`, or such a data set, which has its own roles.
    target : str or int
        The column to learn, by name or position. Texts, booleans and up to 10 different integers are classes; else
        the model learns a number.
    columns : dict or list, optional
        What is known of some columns: ``{"id": "ignore", "stars": {"kind": "category", "values": "integer"}}``.
    spec, config : dict, optional
        What is laid over the preset's spec and config.
    table : dict, optional
        How the table is read: "missing_text", "parse_text", "allow_infinite" of `nnswift.Table`.
    weight : str or int, optional
        The column of the sample weights.
    validation : table with the target, optional
        Rows that choose the best epoch and calibrate; without them the preset takes a fifth of the rows.
    seed : int
        Of the initialisation and of the training, where spec and config name none.
    callback, verbose
        As in `Model.train`.

    Returns
    -------
    Model
        `Model.predict` takes tables with these columns in any order.

    Raises
    ------
    nnswift.Error
        As `nnswift.Table` and `Model.train`; Ctrl-C ends the training.

    Examples
    --------
    >>> import nnswift
    >>> people = {"age": [20, 30, 40, 50] * 10, "city": ["Bern", "Rome"] * 20, "came": ["no", "yes"] * 20}
    >>> model = nnswift.fit_table(people, "came", seed=7)
    >>> model.classes
    ['no', 'yes']
    >>> model.predict({"age": 33, "city": "Rome"}, kind="label")
    'yes'
    """
    if isinstance(frame, Table):
        given = {"target": target, "table": table, "weight": weight}
        odd = [name for name, value in given.items() if value is not None]
        if odd:
            raise ArgumentError(f"{odd[0]} must not be given beside a nnswift.Table, which has its own")
        data = frame
    else:
        if target is None:
            raise ArgumentError('target must name the column to learn, such as target="came", got None')
        data = Table(frame, target, weight=weight, **(table or {}))
    seed = _arrays.seed(seed)
    spec = dict(spec or {})
    if columns is not None:
        spec["columns"] = columns
    model = Model.for_table(data, {"preset": "tabular", "seed": seed, **spec})
    model.train(
        data, config={"preset": "tabular", "seed": seed, **(config or {})}, validation=validation, callback=callback,
        verbose=verbose,
    )
    return model
