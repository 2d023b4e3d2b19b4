"""Golden values: what the payload of the fact that one was chosen from says of it."""

from __future__ import annotations

from collections.abc import Mapping

from hub.domain.facts import Json


def golden_value(name: str, payload: Mapping[str, Json]) -> Json:
    """A value in a correction or in a source record; of the address its area, which is the person's domicile."""
    given: Mapping[str, Json] = payload.get("values") or payload.get("standardised") or {}
    return given.get("area" if name == "address" else name)
