"""A family card by its number: who is listed on it, as far as the asker may see them."""

from __future__ import annotations

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import DefineAgency
from hub.commands.programmes import DefineProgramme, Enrol, ProposeEnrolment
from hub.domain.errors import InvalidInput
from hub.domain.selection import pick
from hub.questions.model import Disclosures, FamilyCardByNumber
from tests.spec.hubs import Town
from tests.spec.test_households import HERE, NIKS, THERE, listed, person_of

CARD, OTHER = "3273010101010001", "3273010101010002"
SEEN = (
    pick("id"), pick("number"), pick("head", pick("name")), pick("persons", pick("name")),
    pick("withheld", pick("field")),
)  # fmt: skip


def test_a_family_card_is_found_by_its_number_and_shows_whom_the_asker_sees(bare: Town) -> None:
    listed(bare, "dtks", "2024-01-31", "ab", kk=CARD)
    listed(bare, "p3ke", "2024-01-31", "cd", area=THERE, kk=OTHER)
    bare.register("lina", "petugas_kelurahan", territory=HERE)
    bare.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
    bare.register("sari", "petugas_opd", "dinsos")
    bare.submit(STEWARD, DefineProgramme("pkh", "PKH", "dinsos"))
    proposed = bare.submit("sari", ProposeEnrolment("pkh", nik=NIKS["b"], born_on="1980-01-01"))
    hidden = bare.ask("sari", FamilyCardByNumber(CARD, SEEN))
    bare.submit(STEWARD, Enrol(str(proposed.subject)))

    whole = bare.ask(STEWARD, FamilyCardByNumber(f" {CARD[:6]} {CARD[6:]}", SEEN))
    assert (whole["number"], whole["head"], whole["withheld"]) == (CARD, {"name": "NAMA a"}, [])
    assert whole["persons"] == [{"name": "NAMA a"}, {"name": "NAMA b"}]
    ours = bare.ask("lina", FamilyCardByNumber(CARD, SEEN))
    assert ours == {**whole, "number": "*" * 16, "withheld": [{"field": "number"}]}
    assert bare.ask("lina", FamilyCardByNumber(OTHER, SEEN)) is None
    assert bare.ask("lina", FamilyCardByNumber("3273010101010009", SEEN)) is None
    assert hidden is None, "a proposal opens nothing"
    helped = bare.ask("sari", FamilyCardByNumber(CARD, SEEN))
    assert (helped["head"], helped["persons"]) == (None, [{"name": "NAMA b"}])

    bare.submit(ADMIN, DefineAgency("inspektorat", "Inspektorat"))
    bare.register("irma", "pemeriksa", "inspektorat")
    newest = bare.ask("irma", Disclosures())["edges"][0]["node"]
    assert newest["question"] == "FamilyCardByNumber"
    assert set(newest["subjects"]) == {whole["id"], person_of(bare, "b")}
    with bare.refuses(InvalidInput):
        bare.ask(STEWARD, FamilyCardByNumber("32730", SEEN))
