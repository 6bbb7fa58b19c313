"""Every published effect keeps its sign, its comparator and its interval."""

from __future__ import annotations

import math

import pytest

from speciosa.evidence.for_person import rows
from speciosa.finding import Certainty
from speciosa.knowledge import load
from speciosa.knowledge.evidence import Better, Control, Effect, EffectEstimate, Group

TABLE = load().evidence
PAIRS = [
    pytest.param(effect, part, id=effect.fact_id(part))
    for effect in TABLE.effects
    for part in effect.rows
]

# Which side each record favours, read by hand from the papers and not from the data file.
FAVOURS = {
    "slee_duloxetine": "option",
    "slee_pregabalin": "option",
    "slee_venlafaxine": "option",
    "slee_escitalopram": "option",
    "slee_quetiapine": "option",
    "he2019_escitalopram": "option",
    "he2019_vilazodone": "option",
    "gomez2018_all": "leans option",
    "gomez2018_ssri": "leans option",
    "gomez2018_snri": "leans option",
    "gomez2018_bzd": "leans option",
    "uwo_antidepressants": "option",
    "kopcalic2025": "option",
    "nice_nma_response/duloxetine": "option",
    "nice_nma_response/sertraline": "option",
    "nice_nma_response/venlafaxine_XL": "option",
    "nice_nma_response/pregabalin": "option",
    "nice_nma_response/escitalopram": "option",
    "nice_nma_response/paroxetine": "option",
    "nice_pairwise_nonresponse/duloxetine": "option",
    "nice_pairwise_nonresponse/sertraline": "option",
    "nice_pairwise_nonresponse/venlafaxine_XL": "option",
    "nice_pairwise_nonresponse/pregabalin": "option",
    "nice_pairwise_nonresponse/escitalopram": "option",
    "nice_pairwise_nonresponse/paroxetine": "unclear",
    "carl2020/psychotherapy": "leans option",
    "carl2020/medicines": "leans option",
    "vortiox_us_trials/2.5mg": "unclear",
    "vortiox_us_trials/10mg": "unclear",
    "relapse_batelaan": "comparator",
    "papola_cbt": "option",
    "papola_third_wave": "option",
    "papola_relaxation": "option",
    "papola_cbt_longterm": "option",
    "cuijpers2014_all": "option",
    "metapsy_recomputed": "option",
    "hoge2022": "unclear",
    "ramos2021": "option",
    "aylett2018": "option",
    "singh2023_anxiety": "leans option",
    "simon2021_yoga/cbt-against-education": "leans option",
    "scott2021_sleep": "leans option",
    "belleville2011": "option",
    "dcbti_2172": "leans option",
    "dcbti_2172/remission": "option",
    "facecbti_null": "unclear",
    "firth2019_anxiety": "unclear",
    "liu2024_caffeine": "comparator",
    "liu2024_caffeine/low-dose": "comparator",
    "liu2024_caffeine/high-dose": "comparator",
    "kasper2014_silexan160/silexan-160": "leans option",
    "kasper2014_silexan160/silexan-80": "leans option",
    "kasper2014_silexan160/paroxetine": "leans option",
    "dold2023_silexan": "leans option",
    "dold2023_silexan/cgi": "leans option",
    "moller2019_silexan": "option",
    "yap2019_silexan": "unclear",
    "sarris2020_kava": "unclear, leans comparator",
    "akhgarjand2022": "option",
    "arumugam2024": "option",
    "mao2016": "unclear",
    "bahji2020": "option",
}
# Rows whose direction is said in words, because no size, or only a published conclusion, was read.
WORDED = {
    "slee_others",
    "slee_tolerability",
    "kong2020",
    "fernandes2025_bzd",
    "maneeton2016",
    "vortiox_us_trials/5mg",
    "vandis2020_gad",
    "hoge2013",
    "herring2012/resistance",
    "herring2012/aerobic",
    "simon2021_yoga/against-education",
    "simon2021_yoga/against-cbt",
    "amsterdam2009",
    "han2024",
}


def expected(part: EffectEstimate, side: str) -> str:
    option, comparator = part.option, part.comparator
    return {
        "option": f"Favours {option} over {comparator}",
        "comparator": f"Favours {comparator} over {option}",
        "unclear": "Not clear: the interval includes no difference",
        "unclear, leans comparator": (
            f"Not clear (p 0.25): the point estimate leans to {comparator}"
        ),
        "leans option": f"Leans to {option};",
        "leans comparator": f"Leans to {comparator};",
    }[side]


def test_every_row_has_a_side_that_was_read_by_hand():
    ids = {effect.fact_id(part) for effect in TABLE.effects for part in effect.rows}
    assert ids == {f"evidence/{i}" for i in FAVOURS.keys() | WORDED}


