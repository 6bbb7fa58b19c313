"""When what changed a concentration was stopped, the row says where the concentration goes now."""

from __future__ import annotations

import pytest
from tests.interactions.cases import USING, check, row

from speciosa.finding import Severity


@pytest.mark.parametrize(
    ("inducer", "victim"),
    [("carbamazepine", "oxycodone"), ("rifampicin", "methadone"), ("rifampicin", "oxycodone")],
)
def test_a_stopped_inducer_warns_that_the_opioid_rises_back(inducer: str, victim: str) -> None:
    found = row(check({"name": inducer, "stopped": "2026-11-18"}, victim), f"pk.{inducer}.{victim}")
    assert found.sentence.index("rises back") < found.sentence.index("can fall")
    assert "slowed breathing" in found.sentence
    assert found.title == f"{victim} rising back"
    assert "too much" in found.watch
    assert found.severity is Severity.MAJOR


def test_a_stopped_inhibitor_warns_of_the_fall_back() -> None:
    found = row(
        check({"name": "clarithromycin", "stopped": "2026-11-21"}, "alprazolam"),
        "pk.clarithromycin.alprazolam",
    )
    assert "falls back" in found.sentence
    assert "loss of effect" in found.watch


def test_what_goes_on_says_nothing_of_stopping() -> None:
    found = row(check("carbamazepine", "oxycodone"), "pk.carbamazepine.oxycodone")
    assert "rises back" not in found.sentence


@pytest.mark.parametrize(
    ("cause", "victim"),
    [
        ("carbamazepine", "oxycodone"),
        ("rifampicin", "citalopram"),
        ("fluoxetine", "risperidone"),
        ("ritonavir", "ethinylestradiol"),
    ],
)
def test_stopping_a_cause_makes_no_row_milder_while_it_counts(cause: str, victim: str) -> None:
    going = {r.id: r.severity.rank for r in check(cause, victim).rows}
    ended = {
        r.id: r.severity.rank
        for r in check({"name": cause, "stopped": "2026-11-20"}, victim).rows
        if r.id.startswith("interaction.pk")
    }
    assert ended
    assert all(rank <= going[id_] for id_, rank in ended.items() if id_ in going)


def test_long_after_stopping_the_adapted_dose_is_named() -> None:
    found = row(
        check({"name": "rifampicin", "stopped": "2026-05-01"}, "methadone"),
        "pk.rifampicin.methadone",
    )
    assert found.severity is Severity.INFO
    assert "may no longer fit" in found.sentence


def test_smoking_that_ended_raises_clozapine() -> None:
    found = row(
        check({"name": "tobacco smoke", "stopped": "2026-11-19"}, "clozapine"),
        "pk.tobacco_smoke.clozapine",
    )
    assert "rises back" in found.sentence
    assert "seizures" in found.sentence


def test_a_stopped_inducer_lets_mitragynine_rise_back() -> None:
    found = row(
        check({"name": "carbamazepine", "stopped": "2026-11-19"}, kratom=USING),
        "pk.carbamazepine.kratom",
    )
    assert "rises back" in found.sentence


def test_long_after_the_pill_the_adapted_dose_of_lamotrigine_is_named() -> None:
    found = row(
        check({"name": "combined pill", "stopped": "2026-10-01"}, "lamotrigine"),
        "named.lamotrigine_oestrogen.ethinylestradiol.lamotrigine",
    )
    assert "may no longer fit" in found.sentence


@pytest.mark.parametrize(
    ("inhibitor", "opioid"), [("paroxetine", "tramadol"), ("fluoxetine", "codeine")]
)
def test_after_an_inhibitor_of_activation_the_active_opioid_returns(
    inhibitor: str, opioid: str
) -> None:
    found = row(
        check({"name": inhibitor, "stopped": "2026-11-19"}, opioid), f"pk.{inhibitor}.{opioid}"
    )
    assert "formed again at the same dose, and breathing can slow" in found.sentence
    assert "too little" not in found.sentence
    assert found.title == f"{opioid} active again"


@pytest.mark.parametrize(
    ("cause", "stopped", "victim"),
    [
        ("rifampicin", "2026-11-01", "ethinylestradiol"),
        ("modafinil", "2026-11-01", "levonorgestrel"),
        ("valproate", "2026-11-12", "lamotrigine"),
    ],
)
def test_a_cause_counts_while_what_was_adapted_to_it_may_not_fit(
    cause: str, stopped: str, victim: str
) -> None:
    found = check({"name": cause, "stopped": stopped}, victim)
    assert min(r.severity.rank for r in found.rows) <= Severity.MAJOR.rank
    assert not any("no effect is expected now" in r.sentence for r in found.rows)


@pytest.mark.parametrize("inhibitor", ["clarithromycin", "fluconazole", "grapefruit juice"])
def test_codeine_with_an_inhibitor_of_its_other_way_is_told(inhibitor: str) -> None:
    found = check("codeine", inhibitor)
    assert any("slow" in r.sentence and r.severity is Severity.MAJOR for r in found.rows)


def test_a_patch_of_buprenorphine_with_an_inducer_is_told() -> None:
    patch = {"name": "buprenorphine", "route": "transdermal"}
    found = row(check(patch, "rifampicin"), "pk.rifampicin.buprenorphine")
    assert "withdrawal" in found.sentence


def test_a_medicine_named_beside_kratom_is_not_lost() -> None:
    found = check("kratom xanax")
    assert any("alprazolam" in r.members and "kratom" in r.members for r in found.rows)


@pytest.mark.parametrize(
    ("name", "medicine"),
    [("krypton tramadol", "tramadol"), ("kratom spiked with fentanyl", "fentanyl")],
)
def test_neither_kratom_nor_what_it_is_mixed_with_is_lost(name: str, medicine: str) -> None:
    assert any({medicine, "kratom"} <= set(r.members) for r in check(name).rows)
