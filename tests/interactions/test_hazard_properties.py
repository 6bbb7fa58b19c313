"""What holds for every list: monotone, independent of order, never reassuring, few rows."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interactions.cases import AS_STUDIED, KNOWLEDGE, SEVEN_OH, USING, check
from tests.language import forbidden_in, forbidden_phrases

from speciosa.finding import Certainty, Severity, Tone
from speciosa.knowledge.medicines.record import HazardClass
from speciosa.pharmacology.interactions.result import Interaction, InteractionsResult, Kind

ALL = KNOWLEDGE.medicines.all()
IDS = sorted(m.id for m in ALL if m.hazards)
ASKING = {"status": "asking"}
UNKNOWN = {"status": "using", "products": [{"form": "unknown"}]}
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "person": st.sampled_from(
            [{"age_years": 70, "drives": True}, {"sex": "female"}, {"pregnancy": "pregnant"}]
        ),
        "conditions": st.lists(
            st.sampled_from(
                ["sleep_apnoea", "copd", "seizures", "long_qt", "falls", "bleeding"]
            ).map(lambda name: {"name": name}),
            max_size=3,
            unique_by=lambda one: one["name"],
        ),
    },
)
KRATOM = st.sampled_from([None, USING, AS_STUDIED, SEVEN_OH, ASKING, UNKNOWN])
LISTS = st.lists(st.sampled_from(IDS), max_size=5, unique=True)


def dynamic(result: InteractionsResult) -> list[Interaction]:
    return [row for row in result.rows if row.kind is Kind.PHARMACODYNAMIC]


def by_id(result: InteractionsResult) -> dict[str, Interaction]:
    return {row.id: row for row in dynamic(result)}


@settings(max_examples=40, deadline=None)
@given(listed=LISTS, added=st.sampled_from(IDS), kratom=KRATOM, more=PEOPLE)
def test_one_more_item_keeps_every_hazard_and_every_pair(listed, added, kratom, more) -> None:
    before = by_id(check(*listed, kratom=kratom, **more))
    after = by_id(check(*listed, added, kratom=kratom, **more))
    for row_id, old in before.items():
        new = after[row_id]
        assert new.severity.rank <= old.severity.rank
        assert set(new.members) >= set(old.members)
        pairs = {p.members: p.severity.rank for p in new.pairs}
        assert all(pairs[p.members] <= p.severity.rank for p in old.pairs)


@settings(max_examples=25, deadline=None)
@given(listed=LISTS, kratom=KRATOM, more=PEOPLE)
def test_knowing_more_of_the_person_never_makes_a_hazard_milder(listed, kratom, more) -> None:
    before = by_id(check(*listed, kratom=kratom))
    after = by_id(check(*listed, kratom=kratom, **more))
    assert before.keys() == after.keys()
    assert all(after[i].severity.rank <= row.severity.rank for i, row in before.items())


@settings(max_examples=25, deadline=None)
@given(listed=LISTS, kratom=KRATOM, more=PEOPLE)
def test_the_order_of_the_list_changes_no_hazard(listed, kratom, more) -> None:
    one = check(*listed, kratom=kratom, **more)
    other = check(*reversed(listed), kratom=kratom, **more)
    assert by_id(one) == by_id(other)


@settings(max_examples=20, deadline=None)
@given(listed=LISTS)
def test_an_unknown_product_is_never_calmer_than_leaf(listed) -> None:
    leaf = by_id(check(*listed, kratom=AS_STUDIED))
    unknown = by_id(check(*listed, kratom=UNKNOWN))
    assert leaf.keys() <= unknown.keys()
    assert all(unknown[i].severity.rank <= row.severity.rank for i, row in leaf.items())


@settings(max_examples=20, deadline=None)
@given(listed=LISTS)
def test_asking_about_kratom_keeps_its_hazards(listed) -> None:
    using = {
        i for i, r in by_id(check(*listed, kratom=UNKNOWN)).items() if r.members[0] == "kratom"
    }
    asking = by_id(check(*listed, kratom={"status": "asking", "products": [{"form": "unknown"}]}))
    assert using <= asking.keys()
    assert all(asking[i].sentence.startswith("If ") for i in using)


@settings(max_examples=25, deadline=None)
@given(listed=LISTS, kratom=KRATOM, more=PEOPLE)
def test_every_row_is_whole(listed, kratom, more) -> None:
    result = check(*listed, kratom=kratom, **more)
    assert not any(f.tone is Tone.REASSURING for f in result.findings)
    for row in dynamic(result):
        assert row.certainty is not Certainty.UNKNOWN
        assert row.mechanism
        assert row.facts
        assert len(row.members) == len(set(row.members)) >= 2
        assert set(row.members) <= {*listed, "kratom"}
        for fact in row.facts:
            KNOWLEDGE.cite(fact)
        if row.pairs:
            assert {m for p in row.pairs for m in p.members} == set(row.members)
            assert min(p.severity.rank for p in row.pairs) == row.severity.rank
            assert len({p.members for p in row.pairs}) == len(row.pairs)
        assert not forbidden_in(msgspec.structs.replace(row, facts=(), members=()))


def test_nothing_in_the_hazard_files_says_what_it_must_not() -> None:
    ddi = KNOWLEDGE.ddi
    texts = [text for rule in ddi.wording.shared for text in (rule.effect, rule.consider, rule.ask)]
    texts += [w.consider for w in ddi.wording.kratom.values()]
    texts += [one.text for one in ddi.alternatives]
    texts += [text for q in ddi.questions for text in (q.text, q.action)]
    texts += [ddi.groups.duplicate.consider, ddi.groups.duplicate.effect]
    for text in texts:
        assert not forbidden_phrases(text), text
        assert not re.search(r"\bsafe\b(?!ty)", text.lower().replace("safety-critical", "")), text
        assert "safer" not in text.lower(), text


FIFTEEN = [
    "oxycodone", "alprazolam", "gabapentin", "sertraline", "venlafaxine", "quetiapine", "trazodone",
    "ibuprofen", "warfarin", "hydrochlorothiazide", "diphenhydramine", "metoprolol", "diltiazem",
    "levothyroxine", "tramadol",
]  # fmt: skip


def test_fifteen_medicines_do_not_make_a_wall() -> None:
    """Hazards among fifteen medicines: one row a hazard or kind, not one a pair."""
    rows = dynamic(check(*FIFTEEN))
    rules = len(KNOWLEDGE.ddi.wording.shared)
    assert len([r for r in rows if ".pd.shared." in r.id]) <= rules
    assert len(rows) <= rules + 4
    assert all(len(row.sentence) < 600 for row in rows)


def test_alternatives_are_never_kratom_and_lack_the_hazard() -> None:
    ddi = KNOWLEDGE.ddi
    groups = {group.id: group for group in ddi.groups.groups}
    hazards = {rule.id for rule in ddi.wording.shared} | set(ddi.wording.kratom) | {"duplicate"}
    for one in ddi.alternatives:
        assert "kratom" not in one.text.lower()
        assert "7-oh" not in one.text.lower()
        assert "onsider" in one.text
        assert set(one.groups) <= groups.keys()
        assert set(one.hazards) <= hazards
        for fact in one.facts:
            KNOWLEDGE.cite(fact)
        for name in one.medicines:
            medicine = KNOWLEDGE.medicines.get(name)
            assert medicine.name in one.text
            replaced = [m for m in ALL if any(groups[g].holds(m) for g in one.groups)]
            for hazard in set(one.hazards) & {klass.value for klass in HazardClass}:
                own = medicine.hazard(hazard)
                held = [h for m in replaced if (h := m.hazard(hazard))]
                if own is not None and held:
                    assert own.strength.rank < max(h.strength.rank for h in held), (one.id, hazard)


def test_an_alternative_that_would_do_harm_here_is_not_named() -> None:
    def advice(*medicines: str) -> str:
        return " ".join(row.consider for row in dynamic(check(*medicines)))

    assert "sertraline is in a lower QT class" in advice("citalopram", "methadone")
    assert "sertraline is in a lower QT class" not in advice(
        "citalopram", "methadone", "phenelzine"
    )
    assert "sertraline is in a lower QT class" not in advice(
        "citalopram", "methadone", "sertraline"
    )


def test_a_person_on_an_opioid_and_a_benzodiazepine_is_told_of_other_care() -> None:
    consider = by_id(check("oxycodone", "alprazolam"))["interaction.pd.shared.breathing"].consider
    assert "CBT" in consider
    assert "SSRI" in consider
    assert "prescriber" in consider


@pytest.mark.parametrize("medicine", [m.id for m in ALL])
def test_hazards_of_a_record_agree_with_one_another(medicine: str) -> None:
    """An opioid depresses the brain and breathing; whoever slows breathing also sedates."""
    found = KNOWLEDGE.medicines.get(medicine)
    opioid = found.hazard("opioid_agonist")
    if opioid is not None and opioid.strength.rank > 0:
        assert found.hazard("respiratory_depressant"), medicine
        assert found.hazard("cns_depressant"), medicine
    if found.hazard("respiratory_depressant") is not None:
        assert found.hazard("cns_depressant") is not None, medicine
    if (seizures := found.hazard("withdrawal_seizures")) is not None and seizures.strength.rank > 1:
        assert found.hazard("dependence_and_withdrawal") is not None, medicine
    mao = found.hazard("mao_inhibitor")
    assert mao is None or found.hazard("serotonergic") is not None, medicine


def test_each_kind_of_medicine_has_the_hazards_of_its_kind() -> None:
    expected = {
        "benzodiazepine_like": {"cns_depressant", "respiratory_depressant", "withdrawal_seizures"},
        "gabapentinoids": {"cns_depressant", "respiratory_depressant"},
        "reuptake_inhibitors": {"serotonergic", "bleeding", "hyponatraemia"},
        "tricyclics": {"anticholinergic", "lowers_seizure_threshold", "qt_prolonging"},
        "sedating_antihistamines": {"cns_depressant", "anticholinergic"},
        "anticoagulants": {"bleeding"},
        "nsaids": {"bleeding"},
        "beta_blockers": {"bradycardic"},
        "slowing_calcium_blockers": {"bradycardic"},
        "bladder_antimuscarinics": {"anticholinergic"},
        "macrolides": {"qt_prolonging"},
        "triptans": {"serotonergic"},
    }
    for group in KNOWLEDGE.ddi.groups.groups:
        for medicine in (m for m in ALL if group.holds(m)):
            for hazard in expected.get(group.id, set()):
                assert medicine.hazard(hazard) is not None, (medicine.id, hazard)


def test_severity_does_not_depend_on_certainty() -> None:
    rows = {row.id: row for row in dynamic(check("phenelzine", "sertraline", kratom=USING))}
    with_kratom = rows["interaction.pd.mao_inhibitor.phenelzine"]
    assert with_kratom.severity is Severity.MAJOR
    assert with_kratom.certainty is Certainty.VERY_LOW
    assert rows["interaction.pd.shared.mao_inhibition"].certainty is Certainty.HIGH
