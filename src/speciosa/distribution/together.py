"""Files that take their places together: those of one run, never of two side by side."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_ASIDE = "aside"


@contextmanager
def aside(work: Path) -> Iterator[Path]:
    """A new folder in ``work`` to write files in; gone afterwards, with what was not moved out."""
    place = work / f"{secrets.token_hex(8)}.{_ASIDE}"
    place.mkdir(mode=_PRIVATE_FOLDER)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def sweep_aside(work: Path) -> None:
    """Remove what killed processes left aside. Only while nobody else is there."""
    for left in work.glob(f"*.{_ASIDE}"):
        shutil.rmtree(left, ignore_errors=True)


def settle(place: Path, out: Path, listing: Path) -> None:
    """Move all files of ``place`` to the same names under ``out``.

    ``listing`` names what was put into folders of ``out`` (no more than one deep): of these, what
    is not there this time is removed. Nothing else in ``out`` is touched.
    """
    files = sorted(file.relative_to(place) for file in place.rglob("*") if file.is_file())
    in_folders = {str(file) for file in files if len(file.parts) > 1}
    before = listed(listing)
    _list(listing, before | in_folders)
    # What is in folders first: a run that is cut off here leaves the tables of the one before.
    for file in sorted(files, key=lambda one: (-len(one.parts), one)):
        target = out / file
        target.parent.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        (place / file).replace(target)
    remove(out, before - in_folders)
    _list(listing, in_folders)


def listed(listing: Path) -> set[str]:
    """What a list names; nothing where there is none."""
    try:
        return set(os.fsdecode(listing.read_bytes()).splitlines())
    except FileNotFoundError:
        return set()


def remove(out: Path, names: set[str]) -> None:
    """Remove files of a list, and folders that are empty then."""
    folders = set()
    for name in names:
        (out / name).unlink(missing_ok=True)
        folders.add((out / name).parent)
    for folder in folders - {out}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _list(listing: Path, names: set[str]) -> None:
    write_privately(listing, os.fsencode("".join(f"{name}\n" for name in sorted(names))))


def write_privately(file: Path, raw: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    half = file.with_name(f"{secrets.token_hex(8)}.half")
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(raw)
        half.replace(file)
    except OSError as error:
        error.filename = str(file)  # which of them it was, whoever raised it
        raise
    finally:
        half.unlink(missing_ok=True)
