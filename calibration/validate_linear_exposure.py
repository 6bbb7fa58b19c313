"""Compare the linear exposure model with every published figure it can be held against.

    python calibration/validate_linear_exposure.py [--write]

Prints the table, misses included; ``--write`` also puts it into ``docs/validation/exposure.md``.
Only numpy is needed. Figures that the model was fitted to are marked; the others were held out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from speciosa.knowledge import Fact, Knowledge, load
from speciosa.pharmacology.exposure import kinetics, population

Array = NDArray[np.float64]

DOC = Path(__file__).parents[1] / "docs" / "validation" / "exposure.md"
FITTED, SPREAD, HELD_OUT = "fitted", "sets a spread", "held out"
OFF = 1.5  # a predicted median this many times above or below the published figure is a miss
SEED, SUBJECTS = 20261122, 4000
ONE_DOSE_H = np.concatenate((np.arange(0.0, 24.0, 0.05), np.arange(24.0, 120.1, 1.0)))
LAST_DAY_H = np.arange(0.0, 24.01, 0.1)
AFTER_LAST_H = np.arange(24.0, 120.1, 4.0)


class Row(NamedTuple):
    """One comparison."""

    what: str
    fact: str
    role: str
    predicted: Array
    note: str = ""


def rows(knowledge: Knowledge) -> list[Row]:
    """Every comparison, fitted ones first."""
    model = knowledge.kratom.exposure_model
    body = population.bodies(model, population.draw(model, SEED, SUBJECTS))
    parent = kinetics.mitragynine(body)
    formed = kinetics.formed_seven_oh(body, parent)
    nmol = 1e6 / knowledge.fact("kratom/pk_mg_mw").number
    tea = knowledge.fact("kratom/pk_tanna2022_dose_mitragynine").number * nmol
    c, m = parent.at(ONE_DOSE_H) * tea, formed.at(ONE_DOSE_H) * tea
    slope = (ONE_DOSE_H >= 6) & (ONE_DOSE_H <= 24)
    late = ONE_DOSE_H >= 24
    day = ONE_DOSE_H <= 24
    doses = kinetics.Doses(np.full((SUBJECTS, 1), tea), np.zeros(1), 24.0, 15.0)
    c15 = kinetics.superpose(parent, doses, LAST_DAY_H)
    m15 = kinetics.superpose(formed, doses, LAST_DAY_H)
    after = kinetics.superpose(parent, doses, AFTER_LAST_H)
    m_after = kinetics.superpose(formed, doses, AFTER_LAST_H)
    s = "kratom/pk_tanna2022_"
    h = "kratom/pk_huestis2024_"
    fitted = [
        Row("peak of mitragynine, 2 g tea", s + "mitragynine_Cmax", FITTED, c.max(axis=1)),
        Row("time of that peak", s + "mitragynine_tmax", FITTED, ONE_DOSE_H[c.argmax(axis=1)]),
        Row("its area", s + "mitragynine_AUCinf", FITTED, tea / body.clearance_l_h),
        Row("CL/F", s + "mitragynine_CLF", FITTED, body.clearance_l_h),
        Row("its half-life", s + "mitragynine_t12", FITTED, _half_life(ONE_DOSE_H, c, late)),
        Row("peak of formed 7-OH", s + "seven_hydroxymitragynine_Cmax", FITTED, m.max(axis=1)),
        Row("time of the peak of 7-OH", s + "seven_hydroxymitragynine_tmax", FITTED,
            ONE_DOSE_H[m.argmax(axis=1)]),
        Row("its area, as a study sees it", s + "seven_hydroxymitragynine_AUCinf", FITTED,
            _seen_area(m)),
        Row("its half-life, 6 to 24 h", s + "seven_hydroxymitragynine_t12", FITTED,
            _half_life(ONE_DOSE_H, m, slope)),
    ]  # fmt: skip
    held_out = [
        Row("area over peak", "kratom/pk_cmax_auc_shape", FITTED,
            tea / body.clearance_l_h / c.max(axis=1)),
        Row("Vz/F", s + "mitragynine_VzF", SPREAD,
            body.clearance_l_h / kinetics.disposition_rates(body)[1],
            "used as a weak tie of the slow volume"),
        Row("time of the peak, one dose of capsules", h + "tmax_sd", HELD_OUT,
            ONE_DOSE_H[c.argmax(axis=1)]),
        Row("the same, 7-OH", h + "7oh_tmax_sd", HELD_OUT, ONE_DOSE_H[m.argmax(axis=1)]),
        Row("half-life, one dose", h + "t12_sd", SPREAD, _half_life(ONE_DOSE_H, c, late),
            "highest group mean"),
        Row("half-life of 7-OH, one dose", h + "7oh_t12_sd", HELD_OUT,
            _half_life(ONE_DOSE_H, m, slope), "highest group mean"),
        Row("7-OH over mitragynine, one dose, areas of 24 h", h + "ratio_sd", HELD_OUT,
            _area(ONE_DOSE_H[day], m[:, day]) / _area(ONE_DOSE_H[day], c[:, day]),
            "how the trial averaged its ratio is not known"),
        Row("7-OH over mitragynine, 15th day, areas", h + "ratio_md", HELD_OUT,
            _area(LAST_DAY_H, m15) / _area(LAST_DAY_H, c15),
            "the trial saw the ratio fall; a linear model cannot lower it so far"),
        Row("half-life after 15 doses", h + "t12_md", SPREAD,
            _half_life(AFTER_LAST_H, after, AFTER_LAST_H > 0),
            "highest group mean; lengthening is not linear"),
        Row("half-life of 7-OH after 15 doses", h + "7oh_t12_md", HELD_OUT,
            _half_life(AFTER_LAST_H, m_after, AFTER_LAST_H > 0),
            "the late tail follows mitragynine; where the assay ended is not known"),
        Row("days to 95 % of the steady trough", h + "ss_mg", HELD_OUT,
            np.log(20.0) / kinetics.disposition_rates(body)[1] / 24.0),
        Row("Vd/F, chronic users, 24 h of sampling", "kratom/pk_trak2015_vd_L", SPREAD,
            _seen_volume(c, tea),
            "with its half-life it implies less than half the clearance: levels in those users "
            "were higher for the same amount"),
        Row("half-life, chronic users, 24 h of sampling", "kratom/pk_trak2015_t12", HELD_OUT,
            _half_life(ONE_DOSE_H, c, (ONE_DOSE_H >= 8) & day), "too short a sampling"),
    ]  # fmt: skip
    return fitted + held_out


def _half_life(t: Array, c: Array, chosen: NDArray[np.bool_]) -> Array:
    x = t[chosen] - t[chosen].mean()
    fall = -(np.log(np.maximum(c[:, chosen], 1e-300)) @ x) / (x @ x)
    half: Array = np.log(2.0) / np.maximum(fall, 1e-9)
    return half


def _area(t: Array, c: Array) -> Array:
    area: Array = np.asarray(np.trapezoid(c, t, axis=1))
    return area


def _seen_volume(c: Array, dose: float) -> Array:
    """Terminal volume as a study with 24 h of sampling would find it."""
    seen = ONE_DOSE_H <= 24
    slope = np.log(2.0) / _half_life(ONE_DOSE_H, c, (ONE_DOSE_H >= 8) & seen)
    area = _area(ONE_DOSE_H[seen], c[:, seen]) + c[:, seen][:, -1] / slope
    volume: Array = dose / area / slope
    return volume


def _seen_area(m: Array) -> Array:
    seen = ONE_DOSE_H <= 24
    slope = np.log(2.0) / _half_life(ONE_DOSE_H, m, (ONE_DOSE_H >= 6) & seen)
    area: Array = _area(ONE_DOSE_H[seen], m[:, seen]) + m[:, seen][:, -1] / slope
    return area


class Compared(NamedTuple):
    """One comparison as a line of the page, and how far its median is off."""

    row: Row
    line: str
    off: float
    inside: bool

    @property
    def missed(self) -> bool:
        """Whether the median or the whole prediction misses the published figure."""
        return not self.inside or not 1 / OFF <= self.off <= OFF


def compare(row: Row, knowledge: Knowledge) -> Compared:
    """Set one published figure beside the prediction."""
    fact = knowledge.fact(row.fact)
    low, middle, high = (float(q) for q in np.percentile(row.predicted, (5, 50, 95)))
    centre = _centre(fact)
    inside = low <= centre <= high
    spread = "" if fact.low is None else f" ({_short(fact.low)} to {_short(fact.high or 0.0)})"
    value = _short(float(fact.value)) if isinstance(fact.value, int | float) else ""
    mark = "" if inside else ", **published lies outside**"
    published = f"{value}{spread} {fact.unit}".strip()
    line = (
        f"| {row.what} | {published} | {_short(middle)} ({_short(low)} to {_short(high)}) | "
        f"{middle / centre:.2f}{mark} | {row.note} |"
    )
    return Compared(row, line, middle / centre, inside)


def _short(value: float) -> str:
    """Three significant digits without an exponent."""
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"


def _centre(fact: Fact) -> float:
    if isinstance(fact.value, int | float):
        return float(fact.value)
    return float(np.sqrt((fact.low or 0.0) * (fact.high or 0.0)))


def page(knowledge: Knowledge) -> str:
    """The validation page."""
    compared = [compare(row, knowledge) for row in rows(knowledge)]
    held_out = [c for c in compared if c.row.role == HELD_OUT]
    near = sum(1 / OFF <= c.off <= OFF for c in held_out)
    misses = [
        f"{c.row.what} ({c.off:.2f} times the published figure)" for c in compared if c.missed
    ]
    n = knowledge.fact("kratom/pk_tanna2022_mitragynine_Cmax").n
    parts = [
        "# Validation of the linear exposure model",
        "",
        "Made by `python calibration/validate_linear_exposure.py --write`; do not edit.",
        "",
        "## In short",
        "",
        f"The model was fitted to the published medians and ranges of **{n} people after one tea "
        "of 2 g of leaf**. Nobody's own measurements are published. It was then held against "
        f"figures of other studies that took no part in the fit: {len(held_out)} figures, of which "
        f"{near} have a median within a factor of {OFF}. That is thin evidence, and **none of "
        "these is a concentration**: they are times, half-lives and ratios. How high a peak or an "
        f"area lies rests on the {n} people alone. The one other study with levels, in chronic "
        "users, implies less than half the apparent clearance, so higher levels for the same "
        "amount; the prediction is widened to span that study, and its middle does not move.",
        "",
        "What to keep in mind when reading a prediction:",
        "",
        "- Formed 7-OH is probably shown too high in repeated use, and its half-life depends on "
        "how long an assay could follow it; the half-life shown is that of the first day and does "
        "not tell when 7-OH is gone.",
        "- In repeated use the half-life of mitragynine lengthens in people and cannot in this "
        "model; levels in long use can be **higher** than shown.",
        "- **Not validated at all**: swallowed 7-OH (no human data), amounts above 53 mg of "
        "mitragynine, liver disease, interactions, pregnancy, the young and the old. The rise of "
        "area slightly beyond proportion that the leaf-powder trial saw is not in the model.",
        "",
        "## How to read the tables",
        "",
        f"{SUBJECTS} virtual subjects, seed {SEED}, mitragynine dose of the 2 g tea study unless "
        "the row says otherwise (the model is linear, so ratios and times do not depend on it). "
        "The prediction holds differences between people and the uncertainty of the parameters, "
        "not that of a product. Published figures are medians or means of few people and the "
        "prediction is for single people, so lying inside is a weak test; the ratio of the medians "
        "is the better one. What was chosen and not measured is listed in "
        "`knowledge/data/kratom/calibration.json`.",
        "",
    ]
    titles = {
        HELD_OUT: "## Held out: took no part in the fit",
        SPREAD: "## Used to set a spread or a weak tie: neither fitted nor held out",
        FITTED: "## Fitted: shows the fit, proves nothing",
    }
    for role, title in titles.items():
        parts += [
            title,
            "",
            "| Figure | Published | Predicted, median (5 to 95 %) | Median / published | Note |",
            "|---|---|---|---|---|",
            *(c.line for c in compared if c.row.role == role),
            "",
        ]
    parts += [
        "## Misses",
        "",
        f"Median more than {OFF} times off, or the published figure outside the prediction: "
        f"{'; '.join(misses) or 'none'}.",
        "",
        "The misses about 7-OH err towards showing more of it for longer. The miss of the volume "
        "in chronic users errs towards showing **less** mitragynine than they had. A half-life of "
        "3.5 h, a clearance of 98 L/h/kg and serum levels in mg/L still circulate, are known to be "
        "wrong and are not compared.",
        "",
    ]
    return "\n".join(parts)


def main() -> None:
    """Print, and write on request."""
    text = page(load())
    sys.stdout.write(text)
    if "--write" in sys.argv[1:]:
        DOC.parent.mkdir(parents=True, exist_ok=True)
        DOC.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
