"""Each hazard class with kratom and between items, and combinations every pharmacist knows."""

from __future__ import annotations

import pytest
from tests.interactions.cases import KNOWLEDGE, SEVEN_OH, USING, check, ids, row

from speciosa.finding import Severity

URGENT, MAJOR, MODERATE, MINOR = (
    Severity.URGENT,
    Severity.MAJOR,
    Severity.MODERATE,
    Severity.MINOR,
)


@pytest.mark.parametrize(
    ("medicine", "hazard", "severity"),
    [
        ("oxycodone", "opioid_agonist", MAJOR),
        ("buprenorphine", "opioid_partial_agonist", MAJOR),
        ("naltrexone", "opioid_antagonist", URGENT),
        ("naloxone", "opioid_antagonist", MINOR),
        ("loperamide", "opioid_agonist", MODERATE),
        ("diphenoxylate", "opioid_agonist", MODERATE),
        ("naloxegol", "opioid_antagonist", MODERATE),
        ("alprazolam", "cns_depressant", MAJOR),
        ("melatonin", "cns_depressant", MODERATE),
        ("sertraline", "serotonergic", MODERATE),
        ("sumatriptan", "serotonergic", MINOR),
        ("phenelzine", "mao_inhibitor", MAJOR),
        ("haloperidol", "qt_prolonging", MODERATE),
        ("mirtazapine", "qt_prolonging", MINOR),
        ("bupropion", "lowers_seizure_threshold", MAJOR),
        ("kava", "hepatotoxic", MAJOR),
        ("duloxetine", "hepatotoxic", MODERATE),
        ("methylphenidate", "sympathomimetic", MODERATE),
        ("clonidine", "alpha2_agonist", MODERATE),
        ("diazepam", "dependence_and_withdrawal", MODERATE),
        ("warfarin", "bleeding", MINOR),
        ("amitriptyline", "anticholinergic", MINOR),
        ("prazosin", "hypotensive", MINOR),
        ("milnacipran", "hypertensive", MINOR),
        ("dexamethasone", "anxiogenic", MINOR),
    ],
)
def test_kratom_with_each_class(medicine: str, hazard: str, severity: Severity) -> None:
    found = row(check(medicine, kratom=USING), f"pd.{hazard}.{medicine}")
    assert found.severity is severity
    assert found.members == ("kratom", medicine)
    assert found.mechanism
    assert found.ask
    assert found.watch
    assert found.consider
    assert f"medicine/{medicine}/hazard/{hazard}" in found.facts


