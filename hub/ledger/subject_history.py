"""What became of one person, household or enrolment: the entries about it, and of each only what it says of it.

What is shown of a fact is decided field by field by what the scope sees of the subject today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.domain.facts import Fact
from hub.domain.kinds import KINDS, Log
from hub.domain.selection import project
from hub.ledger.answering import Cursors, connection, page_size
from hub.ledger.entry_views import entry_dict
from hub.ledger.kin import identities
from hub.ledger.store import Entry, Ledger
from hub.ledger.telling import Telling, Told
from hub.questions.model import Trail, Viewed

MOST = 20
"""Objects of one answer whose entries are told."""


def told(ledger: Ledger, viewed: Viewed, scope: Scope, cursor_key: bytes) -> Viewed:
    """The answer with its trails filled in, in place. Blocks: call it off the event loop.

    Raises InvalidInput where the trails of too many objects are asked for at once.
    """
    if len(viewed.trails) > MOST:
        raise InvalidInput(
            f"The history of {len(viewed.trails)} objects is too much for one answer.",
            f"Ask for that of {MOST} at most.",
        )
    history = SubjectHistory(ledger, scope, cursor_key)
    for each in viewed.trails:
        page = history.page(each)
        each.into[each.key] = project(page, each.picks)
    seen = dict.fromkeys((*viewed.seen, *history.seen))
    withheld = dict.fromkeys((*viewed.withheld, *history.withheld))
    return replace(viewed, seen=tuple(seen), withheld=tuple(withheld), trails=())


class SubjectHistory:
    """Pages of entries about subjects, for one scope; whom they showed, and what they withheld."""

    def __init__(self, ledger: Ledger, scope: Scope, cursor_key: bytes) -> None:
        self._ledger = ledger
        self._telling = Telling(ledger, scope)
        self._cursors = Cursors(cursor_key, scope)
        self.seen: dict[str, None] = {}
        self.withheld: dict[str, None] = {}

    def page(self, trail: Trail) -> dict[str, Any]:
        """Entries about a subject and those merged into it, newest first; none where they are not open."""
        first, after = page_size(trail.page), self._place(trail)
        if trail.subject is None:
            return {**connection([], first, self._cursors, ""), "total_count": 0}
        facts = self.facts(trail.subject, trail.upto)
        by_seq: dict[int, list[Fact]] = {}
        for fact in facts:
            by_seq.setdefault(fact.seq, []).append(fact)
        wanted = [seq for seq in sorted(by_seq, reverse=True) if after is None or seq < after][: first + 1]
        nodes = [(str(seq), self._entry(seq, by_seq[seq], facts)) for seq in wanted]
        page = connection(nodes, first, self._cursors, _list(trail))
        return {**page, "total_count": len(by_seq)}

    def facts(self, subject: str, upto: int | None = None) -> list[Fact]:
        """All facts about a subject and those merged into it, in order."""
        found = [each for one in identities(self._ledger, subject) for each in self._ledger.facts_of(one)]
        kept = (each for each in found if upto is None or each.seq <= upto)
        return sorted(kept, key=lambda fact: (fact.seq, fact.pos))

    def view(self, fact: Fact, facts: Sequence[Fact]) -> dict[str, Any]:
        """One fact before and after. `facts`: all about its subject, in order."""
        view = Told(self._telling, fact)
        after = view.content(fact)
        former = _former(fact, facts)
        before = view.content(former, fact.clear.get("fields")) if former is not None else None
        self.seen.update(dict.fromkeys((fact.subject, *view.seen)))
        label = KINDS[fact.kind].type
        self.withheld.update(dict.fromkeys(f"{label}.{name}" for name in view.withheld))
        return {
            "kind": fact.kind, "subject": fact.subject, "before": before, "after": after, "erased": view.erased,
            "withheld": [{"field": name, "reason": how.name} for name, how in view.withheld.items()],
        }  # fmt: skip

    def _entry(self, seq: int, about: list[Fact], facts: Sequence[Fact]) -> dict[str, Any]:
        entry: Entry = self._ledger.entry_alone(Log.CHANGES, seq)
        views = [self.view(fact, facts) for fact in about]
        return {
            **entry_dict(entry),
            "subjects": list(dict.fromkeys(f.subject for f in about)),
            "facts": views,
        }

    def _place(self, trail: Trail) -> int | None:
        after = trail.page.after
        return None if after is None else int(self._cursors.open(_list(trail), after))


def _former(fact: Fact, facts: Sequence[Fact]) -> Fact | None:
    """What stood before: the former fact of its kind about its subject; for a correction, the values chosen before."""
    kind = "GoldenChosen" if fact.kind == "PersonCorrected" else fact.kind
    about = (f for f in facts if f.subject == fact.subject and f.kind == kind and f.version < fact.version)
    return max(about, key=lambda each: each.version, default=None)


def _list(trail: Trail) -> str:
    return f"history:{trail.subject}"
