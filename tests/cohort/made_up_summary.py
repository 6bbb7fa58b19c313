"""Made-up people and files for the summary: a health system, a practice, nobody, hostile names."""

from __future__ import annotations

import datetime as dt
import random

from speciosa.cohort import summary
from speciosa.cohort.counts import (
    BANDS,
    ExportCounts,
    FileCounts,
    PeopleCell,
    ShardCounts,
    age_band,
)
from speciosa.cohort.options import Options
from speciosa.cohort.result import Evidence, Row, RowFinding, RowMatch, RowProblem

OPTIONS = Options(date=dt.date(2026, 11, 22), seed=1, subjects=100)
ROUTES = ("emergency", "same_day", "soon", "not_assessed", "none_found")


def match(grounds: str = "text", confidence: str = "moderate", **other: object) -> RowMatch:
    fields = {
        "status": "taken",
        "because": "the text names it",
        "resource": "MedicationStatement/1",
        "field": "note[0].text",
        "words": "kratom",
        "substance": "kratom",
    }
    return RowMatch(grounds=grounds, confidence=confidence, **{**fields, **other})  # type: ignore[arg-type]


def finding(
    id_: str,
    text: str,
    severity: str = "major",
    part: str = "interactions",
    **about: object,
) -> RowFinding:
    return RowFinding(
        part=part,
        id=id_,
        severity=severity,
        certainty="low",
        tone="warning",
        text=text,
        **about,  # type: ignore[arg-type]
    )


def row(number: int, **fields: object) -> Row:
    made: dict[str, object] = {
        "patient": f"p{number}",
        "evidence": Evidence.USE,
        "gad": None,
        "matches": (match(),),
        "assessed": True,
        "route": "not_assessed",
        "age_years": 44.0,
        "sex": "female",
    }
    return Row(**{**made, **fields})  # type: ignore[arg-type]


def health_system(people: int = 120_000, kratom: int = 640, seed: int = 7) -> summary.Summary:
    draw = random.Random(seed)  # noqa: S311
    tally = summary.Tally()
    for number in range(kratom):
        tally.add(_person(number, draw))
    cells: dict[tuple[str, str, bool], int] = {}
    for _ in range(people):
        key = _sex(draw), age_band(draw.triangular(0, 97, 40)), draw.random() < 0.02
        cells[key] = cells.get(key, 0) + 1
    files = [
        FileCounts(
            file="Patient.000.ndjson",
            lines=people + 2,
            resources={"Patient": people},
            people=tuple(
                PeopleCell(sex=sex, ages=ages, deceased=dead, people=n)
                for (sex, ages, dead), n in cells.items()
            ),
            bad={"not JSON": 2},
        ),
        FileCounts(
            file="1.Observation.ndjson.gz",
            lines=1_840_007,
            resources={"Observation": 1_839_988},
            bad={"cut off in the middle": 1},
            deleted=18,
            unresolved={"Observation": 411},
        ),
        FileCounts(
            file="MedicationRequest.ndjson",
            lines=410_223,
            resources={"MedicationRequest": 410_220, "Basic": 3},
        ),
        FileCounts(file="Condition.ndjson", lines=620_118, resources={"Condition": 620_118}),
        FileCounts(
            file="DocumentReference.ndjson", lines=90_114, resources={"DocumentReference": 90_114}
        ),
    ]
    return summary.summarise(
        tally,
        files=files,
        shards=[
            ShardCounts(
                people=kratom + 97,
                denied=88,
                somebody_else=9,
                duplicates=31,
                unread={"the code is not known here": 5213, "no date": 4},
            )
        ],
        export=ExportCounts(
            errors={"error/timeout": 2},
            skipped={"log.ndjson": "the log of the export"},
            differing=("Condition.ndjson: 620,118 lines, and 620,119 announced.",),
        ),
        options=OPTIONS,
        transaction_time="2026-11-20T23:00:00Z",
    )


def _sex(draw: random.Random) -> str:
    return draw.choices(("female", "male", "other", "unknown"), (510, 480, 2, 5))[0]


def _person(number: int, draw: random.Random) -> Row:
    medicine, harm = draw.choice(
        (
            ("quetiapine", "sedation, impaired driving and slowed breathing can add up."),
            ("oxycodone", "sedation and slowed breathing can add up."),
            ("sertraline", "serotonin toxicity is possible."),
            ("ropeginterferon", "liver injury can add up."),
        )
    )
    if medicine == "ropeginterferon" and draw.random() < 0.95:
        medicine = "alprazolam"
    found = (
        finding(
            f"interaction.pd.cns_depressant.{medicine}",
            f"Kratom with {medicine}: {harm}",
            about=("kratom", medicine),
            title="added effects",
        ),
        finding(
            f"interaction.pk.kratom.{medicine}",
            f"Kratom with {medicine}: exposure may rise, ratio {draw.uniform(1, 9):.1f} (model).",
            draw.choice(("major", "moderate", "info")),
            about=("kratom", medicine),
            title=f"exposure to {medicine}",
        ),
        finding(
            "dependence.daily",
            "Use is daily as far as is recorded, so stopping can bring on withdrawal.",
            "moderate",
            "kratom",
        ),
        finding(
            "interaction.ask.alcohol", f"Alcohol is not recorded, beside {medicine}.", "moderate"
        ),
        finding("law.banned.US-AL", "Kratom: banned in Alabama (state).", "major", "regulation"),
    )
    grounds = draw.choice((("text",), ("text",), ("text", "laboratory"), ("code",)))
    assessed = draw.random() > 0.06
    return row(
        number,
        evidence=draw.choices((Evidence.USE, Evidence.PAST_USE, Evidence.UNCERTAIN), (60, 15, 25))[
            0
        ],
        gad=draw.choice((True, None, None)),
        matches=tuple(
            match(ground, draw.choice(("high", "moderate", "low"))) for ground in grounds
        ),
        assessed=assessed,
        route=draw.choices(ROUTES, (2, 5, 9, 80, 4))[0] if assessed else "",
        urgent=False,
        findings=found[: draw.randint(2, 5)] if assessed else (),
        problems=() if assessed else (RowProblem(field="person", value="-", accepted="-"),),
        age_years=draw.triangular(16, 75, 34),
        sex=_sex(draw).replace("unknown", ""),
    )


def practice() -> summary.Summary:
    """Twelve people, of whom seven have kratom in their record."""
    tally = summary.Tally()
    for number in range(7):
        tally.add(row(number))
    files = [
        FileCounts(
            file="Patient.ndjson",
            lines=12,
            resources={"Patient": 12},
            people=(PeopleCell(sex="female", ages=BANDS[4], people=12),),
        )
    ]
    return _of(tally, files)


def nobody() -> summary.Summary:
    """An empty export."""
    return _of(summary.Tally(), [])


def hostile() -> summary.Summary:
    """Names of files and texts that would break a page that trusted them."""
    tally = summary.Tally()
    bad = "<script>alert(1)</script>\u202e\x1b[31m"
    for number in range(40):
        tally.add(row(number, findings=(finding("interaction.x", f"{bad} kratom {bad}"),)))
    files = [
        FileCounts(
            file=f"{bad}.ndjson",
            lines=41,
            resources={"Patient": 40},
            people=(PeopleCell(sex="female", ages="40-49", people=40),),
            bad={bad: 1},
        )
    ]
    return _of(tally, files)


def _of(tally: summary.Tally, files: list[FileCounts]) -> summary.Summary:
    return summary.summarise(tally, files=files, shards=[], export=ExportCounts(), options=OPTIONS)
