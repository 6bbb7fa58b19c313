"""A simulated regimen with its references and where it came from, as JSON."""

from __future__ import annotations

import hashlib
import json

import msgspec

from speciosa import __version__
from speciosa.assessment import Provenance
from speciosa.knowledge import Citation, Knowledge
from speciosa.pharmacology.exposure.plan import Plan
from speciosa.pharmacology.exposure.regimen.simulation import Simulation
from speciosa.report.references import cited


class SimulationDocument(Simulation, frozen=True, kw_only=True):
    """A simulation with every fact it rests on, and what it takes to make it again."""

    references: tuple[Citation, ...]
    provenance: Provenance


def document(simulation: Simulation, plan: Plan, knowledge: Knowledge) -> SimulationDocument:
    """Add references and provenance to a simulation of ``plan``."""
    ids = dict.fromkeys(item for item in cited(simulation) if isinstance(item, str))
    canonical = json.dumps(plan.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return SimulationDocument(
        **msgspec.structs.asdict(simulation),
        references=tuple(knowledge.cite(id_) for id_ in ids),
        provenance=Provenance(
            speciosa_version=__version__,
            knowledge_release=knowledge.release.number,
            knowledge_date=knowledge.release.date,
            seed=simulation.seed,
            input_sha256=hashlib.sha256(canonical.encode()).hexdigest(),
            intended_use=knowledge.release.intended_use,
        ),
    )
