"""Matching with the model that comes with the hub: the traps of Indonesian registers, a handful of rows each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.standard.codes import sex
from hub.domain.standard.dates import born
from hub.domain.standard.identifiers import identifier, nik_flags
from hub.domain.standard.names import name
from hub.intake.people import named
from hub.matching.model import Model, default_model
from hub.matching.persons import NOTHING_JUDGED, Judgements, Key, Keys, Matched, Matching
from hub.matching.rows import MatchRow, RowName, match_row

CIJERAH = {"area": "3273021003", "street_key": "CIJERAH", "number": "83A", "rt": "003", "rw": "012"}
MAWAR = {"area": "3273181002", "street_key": "MAWAR", "number": "9", "rt": "001", "rw": "002"}


def row(key: str, who: str, nik: str, day: str, gender: str = "L", **more: Any) -> MatchRow:
    """A row `register/unit/number`, its values read by the hub's own standardisers."""
    register, unit, _ = key.split("/")
    number, date, male = identifier(nik), born(day, "2024-05-31"), sex(gender)
    home = more.pop("home", CIJERAH)
    person: dict[str, Any] = {**named(name(who) or ""), "sex": male, "nik_kind": number.kind.value, **more}
    flags = ["born_default_day"] if date.default_day else []
    if number.digits:
        person["nik"] = number.digits
        flags += nik_flags(number.digits, male, date.on)
    return match_row(RowName(register, key, unit), {**person, "born_on": date.on, "flags": flags}, home)


def matched(*rows: MatchRow, judged: Judgements = NOTHING_JUDGED) -> Matched:
    with Matching(rows, default_model()) as matching:
        return matching.match(judged)


def together(rows: Iterable[MatchRow], found: Matched) -> set[frozenset[str]]:
    """The persons of more than one row, by their row keys."""
    persons: dict[Key, set[str]] = {}
    for each in rows:
        persons.setdefault(found.persons[each.key], set()).add(each.row_key)
    return {frozenset(keys) for keys in persons.values() if len(keys) > 1}


def persons_of(*rows: MatchRow) -> set[frozenset[str]]:
    return together(rows, matched(*rows))


FATHER = "3273010206840001"
MOTHER = "3211045401890001"


def couple(register: str, unit: str, **more: Any) -> tuple[MatchRow, MatchRow]:
    """Two parents, listed alike everywhere."""
    return (
        row(f"{register}/{unit}/1", "JAJANG SUDINATA", FATHER, "02-06-1984", **more),
        row(f"{register}/{unit}/2", "FITRI SURHAENI", MOTHER, "14-01-1989", "P", **more),
    )


PARENTS = {frozenset({"dtks/A/1", "regsosek/B/1"}), frozenset({"dtks/A/2", "regsosek/B/2"})}


def test_one_nik_name_and_day_are_one_person_in_two_registers() -> None:
    assert persons_of(*couple("dtks", "A"), *couple("regsosek", "B")) == PARENTS


def test_twins_are_two_though_their_niks_differ_in_one_digit() -> None:
    twins = [
        row(f"{unit}/{number}", who, nik, "24-03-2005", "P", mother_name="RATNA SUHAENI")
        for unit in ("dtks/A", "regsosek/B")
        for number, who, nik in (
            (3, "WATI FITRIANI", "3273076403050001"),
            (4, "LILIS MULMIATI", "3273076403050009"),
        )
    ]
    found = persons_of(*couple("dtks", "A"), *couple("regsosek", "B"), *twins)
    assert found == PARENTS | {
        frozenset({"dtks/A/3", "regsosek/B/3"}), frozenset({"dtks/A/4", "regsosek/B/4"}),
    }  # fmt: skip


def test_a_twin_whom_one_register_lacks_is_not_taken_for_the_other() -> None:
    lone = (
        row("dtks/A/3", "WATI FITRIANI", "3273076403050001", "24-03-2005", "P"),
        row("regsosek/B/4", "LILIS MULMIATI", "3273076403050009", "24-03-2005", "P"),
    )
    assert persons_of(*couple("dtks", "A"), *couple("regsosek", "B"), *lone) == PARENTS


def test_namesakes_born_days_apart_are_two_when_each_nik_tells_its_own_day() -> None:
    assert not persons_of(
        row("dtks/A/1", "SALSA DEWI", "3273186003950001", "20-03-1995", "P"),
        row("dtks/B/1", "SALSA DEWI", "3273186203950001", "22-03-1995", "P", home=MAWAR),
        row("p3ke/C/1", "SALSA DEWI", "3273186303950001", "23-03-1995", "P", home={**MAWAR, "number": "71"}),
    )


