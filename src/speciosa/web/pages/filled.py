"""The form as it stands: what was typed, what it adds up to, and what needs action at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from speciosa.assessment import assess
from speciosa.case import Case, parse_case
from speciosa.clinical.severity import score
from speciosa.errors import InputError, InputProblem
from speciosa.report import numbers
from speciosa.web import at_once
from speciosa.web.pages import known_names
from speciosa.web.pages.form import Built, Fields, to_document
from speciosa.web.pages.form.layout import QUESTIONNAIRES, ROWS
from speciosa.web.pages.form.words import input_words, of_the_form
from speciosa.web.place_names import place_code, places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.assessment import Assessment
    from speciosa.clinical.safety.result import UrgentResult
    from speciosa.knowledge import Knowledge

# Parts of the page that a message can point to when no single input is meant.
SECTIONS = (
    "date", "place", "person", "symptoms", "signs", "conditions", "medicines", "substances",
    "kratom", "preferences", "earlier", "labs",
    "symptoms.feature", "kratom.criterion", "preferences.style",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is wrong, and the id of the input it stands beside ("" for none)."""

    place: str
    sentence: str


@dataclass(frozen=True)
class Filled:
    """A form with everything the server says about it."""

    fields: Fields
    base: Mapping[str, Any]
    knowledge: Knowledge
    today: dt.date
    problems: tuple[Problem, ...] = ()
    unshown: tuple[str, ...] = ()
    carried_from: str = ""
    key: str = ""
    person_label: str = ""
    errors: Mapping[str, str] = field(init=False)
    understood: Mapping[str, known_names.Understood] = field(init=False)

    def __post_init__(self) -> None:
        errors: dict[str, str] = {}
        for problem in self.problems:
            errors.setdefault(problem.place, problem.sentence)
        object.__setattr__(self, "errors", errors)
        object.__setattr__(
            self, "understood", dict(known_names.understood(self.fields, self.knowledge))
        )

    def value(self, name: str) -> str:
        """What was typed under a name."""
        return self.fields.one(name)

    def chosen(self, name: str) -> tuple[str, ...]:
        """What was ticked under a name."""
        return self.fields.many(name)

    def error(self, name: str) -> str:
        """What is wrong with the input of that name."""
        return self.errors.get(name, "")

    def rows(self, prefix: str) -> tuple[int, ...]:
        """The numbers of the rows to show."""
        return self.fields.rows(prefix)

    def any_under(self, *names: str) -> bool:
        """Whether anything below these names was typed: folded parts that hold something open."""
        return any(
            any(text.strip() for text in texts)
            for name in names
            for rest, texts in (*self.fields.under(name), ("", self.fields.many(name)))
            if not rest.endswith((".was", "_unit"))
        )

    @property
    def problem_items(self) -> list[tuple[str, str]]:
        """The problems for the list at the top of the page."""
        return [
            (one.place, f"{input_words(one.place)}: {one.sentence}")
            if one.place
            else ("", one.sentence)
            for one in self.problems
        ]

    @property
    def scores(self) -> dict[str, str]:
        """The total of each questionnaire in words."""
        return {name: score_words(self.fields, name, self.knowledge) for name in QUESTIONNAIRES}

    @property
    def urgent(self) -> UrgentResult | None:
        """The crisis route of what stands in the form."""
        return at_once.of_fields(self.fields.values, self.knowledge, self.today)

    @property
    def place_name(self) -> str:
        """The name of the place, where law is on file."""
        code = place_code(self.fields.one("place"), self.knowledge)
        return dict(places(self.knowledge)).get(code, "")


def score_words(fields: Fields, instrument: str, knowledge: Knowledge) -> str:
    """The total, its band and how much was answered; empty while nothing is."""
    cell = QUESTIONNAIRES[instrument]
    (part,) = cell.read(fields)
    part = part or {}
    given = part.get("answers") or part.get("total")
    if given is None:
        return ""
    try:
        found = score(instrument, given, knowledge)
    except InputError:
        return ""
    answered = (
        f" ({found.answered} of {found.items} answered)"
        if found.answered is not None and found.answered != found.items
        else ""
    )
    if found.total is None:
        return f"{found.name}: no total{answered}. {found.reason}"
    shown = numbers.shown(found.total)
    bounds = f" ({shown.range})" if shown.range else ""
    band = f", {found.band}" if found.band else ""
    prorated = ", prorated" if found.prorated else ""
    return f"{found.name}: {shown.number} of {found.maximum}{bounds}{band}{prorated}{answered}"


@dataclass(frozen=True)
class Reading:
    """What a form says: a case, or what is wrong with it."""

    built: Built
    case: Case | None
    problems: tuple[Problem, ...]


def read(fields: Fields, base: Mapping[str, Any], knowledge: Knowledge, today: dt.date) -> Reading:
    """The case that a form says, or every problem with the place of its input.

    A day after tomorrow is refused: ``today`` is that of UTC, and it is tomorrow in the east first.
    """
    place = place_code(fields.one("place"), knowledge)
    built = to_document(fields.with_values({"place": (place,)}), base)
    problems = list(built.problems)
    case = None
    try:
        case = parse_case(built.document)
    except InputError as error:
        problems += error.problems
    last = today + dt.timedelta(days=1)
    if case is not None and case.date > last:
        problems.append(InputProblem("date", f"{case.date}", f"a day that is not after {last}"))
    return Reading(built, None if problems else case, placed(problems, built, fields))


def assessed(
    reading: Reading, fields: Fields, knowledge: Knowledge, subjects: int
) -> tuple[Assessment | None, tuple[Problem, ...]]:
    """The assessment of what was typed, or why there is none."""
    if reading.case is None:
        return None, reading.problems
    try:
        return assess(reading.case, knowledge, subjects=subjects), ()
    except InputError as error:
        return None, placed(error.problems, reading.built, fields)


def placed(problems: Sequence[InputProblem], built: Built, fields: Fields) -> tuple[Problem, ...]:
    """Problems in the case's own words, each with the input it belongs beside."""
    names = {*fields.values, *SECTIONS, *(f"{p}.{i}" for p in ROWS for i in fields.rows(p))}
    names |= {name for cell in QUESTIONNAIRES.values() for name in cell.names}
    return tuple(Problem(built.place(one.field, names), _sentence(one)) for one in problems)


def _sentence(problem: InputProblem) -> str:
    value = problem.value if problem.value[:1] in "\"'" else of_the_form(problem.value)
    given = f"Got {value}; accepted: {of_the_form(problem.accepted)}."
    return f"{given} Did you mean {problem.suggestion}?" if problem.suggestion else given
