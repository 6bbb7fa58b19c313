"""Published human kinetics as a plain data file, read strictly.

The file is CSV with ``#`` lines that explain it. A row that cannot be used is refused with the
file, the line, the field and what is accepted, so that someone who holds a paper can add its rows.
"""

from __future__ import annotations

import csv
import hashlib
import math
from enum import StrEnum
from typing import TypeVar

import msgspec

from speciosa.errors import InputError, InputProblem

E = TypeVar("E", bound=StrEnum)


class Statistic(StrEnum):
    """What was reported."""

    CMAX = "cmax"
    TMAX = "tmax"
    AUC = "auc"
    AUC_DAY = "auc_day"
    HALF_LIFE = "half_life"
    VOLUME = "volume"
    CLEARANCE = "clearance"
    RATIO = "ratio"
    TROUGH = "trough"
    DAYS_TO_STEADY = "days_to_steady"
    CMAX_EXPONENT = "cmax_exponent"
    AUC_EXPONENT = "auc_exponent"
    AUC_RATIO = "auc_ratio"
    CMAX_RATIO = "cmax_ratio"
    HALF_LIFE_RATIO = "half_life_ratio"


class Spread(StrEnum):
    """What ``low`` and ``high`` are."""

    RANGE = "range"  # least and greatest person
    SD = "sd"  # mean minus and plus one standard deviation
    CI90 = "ci90"  # 90 % confidence interval of the value
    GROUPS = "groups"  # least and greatest of four dose groups
    HIGHEST = "highest"  # no interval; the value is the highest of four group means
    SE = "se"  # one standard error of the log to either side
    LIMIT = "limit"  # an upper limit alone
    NONE = ""


class Use(StrEnum):
    """What the row is for."""

    FIT = "fit"
    HELD_OUT = "held_out"
    SPREAD = "spread"


