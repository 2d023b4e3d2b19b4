"""The question which enrolments do not go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.domain.ids import as_uuid
from hub.questions.model import Overlaps
from hub.questions.people import area_code


def rules_asked(question: Overlaps, day: str) -> list[Mapping[str, Any]]:
    """The rules that are in force on a day and that the question is about."""
    return [
        each for each in question.rules
        if question.rule in (None, each["code"]) and question.severity in (None, each["severity"])
        and (each["from_on"] or day) <= day <= (each["to_on"] or day)
    ]  # fmt: skip


def narrowed(question: Overlaps) -> dict[str, str]:
    """Parameter → value of everything else that narrows the question. Raises InvalidInput."""
    asked = {
        "programme": question.programme,
        "agency": question.agency,
        "person": question.person and as_uuid(question.person, "person"),
        "area": None if question.area is None else area_code(question.area),
    }
    return {name: value for name, value in asked.items() if value is not None}
