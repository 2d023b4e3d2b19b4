"""What a stretch of a file tells before it is taken in."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.intake.probe import Damage, chosen_system, code_systems, column_damage, rounded_runs
from hub.reference.areas import areas

KELURAHAN = [area for area in areas() if area["level"] == "KELURAHAN"]
KEMENDAGRI = [str(area["code"]) for area in KELURAHAN]
BPS = [str(area["bps_code"]) for area in KELURAHAN if area["bps_code"]]


def numbers(count: int, seed: int = 1) -> list[str]:
    draw = random.Random(seed)
    return [f"32730{draw.randrange(10**11):011}" for _ in range(count)]


def test_shares_are_of_the_codes_of_ten_digits() -> None:
    shares = code_systems(
        ["32.73.01.1001", " 3273250001 ", "3273111001", "9999999999", "-", "", "3273"], areas()
    )
    assert (shares.codes, shares.kemendagri, shares.bps) == (4, 0.5, 0.5)
    assert (shares.both, shares.neither) == (0.25, 0.25)
    assert code_systems([], areas()).codes == 0


def test_sixteen_codes_stand_in_both_lists() -> None:
    shares = code_systems(KEMENDAGRI, areas())
    assert (round(shares.both * 151), shares.kemendagri) == (16, 1)


@pytest.mark.parametrize(("codes", "system"), [(KEMENDAGRI, "KEMENDAGRI"), (BPS, "BPS")])
def test_a_whole_list_is_recognised(codes: list[str], system: str) -> None:
    assert chosen_system(code_systems(codes, areas())) == system


def test_codes_that_no_list_has_and_single_ones_of_the_other_do_not_hinder() -> None:
    missing = ["3273250004", "3273170007", "3273080007", "3273140009", "3273060007"]
    codes = BPS + missing + [code for code in KEMENDAGRI if code not in BPS][:4]
    assert chosen_system(code_systems(codes, areas())) == "BPS"


def test_a_person_decides_where_the_codes_do_not() -> None:
    ambiguous = sorted(set(KEMENDAGRI) & set(BPS))
    for codes in ([], ["x"], ambiguous, KEMENDAGRI + BPS, ["9999999999"] * 200 + BPS):
        assert chosen_system(code_systems(codes, areas())) is None


def test_a_sound_column_shows_no_damage() -> None:
    assert column_damage([*numbers(1000), "", "-", "3.27E+15", "327301123456789"] * 2) is None
    assert column_damage(KEMENDAGRI) is None
    assert column_damage([]) is None
    assert column_damage(["3.27E+15"] * 19) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([number[:15] + "0" for number in numbers(40)], Damage.LAST_DIGIT_ZEROED),
        ([number[:15] + "0" for number in numbers(400)] + numbers(600, 2), Damage.LAST_DIGIT_ZEROED),
        ([number[:15] for number in numbers(40)], Damage.FIFTEEN_DIGITS),
        (["3,27301E+15"] * 20 + numbers(20), Damage.SCIENTIFIC),
        ([f"'{number}" for number in numbers(40)], Damage.APOSTROPHES),
        ([str(int(f"{number:013}")) for number in range(1234567, 9_990_000_000, 99_999_999)], Damage.LEADING_ZEROS_LOST),
    ],
)  # fmt: skip
def test_the_damage_of_a_column_is_named_for_people(values: list[str], kind: Damage) -> None:
    found = column_damage(values)
    assert found is not None
    assert found.kind is kind
    assert 0 < found.share <= 1
    assert f"{found.share:.0%}" in found.sentence


def test_a_number_with_kept_zeros_in_front_is_sound() -> None:
    assert column_damage([f"{number:013}" for number in range(1, 10**10, 10**8)]) is None


def test_a_rounded_list_within_a_chunk_is_found() -> None:
    sound, rounded = numbers(50), [number[:15] + "0" for number in numbers(8, 2)]
    sound = [number[:15] + "1" for number in sound]
    assert rounded_runs([*sound, *rounded, *sound]) == frozenset(range(50, 58))
    assert rounded_runs([*sound, *rounded]) == frozenset(range(50, 58))
    assert rounded_runs(rounded[:5]) == frozenset()
    assert rounded_runs([]) == frozenset()


def test_a_family_that_shares_a_number_is_one_value() -> None:
    shared = numbers(1)[0][:15] + "0"
    assert rounded_runs([shared] * 40) == frozenset()


def test_what_is_no_number_neither_counts_nor_ends_a_run() -> None:
    rounded = [number[:15] + "0" for number in numbers(6)]
    assert rounded_runs([*rounded[:3], "", "TIDAK ADA", "0", *rounded[3:]]) == frozenset({0, 1, 2, 6, 7, 8})


def test_false_runs_are_as_rare_as_said() -> None:
    assert len(rounded_runs(numbers(200_000))) <= 12


@given(some.lists(some.sampled_from(["", "-", *(f"327301000000000{end}" for end in "0123"), *(
    f"32730100000000{end}0" for end in range(1, 9)
)]), max_size=40))  # fmt: skip
def test_agrees_with_a_plain_search(values: list[str]) -> None:
    numbered = [at for at, value in enumerate(values) if len(value) == 16]
    expected: set[int] = set()
    for begin in range(len(numbered)):
        for end in range(begin, len(numbered) + 1):
            run = numbered[begin:end]
            if all(values[at][-1] == "0" for at in run) and len({values[at] for at in run}) >= 6:
                expected |= set(run)
    assert rounded_runs(values) == expected