def test_father_and_son_of_one_name_are_two() -> None:
    people = [
        row(f"{unit}/{number}", "UJANG HIDAYAT", nik, day)
        for unit in ("dtks/A", "regsosek/B")
        for number, nik, day in ((1, "3273012002600003", "20-02-1960"), (2, "3273010511880002", "05-11-1988"))
    ]
    assert persons_of(*people) == {
        frozenset({"dtks/A/1", "regsosek/B/1"}), frozenset({"dtks/A/2", "regsosek/B/2"}),
    }  # fmt: skip


def test_siblings_of_one_mother_and_card_born_in_one_year_are_two() -> None:
    same: dict[str, Any] = {"mother_name": "FITRI SURHAENI", "kk": "3273011604060006"}
    assert not persons_of(
        row("dtks/A/3", "DEDE NUGRAHA", "", "14-01-2010", **same),
        row("regsosek/B/3", "ASEP KURNIAWAN", "3273012012100002", "20-12-2010", **same),
    )


@pytest.mark.parametrize("nik", ["", "3273012012100002"])
def test_siblings_are_two_though_a_day_is_unknown_and_a_person_is_asked(nik: str) -> None:
    same: dict[str, Any] = {"mother_name": "FITRI SURHAENI", "kk": "3273011604060006"}
    rows = (
        row("dtks/A/3", "DEDE NUGRAHA", "", "01-01-2010", **same),
        row("regsosek/B/3", "ASEP KURNIAWAN", nik, "20-12-2010", **same),
    )
    told = matched(*rows)
    assert not together(rows, told)
    assert [set(each.pair) for each in told.queue] == [{each.key for each in rows}]


def test_a_woman_who_married_and_moved_to_another_card_is_one_person() -> None:
    assert persons_of(
        row("p3ke/A/3", "EUIS ROSMALASARI", "3273016107980003", "21-07-1998", "P"),
        row("regsosek/B/2", "EUIS ROSMALASARI", "3273016107980003", "21-07-1998", "P", kk="3273181601130002", home=MAWAR),
    )  # fmt: skip


@pytest.mark.parametrize(
    "nik",
    [
        pytest.param("3273012205740001", id="a digit wrong"),
        pytest.param("3273012203740010", id="two digits swapped"),
        pytest.param("327301220374000", id="fifteen digits"),
        pytest.param("3,27301E+15", id="a spreadsheet's number"),
        pytest.param("", id="none"),
        pytest.param("0327301100100001", id="a temporary one"),
    ],
)
def test_a_damaged_nik_parts_nobody(nik: str) -> None:
    assert persons_of(
        row("dtks/A/1", "KOSWARA PERMANA", "3273012203740001", "22-03-1974"),
        row("regsosek/B/1", "KOSWARA PERMANA", nik, "22-03-1974"),
    )


def test_a_nik_alone_joins_nobody_of_another_name_sex_and_day() -> None:
    assert not persons_of(
        row("dtks/A/1", "KOSWARA PERMANA", "3273012203740001", "22-03-1974"),
        row("regsosek/B/2", "LILIS SUHAENI", "3273012203740001", "11-10-1979", "P", home=MAWAR),
    )


@pytest.mark.parametrize(
    "form", ["M YUSUP", "MUH. YUSUF", "MOCHAMAD YUSUF", "H. MUHAMMAD YUSUP", "MUHAMAD YUSUF (ALM)"]
)
def test_forms_of_muhammad_are_one_name(form: str) -> None:
    assert persons_of(
        row("dtks/A/1", "MUHAMMAD YUSUF", "3273012203740001", "22-03-1974"),
        row("p3ke/B/1", form, "", "22-03-1974"),
    )


def test_somebody_listed_twice_in_one_register_is_one_person() -> None:
    assert persons_of(*couple("dtks", "A"), *couple("dtks", "B")) == {
        frozenset({"dtks/A/1", "dtks/B/1"}), frozenset({"dtks/A/2", "dtks/B/2"}),
    }  # fmt: skip


