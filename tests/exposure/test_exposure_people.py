"""Virtual people: the same person every time, the laws of both structures, and what varies."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exposure import closed_form as k

from speciosa.case.model import KratomProduct
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.virtual import levels as levels_module
from speciosa.pharmacology.exposure.virtual import structures, variance
from speciosa.pharmacology.exposure.virtual.bodies import bodies
from speciosa.pharmacology.exposure.virtual.levels import Levels, levels_of
from speciosa.pharmacology.exposure.virtual.people import Vary, simulate
from speciosa.pharmacology.exposure.virtual.portions import portions
from speciosa.pharmacology.exposure.virtual.schedule import Before, Dose, Repeat, Schedule

KNOWLEDGE = load()
DAY = np.linspace(0.0, 24.0, 145)


def leaf(grams=2.0, times=2.0, content: float | None = 19.48, **fields):
    analysis = {} if content is None else {"analysis": {"mitragynine_mg_per_g": content}}
    often = {} if times is None else {"times_per_day": times}
    dose = {"dose": {"leaf_g": grams}}
    return KratomProduct.model_validate(
        {"form": "leaf_powder", **dose, **often, **analysis, **fields}
    )


def tablet(mg=20.0, times=2.0):
    dose = {"units": 1.0, "seven_oh_mg_per_unit": mg}
    return KratomProduct.model_validate(
        {"form": "7_oh_product", "dose": dose, "times_per_day": times}
    )


def run(*products, days=None, seed=7, subjects=40, schedule=None, **rest):
    schedule = schedule or Schedule.of_use(products, days, KNOWLEDGE)
    return simulate(schedule, products, KNOWLEDGE, seed=seed, subjects=subjects, **rest)


def arrays(levels: Levels):
    return {f.name: getattr(levels, f.name) for f in dataclasses.fields(levels)}


# ------------------------------------------------------------------ the same person every time


@pytest.mark.parametrize("everybody", [True, False])
def test_a_person_does_not_depend_on_how_many_there_are(everybody):
    products = (leaf(content=None), tablet())
    few = run(*products, subjects=13, everybody=everybody)
    many = run(*products, subjects=37, everybody=everybody)
    assert np.array_equal(few.lives_by, many.lives_by[:13])
    for name, levels in few.by_structure.items():
        wide = arrays(many.by_structure[name])
        for field, held in arrays(levels).items():
            assert np.array_equal(held, wide[field][:13], equal_nan=True), (name, field)


def test_running_for_everybody_changes_nobody_who_lives_by_a_structure():
    everybody, own = run(leaf(), subjects=30), run(leaf(), subjects=30, everybody=False)
    for field, held in arrays(everybody.levels).items():
        assert np.array_equal(held, arrays(own.levels)[field]), field
    for place, name in enumerate(own.structures):
        known = own.by_structure[name].known
        assert np.array_equal(known, np.flatnonzero(own.lives_by == place))


def test_people_differ_by_seed():
    one, other = run(leaf(), seed=1), run(leaf(), seed=2)
    assert not np.array_equal(one.levels.mitragynine_nm, other.levels.mitragynine_nm)


def test_taking_people_takes_everything_that_is_theirs():
    people = run(leaf(content=None), subjects=20)
    who = np.array([3, 3, 17])
    taken = people.take(who)
    assert taken.subjects == 3
    assert np.array_equal(taken.levels.mitragynine_nm, people.levels.mitragynine_nm[who])
    assert np.array_equal(taken.mitragynine_mg_per_day, people.mitragynine_mg_per_day[who])
    assert np.array_equal(taken.portions.mitragynine_mg, people.portions.mitragynine_mg[:, who])
    assert np.array_equal(taken.bodies["linear"].typical, people.bodies["linear"].typical[who])


def test_each_person_lives_by_one_structure_by_its_weight():
    lives_by = run(leaf(times=None), subjects=400, structures=("linear", "turnover")).lives_by
    weights = [KNOWLEDGE.models.structure(name).weight for name in ("linear", "turnover")]
    assert np.mean(lives_by == 0) == pytest.approx(weights[0] / sum(weights), abs=0.08)


def test_the_mixture_is_everybody_by_their_own_structure():
    people = run(leaf(), subjects=30)
    for i, place in enumerate(people.lives_by):
        own = people.by_structure[people.structures[place]]
        assert np.array_equal(people.levels.mitragynine_nm[i], own.mitragynine_nm[i])


# ------------------------------------------------------------------ the linear structure


def linear_bodies(subjects, seed=3):
    return bodies(
        "linear",
        KNOWLEDGE.models.parameters("linear"),
        KNOWLEDGE.models.posterior("linear"),
        seed=seed,
        subjects=subjects,
    )


def closed(made):
    """The same people in the parameters of the closed form."""
    p = made.parameters
    first, later = p["fp"] * (1.0 - p["F"]), p["fs"] * p["F"]
    return k.Body(
        clearance_l_h=p["CL"] / p["F"],
        central_l=p["V"] / p["F"],
        flow_l_h=p["Q"] / p["F"],
        peripheral_l=p["Vp"] / p["F"],
        absorption_per_h=p["ka"],
        seven_oh_clearance_l_h=p["CLm"] / (first + later),
        first_pass_share=first / (first + later),
        seven_oh_elimination_per_h=p["CLm"] / p["Vm"],
        swallowed_absorption_per_h=p["kas"],
        swallowed_clearance_l_h=p["CLm"] / p["Fs"],
    )


@pytest.mark.parametrize("days", [1.0, 2.0, 9.0, np.inf])
def test_the_linear_structure_agrees_with_its_closed_form(days):
    made = linear_bodies(25)
    umol = np.linspace(5.0, 120.0, 25)
    times = (0.0, 5.5, 11.0)
    repeat = Repeat(product=0, times_h=times, count=days - 1.0)
    schedule = Schedule.of(
        [Dose(t, 0) for t in times],
        end_h=24.0,
        before=Before(repeats=(repeat,) if days > 1 else ()),
    )
    inputs = {"mitragynine": umol[None, :], "7-hydroxymitragynine": 0.1 * umol[None, :]}
    found = levels_of("linear", schedule, inputs, KNOWLEDGE, made, times_h=DAY)
    body = closed(made)
    doses = k.Doses(np.repeat(umol[:, None] * 1e3, 3, axis=1), np.array(times), 24.0, days)
    parent = k.mitragynine(body)
    tenth = doses._replace(amounts_nmol=0.1 * doses.amounts_nmol)
    for held, response, given_doses in (
        (found.mitragynine_nm, parent, doses),
        (found.formed_nm, k.formed_seven_oh(body, parent), doses),
        (found.swallowed_nm, k.swallowed_seven_oh(body), tenth),
    ):
        wanted = k.superpose(response, given_doses, DAY)
        assert held == pytest.approx(wanted, rel=2e-5, abs=1e-6 * wanted.max())
    assert found.mitragynine_half_life_h == pytest.approx(
        np.log(2.0) / k.disposition_rates(body)[1], rel=0.02
    )


@settings(max_examples=8, deadline=None)
@given(st.floats(0.05, 20.0))
def test_the_linear_structure_is_exactly_proportional_to_the_dose(factor):
    made = linear_bodies(8)
    schedule = Schedule.of_use([leaf()], None, KNOWLEDGE)
    umol = np.full((1, 8), 90.0)
    one, other = (
        levels_of(
            "linear",
            schedule,
            {"mitragynine": umol * f, "7-hydroxymitragynine": 0.01 * umol * f},
            KNOWLEDGE,
            made,
            times_h=DAY,
        )
        for f in (1.0, factor)
    )
    for field in ("mitragynine_nm", "formed_nm", "swallowed_nm"):
        assert getattr(other, field) == pytest.approx(getattr(one, field) * factor, rel=1e-11)


def test_what_is_taken_in_a_day_leaves_in_a_day_at_the_steady_state():
    people = run(leaf(1.0, 2.0, content=10.0), structures=("linear",), subjects=30)
    p = people.bodies["linear"].parameters
    area = people.area(people.levels.mitragynine_nm, 0.0, 24.0)
    absorbed = (
        p["F"] * people.mitragynine_mg_per_day * 1e6 / KNOWLEDGE.fact("kratom/pk_mg_mw").number
    )
    # Trapezoids of ten minutes: better than one per cent.
    assert area * p["CL"] == pytest.approx(absorbed, rel=1e-2)


def test_use_that_ended_earlier_has_declined_at_the_start():
    gone = Before(repeats=(Repeat(product=0, times_h=(0.0,), end_h=-72.0),))
    fresh = Before(repeats=(Repeat(product=0, times_h=(0.0,), end_h=0.0),))
    later = Schedule.of([], end_h=24.0, before=gone)
    then = Schedule.of([], end_h=96.0, before=fresh)
    products, names = (leaf(1.0, 1.0, content=10.0),), ("linear",)
    at = np.array([0.0, 6.0, 24.0])
    a = run(*products, schedule=later, structures=names, times_h=at).levels
    b = run(*products, schedule=then, structures=names, times_h=at + 72.0).levels
    assert a.mitragynine_nm == pytest.approx(b.mitragynine_nm, rel=1e-9)
    assert a.formed_nm == pytest.approx(b.formed_nm, rel=1e-9)


# ------------------------------------------------------------------ the turnover structure


def test_older_use_at_its_mean_rate_moves_no_level_by_much(monkeypatch):
    """The figures stated beside the numerical settings."""
    product = leaf(3.0, 3.0)
    short = run(product, structures=("turnover",), subjects=60).levels
    monkeypatch.setattr(structures, "LISTED_H", 120 * 24.0)
    monkeypatch.setattr(structures, "LONG_H", 600 * 24.0)
    monkeypatch.setattr(structures, "_RTOL", 1e-8)
    monkeypatch.setattr(structures, "_ATOL", 1e-10)
    long = run(product, structures=("turnover",), subjects=60).levels
    for field in ("mitragynine_nm", "formed_nm"):
        off = np.abs(getattr(short, field) / getattr(long, field) - 1.0).max(axis=1)
        assert np.median(off) < 0.005
        assert off.max() < 0.03


def test_the_tolerances_move_no_level_by_a_ten_thousandth(monkeypatch):
    product = leaf(3.0, 3.0)
    rough = run(product, structures=("turnover",), subjects=20).levels
    monkeypatch.setattr(structures, "_RTOL", 1e-9)
    monkeypatch.setattr(structures, "_ATOL", 1e-11)
    fine = run(product, structures=("turnover",), subjects=20).levels
    assert rough.mitragynine_nm == pytest.approx(fine.mitragynine_nm, rel=1e-4)
    assert rough.formed_nm == pytest.approx(fine.formed_nm, rel=1e-4)


def turnover(schedule, subjects=12, **changes):
    made = bodies(
        "turnover",
        KNOWLEDGE.models.parameters("turnover"),
        KNOWLEDGE.models.posterior("turnover"),
        seed=5,
        subjects=subjects,
    )
    changed = {name: change(made.parameters[name]) for name, change in changes.items()}
    made = dataclasses.replace(made, parameters={**made.parameters, **changed})
    umol = np.full((1, subjects), 100.0)
    inputs = {"mitragynine": umol, "7-hydroxymitragynine": 0.01 * umol}
    return levels_of("turnover", schedule, inputs, KNOWLEDGE, made, times_h=DAY)


@pytest.mark.parametrize("name", ["kig", "kil", "fug", "ful"])
def test_more_inhibition_never_lowers_mitragynine(name):
    schedule = Schedule.of_use([leaf()], 4.0, KNOWLEDGE)
    less, more = turnover(schedule), turnover(schedule, **{name: lambda x: 1.5 * x})
    assert (more.mitragynine_nm >= less.mitragynine_nm * (1.0 - 1e-4)).all()
    assert more.mitragynine_nm.max() > less.mitragynine_nm.max()


def test_without_inhibition_the_turnover_structure_is_proportional_too():
    # Nothing unbound at the enzymes inhibits nothing.
    none = {"fug": lambda x: 1e-9 * x, "ful": lambda x: 1e-9 * x}
    one = turnover(Schedule.of([Dose(0.0, 0)], end_h=24.0), **none)
    half = turnover(Schedule.of([Dose(0.0, 0, 0.5)], end_h=24.0), **none)
    assert half.mitragynine_nm == pytest.approx(0.5 * one.mitragynine_nm, rel=1e-3, abs=1e-4)


def test_repeated_use_inhibits_its_own_breakdown_more_than_one_dose():
    # Not seen in the half-life: far out in the tail the enzymes have recovered.
    none = {"fug": lambda x: 1e-9 * x, "ful": lambda x: 1e-9 * x}

    def raised(schedule):
        with_it, without = turnover(schedule), turnover(schedule, **none)
        return with_it.mitragynine_nm.mean() / without.mitragynine_nm.mean()

    once = Schedule.of([Dose(0.0, 0)], end_h=24.0)
    repeated = Schedule.of_use([leaf()], 4.0, KNOWLEDGE)
    assert raised(repeated) > raised(once) > 1.0


# ------------------------------------------------------------------ both


@pytest.mark.parametrize("structure", ["linear", "turnover"])
def test_levels_are_never_negative(structure):
    people = run(leaf(content=None), tablet(), structures=(structure,), subjects=60)
    for field, held in arrays(people.levels).items():
        assert np.nanmin(held, initial=0.0) >= 0.0, field


@pytest.mark.parametrize("structure", ["linear", "turnover"])
def test_without_a_dose_there_is_no_level(structure):
    nothing = Schedule.of([], end_h=24.0)
    levels = run(leaf(), schedule=nothing, structures=(structure,)).levels
    assert not levels.mitragynine_nm.any()
    assert not levels.seven_oh_nm.any()
    assert np.isnan(levels.mitragynine_half_life_h).all()


@pytest.mark.parametrize("structure", ["linear", "turnover"])
def test_swallowed_and_formed_seven_oh_stand_apart(structure):
    both = run(leaf(), tablet(), structures=(structure,)).levels
    alone = run(tablet(), structures=(structure,)).levels
    assert (both.swallowed_nm.max(axis=1) > 0).all()
    assert not alone.formed_nm.any()
    assert not alone.mitragynine_nm.any()
    assert both.seven_oh_nm == pytest.approx(both.formed_nm + both.swallowed_nm)


def test_a_missed_dose_lowers_and_an_added_one_raises():
    product = leaf()
    whole = Schedule.of_use([product], 3.0, KNOWLEDGE)
    missed = with_doses(whole, whole.doses[:1])
    more = with_doses(whole, (*whole.doses, Dose(20.0, 0)))
    a, b, c = (
        run(product, schedule=s, structures=("turnover",)).levels.mitragynine_nm[:, -1]
        for s in (missed, whole, more)
    )
    assert (a < b).all()
    assert (b < c).all()


def with_doses(schedule, doses):
    return Schedule.of(doses, end_h=schedule.end_h, before=schedule.before)


def test_the_effective_half_life_is_that_of_the_accumulation():
    people = run(leaf(1.0, 1.0, content=10.0), structures=("linear",), subjects=20)
    effective = people.levels.effective_half_life_h
    assert (effective > 0).all()
    assert (effective <= people.levels.mitragynine_half_life_h * 1.05).all()
    single = run(leaf(1.0, None, content=10.0), structures=("linear",), subjects=20)
    assert np.isnan(single.levels.effective_half_life_h).all()


# ------------------------------------------------------------------ what varies


def test_sources_are_switched_one_by_one():
    still = Vary(content=False, person=False, knowledge=False)
    for name in ("linear", "turnover"):
        alike = run(leaf(content=None), structures=(name,), vary=still).levels.mitragynine_nm
        assert np.ptp(alike, axis=0).max() == 0.0
    spreads = [
        np.log(run(leaf(), structures=("linear",), vary=vary).levels.mitragynine_nm[:, 30]).std()
        for vary in (
            Vary(person=False, knowledge=False),
            Vary(content=False, knowledge=False),
            Vary(content=False, person=False),
            Vary(),
        )
    ]
    assert min(spreads) > 0.0
    assert spreads[-1] > max(spreads[:-1])


def test_content_is_drawn_apart_from_the_body():
    known, unknown = run(leaf()), run(leaf(content=None))
    assert np.array_equal(known.bodies["linear"].typical, unknown.bodies["linear"].typical)
    held = portions([leaf(content=None)], KNOWLEDGE, seed=7, subjects=4000)
    content = KNOWLEDGE.fact("kratom/prod_proz2020_mg")
    low, high = np.percentile(held.mitragynine_mg[0], (5, 95)) / 2.0
    assert low == pytest.approx(content.low, rel=0.1)
    assert high == pytest.approx(content.high, rel=0.1)


def shares(people):
    return variance.shares(people, variance.all_parts(people, of_seven_oh=False))


def test_the_shares_add_up_and_follow_what_is_known():
    unknown = run(leaf(content=None), subjects=300, everybody=False)
    known = run(leaf(), subjects=300, everybody=False)
    wide, narrow = shares(unknown), shares(known)
    for found in (wide, narrow):
        assert sum(found.values()) == pytest.approx(1.0)
        assert min(found.values()) >= 0.0
    assert wide[variance.CONTENT] > 0.3
    assert narrow[variance.CONTENT] < 0.05
    one = run(leaf(), subjects=50, structures=("linear",))
    assert shares(one)[variance.STRUCTURE] == 0.0


def test_shares_by_regression_agree_with_varying_one_source_at_a_time():
    """An independent design: the variance when one source alone is drawn."""
    product, names = leaf(1.0, 1.0, content=None), ("linear",)

    def spread(**vary):
        people = run(product, structures=names, subjects=1500, vary=Vary(**vary))
        return float(np.var(np.log(people.area(people.levels.mitragynine_nm, 0.0, 24.0))))

    alone = {
        variance.CONTENT: spread(person=False, knowledge=False),
        variance.PERSON: spread(content=False, knowledge=False),
        variance.KNOWLEDGE: spread(content=False, person=False),
    }
    people = run(product, structures=names, subjects=1500)
    found = shares(people)
    for source, value in alone.items():
        assert found[source] == pytest.approx(value / sum(alone.values()), abs=0.1)


def test_a_measurement_narrows_and_two_narrow_more():
    people = run(leaf(content=None), subjects=400, everybody=False)
    worth = variance.worth(
        people,
        variance.all_parts(people, of_seven_oh=False),
        of_seven_oh=False,
        laboratory_sd=0.1,
        assay_sd=0.35,
        at_h=3.0,
    )
    assert worth.now > 5.0
    assert worth.analysis < worth.now
    assert worth.level < worth.now
    assert worth.both <= min(worth.analysis, worth.level) * 1.05
    assert worth.model < worth.now


def test_more_than_was_studied_widens_and_keeps_the_order():
    less, more = run(leaf(2.0, 1.0, content=10.0)), run(leaf(12.0, 2.0, content=10.0))
    assert (less.beyond == 1.0).mean() > 0.95
    assert more.beyond.std() > 0.1
    assert (more.levels.mitragynine_nm.max(axis=1) > less.levels.mitragynine_nm.max(axis=1)).all()


def test_who_was_never_studied_is_widened_and_not_moved():
    like, unlike = run(leaf(1.0, 1.0, content=10.0)), run(leaf(1.0, 1.0, content=10.0), unlike=2)
    assert (like.beyond == 1.0).all()
    assert abs(np.log(unlike.beyond).mean()) < 0.2
    assert np.log(unlike.beyond).std() > 0.4


def test_the_last_day_is_every_ten_minutes():
    schedule = Schedule.of([Dose(0.0, 0)], end_h=100.0)
    day = levels_module.last_day(schedule)
    assert (day[0], day[-1], day.size) == (76.0, 100.0, 145)
    short = levels_module.last_day(Schedule.of([Dose(0.0, 0)], end_h=6.0))
    assert (short[0], short[-1]) == (0.0, 6.0)
