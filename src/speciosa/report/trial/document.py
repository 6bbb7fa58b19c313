"""A simulated trial with its references and where it came from."""

from __future__ import annotations

import hashlib
import json

import msgspec

from speciosa import __version__
from speciosa.assessment import Provenance
from speciosa.evidence.trials.design import Design
from speciosa.evidence.trials.result import TrialResult
from speciosa.knowledge import Citation, Knowledge


class TrialDocument(TrialResult, frozen=True, kw_only=True):
    """A simulated trial with every fact it rests on, and what it takes to make it again."""

    references: tuple[Citation, ...]
    provenance: Provenance


def document(result: TrialResult, design: Design, knowledge: Knowledge) -> TrialDocument:
    """Add references and provenance to a simulated ``design``."""
    canonical = json.dumps(design.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return TrialDocument(
        **msgspec.structs.asdict(result),
        references=tuple(knowledge.cite(fact) for fact in result.facts),
        provenance=Provenance(
            speciosa_version=__version__,
            knowledge_release=knowledge.release.number,
            knowledge_date=knowledge.release.date,
            seed=result.seed,
            input_sha256=hashlib.sha256(canonical.encode()).hexdigest(),
            intended_use=knowledge.release.intended_use,
        ),
    )
