"""Write the JSON Schemas of what goes in and comes out to ``docs/schema/``.

Run it after a change of any; a test fails as long as the published files are not current.
"""

from __future__ import annotations

import json
from pathlib import Path

from speciosa.case import case_schema
from speciosa.cohort.result import Row
from speciosa.evidence.trials.design import design_schema
from speciosa.knowledge.evidence.study import Study
from speciosa.pharmacology.exposure.plan import plan_schema
from speciosa.report.ddi.document import DdiDocument
from speciosa.report.json import schema
from speciosa.report.network.document import NetworkDocument
from speciosa.report.pool.document import PoolDocument
from speciosa.report.simulation.document import SimulationDocument
from speciosa.report.trial.document import TrialDocument

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schema"


def schemas() -> dict[str, str]:
    """Name and text of each published schema."""
    found = {
        "assessment": schema(),
        "case": case_schema(),
        "ddi": schema(DdiDocument, "ddi"),
        "network": schema(NetworkDocument, "network"),
        "pool": schema(PoolDocument, "pool"),
        "regimen": plan_schema(),
        "screen": schema(Row, "screen"),
        "study": schema(Study, "study"),
        "simulation": schema(SimulationDocument, "simulation"),
        "trial": design_schema(),
        "trial-result": schema(TrialDocument, "trial-result"),
    }
    return {
        name: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for name, content in found.items()
    }


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        path = FOLDER / f"{name}.schema.json"
        path.write_text(text, encoding="utf-8")
        print(f"wrote docs/schema/{path.name}")


if __name__ == "__main__":
    main()
