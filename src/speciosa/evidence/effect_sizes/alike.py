"""What may not be put together: different scales, opposite directions, SDs of two kinds."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from speciosa.errors import InputProblem
from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.studies.names import value_kind

# A wider spread of standard errors is one of units, and rounding would swamp the surest studies.
WIDEST = 1e6
# How many times smaller an SD must be than those of how many others, to be wondered at.
_TIMES, _FEWEST = 4.0, 2


def unlike(
    measure: Measure,
    *,
    scales: Iterable[str] = (),
    directions: Iterable[str] = (),
    values: Iterable[str] = (),
) -> list[InputProblem]:
    """A problem for each column whose words, one a row, say that the rows do not belong together.

    ``values`` (change or final) only where effects are computed from means and SDs.
    """
    problems = []
    counted = Counter(filter(None, scales))
    if measure is Measure.MD and len({scale.lower() for scale in counted}) > 1:
        some = ", ".join(f"{scale} ({n})" for scale, n in counted.most_common(6))
        accepted = "one scale: keep the rows of one, or --measure SMD, which pools different ones"
        problems.append(InputProblem("scale", some, accepted))
    ways = {word.lower() for word in directions if word}
    if len(ways) > 1:
        accepted = "one direction in the whole file: turn the sign of the others and say so"
        problems.append(InputProblem("better", " and ".join(sorted(ways)), accepted))
    kinds = {value_kind(word) or word.lower() for word in values if word}
    if measure is Measure.SMD and len(kinds) > 1:
        accepted = "SDs of one kind (those of changes are smaller): keep the rows of one, or use MD"
        problems.append(InputProblem("values", " and ".join(sorted(kinds)), accepted))
    return problems


def like_standard_errors(
    measure: Measure, labels: Sequence[str], sds: Sequence[float], scales: Sequence[str]
) -> Iterator[str]:
    """A warning for each study whose SDs are far below those of the others on its scale.

    That is how a standard error looks that was written down as an SD. Scales that nobody names
    are one scale for mean differences alone.
    """
    if not sds or (measure is not Measure.MD and not any(scales)):
        return
    by_scale: dict[str, list[tuple[str, float]]] = {}
    for label, sd, scale in zip(labels, sds, scales, strict=True):
        if math.isfinite(sd):
            by_scale.setdefault(scale.lower(), []).append((label, sd))
    for held in by_scale.values():
        for label, sd in held:
            others = [other for name, other in held if name != label]
            if len(others) < _FEWEST:
                continue
            usual = statistics.median(others)
            if sd * _TIMES < usual:
                yield (
                    f"{label}: its SD ({sd:.3g}) is {usual / sd:.0f} times smaller than the usual "
                    f"one of the file ({usual:.3g}). Look whether it is a standard error: it would "
                    "give the study far too much weight."
                )
