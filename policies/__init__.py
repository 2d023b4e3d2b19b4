"""The rules of the hub as reviewed files: who may do and see what, for which purpose."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

FILES = ("model.conf", "policy.csv", "roles.csv", "predicates.toml", "purposes.toml")
"""What a running policy consists of; cases and the matrix only talk about it."""


def rules() -> dict[str, str]:
    """File name → text of the rules that this version of the hub ships."""
    return {name: files(__name__).joinpath(name).read_text("utf-8") for name in FILES}


def cases() -> dict[str, str]:
    """File name → TOML text of the decisions that the shipped rules must give."""
    folder = files(__name__).joinpath("cases")
    found = [each for each in folder.iterdir() if each.name.endswith(".toml")]
    return {each.name: each.read_text("utf-8") for each in sorted(found, key=lambda each: each.name)}


def overlaps() -> list[dict[str, Any]]:
    """The rules of overlaps with which a new hub begins; from then on they are the ledger's."""
    text = files(__name__).joinpath("overlaps.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["rule"]
    return found


def digest(rules: Mapping[str, str]) -> str:
    """SHA-256 (hex) over names and texts, each led by its length in bytes, in the order of the names."""
    total = hashlib.sha256()
    for name, text in sorted(rules.items()):
        for part in (name.encode(), text.encode()):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()
