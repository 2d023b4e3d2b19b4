"""Names: what is kept, what a key leaves out, and what must never become one."""

from __future__ import annotations

import pytest

from hub.domain.standard.names import (
    NameParts,
    mother_name,
    name,
    name_flags,
    name_key,
    name_parts,
    name_shape,
)


def key(written: str) -> str:
    found = name(written)
    assert found is not None
    return name_key(found)


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("  asep   hidayat ", "ASEP HIDAYAT"),
        ('"SITI" AISYAH', "SITI AISYAH"),
        ("'ASEP", "ASEP"),
        ("NUR\u2019AENI", "NUR'AENI"),
        ("E\u0301NI", "\u00c9NI"),
        ("ASEP\u00a0HIDAYAT", "ASEP HIDAYAT"),
        ("ASEP\x00HIDAYAT", "ASEP HIDAYAT"),
    ],
)
def test_a_name_is_upper_trimmed_and_nfc(written: str, tidied: str) -> None:
    assert name(written) == tidied


@pytest.mark.parametrize("written", ["", "-", "0", ".", "TIDAK ADA", "NN"])
def test_a_cell_that_names_nobody_is_no_name(written: str) -> None:
    assert name(written) is None


def test_the_word_mother_is_no_mothers_name() -> None:
    assert mother_name("IBU") is None
    assert mother_name("IBU AISAH") == "IBU AISAH"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("H. ABAH", "ABAH"),
        ("H.ABAH", "ABAH"),
        ("HJ. SITI AISYAH", "SITI AISYAH"),
        ("KH. DRS. UJANG, M.SI", "UJANG"),
        ("R. SITI RAJA", "SITI RAJA"),
        ("IIS, S.PD., M.PD", "IIS"),
        ("HIDAYAT, ASEP", "HIDAYAT ASEP"),
        ("AN. DEDI", "DEDI"),
        ("AN NISA", "AN NISA"),
        ("NY. LILIS", "LILIS"),
        ("WIWI BINTI DENI", "WIWI"),
        ("DUDI BIN DENI", "DUDI"),
        ("BINTI", "BINTI"),
        ("MAMAN (ALM)", "MAMAN"),
        ("MAMAN ALM", "MAMAN"),
        ("SALMAH", "SALMAH"),
        ("ASEP H", "ASEP H"),
        ("RADEN", "RADEN"),
        ("H", "H"),
        ("M. YUSUF", "M YUSUF"),
        ("NUR'AENI", "NURAENI"),
        ("...", "..."),
    ],
)
def test_a_key_leaves_out_titles_degrees_and_parentage(written: str, expected: str) -> None:
    assert key(written) == expected


@pytest.mark.parametrize(
    "words",
    [
        ("ANI", "YANI", "HANI"), ("ADI", "HADI", "YADI"), ("DEDE", "DEDEH"), ("ANWAR", "YANUAR"),
        ("PUJI", "FUJI"),
        ("IDA", "IDAH"), ("YAYA", "YAYAH"), ("DODI", "DUDI"), ("YUSUF", "YUSUP"),
        ("MUHAMMAD", "M", "MUHAMAD"),
    ],
)  # fmt: skip
def test_different_names_keep_different_keys(words: tuple[str, ...]) -> None:
    assert len({key(word) for word in words}) == len(words)


def test_a_newborn_does_not_get_the_mothers_key() -> None:
    assert key("BAYI NY. LILIS") != key("LILIS")
    assert name_flags("BAYI NY. LILIS") == ["named_baby"]
    assert name_flags("MAMAN (ALM)") == ["named_late"]
    assert name_flags("SALMAH") == []


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("ASEP HIDAYAT", NameParts("ASEP HIDAYAT")),
        ("KH. DRS. UJANG, M.SI", NameParts("UJANG", ("KH.", "DRS."), ("M.SI",))),
        ("H.ABAH", NameParts("ABAH", ("H.",))),
        ("AN. DEDI", NameParts("DEDI", ("AN.",))),
        ("WIWI BINTI DENI", NameParts("WIWI", parentage="BINTI DENI")),
        ("MAMAN (ALM)", NameParts("MAMAN", late="(ALM)")),
        ("H. MAMAN BIN H. ASEP (ALM), S.AG", NameParts("MAMAN", ("H.",), ("S.AG",), "BIN H. ASEP", "(ALM)")),
        ("BAYI NY. LILIS", NameParts("BAYI LILIS", ("NY.",), baby=True)),
        ("HIDAYAT, ASEP", NameParts("HIDAYAT ASEP")),
        ("...", NameParts("...")),
    ],
)
def test_what_a_key_leaves_out_stands_in_the_parts(written: str, parts: NameParts) -> None:
    assert name_parts(written) == parts
    assert name_key(written) == parts.key


@pytest.mark.parametrize(
    ("key", "flags"),
    [
        ("ASEP HIDAYAT", []),
        ("M YUSUF", ["named_initial"]),
        ("SITI N", ["named_initial"]),
        ("SITINURHALIZA", ["named_joined", "named_one_word"]),
        ("MUHAMADYUSUF ALI", ["named_joined"]),
        ("DEWIPUSPITASARI", ["named_joined", "named_one_word"]),
        ("ABDULLAH", ["named_one_word"]),
        ("SITIAWATI", ["named_one_word"]),
        ("HIDAYATULLAH", ["named_one_word"]),
        ("DADANG", ["named_one_word"]),
    ],
)
def test_initials_and_joined_words_are_told_and_not_guessed_at(key: str, flags: list[str]) -> None:
    assert name_shape(key) == flags
