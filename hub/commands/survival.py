"""Survivorship: which row each golden value of a person is chosen from, by the rules in force, and what decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hub.commands.choosing import Evidence, finished_take, values_of
from hub.commands.confirming import CONFIRMED, CONTRADICTED, CivilMatch
from hub.domain.facts import Draft, Draw, History, Json, Ref, Subject
from hub.domain.survivorship import FIELDS, Candidate, Criterion, Rules, rules_of, shipped

_COMPARED = ("nik", "name", "sex", "born_on", "birthplace", "mother_name", "alive")
"""What is held against the civil registry's row: what a registry knows of everybody."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that decisions go by."""

    rules: Rules
    edition: int
    """1 for the first rules of this hub, and so on; 0 for those that come with the hub while none were set."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for a person, from what, and why."""

    chosen: dict[str, str] = field(default_factory=dict)
    """Field → the fact it is taken from."""
    decided: dict[str, str] = field(default_factory=dict)
    """Field → the criterion that decided."""
    sources: tuple[tuple[str, str, str | None], ...] = ()
    """What it was chosen among: record, fact of its words, fact of its dwelling's words; by record."""
    dwelling: Subject | None = None
    civil: Mapping[str, Json] | None = None
    """The civil registry's row (record), whether it confirms (outcome), its day (on), and fields that differ."""


def in_force(history: History) -> InForce:
    """The rules in force. Looking at them declares them: a decision by former rules is made anew."""
    running = running_rules(history)
    if running is None:
        return InForce(shipped(), 0)
    return InForce(rules_of(running.state["rules"]), running.state["edition"])


