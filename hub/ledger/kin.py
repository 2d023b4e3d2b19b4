"""Under which ids a subject was known: those that merging made into it, and who an actor's name or id means."""

from __future__ import annotations

from hub.domain.errors import InvalidInput
from hub.domain.ids import as_uuid
from hub.ledger.store import Ledger


def identities(ledger: Ledger, subject: str) -> tuple[str, ...]:
    """The id itself, and all ids that lead to it because they were merged into it, however long ago."""
    found: dict[str, None] = {subject: None}
    waiting = [subject]
    while waiting:
        former = ledger.find_many(("merged_into", each) for each in waiting)
        waiting = [each for some in former.values() for each in some if each not in found]
        found.update(dict.fromkeys(waiting))
    return tuple(found)


def actor_of(ledger: Ledger, given: str) -> str:
    """The id of an actor given by id or log-in name; what nobody has names nobody."""
    try:
        return as_uuid(given, "actor")
    except InvalidInput:
        return next(iter(ledger.find("actor", given)), given)
