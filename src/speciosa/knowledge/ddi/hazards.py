"""Shapes of the rules, judgements and wording of pharmacodynamic hazards."""

from __future__ import annotations

import msgspec

from speciosa.finding import Certainty, Severity
from speciosa.knowledge.fact import Basis
from speciosa.knowledge.medicines.record import HazardClass, Medicine, Record, Strength

Side = dict[HazardClass, Strength]
Lifts = dict[Severity, Severity]


def meets(medicine: Medicine, side: Side) -> bool:
    """Whether a medicine has one of the hazards of a side, at least that strong."""
    return any(
        hazard.klass in side and hazard.strength.rank >= side[hazard.klass].rank
        for hazard in medicine.hazards
    )


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

    Each side maps hazard classes to the lowest strength that counts. With ``third`` a further item
    must be on that side. ``one_group``, ``other_group`` and ``third_group`` are groups of medicines
    that stand on a side whatever their hazards. ``without``: no item with such a hazard counts as
    ``other`` or ``third``. ``given``: only where one of these modifiers is known of the person.
    """

    one: Side = msgspec.field(default_factory=dict)
    other: Side = msgspec.field(default_factory=dict)
    third: Side = msgspec.field(default_factory=dict)
    one_group: str = ""
    other_group: str = ""
    third_group: str = ""
    without: tuple[HazardClass, ...] = ()
    given: tuple[str, ...] = ()
    severity: Severity

    @property
    def of_three(self) -> bool:
        """Whether a third item is needed."""
        return bool(self.third or self.third_group)


class Burden(Record, frozen=True, kw_only=True):
    """A count of points over the whole list that a rule tells, from ``from_points`` together.

    ``text`` has the places ``listed`` and ``total``; ``lifts`` raises the severity then.
    """

    text: str
    from_points: float
    lifts: Lifts


class SharedRule(Wording, frozen=True, kw_only=True):
    """A hazard that items of one list share.

    Pairs with one of ``except_for`` do not count, nor pairs that a rule of ``covered_by`` names at
    the same severity or a worse one, because it would say the same again.
    """

    id: str
    title: str
    levels: tuple[SharedLevel, ...]
    except_for: tuple[str, ...] = ()
    covered_by: tuple[str, ...] = ()
    burden: Burden | None = None

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
    kratom_less_sure: str
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
    any_strength_counts: dict[HazardClass, Severity]
    seven_oh: tuple[ProductHazard, ...]


class When(Record, frozen=True, kw_only=True):
    """What must be known of the person or stand on the list; several fields must all hold.

    ``below`` and ``above`` map the unit of a measurement to the limit that must be passed.
    ``listed`` is met by an item with one of those hazards, in one of ``states`` where given.
    """

    age_from: float | None = None
    sex: str = ""
    condition: str = ""
    statuses: tuple[str, ...] = ("current",)
    pregnancy: tuple[str, ...] = ()
    flag: str = ""
    sign: str = ""
    child_pugh: tuple[str, ...] = ()
    lab: str = ""
    below: dict[str, float] = msgspec.field(default_factory=dict)
    above: dict[str, float] = msgspec.field(default_factory=dict)
    listed: Side = msgspec.field(default_factory=dict)
    states: tuple[str, ...] = ()


class Modifier(Record, frozen=True, kw_only=True):
    """A circumstance that makes some hazards weigh more: a clause, and at times a worse severity.

    ``concerns`` are ids of shared rules and hazard classes; ``lifts`` raises a severity by rule.
    ``sources`` are those where the circumstance was read as a risk; how much it weighs is judged.
    """

    id: str
    words: str
    when: When
    concerns: tuple[str, ...]
    lifts: dict[str, Lifts] = msgspec.field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def fact_id(self) -> str:
        """The id of the modifier as a fact."""
        return f"ddi/modifier/{self.id}"


class KineticRise(Record, frozen=True, kw_only=True):
    """A higher concentration of an item that takes part in a hazard makes it weigh more.

    The limits are ratios of AUCs: from the first a rise seen in people is told, from the second one
    that a model gives; from the second the severity changes.
    """

    seen_from_ratio: float
    lift_from_ratio: float
    text: str
    concerns: tuple[str, ...]
    lifts: dict[str, Lifts] = msgspec.field(default_factory=dict)


class Modifiers(Record, frozen=True, kw_only=True):
    """``hazard_modifiers.yaml``: what makes a hazard weigh more in this person."""

    text: str
    modifiers: tuple[Modifier, ...]
    kinetic_rise: KineticRise


class Group(Record, frozen=True, kw_only=True):
    """Medicines of one kind: by the start of an ATC code, or by id.

    ``severity`` is that of two of them together; without it two are no duplication. ``spoken`` are
    names for the whole kind ("benzos"), of which nobody can tell which one is meant.
    """

    id: str
    title: str
    atc: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    except_for: tuple[str, ...] = ()
    severity: Severity | None = None
    note: str = ""
    spoken: tuple[str, ...] = ()

    def holds(self, medicine: Medicine) -> bool:
        """Whether a medicine is of this kind."""
        if medicine.id in self.except_for:
            return False
        codes = (code.value for code in medicine.codes.atc)
        return medicine.id in self.members or any(code.startswith(self.atc) for code in codes)

    @property
    def fact_id(self) -> str:
        """The id of the group as a fact."""
        return f"ddi/group/{self.id}"


class Groups(Record, frozen=True, kw_only=True):
    """``therapeutic_groups.yaml``: kinds of medicines, and what two of one kind come to."""

    duplicate: Wording
    groups: tuple[Group, ...]


class Alternative(Record, frozen=True, kw_only=True):
    """Care that lacks a hazard, to be considered for items of some groups.

    ``medicines`` are those that ``text`` names; it is left out where one of them is on the list, or
    would itself meet a major hazard there.
    """

    id: str
    hazards: tuple[str, ...]
    groups: tuple[str, ...]
    text: str
    medicines: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Question(Record, frozen=True, kw_only=True):
    """Something to ask about, or to say, whenever such an item is on the list.

    ``unless_listed``: not asked where that is on the list and so has rows of its own.
    """

    id: str
    when: Side = msgspec.field(default_factory=dict)
    gut_enzyme: str = ""
    fm_from: float = 1.0
    f_gut_up_to: float = 0.0
    except_for: tuple[str, ...] = ()
    unless_listed: str = ""
    unless_answered: str = ""
    severity: Severity
    certainty: Certainty
    text: str
    action: str
