"""Hypothesis strategies for cases: every field, known and unknown medicines, full and empty.

``cases()`` draws a whole case; ``calm(case)`` answers every question on danger
with no; ``removals(case)`` takes away one field at a time.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from speciosa.case import (
    AuditC,
    Case,
    CaseMedicine,
    CaseSubstance,
    Condition,
    Earlier,
    Gad7,
    Genotype,
    Isi,
    Kidney,
    KratomAnalysis,
    KratomDose,
    KratomProduct,
    KratomUse,
    Lab,
    Liver,
    Person,
    Phq9,
    Preferences,
    Signs,
    Symptoms,
    Total,
    TriedTreatment,
)
from speciosa.case import vocabulary as v

KNOWN_MEDICINES = (
    "sertraline", "escitalopram", "citalopram", "fluoxetine", "venlafaxine", "duloxetine",
    "mirtazapine", "trazodone", "bupropion", "amitriptyline", "clomipramine", "phenelzine",
    "linezolid", "lithium", "sumatriptan", "buspirone", "hydroxyzine", "quetiapine", "clozapine",
    "alprazolam", "diazepam", "zolpidem", "pregabalin", "gabapentin", "oxycodone", "methadone",
    "buprenorphine", "tramadol", "codeine", "naltrexone", "naloxone", "propranolol", "lisinopril",
    "tacrolimus", "warfarin", "carbamazepine", "clarithromycin", "ketoconazole", "rifampicin",
    "valproate", "levothyroxine", "ondansetron", "Xanax", "St John's wort",
)  # fmt: skip
UNKNOWN_MEDICINES = ("grandmother's drops", "zzyx forte", "blue pill", "SSRI")
KNOWN_SUBSTANCES = (
    "alcohol", "cannabis", "caffeine", "nicotine", "cocaine", "kava", "grapefruit juice",
    "phenibut", "kratom", "heroin",
)  # fmt: skip
PLACES = ("US", "US-TN", "US-CA/san-diego", "GB", "IE", "DE", "MY", "TH", "AU", "BR")
PLAIN_TEXT = ("worried about work", "sleeps badly, tired", "")
CRISIS_TEXT = ("I want to end my life", "Better off dead!", "took too many and passed out")

# Cases lie in 2026 and what happened before in earlier years, so that dates never clash.
_DATES = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
_BEFORE = st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 31))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def _some(enum: type, most: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(list(enum)), unique=True, max_size=most).map(tuple)


def _number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda x: round(x, 2))


def _free_text() -> st.SearchStrategy[str | None]:
    return _maybe(st.sampled_from(PLAIN_TEXT * 3 + CRISIS_TEXT))


@st.composite
def _split(draw: st.DrawFn, enum: type) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Disjoint present and absent members of a vocabulary, sometimes all absent."""
    members = list(enum)
    if draw(st.integers(0, 4)) == 0:
        return (), tuple(members)
    present = draw(st.lists(st.sampled_from(members), unique=True, max_size=4))
    rest = [m for m in members if m not in present]
    if draw(st.booleans()):
        return tuple(present), tuple(rest)
    absent = draw(st.lists(st.sampled_from(rest), unique=True, max_size=8)) if rest else []
    return tuple(present), tuple(absent)


def _answers(items: int, highest: int) -> st.SearchStrategy[tuple[int | None, ...]]:
    answer = st.none() | st.integers(0, highest)
    full = st.tuples(*[st.integers(0, highest)] * items)
    return full | st.tuples(*[answer] * items)


def _instrument(model: type, items: int, highest: int) -> st.SearchStrategy[Any]:
    return st.builds(model, answers=_answers(items, highest), date=_maybe(_BEFORE)) | st.builds(
        model, total=st.integers(0, items * highest)
    )


