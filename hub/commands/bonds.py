"""What binds source records to each other, and how the records of one person fall apart when a bond is cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.domain.facts import Subject

SAME, DIFFERENT, UNSURE = "SAME", "DIFFERENT", "UNSURE"
"""What a steward says of two rows; the machine says SAME, QUEUED or APART."""
QUEUED, APART = "QUEUED", "APART"


def judgement_of(match: Subject) -> str | None:
    """What a steward says of a match now; None when nobody does."""
    steward = match.state["steward"]
    return str(steward["outcome"]) if steward else None


def outcome_of(match: Subject) -> str:
    """What holds of a match: a steward's word, unless unsure, before the machine's."""
    judged, machine = judgement_of(match), match.state["machine"]
    if judged in {SAME, DIFFERENT}:
        return str(judged)
    return str(machine["outcome"]) if machine else APART


def pair_of(match: Subject) -> frozenset[str]:
    """The two records that a match is about."""
    return frozenset((match.state["left"], match.state["right"]))


def bound(records: Iterable[str], matches: Sequence[Subject], pair: tuple[str, str]) -> bool:
    """Whether matches lead from one record of the pair to the other."""
    return any(part.issuperset(pair) for part in _parts(records, matches, frozenset()))


def cut(
    records: Sequence[str], matches: Sequence[Subject], pair: tuple[str, str]
) -> tuple[tuple[str, ...], ...]:
    """The records of one person in groups, so that the two of the pair are apart: strongest bonds are kept first.

    Every other record goes with whom it is bound to; one that is bound to nobody stays with the larger group.
    """
    bars = {frozenset(pair), *(pair_of(each) for each in matches if outcome_of(each) == DIFFERENT)}
    ordered = sorted(_parts(records, matches, bars), key=lambda part: (-len(part), min(part)))
    held = [part for part in ordered if len(part) > 1 or not part.isdisjoint(pair)]
    for part in ordered:
        if part not in held:
            home = next((each for each in held if not _barred(bars, each, part)), None)
            if home is None:
                held.append(part)
            else:
                home |= part
    return tuple(tuple(each for each in records if each in part) for part in held)


def _parts(
    records: Iterable[str], matches: Iterable[Subject], bars: Iterable[frozenset[str]]
) -> list[set[str]]:
    """Records that matches bind together, the strongest first, without joining what is barred."""
    part_of = {each: {each} for each in records}
    for match in sorted(matches, key=_strength, reverse=True):
        one, other = (part_of[each] for each in sorted(pair_of(match)))
        if outcome_of(match) == SAME and one is not other and not _barred(bars, one, other):
            one |= other
            part_of.update(dict.fromkeys(other, one))
    return list({id(part): part for part in part_of.values()}.values())


def _barred(bars: Iterable[frozenset[str]], one: set[str], other: set[str]) -> bool:
    return any(bar & one and bar & other for bar in bars)


def _strength(match: Subject) -> tuple[bool, int, str]:
    machine = match.state["machine"]
    return judgement_of(match) == SAME, machine["weight"] if machine else 0, match.id
