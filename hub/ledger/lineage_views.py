"""What a lineage tells of each version: the values it holds, the row or judgement it is, as far as the scope sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hub.access.treating import treated
from hub.access.vocabulary import Treatment
from hub.commands.reading import owner_of
from hub.domain.facts import Fact, Json
from hub.domain.kinds import KINDS
from hub.ledger.lineage_steps import Steps
from hub.ledger.match_views import probability
from hub.ledger.store import Ledger
from hub.ledger.telling import Telling, Told

_FROM_PERSON = ("Person", "Enrolment", "Household")
_RELEASE = ("register", "label", "as_of", "status", "digest", "accepted", "repeated", "refused")
_PLAIN: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "Programme": ("code", "name", "agency", "quota"), "MatchModel": ("digest",), "Release": _RELEASE,
})  # fmt: skip
"""Types of which only public words are told."""


class EntityViews:
    """Details of versions for one scope; whom they showed, and what they withheld."""

    def __init__(self, ledger: Ledger, telling: Telling, steps: Steps, field: str | None) -> None:
        self._ledger = ledger
        self._telling = telling
        self._sight = telling.sight
        self._steps = steps
        self._field = field
        self._names: dict[str, str] = {}
        self.seen: dict[str, None] = {}
        self.withheld: dict[str, None] = {}

    def view(self, fact: Fact) -> dict[str, Any]:
        """`details` and `withheld` of the version that a fact made."""
        type_ = KINDS[fact.kind].type
        make = _VIEWS.get(type_)
        if type_ in _FROM_PERSON:
            details, hidden = self._told(fact)
        elif make is not None:
            details, hidden = make(self, fact)
        else:
            details, hidden = (
                {name: fact.clear[name] for name in _PLAIN.get(type_, ()) if name in fact.clear},
                {},
            )
        if type_ in (*_FROM_PERSON, "SourceRecord", "FamilyCard", "Address", "Match"):
            self.seen[fact.subject] = None
        self.withheld.update(dict.fromkeys(f"{type_}.{name}" for name in hidden))
        return {
            "details": details,
            "withheld": [{"field": name, "reason": how.name} for name, how in hidden.items()],
        }

    def actor(self, actor: str) -> str:
        """The log-in name of an actor: who works for the city is no secret of a poor household's."""
        if actor not in self._names:
            found = self._sight.history.subject(actor)
            payload = self._sight.history.payload(found.state.get("registered") or "") if found else None
            self._names[actor] = str((payload or {}).get("name") or actor)
        return self._names[actor]

    def _told(self, fact: Fact) -> tuple[dict[str, Json], Mapping[str, Treatment]]:
        told = Told(self._telling, fact)
        fields = [self._field] if self._field is not None and fact.kind != "PersonCorrected" else None
        details = told.content(fact, fields)
        details.pop("refs", None)
        if told.erased:
            details["erased"] = True
        self.seen.update(told.seen)
        told.withheld.pop("refs", None)
        return details, told.withheld

    def record(self, fact: Fact) -> tuple[dict[str, Json], Mapping[str, Treatment]]:
        """A row: its register, its key, the release that said it, and what it says of the traced field."""
        payload, hidden = fact.payload or {}, dict[str, Treatment]()
        owner = owner_of(self._sight.history, fact.subject)
        if owner is not None:
            self.seen[owner.id] = None
        details: dict[str, Json] = {
            "register": self._said(fact, "register"),
            "unit": self._said(fact, "unit"),
        }
        details["row_key"] = self._masked(
            hidden, ("SourceRecord", "row_key", fact.subject), payload.get("row_key")
        )
        release = self._sight.history.subject(fact.ref("release") or "")
        if release is not None and self._sight.sees("Release", release.id):
            details["release"] = {name: release.state.get(name) for name in ("label", "as_of", "status")}
        if fact.sealed and fact.payload is None:
            details["erased"] = True
        says = payload.get("standardised", {})
        if (
            self._field is not None
            and owner is not None
            and (value := says.get(_word(self._field))) is not None
        ):
            details[self._field] = self._masked(hidden, ("Person", self._field, owner.id), value)
        return details, hidden

    def match(self, fact: Fact) -> tuple[dict[str, Json], Mapping[str, Treatment]]:
        """A finding of the machine with its score and levels, or a steward's word with the reason."""
        clear, hidden = fact.clear, dict[str, Treatment]()
        details: dict[str, Json] = {"outcome": clear["outcome"]}
        if "weight" in clear:
            details["bits"] = clear["weight"] / 1000
            details["probability"] = probability(int(clear["weight"]))
            details["levels"] = self._levels(clear)
        else:
            details |= {"on": clear.get("on"), "by": self.actor(str(clear.get("actor")))}
            if self._telling.free_text:
                details["reason"] = (fact.payload or {}).get("reason")
            else:
                hidden["reason"] = Treatment.WITHHOLD
        return details, hidden

    def _levels(self, clear: Mapping[str, Json]) -> list[dict[str, Json]]:
        found = self._sight.history.find("model", "running")
        model = self._sight.history.subject(found[0]) if found else None
        rubric = model.state["rubrics"].get(clear["model"], []) if model is not None else []
        return [
            {"comparison": name, "level": levels[at][0], "bits": levels[at][1] / 1000}
            for (name, _, levels), at in zip(rubric, clear["levels"], strict=False)
        ]

    def _said(self, fact: Fact, name: str) -> Json:
        if name in fact.clear:
            return fact.clear[name]
        subject = self._sight.history.subject(fact.subject)
        return subject.state.get(name) if subject is not None else None

    def _masked(self, hidden: dict[str, Treatment], of: tuple[str, str, str], value: Json) -> Json:
        how = self._sight.treats(*of)
        if how is not Treatment.SHOW:
            hidden[of[1]] = how
        return treated(how, value)


def _word(field: str) -> str:
    """What a row calls a golden field."""
    return "area" if field == "kelurahan" else field


_VIEWS: Mapping[str, Callable[[EntityViews, Fact], tuple[dict[str, Json], Mapping[str, Treatment]]]] = (
    MappingProxyType({"SourceRecord": EntityViews.record, "Match": EntityViews.match})
)
