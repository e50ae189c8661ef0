"""Parameters of MLPClassifier that are written otherwise here."""

from __future__ import annotations

from typing import Any, Dict

_CURES: Dict[str, str] = {
    "learning_rate": (
        'write schedule=..., such as {{"type": "reduce_on_plateau", "metric": "loss", "factor": 0.2}} for "adaptive"'
    ),
    "power_t": 'write schedule={{"type": "exponential", "gamma": ...}}',
    "momentum": 'write optimizer={{"type": "sgd", "momentum": {0!r}}}',
    "nesterovs_momentum": 'write optimizer={{"type": "sgd", "momentum": 0.9, "nesterov": {0!r}}}',
    "beta_1": 'write optimizer={{"type": "adam", "beta1": {0!r}}}',
    "beta_2": 'write optimizer={{"type": "adam", "beta2": {0!r}}}',
    "epsilon": 'write optimizer={{"type": "adam", "eps": {0!r}}}',
    "max_fun": "leave it out",
    "shuffle": "rows are always shuffled; leave it out",
    "threads": "write n_jobs={0!r}",
    "epochs": "write max_iter={0!r}",
    "callback": "write callbacks=[...]",
    "hidden_layers": "write hidden_layer_sizes={0!r}",
    "seed": "write random_state={0!r}",
}


class Hinting:
    """A class whose call names what stands for a parameter of MLPClassifier that it does not have."""

    # Not in __init__, whose signature is the list of parameters for scikit-learn.
    def __new__(cls, *_: Any, **parameters: Any) -> Any:
        for name, value in parameters.items():
            if name in _CURES:
                raise TypeError(f"{cls.__name__} has no parameter '{name}': {_CURES[name].format(value)}")
        return super().__new__(cls)