@st.composite
def phq9s(draw: st.DrawFn) -> Phq9:
    """PHQ-9 by answers, by total with or without item 9, or item 9 alone."""
    kind = draw(st.sampled_from(["answers", "calm", "total", "item9"]))
    if kind == "answers":
        return Phq9(answers=draw(_answers(9, 3)))
    if kind == "calm":
        return Phq9(answers=(*draw(st.tuples(*[st.integers(0, 3)] * 8)), 0))
    item9 = draw(st.integers(0, 3))
    if kind == "item9":
        return Phq9(item9=item9)
    total = draw(st.integers(item9, item9 + 24))
    return Phq9(total=total, item9=draw(st.sampled_from([None, item9])))


def _genotypes(*, scored: bool = False) -> st.SearchStrategy[Genotype]:
    """A gene by phenotype, by diplotype (also one that no table holds), or by score."""
    ways = [
        st.builds(Genotype, phenotype=_maybe(st.sampled_from(v.Phenotype))),
        st.builds(Genotype, diplotype=st.sampled_from(["*1/*1", "*1/*4", "*2/*2", "*1/*999"])),
    ]
    if scored:
        ways.append(st.builds(Genotype, activity_score=_number(0, 4)))
    return st.one_of(ways)


@st.composite
def persons(draw: st.DrawFn) -> Person:
    """Body and circumstances."""
    pregnancy = draw(_maybe(st.sampled_from(v.Pregnancy)))
    may_have_weeks = pregnancy in (None, v.Pregnancy.PREGNANT, v.Pregnancy.POSSIBLE)
    return Person(
        age_years=draw(_maybe(_number(12, 95))),
        sex=draw(_maybe(st.sampled_from(v.Sex))),
        weight_kg=draw(_maybe(_number(40, 150))),
        height_cm=draw(_maybe(_number(140, 200))),
        pregnancy=pregnancy,
        pregnancy_weeks=draw(_maybe(st.integers(0, 42))) if may_have_weeks else None,
        breast_feeding=draw(_maybe(st.booleans())),
        liver=draw(st.builds(Liver, child_pugh=_maybe(st.sampled_from(v.ChildPugh)))),
        kidney=draw(
            st.builds(
                Kidney, egfr_ml_min_1_73m2=_maybe(_number(10, 120)), dialysis=_maybe(st.booleans())
            )
        ),
        cyp2d6=draw(_genotypes(scored=True)),
        cyp2c19=draw(_genotypes()),
        cyp3a5=draw(_genotypes()),
        drives=draw(_maybe(st.booleans())),
        safety_critical_work=draw(_maybe(st.booleans())),
    )


@st.composite
def symptoms(draw: st.DrawFn) -> Symptoms:
    """What the person reports and the screens say."""
    present, absent = draw(_split(v.WorryFeature))
    return draw(
        st.builds(
            Symptoms,
            gad7=_maybe(_instrument(Gad7, 7, 3)),
            phq9=_maybe(phq9s()),
            isi=_maybe(_instrument(Isi, 7, 4)),
            audit_c=_maybe(_instrument(AuditC, 3, 4)),
            pswq=_maybe(st.builds(Total, total=st.integers(16, 80))),
            ham_a=_maybe(st.builds(Total, total=st.integers(0, 56))),
            cows=_maybe(st.builds(Total, total=st.integers(0, 48))),
            sows=_maybe(st.builds(Total, total=st.integers(0, 64))),
            kratom_dependence_scale=_maybe(st.builds(Total, total=st.integers(0, 48))),
            duration_months=_maybe(_number(0, 240)),
            features=st.just(present),
            features_absent=st.just(absent),
            impairment=_maybe(st.sampled_from(v.Impairment)),
            difficulty=_maybe(st.sampled_from(v.Difficulty)),
            impaired_areas=_some(v.LifeArea),
            days_lost_last_month=_maybe(st.integers(0, 31)),
            free_text=_free_text(),
        )
    )


@st.composite
def signs(draw: st.DrawFn) -> Signs:
    """Danger signs present and asked-and-absent; sometimes every sign asked and absent."""
    present, absent = draw(_split(v.Sign))
    return Signs(present=present, absent=absent)


