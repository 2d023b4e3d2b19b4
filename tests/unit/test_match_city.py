"""A small made-up city from its files to persons, held against its truth."""

from __future__ import annotations

from random import Random

import pytest

from hub.demo.city import CityFiles, write_registers
from hub.matching.evaluate import Evaluation, Row, evaluate, read_partition
from hub.matching.model import Model, default_model
from hub.matching.persons import Matched, Matching
from hub.matching.rows import MatchRow
from hub.matching.training import train
from tests.benchmarks.matching import REGISTERS
from tests.benchmarks.matching_beside import by_nik
from tests.city_rows import city_rows

PERSONS, SEED = 500, 31


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), PERSONS, SEED, hard=True)


@pytest.fixture(scope="module")
def rows(city: CityFiles, tmp_path_factory: pytest.TempPathFactory) -> list[MatchRow]:
    return city_rows(city, REGISTERS, tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def truth(city: CityFiles) -> dict[Row, str]:
    found = read_partition(city.truth / "persons.csv")
    return {row: person for row, person in found.items() if row[0] in REGISTERS}


def matched(rows: list[MatchRow], model: Model) -> Matched:
    with Matching(rows, model) as matching:
        return matching.match()


def held(found: Matched, truth: dict[Row, str]) -> Evaluation:
    return evaluate({row: "/".join(person) for row, person in found.persons.items()}, truth)


def test_a_hard_city_is_matched_nearly_right_and_whatever_order_its_rows_come_in(
    rows: list[MatchRow], truth: dict[Row, str]
) -> None:
    found = matched(rows, default_model())
    quality = held(found, truth)
    assert (quality.missing, quality.unknown) == (0, 0)
    assert quality.all.f1 >= 0.97
    assert quality.all.precision >= 0.985
    shuffled = list(rows)
    Random(5).shuffle(shuffled)
    assert matched(shuffled, default_model()) == found


def test_a_model_is_trained_from_rows_alone(rows: list[MatchRow], truth: dict[Row, str]) -> None:
    model = train(rows, rounds=1)
    assert model.digest != default_model().digest
    assert model.second["identity"]["nik"].weight > 10
    assert model.second["name"]["different"].weight < 0
    quality = held(matched(rows, model), truth).all
    assert quality.precision >= 0.98
    assert quality.f1 > evaluate(by_nik(rows), truth).all.f1 + 0.05
