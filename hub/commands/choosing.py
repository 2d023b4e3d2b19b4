"""What source records say in finished releases: what golden values are chosen among."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.domain.facts import History, Json, Subject


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source record as survivorship looks at it."""

    record: Subject
    take: Mapping[str, Json]
    """Its newest words in finished releases: taken (the fact), release, dwelling, digest, seen_in (releases)."""
    as_of: str
    row_key: str
    values: Mapping[str, Json]
    dwelling: Subject | None = None
    card: tuple[str, str, str] | None = None
    """Number of the family card that lists the person, the fact that says so, and the record of that fact."""

    @property
    def fact(self) -> str:
        """The fact that holds its values."""
        return str(self.take["taken"])

    @property
    def rank(self) -> tuple[str, bool, str, str]:
        """Higher is preferred; no two records tie, and none by the order in which they were loaded."""
        return self.as_of, self.matched, self.register, self.row_key

    @property
    def register(self) -> str:
        """Code of its register."""
        return str(self.record.state["register"])

    @property
    def matched(self) -> bool:
        """Whether its register says that the civil registry knows the row."""
        return self.values.get("padan") == "PADAN"


def evidence_of(history: History, records: Iterable[str]) -> list[Evidence]:
    """Source records with their values, best first."""
    found: list[Evidence] = []
    for each in records:
        record = history.subject(each)
        if record is None:
            continue
        take = finished_take(history, record)
        if take is None:
            continue
        payload = history.payload(take["taken"]) or {}
        if values := payload.get("standardised"):
            dwelling = dwelling_of(history, take)
            card = _card(history, record, dwelling)
            as_of, key = held_on(history, take), str(payload.get("row_key"))
            found.append(Evidence(record, take, as_of, key, values, dwelling, card))
    return sorted(found, key=lambda each: each.rank, reverse=True)


def finished_take(history: History, record: Subject) -> Mapping[str, Json] | None:
    """The words of a record that held on the newest day, in releases that were closed; of one day the last said.

    What was given up or is under way does not count, and an old release that comes late changes nothing.
    """
    takes: list[Mapping[str, Json]] = record.state["takes"]
    finished = [each for each in takes if _closed(history, each["release"]) is not None]
    if len(finished) > 1:
        return max(reversed(finished), key=lambda take: held_on(history, take))
    return finished[0] if finished else None  # by far the most common: asked many times a row


def prefetch_words(history: History, records: Iterable[Subject]) -> None:
    """What source records say in finished releases, and what the dwellings say that they name."""
    records = list(records)
    named = dict.fromkeys(take["dwelling"] for each in records for take in each.state["takes"])
    dwellings = [each for each in named if each]
    history.prefetch(subjects=[*_releases(records), *dwellings])
    told = [each for each in map(history.subject, dwellings) if each is not None]
    history.prefetch(subjects=_releases(told))
    takes = (finished_take(history, each) for each in (*records, *told))
    history.prefetch_payloads(take["taken"] for take in takes if take is not None)


def _releases(records: Iterable[Subject]) -> list[str]:
    return [release for each in records for take in each.state["takes"] for release in releases_of(take)]


def held_on(history: History, take: Mapping[str, Json]) -> str:
    """The newest day for which words hold: also a release that only repeated them confirms them."""
    return max(days_of(history, take))


def days_of(history: History, take: Mapping[str, Json]) -> list[str]:
    """The days of the closed releases in which words were said and repeated."""
    closed = (_closed(history, each) for each in releases_of(take))
    return [str(release.state["as_of"]) for release in closed if release is not None]


def releases_of(take: Mapping[str, Json]) -> tuple[str, ...]:
    """The releases in which words were said and repeated."""
    return take["release"], *take["seen_in"]


def _closed(history: History, release: str) -> Subject | None:
    found = history.subject(release)
    return found if found is not None and found.state["status"] == "CLOSED" else None


def dwelling_of(history: History, take: Mapping[str, Json]) -> Subject | None:
    """The dwelling that a person's words name, if a finished release told it."""
    dwelling = history.subject(take["dwelling"] or "")
    return dwelling if dwelling is not None and finished_take(history, dwelling) is not None else None


def values_of(history: History, record: Subject) -> Mapping[str, Json]:
    """The standardised values of a source record in finished releases; empty when there are none or no key."""
    take = finished_take(history, record)
    payload = (history.payload(take["taken"]) if take else None) or {}
    values: Mapping[str, Json] = payload.get("standardised", {})
    return values


def _card(history: History, record: Subject, dwelling: Subject | None) -> tuple[str, str, str] | None:
    """Where the KK number stands: in the person's own record, or in that of the family (Regsosek)."""
    for each in (record, dwelling):
        number = values_of(history, each).get("kk") if each is not None else None
        take = finished_take(history, each) if each is not None and number else None
        if each is not None and take is not None:
            return str(number), str(take["taken"]), each.id
    return None
