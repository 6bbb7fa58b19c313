"""Genotypes by ancestry: allele frequencies as read, and the phenotypes they make.

Two alleles are drawn independently. The activity of a pair gives the phenotype by the consensus
translation of CYP2D6 (0 poor; below 1.25 intermediate; up to 2.25 normal; above ultrarapid), with
a decreased allele counted as half. A person expresses CYP3A5 with one allele *1 or two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from speciosa.knowledge.fact import Basis, Fact

GROUPS = ("white", "black", "hispanic", "asian")
PHENOTYPES = ("poor", "intermediate", "normal", "ultrarapid")
_ACTIVITY = "population/cyp2d6/activity/"
_KINDS = ("none", "decreased", "normal", "increased")
_READ = "population/cyp2d6/read/"


class Frequencies(NamedTuple):
    """Shares of the phenotypes of CYP2D6, in the order of ``PHENOTYPES``, and of CYP3A5."""

    cyp2d6: tuple[float, ...]
    expresses_cyp3a5: float


def alleles(group: str, read: Mapping[str, Fact]) -> dict[str, float]:
    """Share of each kind of allele, adding up to one, from what was read of the group.

    What was read as functional is split into normal and increased; a kind that was not read is
    what is left of a hundred; where all were read and the rest was not, they are scaled up.
    """
    held = {
        name: fact.number
        for name in ("functional", "normal", "increased", "decreased", "none")
        if (fact := read.get(f"{_READ}{group}/{name}")) is not None
    }
    if "functional" in held:
        held["normal"] = held.pop("functional") - held["increased"]
        missing = [kind for kind in _KINDS if kind not in held]
        rest = 100.0 - sum(held.values())
        if missing:
            held[missing[0]] = rest
    total = sum(held[kind] for kind in _KINDS)
    return {kind: held[kind] / total for kind in _KINDS}


def frequencies(group: str, facts: Mapping[str, Fact]) -> Frequencies:
    """Shares of the phenotypes in a group."""
    share = alleles(group, facts)
    activity = {kind: facts[_ACTIVITY + kind].number for kind in _KINDS}
    edges = [facts[_ACTIVITY + edge].number for edge in ("intermediate_below", "normal_to")]
    found = dict.fromkeys(PHENOTYPES, 0.0)
    for one, other in product(_KINDS, repeat=2):
        found[_phenotype(activity[one] + activity[other], edges)] += share[one] * share[other]
    lacking = 1.0 - facts[f"population/cyp3a5/{group}"].number / 100.0
    return Frequencies(tuple(found[name] for name in PHENOTYPES), 1.0 - lacking**2)


def _phenotype(score: float, edges: list[float]) -> str:
    if score == 0.0:
        return "poor"
    if score < edges[0]:
        return "intermediate"
    return "normal" if score <= edges[1] else "ultrarapid"


def frequency_facts(facts: Mapping[str, Fact]) -> Iterator[Fact]:
    """The shares of the phenotypes as facts, with the sources of the alleles they come from."""
    for group in GROUPS:
        found = frequencies(group, facts)
        read = [fact for name, fact in facts.items() if name.startswith(f"{_READ}{group}/")]
        sources = tuple(sorted({source for fact in read for source in fact.sources}))
        for phenotype, share in zip(PHENOTYPES, found.cyp2d6, strict=True):
            yield Fact(
                id=f"population/cyp2d6/{group}/{phenotype}",
                subject=f"people who call themselves {group}",
                quantity=f"share with the CYP2D6 phenotype {phenotype}, from their alleles",
                value=round(share, 5),
                unit="1",
                sources=sources,
                basis=Basis.DERIVED,
                note="two alleles drawn independently; decreased function counted as half",
            )
        yield Fact(
            id=f"population/cyp3a5/{group}/expresses",
            subject=f"people who call themselves {group}",
            quantity="share who express CYP3A5, from their alleles",
            value=round(found.expresses_cyp3a5, 5),
            unit="1",
            sources=facts[f"population/cyp3a5/{group}"].sources,
            basis=Basis.DERIVED,
        )
