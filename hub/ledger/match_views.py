"""Matches as a steward sees them: both rows, every level with its weight, and what was judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from hub.access.scope import Scope
from hub.commands.bonds import DIFFERENT, QUEUED, judgement_of, outcome_of
from hub.commands.choosing import dwelling_of, finished_take, values_of
from hub.commands.matching import matches_among
from hub.commands.reading import owner_of, resolved
from hub.commands.uniting import members_of
from hub.domain.errors import Forbidden
from hub.domain.facts import History, Json, Subject
from hub.domain.kinds import Log
from hub.ledger.answering import Cursors, connection, page_of, page_size, sees_values
from hub.ledger.entry_views import listed
from hub.ledger.row_views import RowViews
from hub.ledger.store import Ledger
from hub.questions import model
from hub.questions.model import Viewed

_LIST = "matches"


def match_queue(ledger: Ledger, question: model.MatchQueue, scope: Scope, cursors: Cursors) -> Viewed:
    """Pairs that wait for a person, the likeliest first."""
    if not sees_values(scope):
        raise Forbidden("Rows of the whole city stand side by side in the queue.", "Ask a data steward.")
    history, first = ledger.history(), page_size(question.page)
    waiting = _waiting(history, question.person)
    shown = page_of(waiting, _place, question.page, cursors, _LIST)
    nodes = list(zip(map(_place, shown), _Views(ledger, history, shown).nodes(), strict=True))
    page = connection(nodes, first, cursors, _LIST)
    return Viewed({**page, "total_count": len(waiting)}, _seen(history, shown[:first]), ())


def match_by_id(ledger: Ledger, question: model.MatchById, scope: Scope, cursors: Cursors) -> Viewed:
    """One match; None when there is none, or not for this asker."""
    history = ledger.history()
    match = history.subject(question.id)
    if match is None or match.type != "Match" or not sees_values(scope):
        return Viewed(None, (), ())
    (node,) = _Views(ledger, history, [match]).nodes()
    return Viewed(node, _seen(history, [match]), ())


def pair_explained(ledger: Ledger, question: model.PairExplained, scope: Scope, cursors: Cursors) -> Viewed:
    """Whether two records or persons are one, the strongest that was found between them, and who said otherwise."""
    history = ledger.history()
    sides = [_records_of(history, each) for each in (question.left, question.right)]
    if not all(sides) or not sees_values(scope):
        return Viewed(None, (), ())
    between = [
        each
        for each in matches_among(history, dict.fromkeys((*sides[0], *sides[1])))
        if _joins(each, *sides) or _joins(each, *sides[::-1])
    ]
    found = max((each for each in between if each.state["machine"]), key=_weight, default=None)
    (shown,) = _Views(ledger, history, [found]).nodes() if found is not None else (None,)
    data = {
        "same": set(sides[0]) == set(sides[1]),
        "probability": shown["probability"] if shown else None, "levels": shown["levels"] if shown else [],
        "barred_by": _entries(ledger, (each for each in between if outcome_of(each) == DIFFERENT)),
        "judgements": _entries(ledger, (each for each in between if judgement_of(each) is not None)),
    }  # fmt: skip
    return Viewed(data, _owners(history, (*sides[0], *sides[1])), ())


def _waiting(history: History, person: str | None) -> list[Subject]:
    found = history.find("matches", "queued")
    history.prefetch(subjects=found)
    waiting = [
        each for each in map(history.subject, found) if each is not None and outcome_of(each) == QUEUED
    ]
    if person is not None:
        records = set(_records_of(history, person))
        waiting = [each for each in waiting if records & {each.state["left"], each.state["right"]}]
    return sorted(waiting, key=_place)


def _place(match: Subject) -> str:
    """Orders the queue: the higher the weight, the smaller the text; then by id."""
    return f"{10**9 - _weight(match):010d}|{match.id}"


def _weight(match: Subject) -> int:
    return int(match.state["machine"]["weight"])


def _records_of(history: History, subject: str) -> tuple[str, ...]:
    """The records of a person, or a source record by itself with those of its person."""
    found = resolved(history, subject)
    if found is not None and found.type == "Person":
        return tuple(found.state["records"])
    return members_of(history, subject) if found is not None and found.type == "SourceRecord" else ()


def _joins(match: Subject, one: Collection[str], other: Collection[str]) -> bool:
    return match.state["left"] in one and match.state["right"] in other


def _owners(history: History, records: Iterable[str]) -> tuple[str, ...]:
    owners = (owner_of(history, each) for each in records)
    return tuple(dict.fromkeys(each.id for each in owners if each is not None))


def _seen(history: History, matches: Sequence[Subject]) -> tuple[str, ...]:
    return _owners(
        history, (record for each in matches for record in (each.state["left"], each.state["right"]))
    )


class _Views:
    """Makes matches readable: names of levels from the rubric of the model that found them, values from both rows."""

    def __init__(self, ledger: Ledger, history: History, matches: Sequence[Subject]) -> None:
        self._history = history
        self._matches = matches
        self._rows = RowViews(
            ledger, history, [each.state[side] for each in matches for side in ("left", "right")]
        )
        found = history.find("model", "running")
        running = history.subject(found[0]) if found else None
        self._rubrics: Mapping[str, Json] = running.state["rubrics"] if running is not None else {}
        said = [each.state["steward"]["fact"] for each in matches if each.state["steward"]]
        self._judged: Mapping[str, str] = ledger.instants(said)
        history.prefetch_payloads(said)

    def nodes(self) -> list[dict[str, Any]]:
        """Matches as the API names them."""
        return [self._node(each) for each in self._matches]

    def _node(self, match: Subject) -> dict[str, Any]:
        machine, steward = match.state["machine"], match.state["steward"]
        reason = self._history.payload(steward["fact"]) if steward else None
        return {
            "id": match.id, "version": match.version, "withheld": [],
            "left": self._rows.view(match.state["left"]), "right": self._rows.view(match.state["right"]),
            "probability": probability(machine["weight"]) if machine else None,
            "levels": self._levels(match) if machine else [],
            "judgement": judgement_of(match) or "UNJUDGED",
            "judged_by": steward["actor"] if steward else None,
            "judged_at": self._judged.get(steward["fact"]) if steward else None,
            "reason": (reason or {}).get("reason"),
        }  # fmt: skip

    def _values(self, record: str) -> Mapping[str, Json]:
        """What a row and its dwelling say; the row's own word counts."""
        subject = self._history.subject(record)
        take = finished_take(self._history, subject) if subject is not None else None
        if subject is None or take is None:
            return {}
        dwelling = dwelling_of(self._history, take)
        place = values_of(self._history, dwelling) if dwelling is not None else {}
        return {**place, **values_of(self._history, subject)}

    def _levels(self, match: Subject) -> list[dict[str, Any]]:
        machine = match.state["machine"]
        left, right = (self._values(match.state[side]) for side in ("left", "right"))
        return [
            {
                "comparison": name, "level": levels[at][0], "weight": levels[at][1] / 1000,
                "left": _text(left, attributes), "right": _text(right, attributes),
            }
            for (name, attributes, levels), at in zip(
                self._rubrics.get(machine["model"], []), machine["levels"], strict=False
            )
        ]  # fmt: skip


def _text(values: Mapping[str, Json], attributes: Sequence[str]) -> str | None:
    """The values of some attributes, as far as they are known."""
    return " · ".join(str(values[name]) for name in attributes if values.get(name)) or None


def probability(weight: int) -> float:
    """From bits of evidence, the prior included."""
    return round(1 / (1 + 2 ** (-weight / 1000)), 6)


def _entries(ledger: Ledger, matches: Iterable[Subject]) -> list[dict[str, Any]]:
    """The entries in which matches were judged, newest first."""
    facts = ledger.facts(each.state["steward"]["fact"] for each in matches)
    seqs = sorted({fact.seq for fact in facts.values()}, reverse=True)
    return [listed(ledger.entry(Log.CHANGES, seq, opened=False)) for seq in seqs]
