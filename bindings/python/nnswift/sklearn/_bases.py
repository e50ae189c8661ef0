"""scikit-learn's base classes; it has no types, so a type checker sees what they give to a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, TypeVar

if TYPE_CHECKING:
    Kind = TypeVar("Kind", bound="BaseEstimator")

    class BaseEstimator:
        """What every estimator has."""

        def get_params(self, deep: bool = True) -> Dict[str, Any]:
            """Returns the parameters by name."""
            ...

        def set_params(self: Kind, **params: Any) -> Kind:
            """Sets parameters by name."""
            ...

        def __sklearn_tags__(self) -> Any: ...

    class ClassifierMixin:
        """What classifiers have besides."""

        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
            """Returns the accuracy."""
            ...

    class RegressorMixin:
        """What regressors have besides."""

        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
            """Returns R²."""
            ...

else:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

__all__ = ["BaseEstimator", "ClassifierMixin", "RegressorMixin"]
