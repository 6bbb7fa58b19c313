"""The shape of one medicine or substance, one JSON file each."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.knowledge.fact import Basis
from speciosa.knowledge.figure import Figure


class MedicineKind(StrEnum):
    """What the record is: a medicine, a substance, or a drug used only as a study probe."""

    MEDICINE = "medicine"
    SUBSTANCE = "substance"
    PROBE = "probe"


class HazardClass(StrEnum):
    """Effects that add up, oppose one another or harm together."""

    CNS_DEPRESSANT = "cns_depressant"
    RESPIRATORY_DEPRESSANT = "respiratory_depressant"
    OPIOID_AGONIST = "opioid_agonist"
    OPIOID_PARTIAL_AGONIST = "opioid_partial_agonist"
    OPIOID_ANTAGONIST = "opioid_antagonist"
    SEROTONERGIC = "serotonergic"
    MAO_INHIBITOR = "mao_inhibitor"
    QT_PROLONGING = "qt_prolonging"
    LOWERS_SEIZURE_THRESHOLD = "lowers_seizure_threshold"
    HEPATOTOXIC = "hepatotoxic"
    SYMPATHOMIMETIC = "sympathomimetic"
    ALPHA2_AGONIST = "alpha2_agonist"
    ANTICHOLINERGIC = "anticholinergic"
    BLEEDING = "bleeding"
    HYPONATRAEMIA = "hyponatraemia"
    HYPOTENSIVE = "hypotensive"
    HYPERTENSIVE = "hypertensive"
    BRADYCARDIC = "bradycardic"
    DEPENDENCE_AND_WITHDRAWAL = "dependence_and_withdrawal"
    WITHDRAWAL_SEIZURES = "withdrawal_seizures"
    ELECTROLYTE_LOSS = "electrolyte_loss"
    ANXIOGENIC = "anxiogenic"


class Strength(StrEnum):
    """How strong a hazard is; QT prolongation uses CredibleMeds-style words instead."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CONDITIONAL = "conditional"
    POSSIBLE = "possible"
    KNOWN = "known"

    @property
    def rank(self) -> int:
        """0 to 2 on either ladder (low, moderate, high; conditional, possible, known)."""
        return _STRENGTHS.index(self) % 3


_STRENGTHS = tuple(Strength)


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the parts of a medicine: strict about unknown fields."""


class Origin(Record, frozen=True, kw_only=True):
    """Where a value comes from; without more it is recalled and unverified."""

    sources: tuple[str, ...] = ()
    basis: Basis = Basis.RECALLED
    verified: bool = False
    note: str = ""


class Statement(Record, frozen=True, kw_only=True):
    """A qualitative value with its provenance."""

    value: str
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    note: str = ""


class Code(Statement, frozen=True, kw_only=True):
    """A code of a terminology; ``second_source_agrees`` where a second list confirms it."""

    second_source_agrees: bool = False


class Codes(Record, frozen=True, kw_only=True):
    """Codes by terminology; ``rxcui_also`` are others in use where lists disagree on the level."""

    rxcui: Code | None = None
    rxcui_also: tuple[Code, ...] = ()
    unii: Code | None = None
    atc: tuple[Code, ...] = ()


class Hazard(Record, frozen=True, kw_only=True):
    """One pharmacodynamic hazard."""

    klass: HazardClass = msgspec.field(name="class")
    strength: Strength
    fact_id: str
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    note: str = ""


class Observed(Record, frozen=True, kw_only=True):
    """An AUC ratio of this medicine seen in people with a perpetrator.

    ``fact_id`` names the fact of this record, or the pair in table ``ddi`` that holds the studies.
    """

    perpetrator: str
    route: str
    auc_ratio: float
    fact_id: str
    enzymes: tuple[str, ...] = ()
    mechanism: str = ""
    n_studies: int | None = None
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    note: str = ""


class Victim(Record, frozen=True, kw_only=True):
    """How the medicine is cleared: what a perpetrator can change.

    ``fm`` is the fraction of systemic clearance by enzyme in a normal metaboliser at steady
    state; ``f_gut`` the fraction that escapes gut-wall metabolism. Clearances and half-life refer
    to an adult of 70 kg.
    """

    fm: dict[str, Figure] = {}
    enzymes_reported: Statement | None = None
    f_oral: Figure | None = None
    f_gut: Figure | None = None
    fu_plasma: Figure | None = None
    cl_l_per_h: Figure | None = None
    cl_oral_apparent_l_per_h: Figure | None = None
    vd_l_per_kg: Figure | None = None
    half_life_h: Figure | None = None
    fe_renal: Figure | None = None
    hepatic_extraction: Figure | None = None
    observed: tuple[Observed, ...] = ()


class PerpetratorClass(Statement, frozen=True, kw_only=True):
    """Inhibitor or inducer of an enzyme and how strong; ``value`` is the strength."""

    enzyme: str
    effect: str
    fact_id: str


class Parameter(Figure, frozen=True, kw_only=True):
    """An inhibition, inactivation or induction constant of a drug or its metabolite.

    ``recommended`` marks the value to compute with; the others are kept for comparison.
    """

    species: str
    enzyme: str
    parameter: str
    unit: str
    fact_id: str
    binding: str = ""
    recommended: bool = False


class Exposure(Record, frozen=True, kw_only=True):
    """Peak concentration of a species (drug or metabolite) on a regimen."""

    species: str
    regimen: str
    fact_id: str
    molar_mass_g_per_mol: float | None = None
    dose_mg: float | None = None
    cmax_total_um: float | None = None
    cmax_unbound_um: float | None = None
    fu_plasma: float | None = None
    fu_origin: Origin = Origin()
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    note: str = ""


class Perpetrator(Record, frozen=True, kw_only=True):
    """What the medicine does to the clearance of others."""

    classes: tuple[PerpetratorClass, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    exposures: tuple[Exposure, ...] = ()


class KratomReport(Record, frozen=True, kw_only=True):
    """A case report or study of this medicine together with kratom."""

    finding: str
    fact_id: str
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    note: str = ""


class Medicine(Record, frozen=True, kw_only=True):
    """One medicine or substance. ``read_on`` counts for every verified figure of the record."""

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    kind: MedicineKind
    klass: str = msgspec.field(name="class")
    codes: Codes = Codes()
    role_in_gad: Statement
    victim: Victim = Victim()
    perpetrator: Perpetrator = Perpetrator()
    hazards: tuple[Hazard, ...] = ()
    kratom_reports: tuple[KratomReport, ...] = ()
    note: str = ""
    read_on: str

    def hazard(self, klass: HazardClass | str) -> Hazard | None:
        """The hazard of that class, or ``None``."""
        return next((h for h in self.hazards if h.klass == klass), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name in the record, the id first."""
        return (self.id, self.name, *self.synonyms, *self.brands)