def conditions() -> st.SearchStrategy[tuple[Condition, ...]]:
    """Known conditions of every status, and names that are not known."""
    names = [str(c) for c in v.KnownCondition]
    one = st.builds(
        Condition,
        name=st.sampled_from([*names, "chronic something"]),
        status=st.sampled_from(v.ConditionStatus),
        note=_free_text(),
    )
    return st.lists(one, max_size=5).map(tuple)


@st.composite
def medicines(draw: st.DrawFn) -> tuple[CaseMedicine, ...]:
    """Known, branded and unknown medicines, current, planned and stopped."""
    names = draw(
        st.lists(st.sampled_from(KNOWN_MEDICINES + UNKNOWN_MEDICINES), unique=True, max_size=5)
    )
    found = []
    for name in names:
        since = draw(_maybe(st.dates(dt.date(2020, 1, 1), dt.date(2024, 12, 31))))
        found.append(
            CaseMedicine(
                name=name,
                dose_mg=draw(_maybe(_number(0.5, 400))),
                interval_h=draw(_maybe(st.sampled_from([6.0, 8.0, 12.0, 24.0]))),
                as_needed=draw(_maybe(st.booleans())),
                route=draw(_maybe(st.sampled_from(v.Route))),
                since=since,
                stopped=draw(_maybe(st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)))),
                prescribed=draw(_maybe(st.booleans())),
                planned=draw(_maybe(st.booleans())),
            )
        )
    return tuple(found)


def substances() -> st.SearchStrategy[tuple[CaseSubstance, ...]]:
    """Alcohol, cannabis and the like."""
    one = st.builds(
        CaseSubstance,
        name=st.sampled_from((*KNOWN_SUBSTANCES, "mystery herb")),
        times_per_week=_maybe(_number(0, 30)),
        drinks_per_week=_maybe(_number(0, 60)),
        mg_per_day=_maybe(_number(0, 800)),
        last_use_hours_ago=_maybe(_number(0, 400)),
        with_kratom=_maybe(st.booleans()),
        note=_free_text(),
    )
    return st.lists(one, max_size=3).map(tuple)


def _doses() -> st.SearchStrategy[KratomDose]:
    return (
        st.builds(KratomDose, leaf_g=_number(0.5, 20))
        | st.builds(KratomDose, capsules=_number(1, 20), capsule_leaf_mg=_maybe(_number(300, 1000)))
        | st.builds(
            KratomDose,
            units=_number(1, 4),
            mitragynine_mg_per_unit=_maybe(_number(5, 150)),
            seven_oh_mg_per_unit=_maybe(_number(5, 30)),
        )
        | st.builds(KratomDose, mitragynine_mg=_number(5, 200))
        | st.builds(KratomDose, seven_oh_mg=_number(5, 60))
    )


def _products() -> st.SearchStrategy[KratomProduct]:
    return st.builds(
        KratomProduct,
        form=st.sampled_from(v.KratomForm),
        label=_maybe(st.just("green powder")),
        strain=_maybe(st.just("green")),
        dose=_maybe(_doses()),
        times_per_day=_maybe(_number(0.5, 8)),
        days_per_week=_maybe(_number(0.5, 7)),
        analysis=_maybe(
            st.builds(
                KratomAnalysis,
                mitragynine_mg_per_g=_maybe(_number(1, 40)),
                seven_oh_mg_per_g=_maybe(_number(0, 5)),
            )
        ),
    )


@st.composite
def kratom_uses(draw: st.DrawFn, latest: dt.date = dt.date(2025, 12, 31)) -> KratomUse:
    """Never, asking, using or stopped, with everything that can be said of the use."""
    status = draw(st.sampled_from(v.KratomStatus))
    if status is v.KratomStatus.NEVER:
        return KratomUse(status=status)
    met, absent = draw(_split(v.UseCriterion))
    between = draw(_some(v.WithdrawalSign))
    if v.WithdrawalSign.NONE in between:
        between = (v.WithdrawalSign.NONE,)
    stopped = v.KratomStatus.STOPPED
    return KratomUse(
        status=status,
        products=tuple(draw(st.lists(_products(), max_size=2))),
        since=draw(_maybe(st.dates(dt.date(2015, 1, 1), dt.date(2023, 12, 31)))),
        stopped=draw(_maybe(st.dates(dt.date(2024, 1, 1), latest))) if status is stopped else None,
        last_use_hours_ago=draw(_maybe(_number(0, 2000))),
        reasons=draw(_some(v.KratomReason)),
        between_doses=between,
        attempts_to_stop=draw(_maybe(st.integers(0, 10))),
        cut_down_recently=draw(_maybe(st.booleans())),
        criteria_met=met,
        criteria_absent=absent,
        side_effects=draw(_some(v.SideEffect)),
        note=draw(_free_text()),
    )


