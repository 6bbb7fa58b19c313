"""Write the data files of the table ``instrument`` from a folder of research notes.

Usage: python tools/import_instruments.py REFERENCE_FOLDER

It made the first release. The JSON files are the product and are edited by hand from then on; run
it again only to start afresh, and read the differences (``docs/knowledge-changelog.md``).
Corrections made against a source that was opened later stand beside the record they belong to, each
with its source (``instr-...``).
The program prints what it read, what it wrote and which notes it left out, with the reason.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import yaml

from import_instruments_anxiety import gad2, gad7, ham_a, pswq
from import_instruments_depression import audit_c, isi, phq2, phq9
from import_instruments_diagnosis import diagnosis
from import_instruments_kratom import cows, kratom_dependence_scale, sows, use_disorder
from import_instruments_notes import Notes
from import_instruments_pieces import SOURCES
from speciosa.knowledge.fact import Source
from speciosa.knowledge.instruments.facts import (
    diagnosis_facts,
    instrument_facts,
    use_disorder_facts,
)
from speciosa.knowledge.instruments.record import Diagnosis, Instrument, UseDisorder

DATA = Path(__file__).resolve().parents[1] / "src" / "speciosa" / "knowledge" / "data"

SCALES = (
    gad7, gad2, phq9, phq2, ham_a, pswq, isi, audit_c, cows, sows, kratom_dependence_scale,
)  # fmt: skip

LEFT_OUT = {
    "GAD-7.known_reproduction_error.engine_rule": "a test of this package, not a fact",
    "GAD-7.change.published_RCI.use": "kept as the value of change/reliable",
    "GAD-7.scoring.method": "the code adds up",
}


def main(reference: Path) -> int:
    whole = yaml.load((reference / "gad_care.yaml").read_text(), Loader=yaml.CSafeLoader)
    notes = Notes({"diagnosis": whole["diagnosis"], **whole["instruments"]})
    scales = [msgspec.convert(record, Instrument) for record in (scale(notes) for scale in SCALES)]
    disorder = msgspec.convert(use_disorder(notes), UseDisorder)
    described = msgspec.convert(diagnosis(notes), Diagnosis)

    for scale in scales:
        _write(f"instruments/scales/{scale.id}.json", scale)
    _write("instruments/kratom_use_disorder.json", disorder)
    _write("instruments/diagnosis.json", described)
    _write("sources/instruments.json", [msgspec.convert(s, Source) for s in SOURCES])

    facts = [f for scale in scales for f in instrument_facts(scale)]
    facts += [*use_disorder_facts(disorder), *diagnosis_facts(described)]
    print(f"in:  {len(notes.leaves)} values in {len(whole['instruments'])} instruments + diagnosis")
    print(f"out: {len(scales)} instruments, {len(facts)} facts, {len(SOURCES)} sources of its own")
    forgotten = [leaf for leaf in notes.unused() if leaf not in LEFT_OUT]
    for leaf, reason in LEFT_OUT.items():
        print(f"left out: {leaf}: {reason}")
    for leaf in forgotten:
        print(f"FORGOTTEN: {leaf}")
    return 1 if forgotten else 0


def _write(path: str, record: Any) -> None:  # noqa: ANN401  # any struct
    target = DATA / path
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(msgspec.to_builtins(record), ensure_ascii=False, indent=1)
    target.write_text(text + "\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
