"""A match model as it is put in force: one text with everything it was made for, its digest, and what levels weigh."""

from __future__ import annotations

import hashlib

import orjson

from hub.commands.matching import AdoptModel, Rubric
from hub.domain.errors import InvalidInput
from hub.matching.comparisons import FIRST_PASS, SECOND_PASS
from hub.matching.model import Model


def adoption_of(model: Model) -> AdoptModel:
    """The command that puts a model in force."""
    settings = orjson.dumps(
        {"conditions": _conditions(), "model": model.as_dict()}, option=orjson.OPT_SORT_KEYS
    )
    return AdoptModel(hashlib.sha256(settings).hexdigest(), settings.decode(), rubric_of(model))


def model_of(settings: str) -> Model:
    """The model of a text. Raises InvalidInput when it was made for other comparisons than this version's."""
    text = orjson.loads(settings)
    if text["conditions"] != _conditions():
        raise InvalidInput(
            "The match model in force was made for another version of the comparisons.",
            "Run `hub match adopt`.",
        )
    return Model.from_json(orjson.dumps(text["model"]))


def rubric_of(model: Model) -> Rubric:
    """Comparisons and levels of the second pass in their order, with weights; what is unknown weighs nothing."""
    return tuple(
        (
            each.name,
            _ATTRIBUTES[each.name],
            tuple(
                (level.name, 0 if level.unknown else round(1000 * model.second[each.name][level.name].weight))
                for level in each.levels
            ),
        )
        for each in SECOND_PASS
    )


_ATTRIBUTES = {
    "name": ("name",), "identity": ("nik", "born_on"), "sex": ("sex",), "mother": ("mother_name",),
    "birthplace": ("birthplace",), "register": (), "home": ("kk", "text", "rt", "rw", "area"),
}  # fmt: skip
"""What a person who judges wants to see of the two rows beside each comparison."""


def _conditions() -> str:
    return hashlib.sha256(repr((FIRST_PASS, SECOND_PASS)).encode()).hexdigest()
