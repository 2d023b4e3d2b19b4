"""Only finished releases count: what was given up, or is under way, unites nobody and tells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from hub.bootstrap import STEWARD
from hub.domain.selection import pick
from hub.questions.model import SourceStatements
from tests.spec.deliveries import (
    NIK,
    OTHER_NIK,
    begun,
    demand_agreement,
    dwelling,
    finished,
    given_up,
    person,
)
from tests.spec.hubs import Town

SHOWN = (
    pick("name"), pick("nik"), pick("address", pick("text")), pick("family_cards", pick("number")),
    pick("source_records", pick("id"), pick("row_key"), pick("taken_at"), pick("release", pick("label"), pick("status"))),
    pick("assessments", pick("release"), pick("value")),
)  # fmt: skip
KK, OTHER_KK = "3273010101800101", "3273010101800102"


def rows_of(town: Town) -> list[list[str]]:
    """Row keys of each person."""
    found = town.everybody(STEWARD, SHOWN)
    return sorted(sorted(row["row_key"] for row in each["source_records"]) for each in found)


def only(town: Town) -> Any:
    """The one person there is."""
    (found,) = town.everybody(STEWARD, SHOWN)
    return found


# ------------------------------------------------------------------------------------------- who is one person


def test_a_number_that_only_a_given_up_release_gave_a_row_draws_nobody_to_its_person(bare: Town) -> None:
    finished(bare, "dtks", "a", "2024-01-31", person("k1", "ANI", NIK))
    given_up(bare, "dtks", "b", "2024-02-29", person("k1", "ANI", OTHER_NIK))
    finished(bare, "dtks", "c", "2024-03-31", person("k2", "BUDI", OTHER_NIK))
    assert rows_of(bare) == [["k1"], ["k2"]]


def test_a_number_that_was_corrected_draws_nobody_any_more_and_the_new_one_does(bare: Town) -> None:
    finished(bare, "dtks", "a", "2024-01-31", person("k1", "ANI", NIK))
    finished(bare, "dtks", "b", "2024-02-29", person("k1", "ANI", OTHER_NIK))
    finished(bare, "dtks", "c", "2024-03-31", person("k2", "BUDI", NIK), person("k3", "ANI", OTHER_NIK))
    assert rows_of(bare) == [["k1", "k3"], ["k2"]]


def test_nobody_is_listed_on_the_card_of_a_row_that_has_another_number_now(bare: Town) -> None:
    finished(bare, "dtks", "a", "2024-01-31", person("k1", "ANI", NIK, kk=KK))
    given_up(bare, "dtks", "b", "2024-02-29", person("k1", "ANI", NIK, kk=OTHER_KK))
    finished(bare, "dtks", "c", "2024-03-31", person("k2", "BUDI", OTHER_NIK, kk=OTHER_KK))
    cards = {each["name"]: each["family_cards"] for each in bare.everybody(STEWARD, SHOWN)}
    assert cards == {"ANI": [{"number": KK}], "BUDI": [{"number": OTHER_KK}]}


# ------------------------------------------------------------------------------------------------ golden values


def test_no_value_is_chosen_from_a_release_that_was_given_up(bare: Town) -> None:
    finished(bare, "dtks", "a", "2024-01-31", person("k1", "BENAR"))
    given_up(bare, "dtks", "b", "2024-02-29", person("k1", "SALAH"))
    finished(bare, "dtks", "c", "2024-01-01", person("k2", "LAMA"))
    assert only(bare)["name"] == "BENAR"


def test_an_old_release_that_comes_late_changes_no_value(bare: Town) -> None:
    finished(bare, "dtks", "mar", "2024-03-31", person("k1", "BARU"))
    finished(bare, "dtks", "jan", "2024-01-31", person("k1", "LAMA"))
    assert only(bare)["name"] == "BARU"


def test_a_repetition_that_was_given_up_takes_no_confirmation_away(bare: Town) -> None:
    for label, as_of in (("jan", "2024-01-31"), ("mar", "2024-03-31")):
        finished(bare, "dtks", label, as_of, person("k1", "BENAR"))
    given_up(bare, "dtks", "apr", "2024-04-30", person("k1", "BENAR"))
    finished(bare, "dtks", "feb", "2024-02-29", person("k2", "LAMA"))
    assert only(bare)["name"] == "BENAR"


def test_other_words_that_were_given_up_take_no_confirmation_away(bare: Town) -> None:
    for label, as_of in (("jan", "2024-01-31"), ("mar", "2024-03-31")):
        finished(bare, "dtks", label, as_of, person("k1", "BENAR"))
    given_up(bare, "dtks", "apr", "2024-04-30", person("k1", "SALAH"))
    finished(bare, "dtks", "feb", "2024-02-29", person("k2", "LAMA"))
    assert only(bare)["name"] == "BENAR"


def test_an_address_that_only_a_given_up_release_told_is_nobodys(bare: Town) -> None:
    given_up(bare, "regsosek", "a", "2024-01-31", dwelling("f1", "JL SALAH"))
    finished(bare, "regsosek", "b", "2024-01-31", person("k1", "ANI", family="f1"))
    assert only(bare)["address"] is None
    demand_agreement(bare)


def test_a_move_to_a_family_that_was_given_up_leaves_the_former_address(bare: Town) -> None:
    finished(bare, "dtsen", "a", "2024-01-31", dwelling("f1", "JL SATU"), person("k1", "ANI", family="f1"))
    given_up(bare, "dtsen", "b", "2024-02-29", dwelling("f2", "JL DUA"), person("k1", "ANI", family="f2"))
    finished(bare, "dtsen", "c", "2024-03-31", person("k2", "ANI"))
    assert only(bare)["address"] == {"text": "JL SATU"}


def test_a_family_of_p3ke_that_was_given_up_does_not_swallow_what_its_persons_tell(bare: Town) -> None:
    given_up(bare, "p3ke", "a", "2024-01-31", dwelling("f1", "JL SALAH"))
    spare = dwelling("f1", "JL BENAR", spare=True)
    finished(bare, "p3ke", "b", "2024-01-31", spare, person("k1", "ANI", family="f1"))
    assert only(bare)["address"] == {"text": "JL BENAR"}


def test_the_address_is_what_the_family_told_last_and_what_a_person_tells_of_it_comes_after(
    bare: Town,
) -> None:
    finished(bare, "p3ke", "a", "2024-01-31", dwelling("f1", "JL SATU"), person("k1", "ANI", family="f1"))
    spare = dwelling("f1", "JL LAIN", spare=True)
    finished(bare, "p3ke", "b", "2024-02-29", dwelling("f1", "JL DUA"), person("k1", "ANI", family="f1"))
    finished(bare, "p3ke", "c", "2024-03-31", spare, person("k1", "ANI N", family="f1"))
    assert only(bare)["address"] == {"text": "JL DUA"}
    demand_agreement(bare)


# ------------------------------------------------------------------------------- where a row stands, what was found


@pytest.mark.parametrize("unfinished", [begun, given_up])
@pytest.mark.parametrize("name", ["ANI", "SALAH"])
def test_a_row_stands_in_the_newest_finished_release(bare: Town, unfinished: Any, name: str) -> None:
    finished(bare, "dtks", "jan", "2024-01-31", person("k1", "ANI"))
    (before,) = only(bare)["source_records"]
    unfinished(bare, "dtks", "apr", "2024-04-30", person("k1", name))
    (row,) = only(bare)["source_records"]
    assert row == before
    assert row["release"] == {"label": "jan", "status": "CLOSED"}
    (told,) = bare.ask(STEWARD, SourceStatements(row["id"]))
    assert (told["release"]["label"], told["standardised"]["name"]) == ("jan", "ANI")
    demand_agreement(bare)


def test_a_row_stands_in_the_release_of_the_newest_day_whichever_came_last(bare: Town) -> None:
    for label, as_of in (("mar", "2024-03-31"), ("jan", "2024-01-31")):
        finished(bare, "dtks", label, as_of, person("k1", "ANI"))
    assert [row["release"]["label"] for row in only(bare)["source_records"]] == ["mar"]


def found(town: Town) -> list[tuple[str, str]]:
    return [(each["release"], each["value"]) for each in only(town)["assessments"]]


def family(key: str, decile: str) -> Any:
    return dwelling(key, f"JL {key}", assessed={"decile": decile})


def test_who_changed_family_has_of_each_release_what_it_found_of_the_family_of_then(bare: Town) -> None:
    finished(
        bare,
        "dtsen",
        "jan",
        "2024-01-31",
        family("f1", "1"),
        family("f2", "9"),
        person("k1", "ANI", family="f1"),
    )
    finished(
        bare,
        "dtsen",
        "feb",
        "2024-02-29",
        family("f1", "2"),
        family("f2", "8"),
        person("k1", "ANI", family="f2"),
    )
    finished(
        bare,
        "dtsen",
        "mar",
        "2024-03-31",
        family("f1", "3"),
        family("f2", "7"),
        person("k1", "ANI", family="f2"),
    )
    given_up(bare, "dtsen", "apr", "2024-04-30", family("f1", "4"), person("k1", "ANI", family="f1"))
    assert found(bare) == [("jan", "1"), ("feb", "8"), ("mar", "7")]
    demand_agreement(bare)


def test_a_release_that_only_repeats_a_finding_found_it_again_at_its_own_day(bare: Town) -> None:
    for label, as_of in (("jan", "2024-01-31"), ("feb", "2024-02-29")):
        row = person("k1", "ANI", family="f1", assessed={"percentile": "7"})
        finished(bare, "dtsen", label, as_of, family("f1", "1"), row)
    assert found(bare) == [("jan", "1"), ("jan", "7"), ("feb", "1"), ("feb", "7")]
    demand_agreement(bare)
