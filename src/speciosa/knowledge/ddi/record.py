"""Shapes of the interaction model's records: study pairs, potencies, rules and their wording."""

from __future__ import annotations

from typing import Literal

from speciosa.finding import Severity
from speciosa.knowledge.fact import Basis
from speciosa.knowledge.medicines.record import Record


class Study(Record, frozen=True, kw_only=True):
    """One row of a study of a pair: the AUC ratio of the victim as that source gives it.

    ``measure`` is ``concentration`` where the ratio is of plasma concentrations and not of AUC.
    """

    auc_ratio: float
    sources: tuple[str, ...]
    verified: bool
    measure: Literal["auc", "concentration"] = "auc"
    statistic: str = ""
    study: str = ""
    perpetrator_regimen: str = ""
    regimen_verified: bool = True
    auc_window: str = ""
    n: int | None = None
    low: float | None = None
    high: float | None = None
    interval: str = ""
    spread: str = ""
    pmid: str = ""
    url: str = ""
    dataset_row: str = ""
    caveat: str = ""


class Pair(Record, frozen=True, kw_only=True):
    """A victim with one perpetrator: ``auc_ratio`` is the unweighted geometric mean of studies."""

    id: str
    victim: str
    perpetrator: str
    victim_name: str
    perpetrator_name: str
    route: str
    mechanism: str
    enzymes: tuple[str, ...]
    auc_ratio: float
    studies: tuple[Study, ...]

    @property
    def fact_id(self) -> str:
        """The id of the pooled ratio as a fact."""
        return f"ddi/pair/{self.id}"

    @property
    def of_concentrations(self) -> bool:
        """Whether any study of it compared plasma concentrations and not AUC."""
        return any(study.measure == "concentration" for study in self.studies)


class Statement(Record, frozen=True, kw_only=True):
    """What one source says of a pair in words alone; ``words`` are near to its own."""

    words: str
    sources: tuple[str, ...]
    verified: bool
    measure: Literal["auc", "concentration"] = "auc"
    study: str = ""
    perpetrator_regimen: str = ""
    regimen_verified: bool = True
    auc_window: str = ""
    n: int | None = None
    pmid: str = ""
    url: str = ""
    dataset_row: str = ""


class Unchanged(Record, frozen=True, kw_only=True):
    """A pair that was reported as unchanged without a figure: no ratio, so nothing is judged by it.

    "No significant change" in a handful of people leaves much room for a change.
    """

    id: str
    victim: str
    perpetrator: str
    victim_name: str
    perpetrator_name: str
    route: str
    mechanism: str
    enzymes: tuple[str, ...]
    studies: tuple[Statement, ...]

    @property
    def fact_id(self) -> str:
        """The id of the report as a fact."""
        return f"ddi/reported_unchanged/{self.id}"


class Pairs(Record, frozen=True, kw_only=True):
    """The file of study pairs; ``read_on`` counts for every verified study."""

    read_on: str
    pairs: tuple[Pair, ...]
    reported_unchanged: tuple[Unchanged, ...] = ()


class Potency(Record, frozen=True, kw_only=True):
    """How far a perpetrator lowers (``IR``) or raises (``IC``) one enzyme in people.

    Back-calculated from the pairs, so it describes them and does not confirm them.
    """

    perpetrator: str
    enzyme: str
    quantity: str
    value: float
    low: float
    high: float
    victims: tuple[str, ...]
    basis: Basis
    note: str = ""

    @property
    def fact_id(self) -> str:
        """The id of the potency as a fact."""
        return f"ddi/potency/{self.perpetrator}/{self.enzyme}/{self.quantity}"


class Activation(Record, frozen=True, kw_only=True):
    """A medicine that one enzyme turns into its active form, so that inhibition weakens it.

    ``after`` is what follows when the inhibitor was stopped.
    """

    enzyme: str
    severity: Severity
    note: str
    after: str


class NarrowIndex(Record, frozen=True, kw_only=True):
    """What a small rise or fall of a medicine's concentration can do; empty where little."""

    rises: str = ""
    falls: str = ""


class Washout(Record, frozen=True, kw_only=True):
    """Days during which a stopped medicine still counts, where half-lives do not tell."""

    days: float
    why: str


class PkWording(Record, frozen=True, kw_only=True):
    """``pk_wording.yaml``: wording and judgement lists of the concentration changes."""

    narrow_index: dict[str, NarrowIndex]
    active_moiety: dict[str, str]
    activation: dict[str, Activation]
    p_gp_victims: tuple[str, ...]
    half_lives_until_gone: float
    enzyme_recovery_days: float
    stopped_perpetrator_days: float
    stopped_inducer_days: float
    washout: dict[str, Washout]
    recent_kratom_days: float
    severity_by_class: dict[str, Severity]
    severity_on_kratom: dict[str, dict[str, Severity]]
    renal_fraction: float
    studied_forms: tuple[str, ...]
    studied_uses_per_week: float
    kratom_leaf_names: tuple[str, ...]
    text: dict[str, str]


class PairsWording(Record, frozen=True, kw_only=True):
    """``pairs_wording.yaml``: what is said of a pair of the list as a whole."""

    nothing_found: str
    not_judged: str
    not_judged_seven_oh: str
    in_hazard: str
    in_kinetics: str
    stopped: dict[str, str]
    about_ratios: str
    exposure: str
    hazards: dict[str, str]
    never_changed: tuple[str, ...]
    not_judged_carried: str
    carried: tuple[str, ...]
