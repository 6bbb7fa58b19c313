"""Constants, cut-offs, rules and observed ratios of the interaction model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.ddi.hazard_facts import hazard_facts
from speciosa.knowledge.ddi.hazards import (
    Alternative,
    Group,
    Groups,
    HazardWording,
    KratomProducts,
    KratomRule,
    Modifiers,
    Question,
)
from speciosa.knowledge.ddi.named import NamedPair, NamedPairs
from speciosa.knowledge.ddi.pair_facts import pair_facts, unchanged_fact
from speciosa.knowledge.ddi.record import (
    Pair,
    Pairs,
    PairsWording,
    PkWording,
    Potency,
    Unchanged,
)
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.medicines.names import normalise
from speciosa.knowledge.medicines.record import Hazard, HazardClass, Medicine, Strength
from speciosa.knowledge.table import Table

__all__ = ["InteractionModel"]

_KRATOM_HAZARD = "ddi/kratom/hazard/"
_POTENCY = "ddi/in_vivo/potency/"
_CALIBRATED = ("ddi/in_vivo/", "ddi/model_error/")
_PAIR_TOLERANCE = 0.02  # relative; study rows and pooled ratio are rounded


class InteractionModel(Table):
    """Facts by id, study pairs, potencies, rules and wording."""

    name = "ddi"

    @cached_property
    def _plain(self) -> Mapping[str, Fact]:
        """The facts of the plain fact files, by id."""
        listed = files.read("ddi/constants.json", list[Fact])
        listed += files.read("ddi/kratom.json", list[Fact])
        listed += files.read("ddi/model_error.json", list[Fact])
        listed += files.read("ddi/genotypes.json", list[Fact])
        listed += files.read("ddi/organ_function.json", list[Fact])
        listed += files.read("ddi/in_vivo.json", list[Fact])
        return {fact.id: fact for fact in listed}

    @cached_property
    def _pair_file(self) -> Pairs:
        return files.read("ddi/pairs.json", Pairs)

    @cached_property
    def _held_out_files(self) -> tuple[Pairs, ...]:
        return tuple(listed for _, listed in files.read_folder("ddi/held_out", Pairs))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The studied pairs of victim and perpetrator that calibration may use."""
        return self._pair_file.pairs

    @cached_property
    def held_out(self) -> tuple[Pair, ...]:
        """Studied pairs that no calibration may see: they judge it."""
        return tuple(pair for listed in self._held_out_files for pair in listed.pairs)

    @cached_property
    def _unchanged_by_names(self) -> Mapping[tuple[str, str], tuple[Unchanged, ...]]:
        found: dict[tuple[str, str], tuple[Unchanged, ...]] = {}
        for listed in (self._pair_file, *self._held_out_files):
            for report in listed.reported_unchanged:
                key = report.victim, report.perpetrator
                found[key] = (*found.get(key, ()), report)
        return found

    @property
    def unchanged(self) -> tuple[Unchanged, ...]:
        """Every pair that was reported as unchanged without a figure."""
        return tuple(r for reports in self._unchanged_by_names.values() for r in reports)

    def reported_unchanged(self, victim: str, perpetrator: str) -> tuple[Unchanged, ...]:
        """Reports, by any route, that one medicine does not change another; without a figure."""
        return self._unchanged_by_names.get((victim, perpetrator), ())

    @cached_property
    def _pairs_by_names(self) -> Mapping[tuple[str, str, str], Pair]:
        return {(p.victim, p.perpetrator, p.route): p for p in (*self.held_out, *self.pairs)}

    @cached_property
    def potencies(self) -> tuple[Potency, ...]:
        """In-vivo potencies of perpetrators by enzyme."""
        return files.read("ddi/potency.json", tuple[Potency, ...])

    @cached_property
    def _potency_by_key(self) -> Mapping[tuple[str, str], Potency]:
        return {(p.perpetrator, p.enzyme): p for p in self.potencies}

    @cached_property
    def kratom_rules(self) -> tuple[KratomRule, ...]:
        """Severity of kratom with a medicine, by hazard class and strength."""
        return files.read("ddi/kratom_rules.json", tuple[KratomRule, ...])

    @cached_property
    def wording(self) -> HazardWording:
        """Wording of the pharmacodynamic rows, and the rules of shared hazards."""
        return files.read("ddi/hazard_wording.yaml", HazardWording)

    @cached_property
    def modifiers(self) -> Modifiers:
        """What makes a hazard weigh more in one person than in another."""
        return files.read("ddi/hazard_modifiers.yaml", Modifiers)

    @cached_property
    def groups(self) -> Groups:
        """Medicines of one kind."""
        return files.read("ddi/therapeutic_groups.yaml", Groups)

    @cached_property
    def _groups_by_medicine(self) -> dict[str, tuple[Group, ...]]:
        return {}

    def groups_of(self, medicine: Medicine) -> tuple[Group, ...]:
        """The groups that a medicine belongs to."""
        found = self._groups_by_medicine.get(medicine.id)
        if found is None:
            found = tuple(group for group in self.groups.groups if group.holds(medicine))
            self._groups_by_medicine[medicine.id] = found
        return found

    @cached_property
    def spoken_groups(self) -> Mapping[str, Group]:
        """Groups by the normalised names that people use for the whole kind."""
        return {normalise(name): group for group in self.groups.groups for name in group.spoken}

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Care that lacks a hazard."""
        return files.read("ddi/alternatives.yaml", tuple[Alternative, ...])

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked or said whenever such an item is on the list."""
        return files.read("ddi/hazard_questions.yaml", tuple[Question, ...])

    @cached_property
    def named_pairs(self) -> NamedPairs:
        """Dangerous pairs known by name."""
        return files.read("ddi/named_pairs.yaml", NamedPairs)

    @cached_property
    def _named_by_two(self) -> Mapping[tuple[str, str], tuple[NamedPair, ...]]:
        return self.named_pairs.by_two()

    def named_between(self, one: str, other: str) -> tuple[NamedPair, ...]:
        """The named pairs in which the second medicine acts on the first."""
        return self._named_by_two.get((one, other), ())

    @cached_property
    def anticholinergic_points(self) -> Mapping[str, Fact]:
        """Points on the Anticholinergic Cognitive Burden scale, by medicine."""
        facts = files.read("ddi/anticholinergic_burden.json", list[Fact])
        return {fact.id.rpartition("/")[2]: fact for fact in facts}

    @cached_property
    def pk_wording(self) -> PkWording:
        """Wording and judgement lists of the concentration changes."""
        return files.read("ddi/pk_wording.yaml", PkWording)

    @cached_property
    def pairs_wording(self) -> PairsWording:
        """What is said of a pair of the list as a whole."""
        return files.read("ddi/pairs_wording.yaml", PairsWording)

    @cached_property
    def products(self) -> KratomProducts:
        """What kratom products other than leaf add."""
        return files.read("ddi/kratom_products.yaml", KratomProducts)

    @cached_property
    def leaf_hazards(self) -> tuple[Hazard, ...]:
        """Hazard classes of kratom leaf."""
        return tuple(
            Hazard(
                klass=HazardClass(fact.id.removeprefix(_KRATOM_HAZARD)),
                strength=Strength(str(fact.value)),
                fact_id=fact.id,
                sources=fact.sources,
                basis=fact.basis,
                verified=fact.verified,
                note=fact.note,
            )
            for fact in self._plain.values()
            if fact.id.startswith(_KRATOM_HAZARD)
        )

    @cached_property
    def seven_oh_hazards(self) -> tuple[Hazard, ...]:
        """Hazard classes that a 7-OH product has beyond those of leaf."""
        return tuple(
            Hazard(
                klass=h.klass,
                strength=h.strength,
                fact_id=f"ddi/kratom/product/seven_oh/{h.klass.value}",
                basis=Basis.JUDGEMENT,
                note=h.why,
            )
            for h in self.products.seven_oh
        )

    def constant(self, rest: str) -> Fact:
        """A plain fact by the rest of its id (``physiology/Qh_L_per_h``)."""
        try:
            return self._plain[f"ddi/{rest}"]
        except KeyError:
            raise KnowledgeError(f"no fact has the id 'ddi/{rest}'") from None

    def turnover(self, organ: str, enzyme: str) -> Fact | None:
        """Degradation rate constant of an enzyme in ``liver`` or ``gut``, where known."""
        return self._plain.get(f"ddi/turnover/{organ}/{enzyme}")

    def pair(self, victim: str, perpetrator: str, route: str = "oral") -> Pair | None:
        """The studied pair of two medicine ids, held out or not, or ``None``."""
        return self._pairs_by_names.get((victim, perpetrator, route))

    def in_vivo(self, rest: str) -> Fact | None:
        """What the studied pairs say of a figure (``potency/rifampicin/CYP3A4``), or ``None``."""
        return self._plain.get(f"ddi/in_vivo/{rest}")

    def calibrated_enzymes(self, perpetrator: str) -> tuple[str, ...]:
        """The enzymes on which the calibration says how strongly a perpetrator acts."""
        return self._enzymes_by_perpetrator.get(perpetrator, ())

    @cached_property
    def _enzymes_by_perpetrator(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for fact_id in self._plain:
            if fact_id.startswith(_POTENCY):
                perpetrator, enzyme = fact_id.removeprefix(_POTENCY).split("/")
                found.setdefault(perpetrator, []).append(enzyme)
        return {name: tuple(enzymes) for name, enzymes in found.items()}

    def recalibrated(self, facts: Iterable[Fact]) -> InteractionModel:
        """The same table with these facts in place of what the calibration wrote.

        A fact of another kind with the id of one of the table takes its place.
        """
        other = InteractionModel()
        kept = {i: f for i, f in self._plain.items() if not i.startswith(_CALIBRATED)}
        other._plain = kept | {fact.id: fact for fact in facts}
        other._pair_file, other._held_out_files = self._pair_file, self._held_out_files
        return other

    def potency(self, perpetrator: str, enzyme: str) -> Potency | None:
        """In-vivo potency of a perpetrator at an enzyme, or ``None``."""
        return self._potency_by_key.get((perpetrator, enzyme))

    def facts(self) -> Iterator[Fact]:
        """Plain facts, pairs and their studies, potencies, rules and judgements."""
        yield from self._plain.values()
        for listed in (self._pair_file, *self._held_out_files):
            for pair in listed.pairs:
                yield from pair_facts(pair, listed.read_on)
            for report in listed.reported_unchanged:
                yield unchanged_fact(report, listed.read_on)
        for potency in self.potencies:
            yield _potency_fact(potency)
        for rule in self.kratom_rules:
            yield _rule_fact(rule)
        yield from _judgements(self.wording, self.pk_wording)
        yield from hazard_facts(self.modifiers, self.groups, self.alternatives, self.questions)
        yield from self.named_pairs.facts()
        yield from self.anticholinergic_points.values()
        for hazard in self.seven_oh_hazards:
            yield Fact(
                id=hazard.fact_id,
                subject="7-hydroxymitragynine product",
                quantity=f"hazard class {hazard.klass.value.replace('_', ' ')}",
                value=hazard.strength.value,
                basis=hazard.basis,
                note=hazard.note,
            )

    def problems(self) -> Iterator[str]:
        """What is wrong inside this table, one sentence each; nothing when it is sound."""
        seen: set[str] = set()
        for fact in self.facts():
            if fact.id in seen:
                yield f"fact {fact.id} is defined twice"
            seen.add(fact.id)
            yield from _fact_problems(fact)
        yield from _held_out_problems(self.pairs, self.held_out)
        for pair in (*self.pairs, *self.held_out):
            product = 1.0
            for study in pair.studies:
                product *= study.auc_ratio
            mean = product ** (1 / len(pair.studies))
            if abs(mean / pair.auc_ratio - 1) > _PAIR_TOLERANCE:
                yield f"{pair.fact_id}: {pair.auc_ratio:g} is not the studies' mean {mean:.3g}"
        worded = set(self.wording.kratom)
        for rule in self.kratom_rules:
            if rule.with_class not in worded:
                yield f"{rule.fact_id} has no wording in hazard_wording.yaml"


def _held_out_problems(fitted: Iterable[Pair], held_out: Iterable[Pair]) -> Iterator[str]:
    """A held-out pair was read in its source, and no other pair is the same study twice."""
    seen = {(p.victim, p.perpetrator, p.route): p.fact_id for p in fitted}
    for pair in held_out:
        key = (pair.victim, pair.perpetrator, pair.route)
        if key in seen:
            yield f"{pair.fact_id} repeats {seen[key]}"
        seen[key] = pair.fact_id
        if not all(study.verified for study in pair.studies):
            yield f"{pair.fact_id} is held out but was not read in its source"


def _fact_problems(fact: Fact) -> Iterator[str]:
    if fact.verified and not (fact.sources and fact.read_on):
        yield f"fact {fact.id} is verified but has no source or no reading date"
    if (
        fact.low is not None
        and fact.high is not None
        and isinstance(fact.value, float | int)
        and not fact.low <= fact.value <= fact.high
    ):
        yield f"fact {fact.id}: {fact.value:g} lies outside {fact.low:g} to {fact.high:g}"


def _potency_fact(potency: Potency) -> Fact:
    words = {"IR": "inhibition ratio", "IC": "increase of clearance"}
    return Fact(
        id=potency.fact_id,
        subject=potency.perpetrator,
        quantity=f"in-vivo {words[potency.quantity]} at {potency.enzyme}",
        value=potency.value,
        low=potency.low,
        high=potency.high,
        interval="lowest to highest of the pairs",
        conditions=f"victims {', '.join(potency.victims)}",
        basis=potency.basis,
        note=potency.note,
    )


def _rule_fact(rule: KratomRule) -> Fact:
    return Fact(
        id=rule.fact_id,
        subject="kratom",
        quantity=f"severity with {rule.with_class.value.replace('_', ' ')} "
        f"of strength {rule.min_strength.value} or more",
        value=rule.severity.replace("_", " "),
        sources=rule.sources,
        basis=rule.basis,
        verified=rule.verified,
        read_on=rule.read_on,
        note=rule.note,
    )


def _judgements(wording: HazardWording, pk: PkWording) -> Iterator[Fact]:
    """The judgements that stand in the wording files, so that they can be cited as such."""
    judged: list[tuple[str, str, str, float | str]] = []
    for rule in wording.shared:
        worst = min((level.severity for level in rule.levels), key=lambda s: s.rank)
        subject = "items of one list"
        judged.append((rule.fact_id, subject, f"shared hazard: {rule.title}", f"up to {worst}"))
    for name, exceptions in wording.exceptions.items():
        for klass, exception in exceptions.items():
            id_ = f"ddi/exception/{name}/{klass.value}"
            judged.append((id_, name, "severity with kratom", exception.severity.value))
    for name, narrow in pk.narrow_index.items():
        ways = {"a rise": narrow.rises, "a fall": narrow.falls}
        why = ". ".join(f"{way.capitalize()}: {what}" for way, what in ways.items() if what)
        judged.append((f"ddi/narrow_index/{name}", name, "small changes matter", why))
    for name, why in pk.active_moiety.items():
        judged.append((f"ddi/active_moiety/{name}", name, "parent and effect differ", why))
    for name, activation in pk.activation.items():
        quantity = f"activated by {activation.enzyme}"
        judged.append((f"ddi/activation/{name}", name, quantity, activation.note))
    for name in pk.p_gp_victims:
        judged.append((f"ddi/p_gp_victim/{name}", name, "transport", "P-glycoprotein substrate"))
    for id_, subject, quantity, value in judged:
        yield Fact(id=id_, subject=subject, quantity=quantity, value=value, basis=Basis.JUDGEMENT)
    for name, washout in pk.washout.items():
        yield Fact(
            id=f"ddi/washout/{name}",
            subject=name,
            quantity=f"time it still counts after the last dose: {washout.why}",
            value=washout.days,
            unit="d",
            basis=Basis.JUDGEMENT,
        )
