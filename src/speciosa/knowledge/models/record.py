"""Records of the table ``models``: structures, parameters with their priors, posterior draws."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

_Z90 = 1.6448536269514722


class Scale(StrEnum):
    """The scale on which a parameter is normally distributed."""

    LOG = "log"
    LOGIT = "logit"

    def of(self, value: float) -> float:
        """A natural value on this scale."""
        if self is Scale.LOG:
            return math.log(value)
        return math.log(value / (1.0 - value))

    def natural(self, x: float) -> float:
        """The natural value of a number on this scale."""
        if self is Scale.LOG:
            return math.exp(x)
        return 1.0 / (1.0 + math.exp(-x))


class Prior(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is believed of a typical value before the human kinetics are looked at.

    Normal on the parameter's scale around ``median`` (natural value) with ``sd``; 0 fixes it.
    """

    median: float
    sd: float
    facts: tuple[str, ...]
    derivation: str

    def interval(self, scale: Scale) -> tuple[float, float]:
        """The central 90 %, natural values."""
        centre = scale.of(self.median)
        return scale.natural(centre - _Z90 * self.sd), scale.natural(centre + _Z90 * self.sd)


class Between(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far people are believed to lie apart: a standard deviation on the parameter's scale.

    Log-normal around ``sd`` with ``width``, the standard deviation of its log; a width of 0 fixes
    it, and an ``sd`` of 0 says that the parameter does not differ between people.
    """

    sd: float
    width: float
    facts: tuple[str, ...]
    derivation: str


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One parameter of a structure, by the name it has in the text.

    ``seen`` says whether any published human figure depends on it; if not it keeps its prior.
    """

    name: str
    symbol: str
    unit: str
    scale: Scale
    prior: Prior
    between: Between
    identified_by: str
    seen: bool = True

    @property
    def fixed(self) -> bool:
        """Whether its typical value is taken as known."""
        return self.prior.sd == 0.0


class Structure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A structural model: which text, where doses go in and what is read off.

    ``inputs`` and ``outputs`` give, by substance, the state that takes its dose and the definition
    of its plasma concentration. A fragment is joined to the text of ``base`` and has no posterior
    of its own unless ``calibrated``. ``weight`` is its part beside other structures of the same
    substances.
    """

    id: str
    title: str
    text: str
    base: str = ""
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    calibrated: bool = True
    between_study: tuple[str, ...] = ()
    weight: float = 1.0


class Diagnostics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How well a posterior was sampled."""

    walkers: int
    steps: int
    kept: int
    acceptance: float
    autocorrelation_steps: float
    effective_draws: float
    r_hat: float


class Posterior(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Posterior draws of a structure, column by column.

    ``typ_NAME`` is the typical value of a parameter on its natural scale, ``sd_NAME`` the standard
    deviation between people on its scale (log or logit); other columns belong to the studies (a
    limit of an assay) and to no person. A parameter without a column is fixed at its prior.
    """

    structure: str
    release: str
    method: str
    seed: int
    observations_sha256: str
    tables_sha256: str
    diagnostics: Diagnostics
    columns: Mapping[str, tuple[float, ...]]

    @property
    def size(self) -> int:
        """How many draws there are."""
        return len(next(iter(self.columns.values()), ()))

    def problems(self, parameters: tuple[Parameter, ...]) -> Iterator[str]:
        """What does not fit the parameter table, one sentence each."""
        where = f"posterior of {self.structure}"
        if len({len(column) for column in self.columns.values()}) != 1:
            yield f"{where}: columns of different length"
        wanted = {f"typ_{p.name}" for p in parameters if not p.fixed}
        wanted |= {f"sd_{p.name}" for p in parameters if p.between.sd > 0.0}
        held = {name for name in self.columns if name.startswith(("typ_", "sd_"))}
        for name in sorted(wanted - held):
            yield f"{where}: column {name} is missing"
        for name in sorted(held - wanted):
            yield f"{where}: column {name} belongs to no parameter that is drawn"
        scales = {f"typ_{p.name}": p.scale for p in parameters}
        for name, column in self.columns.items():
            top = 1.0 if scales.get(name) is Scale.LOGIT else math.inf
            if not all(0.0 < value < top for value in column):
                yield f"{where}: column {name} leaves its range"


class Victim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A medicine for the fragment ``victim``: the parameters of that fragment, by medicine."""

    medicine: str
    molecular_weight: str
    parameters: tuple[Parameter, ...]
