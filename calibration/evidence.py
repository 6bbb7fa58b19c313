"""Pool and grade the living base of the package anew.

``python -m calibration.evidence --write`` renews ``evidence/pooled.json``, whose hash says which
studies, questions and thresholds it was made from; without ``--write`` it only says what changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from speciosa.evidence import living
from speciosa.knowledge import load
from speciosa.knowledge.evidence.pooled import Pools

FILE = Path(__file__).parents[1] / "src/speciosa/knowledge/data/evidence/pooled.json"


def main() -> None:
    """Pool, compare with what is kept, and write it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the file of the package")
    write = parser.parse_args().write
    knowledge = load()
    evidence = knowledge.evidence
    made = living.pools(evidence, living.answers(evidence, knowledge.fact))
    held = msgspec.json.decode(FILE.read_bytes(), type=Pools)
    before = {effect.id: effect for effect in held.effects}
    after = {effect.id: effect for effect in made.effects}
    changed = [name for name in after if before.get(name) != after[name]]
    gone = sorted(before.keys() - after.keys())
    sys.stdout.write(
        f"{len(evidence.studies)} studies, {len(evidence.questions.questions)} questions" + "\n"
    )
    sys.stdout.write(f"{len(after)} pooled effects; changed: {', '.join(changed) or 'none'}" + "\n")
    if gone:
        sys.stdout.write(f"gone: {', '.join(gone)}" + "\n")
    if write:
        FILE.write_bytes(encoded(made))


def encoded(pools: Pools) -> bytes:
    """The bytes of the file."""
    return msgspec.json.format(msgspec.json.encode(pools), indent=1) + b"\n"


if __name__ == "__main__":
    main()
