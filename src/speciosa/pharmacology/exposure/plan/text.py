"""One line of text as a regimen: a small strict grammar.

    plan      = part {"then" part} ["then stop"]
    part      = what {[","] when}
    what      = "2 g leaf tea" | "3 capsules of 500 mg leaf" | "extract shot 150 mg mitragynine" |
                "15 mg 7-oh tablet" | "40 mg mitragynine" | ...
    when      = "once" | "three times a day" | "every 8 hours" | "at 8:00 and 20:00" | "daily" |
                "5 days a week" | "every other day" | "for 14 days"

What the grammar does not know is refused with its place; nothing is guessed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from speciosa.errors import InputError, InputProblem
from speciosa.pharmacology.exposure.plan.document import Plan, minutes
from speciosa.pharmacology.exposure.plan.read import parse_plan

LONGEST_TEXT = 500
_FOLLOW_AFTER_STOP_DAYS = 14.0

_TWELVE = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_NUMBER_WORDS = {word: str(i) for i, word in enumerate(_TWELVE, start=1)}
_N = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_COUNT = rf"(?:{_N}\s+)?"
_OH = r"(?:7-?oh|7-hydroxymitragynine)"

ACCEPTED_WHAT = (
    "an amount and a product: 2 g leaf tea; 2 g leaf powder; 3 capsules of 500 mg leaf; "
    "1 g extract; extract shot 150 mg mitragynine; 15 mg 7-oh tablet; 40 mg mitragynine"
)
ACCEPTED_WHEN = (
    "once; twice a day; three times a day; every 8 hours; at 8:00 and 20:00; daily; "
    "5 days a week; every other day; for 14 days; then stop"
)


class _What(NamedTuple):
    pattern: str
    build: Callable[[tuple[str | None, ...]], dict[str, Any]]


class _Timing(NamedTuple):
    """What was said of when a product is taken; ``days`` is how long it goes on."""

    times_per_day: float | None = None
    every_hours: float | None = None
    times: tuple[str, ...] = ()
    days_per_week: float | None = None
    every_days: float | None = None
    days: float | None = None

    @property
    def repeated(self) -> bool:
        """Whether it is taken day after day."""
        spread = (self.times_per_day, self.every_hours, self.days_per_week, self.every_days)
        return any(part is not None for part in (*spread, self.days))


class _When(NamedTuple):
    kind: str
    pattern: str
    add: Callable[[_Timing, tuple[str | None, ...]], _Timing]


def read_plan_text(text: str) -> Plan:
    """Read one line such as ``2 g leaf tea three times a day for 14 days then stop``.

    Raises ``InputError`` that quotes what was not understood and lists what is accepted.
    """
    if len(text) > LONGEST_TEXT:
        problem = InputProblem("REGIMEN", f"{len(text):,} characters", f"up to {LONGEST_TEXT}")
        raise InputError([problem])
    pieces = re.split(r"[,;]?\s*\bthen\b\s*", _normal(text))
    stops = len(pieces) > 1 and pieces[-1] in {"stop", "stops", "nothing"}
    if stops:
        pieces.pop()
    parts = [_part(piece) for piece in pieces]
    return parse_plan(_joined(parts, stops=stops))


def _normal(text: str) -> str:
    """Small letters, single spaces, number words as figures, one way to write a product's name."""
    found = re.sub(r"\s+", " ", text.strip().lower()).removesuffix(".")
    for before, after in (
        (r"[‐‑–]", "-"),
        (r"\b7 (?:oh|hydroxymitragynine)\b", "7-oh"),
        (r"\bgrams?\b", "g"),
        (r"\bmilligrams?\b", "mg"),
        (r"(?<=[0-9])(?=(?:g|mg)\b)", " "),
        (r"\bkratom (?=leaf|tea|extract|capsule|shot)", ""),
        (r"\bkratom powder\b", "leaf powder"),
    ):
        found = re.sub(before, after, found)
    words = (_NUMBER_WORDS.get(word, word) for word in found.split(" "))
    return " ".join(words)


# ------------------------------------------------------------------ what is taken


def _number(text: str | None) -> float:
    return float(text or "1")


def _leaf(groups: tuple[str | None, ...], form: str) -> dict[str, Any]:
    amount, unit = groups
    return {"form": form, "dose": {"leaf_g": _number(amount) / (1000 if unit == "mg" else 1)}}


def _capsules(groups: tuple[str | None, ...]) -> dict[str, Any]:
    count, weight, unit = groups
    each = _number(weight) * (1000 if unit == "g" else 1)
    return {"form": "capsule", "dose": {"capsules": _number(count), "capsule_leaf_mg": each}}


