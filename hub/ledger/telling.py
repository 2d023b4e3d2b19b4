"""What a fact about a person, a household or an enrolment says, field by field as a scope sees its subject today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.access.scope import Scope
from hub.access.treating import treated
from hub.access.vocabulary import Treatment
from hub.domain.facts import Fact, Json
from hub.domain.golden import golden_value
from hub.domain.kinds import KINDS
from hub.ledger.answering import ENROLMENT_STATES, sees_values
from hub.ledger.sight import Sight
from hub.ledger.store import Ledger

_LABELS: Mapping[str, str] = {
    "person": "Person", "member": "Person", "former": "Person", "to": "Person", "into": "Person", "head": "Person",
    "absorbed": "Person", "record": "SourceRecord", "source": "SourceRecord", "civil": "SourceRecord",
    "entry": "SourceRecord", "dwelling": "SourceRecord",
    "address": "Address", "family_card": "FamilyCard",
}  # fmt: skip
"""Role of a reference → label of what it names, where that may be hidden."""
_BESIDE_MEMBERS = ("members", "former")
"""What stands in the clear in the order of a household's members."""


class Telling:
    """What a scope is told of facts, for one answer."""

    def __init__(self, ledger: Ledger, scope: Scope) -> None:
        self._ledger = ledger
        self.sight = Sight(ledger, scope)
        self.free_text = sees_values(scope)
        """Whether the scope is shown free text, which may name anybody."""

    def golden(self, fact: Fact) -> tuple[dict[str, Json], bool]:
        """The values that a choice made golden, and whether some of them were erased."""
        evidence = fact.refs_as("evidence")
        payloads = self._ledger.payloads(evidence)
        values = {
            "kelurahan" if name == "address" else name: golden_value(
                name, payloads.get(evidence[index]) or {}
            )
            for name, index in fact.clear["chosen"].items()
        }
        return values, any(payloads.get(each) is None for each in evidence)


class Told:
    """What one fact says, before and after, field by field."""

    def __init__(self, telling: Telling, fact: Fact) -> None:
        self._telling = telling
        self._label = KINDS[fact.kind].type
        self._subject = fact.subject
        self.withheld: dict[str, Treatment] = {}
        self.seen: dict[str, None] = {}
        self.erased = False

    def content(self, fact: Fact, fields: Iterable[str] | None = None) -> dict[str, Json]:
        """What a fact says, its values masked; of golden values those named, all unless given."""
        refs, hidden = self._refs(fact)
        made = self._clear(fact, hidden)
        if refs:
            made["refs"] = refs
        values: Mapping[str, Json] = {}
        if fact.kind == "GoldenChosen":
            values, erased = self._telling.golden(fact)
            self.erased = self.erased or erased
        elif fact.sealed:
            self.erased = self.erased or fact.payload is None
            values = (fact.payload or {}).get("values", {})
            self._text(fact, made)
        if values:
            made["values"] = self._values(values, fields)
        return made

    def _clear(self, fact: Fact, hidden: bool) -> dict[str, Json]:
        shown = self._label != "Enrolment" or all(
            self._treats(name) is Treatment.SHOW for _, name in ENROLMENT_STATES
        )
        if not shown:
            return {}
        left_out = {"chosen"} | (set(_BESIDE_MEMBERS) if hidden else set())
        return {name: value for name, value in fact.clear.items() if name not in left_out}

    def _refs(self, fact: Fact) -> tuple[list[dict[str, str]], bool]:
        """References, and whether some were left out because the asker may not see what they name."""
        sight, found, hidden = self._telling.sight, [], False
        for role, to in fact.refs:
            label = self._label if role == "into" else _LABELS.get(role)
            if label is not None and not sight.sees(label, to):
                self.withheld["refs"], hidden = Treatment.WITHHOLD, True
                continue
            if label == "Person":
                self.seen[to] = None
            found.append({"role": role, "id": to})
        return found, hidden

    def _values(self, values: Mapping[str, Json], fields: Iterable[str] | None) -> dict[str, Json]:
        wanted = set(values) if fields is None else set(fields)
        return {
            name: treated(self._treats(name), value)
            for name, value in sorted(values.items())
            if name in wanted
        }

    def _text(self, fact: Fact, made: dict[str, Json]) -> None:
        """The rest of a payload: free text, which may say anything of anybody."""
        rest = {name: value for name, value in (fact.payload or {}).items() if name != "values"}
        if rest and self._telling.free_text:
            made.update(rest)
        else:
            self.withheld.update(dict.fromkeys(rest, Treatment.WITHHOLD))

    def _treats(self, name: str) -> Treatment:
        how = self._telling.sight.treats(self._label, name, self._subject)
        if how is not Treatment.SHOW:
            self.withheld[name] = how
        return how
