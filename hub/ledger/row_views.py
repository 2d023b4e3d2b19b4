"""Source records as the API names them, beside what they say of a pair or of an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.commands.choosing import finished_take, prefetch_words
from hub.domain.facts import History
from hub.ledger.entry_views import release_dict
from hub.ledger.store import Ledger


class RowViews:
    """Makes some source records readable."""

    def __init__(self, ledger: Ledger, history: History, records: Iterable[str]) -> None:
        self._history = history
        records = list(dict.fromkeys(records))
        history.prefetch(subjects=records)
        known = [each for each in map(history.subject, records) if each is not None]
        prefetch_words(history, known)
        self._taken: Mapping[str, str] = ledger.instants(each.state["takes"][0]["taken"] for each in known)

    def view(self, record: str) -> dict[str, Any] | None:
        """One of them; None when its values were erased."""
        subject = self._history.subject(record)
        take = finished_take(self._history, subject) if subject is not None else None
        payload = self._history.payload(take["taken"]) if take is not None else None
        release = self._history.subject(take["release"]) if take is not None else None
        if subject is None or payload is None or release is None:
            return None
        return {
            "id": record, "register": subject.state["register"], "row_key": payload["row_key"],
            "release": release_dict(release), "taken_at": self._taken[subject.state["takes"][0]["taken"]],
            "withheld": [],
        }  # fmt: skip
