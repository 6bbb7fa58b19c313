"""The shares of every source with their references and where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from speciosa.assessment import Provenance
from speciosa.finding import Finding, worst_first
from speciosa.knowledge import Citation
from speciosa.pharmacology.exposure.regimen.forecast import told
from speciosa.pharmacology.wording import finding
from speciosa.population.output.document import PeopleDrawn
from speciosa.population.run.described import drawn_from, unknown_in
from speciosa.population.run.gathered import findings as of_population
from speciosa.population.sensitivity.exposure import Shares
from speciosa.population.sensitivity.indices import CONFIDENCE, RESAMPLES
from speciosa.population.who import draw
from speciosa.report.simulation.document import document as simulation_document

if TYPE_CHECKING:
    from speciosa.population.run.prepared import Prepared

_SPOKEN_OF = 200
_SAID = (
    "simulate.describes",
    "simulate.no_safe_level",
    "simulate.few",
    "simulate.cirrhosis_assumed",
    "simulate.people_studied",
    "simulate.bodies_assumed",
    "exposure.body",
    "exposure.swallowed_seven_oh",
    "exposure.extrapolation",
)


class SensitivityDocument(msgspec.Struct, frozen=True, kw_only=True):
    """First- and total-order Sobol indices of the logarithm of each measure.

    ``subjects`` people were run ``runs`` times, with one source after the other exchanged.
    ``sources`` says in words what each source is, ``people`` who they are and what is assumed of
    them. Intervals are ``confidence`` bootstrap intervals from ``resamples`` resamples.
    """

    title: str
    understood: tuple[str, ...]
    structures: tuple[str, ...]
    population: str
    people: PeopleDrawn | None
    subjects: int
    runs: int
    seed: int
    confidence: float
    resamples: int
    sources: dict[str, str]
    shares: tuple[Shares, ...]
    findings: tuple[Finding, ...]
    references: tuple[Citation, ...]
    provenance: Provenance


def document(found: tuple[Shares, ...], ready: Prepared, subjects: int) -> SensitivityDocument:
    """Put words, references and provenance to the shares."""
    knowledge, course = ready.knowledge, ready.course
    some, _ = ready.follow(0, min(subjects, _SPOKEN_OF))
    base = told(course, some, course.seen(some, knowledge), knowledge)
    words = knowledge.kratom.simulate_wording
    said = [one for one in of_population(base.findings, ready) if one.id in _SAID]
    said.append(finding(words, "simulate.shares_mean"))
    if len(ready.request.structures) > 1:
        said.append(finding(words, "simulate.shares_structure"))
    base = msgspec.structs.replace(base, findings=worst_first(tuple(said)), products=(), washout=())
    whole = simulation_document(base, course.plan, knowledge)
    drawn = ready.population and draw(ready.population, ready.request.seed, count=subjects)
    people = drawn_from(ready, subjects, unknown_in(drawn) if drawn else {})
    known = {one.id for one in whole.references}
    more = () if people is None else (*people.effect_facts, *people.facts)
    cited = tuple(knowledge.cite(id_) for id_ in dict.fromkeys(more) if id_ not in known)
    phrases = {**knowledge.kratom.exposure_wording.phrases, **words.phrases}
    groups = [one.group for one in found[0].sources] if found else []
    return SensitivityDocument(
        title=base.title,
        understood=base.understood,
        structures=base.structures,
        population=people.title if people else "",
        people=people,
        subjects=subjects,
        runs=len(groups) + 2,
        seed=ready.request.seed,
        confidence=CONFIDENCE,
        resamples=RESAMPLES,
        sources={group: phrases[f"driver_{group}"] for group in groups},
        shares=found,
        findings=base.findings,
        references=(*whole.references, *cited),
        provenance=whole.provenance,
    )
