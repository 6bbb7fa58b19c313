"""What is known of one questionnaire, of the description of GAD, and of kratom use disorder."""

from __future__ import annotations

import msgspec

from speciosa.knowledge.fact import Basis, Fact


class Sourced(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where a record was read and whether anybody has checked it."""

    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    read_on: str = ""
    note: str = ""


class Statement(Sourced, frozen=True, kw_only=True, omit_defaults=True):
    """One fact inside a record; ``key`` is the end of its id, the record gives subject and start.

    ``low`` and ``high`` are what ``interval`` names.
    """

    key: str
    quantity: str
    value: float | str | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    interval: str = ""
    n: int | None = None
    conditions: str = ""

    def fact(self, start: str, subject: str) -> Fact:
        """The statement as a fact of the base."""
        return Fact(
            id=f"{start}/{self.key}",
            subject=subject,
            quantity=self.quantity,
            value=self.value,
            unit=self.unit,
            low=self.low,
            high=self.high,
            interval=self.interval,
            n=self.n,
            conditions=self.conditions,
            sources=self.sources,
            basis=self.basis,
            verified=self.verified,
            read_on=self.read_on,
            note=self.note,
        )

    @property
    def number(self) -> float:
        """The value as a number; ``ValueError`` when it is text or absent."""
        if isinstance(self.value, str) or self.value is None:
            raise ValueError(f"{self.key} holds no number")
        return self.value


class Item(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A question; the text is empty where the licence does not let us print it."""

    number: int
    text: str = ""
    loinc: str = ""
    safety: bool = False


class Answer(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An answer that can be ticked, and its points."""

    score: int
    text: str
    loinc: str = ""


class Band(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A named range of totals, both ends included."""

    label: str
    low: int
    high: int


class Bands(Sourced, frozen=True, kw_only=True, omit_defaults=True):
    """The published ranges of one instrument, lowest first."""

    bands: tuple[Band, ...]

    def band(self, total: float) -> Band:
        """The band that holds a total. Raises ``ValueError`` outside the range."""
        for band in self.bands:
            if band.low <= total <= band.high:
                return band
        raise ValueError(f"no band holds {total:g}")


class Cutoff(Sourced, frozen=True, kw_only=True, omit_defaults=True):
    """A total at or above which a screen counts as positive, and how well that works.

    ``score`` is ``None`` where studies with different cut-offs were pooled, or the cut-off was not
    named. Sensitivity and specificity are shares between 0 and 1; their ends are 95 % intervals.
    """

    key: str
    target: str
    score: int | None = None
    sex: str = ""
    setting: str = ""
    sensitivity: float | None = None
    sensitivity_low: float | None = None
    sensitivity_high: float | None = None
    specificity: float | None = None
    specificity_low: float | None = None
    specificity_high: float | None = None
    auc: float | None = None
    studies: int | None = None
    n: int | None = None


class ChangeLabel(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A name for a range of differences (later minus earlier, in points), both ends included."""

    kind: str
    label: str
    low: int
    high: int


class ChangeRules(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """When a difference between two totals means something.

    ``reliable`` is the smallest whole-point change beyond measurement error. ``response`` is a fall
    in percent. ``remission`` has the highest total that counts as ``high``.
    """

    labels: tuple[ChangeLabel, ...] = ()
    labels_rule: Statement | None = None
    reliable: Statement | None = None
    response: Statement | None = None
    remission: Statement | None = None
    published: tuple[Statement, ...] = ()

    def label(self, difference: float) -> ChangeLabel | None:
        """The label of a difference, ``None`` where the instrument has no rule."""
        return next((x for x in self.labels if x.low <= difference <= x.high), None)


class Population(Sourced, frozen=True, kw_only=True, omit_defaults=True):
    """People in whom the instrument behaves differently, by age."""

    key: str
    text: str
    min_age_years: float | None = None
    max_age_years: float | None = None

    def holds(self, age_years: float) -> bool:
        """Whether a person of that age belongs here (upper end excluded)."""
        above = self.min_age_years is None or age_years >= self.min_age_years
        return above and (self.max_age_years is None or age_years < self.max_age_years)


class Instrument(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One questionnaire.

    ``total_low`` and ``total_high`` are ``None`` where no range is known. ``max_missing`` is how
    many unanswered items may be prorated; items in ``never_imputed`` never are. ``predictive``
    names the cut-off whose accuracy is used to compute predictive values. A short form
    (``derived_from``, ``derived_items``) is scored from the answers of the long one.
    """

    id: str
    name: str
    full_name: str
    measures: str
    rater: str
    aliases: tuple[str, ...] = ()
    stem: str = ""
    recall_days: int | None = None
    item_count: int | None = None
    item_low: int | None = None
    item_high: int | None = None
    items: tuple[Item, ...] = ()
    answers: tuple[Answer, ...] = ()
    total_low: int | None = None
    total_high: int | None = None
    reverse_items: tuple[int, ...] = ()
    max_missing: int = 0
    never_imputed: tuple[int, ...] = ()
    derived_from: str = ""
    derived_items: tuple[int, ...] = ()
    bands: Bands | None = None
    cutoffs: tuple[Cutoff, ...] = ()
    predictive: str = ""
    change: ChangeRules = ChangeRules()
    populations: tuple[Population, ...] = ()
    statements: tuple[Statement, ...] = ()

    @property
    def start(self) -> str:
        """How the ids of its facts begin."""
        return f"instrument/{self.id}"

    def statement(self, key: str) -> Statement | None:
        """One of the loose statements by key."""
        return next((s for s in self.statements if s.key == key), None)

    def cutoff(self, key: str) -> Cutoff | None:
        """One cut-off by key."""
        return next((c for c in self.cutoffs if c.key == key), None)


class Diagnosis(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The description of GAD, what to exclude or assess first, and what kratom can imitate.

    ``core`` and ``associated`` are feature names of the case; ``example_prevalences`` are shares
    for which predictive values are shown.
    """

    core: tuple[str, ...]
    associated: tuple[str, ...]
    associated_needed: int
    duration_months: int
    example_prevalences: tuple[float, ...]
    recent_change: Statement
    statements: tuple[Statement, ...]


class Criterion(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One of the eleven criteria: its name in the case, and our words for it."""

    id: str
    text: str
    physical: bool = False


class UseDisorder(Sourced, frozen=True, kw_only=True, omit_defaults=True):
    """The criteria of a substance use disorder applied to kratom."""

    criteria: tuple[Criterion, ...]
    months: int
    levels: tuple[Band, ...]
    watch_after_stopping: Statement
    scores_unsettled: Statement
    statements: tuple[Statement, ...]

    def level(self, criteria_met: int) -> Band | None:
        """The level of a count, ``None`` below the lowest."""
        return next((x for x in self.levels if x.low <= criteria_met <= x.high), None)
