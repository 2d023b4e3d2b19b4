"""Which units are one household, and who lives there: by who stands in them, in whatever order they are told."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.matching.batches import MOST, batched
from hub.matching.households import Arranged, Home, Stay, homes

HERE, THERE = "3273011001", "3273021001"


def stands(unit: str, persons: str, held_on: str = "2024-01-31", **rest: str) -> list[Stay]:
    """Persons, a letter each, who stand in a unit; the unit's first letter is its register."""
    first = rest.get("from_on", held_on)
    return [Stay(each, unit, unit[0], f"{unit}-{each}", first, held_on) for each in persons]


def told(found: list[Home]) -> dict[str, str]:
    """Units of each household → its members."""
    return {" ".join(each.units): "".join(sorted(person for person, _ in each.members)) for each in found}


def test_units_are_one_household_when_more_than_half_of_the_smaller_one_stands_in_both() -> None:
    assert told(homes([*stands("a1", "xyz"), *stands("b1", "yzwvu")], {})) == {"a1 b1": "uvwxyz"}


def test_units_with_less_in_common_are_two() -> None:
    found = homes([*stands("a1", "uvwx"), *stands("b1", "xyzq", "2024-02-28")], {})
    assert told(found) == {"a1": "uvw", "b1": "qxyz"}


def test_who_married_lives_with_the_other_one_and_no_more_where_they_grew_up() -> None:
    found = homes([*stands("a1", "xyz", "2022-01-31"), *stands("b1", "zu"), *stands("b2", "xy")], {})
    assert told(found) == {"a1 b2": "xy", "b1": "uz"}


def test_families_of_one_dwelling_are_one_household_where_a_register_tells_the_dwelling() -> None:
    families = [*stands("f1", "uv"), *stands("f2", "wxy")]
    assert told(homes(families, {})) == {"f1": "uv", "f2": "wxy"}
    assert told(homes([*families, *stands("d1", "uvwxy")], {})) == {"d1 f1 f2": "uvwxy"}


def test_who_lives_in_another_kelurahan_by_now_is_another_household() -> None:
    found = homes(
        [*stands("a1", "xyz", "2022-01-31"), *stands("b1", "z", "2024-01-31")],
        {"x": HERE, "y": HERE, "z": THERE},
    )
    assert told(found) == {"a1": "xy", "b1": "z"}
    (left,) = (each for each in found if each.units == ("a1",))
    assert left.former == (("z", "2022-01-31", "2022-01-31"),)


def test_a_family_that_moved_as_a_whole_is_one_household() -> None:
    found = homes(
        [*stands("a1", "xy", "2022-01-31"), *stands("a2", "xy", "2024-01-31")], {"x": THERE, "y": THERE}
    )
    assert told(found) == {"a1 a2": "xy"}
    assert dict(found[0].members) == {"x": "2022-01-31", "y": "2022-01-31"}


def test_who_was_there_first_keeps_the_day_though_a_later_register_confirms_it() -> None:
    (found,) = homes(
        [
            *stands("a1", "x", "2023-12-31", from_on="2022-01-31"),
            *stands("b1", "xy", "2024-01-31"),
        ],
        {},
    )
    assert dict(found.members) == {"x": "2022-01-31", "y": "2024-01-31"}


def test_of_registers_of_one_day_the_same_one_counts_everywhere() -> None:
    """Each of the two says of x something else; both tell of the same day."""
    found = homes([*stands("a1", "xuvw"), *stands("b1", "xyzq")], {})
    assert told(found) == {"a1": "uvw", "b1": "qxyz"}


def test_a_unit_where_nobody_lives_any_more_goes_with_most_who_stood_there() -> None:
    before = stands("a1", "xyzuv", "2022-01-31")
    now = [*stands("b1", "xypqr"), *stands("b2", "zmn"), *stands("b3", "ust"), *stands("b4", "vkl")]
    assert told(homes([*before, *now], {})) == {"a1 b1": "pqrxy", "b2": "mnz", "b3": "stu", "b4": "klv"}


units = st.sampled_from(("a1", "a2", "b1", "b2", "c1"))
days = st.sampled_from(("2022-01-31", "2023-01-31", "2024-01-31"))


@st.composite
def towns(draw: st.DrawFn) -> list[Stay]:
    rows = draw(st.dictionaries(st.tuples(units, st.sampled_from("pqrstu")), days, min_size=1, max_size=18))
    return [stay for (unit, person), day in rows.items() for stay in stands(unit, person, day)]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data(), towns(), st.dictionaries(st.sampled_from("pqrstu"), st.sampled_from((HERE, THERE, None))))
def test_whatever_the_order_everybody_lives_in_one_household_and_every_unit_is_of_one(
    data: st.DataObject, stays: list[Stay], areas: dict[str, str | None]
) -> None:
    found = homes(stays, areas)
    again = homes(data.draw(st.permutations(stays)), areas)
    assert sorted(found, key=str) == sorted(again, key=str)
    assert Counter(unit for each in found for unit in each.units) == Counter({each.unit for each in stays})
    assert Counter(person for each in found for person, _ in each.members) == Counter(
        {each.person for each in stays}
    )
    for each in found:
        assert each.members
        assert not {person for person, _ in each.members} & {person for person, *_ in each.former}


