"""What matching came to, as one page with pictures: for people, in their language, without a row's value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import svg

from hub.commands.bonds import QUEUED, SAME
from hub.commands.matching import Rubric
from hub.domain.facts import Actor
from hub.matching.evaluate import Partition, Row
from hub.matching.frozen import model_of, rubric_of
from hub.matching.reading import Progress, pages
from hub.questions.model import MatchesKnown, MatchRows, RunningModel
from hub.service import Doors

_WIDTH, _LABEL, _ROW = 760, 270, 18
_FOR, _AGAINST, _DOUBT, _INK, _LINE = "#2a6f4e", "#b0413e", "#c98a1b", "#222222", "#cccccc"


@dataclass(frozen=True, slots=True)
class Found:
    """A pair of which the machine found something."""

    rows: tuple[Row, Row]
    outcome: str
    weight: float
    """Bits."""
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Told:
    """What the page tells."""

    digest: str
    rubric: Rubric
    rows: int
    persons: int
    found: Sequence[Found] = field(repr=False)
    truth: Partition | None = field(default=None, repr=False)


async def read(hub: Doors, matcher: Actor, truth: Partition | None, progress: Progress) -> Told | None:
    """What stands in the ledger; None when nothing was ever matched."""
    running = (await hub.ask(matcher, RunningModel())).data
    if running is None:
        return None
    keys: dict[str, Row] = {}
    persons = set()
    async for stretch in pages(hub, matcher, MatchRows):
        for each in stretch["rows"]:
            keys[each["record"]] = (each["register"], each["row_key"] or "")
            persons.add(each["person"])
        progress("Reading rows", len(keys), None)
    found = [
        Found(
            (keys[each["left"]], keys[each["right"]]),
            each["outcome"],
            each["weight"] / 1000,
            tuple(each["levels"]),
        )
        async for stretch in pages(hub, matcher, MatchesKnown)
        for each in stretch["matches"]
        if each["outcome"] in {SAME, QUEUED}
    ]
    rubric = rubric_of(model_of(running["settings"]))
    return Told(running["digest"], rubric, len(keys), len(persons - {None}), found, truth)


def page(told: Told) -> str:
    """The page, one HTML file that needs nothing else."""
    doubt = max(
        (each for each in told.found if each.outcome == QUEUED), key=lambda each: each.weight, default=None
    )
    counts = Counter(each.outcome for each in told.found)
    parts = [
        "<h1>Laporan pemadanan</h1>",
        f"<p>{told.rows:,} baris menjadi {told.persons:,} individu. {counts[SAME]:,} pasangan baris dinyatakan sama, "
        f"{counts[QUEUED]:,} menunggu keputusan walidata. Model padan <code>{escape(told.digest[:12])}</code>.</p>",
        "<h2>Sebaran bobot</h2>",
        "<p>Bobot adalah bukti dalam bit: di atas 0 mendukung satu orang, di bawahnya menolak.</p>",
        "<h3>Dinyatakan sama</h3>",
        _histogram(told.found, SAME, _FOR),
        "<h3>Menunggu keputusan</h3>",
        _histogram(told.found, QUEUED, _DOUBT),
    ]
    if doubt is not None:
        parts += [
            "<h2>Satu pasangan, langkah demi langkah</h2>",
            f"<p>Pasangan yang paling mendekati di antrean, bobot {doubt.weight:+.1f}: "
            f"satu baris {escape(doubt.rows[0][0])} dan satu baris {escape(doubt.rows[1][0])}.</p>",
            _waterfall(doubt, told.rubric),
        ]
    if told.truth is not None:
        parts += [
            "<h2>Presisi dan cakupan</h2>",
            "<p>Seandainya setiap pasangan mulai dari suatu bobot digabung, dibandingkan dengan kebenaran.</p>",
            _curve(told.found, told.truth),
        ]
    parts += [
        "<h2>Bobot setiap tingkat</h2>",
        *(_comparison(name, levels) for name, _, levels in told.rubric),
    ]
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Laporan pemadanan</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:800px;margin:2rem auto;padding:0 1rem;color:#222}"
    "h2{margin-top:2.5rem}h3{margin:1.5rem 0 .3rem}svg{max-width:100%;height:auto}"
)


def _drawing(height: float, elements: list[svg.Element], title: str) -> str:
    drawn = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, _WIDTH, height), width=_WIDTH, height=height, elements=elements,
        extra={"role": "img", "aria-label": title},
    )  # fmt: skip
    return drawn.as_str()


def _label(x: float, y: float, text: str, anchor: str = "start", size: float = 12) -> svg.Text:
    placed: Mapping[str, str] = {"text-anchor": anchor}
    return svg.Text(
        x=x,
        y=y,
        text=escape(text),
        font_size=size,
        fill=_INK,
        font_family="system-ui,sans-serif",
        extra=dict(placed),
    )


def _bars(rows: Sequence[tuple[str, float, float]], title: str) -> str:
    """Horizontal bars, each with a name, from where to where."""
    ends = [0.0, *(end for _, begin, stop in rows for end in (begin, stop))]
    least, most = min(ends), max(ends)
    scale = (_WIDTH - _LABEL - 70) / ((most - least) or 1)

    def at(value: float) -> float:
        return _LABEL + (value - least) * scale

    height = _ROW * len(rows) + 8
    drawn: list[svg.Element] = [svg.Line(x1=at(0), x2=at(0), y1=0, y2=height, stroke=_LINE)]
    for number, (name, begin, stop) in enumerate(rows):
        y = number * _ROW + 4
        left, right = sorted((at(begin), at(stop)))
        drawn.append(svg.Rect(x=left, y=y, width=max(1.0, right - left), height=_ROW - 5,
                              fill=_FOR if stop >= begin else _AGAINST))  # fmt: skip
        drawn.append(_label(_LABEL - 8, y + 11, name, "end"))
        drawn.append(_label(right + 5, y + 11, f"{stop - begin:+.1f}"))
    return _drawing(height, drawn, title)


def _comparison(name: str, levels: Sequence[tuple[str, int]]) -> str:
    rows = [(level, 0.0, weight / 1000) for level, weight in levels if weight]
    return f"<h3>{escape(_NAMES.get(name, name))}</h3>{_bars(rows, f'Bobot tingkat {name}')}"


def _waterfall(found: Found, rubric: Rubric) -> str:
    """How the prior and each comparison lead to the weight of a pair."""
    steps = [
        (f"{_NAMES.get(name, name)}: {levels[at][0]}", levels[at][1] / 1000)
        for (name, _, levels), at in zip(rubric, found.levels, strict=True)
    ]
    prior = found.weight - sum(weight for _, weight in steps)
    rows, total = [], 0.0
    for name, weight in (("peluang awal", prior), *steps):
        rows.append((name, total, total + weight))
        total += weight
    return _bars([*rows, ("bobot", 0.0, total)], "Langkah demi langkah dari peluang awal ke bobot")


def _histogram(found: Sequence[Found], outcome: str, colour: str) -> str:
    """How many pairs of an outcome weigh how much, a bit a bar."""
    counts = Counter(int(each.weight // 1) for each in found if each.outcome == outcome)
    if not counts:
        return "<p>Tidak ada.</p>"
    least, most, high = min(counts), max(counts), 120.0
    wide = min(40.0, (_WIDTH - 80) / (most - least + 1))
    drawn: list[svg.Element] = [svg.Line(x1=40, x2=_WIDTH - 20, y1=high + 20, y2=high + 20, stroke=_LINE)]
    for weight in range(least, most + 1):
        x, tall = 40 + (weight - least) * wide, high * counts[weight] / max(counts.values())
        drawn.append(svg.Rect(x=x, y=high + 20 - tall, width=max(1.0, wide - 1), height=tall, fill=colour))
        if weight % 10 == 0 or weight in {least, most}:
            drawn.append(_label(x + wide / 2, high + 36, str(weight), "middle"))
        if counts[weight] == max(counts.values()):
            drawn.append(_label(x + wide / 2, high + 14 - tall, f"{counts[weight]:,}", "middle"))
    return _drawing(high + 44, drawn, f"Sebaran bobot pasangan: {outcome}")


def curve(found: Sequence[Found], truth: Partition) -> list[tuple[float, float, float]]:
    """(weight, precision, recall) for each weight from which pairs would be joined, pair by pair, highest first."""
    sizes = Counter(truth.values())
    there = sum(size * (size - 1) // 2 for size in sizes.values())
    known = [each for each in found if all(row in truth for row in each.rows)]
    points: list[tuple[float, float, float]] = []
    right = 0
    for number, each in enumerate(sorted(known, key=lambda each: -each.weight), start=1):
        right += truth[each.rows[0]] == truth[each.rows[1]]
        if number == len(known) or number % max(1, len(known) // 400) == 0:
            points.append((each.weight, right / number, right / there if there else 1.0))
    return points


def _curve(found: Sequence[Found], truth: Partition) -> str:
    points = curve(found, truth)
    size, left = 260.0, 60.0
    least = min((precision for _, precision, _ in points), default=1.0)
    floor = max(0.0, min(0.9, least - 0.02))
    drawn: list[svg.Element] = [
        svg.Rect(x=left, y=10, width=size * 2, height=size, fill="none", stroke=_LINE)
    ]
    placed = [
        (left + recall * size * 2, 10 + size * (1 - (precision - floor) / (1 - floor)))
        for _, precision, recall in points
    ]
    line = [svg.Point(*point) for point in placed]
    drawn.append(svg.Polyline(points=line, fill="none", stroke=_FOR, stroke_width=2))
    for share in (0.0, 0.5, 1.0):
        drawn.append(_label(left + share * size * 2, size + 26, f"{share:.0%}", "middle"))
        drawn.append(_label(left - 6, 14 + size * (1 - share), f"{floor + share * (1 - floor):.1%}", "end"))
    drawn += [_label(left + size, size + 44, "cakupan", "middle"), _label(left + 4, 24, "presisi")]
    return _drawing(size + 52, drawn, "Presisi terhadap cakupan")


_NAMES = {
    "name": "nama", "identity": "NIK dan tanggal lahir", "sex": "jenis kelamin", "mother": "nama ibu",
    "birthplace": "tempat lahir", "register": "basis data", "home": "keluarga dan tempat tinggal",
}  # fmt: skip
