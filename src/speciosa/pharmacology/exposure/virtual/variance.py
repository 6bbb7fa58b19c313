"""Where the spread of the exposure comes from, and which measurement would narrow it.

Four sources: the content of the products, the differences between people, the uncertainty of the
parameters, and the choice of the structure. The variance of the log area of a day is split by the
law of total variance: first between the structures; then, within each, by regression on what was
drawn for every subject. The draws of the sources are independent, so the variance of each source's
part of the regression is its first-order share. What is left (the sources acting together) is
shared out in proportion, so that the shares add up to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.pharmacology.exposure.virtual.draws import Array, normals, stream
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H

if TYPE_CHECKING:
    from speciosa.pharmacology.exposure.virtual.people import People

CONTENT, PERSON, KNOWLEDGE, STRUCTURE = "content", "body", "model", "structure"
_LEAST = 1e-12  # amounts and areas below this are nought
_RIDGE = 1e-3  # keeps the regression determined in small populations
_TRUTHS = 64  # subjects who are measured in turn when the worth of a level is reckoned


class Parts(NamedTuple):
    """Log area of a day of every subject under one structure, and what each source adds to it."""

    log_area: Array
    content: Array
    person: Array
    knowledge: Array


def parts(people: People, structure: str, *, of_seven_oh: bool) -> Parts:
    """The regression of one structure; NaN for those for whom it was not run."""
    levels, bodies = people.by_structure[structure], people.bodies[structure]
    who = levels.known
    nm = levels.seven_oh_nm if of_seven_oh else levels.mitragynine_nm
    end = float(people.time_h[-1])
    y = np.log(np.maximum(people.area(nm[who], end - DAY_H, end), _LEAST))
    amounts = np.stack((people.mitragynine_mg_per_day, people.seven_oh_mg_per_day), axis=1)
    groups = (
        np.log(np.maximum(amounts, _LEAST))[who],
        bodies.deviation[who],
        np.column_stack((bodies.typical, np.log(people.beyond)))[who],
    )
    columns = [y, *_contributions(y, groups)]
    full = np.full((len(columns), people.subjects), np.nan)
    full[:, who] = columns
    return Parts(*full)


def all_parts(people: People, *, of_seven_oh: bool) -> tuple[Parts, ...]:
    """The regression of every structure, in the order of the structures."""
    return tuple(parts(people, name, of_seven_oh=of_seven_oh) for name in people.structures)


def shares(people: People, found: tuple[Parts, ...]) -> dict[str, float]:
    """Share of each source in the variance of the log area of a day; they add up to one."""
    weight = np.bincount(people.lives_by, minlength=len(found)) / people.subjects
    means = np.array([np.nanmean(p.log_area) for p in found])
    variances = np.array([np.nanvar(p, axis=1) for p in found]).T @ weight
    within = float(variances[0])
    total = dict(zip((CONTENT, PERSON, KNOWLEDGE), variances[1:].tolist(), strict=True))
    between = float(weight @ (means - weight @ means) ** 2)
    explained = sum(total.values())
    scale = within / explained if explained > 0.0 else 0.0
    whole = (within + between) or 1.0
    found_shares = {source: value * scale / whole for source, value in total.items()}
    return found_shares | {STRUCTURE: between / whole}


def _contributions(y: Array, groups: tuple[Array, ...]) -> tuple[Array, ...]:
    """What each group of columns adds to ``y`` around its mean, by least squares."""
    centred = [group - group.mean(axis=0) for group in groups]
    kept = [group[:, group.std(axis=0) > 0.0] for group in centred]
    scaled = [group / group.std(axis=0) for group in kept]
    columns = np.concatenate(scaled, axis=1)
    # einsum and not a matrix product: a product of this size would wake every thread of BLAS.
    square = np.einsum("si,sj->ij", columns, columns)
    square[np.diag_indices_from(square)] += _RIDGE * y.size
    slopes = np.linalg.solve(square, np.einsum("si,s->i", columns, y - y.mean()))
    edges = np.cumsum([group.shape[1] for group in scaled])[:-1]
    return tuple(
        group @ slope for group, slope in zip(scaled, np.split(slopes, edges), strict=True)
    )


class Worth(NamedTuple):
    """Width of the 90 % range (upper end over lower end) now and after each measurement."""

    now: float
    analysis: float
    level: float
    both: float
    model: float


def worth(  # noqa: PLR0913 - what is measured, and how well
    people: People,
    found: tuple[Parts, ...],
    *,
    of_seven_oh: bool,
    laboratory_sd: float,
    assay_sd: float,
    at_h: float,
) -> Worth:
    """What measurements are expected to do to the range of the area of a day.

    ``analysis``: the products are analysed. ``level``: one plasma level is measured ``at_h``; the
    width expected is a mean over virtual people who are measured in turn. ``both``: the two
    together. ``model``: the parameters and the structure were known. ``laboratory_sd`` and
    ``assay_sd`` are standard deviations of logs.
    """

    def own(field: str) -> Array:
        rows = np.stack([getattr(p, field) for p in found])
        picked: Array = rows[people.lives_by, np.arange(people.subjects)]
        return picked

    y, content = own("log_area"), own("content")
    spread = np.log(np.maximum(_leading_mg(people, of_seven_oh=of_seven_oh), _LEAST)).std()
    left = min(1.0, laboratory_sd / spread) if spread > 0.0 else 1.0
    analysed = y - (1.0 - left) * content
    levels = people.levels
    nm = levels.seven_oh_nm if of_seven_oh else levels.mitragynine_nm
    index = int(np.argmin(np.abs(people.time_h - at_h)))
    seen = np.log(np.maximum(nm[:, index], _LEAST))
    means = np.array([np.nanmean(p.log_area) for p in found])
    known = y - own("knowledge") - means[people.lives_by] + means.mean()
    return Worth(
        now=_fold(y),
        analysis=_fold(analysed),
        level=_after_level(y, seen, assay_sd, people.seed),
        both=_after_level(analysed, seen - (1.0 - left) * content, assay_sd, people.seed),
        model=_fold(known),
    )


def _leading_mg(people: People, *, of_seven_oh: bool) -> Array:
    return people.seven_oh_mg_per_day if of_seven_oh else people.mitragynine_mg_per_day


def _fold(y: Array) -> float:
    low, high = np.percentile(y, (5, 95))
    return float(np.exp(high - low))


def _after_level(y: Array, seen: Array, assay_sd: float, seed: int) -> float:
    """Expected width once a level is known, over subjects measured in turn (geometric mean)."""
    order = np.argsort(y)
    count = min(_TRUTHS, y.size)
    measured = seen[:count] + assay_sd * normals(seed, stream("assay"), count, 1)[:, 0]
    misfit = (seen[order] - measured[:, None]) / assay_sd
    weight = np.exp(-0.5 * (misfit**2 - (misfit**2).min(axis=1, keepdims=True)))
    below = np.cumsum(weight, axis=1)
    below /= below[:, -1:]
    ordered = y[order]
    widths = [
        ordered[np.searchsorted(row, 0.95)] - ordered[np.searchsorted(row, 0.05)] for row in below
    ]
    return float(np.exp(np.mean(widths)))
