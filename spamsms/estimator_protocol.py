"""scikit-learn's estimator protocol, spelled out so that scoring need not import scikit-learn."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from spamsms.errors import InputError, SpamsmsError

Self = TypeVar("Self", bound="ClassifierProtocol")


class ClassifierProtocol:
    """What :class:`sklearn.base.BaseEstimator` and its classifier mixin would give."""

    _estimator_type = "classifier"

    @classmethod
    def _parameters(cls) -> dict[str, inspect.Parameter]:
        return dict(inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's parameters by name."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self: Self, **params: Any) -> Self:
        """Set constructor parameters by name.

        Raises
        ------
        InputError
            If there is no such parameter.
        """
        valid = self._parameters()
        for name, value in params.items():
            if name not in valid:
                raise InputError(
                    f"{type(self).__name__} has no parameter {name!r}; it has {', '.join(valid)}"
                )
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True, one_d_labels=True),
            transformer_tags=None,
            classifier_tags=ClassifierTags(multi_class=False),
            regressor_tags=None,
            input_tags=InputTags(two_d_array=False, string=True),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "scorer_")

    def __repr__(self) -> str:
        defaults = self._parameters()
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value != defaults[name].default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"


def not_fitted(name: str) -> SpamsmsError:
    """Return the error to raise before fitting; it is scikit-learn's NotFittedError too."""
    from sklearn.exceptions import NotFittedError

    class UnfittedModelError(SpamsmsError, NotFittedError):  # type: ignore[misc]
        """The model has not been fitted."""

        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return not_fitted, (name,)

    return UnfittedModelError(
        f"this {name} is not fitted; call fit(X, y), or load a model with spamsms.load_model()"
    )