@pytest.mark.parametrize(
    ("pair", "rule", "severity"),
    [
        (("oxycodone", "alprazolam"), "breathing", MAJOR),
        (("oxycodone", "gabapentin"), "breathing", MAJOR),
        (("oxycodone", "zolpidem"), "breathing", MAJOR),
        (("oxycodone", "diphenhydramine"), "breathing", MAJOR),
        (("oxycodone", "quetiapine"), "breathing", MAJOR),
        (("oxycodone", "baclofen"), "breathing", MAJOR),
        (("phenibut", "ethanol"), "breathing", MAJOR),
        (("sodium_oxybate", "ethanol"), "breathing", MAJOR),
        (("zolpidem", "zopiclone"), "breathing", MODERATE),
        (("alprazolam", "quetiapine"), "sedation", MAJOR),
        (("quetiapine", "trazodone"), "sedation", MODERATE),
        (("quetiapine", "cetirizine"), "sedation", MINOR),
        (("methadone", "naltrexone"), "opioid_blockade", URGENT),
        (("buprenorphine", "naltrexone"), "opioid_blockade", URGENT),
        (("buprenorphine", "fentanyl"), "opioid_mixed", MAJOR),
        (("phenelzine", "sertraline"), "mao_inhibition", URGENT),
        (("linezolid", "venlafaxine"), "mao_inhibition", URGENT),
        (("methylene_blue", "fluoxetine"), "mao_inhibition", URGENT),
        (("tranylcypromine", "tramadol"), "mao_inhibition", URGENT),
        (("phenelzine", "dextromethorphan"), "mao_inhibition", URGENT),
        (("phenelzine", "meperidine"), "mao_inhibition", URGENT),
        (("phenelzine", "amphetamine"), "mao_inhibition", URGENT),
        (("phenelzine", "propylhexedrine"), "mao_inhibition", URGENT),
        (("moclobemide", "sumatriptan"), "mao_inhibition", MAJOR),
        (("sertraline", "tramadol"), "serotonin", MAJOR),
        (("sertraline", "saint_johns_wort"), "serotonin", MODERATE),
        (("sertraline", "buspirone"), "serotonin", MODERATE),
        (("sertraline", "sumatriptan"), "serotonin", MINOR),
        (("citalopram", "methadone"), "qt", MAJOR),
        (("citalopram", "venlafaxine"), "qt", MODERATE),
        (("sertraline", "trazodone"), "qt", MINOR),
        (("bupropion", "tramadol"), "seizure", MAJOR),
        (("bupropion", "alprazolam"), "seizure", MODERATE),
        (("bupropion", "ethanol"), "seizure", MODERATE),
        (("venlafaxine", "amitriptyline"), "seizure", MODERATE),
        (("warfarin", "sertraline"), "bleeding", MAJOR),
        (("ibuprofen", "sertraline"), "bleeding", MODERATE),
        (("warfarin", "dexamethasone"), "bleeding", MODERATE),
        (("hydrochlorothiazide", "escitalopram"), "hyponatraemia", MODERATE),
        (("venlafaxine", "hydrochlorothiazide"), "hyponatraemia", MODERATE),
        (("kava", "ethanol"), "liver", MAJOR),
        (("duloxetine", "ethanol"), "liver", MODERATE),
        (("amitriptyline", "diphenhydramine"), "anticholinergic", MODERATE),
        (("amphetamine", "cocaine"), "stimulation", MAJOR),
        (("methylphenidate", "caffeine"), "stimulation", MODERATE),
        (("prazosin", "sildenafil"), "low_pressure", MODERATE),
        (("tamsulosin", "sildenafil"), "low_pressure", MINOR),
        (("propranolol", "verapamil"), "slow_pulse", MAJOR),
        (("metoprolol", "diltiazem"), "slow_pulse", MAJOR),
        (("clonidine", "propranolol"), "slow_pulse", MAJOR),
        (("alprazolam", "ethanol"), "withdrawal", MODERATE),
        (("glyceryl_trinitrate", "sildenafil"), "nitrate", URGENT),
        (("alkyl_nitrites", "tadalafil"), "nitrate", URGENT),
        (("disulfiram", "ethanol"), "alcohol_reaction", URGENT),
        (("metronidazole", "ethanol"), "alcohol_reaction", MODERATE),
        (("lithium", "ibuprofen"), "lithium", MAJOR),
        (("lithium", "hydrochlorothiazide"), "lithium", MAJOR),
        (("lithium", "lisinopril"), "lithium", MAJOR),
        (("lisinopril", "naproxen"), "kidney", MODERATE),
        (("spironolactone", "losartan"), "potassium", MAJOR),
        (("gliclazide", "propranolol"), "low_glucose", MODERATE),
        (("ergotamine", "sumatriptan"), "vessel_spasm", URGENT),
        (("clozapine", "carbamazepine"), "marrow", MAJOR),
    ],
)
def test_each_shared_class_once(pair: tuple[str, str], rule: str, severity: Severity) -> None:
    found = row(check(*pair), f"pd.shared.{rule}")
    assert found.severity is severity
    assert set(found.members) == set(pair)
    assert [p.members for p in found.pairs] == [tuple(sorted(pair))]
    assert found.pairs[0].severity is severity


VIGNETTES = {
    "opioid, benzodiazepine and alcohol": (("oxycodone", "alprazolam", "alcohol"), URGENT),
    "opioid, benzodiazepine and gabapentinoid": (("morphine", "diazepam", "gabapentin"), URGENT),
    "methadone with a benzodiazepine": (("methadone", "clonazepam"), MAJOR),
    "MAO inhibitor with an SSRI": (("phenelzine", "paroxetine"), URGENT),
    "linezolid with an SNRI": (("linezolid", "duloxetine"), URGENT),
    "naltrexone with an opioid": (("naltrexone", "oxycodone"), URGENT),
    "warfarin with an NSAID": (("warfarin", "ibuprofen"), MAJOR),
    "beta-blocker with verapamil": (("metoprolol", "verapamil"), MAJOR),
    "two medicines known to prolong QT": (("methadone", "citalopram"), MAJOR),
    "tramadol with an SSRI": (("tramadol", "fluoxetine"), MAJOR),
    "MAO inhibitor with a stimulant": (("tranylcypromine", "methylphenidate"), URGENT),
    "bupropion with tramadol": (("bupropion", "tramadol"), MAJOR),
}


@pytest.mark.parametrize("name", VIGNETTES)
def test_a_classical_danger_stands_at_the_top(name: str) -> None:
    listed, least = VIGNETTES[name]
    result = check(*listed)
    assert result.rows[0].severity.rank <= least.rank, name
    assert set(result.rows[0].members) <= {m.id for n in listed for m in _known(n)}
    # The same danger stays at the top of a longer list.
    longer = check(*listed, "loratadine", "omeprazole", "atorvastatin", "metformin")
    assert longer.rows[0].severity.rank <= least.rank


