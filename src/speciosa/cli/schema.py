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


def command(
    document: Annotated[Document, typer.Argument(help="case or assessment.")] = Document.CASE,
) -> None:
    """Print the JSON Schema of a case, or of an assessment.

    Example: speciosa schema case > case.schema.json
    """
    if document is Document.CASE:
        from speciosa.case import case_schema

        print_json(case_schema())
    else:
        from speciosa.report.json import schema

        print_json(schema())
