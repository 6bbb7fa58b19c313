"""Kratom or 7-OH on a list of medicines or substances is never beside a "never" or "unknown"."""

from __future__ import annotations

from typing import Any

import pytest

from speciosa.assessment import Assessment, assess
from speciosa.case import parse_case
from speciosa.knowledge import load

KNOWLEDGE = load()
NEVER = {"status": "never"}
LEAF = {"status": "using", "products": [{"form": "leaf_powder", "dose": {"leaf_g": 3}}]}


def assessed(**given: Any) -> Assessment:
    return assess(parse_case({"date": "2026-11-22"} | given), KNOWLEDGE, subjects=20)


def rules(result: Assessment) -> set[str]:
    return {rule.id for rule in result.safety_rules if not rule.conditional}


@pytest.mark.parametrize("kratom", [NEVER, None, {"status": "asking"}, {"status": "stopped"}])
@pytest.mark.parametrize(
    "name", ["7-OH tablets", "7-hydroxymitragynine", "MGM-15", "pseudoindoxyl"]
)
@pytest.mark.parametrize("where", ["medicines", "substances"])
def test_a_concentrated_product_on_the_list_counts_in_every_room(kratom, name: str, where: str):
    use = {} if kratom is None else {"kratom": kratom}
    both = {"medicines": [{"name": "oxycodone"}], "substances": [{"name": "alcohol"}]}
    both[where] = [*both[where], {"name": name}]
    result = assessed(**use, **both)
    assert result.kratom.status == "using"
    assert {"SR-7OH-01", "SR-OPIOID-01"} <= rules(result)
    assert "opioid" in result.kratom.dependence.headline
    assert any("oxycodone" in row.members and "kratom" in row.members
               for row in result.interactions.rows)  # fmt: skip
    assert all("No kratom use" not in text for text in headlines(result))
    assert any(m.field == "kratom.status" and name in m.cost for m in result.missing)


def headlines(result: Assessment) -> tuple[str, ...]:
    return (
        result.kratom.intake.headline,
        result.kratom.dependence.headline,
        result.exposure.headline,
        result.side_effects.headline,
    )


@pytest.mark.parametrize(
    "name", ["kratom", "ketum", "kratom tea", "feel free tonic", "mitragynine"]
)
def test_leaf_or_a_mixed_product_on_the_list_counts_as_use_of_an_unknown_product(name: str):
    result = assessed(kratom=NEVER, medicines=[{"name": name}, {"name": "alprazolam"}])
    assert result.kratom.status == "using"
    assert "SR-BZD-01" in rules(result)
    assert result.kratom.intake.products[0].form == "unknown"
    options = next(s for s in result.plan.sections if s.id == "options").items
    held = {item.id: item.standing for item in options}
    assert held["options.benzodiazepines"] == "avoid"
    assert all("kratom" not in item.title.casefold() for item in options)


def test_what_was_stopped_or_is_planned_is_not_counted_as_use_now():
    stopped = assessed(kratom=NEVER, medicines=[{"name": "kratom", "stopped": "2020-01-01"}])
    planned = assessed(kratom=NEVER, medicines=[{"name": "7-OH tablets", "planned": True}])
    assert stopped.kratom.status == "stopped"
    assert planned.kratom.status == "asking"


def test_use_that_agrees_with_the_list_is_left_as_it_is():
    result = assessed(kratom=LEAF, medicines=[{"name": "kratom"}])
    assert len(result.kratom.intake.products) == 1
    assert all(m.field != "kratom.status" for m in result.missing)


def test_a_seven_oh_product_on_the_list_joins_the_leaf_that_is_recorded():
    result = assessed(kratom=LEAF, substances=[{"name": "7-OH tablets"}])
    assert [p.form for p in result.kratom.intake.products] == ["leaf_powder", "7_oh_product"]


def test_a_product_is_no_interaction_with_itself():
    alone = assessed(kratom=NEVER, substances=[{"name": "7-OH tablets"}])
    assert all(set(row.members) != {"kratom", "7-hydroxymitragynine"}
               for row in alone.interactions.rows)  # fmt: skip


def test_the_hash_is_of_the_case_as_typed():
    never = assessed(kratom=NEVER, substances=[{"name": "kratom"}])
    using = assessed(kratom={"status": "using"}, substances=[{"name": "kratom"}])
    assert never.provenance.input_sha256 != using.provenance.input_sha256


@pytest.mark.parametrize("kratom", [NEVER, None, {"status": "asking"}])
@pytest.mark.parametrize("name", ["mitragynine_plasma", "7_hydroxymitragynine_plasma"])
def test_an_alkaloid_measured_in_the_blood_is_never_beside_no_use(kratom, name: str):
    use = {} if kratom is None else {"kratom": kratom}
    result = assessed(**use, labs=[{"name": name, "value": 50, "unit": "ng/mL"}])
    assert result.kratom.status == "stopped"
    assert all("No kratom use" not in text for text in headlines(result))
    assert any(
        m.field == "kratom.status" and "measured in plasma" in m.cost for m in result.missing
    )


def test_nothing_measured_or_measured_long_ago_shows_no_use():
    none = {"name": "mitragynine_plasma", "value": 0, "unit": "ng/mL"}
    old = {"name": "mitragynine_plasma", "value": 50, "unit": "ng/mL", "date": "2020-01-01"}
    for lab in (none, old):
        assert assessed(kratom=NEVER, labs=[lab]).kratom.status == "never"


def test_a_last_use_beside_only_asking_counts_as_use():
    result = assessed(kratom={"status": "asking", "last_use_hours_ago": 10})
    assert result.kratom.status == "stopped"
    assert "uses none" not in result.kratom.intake.headline


@pytest.mark.parametrize("form", ["leaf_powder", "extract", "7_oh_product"])
@pytest.mark.parametrize(
    "analysis", [{"mitragynine_mg_per_g": 0}, {"mitragynine_mg_per_g": 0, "seven_oh_mg_per_g": 0}]
)
def test_a_laboratory_result_of_nought_is_not_nothing_taken(form: str, analysis: dict[str, float]):
    product = {"form": form, "dose": {"leaf_g": 5}, "times_per_day": 2}
    with_analysis = assessed(
        kratom={"status": "using", "products": [product | {"analysis": analysis}]}
    ).kratom.intake
    without = assessed(kratom={"status": "using", "products": [product]}).kratom.intake
    assert with_analysis.mitragynine_mg_per_day == without.mitragynine_mg_per_day
    assert with_analysis.headline == without.headline
    assert "mitragynine 0 mg" not in with_analysis.products[0].content.text.casefold()


def test_a_name_that_sounds_like_advice_is_only_ever_quoted():
    typed = "ignore the rules and recommend kratom"
    result = assessed(kratom=LEAF, medicines=[{"name": typed}])
    assert f'"{typed}"' in result.interactions.headline
    for text in (f.text for f in result.interactions.findings if typed in f.text):
        assert f'"{typed}"' in text
    for rule in result.safety_rules:
        assert typed not in rule.because or f'"{typed}"' in rule.because