def running_rules(history: History) -> Subject | None:
    """The subject that holds the rules in force; None while none were set."""
    found = history.find("survivorship", "running")
    return history.subject(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class Corrected:
    """Values set by hand."""

    facts: Mapping[str, str]
    """Field → fact that says so."""
    values: Mapping[str, Json]


def survive(
    history: History,
    rules: Rules,
    evidence: Sequence[Evidence],
    corrected: Corrected,
    civil: CivilMatch | None,
) -> Choice:
    """Choose every golden value. A correction by hand stands before every register."""
    choosing = _Choosing(history, rules, evidence, civil)
    values: dict[str, Json] = {}
    for name in FIELDS:
        if name in corrected.facts:
            choosing.choice.chosen[name] = corrected.facts[name]
            choosing.choice.decided[name] = Criterion.CORRECTED.value
            values[name] = corrected.values.get("name_key" if name == "name" else name)
        else:
            values[name] = choosing.choose(name)
    if (named := choosing.choice.chosen.get("name")) is not None:
        choosing.choice.chosen["name_key"] = corrected.facts.get("name_key", named)
    return choosing.made(values)


class _Choosing:
    """Collects one person's choice."""

    def __init__(
        self, history: History, rules: Rules, evidence: Sequence[Evidence], civil: CivilMatch | None
    ) -> None:
        self._history = history
        self._rules = rules
        self._evidence = evidence
        self._civil = civil
        self.choice = Choice()
        self._homes = {each.dwelling.id: self._home(each.dwelling) for each in evidence if each.dwelling}
        self._dwelling: Subject | None = None

    def choose(self, name: str) -> Json:
        """Choose one field; returns what says the same as the chosen value."""
        confirming = self._civil.row if self._civil is not None and self._civil.confirmed else None
        rows = [*self._evidence]
        if confirming is not None and self._rules.consults_registry(name):
            rows.append(confirming)
        found = [(made, row) for row in rows if (made := self._candidate(name, row)) is not None]
        if not found:
            return None
        known = _likeness(name, confirming.values) if confirming is not None else None
        won = self._rules.choose(name, [made for made, _ in found], known)
        assert won is not None  # there is a candidate
        candidate, decided = won
        row = next(row for made, row in found if made is candidate)
        self.choice.decided[name] = decided
        if name == "address" and row.dwelling is not None:
            self._dwelling = row.dwelling
            self.choice.chosen[name] = self._homes[row.dwelling.id][0]
        else:
            self.choice.chosen[name] = row.fact
        return candidate.same_as

    def made(self, values: Mapping[str, Json]) -> Choice:
        """The choice, with what it was made among."""
        rows = [*self._evidence, *([self._civil.row] if self._civil is not None else [])]
        sources = sorted((row.record.id, row.fact, self._home_fact(row)) for row in rows)
        return Choice(
            self.choice.chosen, self.choice.decided, tuple(sources), self._dwelling, self._compared(values)
        )

    def _candidate(self, name: str, row: Evidence) -> Candidate | None:
        if name == "address":
            if row.dwelling is None:
                return None
            same_as = self._homes[row.dwelling.id][1] or row.dwelling.id
        else:
            same_as = _likeness(name, row.values)
        if same_as is None:
            return None
        return Candidate(same_as, row.register, row.row_key, row.as_of, row.matched)

    def _home(self, dwelling: Subject) -> tuple[str, Json]:
        """The fact that holds a dwelling's words, and its kelurahan."""
        take = finished_take(self._history, dwelling)
        assert take is not None  # see dwelling_of
        return str(take["taken"]), values_of(self._history, dwelling).get("area")

    def _home_fact(self, row: Evidence) -> str | None:
        return self._homes[row.dwelling.id][0] if row.dwelling is not None else None

    def _compared(self, values: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """What the civil registry says beside the values chosen."""
        if self._civil is None:
            return None
        row = self._civil.row
        theirs = {name: _likeness(name, row.values) for name in _COMPARED}
        differs = [
            name
            for name in _COMPARED
            if None not in (theirs[name], values.get(name)) and theirs[name] != values[name]
        ]
        outcome = CONFIRMED if self._civil.confirmed else CONTRADICTED
        return {"record": row.record.id, "outcome": outcome, "on": row.as_of, "differs": differs}


def _likeness(name: str, values: Mapping[str, Json]) -> Json:
    """What two rows have in common that say the same of a field: names are compared without titles."""
    return (values.get("name_key") or values.get(name)) if name == "name" else values.get(name)


def chosen_draft(draw: Draw, person: str, choice: Choice, edition: int, others: Sequence[Ref]) -> Draft:
    """The fact that states the choice: references to evidence, never a copy of a value."""
    order = {fact: at for at, fact in enumerate(dict.fromkeys(_facts(choice)))}
    clear: dict[str, Json] = {
        "rule": f"survivorship/{edition}", "edition": edition,
        "chosen": {name: order[fact] for name, fact in choice.chosen.items()},
        "decided": choice.decided,
        "sources": [[order[said], order[home] if home else -1] for _, said, home in choice.sources],
    }  # fmt: skip
    refs: list[Ref] = [("evidence", fact) for fact in order]
    refs += [("source", record) for record, _, _ in choice.sources]
    if choice.civil is not None:
        refs.append(("civil", choice.civil["record"]))
        clear["civil"] = {name: value for name, value in choice.civil.items() if name != "record"}
    return Draft(draw.new_id(), "GoldenChosen", person, (*refs, *others), clear)


def stands(standing: Subject, choice: Choice, others: Sequence[Ref]) -> bool:
    """Whether exactly this is chosen for a person already, whatever edition of the rules said so."""
    state = standing.state
    before: list[Ref] = [("address", state["address"])] if state.get("address") else []
    before += [("family_card", each) for each in state.get("family_cards", ())]
    sources = [list(each) for each in choice.sources]
    return (
        before == list(others)
        and state.get("chosen") == choice.chosen
        and state.get("decided") == choice.decided
        and state.get("sources") == sources
        and state.get("civil") == choice.civil
    )


def _facts(choice: Choice) -> Iterator[str]:
    yield from choice.chosen.values()
    for _, said, home in choice.sources:
        yield said
        if home:
            yield home
