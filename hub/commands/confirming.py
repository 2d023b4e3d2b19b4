"""The civil registry's row about a person: found by NIK, confirmed where birth date and name fit as well.

The registry forms nobody: it knows everybody, poor or not. What it says confirms a person, or contradicts what the
other registers say; which of its values become golden is for the survivorship rules to tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.commands.choosing import Evidence, finished_take, held_on, prefetch_words, values_of
from hub.commands.reading import owner_of
from hub.domain.facts import History, Json, Subject
from hub.domain.standard.sounds import name_sound

REGISTRY = "dukcapil"
CONFIRMED, CONTRADICTED = "CONFIRMED", "CONTRADICTED"


@dataclass(frozen=True, slots=True)
class CivilMatch:
    """The row of the civil registry that has a person's NIK."""

    row: Evidence
    confirmed: bool
    """Whether birth date and name fit, too."""


def civil_match(
    history: History, evidence: Sequence[Evidence], corrected: Mapping[str, Json]
) -> CivilMatch | None:
    """The row that confirms a person; else the one whose NIK most of their rows give; None where there is none.

    `corrected`: values set by hand, which stand for what the rows say.
    """
    claimed = Counter(_said("nik", evidence, corrected))
    rows = {nik: row for nik in claimed if (row := _row(history, nik)) is not None}
    found = [(_fits(row.values, evidence, corrected), claimed[nik], nik) for nik, row in rows.items()]
    if not found:
        return None
    confirmed, _, nik = max(found)
    return CivilMatch(rows[nik], confirmed)


def prefetch_civil(history: History, records: Iterable[Subject]) -> None:
    """The civil registry's rows about persons with these records, in a handful of reads."""
    niks = {nik for each in records if (nik := values_of(history, each).get("nik"))}
    finds = [("nik", each) for each in sorted(niks)]
    history.prefetch(finds=finds)
    history.prefetch(subjects=[found for each in finds for found in history.find(*each)])
    named = dict.fromkeys(found for each in finds for found in history.find(*each))
    prefetch_words(
        history, [each for each in map(history.subject, named) if each is not None and is_civil(each)]
    )


def is_civil(record: Subject) -> bool:
    """Whether a subject is the civil registry's row of a person."""
    state = record.state
    return record.type == "SourceRecord" and state["register"] == REGISTRY and state["unit"] == "person"


def persons_with_niks_of(history: History, rows: Iterable[Subject]) -> list[str]:
    """The persons whom rows of the civil registry may be about: a row or a correction of theirs has such a NIK."""
    prefetch_words(history, rows := list(rows))
    finds = [("nik", nik) for each in rows if (nik := values_of(history, each).get("nik"))]
    history.prefetch(finds=finds)
    found = dict.fromkeys(each for find in finds for each in history.find(*find))
    history.prefetch(subjects=found, finds=[("person_of", each) for each in found])
    history.prefetch(subjects=[person for each in found for person in history.find("person_of", each)])
    owners = (
        subject if subject.type == "Person" else owner_of(history, subject.id)
        for subject in map(history.subject, found)
        if subject is not None
    )
    return list(dict.fromkeys(each.id for each in owners if each is not None and each.state.get("records")))


def _row(history: History, nik: str) -> Evidence | None:
    """The registry's row with this NIK: its row key is the NIK, so there is one."""
    for each in history.find("nik", nik):
        record = history.subject(each)
        take = finished_take(history, record) if record is not None and is_civil(record) else None
        if record is not None and take is not None and (values := values_of(history, record)):
            return Evidence(record, take, held_on(history, take), str(values.get("nik")), values)
    return None


def _said(field: str, evidence: Sequence[Evidence], corrected: Mapping[str, Json]) -> list[str]:
    given = [corrected[field]] if field in corrected else [each.values.get(field) for each in evidence]
    return [each for each in given if each]


def _fits(civil: Mapping[str, Json], evidence: Sequence[Evidence], corrected: Mapping[str, Json]) -> bool:
    if civil.get("born_on") not in _said("born_on", evidence, corrected):
        return False
    name = str(civil.get("name_key") or "")
    return name != "" and any(names_fit(name, each) for each in _said("name_key", evidence, corrected))


def names_fit(one: str, other: str) -> bool:
    """Whether two comparison keys of names are of one, beside a NIK and a birth date that agree.

    Each word of the shorter one sounds like a word of the longer one or is its initial; or both sound alike once
    the blanks are taken out.
    """
    first, second = name_sound(one), name_sound(other)
    if first.replace(" ", "") == second.replace(" ", ""):
        return True
    shorter, longer = sorted((first.split(), second.split()), key=len)
    return all(
        any(word == each or (1 in (len(word), len(each)) and word[0] == each[0]) for each in longer)
        for word in shorter
    )
