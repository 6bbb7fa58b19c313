"""How options are put in order for one person: the words, and what counts as like with like."""

from __future__ import annotations

from collections.abc import Mapping

from speciosa.knowledge.evidence.record import Record


class KratomWording(Record, frozen=True, kw_only=True):
    """Kratom's own row, which never has a size."""

    title: str
    trials: str
    harms: str
    seven_oh: str
    facts: tuple[str, ...]
    seven_oh_facts: tuple[str, ...]


class Indirect(Record, frozen=True, kw_only=True):
    """Whom results were not got in: they count one step less for such a person (GRADE).

    ``when`` is a flag of the person, ``groups`` the groups of option (all where none is named).
    """

    when: str
    why: str
    groups: tuple[str, ...] = ()


class OnlyGeneral(Record, frozen=True, kw_only=True):
    """What is said of an option whose own item in the plan has no word on a flag of the person."""

    when: str
    groups: tuple[str, ...]
    text: str


class RankingWording(Record, frozen=True, kw_only=True):
    """Sentences and names of the ranking.

    ``against`` maps a comparator as published to its kind, where the record's own kind is too
    coarse. ``about_groups`` and ``other_questions`` are rows (options as published) that are not
    about one option; ``not_benefit`` are parts of the names of outcomes that show no benefit.
    ``judged_like`` names, for an option that the plan has no entry for, treatments whose bars hold
    for it too. ``units`` gives the order in which units are preferred for an option's figure, and
    ``unit_names`` the one name of units that are the same.
    """

    how_ranked: tuple[str, ...]
    against: Mapping[str, str]
    against_control: Mapping[str, str]
    against_arm: Mapping[str, str]
    about_groups: tuple[str, ...]
    about_groups_why: str
    other_questions: tuple[str, ...]
    other_questions_why: str
    not_benefit: tuple[str, ...]
    not_benefit_why: str
    direct_condition: str
    direct_people: tuple[str, ...]
    young: tuple[str, ...]
    unit_names: Mapping[str, str]
    units: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    not_judged: str
    judged_like: Mapping[str, tuple[str, ...]]
    only_general: tuple[OnlyGeneral, ...]
    barred_like: str
    indirect: tuple[Indirect, ...]
    taken: str
    taken_other: str
    wanted: str
    not_wanted: str
    styles: Mapping[str, str]
    heterogeneity: str
    prediction: str
    pooled_design: str
    absolute: Mapping[str, str]
    kratom: KratomWording
