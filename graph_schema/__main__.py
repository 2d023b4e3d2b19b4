"""`python -m graph_schema`: writes the generated files; with `--check` only says whether they are stale."""

from __future__ import annotations

import sys

from graph_schema.ddl import generated, stale


def main(arguments: list[str]) -> int:
    """Write the files, or check them. Returns the exit code: 1 when `--check` found a stale one."""
    outdated = stale()
    if "--check" in arguments:
        for path in outdated:
            sys.stderr.write(f"{path.name} is stale: run `python -m graph_schema`.\n")
        return 1 if outdated else 0
    for path in outdated:
        path.write_text(generated()[path], "utf-8")
        sys.stdout.write(f"{path.name} written.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
