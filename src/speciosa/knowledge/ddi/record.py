"""Shapes of the interaction model's records: study pairs, potencies, rules and their wording."""

from __future__ import annotations

import msgspec

from speciosa.finding import Certainty, Severity
from speciosa.knowledge.fact import Basis
from speciosa.knowledge.medicines.record import HazardClass, Record, Strength


class Study(Record, frozen=True, kw_only=True):
    """One row of a study of a pair: the AUC ratio of the victim as that source gives it."""

    auc_ratio: float
    sources: tuple[str, ...]
    verified: bool
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


class Pairs(Record, frozen=True, kw_only=True):
    """The file of study pairs; ``read_on`` counts for every verified study."""

    read_on: str
    pairs: tuple[Pair, ...]


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


class KratomRule(Record, frozen=True, kw_only=True):
    """Kratom with a medicine of a hazard class at or above a strength: how severe."""

    with_class: HazardClass
    min_strength: Strength
    severity: str
    note: str = ""
    basis: Basis = Basis.SOURCE
    sources: tuple[str, ...] = ()
    verified: bool = False
    read_on: str = ""

    @property
    def fact_id(self) -> str:
        """The id of the rule as a fact."""
        return f"ddi/kratom/rule/{self.with_class.value}/{self.min_strength.value}"


class Wording(Record, frozen=True, kw_only=True):
    """What a row says. ``effect`` completes "Kratom with X: ..." and names no medicine itself."""

    effect: str
    mechanism: str
    certainty: Certainty
    ask: str = ""
    watch: str = ""
    consider: str = ""


class KratomWording(Wording, frozen=True, kw_only=True):
    """Kratom with one hazard class.

    ``kratom_hazards`` are the hazards of kratom it rests on; ``covers`` names classes whose rows
    for the same medicine would say the same again.
    """

    kratom_hazards: tuple[HazardClass, ...] = ()
    covers: tuple[HazardClass, ...] = ()


class RowException(Wording, frozen=True, kw_only=True):
    """Wording and severity for one medicine that a sentence about its class would misdescribe."""

    severity: Severity


class SharedLevel(Record, frozen=True, kw_only=True):
    """Two different items, one on each side, make the row this severe.

    Each side maps hazard classes to the lowest strength that counts.
    """

    one: dict[HazardClass, Strength]
    other: dict[HazardClass, Strength]
    severity: Severity


class SharedRule(Wording, frozen=True, kw_only=True):
    """A hazard that items of one list share; pairs with one of ``except_for`` do not count."""

    id: str
    title: str
    levels: tuple[SharedLevel, ...]
    except_for: tuple[str, ...] = ()

    @property
    def fact_id(self) -> str:
        """The id of the rule as a fact."""
        return f"ddi/shared_rule/{self.id}"


class RowOrder(Record, frozen=True, kw_only=True):
    """Which rows of equal severity come first and last, by hazard class or shared rule."""

    first: tuple[str, ...]
    first_when_victim: tuple[HazardClass, ...]
    last_with_kratom: tuple[str, ...]


class HazardWording(Record, frozen=True, kw_only=True):
    """``hazard_wording.yaml``: wording by hazard class, exceptions, and shared hazards."""

    severity_words: dict[str, Severity]
    order: RowOrder
    kratom: dict[HazardClass, KratomWording]
    exceptions: dict[str, dict[HazardClass, RowException]]
    shared: tuple[SharedRule, ...]
    kratom_joins: str
    seven_oh_note: str
    unknown_product_note: str

    def severity(self, word: str) -> Severity:
        """The report's severity for the word of a rule."""
        return self.severity_words.get(word) or Severity(word)


class ProductHazard(Record, frozen=True, kw_only=True):
    """A hazard of a kind of kratom product beyond that of leaf; a judgement."""

    klass: HazardClass = msgspec.field(name="class")
    strength: Strength
    why: str


class KratomProducts(Record, frozen=True, kw_only=True):
    """``kratom_products.yaml``: what products other than leaf add."""

    forms: dict[str, str]
    any_strength_counts: tuple[HazardClass, ...]
    seven_oh: tuple[ProductHazard, ...]


class Activation(Record, frozen=True, kw_only=True):
    """A medicine that one enzyme turns into its active form, so that inhibition weakens it."""

    enzyme: str
    severity: Severity
    note: str


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
    washout: dict[str, Washout]
    recent_kratom_days: float
    severity_by_class: dict[str, Severity]
    severity_on_kratom: dict[str, dict[str, Severity]]
    renal_fraction: float
    studied_forms: tuple[str, ...]
    studied_uses_per_week: float
    text: dict[str, str]


class PairsWording(Record, frozen=True, kw_only=True):
    """``pairs_wording.yaml``: what is said of a pair of the list as a whole."""

    nothing_found: str
    not_judged: str
    not_judged_seven_oh: str
    in_hazard: str
    in_kinetics: str
    about_ratios: str
