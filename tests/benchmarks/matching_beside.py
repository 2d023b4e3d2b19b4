"""What the matcher is measured beside: joining by NIK, the points that an office gives, and Splink as it comes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import closing

import duckdb
import pyarrow as pa
import splink.comparison_library as stock
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from hub.matching.evaluate import Row
from hub.matching.rows import MatchRow

Pairs = Iterable[tuple[int, int]]
_POINTS = 80
_SURE = 0.95
_BLOCKS = (("nik",), ("born_on", "area"), ("name", "born_year"), ("kk", "born_on"), ("area", "name"))


def by_nik(rows: Sequence[MatchRow]) -> dict[Row, str]:
    """Rows with one valid NIK are one person."""
    return {row.key: row.nik or f"alone {number}" for number, row in enumerate(rows)}


def by_points(rows: Sequence[MatchRow]) -> dict[Row, str]:
    """One NIK; else name 50, birth date 30, address 20, together at least 80 (BPS Sulawesi Tengah, 2026)."""
    with closing(duckdb.connect()) as connection:
        connection.register("given", _table(rows))
        connection.execute("CREATE TABLE row AS SELECT * FROM given")
        candidates = " UNION ".join(
            f"SELECT a.unique_id, b.unique_id FROM row a JOIN row b USING ({', '.join(columns)})"
            " WHERE a.unique_id < b.unique_id"
            for columns in _BLOCKS
        )
        found = connection.execute(
            f"SELECT l, r FROM ({candidates}) pair(l, r) JOIN row a ON a.unique_id = l JOIN row b ON b.unique_id = r"
            " WHERE coalesce(a.nik = b.nik, false) OR 50 * coalesce(jaro_winkler_similarity(a.name, b.name), 0)"
            " + 30 * coalesce((a.born_on = b.born_on)::INT, 0)"
            f" + 20 * coalesce(jaro_winkler_similarity(a.address, b.address), 0) >= {_POINTS}"
        ).fetchall()
    return _components(rows, found)


def by_stock_splink(rows: Sequence[MatchRow]) -> dict[Row, str]:
    """Splink's own comparisons, trained as its manual says, connected components of what is 95 per cent sure."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with closing(duckdb.connect()) as connection:
        api = DuckDBAPI(connection)
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[
                stock.NameComparison("name"),
                stock.DateOfBirthComparison("born_on", input_is_string=True),
                stock.LevenshteinAtThresholds("nik", [1, 2]),
                stock.ExactMatch("kk"),
                stock.ExactMatch("sex"),
                stock.JaroWinklerAtThresholds("address", [0.9, 0.7]),
                stock.ExactMatch("area"),
            ],
            blocking_rules_to_generate_predictions=[block_on(*columns) for columns in _BLOCKS],
            probability_two_random_records_match=1 / max(2, len(rows)),
            retain_matching_columns=False,
        )
        linker = Linker(api.register(_table(rows)), settings, log_level=None)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for columns in (("nik",), ("name", "born_on")):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns), fix_probability_two_random_records_match=True
            )
        scored = linker.inference.predict(threshold_match_probability=_SURE)
        found = connection.execute(f"SELECT unique_id_l, unique_id_r FROM {scored.physical_name}").fetchall()
    return _components(rows, found)


def _table(rows: Sequence[MatchRow]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "unique_id": number,
                "name": row.name_key,
                "nik": row.nik,
                "kk": row.kk,
                "sex": row.sex,
                "born_on": row.born_on,
                "born_year": row.born_on[:4] if row.born_on else None,
                "area": row.area,
                "address": f"{row.street_key} {row.number or ''}" if row.street_key else None,
            }
            for number, row in enumerate(rows)
        ]
    )


def _components(rows: Sequence[MatchRow], pairs: Pairs) -> dict[Row, str]:
    above = list(range(len(rows)))

    def top(row: int) -> int:
        while above[row] != row:
            above[row] = above[above[row]]
            row = above[row]
        return row

    for left, right in pairs:
        above[top(left)] = top(right)
    return {row.key: str(top(number)) for number, row in enumerate(rows)}
