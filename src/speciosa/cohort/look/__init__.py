"""Who is named with kratom: patterns over whole blocks, exact rules on the few lines they hit.

Most lines of an export name no kratom. Raw blocks are searched for every way in which a name or
code can be written; only the lines that hold one are read as JSON and judged by ``fhir.kratom``.
"""

from __future__ import annotations

from speciosa.cohort.look.job import again, job, result, wanted
from speciosa.cohort.look.result import KratomMedication, Looked, Seen

__all__ = ["KratomMedication", "Looked", "Seen", "again", "job", "result", "wanted"]
