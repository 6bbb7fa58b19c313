"""Populations of the knowledge base: people drawn cell by cell from published figures.

A person's sex and age come first; height and body mass index follow from them, weight from both;
ancestry follows from age and genotypes from ancestry; filtration from age. Bodies and ancestry are
taken as independent within a cell.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from speciosa.case.vocabulary import Phenotype
from speciosa.knowledge.population import GROUPS, PHENOTYPES
from speciosa.knowledge.population.record import Documented
from speciosa.pharmacology.exposure.virtual.draws import Array, normals, stream, uniforms
from speciosa.population.who.columns import KINDS, UNKNOWN, Drawn, Values, ordered
from speciosa.population.who.population import Population

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.population import Populations

_LARGEST_Z = 3.0  # nobody is drawn further out than one in 740
_CM_PER_M = 100.0
_PER_CENT = 100.0
_CYP2D6 = np.array([tuple(Phenotype).index(Phenotype(name)) for name in PHENOTYPES], dtype=np.int8)
_SEXES = KINDS["sex"].words
_EGFR = "population/egfr/"


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class _Figures:
    """Published figures as arrays; a row of the first dimension is a cell, a group or an age."""

    share: Array
    female: NDArray[np.bool_]
    from_years: Array
    years: Array
    height_mean: Array
    height_sd: Array
    log_bmi: Array
    z: Array
    groups: Array
    cyp2d6: Array
    cyp3a5: Array
    egfr_from: Array
    egfr_mean: Array
    egfr_sd: float
    cirrhosis: float


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FromFigures(Population):
    """A documented population."""

    figures: _Figures

    def draw(self, seed: int, *, first: int, count: int) -> Drawn:
        """Subjects ``first`` onwards; subject i depends on (seed, i) alone."""
        held = self.figures

        def flat(purpose: str) -> Array:
            drawn: Array = uniforms(seed, stream(f"who/{purpose}"), count, 1, first=first)[:, 0]
            return drawn

        def normal(purpose: str) -> Array:
            z = normals(seed, stream(f"who/{purpose}"), count, 1, first=first)[:, 0]
            return z.clip(-_LARGEST_Z, _LARGEST_Z)

        cell = _place(flat("cell"), np.cumsum(held.share))
        age = held.from_years[cell] + np.floor(flat("age") * held.years[cell])
        height = held.height_mean[cell] + held.height_sd[cell] * normal("height")
        bmi = np.exp(_at(normal("bmi"), held.z, held.log_bmi, cell))
        ancestry = _from_shares(flat("ancestry"), held.groups[cell])
        band = np.searchsorted(held.egfr_from, age, side="right") - 1
        spread = np.exp(held.egfr_sd * normal("egfr") - held.egfr_sd**2 / 2.0)
        female, male = (_SEXES.index(word) for word in ("female", "male"))
        columns: dict[str, Values] = {
            "age_years": age,
            "sex": np.where(held.female[cell], female, male).astype(np.int8),
            "weight_kg": bmi * (height / _CM_PER_M) ** 2,
            "height_cm": height,
            "ancestry": ancestry,
            "cyp2d6": _genotype(flat("cyp2d6"), held.cyp2d6, ancestry),
            "cyp3a5": _expresses(flat("cyp3a5"), held.cyp3a5, ancestry),
            "egfr_ml_min_1_73m2": held.egfr_mean[np.maximum(band, 0)] * spread,
            "liver_disease": (flat("liver") < held.cirrhosis).astype(np.int8),
        }
        return Drawn(first=first, count=count, columns=ordered(columns))


def documented(record: Documented, knowledge: Knowledge) -> FromFigures:
    """A population of the knowledge base, ready to be drawn from."""
    table = knowledge.population
    figures = _figures(record, table)
    facts = _facts(record, table)
    raw = b"".join(
        np.asarray(getattr(figures, field.name), dtype=np.float64).tobytes()
        for field in dataclasses.fields(figures)
    )
    return FromFigures(
        id=record.id,
        title=record.title,
        about=record.about,
        limits=record.limits,
        facts=facts,
        sources=tuple(sorted({s for name in facts for s in table.fact(name).sources})),
        key=hashlib.blake2b(msgspec.json.encode(record) + raw, digest_size=16).hexdigest(),
        figures=figures,
    )


def _figures(record: Documented, table: Populations) -> _Figures:
    shares = table.make_up[record.id]
    builds = {row.name: row for row in table.bodies.rows}
    rows = [builds[share.name] for share in shares]
    share = np.array([row.share for row in shares])
    genotypes = [table.genotypes(group) for group in GROUPS]
    egfr = {
        int(fact.id.removeprefix(_EGFR).split("-")[0]): fact.number
        for fact in table.read.values()
        if fact.id.startswith(_EGFR) and "-" in fact.id
    }
    return _Figures(
        share=share / share.sum(),
        female=np.array([row.sex == "female" for row in shares]),
        from_years=np.array([float(row.from_years) for row in shares]),
        years=np.array([float(row.to_years - row.from_years + 1) for row in shares]),
        height_mean=np.array([row.height_mean_cm for row in rows]),
        height_sd=np.array([row.height_sd_cm for row in rows]),
        log_bmi=np.log([row.bmi_kg_m2 for row in rows]),
        z=_scores(table.bodies.percentiles),
        groups=np.array([_groups(record, row.from_years, table) for row in shares]),
        cyp2d6=np.array([held.cyp2d6 for held in genotypes]),
        cyp3a5=np.array([held.expresses_cyp3a5 for held in genotypes]),
        egfr_from=np.array(sorted(egfr), dtype=np.float64),
        egfr_mean=np.array([egfr[age] for age in sorted(egfr)]),
        egfr_sd=table.read["population/egfr/spread"].number,
        cirrhosis=table.read["population/cirrhosis/prevalence"].number / _PER_CENT,
    )


def _groups(record: Documented, from_years: int, table: Populations) -> list[float]:
    """Shares of the groups at an age, in the order of ``GROUPS``; the rest is not known."""
    if record.ancestry == Documented.UNKNOWN:
        return [0.0] * len(GROUPS)
    if record.ancestry != Documented.BY_AGE:
        return [table.read[record.ancestry].number / _PER_CENT, 0.0, 0.0, 0.0]
    row = next(r for r in table.ancestry if r.from_years == from_years)
    return [row.shares[group] for group in GROUPS]


def _facts(record: Documented, table: Populations) -> tuple[str, ...]:
    """The facts that who is drawn rests on, in a stable order."""
    genes = (
        []
        if record.ancestry == Documented.UNKNOWN
        else [name for name in table.read if name.startswith("population/cyp3a5/")]
    )
    if genes:
        genes += [f"population/cyp2d6/{group}/{name}" for group in GROUPS for name in PHENOTYPES]
    named: Mapping[str, None] = dict.fromkeys(
        (
            *record.made_of,
            "population/bodies/n",
            *(f"population/people/{record.id}/{row.name}" for row in table.make_up[record.id]),
            *(name for name in table.read if name.startswith(_EGFR)),
            *genes,
            "population/cirrhosis/prevalence",
        )
    )
    return tuple(named)


def _scores(percentiles: Sequence[int]) -> Array:
    """The standard normal scores of percentiles."""
    from statistics import NormalDist  # noqa: PLC0415 - needed once

    return np.array([NormalDist().inv_cdf(p / _PER_CENT) for p in percentiles])


def _at(z: Array, knots: Array, values: Array, rows: NDArray[np.intp]) -> Array:
    """Values of each row at ``z``: straight between the knots and on along the outer pieces."""
    piece = np.clip(np.searchsorted(knots, z) - 1, 0, knots.size - 2)
    low, high = values[rows, piece], values[rows, piece + 1]
    along = (z - knots[piece]) / (knots[piece + 1] - knots[piece])
    return np.asarray(low + along * (high - low))


def _place(u: Array, edges: Array) -> NDArray[np.intp]:
    return np.minimum(np.searchsorted(edges, u, side="right"), edges.size - 1)


def _from_shares(u: Array, shares: Array) -> NDArray[np.int8]:
    """The place of each person by the shares of their row; ``UNKNOWN`` beyond all of them."""
    edges = np.cumsum(shares, axis=1)
    place = (u[:, None] >= edges).sum(axis=1)
    return np.where(place < shares.shape[1], place, UNKNOWN).astype(np.int8)


def _genotype(u: Array, shares: Array, ancestry: NDArray[np.int8]) -> NDArray[np.int8]:
    """Phenotype of CYP2D6; not known where the ancestry is not."""
    edges = np.cumsum(shares, axis=1)[ancestry]
    place = np.minimum((u[:, None] >= edges).sum(axis=1), shares.shape[1] - 1)
    return np.where(ancestry == UNKNOWN, np.int8(UNKNOWN), _CYP2D6[place])


def _expresses(u: Array, shares: Array, ancestry: NDArray[np.int8]) -> NDArray[np.int8]:
    """Whether CYP3A5 is expressed; not known where the ancestry is not."""
    yes = (u < shares[ancestry]).astype(np.int8)
    return np.where(ancestry == UNKNOWN, np.int8(UNKNOWN), yes)
