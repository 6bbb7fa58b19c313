"""Fit the linear exposure model to published summaries and write its parameter table.

    python calibration/linear_exposure.py

Needs the ``calibration`` extra (scipy). Reads the facts of the package, writes
``knowledge/data/kratom/exposure_linear.json``. Same facts in, same bytes out.

Only summaries are published (medians and ranges of five people), so this is a fit to summaries:

1. Typical values: the parameters whose noncompartmental analysis reproduces the medians of the
   2 g tea study. How far the assay could follow 7-OH is not known, so the fit is repeated for
   several windows of its terminal slope; their spread becomes uncertainty of the typical values.
2. Spread between people: standard deviations for which groups of five show the published ranges
   (for five lognormal values the expected range is 2.326 standard deviations of the log).
3. Uncertainty of the typical values: the standard error of a median of five, and the windows. For
   availability also the distance to the one other study with levels (chronic users of juice), whose
   volume and half-life imply less than half the apparent clearance.
4. Swallowed 7-OH: no human data. Two indirect estimates (liver blood flow with the extraction
   ratio in rats; the peak in dogs, scaled by weight) are a factor apart; their middle is used with
   an uncertainty that spans both.

What was chosen and not measured (weights, weak ties, windows, the absorption of swallowed 7-OH) are
facts of basis judgement in ``knowledge/data/kratom/calibration.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from speciosa.knowledge import Knowledge, load
from speciosa.knowledge.kratom.model import ExposureModel, Parameter, Scale
from speciosa.pharmacology.exposure import kinetics
from speciosa.pharmacology.exposure.draws import normals

Array = NDArray[np.float64]

OUT = Path(__file__).parents[1] / "src/speciosa/knowledge/data/kratom/exposure_linear.json"
TIME_H = np.concatenate((np.arange(0.0, 12.0, 0.02), np.arange(12.0, 120.01, 0.5)))
WINDOWS = ("window_1", "window_2", "window_3", "window_4")
CHOSEN = "kratom/calibration_"
RANGE_OF_FIVE = 2.326
MEDIAN_ERROR = 1.2533  # standard error of a median over that of a mean, normal distribution
NAMES = (
    "clearance_l_h",
    "central_l",
    "flow_l_h",
    "peripheral_l",
    "absorption_per_h",
    "seven_oh_clearance_l_h",
    "first_pass_share",
    "seven_oh_elimination_per_h",
)
SD_NAMES = ("availability", *NAMES)


class Nca(NamedTuple):
    """Noncompartmental figures of a study, per subject."""

    cmax: Array
    tmax: Array
    auc: Array
    half_life: Array
    seven_oh_cmax: Array
    seven_oh_tmax: Array
    seven_oh_auc: Array
    seven_oh_half_life: Array


def body_of(x: Array) -> kinetics.Body:
    """Bodies from parameters on their own scales, (subjects, 8)."""
    natural = np.exp(x)
    natural[:, 6] = 1.0 / (1.0 + np.exp(-x[:, 6]))
    named = dict(zip(NAMES, natural.T, strict=True))
    one = np.ones(x.shape[0])
    return kinetics.Body(**named, swallowed_absorption_per_h=one, swallowed_clearance_l_h=one)


def nca(body: kinetics.Body, dose_nmol: float, window_h: tuple[float, float]) -> Nca:
    """Noncompartmental analysis of a single dose, as a study with that window would do it."""
    parent = kinetics.mitragynine(body)
    c = parent.at(TIME_H) * dose_nmol
    m = np.maximum(kinetics.formed_seven_oh(body, parent).at(TIME_H) * dose_nmol, 1e-12)
    late = TIME_H >= 24.0
    seen = (window_h[0] <= TIME_H) & (window_h[1] >= TIME_H)
    upto = window_h[1] >= TIME_H
    slope = _slope(TIME_H[seen], m[:, seen])
    return Nca(
        cmax=c.max(axis=1),
        tmax=_peak_time(c),
        auc=dose_nmol / body.clearance_l_h,
        half_life=np.log(2) / _slope(TIME_H[late], c[:, late]),
        seven_oh_cmax=m.max(axis=1),
        seven_oh_tmax=_peak_time(m),
        seven_oh_auc=np.trapezoid(m[:, upto], TIME_H[upto], axis=1) + m[:, upto][:, -1] / slope,
        seven_oh_half_life=np.log(2) / slope,
    )


def _peak_time(c: Array) -> Array:
    """Time of the peak by a parabola through its three points, so that a fit can move it."""
    top = np.clip(c.argmax(axis=1), 1, None)
    rows = np.arange(c.shape[0])
    left, middle, right = c[rows, top - 1], c[rows, top], c[rows, top + 1]
    shift = 0.5 * (left - right) / (left - 2.0 * middle + right)
    time: Array = TIME_H[top] + shift * (TIME_H[1] - TIME_H[0])
    later: Array = np.maximum(time, TIME_H[1])
    return later


def _slope(t: Array, c: Array) -> Array:
    centred = t - t.mean()
    slope: Array = -(np.log(c) @ centred) / (centred @ centred)
    return slope


class Published(NamedTuple):
    """What the 2 g tea study reported: fact ids, medians and the spread of the logs."""

    ids: tuple[str, ...]
    median: Array
    sd_log: Array


def published(knowledge: Knowledge) -> Published:
    """The summaries to fit, in the order of ``Nca``."""
    stem = "kratom/pk_tanna2022_"
    ids = tuple(
        stem + name
        for name in (
            "mitragynine_Cmax",
            "mitragynine_tmax",
            "mitragynine_AUCinf",
            "mitragynine_t12",
            "seven_hydroxymitragynine_Cmax",
            "seven_hydroxymitragynine_tmax",
            "seven_hydroxymitragynine_AUCinf",
            "seven_hydroxymitragynine_t12",
        )
    )
    facts = [knowledge.fact(i) for i in ids]
    ranges = np.array([[f.low or 0.0, f.high or 0.0] for f in facts])
    spread = np.log(ranges[:, 1] / ranges[:, 0]) / RANGE_OF_FIVE
    return Published(ids, np.array([f.number for f in facts]), spread)


def dose_nmol(knowledge: Knowledge) -> float:
    """The dose of the 2 g tea study."""
    mg = knowledge.fact("kratom/pk_tanna2022_dose_mitragynine").number
    return mg * 1e6 / knowledge.fact("kratom/pk_mg_mw").number


def chosen(knowledge: Knowledge, name: str) -> float:
    """A choice of this calibration, by the rest of its id."""
    return knowledge.fact(f"{CHOSEN}{name}").number


def windows_h(knowledge: Knowledge) -> tuple[tuple[float, float], ...]:
    """The windows of the terminal slope of 7-OH, the best-fitting one first."""
    facts = (knowledge.fact(f"{CHOSEN}{name}") for name in WINDOWS)
    return tuple((fact.low or 0.0, fact.high or 0.0) for fact in facts)


def fit_typical(
    knowledge: Knowledge, goal: Published, window_h: tuple[float, float]
) -> tuple[Array, float]:
    """Parameters (own scales) whose single-dose analysis meets the medians, and the misfit."""
    dose = dose_nmol(knowledge)
    slow_volume = knowledge.fact("kratom/pk_tanna2022_mitragynine_VzF").number
    weight = np.full(len(goal.ids), chosen(knowledge, "misfit_median"))
    weight[1] = chosen(knowledge, "misfit_time")
    weight[5] = chosen(knowledge, "misfit_seven_oh_time")
    first_pass = chosen(knowledge, "tie_first_pass")
    # Weak ties for what these summaries leave open.
    tied = np.array([6, 4, 3])
    tied_to = np.log(
        [first_pass / (1.0 - first_pass), chosen(knowledge, "tie_absorption"), slow_volume]
    )
    tie_sd = np.array(
        [
            chosen(knowledge, f"{name}_sd")
            for name in ("tie_first_pass", "tie_absorption", "tie_slow_volume")
        ]
    )

    def residuals(x: Array) -> Array:
        figures = np.array([f[0] for f in nca(body_of(x[None, :]), dose, window_h)])
        misfit = np.log(figures / goal.median) / weight
        return np.append(misfit, (x[tied] - tied_to) / tie_sd)

    best_x, best_cost = np.empty(0), np.inf
    for elimination in (0.2, 0.4, 0.8, 3.0):
        clearance = dose / goal.median[2]
        formed = dose / goal.median[6]
        start = np.array([clearance, 600.0, 250.0, 7500.0, 1.8, formed, 1.0, elimination])
        x0 = np.log(start)
        x0[6] = 0.0
        fit = least_squares(residuals, x0, method="lm")
        if fit.cost < best_cost:
            best_x, best_cost = fit.x, float(fit.cost)
    return best_x, best_cost


def fit_spread(knowledge: Knowledge, goal: Published, typical: Array) -> Array:
    """Standard deviations between people, in the order of ``SD_NAMES``."""
    dose, window_h = dose_nmol(knowledge), windows_h(knowledge)[0]
    z = normals(20261122, 9, 600, len(SD_NAMES))
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    prior = np.log([chosen(knowledge, f"prior_sd_{name}") for name in SD_NAMES])
    width, met = chosen(knowledge, "prior_sd_width"), chosen(knowledge, "misfit_spread")

    def residuals(log_sd: Array) -> Array:
        x = individuals(typical, np.exp(log_sd), z)
        figures = nca(body_of(x), dose, window_h)
        spread = np.array([np.std(np.log(f)) for f in figures])
        misfit = np.log(spread / goal.sd_log) / met
        return np.append(misfit, (log_sd - prior) / width)

    fit = least_squares(residuals, prior, diff_step=1e-3)
    sd: Array = np.exp(fit.x)
    return sd


def individuals(typical: Array, sd: Array, z: Array) -> Array:
    """Parameters of people; a larger availability lowers every apparent clearance and volume."""
    x = typical + sd[1:] * z[:, 1:]
    x[:, :4] -= (sd[0] * z[:, 0])[:, None]
    return x


def swallowed(knowledge: Knowledge, elimination_per_h: float) -> tuple[float, float]:
    """Apparent clearance of swallowed 7-OH (L/h) and the sd of its log."""
    flow = knowledge.fact("kratom/assumption_human_liver_flow").number
    extraction = knowledge.fact("kratom/pk_7oh_eh_rat")
    low, high = extraction.low or 0.0, extraction.high or 0.0
    by_flow = np.sqrt(flow * low / (1 - low) * flow * high / (1 - high))
    # Dogs swallowed 1 mg/kg; the same mg/kg in a person, peak of the fitted structure.
    adult_kg = chosen(knowledge, "adult_weight")
    dog_ng_ml = knowledge.fact("kratom/pk_dog_7oh_po").number
    mw = knowledge.fact("kratom/pk_7oh_mw").number
    one = np.ones(1)
    body = dict.fromkeys(kinetics.Body._fields, one) | {
        "seven_oh_elimination_per_h": elimination_per_h * one,
        "swallowed_absorption_per_h": chosen(knowledge, "swallowed_absorption") * one,
        "swallowed_clearance_l_h": by_flow * one,
    }
    unit = kinetics.Body(**body)
    peak = (kinetics.swallowed_seven_oh(unit).at(TIME_H).max() * adult_kg * 1e6 / mw) * mw / 1e3
    by_dog = by_flow * peak / dog_ng_ml
    middle = float(np.sqrt(by_flow * by_dog))
    least = chosen(knowledge, "swallowed_clearance_least")
    return middle, max(least, abs(float(np.log(by_dog / by_flow))) / 1.645)


def main() -> None:
    """Fit, print what was found, write the table."""
    knowledge = load()
    goal, windows = published(knowledge), windows_h(knowledge)
    fits = [fit_typical(knowledge, goal, w) for w in windows]
    best = min(range(len(fits)), key=lambda i: fits[i][1])
    if best != 0:
        raise SystemExit("another window fits best: reorder the windows and look again")
    typical = fits[0][0]
    sd = fit_spread(knowledge, goal, typical)
    of_windows = np.std([x for x, _ in fits], axis=0)
    n = knowledge.fact(goal.ids[0]).n or 1
    of_typical = np.hypot(np.append(sd[0], sd[1:]) * MEDIAN_ERROR / np.sqrt(n),
                          np.append(0.0, of_windows))  # fmt: skip
    # The two studies with levels differ in apparent clearance, and nothing tells which one holds
    # for a given product; the difference is taken as one edge of a 90 % interval.
    volume = knowledge.fact("kratom/pk_trak2015_vd_L").number
    implied = np.log(2.0) * volume / knowledge.fact("kratom/pk_trak2015_t12").number
    of_typical[0] = max(of_typical[0], np.log(np.exp(typical[0]) / implied) / 1.645)
    # After 15 daily doses the trial saw a longer half-life than after one. A linear structure
    # cannot lengthen it, so the slow volume is left that uncertain (the difference as one edge
    # of a 90 % interval).
    one_dose = knowledge.fact("kratom/pk_huestis2024_t12_sd").number
    repeated = knowledge.fact("kratom/pk_huestis2024_t12_md").number
    of_typical[4] = max(of_typical[4], np.log(repeated / one_dose) / 1.645)
    clearance, clearance_sd = swallowed(knowledge, float(np.exp(typical[7])))
    table = _table(knowledge, goal, Fitted(typical, sd, of_typical, clearance, clearance_sd))
    text = json.dumps(msgspec.to_builtins(table), indent=1, ensure_ascii=False)
    OUT.write_text(text + "\n", encoding="utf-8")
    lines = [
        f"window {window}: misfit {cost:.2f}, " + ", ".join(f"{v:.4g}" for v in np.exp(x))
        for window, (x, cost) in zip(windows, fits, strict=True)
    ]
    lines += [f"{p.name}: {p.typical} ({p.between_subjects}, {p.of_typical})"
              for p in table.parameters]  # fmt: skip
    sys.stdout.write("\n".join(lines) + "\n")


class Fitted(NamedTuple):
    """What was found: typical values, spreads and uncertainties, and swallowed 7-OH."""

    typical: Array
    sd: Array
    of_typical: Array
    swallowed_clearance: float
    swallowed_clearance_sd: float


def _table(knowledge: Knowledge, goal: Published, fitted: Fitted) -> ExposureModel:
    mg, seven = goal.ids[:4], goal.ids[4:]
    how = {
        "availability": ("relative F", "1",
            (*mg, "kratom/pk_trak2015_vd_L", "kratom/pk_trak2015_t12"),
            "Shared by all apparent clearances and volumes of mitragynine; typical value 1 by "
            "definition. Spread from the ranges of five; its uncertainty spans the apparent "
            "clearance that volume and half-life of chronic users imply, less than half as large."),
        "clearance_l_h": ("CL/F of mitragynine", "L/h",
            (mg[2], "kratom/pk_tanna2022_mitragynine_CLF"),
            "From dose and median area."),
        "central_l": ("Vc/F of mitragynine", "L", mg, "Fitted to the medians of peak and time."),
        "flow_l_h": ("Q/F of mitragynine", "L/h", mg, "Fitted to peak, area and half-life."),
        "peripheral_l": ("Vp/F of mitragynine", "L",
            (*mg, "kratom/pk_huestis2024_t12_sd", "kratom/pk_huestis2024_t12_md"),
            "Fitted to the terminal half-life; its uncertainty spans the longer half-life seen "
            "after repeated doses, which a linear structure cannot produce."),
        "absorption_per_h": ("ka of mitragynine", "1/h", mg[:2], "Fitted to the time of the peak."),
        "seven_oh_clearance_l_h": ("mitragynine dose over area of formed 7-OH", "L/h", (seven[2],),
            "Holds formation and elimination together: the two cannot be told apart."),
        "first_pass_share": ("share of formed 7-OH that arises at first pass", "fraction", seven,
            "Fitted to peak and time of the peak of 7-OH; poorly determined."),
        "seven_oh_elimination_per_h": ("elimination rate of 7-OH", "1/h",
            (seven[3], "kratom/pk_huestis2024_7oh_t12_sd"),
            "Fitted to the published slope over the hours in which the assay probably saw 7-OH; "
            "the later tail follows mitragynine."),
    }  # fmt: skip
    located = np.append(0.0, fitted.typical)
    rows: list[Parameter] = []
    for i, name in enumerate(SD_NAMES):
        symbol, unit, facts, why = how[name]
        logit = name == "first_pass_share"
        natural = _expit(located[i]) if logit else float(np.exp(located[i]))
        rows.append(
            Parameter(
                name=name,
                symbol=symbol,
                unit=unit,
                typical=float(f"{natural:.4g}"),
                scale=Scale.LOGIT if logit else Scale.LOG,
                between_subjects=round(float(fitted.sd[i]), 3),
                of_typical=round(float(fitted.of_typical[i]), 3),
                facts=facts,
                derivation=why,
            )
        )
    between = chosen(knowledge, "swallowed_between")
    animal = ("kratom/pk_7oh_eh_rat", "kratom/pk_dog_7oh_po", "kratom/pk_human_7oh_oral")
    rows.append(
        Parameter(
            name="swallowed_absorption_per_h",
            symbol="ka of swallowed 7-OH",
            unit="1/h",
            typical=chosen(knowledge, "swallowed_absorption"),
            scale=Scale.LOG,
            between_subjects=between,
            of_typical=chosen(knowledge, "swallowed_absorption_of_typical"),
            facts=(
                *animal[1:],
                *(
                    CHOSEN + name
                    for name in (
                        "swallowed_absorption",
                        "swallowed_absorption_of_typical",
                        "swallowed_between",
                    )
                ),
            ),
            derivation="No human data. Dogs peaked within a quarter of an hour; taken about as "
            "fast as mitragynine in humans, with a wide uncertainty.",
        )
    )
    rows.append(
        Parameter(
            name="swallowed_clearance_l_h",
            symbol="CL/F of swallowed 7-OH",
            unit="L/h",
            typical=float(f"{fitted.swallowed_clearance:.4g}"),
            scale=Scale.LOG,
            between_subjects=between,
            of_typical=round(fitted.swallowed_clearance_sd, 3),
            facts=(
                *animal,
                "kratom/assumption_human_liver_flow",
                CHOSEN + "swallowed_between",
                CHOSEN + "swallowed_clearance_least",
            ),
            derivation="No human data. Geometric middle of two indirect estimates: human liver "
            "flow with the extraction ratio of rats, and the peak in dogs scaled by weight.",
        )
    )
    return ExposureModel(
        structure="Mitragynine: two compartments, first-order absorption. 7-OH: one "
        "compartment, formed at first pass and from circulating mitragynine; separate input "
        "for swallowed 7-OH.",
        method="calibration/linear_exposure.py",
        spread_of_sd=chosen(knowledge, "spread_of_sd"),
        parameters=tuple(rows),
    )


def _expit(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-value)))


if __name__ == "__main__":
    main()
