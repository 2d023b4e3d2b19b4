"""Laws of survivorship: what is chosen does not hang on the order of rows, and rules survive being written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import InvalidInput
from hub.domain.survivorship import (
    FIELDS,
    TIE_BREAK,
    UNOPPOSED,
    Candidate,
    Criterion,
    Rules,
    rules_from_toml,
    rules_of,
    shipped,
)

REGISTERS = ("dtsen", "dtks", "p3ke")
orders = st.permutations(tuple(Criterion)[1:]).flatmap(
    lambda order: st.integers(0, len(order)).map(lambda most: (Criterion.CORRECTED, *order[:most]))
)
candidates = st.lists(
    st.builds(
        Candidate,
        st.sampled_from("ABC"),
        st.sampled_from(REGISTERS),
        st.sampled_from(("k1", "k2", "k3", "k4")),
        st.sampled_from(("2023-01-31", "2024-01-31")),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda each: (each.register, each.row_key),
)


def rules(order: tuple[Criterion, ...]) -> Rules:
    return Rules(("dtks", "dtsen"), dict.fromkeys(FIELDS, order))


def one(
    value: str, register: str, as_of: str = "2024-01-31", key: str = "k1", *, matched: bool = False
) -> Candidate:
    return Candidate(value, register, key, as_of, matched)


@given(candidates, orders, st.none() | st.sampled_from("ABCD"), st.randoms())
def test_the_order_of_rows_changes_neither_the_choice_nor_what_decided(
    rows: list[Candidate], order: tuple[Criterion, ...], known: str | None, chance: object
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # st.randoms gives random.Random
    assert rules(order).choose("name", rows, known) == rules(order).choose("name", shuffled, known)


@given(candidates, orders, st.none() | st.sampled_from("ABC"))
def test_the_choice_is_one_of_the_rows_and_names_a_criterion_of_the_rule(
    rows: list[Candidate], order: tuple[Criterion, ...], known: str | None
) -> None:
    found = rules(order).choose("name", rows, known)
    assert found is not None
    chosen, decided = found
    assert chosen in rows
    assert (decided == UNOPPOSED) is (len({each.same_as for each in rows}) == 1)
    assert decided in {UNOPPOSED, TIE_BREAK, *order[1:]}


@given(candidates, orders, st.none() | st.sampled_from("ABC"))
def test_a_row_that_lost_can_be_taken_away_where_agreement_is_no_criterion(
    rows: list[Candidate], order: tuple[Criterion, ...], known: str | None
) -> None:
    kept = tuple(each for each in order if each is not Criterion.AGREEMENT)
    found = rules(kept).choose("name", rows, known)
    assert found is not None
    for lost in (each for each in rows if each is not found[0]):
        without = rules(kept).choose("name", [each for each in rows if each is not lost], known)
        assert without is not None
        assert without[0] is found[0]


@given(st.permutations(REGISTERS), st.lists(orders, min_size=len(FIELDS), max_size=len(FIELDS)))
def test_rules_that_are_written_down_and_read_again_are_the_same(
    trust: list[str], each: list[tuple[Criterion, ...]]
) -> None:
    fields = dict(zip(FIELDS, each, strict=True))
    fields["address"] = (Criterion.CORRECTED, Criterion.TRUST)
    made = Rules(tuple(trust), fields)
    assert rules_from_toml(made.as_toml()) == rules_of(made.as_dict()) == made
    assert rules_of(made.as_dict()).digest == made.digest


@pytest.mark.parametrize(
    ("order", "chosen", "decided"),
    [
        ((Criterion.TRUST,), "A", "trust"),
        ((Criterion.FRESHNESS,), "B", "freshness"),
        ((Criterion.AGREEMENT,), "C", "agreement"),
        ((Criterion.CIVIL_REGISTRY,), "B", "civil_registry"),
        ((), "B", "tie_break"),
    ],
)
def test_each_criterion_decides_by_what_it_is_about(
    order: tuple[Criterion, ...], chosen: str, decided: str
) -> None:
    rows = [
        one("A", "dtks", "2022-01-31"), one("B", "regsosek", matched=True), one("C", "p3ke", "2023-01-31"),
        one("C", "dtsen", "2023-01-31"),
    ]  # fmt: skip
    found = rules((Criterion.CORRECTED, *order)).choose("name", rows)
    assert found is not None
    assert (found[0].same_as, found[1]) == (chosen, decided)


def test_the_civil_registrys_own_word_goes_before_a_mark_in_a_register() -> None:
    rows = [one("A", "dtks", matched=True), one("B", "dtsen", "2022-01-31")]
    found = rules((Criterion.CORRECTED, Criterion.CIVIL_REGISTRY)).choose("name", rows, "B")
    assert found is not None
    assert found[0].same_as == "B"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fields": {"name": ["freshness"]}}, "no order"),
        ({"fields": {"name": ["corrected", "freshness", "freshness"]}}, "no order"),
        ({"fields": {"name": ["corrected", "mood"]}}, "'mood', of name"),
        ({"fields": {"address": ["corrected", "civil_registry"]}}, "address"),
        ({"fields": {"shoe_size": ["corrected"]}}, "shoe_size"),
        ({"fields": {"name": "corrected"}}, "name is no list"),
        ({"trust": ["dtks", "dtks"]}, "trust"),
        ({"trust": ["D T K S"]}, "trust"),
        ({"more": 1}, "no survivorship rules"),
    ],
)
def test_rules_that_can_not_be_are_refused_by_name(change: dict[str, object], says: str) -> None:
    given_ = shipped().as_dict()
    fields = {**given_["fields"], **change.get("fields", {})}  # type: ignore[dict-item]  # a mapping where it is there
    with pytest.raises(InvalidInput) as raised:
        rules_of({**given_, **change, "fields": fields})
    assert says in raised.value.message
    assert raised.value.advice


def test_a_field_without_a_rule_is_refused() -> None:
    given_ = shipped().as_dict()
    del given_["fields"]["nik"]
    with pytest.raises(InvalidInput, match="nik"):
        rules_of(given_)


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no TOML"):
        rules_from_toml("trust = [")