@pytest.mark.parametrize(("effect", "part"), PAIRS)
def test_a_row_favours_the_side_that_the_paper_favours(effect: Effect, part: EffectEstimate):
    said = rows.favours_in_words(part, TABLE.wording)
    side = FAVOURS.get(effect.fact_id(part).removeprefix("evidence/"))
    if side is None:
        assert part.conclusion or part.published
        assert said.startswith((part.published or part.conclusion).rstrip("."))
    else:
        assert said.startswith(expected(part, side))


@pytest.mark.parametrize(("effect", "part"), PAIRS)
def test_mirroring_a_row_swaps_the_side(effect: Effect, part: EffectEstimate):
    """What holds of the arithmetic: an estimate mirrored at no difference favours the other."""
    if part.value is None or part.published or part.conclusion:
        return
    ratio = part.unit == "ratio"

    def mirror(x: float | None) -> float | None:
        return None if x is None else (1.0 / x if ratio else -x)

    mirrored = EffectEstimate(
        group=part.group,
        option=part.option,
        comparator=part.comparator,
        control=part.control,
        outcome=part.outcome,
        unit=part.unit,
        better=part.better,
        value=mirror(part.value),
        low=mirror(part.high),
        high=mirror(part.low),
        interval=part.interval,
        p=part.p,
    )
    gain, lost = rows.benefit(part), rows.benefit(mirrored)
    assert gain is not None and lost is not None
    assert math.copysign(1, gain) == -math.copysign(1, lost)
    said = rows.favours_in_words(part, TABLE.wording).split(";")[0]
    swapped = rows.favours_in_words(mirrored, TABLE.wording).split(";")[0]
    if said.startswith(("Favours", "Leans")):
        assert said != swapped
    else:
        assert swapped.startswith("Not clear")


@pytest.mark.parametrize(("effect", "part"), PAIRS)
def test_a_row_stands_beside_its_comparator_and_never_concerns_kratom(
    effect: Effect, part: EffectEstimate
):
    row = rows.row(effect, part, TABLE.wording, ())
    assert row.comparator
    assert "kratom" not in f"{row.option} {row.comparator}".lower()
    if row.estimate and row.estimate.low is not None and row.estimate.value is not None:
        assert row.estimate.low <= row.estimate.value <= row.estimate.high
    assert row.certainty_reason
    if effect.certainty.by == "none":
        assert row.certainty is Certainty.UNKNOWN


def test_a_range_of_reviews_is_not_taken_for_a_confidence_interval():
    part = TABLE.effect("singh2023_anxiety").rows[0]
    row = rows.row(TABLE.effect("singh2023_anxiety"), part, TABLE.wording, ())
    assert "chance cannot be excluded" in row.favours
    assert row.estimate is not None
    assert "not one" in row.estimate.no_interval_because


def test_hoge2022_leans_to_escitalopram_with_its_published_sign():
    """-0.07 is the improvement on MBSR less that on escitalopram (1.35 against 1.43 points)."""
    part = TABLE.effect("hoge2022").rows[0]
    assert part.better is Better.ABOVE
    gain = rows.benefit(part)
    assert gain is not None and gain < 0


def test_a_span_of_certainty_counts_as_its_lower_end():
    assert TABLE.effect("hoge2022").certainty.level is Certainty.LOW
    assert TABLE.effect("scott2021_sleep").certainty.level is Certainty.LOW
    assert TABLE.effect("akhgarjand2022").certainty.level is Certainty.VERY_LOW


def test_published_certainty_goes_before_our_own():
    for effect in TABLE.effects:
        if effect.id.startswith("papola") and effect.id != "papola_cbt_longterm":
            assert effect.certainty.by == "published"


def test_unlike_comparators_never_stand_mixed_in_one_ranking():
    pairs = [(e, p) for e in TABLE.effects for p in e.rows]
    pairs.sort(key=lambda pair: rows.sort_key(*pair))
    runs: list[tuple[Group, Certainty, Control]] = []
    for effect, part in pairs:
        here = (part.group, effect.certainty.level, part.control)
        if not runs or runs[-1] != here:
            runs.append(here)
    assert len(runs) == len(set(runs))


@pytest.mark.parametrize(
    ("fact_id", "value", "low", "high"),
    [
        ("evidence/papola_cbt", -0.68, -1.05, -0.32),
        ("evidence/slee_duloxetine", -3.13, -4.13, -2.13),
        ("evidence/relapse_batelaan", 3.11, 2.48, 3.89),
        ("evidence/nice_nma_response/sertraline", 1.859, 1.302, 2.591),
        ("evidence/liu2024_caffeine/high-dose", 2.86, 2.50, 3.22),
        ("evidence/papola_relaxation/without-high-risk-of-bias", -0.40, -1.15, 0.34),
    ],
)
def test_published_numbers(fact_id: str, value: float, low: float, high: float):
    fact = load().fact(fact_id)
    assert (fact.value, fact.low, fact.high) == (value, low, high)
    assert fact.verified
    assert fact.sources
