"""What a shop's settings say of how product texts are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recsys.errors import InvalidParameterError
from recsys.storage.relations import Relation


def content_parameters(
    settings: Relation, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the parameters of `Content`: those given, else those that settings say.

    Raises
    ------
    InvalidParameterError
        `content_field_weights` isn't a list of names and numbers.

    """
    [(vectors, weights, model)] = settings.project(
        "content_vectors, content_field_weights, content_embedding_model"
    ).fetchall()
    said = {"vectors": vectors, "embedding_model": model, "weights": _field_weights(weights)}
    return {**{name: value for name, value in said.items() if value}, **(given or {})}


def _field_weights(text: str | None) -> dict[str, float]:
    weights = {}
    for part in (text or "").split(","):
        name, _, number = part.partition(":")
        try:
            if part.strip():
                weights[name.strip()] = float(number)
        except ValueError:
            raise InvalidParameterError(
                f"setting content_field_weights is '{text}'; '{part.strip()}' isn't a field and a "
                "number: write for example 'title: 1, brand: 0.5'"
            ) from None
    return weights
