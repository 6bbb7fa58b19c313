"""Safety rules, red flags, crisis contacts and side effects: the records and their facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from speciosa.errors import KnowledgeError
from speciosa.knowledge import files
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.language import forbidden_phrases
from speciosa.knowledge.safety.record import (
    ContactRecord,
    ContactsFile,
    CrisisWordsFile,
    EffectsFile,
    Group,
    GroupsFile,
    RedFlagsFile,
    Region,
    Rule,
    RulesFile,
)
from speciosa.knowledge.table import Table

FACT_IN_TEXT = re.compile(r"\{([a-z]+/[A-Za-z0-9_./-]+)\}")


class Safety(Table):
    """What the safety room decides with and says."""

    name = "safety"

    @cached_property
    def _rules_file(self) -> RulesFile:
        return files.read("safety/rules.yaml", RulesFile)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every safety rule, in the order of the file."""
        return self._rules_file.rules

    @cached_property
    def red_flags(self) -> RedFlagsFile:
        """Red flags, the questions to ask now, and the wording around them."""
        return files.read("safety/red_flags.yaml", RedFlagsFile)

    @cached_property
    def contacts(self) -> ContactsFile:
        """Numbers to call, by region."""
        return files.read("safety/crisis_contacts.yaml", ContactsFile)

    @cached_property
    def side_effects(self) -> EffectsFile:
        """Harms of kratom and what to monitor."""
        return files.read("safety/side_effects.yaml", EffectsFile)

    @cached_property
    def crisis_words(self) -> CrisisWordsFile:
        """Words in free text that ask for a closer look."""
        return files.read("safety/crisis_words.yaml", CrisisWordsFile)

    @cached_property
    def _groups(self) -> Mapping[str, Group]:
        return files.read("safety/groups.yaml", GroupsFile).groups

    @cached_property
    def _limits(self) -> Mapping[str, float]:
        return {limit.name: limit.value for limit in self._rules_file.limits}

    def limit(self, name: str) -> float:
        """The number a rule compares with. Raises ``KnowledgeError`` for an unknown name."""
        try:
            return self._limits[name]
        except KeyError:
            raise KnowledgeError(f"no safety limit is called {name!r}") from None

    def group(self, name: str) -> Group:
        """A group of medicines. Raises ``KnowledgeError`` for an unknown name."""
        try:
            return self._groups[name]
        except KeyError:
            raise KnowledgeError(f"no group of medicines is called {name!r}") from None

    @property
    def groups(self) -> Mapping[str, Group]:
        """Every group of medicines by name."""
        return self._groups

    def region(self, country: str) -> Region | None:
        """The region of a country code (ISO 3166-1), or ``None`` where no number is known."""
        return next((r for r in self.contacts.regions if country in r.countries), None)

    def facts(self) -> Iterator[Fact]:
        """Evidence, limits, judgements and contacts as facts."""
        yield from files.read("safety/facts.json", list[Fact])
        for limit in self._rules_file.limits:
            yield Fact(
                id=f"safety/limit/{limit.name}",
                subject="safety rules",
                quantity=limit.why.removesuffix("."),
                value=limit.value,
                unit=limit.unit,
                sources=limit.sources,
                basis=limit.basis,
                verified=limit.verified,
                read_on=limit.read_on,
            )
        for judgement in self._rules_file.judgements:
            yield Fact(
                id=f"safety/judgement/{judgement.name}",
                subject="safety rules",
                quantity="judgement of the curators",
                value=judgement.text,
                basis=Basis.JUDGEMENT,
                note="Needs review by a licensed clinician.",
            )
        for region in self.contacts.regions:
            for contact in region.contacts:
                yield _contact_fact(region, contact)

    def cited(self) -> Iterator[tuple[str, str]]:
        """Every fact id that the records rest on or print, with the record that names it."""
        for rule in self.rules:
            yield from ((rule.id, id_) for id_ in rule.facts)
        for flag in self.red_flags.flags:
            yield from ((flag.id, id_) for id_ in flag.facts)
        for effect in self.side_effects.effects:
            yield from ((effect.id, id_) for id_ in effect.facts)
            if effect.frequency:
                yield effect.id, effect.frequency
        for item in self.side_effects.monitoring:
            yield from ((item.id, id_) for id_ in item.facts)
        for where, text in self.texts():
            yield from ((where, id_) for id_ in FACT_IN_TEXT.findall(text))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every sentence that can reach a reader, with the file it stands in."""
        yield from _strings("rules.yaml", self._rules_file)
        yield from _strings("red_flags.yaml", self.red_flags)
        yield from _strings("crisis_contacts.yaml", self.contacts)
        yield from _strings("side_effects.yaml", self.side_effects)

    def problems(self) -> Iterator[str]:
        """Ids given twice, rules that cite or name what is not there, wording that is forbidden."""
        for records in (
            self.rules,
            self.red_flags.flags,
            self.side_effects.effects,
            self.side_effects.monitoring,
        ):
            twice = (id_ for id_, n in Counter(r.id for r in records).items() if n > 1)
            yield from (f"safety: {id_} is defined twice" for id_ in twice)
        countries = Counter(c for region in self.contacts.regions for c in region.countries)
        yield from (f"safety: {c} is in two regions" for c, n in countries.items() if n > 1)
        known_rules = {rule.id for rule in self.rules}
        for item in self.side_effects.monitoring:
            yield from (
                f"safety: monitoring {item.id} names the unknown rule {rule}"
                for rule in item.rules
                if rule not in known_rules
            )
        flags = {flag.id for flag in self.red_flags.flags}
        for flag in self.red_flags.flags:
            if not flags.issuperset(flag.covered_by):
                yield f"safety: {flag.id} is covered by a flag that does not exist"
        for effect in self.side_effects.effects:
            if effect.population not in self.side_effects.populations:
                yield f"safety: {effect.id} names the unknown population {effect.population}"
        for where, id_ in self.cited():
            if id_.startswith("safety/") and id_ not in self._by_id:
                yield f"safety: {where} cites {id_}, which does not exist"
        for rule in self.rules:
            if not rule.facts:
                yield f"safety: {rule.id} rests on no fact"
            if not (
                rule.always or rule.never_unknown or (rule.ask_if_missing and rule.missing_cost)
            ):
                yield f"safety: {rule.id} does not say what to ask when data are missing"
        for where, text in self.texts():
            yield from (f"safety: {where}: {phrase}" for phrase in forbidden_phrases(text))


def _contact_fact(region: Region, contact: ContactRecord) -> Fact:
    return Fact(
        id=f"safety/contact/{region.id}/{contact.id}",
        subject=region.name,
        quantity=contact.label,
        value=contact.number,
        sources=contact.sources,
        basis=Basis.SOURCE if contact.sources else Basis.RECALLED,
        verified=contact.verified,
        read_on=contact.read_on,
        note=contact.note,
    )


def _strings(where: str, record: object) -> Iterator[tuple[str, str]]:
    """Every text with a space in it: names and ids of one word are not sentences."""
    if isinstance(record, str):
        if " " in record:
            yield where, record
    elif isinstance(record, msgspec.Struct):
        for field in record.__struct_fields__:
            yield from _strings(where, getattr(record, field))
    elif isinstance(record, dict):
        for value in record.values():
            yield from _strings(where, value)
    elif isinstance(record, tuple):
        for value in record:
            yield from _strings(where, value)
