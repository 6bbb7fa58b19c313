"""What the assessment of each bundled example must say, and must never say."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from speciosa.assessment import Assessment, assess
from speciosa.case import read_case_text
from speciosa.clinical.care.result import PlanItem
from speciosa.clinical.safety.result import FiredRule, UrgentStatus
from speciosa.finding import Finding, Severity, Tone
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.measurement.measured import Use
from speciosa.pharmacology.exposure.result import ExposureStatus

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
SUBJECTS = 50


@functools.cache
def of(name: str) -> Assessment:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    return assess(read_case_text(text), load(), subjects=SUBJECTS)


def rules(result: Assessment) -> dict[str, FiredRule]:
    """The rules that hold, without those shown as a condition."""
    return {rule.id: rule for rule in result.safety_rules if not rule.conditional}


def must(result: Assessment, rule: str) -> str:
    return " ".join(rules(result)[rule].must)


def must_not(result: Assessment, rule: str) -> str:
    return " ".join(rules(result)[rule].must_not)


def told(result: Assessment) -> dict[str, str]:
    return {advice.topic: advice.text for advice in result.consultation.tell}


def referred(result: Assessment) -> dict[str, str]:
    return {referral.to: referral.when for referral in result.consultation.refer}


def items(result: Assessment) -> Iterator[PlanItem]:
    for section in result.plan.sections:
        yield from section.items


def option(result: Assessment, name: str) -> PlanItem:
    return next(item for item in items(result) if item.id == f"options.{name}")


def measured(result: Assessment) -> str:
    return " ".join(text for visit in result.follow_up.visits for text in visit.measure)


def effects(result: Assessment) -> set[str]:
    return {effect.id for effect in result.side_effects.effects}


def urgent(result: Assessment) -> dict[str, Finding]:
    return {finding.id: finding for finding in result.urgent.findings}


# ------------------------------------------------------------------ every example


def test_there_are_fourteen_examples() -> None:
    assert len(NAMES) == 14


@pytest.mark.parametrize("name", NAMES)
def test_no_example_recommends_kratom_or_reassures_without_ground(name: str) -> None:
    result = of(name)
    assert "SR-KRATOM-01" in rules(result)
    assert "Do not recommend kratom" in must_not(result, "SR-KRATOM-01")
    offered = [i for i in items(result) if i.standing in ("do", "offer", "consider")]
    assert not [i.id for i in offered if i.id.endswith(("kratom", "mitragynine", "seven_oh"))]
    reassuring = [f for f in result.urgent.findings if f.tone is Tone.REASSURING]
    assert bool(reassuring) is (result.urgent.status is UrgentStatus.NONE_FOUND)


@pytest.mark.parametrize("name", NAMES)
def test_no_gap_is_left_in_a_sentence(name: str) -> None:
    texts = msgspec.json.encode(
        (
            of(name).urgent,
            of(name).severity,
            of(name).side_effects,
            of(name).consultation,
            of(name).follow_up,
            of(name).safety_rules,
            of(name).missing,
        )
    ).decode()
    for gap in ("{because}", "{open}", "{answered}", "{name}", "{safety/", "{kratom/"):
        assert gap not in texts


@pytest.mark.parametrize("name", NAMES)
def test_what_was_not_asked_is_named_wherever_something_was_not_asked(name: str) -> None:
    result = of(name)
    if not result.urgent.ask_now:
        assert result.urgent.status is UrgentStatus.NONE_FOUND
    elif result.urgent.status is UrgentStatus.NOT_ASSESSED:
        assert urgent(result)["urgent.not_assessed"].text.startswith("Not asked: ")
    else:
        assert "Not every danger sign was asked about" in result.urgent.headline


# ------------------------------------------------------------------ one by one


def test_crisis_plan_and_leaf() -> None:
    result = of("crisis_plan_and_leaf")
    assert result.urgent.status is UrgentStatus.SAME_DAY
    first = result.urgent.findings[0]
    assert "item 9 of the PHQ-9 answered 2" in first.text
    assert "suicidal plan" in first.text
    assert "psychiatric assessment today" in first.action
    assert "past suicide attempt" in urgent(result)["urgent.suicide_ask_today"].text
    assert result.severity.headline.startswith("Item 9 of the PHQ-9 was answered 2")
    assert "crisis team" in next(iter(referred(result)))
    assert result.follow_up.visits[0].when == "next day"
    assert {"111", "116 123"} <= {contact.number for contact in result.urgent.contacts}


def test_daily_leaf_two_years_shows_nothing_urgent_and_clears_nobody() -> None:
    result = of("daily_leaf_two_years")
    assert result.urgent.status is UrgentStatus.NONE_FOUND
    assert "does not clear" in result.urgent.headline
    assert not [rule for rule in result.safety_rules if rule.conditional]
    assert "withdrawal between kratom doses" in result.severity.headline
    assert "no reliable change" in result.severity.headline
    assert {"SR-WITHDRAW-01", "SR-SERO-01", "SR-CYP-01", "SR-QT-01"} <= set(rules(result))
    assert "neonatal_withdrawal" not in effects(result)
    assert result.exposure.status is ExposureStatus.COMPUTED
    driving = next(f for f in result.side_effects.findings if f.id == "side_effect.driving")
    assert driving.severity is Severity.MAJOR


def test_pregnancy_tea() -> None:
    result = of("pregnancy_tea")
    assert rules(result)["SR-PREG-01"].severity == Severity.URGENT
    assert "Newborns of mothers who used kratom have had withdrawal" in must(result, "SR-PREG-01")
    assert "abruptly" in must_not(result, "SR-PREG-01")
    assert "neonatal_withdrawal" in effects(result)
    assert "Perinatal mental health and obstetrics" in referred(result)
    assert "baby withdrawal" in told(result)["Pregnancy and breast-feeding"]
    assert "perinatal team" in measured(result)
    assert "monitoring.pregnancy_test" not in {f.id for f in result.side_effects.monitoring}


def test_seven_oh_tablets_with_oxycodone() -> None:
    result = of("seven_oh_tablets_with_oxycodone")
    assert {"SR-7OH-01", "SR-OPIOID-01"} <= set(rules(result))
    assert "exposure to an opioid" in must(result, "SR-7OH-01")
    assert "naloxone" in must(result, "SR-7OH-01")
    assert "naloxone" in must(result, "SR-OPIOID-01")
    assert "few cases" in told(result)["Naloxone"]
    first = result.interactions.rows[0]
    assert "oxycodone" in first.members
    assert "breathing" in first.sentence
    assert first.severity.rank <= Severity.MAJOR.rank
    assert "opioid exposure" in result.kratom.dependence.headline
    assert result.urgent.status is UrgentStatus.SAME_DAY  # item 9 was answered 1
    assert {"Addiction medicine", "The prescriber of the opioid"} <= set(referred(result))
    assert "naloxone" in measured(result)


def test_liver_signal() -> None:
    result = of("liver_signal")
    assert result.urgent.status is UrgentStatus.SAME_DAY
    assert "jaundice" in result.urgent.findings[0].text
    assert "liver tests and INR today" in result.urgent.findings[0].action
    assert rules(result)["SR-LIVER-01"].severity == Severity.URGENT
    assert option(result, "duloxetine").standing == "avoid"
    assert "kava" in must(result, "SR-LIVER-01")
    tests = next(f for f in result.side_effects.monitoring if f.id == "monitoring.liver_tests")
    assert "today" in tests.text
    assert "liver" not in result.side_effects.headline.lower()  # itching was reported, not injury
    assert "itching" in result.side_effects.headline
    assert "Hepatology or general medicine" in referred(result)


def test_adolescent_extract() -> None:
    result = of("adolescent_extract")
    assert "SR-YOUTH-01" in rules(result)
    assert "Kratom is not an option in any form" in must_not(result, "SR-YOUTH-01")
    assert "Child and adolescent mental health (CAMHS)" in referred(result)
    assert result.plan.step == "child and adolescent pathway"
    printed = msgspec.json.encode(result.plan).decode()
    assert "mg a day" not in printed
    assert "mg/day" not in printed
    assert "item 9 of the PHQ-9" in urgent(result)["urgent.not_assessed"].text
    assert "SR-CRISIS-01" in {r.id for r in result.safety_rules if r.conditional}
    assert not result.exposure.analytes


def test_older_adult_ten_medicines() -> None:
    result = of("older_adult_ten_medicines")
    for word in ("sodium", "QT", "falls", "kidney"):
        assert word in must(result, "SR-OLDER-01")
    assert "QTc 472" in rules(result)["SR-QT-01"].because
    assert "sodium 131" in urgent(result)["urgent.sodium_low"].text
    assert "urgent.not_assessed" in urgent(result)
    assert "naloxone" in must(result, "SR-OPIOID-01")  # tramadol
    assert "Sodium, kidney function and falls" in measured(result)
    assert "turmeric complex forte" in {n.name for n in result.interactions.not_checked}


def test_benzodiazepine_and_alcohol() -> None:
    result = of("benzodiazepine_and_alcohol")
    assert "abruptly" in must_not(result, "SR-BZD-01")
    assert "supervised by its prescriber" in must(result, "SR-BZD-01")
    assert "alcohol withdrawal" in must(result, "SR-ALCOHOL-01")
    assert {"The prescriber of the sedative", "Addiction medicine", "Alcohol service"} <= set(
        referred(result)
    )
    assert "breathing" in result.interactions.rows[0].sentence
    assert "hydroxyzin" in {n.name for n in result.interactions.not_checked}
    assert not [i.id for i in items(result) if "stop alprazolam" in i.what.lower()]


def test_stopped_three_days_ago() -> None:
    result = of("stopped_three_days_ago")
    first = result.interactions.rows[0]
    assert set(first.members) == {"kratom", "naltrexone"}
    assert "withdrawal can be precipitated" in first.sentence
    assert rules(result)["SR-ANTAG-01"].severity == first.severity == Severity.URGENT
    assert "Naltrexone and kratom" in told(result)
    assert "kratom withdrawal may explain part of it" in result.severity.headline
    assert "Do not step up drug treatment on one score" in must_not(result, "SR-WITHDRAW-01")
    assert "withdrawal possible now" in result.kratom.dependence.headline
    assert "Withdrawal scale" in measured(result)


def test_measured_level() -> None:
    """Both levels are used, one of them below the limit; they reassure nobody."""
    result = of("measured_level").exposure
    assert result.status is ExposureStatus.COMPUTED
    assert [use.use for use in result.levels] == [Use.USED, Use.USED]
    assert result.levels[1].level.below_limit
    assert result.effective_subjects is not None
    found = {finding.id: finding for finding in result.findings}
    assert "85 ng/mL" in found["level.used.mitragynine"].text
    assert "below 5 ng/mL" in found["level.used.7-hydroxymitragynine"].text
    assert "does not show that the use is free of harm" in found["level.used.mitragynine"].detail
    assert not [finding for finding in result.findings if finding.tone is Tone.REASSURING]


def test_banned_state_green_powder() -> None:
    result = of("banned_state_green_powder")
    assert result.regulation.leading["leaf"] == "prohibited"
    assert "cannot help anyone to get it" in told(result)["The law"]
    assert "Do not advise on how to obtain kratom" in must_not(result, "SR-LEGAL-01")
    text = urgent(result)["urgent.not_assessed"].text
    not_asked, _, so_far = text.partition("So far: ")
    assert "chest pain" in not_asked
    assert "suicidal thoughts" in so_far
    assert "suicidal" not in not_asked


def test_asking_never_used() -> None:
    result = of("asking_never_used")
    assert result.exposure.status is ExposureStatus.NOT_APPLICABLE
    assert not result.exposure.analytes
    assert "cannot recommend" in told(result)["If you are thinking about starting"]
    assert all("If kratom were" in r.sentence for r in result.interactions.rows
               if "kratom" in r.members)  # fmt: skip
    assert "Whether kratom was used since" in measured(result)
    assert "this would hold if it were used" in rules(result)["SR-CYP-01"].because
    first = next(item for item in items(result) if item.standing == "offer")
    assert "kratom" not in first.title.lower()


def test_almost_nothing_known() -> None:
    result = of("almost_nothing_known")
    assert result.urgent.status is UrgentStatus.NOT_ASSESSED
    assert "every danger sign" in urgent(result)["urgent.not_assessed"].text
    assert "not known" in result.severity.headline
    grave = {r.id for r in result.safety_rules if r.conditional}
    assert {"SR-CRISIS-01", "SR-OPIOID-01", "SR-LIVER-01", "SR-PREG-01", "SR-7OH-01"} <= grave
    assert not result.exposure.analytes
    assert set(result.regulation.leading.values()) == {"not_known"}
    assert "neonatal_withdrawal" in effects(result)


def test_fifteen_medicines() -> None:
    result = of("fifteen_medicines")
    found = result.interactions
    assert {entry.name for entry in found.not_checked} == {"calm and sleep gummies"}
    pairs = {frozenset(pair.members): pair for pair in found.pairs}
    checked = {*found.recognised.values(), *(i for c in found.components.values() for i in c)}
    assert len(found.pairs) == len(pairs) == len(checked) * (len(checked) + 1) / 2
    breathing = pairs[frozenset({"alprazolam", "oxycodone"})]
    assert breathing.severity.rank <= Severity.MAJOR.rank
    assert "slowed breathing" in breathing.sentence
    assert pairs[frozenset({"kratom", "oxycodone"})].severity.rank <= Severity.MAJOR.rank
    rows = {row.id: row for row in found.rows}
    together = rows["interaction.pd.shared.breathing"]
    assert {"alprazolam", "oxycodone", "gabapentin", "ethanol", "kratom"} <= set(together.members)
    # A course of fluconazole raises it while the wort lowers it: both are told, and both at once.
    assert rows["interaction.pk.fluconazole.buspirone"].auc_ratio is not None
    assert rows["interaction.pk.saint_johns_wort.buspirone"].auc_ratio is not None
    assert {"fluconazole", "saint_johns_wort"} <= set(rows["interaction.pk.all.buspirone"].members)
    assert "one person can differ more" in found.about_ratios
    assert {"SR-OPIOID-01", "SR-BZD-01"} <= set(rules(result))
