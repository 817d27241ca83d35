"""scikit-learn's estimator protocol, spelled out so that scoring need not import scikit-learn."""

from __future__ import annotations

import copy
import inspect
from typing import Any, TypeVar

from spamsms.errors import InputError, SpamsmsError

Self = TypeVar("Self", bound="ClassifierProtocol")
# What methods take beside texts and labels.
METADATA = {"fit": ("sample_weight", "groups"), "score": ("sample_weight",)}
# scikit-learn's mark of a request that stays as it is.
UNCHANGED = "$UNCHANGED$"


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

    def get_metadata_routing(self) -> Any:
        """Return which metadata the methods ask for; see scikit-learn's metadata routing."""
        from sklearn.utils.metadata_routing import MetadataRequest

        kept = self.__dict__.get("_metadata_request")
        if kept is not None:
            return copy.deepcopy(kept)
        request = MetadataRequest(owner=type(self).__name__)
        for method, names in METADATA.items():
            for name in names:
                getattr(request, method).add_request(param=name, alias=None)
        return request

    def set_fit_request(
        self: Self, *, sample_weight: bool | str | None = UNCHANGED, groups: bool | str | None = UNCHANGED
    ) -> Self:
        """Say whether meta-estimators shall pass weights and groups on to `fit`.

        Parameters
        ----------
        sample_weight, groups : bool, str or None
            True to pass it, False not to, None to raise where it is given, a str
            to pass what is given under that name. Left out, it stays as it is.

        Returns
        -------
        SpamClassifier
            Itself.
        """
        return self._request("fit", sample_weight=sample_weight, groups=groups)

    def set_score_request(self: Self, *, sample_weight: bool | str | None = UNCHANGED) -> Self:
        """Say whether meta-estimators shall pass weights on to `score`; see :meth:`set_fit_request`.

        Returns
        -------
        SpamClassifier
            Itself.
        """
        return self._request("score", sample_weight=sample_weight)

    def _request(self: Self, method: str, **asked: bool | str | None) -> Self:
        request = self.get_metadata_routing()
        for name, value in asked.items():
            if value != UNCHANGED:
                getattr(request, method).add_request(param=name, alias=value)
        # Under this name scikit-learn's clone copies it.
        self._metadata_request = request
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "scorer_")

    def _repr_html_(self: Any) -> str | None:
        from spamsms.html_cards import classifier_card

        return classifier_card(self)

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
