"""The only place that opens the data files of the package."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

from speciosa.errors import KnowledgeError

T = TypeVar("T")

_ROOT = files("speciosa.knowledge") / "data"


def read(path: str, type_: type[T]) -> T:
    """Decode one data file (``kratom/pk.json``, ``care/plan.yaml``) into a type.

    Raises ``KnowledgeError`` naming the file when it is absent or does not have that shape.
    """
    return _decode(_at(path), path, type_)


def read_text(path: str) -> str:
    """The text of one data file (``models/linear.ant``). Raises ``KnowledgeError`` without it."""
    try:
        return _at(path).read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(f"data file {path} cannot be read: {error}") from error


def read_folder(folder: str, type_: type[T]) -> Iterator[tuple[str, T]]:
    """Yield (stem, record) for every JSON file of a folder, in order of name."""
    for entry in sorted(_at(folder).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".json"):
            yield entry.name.removesuffix(".json"), _decode(entry, f"{folder}/{entry.name}", type_)


def names(folder: str) -> tuple[str, ...]:
    """Stems of the JSON files of a folder, sorted, without opening them."""
    found = (e.name for e in _at(folder).iterdir() if e.name.endswith(".json"))
    return tuple(sorted(name.removesuffix(".json") for name in found))


def paths(folder: str = "") -> Iterator[str]:
    """Every data file of the package, sorted, without opening any."""
    entry = _at(folder) if folder else _ROOT
    for inner in sorted(entry.iterdir(), key=lambda e: e.name):
        path = f"{folder}/{inner.name}" if folder else inner.name
        if inner.is_dir():
            yield from paths(path)
        elif inner.name.endswith((".json", ".yaml")):
            yield path


def _at(path: str) -> Traversable:
    entry = _ROOT
    for step in path.split("/"):
        entry = entry / step
    return entry


def _decode(entry: Traversable, path: str, type_: type[T]) -> T:
    try:
        raw = entry.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"data file {path} cannot be read: {error}") from error
    try:
        if path.endswith(".json"):
            return msgspec.json.decode(raw, type=type_)
        return msgspec.yaml.decode(raw, type=type_)
    except msgspec.DecodeError as error:
        raise KnowledgeError(f"data file {path}: {error}") from error
