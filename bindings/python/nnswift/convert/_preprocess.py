"""The preprocess of a model, kind by kind, for those that write it elsewhere."""

from __future__ import annotations

from typing import Any, Collection, Dict, List, Mapping, Optional, Tuple

import numpy as np

from ..errors import StateError
from ..model import Model
from ._stored_tensors import stored

#: The kinds that are (x - center) · scale.
SCALINGS = ("standardize", "minmax", "robust")

#: A kind with its options, and the center and the scale [features] that it learnt; None for a kind that learns nothing.
Step = Tuple[Mapping[str, Any], Optional[Tuple[np.ndarray, np.ndarray]]]


def kinds(model: Model) -> List[Mapping[str, Any]]:
    """Returns the kinds of a model's preprocess in order, without "none"."""
    preprocess = model.spec["preprocess"]
    listed = preprocess if isinstance(preprocess, list) else [preprocess]
    return [kind for kind in listed if kind["type"] != "none"]


def steps(model: Model, known: Collection[str], where: str) -> List[Step]:
    """Returns the kinds of a model's preprocess with what they learnt.

    Parameters
    ----------
    known : collection of str
        The kinds that have a counterpart, besides "none".
    where : str
        What lacks the others: "ONNX".

    Raises
    ------
    ValueError
        Naming a kind that is not known.
    StateError
        If the preprocess has not seen any data yet.
    """
    found = kinds(model)
    for kind in found:
        if kind["type"] not in known:
            names = ", ".join(sorted(known))
            raise ValueError(f'the preprocess "{kind["type"]}" has no counterpart in {where}; known are {names}')
    if not any(kind["type"] in SCALINGS for kind in found):
        return [(kind, None) for kind in found]
    values = learnt(model)
    if not values:
        raise StateError("the model's preprocess must be fitted before; train the model or call fit_preprocess")
    made: List[Step] = []
    if "offset" in values:
        # Subtracted first and apart: of numbers far from 0 their sum with the center would lose digits as a float.
        made += [({"type": "standardize"}, (part, np.ones_like(part))) for part in np.split(values["offset"], 2)]
    preprocess = model.spec["preprocess"]
    if not isinstance(preprocess, list):
        return [*made, (preprocess, (values["center"], values["scale"]))]
    for index, kind in enumerate(preprocess):
        if kind["type"] in SCALINGS:
            made.append((kind, (values[f"{index}.center"], values[f"{index}.scale"])))
        elif kind["type"] != "none":
            made.append((kind, None))
    return made


def learnt(model: Model, prefix: str = "preprocess.") -> Dict[str, np.ndarray]:
    """Returns what the kinds learnt, by the names of a model file without their prefix; empty before that."""
    return {name[len(prefix) :]: values for name, values in stored(model).items() if name.startswith(prefix)}
