"""Laws that standardising keeps for any text whatever."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.standard import addresses, codes, dates, names
from hub.domain.standard.areas import BPS, KEMENDAGRI, bps_code, one_slip_apart
from hub.domain.standard.identifiers import (
    IdKind,
    card_number,
    id_parts,
    identifier,
    kk_signs,
    nik_flags,
    nik_signs,
)
from hub.domain.standard.sounds import name_sound
from hub.domain.standard.text import tidy
from hub.reference.areas import area_index

INDEX = area_index()
DIGITS = st.text("0123456789", min_size=16, max_size=16)
WORDS = st.sampled_from([
    "H.", "HJ.", "DRS.", "AN.", "BAYI", "NY.", "BIN", "BINTI", "(ALM)", "ALM", ", S.PD", ",", "M.", "ASEP", "SITI",
    "MUHAMMAD", "NUR'AENI", "H.ABAH", "SYAIFUL", "KHOIRUL", "YAYAH", "...", "-",
])  # fmt: skip
NAMES = st.lists(WORDS, max_size=6).map(" ".join)
LATIN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ ", max_size=20)
MARKS = st.sampled_from([
    "JL.", "JLN", "GG", "JL. GG.", "KP.", "KOMP.", "BLOK A5", "NO.175/112D", "NO 3", "RT 03/RW 05", "RT01/07",
    "003/005", "4/12", "RT 0", "RW.5", "KEL.", "KOTA BANDUNG", "H. ALPI", "17 AGUSTUS", "139B", ",", "(", "RT",
])  # fmt: skip
ADDRESSES = st.lists(MARKS | st.text(max_size=5), max_size=8).map(" ".join)
DATES = st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( 0:00:00)?", fullmatch=True)


def letters(*values: str | None) -> Counter[str]:
    """The letters and digits of some texts, counted."""
    return Counter(sign for value in values if value for sign in value if sign.isalnum())


def same_cell(value: str) -> list[str]:
    """The text of one cell as other programs write it: blanks around it, in lower case, decomposed."""
    return [f"  {value}\t", unicodedata.normalize("NFD", value), value.lower()]


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
    codes.relation_by_shdk(value)
    codes.relation_by_r409(value, value)
    codes.marital(value)
    codes.presence_by_r404(value)
    codes.presence_by_status(value)
    codes.yes(value)
    codes.occupation(value)
    codes.education(value)
    addresses.text(value)
    addresses.parse(value)
    INDEX.kelurahan(value, value, value)
    INDEX.resolve(value, KEMENDAGRI, value, value, value)
    INDEX.by_code(BPS, value)
    bps_code(value, value, value, value)
    dates.day(value, "2024-05-31")
    name_sound(value)
    names.name_shape(value)
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


@given(st.text() | DIGITS | st.text("0123456789 .'", max_size=20), st.booleans())
def test_no_digit_of_an_identifier_is_invented(value: str, rounded: bool) -> None:
    found = identifier(value, rounded)
    written = "".join(sign for sign in value if sign.isdigit())
    assert (found.stem is not None) == (found.kind is IdKind.ZEROED)
    assert (found.local is not None) == (found.kind is IdKind.TEMPORARY)
    for digits, length in ((found.digits, 16), (found.local, 16), (found.stem, 15)):
        assert digits is None or digits == written[:length]
    assert not (rounded and found.digits and found.digits.endswith("0"))


@given(DIGITS)
def test_the_parts_of_a_number_are_the_number(digits: str) -> None:
    assert "".join(id_parts(digits)) == digits
    assert "".join(id_parts(digits[:15])) == digits[:15]
    assert kk_signs(digits).region == digits[:6]


@given(st.text() | st.text("0123456789 -'", max_size=16), st.integers(1, 16))
def test_a_card_number_gains_nothing_but_leading_zeros(value: str, length: int) -> None:
    found = card_number(value, length)
    if found is not None:
        written = "".join(sign for sign in value if sign.isdigit())
        assert len(found) == length
        assert found.lstrip("0") == written.lstrip("0")
        assert card_number(found, length) == found


@given(NAMES | st.text())
def test_no_letter_of_a_name_is_lost_between_its_parts(value: str) -> None:
    tidied = names.name(value)
    if tidied is not None:
        parts = names.name_parts(tidied)
        assert parts.key == names.name_key(tidied)
        others = (*parts.titles, *parts.degrees, parts.parentage, parts.late)
        assert letters(parts.key, *others) == letters(tidied)


@given(LATIN | NAMES | st.text())
def test_sounding_twice_is_sounding_once(value: str) -> None:
    once = name_sound(value)
    assert name_sound(once) == once
    assert len(once.split()) == len(value.split())


@given(LATIN)
def test_a_sound_is_written_with_fewer_letters(value: str) -> None:
    for word in name_sound(value).split():
        assert len(word) == 1 or not set(word) & set("ZQV")


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,-/'"))
def test_how_a_cell_is_written_changes_nothing(value: str) -> None:
    for other in same_cell(value):
        assert names.name(other) == names.name(value)
        assert addresses.parse(other) == addresses.parse(value)
        assert dates.born(other, "2024-05-31") == dates.born(value, "2024-05-31")
        assert codes.occupation(other) == codes.occupation(value)
        assert INDEX.resolve(other, BPS, other, other) == INDEX.resolve(value, BPS, value, value)
        assert identifier(other).digits == identifier(value).digits


@given(DATES, st.booleans())
def test_the_other_reading_of_a_day_reads_back_as_the_first(value: str, month_first: bool) -> None:
    found = dates.born(value, "2024-05-31", month_first)
    if found.swapped:
        year, month, day = found.swapped.split("-")
        assert found.on == f"{year}-{day}-{month}"
        assert dates.born(found.swapped, "2024-05-31").swapped == found.on


@given(DATES)
def test_a_day_read_with_the_month_first_says_so(value: str) -> None:
    found = dates.born(value, "2024-05-31", month_first=True)
    if found.on and found.notation is not dates.Notation.MONTH_FIRST:
        assert dates.born(value, "2024-05-31").on == found.on


@given(st.dates(), st.dates())
def test_an_age_grows_by_one_each_year(born_on: date, on: date) -> None:
    age = dates.age_on(born_on.isoformat(), on.isoformat())
    assert (age >= 0) == (born_on <= on)
    if on.year < 9999 and (on.month, on.day) != (2, 29):
        assert dates.age_on(born_on.isoformat(), on.replace(year=on.year + 1).isoformat()) == age + 1


@given(ADDRESSES | st.text())
def test_the_pieces_of_an_address_are_its_text(value: str) -> None:
    found = addresses.parse(value)
    assert "".join(piece.written for piece in found.pieces) == (addresses.text(value) or "")


@given(ADDRESSES)
def test_no_part_of_an_address_is_invented_or_lost(value: str) -> None:
    found = addresses.parse(value)
    for piece in found.pieces:
        if piece.part in (addresses.Part.RT, addresses.Part.RW):
            digits = "".join(sign for sign in piece.written if sign.isdigit())
            assert int(piece.value or "0") == int(digits)
        elif piece.part in (addresses.Part.STREET, addresses.Part.LANE, addresses.Part.REST):
            assert letters(piece.value) == letters(piece.written)
    kept = [piece.value for piece in found.pieces if piece.part is addresses.Part.REST and piece.value]
    assert (found.rest or "") == " ".join(kept)
    for part in (addresses.Part.STREET, addresses.Part.LANE, addresses.Part.NUMBER, addresses.Part.BLOCK):
        assert sum(piece.part is part for piece in found.pieces) <= 1


@given(st.text(), st.text(), st.text())
def test_an_area_found_is_one_of_the_list(code: str, kecamatan: str, kelurahan: str) -> None:
    for system in (KEMENDAGRI, BPS):
        found = INDEX.resolve(code, system, kecamatan, kelurahan)
        assert found is None or INDEX.by_code(KEMENDAGRI, found.code) is not None