def test_somebody_listed_twice_by_a_family_still_finds_the_partner_elsewhere() -> None:
    again = row("dtks/A/9", "JAJANG SUDINATA", FATHER, "02-06-1984")
    found = persons_of(*couple("dtks", "A"), again, *couple("regsosek", "B"))
    assert frozenset({"dtks/A/1", "dtks/A/9", "regsosek/B/1"}) in found


def test_the_family_carries_a_member_whose_own_values_say_little() -> None:
    weak = (
        row("dtks/A/3", "DEDE", "", "17-05-2012", "P"),
        row("regsosek/B/3", "DEDE ROSMALA", "", "17-06-2012", "P", home=MAWAR),
    )
    moved = couple("regsosek", "B", home=MAWAR)
    assert frozenset({"dtks/A/3", "regsosek/B/3"}) in persons_of(*couple("dtks", "A"), *moved, *weak)
    assert not persons_of(*weak)


def test_a_pair_that_is_neither_sure_nor_out_of_question_is_for_people() -> None:
    rows = (
        row("dtks/A/1", "SITI", "", "31-12-1970", "P"),
        row(
            "p3ke/B/1",
            "SITI",
            "3273146705700009",
            "27-05-1970",
            "P",
            home={**CIJERAH, "number": "7", "rt": "001"},
        ),
    )
    found = matched(*rows)
    assert not together(rows, found)
    assert [doubt.pair for doubt in found.queue] == [(rows[0].key, rows[1].key)]
    judged = matched(*rows, judged=Judgements(same=[(rows[1].key, rows[0].key)]))
    assert together(rows, judged)
    assert not judged.queue


def test_what_people_kept_apart_stays_apart_also_by_way_of_a_third_row() -> None:
    rows = [*couple("dtks", "A"), *couple("regsosek", "B"), *couple("p3ke", "C")]
    bar: Keys = (("dtks", "dtks/A/1"), ("regsosek", "regsosek/B/1"))
    found = matched(*rows, judged=Judgements(different=[bar]))
    assert found.persons[bar[0]] != found.persons[bar[1]]
    assert frozenset({"dtks/A/2", "p3ke/C/2", "regsosek/B/2"}) in together(rows, found)


def test_an_explanation_adds_up_to_what_the_pair_weighs() -> None:
    rows = [*couple("dtks", "A"), *couple("regsosek", "B")]
    with Matching(rows, default_model()) as matching:
        found = matching.match()
        explained = matching.explain(found.weights)
    assert set(explained) == set(found.weights)
    assert explained[rows[0].key, rows[2].key].steps[0].comparison == "name"
    for pair, explanation in explained.items():
        assert explanation.weight == pytest.approx(found.weights[pair], abs=0.01)


def test_a_row_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        Matching([*couple("dtks", "A"), *couple("dtks", "A")], default_model())


def test_no_rows_are_no_persons() -> None:
    assert matched().persons == {}


def test_a_model_reads_back_what_it_wrote_and_keeps_its_digest() -> None:
    model = default_model()
    again = Model.from_json(model.as_json())
    assert again.digest == model.digest
    assert replace(model, word_bits={}).digest != model.digest


POOL = [
    *couple("dtks", "A"), *couple("regsosek", "B"), *couple("p3ke", "C", home=MAWAR),
    row("dtks/A/3", "WATI FITRIANI", "3273076403050001", "24-03-2005", "P"),
    row("dtks/A/4", "LILIS MULMIATI", "3273076403050009", "24-03-2005", "P"),
    row("regsosek/B/3", "WATI", "", "24-03-2005", "P"),
    row("p3ke/C/3", "LILIS", "", "01-01-2005", "P", home=MAWAR),
    row("dtks/D/1", "UJANG HIDAYAT", "3273012002600003", "20-02-1960", home=MAWAR),
    row("regsosek/E/1", "UJANG HIDAYAT", "3273012002610003", "20-02-1961", home=MAWAR),
]  # fmt: skip
two_rows = st.tuples(st.sampled_from(POOL), st.sampled_from(POOL)).filter(lambda two: two[0] != two[1])


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(two_rows, max_size=3))
def test_the_order_of_rows_changes_nothing_and_bars_hold(
    chance: Random, bars: list[tuple[MatchRow, MatchRow]]
) -> None:
    judged = Judgements(different=[(one.key, other.key) for one, other in bars])
    shuffled = list(POOL)
    chance.shuffle(shuffled)
    found = matched(*shuffled, judged=judged)
    assert found == matched(*POOL, judged=judged)
    assert all(found.persons[one] != found.persons[other] for one, other in judged.different)
