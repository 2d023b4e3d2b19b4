"""Splink on DuckDB: candidate pairs by blocking rules, and what each pair weighs; none of its objects leave here."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from hub.matching.blocking import RULES
from hub.matching.comparisons import SEX, Comparison
from hub.matching.families import LARGEST_UNIT
from hub.matching.model import Ladder

_SMALLEST_CITY = 20_000
"""Fewer rows are a part of a city, and two namesakes in it are no surer to be one person for that."""
logging.getLogger("splink").setLevel(logging.ERROR)


class Scorer:
    """Scores pairs of the rows in one table of features; holds a database in memory until closed."""

    def __init__(self, rows: pa.Table, threads: int | None = None) -> None:
        self._connection = duckdb.connect()
        if threads:
            self._connection.execute(f"SET threads = {int(threads)}")
        self.number = max(_SMALLEST_CITY, rows.num_rows)
        """What a row is one of: sets the prior."""
        self._connection.register("given", rows)
        self._connection.execute(
            "CREATE TABLE feature AS SELECT *, unit AS clan, []::INTEGER[] AS kin FROM given"
        )
        self._connection.unregister("given")

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()

    def candidates(self) -> pa.Table:
        """The pairs that a blocking rule names."""
        linker = self._linker((SEX,), None)
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

    def tell_families(self, families: pa.Table) -> None:
        """Give every row its clan and kin, as `Families.told` has them."""
        self._connection.register("given", families)
        self._connection.execute(
            "CREATE OR REPLACE TABLE feature AS SELECT feature.* REPLACE (given.clan AS clan, given.kin AS kin)"
            " FROM feature JOIN given USING (unique_id) ORDER BY unique_id"
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

    def level_counts(self, pairs: pa.Table, comparisons: Sequence[Comparison]) -> dict[str, Counter[str]]:
        """Of each comparison, how many of the pairs came to each level."""
        cases = ", ".join(f"{_case(each)} AS {each.name}" for each in comparisons)
        names = [each.name for each in comparisons]
        told = self._of_pairs(
            pairs,
            f", level AS (SELECT {cases} FROM pair) SELECT {', '.join(names)}, count(*) AS n FROM level"
            f" GROUP BY GROUPING SETS ({', '.join(f'({name})' for name in names)})",
        )
        found: dict[str, Counter[str]] = {name: Counter() for name in names}
        for line in told.to_pylist():
            for name in names:
                if line[name] is not None:
                    found[name][line[name]] += line["n"]
        return found

    def within_units(self) -> pa.Table:
        """All pairs of rows of one unit."""
        return self._arrow(
            "SELECT a.unique_id AS l, b.unique_id AS r FROM feature a JOIN feature b USING (unit)"
            f" WHERE a.unique_id < b.unique_id AND b.unique_id - a.unique_id < {LARGEST_UNIT}"
        )

    def drawn(self, number: int, seed: int) -> pa.Table:
        """Pairs drawn at random, the same ones for the same seed; some may be drawn twice."""
        rows = self._connection.execute("SELECT count(*) FROM feature").fetchall()[0][0]
        return self._arrow(
            f"SELECT least(a, b) AS l, greatest(a, b) AS r FROM (SELECT (hash(i, {int(seed)}) % {rows})::INTEGER"
            f" AS a, (hash({int(seed)}, i) % {rows})::INTEGER AS b FROM range({int(number)}) t(i)) WHERE a <> b"
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
            probability_two_random_records_match=1 / self.number,
            retain_matching_columns=False,
        )
        # Our own comparisons are checked by our tests; to have Splink parse them all takes longer than a small run.
        return Linker(self._api.register("feature"), settings, log_level=None, validate_settings=False)


def _case(comparison: Comparison) -> str:
    rungs = (f"WHEN {level.sql} THEN '{level.name}'" for level in comparison.levels)
    return f"CASE {' '.join(rungs)} END"


def _described(comparison: Comparison, ladder: Ladder | None) -> dict[str, Any]:
    """A comparison as Splink reads it."""
    levels: list[dict[str, Any]] = []
    for level in comparison.levels:
        last = level is comparison.levels[-1]
        told: dict[str, Any] = {
            "sql_condition": "ELSE" if last else level.sql,
            "label_for_charts": level.name,
        }
        if level.unknown:
            told["is_null_level"] = True
        elif ladder is not None:
            chances = ladder[comparison.name][level.name]
            told |= {"m_probability": chances.m, "u_probability": chances.u}
        levels.append(told)
    return {"output_column_name": comparison.name, "comparison_levels": levels}
