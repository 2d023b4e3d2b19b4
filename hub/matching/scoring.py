"""Splink on DuckDB: candidate pairs by blocking rules, and what each pair weighs; none of its objects leave here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from hub.matching.blocking import RULES
from hub.matching.comparisons import FIRST_PASS, Comparison
from hub.matching.model import Ladder

logging.getLogger("splink").setLevel(logging.ERROR)


class Scorer:
    """Scores pairs of the rows in one table of features; holds a database in memory until closed."""

    def __init__(self, rows: pa.Table, threads: int | None = None) -> None:
        self._connection = duckdb.connect()
        if threads:
            self._connection.execute(f"SET threads = {int(threads)}")
        self._number = max(2, rows.num_rows)
        self._connection.register("given", rows)
        self._connection.execute("CREATE TABLE feature AS SELECT *, []::INTEGER[] AS kin FROM given")
        self._connection.unregister("given")

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()

    def candidates(self) -> pa.Table:
        """The pairs that a blocking rule names."""
        linker = self._linker(FIRST_PASS, None)
        return self._arrow(
            f"SELECT DISTINCT join_key_l AS l, join_key_r AS r"
            f" FROM {linker.inference.compute_blocked_pairs_for_predict().physical_name} ORDER BY l, r"
        )

    def candidates_between(self, border: int, rules: Sequence[Sequence[str]]) -> pa.Table:
        """The pairs that a rule names of a row before the border and one from it on."""
        named = " UNION ".join(
            f"SELECT a.unique_id AS l, b.unique_id AS r FROM feature a JOIN feature b USING ({', '.join(columns)})"
            f" WHERE a.unique_id < {int(border)} AND b.unique_id >= {int(border)}"
            for columns in rules
        )
        return self._arrow(f"SELECT l, r FROM ({named}) ORDER BY l, r")

    def tell_kin(self, kin: pa.Table) -> None:
        """Give every row the links that join other members of its unit with members of other units."""
        self._connection.register("given", kin)
        self._connection.execute(
            "CREATE OR REPLACE TABLE feature AS SELECT feature.* REPLACE (coalesce(given.kin, []) AS kin)"
            " FROM feature LEFT JOIN given USING (unique_id) ORDER BY unique_id"
        )
        self._connection.unregister("given")

    def scores(self, pairs: pa.Table, comparisons: Sequence[Comparison], ladder: Ladder) -> pa.Table:
        """`l`, `r` and `weight` in bits, the prior included, of pairs given as `l` and `r`; in their order."""
        linker = self._linker(comparisons, ladder)
        self._connection.register("given", pairs)
        self._connection.execute(
            "CREATE OR REPLACE TABLE asked AS SELECT 0 AS match_key, l AS join_key_l, r AS join_key_r FROM given"
        )
        self._connection.unregister("given")
        linker.table_management.register_blocked_pairs_for_predict(self._api.register("asked"))
        scored = linker.inference.predict(warning_mode="never")
        told = self._arrow(
            f"SELECT unique_id_l AS l, unique_id_r AS r, match_weight AS weight FROM {scored.physical_name}"
            " ORDER BY l, r"
        )
        scored.drop_table_from_database_and_remove_from_cache()
        return told

    def levels(self, pairs: pa.Table, comparisons: Sequence[Comparison]) -> pa.Table:
        """`l`, `r` and the name of the level that each comparison of the pairs came to; in their order."""
        cases = ", ".join(f"{_case(each)} AS {each.name}" for each in comparisons)
        return self._of_pairs(
            pairs, f"SELECT unique_id_l AS l, unique_id_r AS r, {cases} FROM pair ORDER BY l, r"
        )

    def level_counts(self, pairs: pa.Table, comparison: Comparison) -> dict[str, int]:
        """How many of the pairs came to each level of a comparison."""
        told = self._of_pairs(
            pairs, f"SELECT {_case(comparison)} AS level, count(*) AS n FROM pair GROUP BY ALL"
        )
        return dict(zip(told["level"].to_pylist(), told["n"].to_pylist(), strict=True))

    def drawn(self, number: int, seed: int) -> pa.Table:
        """Pairs drawn at random, the same ones for the same seed; some may be drawn twice."""
        return self._arrow(
            f"SELECT least(a, b) AS l, greatest(a, b) AS r FROM (SELECT (hash(i, {int(seed)}) % {self._number})::INTEGER"
            f" AS a, (hash({int(seed)}, i) % {self._number})::INTEGER AS b FROM range({int(number)}) t(i)) WHERE a <> b"
        )

    def _of_pairs(self, pairs: pa.Table, sql: str) -> pa.Table:
        """What the statement tells of `pair`: the columns of both rows, with _l and _r behind their names."""
        columns = [name for name, *_ in self._connection.execute("DESCRIBE feature").fetchall()]
        both = ", ".join(f"a.{name} AS {name}_l, b.{name} AS {name}_r" for name in columns)
        self._connection.register("given", pairs)
        try:
            return self._arrow(
                f"WITH pair AS (SELECT {both} FROM given JOIN feature a ON a.unique_id = given.l"
                f" JOIN feature b ON b.unique_id = given.r) {sql}"
            )
        finally:
            self._connection.unregister("given")

    def _arrow(self, sql: str) -> pa.Table:
        return self._connection.sql(sql).to_arrow_table()

    def _linker(self, comparisons: Sequence[Comparison], ladder: Ladder | None) -> Linker:
        self._api = DuckDBAPI(self._connection)
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[_described(each, ladder) for each in comparisons],
            blocking_rules_to_generate_predictions=[block_on(*columns) for columns in RULES],
            probability_two_random_records_match=1 / self._number,
            retain_matching_columns=False,
        )
        return Linker(self._api.register("feature"), settings, log_level=None)


def _case(comparison: Comparison) -> str:
    rungs = (
        f"ELSE '{level.name}'" if level.sql == "ELSE" else f"WHEN {level.sql} THEN '{level.name}'"
        for level in comparison.levels
    )
    return f"CASE {' '.join(rungs)} END"


def _described(comparison: Comparison, ladder: Ladder | None) -> dict[str, Any]:
    """A comparison as Splink reads it."""
    levels: list[dict[str, Any]] = []
    for level in comparison.levels:
        told: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.name}
        if level.unknown:
            told["is_null_level"] = True
        elif ladder is not None:
            chances = ladder[comparison.name][level.name]
            told |= {"m_probability": chances.m, "u_probability": chances.u}
        levels.append(told)
    return {"output_column_name": comparison.name, "comparison_levels": levels}