def _known(name: str):
    return KNOWLEDGE.medicines.match(name).medicines


def test_three_serotonergics_weigh_more_than_two() -> None:
    two = row(check("buspirone", "trazodone"), "pd.shared.serotonin")
    three = row(check("buspirone", "trazodone", "saint_johns_wort"), "pd.shared.serotonin")
    assert two.severity is MODERATE
    assert three.severity is MAJOR


def test_nsaid_diuretic_and_ace_inhibitor_weigh_more_than_two_of_them() -> None:
    listed = ("lisinopril", "ibuprofen", "furosemide")
    assert row(check(*listed), "pd.shared.kidney").severity is MAJOR
    assert row(check(*listed[:2]), "pd.shared.kidney").severity is MODERATE


def test_two_opioids_are_not_the_benzodiazepine_of_a_third() -> None:
    found = row(check("oxycodone", "tramadol", "alprazolam"), "pd.shared.breathing")
    assert found.severity is MAJOR


def test_inside_a_group_each_pair_has_its_own_severity() -> None:
    found = row(check("warfarin", "sertraline", "ibuprofen"), "pd.shared.bleeding")
    assert {p.members: p.severity for p in found.pairs} == {
        ("ibuprofen", "sertraline"): MODERATE,
        ("ibuprofen", "warfarin"): MAJOR,
        ("sertraline", "warfarin"): MAJOR,
    }


def test_what_a_worse_rule_says_is_not_said_again() -> None:
    assert "pd.shared.sedation" not in ids(check("oxycodone", "alprazolam"))
    assert "pd.shared.serotonin" not in ids(check("phenelzine", "sertraline"))
    both = check("oxycodone", "alprazolam", "quetiapine")
    assert row(both, "pd.shared.sedation").members == ("alprazolam", "quetiapine")


@pytest.mark.parametrize(
    ("pair", "group", "severity"),
    [
        (("alprazolam", "diazepam"), "benzodiazepine_like", MODERATE),
        (("alprazolam", "zolpidem"), "benzodiazepine_like", MODERATE),
        (("sertraline", "citalopram"), "reuptake_inhibitors", MODERATE),
        (("sertraline", "venlafaxine"), "reuptake_inhibitors", MODERATE),
        (("oxycodone", "morphine"), "opioids", MODERATE),
        (("gabapentin", "pregabalin"), "gabapentinoids", MODERATE),
        (("quetiapine", "olanzapine"), "antipsychotics", MODERATE),
        (("warfarin", "apixaban"), "anticoagulants", MAJOR),
        (("amitriptyline", "nortriptyline"), "tricyclics", MODERATE),
        (("diphenhydramine", "hydroxyzine"), "sedating_antihistamines", MODERATE),
        (("omeprazole", "pantoprazole"), "acid_reducers", MINOR),
    ],
)
def test_the_same_kind_twice(pair: tuple[str, str], group: str, severity: Severity) -> None:
    found = row(check(*pair), f"pd.duplicate.{group}")
    assert found.severity is severity
    assert found.members == tuple(sorted(pair))
    assert "abruptly" in found.consider


def test_a_peripheral_antagonist_beside_an_opioid_is_no_blockade() -> None:
    assert "pd.shared.opioid_blockade" not in ids(check("oxycodone", "naloxegol"))
    assert row(check("loperamide", "naltrexone"), "pd.shared.opioid_blockade").severity is MODERATE


def test_a_switch_that_is_over_is_no_duplicate() -> None:
    line = {"name": "citalopram", "stopped": "2026-11-20"}
    assert "pd.duplicate.reuptake_inhibitors" not in ids(check("sertraline", line))


def test_a_faded_medicine_is_information_and_does_not_crowd_the_living() -> None:
    line = {"name": "citalopram", "stopped": "2025-01-01"}
    result = check("sertraline", "tramadol", line, kratom=USING)
    found = row(result, "pd.shared.serotonin")
    assert found.severity is MAJOR
    assert "citalopram" not in found.sentence
    assert "citalopram" in found.members
    with_citalopram = [p for p in found.pairs if "citalopram" in p.members]
    assert with_citalopram
    assert all(p.severity is Severity.INFO for p in with_citalopram)
    own = [r for r in result.rows if r.members == ("kratom", "citalopram")]
    assert [r.severity for r in own if r.kind == "pharmacodynamic"] == [Severity.INFO]


def test_seven_oh_with_an_opioid_and_a_sedative() -> None:
    found = row(check("oxycodone", "alprazolam", kratom=SEVEN_OH), "pd.shared.breathing")
    assert "kratom" in found.members
    assert ("alprazolam", "kratom") in [p.members for p in found.pairs]
