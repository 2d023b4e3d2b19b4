"""The area list that the hub ships."""

from __future__ import annotations

from collections import Counter

from hub.reference.areas import areas


def test_lists_the_whole_city_parents_first() -> None:
    listed = areas()
    assert Counter(area["level"] for area in listed) == {
        "PROVINCE": 1, "CITY": 1, "KECAMATAN": 30, "KELURAHAN": 151,
    }  # fmt: skip
    met: set[str | None] = {None}
    for area in listed:
        assert area["parent"] in met
        met.add(area["code"])
    assert len(met) == len(listed) + 1


def test_codes_are_digits_and_hold_their_parents() -> None:
    for area in areas():
        assert area["code"].isdigit()
        assert area["system"] == "KEMENDAGRI"
        assert area["code"].startswith(area["parent"] or "")
        assert area["bps_code"] is None or area["bps_code"].isdigit()


def test_the_same_digits_mean_two_places_in_the_two_systems() -> None:
    kemendagri = {area["code"]: area["name"] for area in areas() if area["level"] == "KELURAHAN"}
    bps = {area["bps_code"]: area["name"] for area in areas() if area["level"] == "KELURAHAN"}
    assert kemendagri["3273111001"] == "Cigereleng"
    assert bps["3273111001"] == "Mekar Mulya"


def test_five_kelurahan_have_no_bps_code() -> None:
    assert {area["name"] for area in areas() if area["bps_code"] is None} == {
        "Ledeng", "Nyengseret", "Pungkur", "Gumuruh", "Mengger",
    }  # fmt: skip


def test_former_names_are_other_names() -> None:
    named = {area["code"]: area for area in areas()}
    assert "Mekarmulya" in named["3273231004"]["former_names"]
    assert named["3273281004"]["name"] == "Mekar Mulya"
    assert named["3273221003"]["former_names"] == []  # differs only by a trailing blank
    for area in areas():
        assert area["name"] not in area["former_names"]
        assert all(name == name.strip() for name in area["former_names"])
