"""Questions for one thing by its id, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hub.access.conditions import NEVER
from hub.access.scope import Scope
from hub.domain.ids import as_uuid
from hub.domain.selection import Selection
from hub.questions import model
from hub.questions.plan import Filter, Many, Plan

BY_ID: Mapping[str, type] = MappingProxyType(
    {
        "Person": model.PersonById,
        "Household": model.HouseholdById,
        "FamilyCard": model.FamilyCardById,
        "Address": model.AddressById,
        "Area": model.AreaById,
        "Agency": model.AgencyById,
        "Programme": model.ProgrammeById,
        "Enrolment": model.EnrolmentById,
        "SourceRecord": model.SourceRecordById,
        "Match": model.MatchById,
    }
)
"""Type → the question for one of it. Each is a type of the API with an id."""
_TYPES = {question: name for name, question in BY_ID.items()}


def by_id(label: str) -> Callable[[Any, Scope], Plan]:
    """How a question for one thing of a label is put to the graph."""

    def plan(question: Any, scope: Scope) -> Plan:
        values = {"id": as_uuid(question.id, "id")}
        return Plan(label, Many.ONE, question.selection, (Filter("id", "id"),), values)

    return plan


def meant(question: model.NodeById, kind: str | None, scope: Scope) -> Any:
    """The question that asks for the thing itself, of which the ledger knows the kind; None when nothing may be asked.

    What the asker can't read at all is asked for as if it were a person, and so is what does not exist: all that is
    hidden runs the statement that what is missing runs, and comes back alike.
    """
    for name in (kind, "Person"):
        if name is not None and name in BY_ID and scope.reads(name) != NEVER:
            return _asked(name, question)
    return None


def _asked(name: str, question: model.NodeById) -> Any:
    if name == "Match":
        return model.MatchById(question.id)
    selection: Selection = question.selections.get(name, ())
    return BY_ID[name](question.id, selection)


def named(asked: Any, data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The answer to such a question with the name of its type."""
    return None if data is None else {**data, "__typename": _TYPES[type(asked)]}
