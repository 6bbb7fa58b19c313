"""``speciosa schema``."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
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
    SCREEN = "screen"
    QUESTIONNAIRE = "questionnaire"


def command(
    document: Annotated[
        Document,
        typer.Argument(
            help="case, assessment, regimen, simulation, ddi, network, pool, study, screen, "
            "trial, trial-result, questionnaire."
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
    if document is Document.QUESTIONNAIRE:
        _questionnaire(name or "")
    elif document in _RECORDS:
        from speciosa.report.json import schema

        module, record = _RECORDS[document]
        print_json(schema(getattr(import_module(module), record), document.value))
    else:
        module, function = _OF_THEIR_OWN[document]
        print_json(getattr(import_module(module), function)())


# Each is imported only when it is asked for.
_RECORDS = {
    Document.ASSESSMENT: ("speciosa.assessment", "Assessment"),
    Document.SIMULATION: ("speciosa.report.simulation.document", "SimulationDocument"),
    Document.DDI: ("speciosa.report.ddi.document", "DdiDocument"),
    Document.TRIAL_RESULT: ("speciosa.report.trial.document", "TrialDocument"),
    Document.NETWORK: ("speciosa.report.network.document", "NetworkDocument"),
    Document.POOL: ("speciosa.report.pool.document", "PoolDocument"),
    Document.STUDY: ("speciosa.knowledge.evidence.study", "Study"),
    Document.SCREEN: ("speciosa.cohort.result", "Row"),
}
_OF_THEIR_OWN = {
    Document.CASE: ("speciosa.case", "case_schema"),
    Document.REGIMEN: ("speciosa.pharmacology.exposure.plan", "plan_schema"),
    Document.TRIAL: ("speciosa.evidence.trials.design", "design_schema"),
}


def _questionnaire(name: str) -> None:
    from speciosa.fhir.questionnaires import NAMES, questionnaire
    from speciosa.knowledge import load

    if name not in NAMES:
        raise InputError([InputProblem("NAME", repr(name), ", ".join(NAMES))])
    print_json(questionnaire(name, load()))
