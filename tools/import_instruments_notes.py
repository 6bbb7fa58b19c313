"""The research notes as a tree that remembers which leaves were used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

VERIFIED_ON = "2026-11-22"


class Notes:
    """Take a value by its path; ``unused`` lists the leaves nobody took."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self._tree = tree
        self.leaves = set(_leaves(tree, ()))
        self._used: set[tuple[Any, ...]] = set()

    def take(self, *path: Any) -> Any:  # noqa: ANN401
        """The value at a path; everything under it counts as used."""
        value: Any = self._tree
        for step in path:
            value = value[step]
        self._used.update(leaf for leaf in self.leaves if leaf[: len(path)] == path)
        return value

    def unused(self) -> list[str]:
        """Dotted paths of leaves that no call took, sorted."""
        return sorted(".".join(map(str, leaf)) for leaf in self.leaves - self._used)


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield path


def provenance(
    source: str | list[str] | None = None,
    verified: bool = False,
    note: str = "",
    basis: str = "",
) -> dict[str, Any]:
    """The fields of ``Sourced``: without a source a value was recalled, unless ``basis`` says."""
    sources = [source] if isinstance(source, str) else list(source or [])
    return {
        "sources": sources,
        "basis": basis or ("source" if sources else "recalled"),
        "verified": verified,
        "read_on": VERIFIED_ON if verified else "",
        "note": note,
    }
