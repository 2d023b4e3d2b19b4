"""Signed checkpoints: what is signed is what is read, and every changed character is noticed."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.errors import HubError, LedgerFault
from hub.ledger.note import Signer, Verifier

ORIGIN = "hub.uji/changes"
ROOT = hashlib.sha256(b"akar").digest()
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
NOTE = SIGNER.sign(1234, ROOT).note
TEXT = f"{ORIGIN}\n1234\n{base64.b64encode(ROOT).decode()}\n"


def _signed(text: str, signer: Signer = SIGNER, name: str = ORIGIN) -> str:
    """Any text, truly signed: what is refused then is refused for what it says."""
    signature = signer._key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signer.verifier.key_id + signature).decode()}\n"


def test_a_checkpoint_is_a_c2sp_note_of_three_lines_and_a_signature() -> None:
    assert _signed(TEXT) == NOTE
    lines = NOTE.split("\n")
    assert lines[:4] == [ORIGIN, "1234", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]


def test_a_checkpoint_reads_back() -> None:
    signed = SIGNER.verifier.open(NOTE)
    assert (signed.origin, signed.size, signed.root, signed.note) == (ORIGIN, 1234, ROOT, NOTE)


def test_the_key_id_is_the_hash_of_name_and_key() -> None:
    name, key_id, key = SIGNER.verifier.vkey.split("+", 2)
    raw = base64.b64decode(key)
    assert name == ORIGIN
    assert raw[:1] == b"\x01"
    assert len(raw) == 33
    assert key_id == hashlib.sha256(ORIGIN.encode() + b"\n" + raw).digest()[:4].hex()


def test_a_stranger_opens_a_checkpoint_with_the_verifier_key_alone() -> None:
    assert Verifier.from_vkey(SIGNER.verifier.vkey).open(NOTE).root == ROOT


def test_every_changed_character_of_a_note_is_refused() -> None:
    for at, old in enumerate(NOTE):
        for new in {chr(ord(old) ^ 1), "A", "0", "\n", " ", "é", "\u2028"} - {old}:
            with pytest.raises(LedgerFault):
                SIGNER.verifier.open(NOTE[:at] + new + NOTE[at + 1 :])


def test_every_missing_or_doubled_character_of_a_note_is_refused() -> None:
    for at, old in enumerate(NOTE):
        with pytest.raises(LedgerFault):
            SIGNER.verifier.open(NOTE[:at] + NOTE[at + 1 :])
        if at < len(NOTE) - 1:  # an empty line after the last signature says nothing and is no signature
            with pytest.raises(LedgerFault):
                SIGNER.verifier.open(NOTE[: at + 1] + old + NOTE[at + 1 :])


@pytest.mark.parametrize(
    "note",
    ["", "\n", "\n\n", "\n\n\n", "x", NOTE * 2, NOTE.strip(), "\n" + NOTE, NOTE.replace("\n", "\r\n"),
     NOTE.replace("—", "-"), NOTE.partition("\n\n")[0] + "\n\n", TEXT, TEXT + "\n", NOTE + "\n" + NOTE,
     "\ud800", NOTE.replace("1234", "1235"), NOTE.replace(ORIGIN, "hub.uji/disclosures")],
)  # fmt: skip
def test_refuses_what_is_no_note(note: str) -> None:
    with pytest.raises(LedgerFault):
        SIGNER.verifier.open(note)


@pytest.mark.parametrize(
    "size", ["", "01", "+1", "-1", " 1", "1 ", "1.0", "1e3", "0x10", "٣", "²", "1_000", "9" * 20, "9" * 5000]
)
def test_refuses_a_size_that_is_not_written_plainly_even_when_it_is_signed(size: str) -> None:
    with pytest.raises(LedgerFault):
        SIGNER.verifier.open(_signed(TEXT.replace("1234", size)))


_IN_TEXT = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "root",
    ["", "AAAA", _IN_TEXT[:-1], _IN_TEXT[:-2] + "B=", " " + _IN_TEXT, _IN_TEXT + " ", ROOT.hex(), "é",
     base64.b64encode(ROOT + b"x").decode(), base64.urlsafe_b64encode(b"\xfb" * 32).decode()],
)  # fmt: skip
def test_refuses_a_root_that_is_not_32_bytes_of_proper_base64_even_when_it_is_signed(root: str) -> None:
    with pytest.raises(LedgerFault):
        SIGNER.verifier.open(_signed(TEXT.replace(_IN_TEXT, root)))


def test_refuses_the_checkpoint_of_another_log_or_another_key() -> None:
    other_log = Signer("hub.uji/disclosures", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
    other_key = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))
    for signer in (other_log, other_key):
        with pytest.raises(LedgerFault):
            SIGNER.verifier.open(signer.sign(1234, ROOT).note)
    with pytest.raises(
        LedgerFault
    ):  # the key's name is part of its id: one log's key does not speak for another
        SIGNER.verifier.open(_signed(TEXT, other_log))


def test_cosignatures_of_others_stand_beside_the_log_s_own() -> None:
    witness = "— witness.uji " + base64.b64encode(b"id12" + bytes(72)).decode() + "\n"
    text, _, signature = NOTE.partition("\n\n")
    for note in (NOTE + witness, f"{text}\n\n{witness}{signature}"):
        assert SIGNER.verifier.open(note).size == 1234
    with pytest.raises(LedgerFault):
        SIGNER.verifier.open(f"{text}\n\n{witness}")


def test_a_wrong_signature_is_not_outweighed_by_a_right_one() -> None:
    wrong = base64.b64encode(SIGNER.verifier.key_id + bytes(64)).decode()
    text, _, signature = NOTE.partition("\n\n")
    with pytest.raises(LedgerFault):
        SIGNER.verifier.open(f"{text}\n\n— {ORIGIN} {wrong}\n{signature}")


def test_an_extension_line_is_signed_with_the_rest() -> None:
    note = _signed(TEXT + "catatan\n")
    assert SIGNER.verifier.open(note).size == 1234
    with pytest.raises(LedgerFault):
        SIGNER.verifier.open(note.replace("catatan", "Catatan"))


@pytest.mark.parametrize(
    "vkey",
    ["", "x", "a+b", "a+b+c", f"{ORIGIN}+00000000+" + SIGNER.verifier.vkey.split("+", 2)[2],
     SIGNER.verifier.vkey[:-4], SIGNER.verifier.vkey + "A", SIGNER.verifier.vkey.replace("uji", "uja"),
     SIGNER.verifier.vkey.upper(), "é+é+é", "\ud800"],
)  # fmt: skip
def test_refuses_what_is_no_verifier_key(vkey: str) -> None:
    with pytest.raises(LedgerFault):
        Verifier.from_vkey(vkey)


def test_refuses_a_verifier_key_of_another_algorithm() -> None:
    raw = b"\x02" + SIGNER.verifier._raw
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + raw).digest()[:4].hex()
    with pytest.raises(LedgerFault):
        Verifier.from_vkey(f"{ORIGIN}+{key_id}+{base64.b64encode(raw).decode()}")


@pytest.mark.parametrize("origin", ["", "hub kota", "hub+kota", "hub\nkota", "hub\u00a0kota", "hub\tkota"])
def test_a_name_that_no_note_can_carry_is_refused_before_anything_is_signed(origin: str) -> None:
    with pytest.raises(HubError):
        Signer(origin, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
