"""The language checker works both ways, and the data files pass it."""

from __future__ import annotations

import pytest
from tests.language import forbidden_phrases

from speciosa.knowledge import load

KNOWLEDGE = load()

FORBIDDEN = (
    "Try kratom before an SSRI.",
    "Start kratom in the morning.",
    "Switch to kratom if sertraline fails.",
    "Consider switching from sertraline to kratom.",
    "We recommend kratom for sleep.",
    "Kratom is recommended for mild anxiety.",
    "Kratom is an option in mild anxiety.",
    "Kratom may be a good alternative to a benzodiazepine.",
    "You could try a small amount of kratom.",
    "The person may try kratom.",
    "It is worth trying kratom.",
    "Replace diazepam with kratom.",
    "Take 2 g twice a day.",
    "Take two capsules at night.",
    "Use 3 g of leaf in the morning.",
    "Reduce by 0.5 g every week.",
    "Taper by 10 % a week.",
    "Reduce the dose by 1 gram every third day.",
    "Cut down to 4 capsules.",
    "Stay below 5 g.",
    "Limit intake to 15 mg.",
    "A safe dose is below this.",
    "The recommended dose of kratom is not large.",
    "Kratom is safe.",
    "Kratom is generally safe in adults.",
    "Kratom is harmless.",
    "There is no risk.",
    "It carries no known danger.",
    "A risk-free product.",
    "Kratom is natural.",
    "A natural remedy for anxiety.",
    "It is fine because it is natural.",
    "This is perfectly safe.",
    "Use kratom leaf instead of the extract.",
    "Nothing is better. Take kratom with food.",
    "Offer kratom as a step in the plan.",
    "Kraken Kratom powder was used.",
    "7-OHMZ tablets",
)
ALLOWED = (
    "2 g tea was studied.",
    "A single tea made from 2 g of kratom raised midazolam AUC 1.39 times.",
    "Participants took 4 g of leaf powder.",
    "People who take 6 g a day report withdrawal.",
    "The person takes 5 g three times a day.",
    "Do not recommend kratom, mitragynine or 7-hydroxymitragynine.",
    "Kratom is not an option in any form.",
    "Do not present kratom as a substitute for an opioid.",
    "No safe dose is known.",
    "Natural does not mean harmless.",
    "Kratom cannot be recommended.",
    "A clinician advises the person to stop exposure to kratom.",
    "FDA and HHS recommended scheduling concentrated 7-hydroxymitragynine as an opioid.",
    "Ask how many days a week kratom is used.",
    "No risk assessment was recorded.",
    "Ketoconazole can reduce clearance by 60 %.",
    "Psychological therapy reduces the odds of relapse.",
    "Taper is planned and supervised by the prescriber.",
    "Feel free to ask the clinician.",
    "Vein colour does not predict alkaloid content.",
    "Kratom use is common.",
    "It is not known whether kratom is safe in pregnancy; it is not considered safe.",
)


@pytest.mark.parametrize("text", FORBIDDEN)
def test_forbidden(text: str) -> None:
    assert forbidden_phrases(text)


@pytest.mark.parametrize("text", ALLOWED)
def test_allowed(text: str) -> None:
    assert forbidden_phrases(text) == []


def test_a_forbidden_sentence_is_found_among_others() -> None:
    assert forbidden_phrases("Sleep well. Take 3 g at night. Walk daily.")
    assert forbidden_phrases("Do not stop sertraline, take kratom with it.") or forbidden_phrases(
        "Do not stop sertraline. Take kratom with it."
    )


def test_the_table_has_no_problems() -> None:
    assert list(KNOWLEDGE.safety.problems()) == []


def test_every_cited_fact_resolves() -> None:
    for where, fact_id in KNOWLEDGE.safety.cited():
        assert KNOWLEDGE.cite(fact_id).statement, where


def test_numbers_in_texts_come_from_facts() -> None:
    fields = {f.id for f in KNOWLEDGE.safety.facts()}
    assert "safety/limit/alt_multiple" in fields
    limits = [f for f in KNOWLEDGE.safety.facts() if f.id.startswith("safety/limit/")]
    assert all(f.sources and f.read_on for f in limits if f.verified)
    assert not any(f.verified for f in limits if "qtc" in f.id), "not read in a guideline yet"