# -- what people decided ----------------------------------------------------------------------------------------


def placed(household: str, persons: str, units: str = "", left: str = "", on: str = "2023-06-01") -> Arranged:
    """A household that a person arranged, with its units."""
    members = tuple((each, on) for each in persons)
    gone = tuple((each, on) for each in left)
    return Arranged(household, tuple(units.split()), members, (), members, gone)


def living(found: list[Home]) -> dict[str, str]:
    """Arranged household, else its units → members."""
    return {
        each.arranged.household if each.arranged else " ".join(each.units): "".join(
            sorted(person for person, _ in each.members)
        )
        for each in found
    }


def test_who_was_placed_stays_and_who_left_lives_nowhere_though_registers_say_so_again() -> None:
    stays = [*stands("a1", "uvwx"), *stands("b1", "uvwx", "2024-02-28")]
    found = homes(stays, {}, [placed("H1", "uv", "a1"), placed("H2", "w", left="x")])
    assert living(found) == {"H1": "uv", "H2": "w"}
    assert [each.units for each in found] == [("a1", "b1"), ()]


def test_a_new_unit_is_of_the_household_of_most_of_those_whom_it_tells_newest() -> None:
    stays = [*stands("a1", "uvwx"), *stands("b1", "wxy", "2024-02-28")]
    found = homes(stays, {}, [placed("H1", "uv", "a1"), placed("H2", "wx")])
    assert living(found) == {"H1": "uv", "H2": "wxy"}


def test_one_who_was_placed_draws_no_household_that_was_not_arranged_to_their_own() -> None:
    stays = [*stands("a1", "uvw"), *stands("b1", "wyz", "2024-02-28")]
    found = homes(stays, {}, [placed("H1", "uvw", "a1")])
    assert living(found) == {"H1": "uvw", "b1": "yz"}


def test_of_two_decisions_about_one_person_the_newer_one_counts() -> None:
    arranged = [placed("H1", "u", "a1"), placed("H2", "u", on="2023-07-01"), placed("H3", "", left="u")]
    assert living(homes(stands("a1", "u"), {}, arranged)) == {"H1": "", "H2": "u", "H3": ""}


@st.composite
def decisions(draw: st.DrawFn, stays: list[Stay]) -> list[Arranged]:
    """Up to three arranged households, some with units."""
    persons = draw(st.permutations("pqrstu"))
    told = draw(st.permutations(sorted({each.unit for each in stays})))
    cuts = sorted(draw(st.lists(st.integers(0, 6), min_size=4, max_size=4)))
    return [
        placed(
            f"H{n}", "".join(persons[cuts[n] : cuts[n + 1]]), told[n] if n < len(told) and draw(st.booleans()) else "",
            "".join(persons[cuts[3] :]) if n == 0 else "",
        )
        for n in range(draw(st.integers(0, 3)))
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data(), towns(), st.dictionaries(st.sampled_from("pqrstu"), st.sampled_from((HERE, THERE, None))))
def test_whatever_registers_say_decisions_hold_and_the_next_run_finds_the_same(
    data: st.DataObject, stays: list[Stay], areas: dict[str, str | None]
) -> None:
    arranged = data.draw(decisions(stays))
    found = homes(stays, areas, arranged)
    again = homes(data.draw(st.permutations(stays)), areas, data.draw(st.permutations(arranged)))
    assert sorted(found, key=str) == sorted(again, key=str)
    assert Counter(unit for each in found for unit in each.units) == Counter({each.unit for each in stays})
    by_hand = {each.arranged.household: each for each in found if each.arranged}
    assert set(by_hand) == {each.household for each in arranged}
    gone = {person for each in arranged for person, _ in each.left}
    everybody = {each.person for each in stays} | {person for each in arranged for person, _ in each.placed}
    assert Counter(person for each in found for person, _ in each.members) == Counter(everybody - gone)
    for each in arranged:
        home = by_hand[each.household]
        assert set(each.placed) <= set(home.members)
        assert set(each.units) <= set(home.units)
    kept = [
        Arranged(known.household, each.units, each.members, each.former, known.placed, known.left, known.head)
        for each in found
        if (known := each.arranged)
    ]
    assert living(homes(stays, areas, kept)) == living(found)


def test_what_hangs_together_is_written_at_once_and_what_stands_is_not() -> None:
    groups = [["a"], ["b", "c"], ["d"], ["e"]]
    owner_of = {"a": "1", "b": "1", "d": "2", "e": "3"}
    assert batched(groups, owner_of, [0]) == [[0, 1]]
    assert batched(groups, owner_of, []) == []
    assert batched(groups, owner_of, [3, 0]) == [[3, 0, 1]]


def test_what_is_written_at_once_is_cut_where_nothing_hangs_together() -> None:
    groups = [[f"{number}-{each}" for each in range(MOST // 2 + 1)] for number in range(2)]
    assert batched(groups, {}, [0, 1]) == [[0], [1]]
