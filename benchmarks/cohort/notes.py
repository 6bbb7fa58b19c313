"""What reading the notes in an export costs: a look at the same documents, as text, page and PDF.

    python -m benchmarks.cohort.notes [--documents 4000] [--rounds 5]

Each form holds the same words (about 4 kB a note, made up, kratom in one of a thousand), encoded in
base64 as exports carry them. A form that is not read ("PDF") shows the price of the bytes alone.
Rounds are interleaved; what is told is the median of CPU time a document and its ratio to that.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import json
import random
import statistics
import tempfile
import time
from pathlib import Path

from speciosa.cohort import look
from speciosa.cohort.export import read_export
from speciosa.cohort.options import Options

FORMS = ("application/pdf", "text/plain", "text/html")
_SAID = """
patient reports sleep is better since last visit no chest pain denies fever lives with family
takes ibuprofen as needed for back pain anxiety improved plan follow up in four weeks
"""
_WORDS = tuple(_SAID.split())
_LENGTH, _ONE_IN = 650, 1000


def words(chance: random.Random, number: int) -> list[str]:
    told = [chance.choice(_WORDS) for _ in range(_LENGTH)]
    if number % _ONE_IN == 0:
        told[chance.randrange(_LENGTH)] = "kratom"
    return told


def written(told: list[str], form: str) -> str:
    if form != "text/html":
        return " ".join(told)
    lines = (" ".join(told[i : i + 12]) for i in range(0, len(told), 12))
    return "<html><body>" + "".join(f'<p class="n">{line} &amp; so on</p>' for line in lines)


def export(folder: Path, form: str, documents: int) -> None:
    chance = random.Random(form.encode())  # noqa: S311
    with (folder / "DocumentReference.ndjson").open("w") as out:
        for number in range(documents):
            data = base64.b64encode(written(words(chance, number), form).encode()).decode()
            resource = {
                "resourceType": "DocumentReference",
                "id": f"d{number}",
                "status": "current",
                "subject": {"reference": f"Patient/{number % 500}"},
                "content": [{"attachment": {"contentType": form, "data": data}}],
            }
            out.write(json.dumps(resource, separators=(",", ":")) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args()
    options = Options(date=dt.date(2026, 11, 1), seed=1, subjects=10)
    spent: dict[str, list[float]] = {form: [] for form in FORMS}
    found = dict.fromkeys(FORMS, 0)
    with tempfile.TemporaryDirectory() as work:
        jobs = {}
        for form in FORMS:
            folder = Path(work) / form.replace("/", "-")
            folder.mkdir()
            export(folder, form, told.documents)
            (part,) = read_export(folder).parts
            jobs[form] = look.job(part, options)
            jobs[form].run(*jobs[form].arguments)
        for _ in range(told.rounds):
            for form, job in jobs.items():
                start = time.process_time()
                pieces = job.run(*job.arguments)
                spent[form].append(time.process_time() - start)
                found[form] = len(json.loads(pieces["looked"])["seen"])
    base = statistics.median(spent[FORMS[0]])
    for form in FORMS:
        median = statistics.median(spent[form])
        each = 1e6 * median / told.documents
        print(f"{form:16} {each:7.1f} us a document  {median / base:5.1f}x  found {found[form]}")


if __name__ == "__main__":
    main()
