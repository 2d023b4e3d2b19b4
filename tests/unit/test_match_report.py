"""The report of matching: pictures that a browser can draw, and nothing of anybody's values in them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from hub.matching.evaluate import Row
from hub.matching.frozen import rubric_of
from hub.matching.model import default_model
from hub.matching.report import Found, Told, curve, page

RUBRIC = rubric_of(default_model())
LEVELS = tuple(len(levels) - 1 for _, _, levels in RUBRIC)


def _row(number: int) -> Row:
    return ("dtks", f"{number:04}")


def _found(left: int, right: int, weight: float, outcome: str = "SAME") -> Found:
    return Found((_row(left), _row(right)), outcome, weight, LEVELS)


FOUND = [_found(1, 2, 20.0), _found(3, 4, 15.0), _found(5, 6, 12.0), _found(1, 6, 1.5, "QUEUED")]
TRUTH = {
    _row(1): "a",
    _row(2): "a",
    _row(3): "b",
    _row(4): "b",
    _row(5): "c",
    _row(6): "d",
    _row(7): "e",
    _row(8): "e",
}


def _told(found: list[Found], truth: dict[Row, str] | None = None) -> Told:
    return Told("ab" * 32, RUBRIC, 8, 5, found, truth)


@pytest.mark.parametrize("found", [FOUND, FOUND[:3], []], ids=["all", "no queue", "nothing"])
@pytest.mark.parametrize("truth", [None, TRUTH], ids=["alone", "with the truth"])
def test_every_picture_is_drawn(found: list[Found], truth: dict[Row, str] | None) -> None:
    text = page(_told(found, truth))
    drawn = [ET.fromstring(each) for each in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]
    assert len(drawn) >= len(RUBRIC)
    assert all(each.get("aria-label") for each in drawn)
    assert text.count("<h2>") == 2 + (found == FOUND) + (truth is not None)


def test_no_key_of_a_row_is_told() -> None:
    text = page(_told(FOUND, TRUTH))
    assert not any(f">{row[1]}<" in text or f" {row[1]}" in text for row in TRUTH)


def test_steps_of_the_doubtful_pair_lead_to_its_weight() -> None:
    text = page(_told(FOUND))
    steps = text[text.index("langkah demi langkah") :]
    picture = ET.fromstring(re.findall(r"<svg.*?</svg>", steps, re.DOTALL)[0])
    texts = [each.text or "" for each in picture.iter() if each.tag.endswith("text")]
    weights = [float(each) for each in texts if re.fullmatch(r"[+-][0-9.]+", each)]
    assert sum(weights[:-1]) == pytest.approx(weights[-1], abs=0.5)
    assert weights[-1] == 1.5


def test_precision_and_recall_are_those_of_pairs_joined_from_a_weight_on() -> None:
    assert curve(FOUND, TRUTH) == [
        (20.0, 1.0, 1 / 3), (15.0, 1.0, 2 / 3), (12.0, 2 / 3, 2 / 3), (1.5, 1 / 2, 2 / 3),
    ]  # fmt: skip
