"""``speciosa schema``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from speciosa.cli.output import print_json
from speciosa.errors import InputError, InputProblem


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
    QUESTIONNAIRE = "questionnaire"


def command(
    document: Annotated[
        Document,
        typer.Argument(
            help="case, assessment, regimen, simulation, ddi, network, pool, study, trial, "
            "trial-result, questionnaire."
        ),
    ] = Document.CASE,
    name: Annotated[
        str | None,
        typer.Argument(help="Of a questionnaire: gad7, phq9, isi, audit_c, difficulty, case."),
    ] = None,
) -> None:
    """Print the JSON Schema of a document, or an instrument as a FHIR R4 Questionnaire.

    Example: speciosa schema questionnaire gad7
    """
    if name is not None and document is not Document.QUESTIONNAIRE:
        raise InputError([InputProblem("NAME", repr(name), "a name after questionnaire alone")])
    if document is Document.CASE:
        from speciosa.case import case_schema

        print_json(case_schema())
    elif document is Document.QUESTIONNAIRE:
        _questionnaire(name or "")
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


def _questionnaire(name: str) -> None:
    from speciosa.fhir.questionnaires import NAMES, questionnaire
    from speciosa.knowledge import load

    if name not in NAMES:
        raise InputError([InputProblem("NAME", repr(name), ", ".join(NAMES))])
    print_json(questionnaire(name, load()))