def _labelled(groups: tuple[str | None, ...], form: str) -> dict[str, Any]:
    """Units with a content on the label: number, mg of mitragynine, mg of 7-OH."""
    count, mitragynine, seven_oh = groups
    content = {"mitragynine_mg_per_unit": mitragynine, "seven_oh_mg_per_unit": seven_oh}
    said = {name: float(mg) for name, mg in content.items() if mg is not None}
    return {"form": form, "dose": {"units": _number(count), **said}}


def _alkaloid(groups: tuple[str | None, ...]) -> dict[str, Any]:
    mitragynine, seven_oh = groups
    dose = {"mitragynine_mg": float(mitragynine or 0)}
    if seven_oh is not None:
        dose["seven_oh_mg"] = float(seven_oh)
    return {"form": "unknown", "dose": dose}


_WHAT = (
    _What(rf"{_N} (g|mg) (?:of )?(?:leaf |the )?tea", lambda g: _leaf(g, "tea")),
    _What(rf"{_N} (g|mg) (?:of )?leaf (?:as |in )(?:a )?tea", lambda g: _leaf(g, "tea")),
    _What(rf"{_N} (g|mg) (?:of )?fresh leaf", lambda g: _leaf(g, "fresh_leaf")),
    _What(rf"{_N} (g|mg) (?:of )?leaf(?: powder)?", lambda g: _leaf(g, "leaf_powder")),
    _What(rf"{_N} (g|mg) (?:of )?(?:leaf )?extract", lambda g: _leaf(g, "extract")),
    _What(
        rf"{_COUNT}capsules? (?:of|with|at) {_N} (g|mg)(?: each)?(?: of)? leaf(?: powder)?",
        _capsules,
    ),
    _What(
        rf"{_COUNT}(?:extract )?shots? (?:of |with )?{_N} mg mitragynine(?: each)?"
        rf"(?: and {_N} mg {_OH}(?: each)?)?",
        lambda g: _labelled(g, "extract_shot"),
    ),
    _What(
        rf"{_COUNT}{_OH} tablets? (?:of |with )?{_N} mg(?: each)?",
        lambda g: _labelled((g[0], None, g[1]), "7_oh_product"),
    ),
    _What(
        rf"{_COUNT}tablets? (?:of |with )?{_N} mg {_OH}(?: each)?",
        lambda g: _labelled((g[0], None, g[1]), "7_oh_product"),
    ),
    _What(
        rf"{_N} mg {_OH}(?: tablets?| product)?",
        lambda g: _labelled((None, None, g[0]), "7_oh_product"),
    ),
    _What(rf"{_N} mg mitragynine(?: and {_N} mg {_OH})?", _alkaloid),
)

# ------------------------------------------------------------------ when it is taken

_CLOCK = r"[0-9]{1,2}:[0-9]{2}"
_PER_DAY = r"(?:(?:a|per|each|every) day|daily)"


_DAYS_IN = {"day": 1, "week": 7, "month": 30, "year": 365}

_WHEN = (
    _When(
        "how often",
        r"(?:once|1 time|1 dose|single dose)(?! (?:a|per|each|every) )",
        lambda timing, g: timing,
    ),
    _When(
        "how often",
        rf"(?:(once|twice|thrice)|{_N} times|{_N} time) {_PER_DAY}",
        lambda timing, g: timing._replace(times_per_day=_times(g)),
    ),
    _When(
        "how often",
        rf"every {_N} (?:hours|hour|h)",
        lambda timing, g: timing._replace(every_hours=_number(g[0])),
    ),
    _When(
        "times of day",
        rf"at ({_CLOCK}(?:(?:,| and|, and) {_CLOCK})*)",
        lambda timing, g: timing._replace(times=tuple(re.findall(_CLOCK, g[0] or ""))),
    ),
    _When(
        "days of use",
        rf"(?:on )?{_N} days? (?:a|per|each|every|of (?:the|each|every)) week",
        lambda timing, g: timing._replace(days_per_week=_number(g[0])),
    ),
    _When(
        "days of use",
        r"every (?:other|second) day",
        lambda timing, g: timing._replace(every_days=2.0),
    ),
    _When(
        "days of use",
        rf"every {_N} days",
        lambda timing, g: timing._replace(every_days=_number(g[0])),
    ),
    _When(
        "every day",
        r"(?:every|each) day|daily",
        lambda timing, g: timing._replace(every_days=timing.every_days or 1.0),
    ),
    _When(
        "how long",
        rf"for {_N} (day|week|month|year)s?",
        lambda timing, g: timing._replace(days=_number(g[0]) * _DAYS_IN[g[1] or "day"]),
    ),
)


