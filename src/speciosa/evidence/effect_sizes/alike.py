"""What may not be put together: different scales, opposite directions, SDs of two kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from speciosa.errors import InputProblem
from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.studies.names import value_kind


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
