"""Laws that standardising keeps for any text whatever."""

from __future__ import annotations

import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.standard import addresses, codes, dates, names
from hub.domain.standard.areas import one_slip_apart
from hub.domain.standard.identifiers import IdKind, identifier, nik_flags, nik_signs
from hub.domain.standard.text import tidy
from hub.reference.areas import area_index

INDEX = area_index()
DIGITS = st.text("0123456789", min_size=16, max_size=16)


@given(st.text())
def test_tidying_twice_is_tidying_once(value: str) -> None:
    once = tidy(value)
    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text())
def test_no_text_makes_a_standardiser_fail(value: str) -> None:
    names.mother_name(value)
    codes.sex(value)
    codes.relation(value)
    codes.padan(value)
    codes.birthplace(value)
    addresses.text(value)
    INDEX.kelurahan(value, value, value)
    number = addresses.rt_or_rw(value)
    assert number is None or (len(number) == 3 and number.isascii() and number.isdigit())


@given(st.text())
def test_an_identifier_has_digits_exactly_when_it_is_ok(value: str) -> None:
    found = identifier(value)
    assert (found.digits is not None) == (found.kind is IdKind.OK)
    if found.digits is not None:
        assert len(found.digits) == 16
        assert found.digits.isascii()
        assert found.digits.isdigit()
        assert identifier(found.digits).digits == found.digits


@given(DIGITS, st.sampled_from(["MALE", "FEMALE", None]), st.dates().map(str) | st.none())
def test_signs_and_flags_of_any_number_are_soft(digits: str, sex: str | None, born_on: str | None) -> None:
    nik_signs(digits)
    flags = nik_flags(digits, sex, born_on)
    assert len(flags) == len(set(flags))


@given(st.text() | st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}", fullmatch=True))
def test_a_birth_date_is_iso_and_never_in_the_future_or_none(value: str) -> None:
    found = dates.born(value, "2024-05-31")
    if found.on is None:
        assert found.kind in (dates.BornKind.MISSING, dates.BornKind.IMPOSSIBLE)
    else:
        assert "1900" < found.on <= "2024-05-31"
        assert len(found.on) == 10


@given(st.dates(min_value=date(1905, 1, 1), max_value=date(2024, 5, 31)))
def test_all_notations_of_a_day_agree(day: date) -> None:
    written = [
        day.strftime(form) for form in ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y 0:00:00", "%d.%m.%Y")
    ]
    serial = str((day - date(1899, 12, 30)).days)
    found = {dates.born(value, "2024-05-31").on for value in written}
    assert found == {day.isoformat()}
    assert len(serial) != 5 or dates.born(serial, "2024-05-31").on == day.isoformat()


@given(st.text())
def test_a_key_is_never_empty(value: str) -> None:
    tidied = names.name(value)
    if tidied is not None:
        key = names.name_key(tidied)
        assert key
        assert key == key.strip()


@given(st.text("ABC", max_size=6), st.text("ABC", max_size=6))
def test_one_slip_is_symmetric(left: str, right: str) -> None:
    assert one_slip_apart(left, right) == one_slip_apart(right, left)
