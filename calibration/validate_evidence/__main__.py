"""Validate pooling, network and trials, and write the pages of docs/validation/evidence.

    python -m calibration.validate_evidence                    # every part, compared with its pages
    python -m calibration.validate_evidence pooling --write    # one part, and its pages written

A part is a module here with ``documents() -> dict[str, str]``: file name -> text. Parts do not know
each other: one that fails is reported, the others are still made, and the exit status is 1. Same
code and keys in, same bytes out; no part reads a clock.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from rich.console import Console

DOCS = Path(__file__).parents[2] / "docs/validation/evidence"
PARTS = ("pooling", "network", "trials", "analysis", "base")


def documents(part: str) -> dict[str, str]:
    """The pages of one part, file name -> text."""
    module = importlib.import_module(f"calibration.validate_evidence.{part}")
    made: dict[str, str] = module.documents()
    return made


def main() -> int:
    """Make the parts asked for; 1 where one failed or, without ``--write``, a page is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--write", action="store_true", help="write the pages")
    asked = parser.parse_args()
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"unknown part {', '.join(unknown)}; known: {', '.join(PARTS)}")
    console, failed = Console(), False
    for part in asked.parts or PARTS:
        try:
            with console.status(f"{part} ..."):
                made = documents(part)
        except Exception as error:  # noqa: BLE001, RUF100 -- the other parts are still made
            console.print(f"{part}: failed, {type(error).__name__}: {error}", style="red")
            failed = True
            continue
        for name, text in made.items():
            path = DOCS / name
            same = path.is_file() and path.read_bytes() == text.encode()
            if asked.write and not same:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            state = (
                "unchanged" if same else "written" if asked.write else "differs from what is kept"
            )
            failed |= not same and not asked.write
            console.print(f"{part}: {name} {state}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
