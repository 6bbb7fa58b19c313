"""``speciosa schema``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from speciosa.cli.output import print_json


class Document(StrEnum):
    """Which document's schema."""

    CASE = "case"
    ASSESSMENT = "assessment"
    REGIMEN = "regimen"
    SIMULATION = "simulation"
    DDI = "ddi"
    TRIAL = "trial"
    TRIAL_RESULT = "trial-result"
    NETWORK = "network"
    POOL = "pool"
    STUDY = "study"


def command(
    document: Annotated[
        Document,
        typer.Argument(
            help="case, assessment, regimen, simulation, ddi, network, pool, study, trial, "
            "trial-result."
        ),
    ] = Document.CASE,
) -> None:
    """Print the JSON Schema of a document.

    Example: speciosa schema case > case.schema.json
    """
    if document is Document.CASE:
        from speciosa.case import case_schema

        print_json(case_schema())
    elif document is Document.REGIMEN:
        from speciosa.pharmacology.exposure.plan import plan_schema

        print_json(plan_schema())
    elif document is Document.SIMULATION:
        from speciosa.report.json import schema
        from speciosa.report.simulation.document import SimulationDocument

        print_json(schema(SimulationDocument, "simulation"))
    elif document is Document.NETWORK:
        from speciosa.report.json import schema
        from speciosa.report.network.document import NetworkDocument

        print_json(schema(NetworkDocument, "network"))
    elif document is Document.POOL:
        from speciosa.report.json import schema
        from speciosa.report.pool.document import PoolDocument

        print_json(schema(PoolDocument, "pool"))
    elif document is Document.STUDY:
        from speciosa.knowledge.evidence.study import Study
        from speciosa.report.json import schema

        print_json(schema(Study, "study"))
    elif document is Document.DDI:
        from speciosa.report.ddi.document import DdiDocument
        from speciosa.report.json import schema

        print_json(schema(DdiDocument, "ddi"))
    elif document is Document.TRIAL:
        from speciosa.evidence.trials.design import design_schema

        print_json(design_schema())
    elif document is Document.TRIAL_RESULT:
        from speciosa.report.json import schema
        from speciosa.report.trial.document import TrialDocument

        print_json(schema(TrialDocument, "trial-result"))
    else:
        from speciosa.report.json import schema

        print_json(schema())