@st.composite
def labs(draw: st.DrawFn) -> tuple[Lab, ...]:
    """Measurements in each accepted unit, with and without the laboratory's limit."""
    typical = {v.LabName.QTC: (380, 540), v.LabName.INR: (0.8, 3), v.LabName.ALT: (5, 800)}
    names = draw(st.lists(st.sampled_from(v.LabName), unique=True, max_size=5))
    found = []
    for name in names:
        low, high = typical.get(name, (0.1, 300))
        found.append(
            Lab(
                name=name,
                value=draw(_number(low, high)),
                unit=draw(st.sampled_from(v.LAB_UNITS[name])),
                upper_limit=draw(_maybe(_number(1, 60))),
                date=draw(_maybe(_BEFORE)),
            )
        )
    return tuple(found)


def preferences() -> st.SearchStrategy[Preferences]:
    """What the person wants, avoids and has tried."""
    return st.builds(
        Preferences,
        prefers=_some(v.TreatmentStyle, 2),
        avoids=_some(v.TreatmentStyle, 2),
        goals=st.lists(st.just("sleep through the night"), max_size=1).map(tuple),
        tried=st.lists(
            st.builds(
                TriedTreatment,
                name=st.sampled_from(["sertraline", "CBT", "walking"]),
                outcome=_maybe(st.sampled_from(v.Outcome)),
                note=_free_text(),
            ),
            max_size=2,
        ).map(tuple),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A whole case: any field may be absent."""
    date = draw(_DATES)
    earlier = draw(
        st.lists(
            st.builds(
                Earlier,
                date=st.dates(dt.date(2018, 1, 1), date),
                gad7=_maybe(st.integers(0, 21)),
                phq9=_maybe(st.integers(0, 27)),
            ),
            max_size=3,
        )
    )
    return Case(
        date=date,
        place=draw(_maybe(st.sampled_from(PLACES))),
        person=draw(st.just(Person()) | persons()),
        symptoms=draw(st.just(Symptoms()) | symptoms()),
        signs=draw(st.just(Signs()) | signs()),
        conditions=draw(conditions()),
        medicines=draw(medicines()),
        substances=draw(substances()),
        kratom=draw(_maybe(kratom_uses(latest=date))),
        preferences=draw(preferences()),
        earlier=tuple(earlier),
        labs=draw(labs()),
    )


def calm(case: Case) -> Case:
    """The same case with every PHQ-9 answer 0 and every danger sign asked about and absent."""
    symptoms_ = case.symptoms.model_copy(update={"phq9": Phq9(answers=(0,) * 9)})
    return case.model_copy(update={"symptoms": symptoms_, "signs": Signs(absent=tuple(v.Sign))})


def removals(case: Case) -> Iterator[tuple[str, Case]]:
    """Every case that lacks one field of this one, with the path of that field.

    Lists are taken away whole. A field whose absence makes the case invalid is skipped.
    """
    data = case.model_dump(exclude_defaults=True)
    for path in _paths(data):
        if path == ("date",):
            continue
        smaller = copy.deepcopy(data)
        inside = smaller
        for step in path[:-1]:
            inside = inside[step]
        del inside[path[-1]]
        try:
            yield ".".join(path), Case.model_validate(smaller)
        except ValidationError:
            continue


def _paths(data: dict[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in data.items():
        yield (*before, key)
        if isinstance(value, dict):
            yield from _paths(value, (*before, key))