def _times(groups: tuple[str | None, ...]) -> float:
    word, times, time = groups
    return {"once": 1.0, "twice": 2.0, "thrice": 3.0}[word] if word else _number(times or time)


class _Part(NamedTuple):
    """A product and when it is taken."""

    product: dict[str, Any]
    timing: _Timing


def _part(piece: str) -> _Part:
    product, rest = _what(re.sub(r"^an? ", "1 ", piece))
    timing, said = _Timing(), set[str]()
    while rest := rest.lstrip(" ,;"):
        found = ((re.match(rf"(?:{w.pattern})(?=$|[ ,;])", rest), w) for w in _WHEN)
        match, when = next(((m, w) for m, w in found if m), (None, None))
        if match is None or when is None:
            raise _not_understood(rest, ACCEPTED_WHEN)
        if when.kind in said:
            raise _not_understood(match[0], f"{when.kind} once", f"{when.kind} said twice")
        said.add(when.kind)
        timing = when.add(timing, match.groups())
        rest = rest[match.end() :]
    if timing.times and (timing.times_per_day is not None or timing.every_hours is not None):
        raise _not_understood(piece, "how often, or times of day", "said in two ways")
    return _Part(product, timing)


def _what(piece: str) -> tuple[dict[str, Any], str]:
    matches = [(re.match(rf"{what.pattern}(?=$|[ ,;])", piece), what) for what in _WHAT]
    longest = max(
        ((match.end(), match, what) for match, what in matches if match),
        key=lambda found: found[0],
        default=None,
    )
    if longest is None:
        raise _not_understood(piece, ACCEPTED_WHAT)
    end, match, what = longest
    return what.build(match.groups()), piece[end:]


def _not_understood(words: str, accepted: str, problem: str = "not understood") -> InputError:
    short = words if len(words) <= 40 else f"{words[:37]}..."
    given = f"{json.dumps(short, ensure_ascii=not short.isprintable())} ({problem})"
    return InputError([InputProblem("REGIMEN", given, accepted)])


# ------------------------------------------------------------------ the parts one after another


def _joined(parts: list[_Part], *, stops: bool) -> dict[str, Any]:
    plan: dict[str, Any] = {"products": [], "use": [], "doses": []}
    day = 1
    for i, part in enumerate(parts):
        name = f"product-{i + 1}"
        plan["products"].append({"name": name, **part.product})
        day += _laid(plan, name, part.timing, day=day, ends=stops or i < len(parts) - 1)
    if stops:
        plan["follow_days"] = _FOLLOW_AFTER_STOP_DAYS
    return plan


def _laid(plan: dict[str, Any], name: str, timing: _Timing, *, day: int, ends: bool) -> int:
    """Add one part to the plan from a day on; how many days it takes."""
    if not timing.repeated:
        times = sorted(timing.times, key=minutes)
        singles = [{"product": name, "day": day, "time": time} for time in times]
        plan["doses"] += singles or [{"product": name, "day": day}]
        return 1
    use: dict[str, Any] = {"product": name, "from_day": day, **_pattern(timing)}
    if timing.days is not None:
        days = _whole(timing.days, "days")
    elif day > 1:
        raise _not_understood(
            f"product {len(plan['products'])}",
            "how long after a change: for 14 days",
            "no duration",
        )
    else:
        plan["before"] = "steady"
        days = _shown_days(timing)
    if timing.days is not None or ends:
        use["to_day"] = day + days - 1
    plan["use"].append(use)
    return days


def _pattern(timing: _Timing) -> dict[str, Any]:
    """The fields of a use that say when."""
    said: dict[str, Any] = {}
    if timing.times:
        said["times"] = list(timing.times)
    elif timing.every_hours is not None:
        said["every_hours"] = timing.every_hours
    else:
        said["times_per_day"] = _whole(timing.times_per_day or 1.0, "times a day")
    if timing.days_per_week is not None:
        said["days_per_week"] = _whole(timing.days_per_week, "days a week")
    if timing.every_days is not None and timing.every_days != 1:
        said["every_days"] = _whole(timing.every_days, "days")
    return said


def _shown_days(timing: _Timing) -> int:
    """Days of a steady pattern that are listed before something else follows."""
    if timing.days_per_week is not None:
        return 7
    if timing.every_days is not None:
        return _whole(timing.every_days, "days")
    return math.ceil((timing.every_hours or 24.0) / 24.0)


def _whole(value: float, words: str) -> int:
    """A count as a whole number; a fraction is refused rather than rounded."""
    if value != int(value) or value < 1:
        raise _not_understood(f"{value:g}", f"a whole number of {words} from 1", "no whole number")
    return int(value)
