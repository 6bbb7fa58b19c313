"""Names of treatments and trials: two spellings of one name are asked about, never merged."""

from __future__ import annotations

import re
from collections.abc import Iterable

from speciosa.errors import InputProblem


def variants(names: Iterable[str], what: str) -> list[InputProblem]:
    """A problem for each pair of names that differ by case, spaces or hyphens alone."""
    seen: dict[str, str] = {}
    problems = []
    for name in dict.fromkeys(names):
        first = seen.setdefault(_key(name), name)
        if first != name:
            accepted = f"one spelling for each {what}, or names that differ by more than case, "
            accepted += "spaces and hyphens"
            problems.append(InputProblem(what, f"{name!r} beside {first!r}", accepted, repr(first)))
    return problems


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is meant by another case or spacing, or that begins alike; or ""."""
    known = list(known)
    same = [one for one in known if _key(one) == _key(name)]
    alike = [one for one in known if _key(name) and _key(one).startswith(_key(name))]
    return next(iter(same or alike), "")


def _key(name: str) -> str:
    """Case, spaces, hyphens and underscores aside; a point stays, because it tells doses apart."""
    return re.sub(r"[\s_\-]+", "", name.casefold())