UNITS = {
    Statistic.CMAX: ("nM", "ng/mL"),
    Statistic.TROUGH: ("nM", "ng/mL"),
    Statistic.TMAX: ("h",),
    Statistic.AUC: ("nM*h", "ng*h/mL"),
    Statistic.AUC_DAY: ("nM*h", "ng*h/mL"),
    Statistic.HALF_LIFE: ("h",),
    Statistic.VOLUME: ("L",),
    Statistic.CLEARANCE: ("L/h",),
    Statistic.DAYS_TO_STEADY: ("d",),
}
DOSINGS_FORM = "single or daily:N, N whole days of one dose a day"
COLUMNS = (
    "study",
    "analyte",
    "statistic",
    "dose_mg",
    "dosing",
    "value",
    "low",
    "high",
    "spread",
    "unit",
    "n",
    "window_start_h",
    "window_end_h",
    "use",
    "structures",
    "misfit",
    "fact",
    "note",
)


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One published figure.

    ``doses`` is how many daily doses came before it (1 for a single dose), ``structures`` those in
    whose calibration it takes part; for the others it is held out. ``misfit`` is the standard
    deviation of the log added for what the structure or the reading of the figure leaves open.
    """

    study: str
    analyte: str
    statistic: Statistic
    dose_mg: float
    doses: int
    value: float
    low: float | None
    high: float | None
    spread: Spread
    unit: str
    n: int
    window_h: tuple[float, float]
    use: Use
    structures: tuple[str, ...]
    misfit: float
    fact: str
    note: str
    line: int

    def used_by(self, structure: str) -> Use:
        """What the row is for in the calibration of one structure."""
        if self.use is Use.FIT and structure not in self.structures:
            return Use.HELD_OUT
        return self.use


class ObservationError(InputError):
    """Rows of an observation file that cannot be used."""


def read_observations(text: str, file: str) -> tuple[Observation, ...]:
    """The rows of an observation file. Raises ``ObservationError`` naming every problem."""
    problems: list[InputProblem] = []
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if _holds_data(line)]
    header = next(csv.reader([lines[0][1]])) if lines else []
    if tuple(header) != COLUMNS:
        where = f"{file}, line {lines[0][0] if lines else 1}, header"
        problems.append(InputProblem(where, ",".join(header), ",".join(COLUMNS)))
        raise ObservationError(problems)
    rows = []
    for number, line in lines[1:]:
        cells = next(csv.reader([line]))
        where = f"{file}, line {number}"
        if len(cells) != len(COLUMNS):
            problems.append(InputProblem(where, f"{len(cells)} fields", f"{len(COLUMNS)} fields"))
            continue
        row = _Row(dict(zip(COLUMNS, (c.strip() for c in cells), strict=True)), where, problems)
        observation = row.read(number)
        if observation is not None:
            rows.append(observation)
    if problems:
        raise ObservationError(problems)
    return tuple(rows)


def sha256(observations: tuple[Observation, ...]) -> str:
    """Hash of what the rows say, whatever their layout, notes and comments."""
    told = [msgspec.structs.replace(o, line=0, note="") for o in observations]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _holds_data(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


class _Row:
    """The cells of one line, and where to say what is wrong with them."""

    def __init__(self, cells: dict[str, str], where: str, problems: list[InputProblem]) -> None:
        self.cells, self.where, self.problems = cells, where, problems

    def read(self, line: int) -> Observation | None:
        before = len(self.problems)
        statistic, spread = self.one_of("statistic", Statistic), self.one_of("spread", Spread)
        use = self.one_of("use", Use)
        low, high = self.optional("low"), self.optional("high")
        told = {
            "study": self.name("study"),
            "analyte": self.name("analyte"),
            "statistic": statistic,
            "dose_mg": self.number("dose_mg", "a number of mg above 0"),
            "doses": self.doses(),
            "value": self.value(low, high, spread),
            "low": low,
            "high": high,
            "spread": spread,
            "unit": self.unit(statistic),
            "n": int(self.number("n", "a whole number of people")),
            "window_h": self.window(),
            "use": use,
            "structures": self.structures(use),
            "misfit": self.optional("misfit") or 0.0,
            "fact": self.cells["fact"],
            "note": self.cells["note"],
            "line": line,
        }
        return None if len(self.problems) > before else Observation(**told)  # type: ignore[arg-type]

    def say(self, field: str, accepted: str) -> None:
        met = self.cells[field] or "nothing"
        self.problems.append(InputProblem(f"{self.where}, {field}", met, accepted))

    def name(self, field: str) -> str:
        if not self.cells[field]:
            self.say(field, "a name")
        return self.cells[field]

    def one_of(self, field: str, kind: type[E]) -> E | None:
        try:
            return kind(self.cells[field])
        except ValueError:
            self.say(field, ", ".join(member.value or "empty" for member in kind))
            return None

    def number(self, field: str, accepted: str, *, zero: bool = False) -> float:
        try:
            number = float(self.cells[field])
        except ValueError:
            number = math.nan
        if math.isfinite(number) and (number > 0.0 or (zero and number == 0.0)):
            return number
        self.say(field, accepted)
        return 1.0

    def optional(self, field: str) -> float | None:
        if not self.cells[field]:
            return None
        return self.number(field, "a number above 0, or empty")

    def value(self, low: float | None, high: float | None, spread: Spread | None) -> float:
        """The value; the geometric middle of a range over dose groups where none is given."""
        if not self.cells["value"] and spread is Spread.GROUPS and low and high:
            return math.sqrt(low * high)
        value = self.number("value", "a number above 0 (empty only for a range over dose groups)")
        if spread in (Spread.NONE, Spread.HIGHEST, None):
            if low is not None or high is not None:
                self.say("spread", "what low and high are, when they are given")
        elif high is None or (low is None and spread is not Spread.LIMIT):
            self.say("low" if low is None else "high", "a number, when spread is given")
        elif not (low or 0.0) <= value <= high or low == high:
            self.say("value", "a number between low and high")
        return value

    def unit(self, statistic: Statistic | None) -> str:
        accepted = UNITS.get(statistic, ("",)) if statistic else (self.cells["unit"],)
        if self.cells["unit"] not in accepted:
            self.say("unit", " or ".join(accepted) or "empty, for a ratio or an exponent")
        return self.cells["unit"]

    def doses(self) -> int:
        kind, _, days = self.cells["dosing"].partition(":")
        if kind == "single" and not days:
            return 1
        if kind == "daily" and days.isdecimal() and int(days) > 0:
            return int(days)
        self.say("dosing", DOSINGS_FORM)
        return 1

    def window(self) -> tuple[float, float]:
        start = self.number("window_start_h", "hours after the dose, 0 or more", zero=True)
        end = self.number("window_end_h", "hours after the dose until which was sampled")
        if not start < end:
            self.say("window_end_h", "more hours than window_start_h")
        return start, end

    def structures(self, use: Use | None) -> tuple[str, ...]:
        named = tuple(self.cells["structures"].split())
        if use is Use.FIT and not named:
            self.say("structures", "ids of the structures fitted to this row, with spaces")
        return named
