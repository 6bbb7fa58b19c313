"""Harms of kratom: frequencies that say what they are shares of, and monitoring for the person."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.safety.known_negative import GONE, case_with, medicines, signs

from speciosa.case import vocabulary as v
from speciosa.clinical.safety import assess
from speciosa.clinical.safety.result import SideEffectsResult
from speciosa.finding import Severity
from speciosa.knowledge import load

KNOWLEDGE = load()


def effects_of(changes: dict[str, Any] | None = None) -> SideEffectsResult:
    return assess(case_with(changes), KNOWLEDGE).side_effects


def _kratom(**details: Any) -> dict[str, Any]:
    return {"kratom": {"status": "using", **details}}


def test_every_word_of_the_case_means_exactly_one_harm() -> None:
    words = Counter(w for e in KNOWLEDGE.safety.side_effects.effects for w in e.reported)
    assert words == Counter(str(e) for e in v.SideEffect)


@pytest.mark.parametrize("word", list(v.SideEffect))
def test_what_the_person_reports_comes_first_and_is_found(word: v.SideEffect) -> None:
    result = effects_of(_kratom(side_effects=[str(word)]))
    first = result.effects[0]
    assert first.reported_by_person
    assert str(word).replace("_", " ") in result.headline
    assert f"side_effect.{first.id}" in {f.id for f in result.findings}


def test_poison_centre_shares_are_never_called_incidence() -> None:
    shares = [e for e in effects_of().effects if e.frequency and "poison" in e.population]
    assert len(shares) >= 5
    for effect in shares:
        assert "a share of calls, not of users" in effect.population
        assert "935" in effect.population
        assert effect.frequency is not None
        assert effect.frequency.no_interval_because or effect.frequency.interval


def test_a_published_figure() -> None:
    breathing = next(e for e in effects_of().effects if e.id == "slowed_breathing")
    assert breathing.frequency is not None
    assert (breathing.frequency.value, breathing.frequency.unit) == (2.8, "%")


def test_case_reports_have_no_frequency() -> None:
    liver = next(e for e in effects_of().effects if e.id == "liver_injury")
    assert liver.frequency is None
    assert liver.population == "Case reports only."


def test_no_list_of_harms_for_someone_who_never_used() -> None:
    result = effects_of({"kratom": {"status": "never"}})
    assert result.effects == ()
    assert result.monitoring == ()
    assert "never" in result.headline


def test_unknown_use_is_asked_about_and_harms_are_listed() -> None:
    result = effects_of({"kratom": GONE})
    assert "not asked" in result.headline
    assert result.effects


def test_an_empty_list_of_effects_is_not_called_none() -> None:
    assert "cannot show" in effects_of(_kratom()).headline


def test_monitoring_follows_the_person() -> None:
    base = {f.id for f in effects_of().monitoring}
    assert base == {"monitoring.liver_tests", "monitoring.toxicology"}
    liver = {f.id: f for f in effects_of({"signs": signs("jaundice")}).monitoring}
    assert liver["monitoring.liver_tests"].severity is Severity.URGENT
    heart = {f.id for f in effects_of({"medicines": medicines("citalopram")}).monitoring}
    assert "monitoring.ecg" in heart
    mother = {f.id: f for f in effects_of({"person.pregnancy": GONE}).monitoring}
    assert "Not known" in mother["monitoring.pregnancy_test"].detail
    older = {f.id for f in effects_of({"person.age_years": 70}).monitoring}
    assert "monitoring.older_checks" in older


def test_standard_screens_miss_mitragynine() -> None:
    toxicology = next(f for f in effects_of().monitoring if f.id == "monitoring.toxicology")
    assert "mitragynine" in toxicology.text
    assert "miss" in toxicology.text


def test_driving_is_raised_unless_asked_and_absent() -> None:
    assert "side_effect.driving" in {f.id for f in effects_of().findings}
    drives = {f.id: f for f in effects_of({"person.drives": True}).findings}
    assert drives["side_effect.driving"].severity is Severity.MAJOR
    neither = effects_of({"person.drives": False, "person.safety_critical_work": False})
    assert "side_effect.driving" not in {f.id for f in neither.findings}


def test_a_symptom_is_never_called_the_harm_it_can_point_to() -> None:
    result = effects_of(_kratom(side_effects=["itching"]))
    assert "itching" in result.headline
    assert "liver" not in result.headline.casefold()
    finding = next(f for f in result.findings if f.id == "side_effect.liver_injury")
    assert finding.text.startswith("The person reports: itching.")
    assert "can be a first sign" in finding.text


def test_only_what_was_noticed_is_put_into_the_persons_mouth() -> None:
    result = effects_of(_kratom(side_effects=["sweating"]))
    finding = next(f for f in result.findings if f.id == "side_effect.sweating_tremor")
    assert finding.text == "The person reports: sweating."
    assert "tremor" not in result.headline


def test_newborns_are_named_only_where_pregnancy_is_possible() -> None:
    def listed(**person: Any) -> set[str]:
        changes = {f"person.{name}": value for name, value in person.items()}
        return {e.id for e in effects_of({**_kratom(), **changes}).effects}

    assert "neonatal_withdrawal" in listed(sex="female", age_years=30)
    assert "neonatal_withdrawal" in listed(sex=GONE, age_years=GONE)
    assert "neonatal_withdrawal" not in listed(sex="male", age_years=30)


def test_no_pregnancy_test_for_a_known_pregnancy() -> None:
    def tests(pregnancy: Any) -> set[str]:
        changes = {"person.sex": "female", "person.age_years": 30, "person.pregnancy": pregnancy}
        return {f.id for f in effects_of({**_kratom(), **changes}).monitoring}

    assert "monitoring.pregnancy_test" not in tests("pregnant")
    assert "monitoring.pregnancy_test" not in tests("not_pregnant")
    assert "monitoring.pregnancy_test" in tests("possible")
    assert "monitoring.pregnancy_test" in tests(GONE)


def test_liver_tests_are_not_a_thing_to_consider_when_the_liver_signals() -> None:
    calm = next(f for f in effects_of().monitoring if f.id == "monitoring.liver_tests")
    ill = effects_of({"signs": signs("jaundice")}).monitoring
    assert "today" not in calm.text
    assert "today" in next(f for f in ill if f.id == "monitoring.liver_tests").text
