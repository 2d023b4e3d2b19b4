"""From groups of source records to persons: who keeps an id, who is absorbed, who is new.

An id is a promise (hub.commands.promises): who is absorbed points to whom they became for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.commands.golden import Forming
from hub.commands.promises import Kept
from hub.commands.reading import enrolments_of, owner_of, person_row, widen
from hub.domain.facts import Draft, Draw, History, Json, Ref, Subject

RULE = "matched/1"


def members_of(history: History, record: str) -> tuple[str, ...]:
    """All records of the person who has this one; itself alone when nobody has it."""
    owner = owner_of(history, record)
    return tuple(owner.state["records"]) if owner is not None else (record,)


class Uniting:
    """Collects the facts that make groups of records persons."""

    def __init__(self, history: History, draw: Draw) -> None:
        self._history = history
        self._draw = draw
        self._forming = Forming(history, draw)
        self._sight: dict[str, dict[str, Json]] = {}
        """Person → agency → last day on which it sees them, enrolments that came along included."""

    def regroup(self, groups: Sequence[Sequence[str]]) -> list[Draft]:
        """Facts by which each group is one person. Raises VersionConflict when a person lies partly outside."""
        owners = {each: owner_of(self._history, each) for group in groups for each in group}
        kept = Kept(groups, owners, self._draw.new_id)
        for subject, group in zip(kept.ids, groups, strict=True):
            self._settle(subject, list(group), kept)
        return self._forming.drafts

    def _settle(self, subject: str, group: list[str], kept: Kept) -> None:
        standing = kept.standing.get(subject)
        before = list(standing.state["records"]) if standing else []
        records = [
            *(each for each in before if each in group),
            *sorted(each for each in group if each not in before),
        ]
        absorbed = kept.absorbed(subject)
        left = [each for each in before if each not in group]
        if left:
            others = tuple(("to", each) for each in dict.fromkeys(kept.home[each] for each in left))
            staying = tuple(("record", each) for each in before if each in group)
            self._say("PersonSplit", subject, (*staying, *others), {"rule": RULE})
        corrections = dict(standing.state.get("corrections", {})) if standing else {}
        if absorbed:
            corrections = self._absorb(subject, records, absorbed, corrections)
        elif records != [each for each in before if each in group] or standing is None:
            self._say("PersonFormed", subject, tuple(("record", each) for each in records), {"rule": RULE})
        self._forming.choose(subject, standing, records, corrections)

    def _absorb(
        self, subject: str, records: list[str], absorbed: list[Subject], own: dict[str, str]
    ) -> dict[str, str]:
        """The merged person, what points to it, and enrolments that come along; returns all corrections that hold."""
        given: dict[str, str] = {}
        for each in sorted(absorbed, key=lambda each: each.id, reverse=True):  # the older one's word counts
            given |= each.state.get("corrections", {})
        facts = list(dict.fromkeys(given.values()))
        refs: tuple[Ref, ...] = (
            *(("record", each) for each in records), *(("absorbed", each.id) for each in absorbed),
            *(("correction", each) for each in facts),
        )  # fmt: skip
        clear = {
            "rule": RULE,
            "corrections": {name: facts.index(fact) for name, fact in sorted(given.items())},
        }
        self._say("PersonsMerged", subject, refs, clear)
        for person in absorbed:
            self._say("PersonRedirected", person.id, (("into", subject),), {})
            for draft in self._moved(person, subject):
                self._forming.drafts.append(draft)
        return {**given, **own}

    def _moved(self, person: Subject, subject: str) -> Iterator[Draft]:
        """The person's enrolments under the id that stays, each with how long its agency sees whom it helped."""
        for each in enrolments_of(self._history, person.id):
            agency, visible = each.state["agency"], None
            if each.state.get("visible"):
                vis = self._sight.setdefault(subject, self._vis(subject))
                widen(vis, each)
                visible = {"agency": agency, "until": vis[agency]}
            refs = (("person", subject), ("programme", each.state["programme"]))
            clear = {"status": each.state["status"], "visible": visible}
            yield Draft(self._draw.new_id(), "EnrolmentMoved", each.id, refs, clear)

    def _vis(self, subject: str) -> dict[str, Json]:
        return dict(person_row(self._history, self._history.subject(subject))["vis"])

    def _say(self, kind: str, subject: str, refs: tuple[Ref, ...], clear: dict[str, Json]) -> None:
        self._forming.drafts.append(Draft(self._draw.new_id(), kind, subject, refs, clear))
