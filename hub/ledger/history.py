"""What `decide` may look at, from the ledger's own tables; everything read is remembered for the append."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hub.domain.facts import Json, Subject
from hub.ledger.entries import ReadSet

if TYPE_CHECKING:
    from hub.ledger.store import Ledger


class LedgerHistory:
    """A History over a ledger. Not thread-safe: one instance a decision."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._subjects: dict[str, Subject | None] = {}
        self._finds: dict[tuple[str, str], tuple[str, ...]] = {}
        self._payloads: dict[str, Mapping[str, Json] | None] = {}

    def subject(self, subject: str) -> Subject | None:
        """The state of a subject, or None."""
        if subject not in self._subjects:
            self.prefetch(subjects=(subject,))
        return self._subjects[subject]

    def find(self, space: str, value: str) -> tuple[str, ...]:
        """The subjects that a look-up names, oldest first."""
        if (space, value) not in self._finds:
            self.prefetch(finds=((space, value),))
        return self._finds[(space, value)]

    def payload(self, fact: str) -> Mapping[str, Json] | None:
        """The personal payload of a fact, or None."""
        if fact not in self._payloads:
            self.prefetch_payloads((fact,))
        return self._payloads[fact]

    def prefetch(self, subjects: Iterable[str] = (), finds: Iterable[tuple[str, str]] = ()) -> None:
        """Read many subjects and look-ups at once."""
        new = [each for each in dict.fromkeys(subjects) if each not in self._subjects]
        if new:
            found = self._ledger.subjects(new)
            self._subjects.update({each: found.get(each) for each in new})
        unknown = [each for each in dict.fromkeys(finds) if each not in self._finds]
        if unknown:
            self._finds.update(self._ledger.find_many(unknown))

    def prefetch_payloads(self, facts: Iterable[str]) -> None:
        """Open many payloads at once. Facts never change, so nothing needs to be checked again."""
        new = [each for each in dict.fromkeys(facts) if each not in self._payloads]
        if new:
            found = self._ledger.payloads(new)
            self._payloads.update({each: found.get(each) for each in new})

    def known(self) -> dict[str, Subject]:
        """All subjects read that exist."""
        return {key: each for key, each in self._subjects.items() if each is not None}

    def read_set(self) -> ReadSet:
        """What has to be as it was when the decision is appended."""
        return ReadSet(
            {key: each.version if each else 0 for key, each in self._subjects.items()},
            {(space, self._ledger.vault.look_up(space, value)): found
             for (space, value), found in self._finds.items()},
        )  # fmt: skip
