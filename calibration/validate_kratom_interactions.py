"""Hold kratom's interactions against what was seen in people and write the page about it.

python -m calibration.validate_kratom_interactions            # prints the page
python -m calibration.validate_kratom_interactions --write    # and writes the page in docs
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from calibration.compared import central, compare
from calibration.kratom_interactions import (
    HEAVY,
    TEA,
    TWICE,
    levels_after_tea,
    samples_of,
    shortcut,
)
from speciosa.knowledge import Knowledge, load
from speciosa.pharmacology.exposure.samples import ExposureSamples
from speciosa.pharmacology.interactions.kinetics.perpetrator import Use, activity, effects
from speciosa.pharmacology.interactions.kinetics.static_model import (
    Activity,
    AucRatio,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import clearance
from speciosa.pharmacology.interactions.kratom import alkaloids, effect
from speciosa.pharmacology.interactions.kratom.person import PersonsUse, persons_use
from speciosa.pharmacology.interactions.kratom.ranking import ranked

DOC = Path(__file__).parents[1] / "docs/validation/kratom-interactions.md"
TOP = 25
PROBES = ("midazolam", "buspirone", "alprazolam", "metoprolol")
PERPETRATORS = (
    "ketoconazole",
    "itraconazole",
    "clarithromycin",
    "fluconazole",
    "diltiazem",
    "fluvoxamine",
    "grapefruit_juice",
    "paroxetine",
    "carbamazepine",
    "rifampicin",
)
GUT_FRACTIONS = (0.57, 0.2)
_OBSERVED = "ddi/kratom/observed/"
_CHECK = "ddi/kratom/static_model_check/"


def page(knowledge: Knowledge) -> str:
    """The validation page."""
    tea, heavy = samples_of(knowledge, TEA), samples_of(knowledge, HEAVY)
    parts = [
        "# Validation of kratom's interactions",
        "",
        "Made by `python -m calibration.validate_kratom_interactions --write`; do not edit. Why it "
        "is done so is in [decision 0015](../decisions/0015-kratom-as-perpetrator.md); how the "
        "enzyme's structure was calibrated is in [the exposure page](exposure.md).",
        "",
        "## In short",
        "",
        *_in_short(),
        "",
        "## One study in people: predicted and observed",
        "",
        *_observed(knowledge, tea),
        "",
        "## The shortcut beside the full simulation",
        "",
        *_shortcut(knowledge),
        "",
        "## What rests on assumptions",
        "",
        *_sensitivity(knowledge, tea, heavy),
        "",
        "## Medicines that kratom changes most",
        "",
        *_ranking(knowledge, heavy),
        "",
        "## Kratom as victim: no study in people",
        "",
        *_as_victim(knowledge),
        "",
        "## Levels after the studied tea",
        "",
        *_levels(knowledge),
        "",
    ]
    return "\n".join(parts)


def _in_short() -> Iterator[str]:
    yield "- **All of it rests on one study: twelve people, one tea with 39 mg of mitragynine, two"
    yield "  probes.** It was used to calibrate, so meeting it validates nothing; no other study of"
    yield "  kratom with a medicine exists to be held out."
    yield "- **Not validated at all**: more than one tea, use day after day, extracts, capsules,"
    yield "  7-OH products, people with liver disease, and every medicine but the two probes."
    yield "- Larger or repeated use is an extrapolation. In the gut wall it is bounded, because no"
    yield "  more than all of the enzyme can be lost. How far the liver's enzyme falls is hardly"
    yield "  known, and decides the upper ends."
    yield "- What medicines do to mitragynine and 7-OH is a model without any study in people."


# ------------------------------------------------------------------ the study


def _observed(knowledge: Knowledge, tea: ExposureSamples) -> Iterator[str]:
    yield (
        "*Full simulation* is a study as large as the published one, from the calibrated turnover "
        "structure with midazolam as a victim; *as in a row* is what the product computes for a "
        "person who takes just this tea: for the least favourable hour, one person and not the "
        "mean of a study, with the error of the model."
    )
    yield ""
    yield from _head("Figure", "Observed", "Full simulation", "As in a row", "Role")
    own = _own(tea, knowledge)
    row = _interval_of(_ratio("midazolam", own.at_worst, knowledge))
    for c in compare(knowledge, "turnover"):
        o = c.observation
        if o.analyte != "midazolam":
            continue
        spread = f" ({o.low:g} to {o.high:g})" if o.low is not None and o.high is not None else ""
        shown = row if o.statistic.value == "auc_ratio" else "-"
        middle = _range(*c.group)
        name = c.name.removesuffix(f", {o.dose_mg:g} mg")
        yield f"| {name} | {o.value:g}{spread} | {middle} | {shown} | {c.role} |"
    seen = knowledge.fact(f"{_OBSERVED}dextromethorphan/auc_ratio")
    potency = effect.cyp2d6_potency(knowledge)
    share = knowledge.medicines.get("dextromethorphan").victim.fm["CYP2D6"].value
    ratio = 1.0 / (share / (1.0 + potency) + 1.0 - share)
    yield (
        f"| dextromethorphan, area with tea over without | {seen.number:g} ({seen.low:g} to "
        f"{seen.high:g}) | {_range(*central(ratio))}, of CYP2D6 alone | "
        f"{_interval_of(_ratio('dextromethorphan', own.at_worst, knowledge))} | calibrated |"
    )
    yield ""
    yield (
        "CYP2D6: inhibition cannot lower an exposure, so the interval of dextromethorphan is cut "
        "at 1. What is left is the distribution of the potency: I/Ki after this tea "
        f"{_range(*central(potency))}. The middle is above the published 0.99 for that reason."
    )
    yield ""
    predicted = knowledge.fact(f"{_CHECK}predicted_midazolam_aucr").number
    seen = knowledge.fact(f"{_OBSERVED}midazolam/auc_ratio")
    yield (
        f"**Beside the textbook model**: the published static model with in-vitro constants "
        f"predicted {predicted:g} for midazolam, {predicted / seen.number:.1f} times what was "
        "seen. It takes the gut concentration as the dose in a glass of water and the liver's "
        "enzyme as inactivated. Rows with a known amount no longer use it; where the size of the "
        "use is not known, it is the far end that is named as no prediction."
    )


# ------------------------------------------------------------------ shortcut


def _shortcut(knowledge: Knowledge) -> Iterator[str]:
    yield (
        "The full simulation follows kratom and the medicine together. The product averages the "
        "activity of the gut wall's enzyme over absorption (geometric mean) and the liver's over "
        "the day, and puts them into the static model. Both for sixty people, medicine taken with "
        "the first dose of the day; *gut* is the part of the medicine that escapes the gut wall."
    )
    yield ""
    yield from _head(
        "Use", "Gut", "Full simulation", "Shortcut", "Shortcut over full", "Half-life, ratio"
    )
    for pattern in (TEA, TWICE, HEAVY):
        for f_gut in GUT_FRACTIONS:
            found = shortcut(knowledge, pattern, f_gut)
            fold = _range(*central(found.short / found.full))
            yield (
                f"| {pattern.name} | {f_gut:g} | {_range(*central(found.full))} | "
                f"{_range(*central(found.short))} | {fold} | {_range(*central(found.half_life))} |"
            )


# ------------------------------------------------------------------ sensitivity


@contextlib.contextmanager
def _assuming(knowledge: Knowledge, values: Mapping[str, float]) -> Iterator[None]:
    """The base with other values of some facts, and without their ranges."""
    plain = dict(knowledge.ddi._plain)
    other = {
        id_: msgspec.structs.replace(plain[id_], value=value, low=value, high=value)
        for id_, value in values.items()
    }
    knowledge.ddi.__dict__["_plain"] = plain | other
    try:
        yield
    finally:
        knowledge.ddi.__dict__["_plain"] = plain


def _sensitivity(
    knowledge: Knowledge, tea: ExposureSamples, heavy: ExposureSamples
) -> Iterator[str]:
    yield (
        "Median and 90 % interval for one person, with the error of the model. *Heavy* is 60 mg of "
        "mitragynine four times a day, far beyond anything studied, and stands for no person."
    )
    yield ""
    yield from _head("Assumption", *(f"{m}, {use}" for m in PROBES for use in ("tea", "heavy")))
    yield _sensitivity_line("as in the rows", (tea, heavy), knowledge)
    yield _sensitivity_line("taken at any hour", (tea, heavy), knowledge, over_day=True)
    spared = [dataclasses.replace(s, liver_cyp3a=np.ones_like(s.liver_cyp3a)) for s in (tea, heavy)]
    yield _sensitivity_line("the liver's CYP3A is always spared", spared, knowledge)
    for name, id_, values in (
        ("absorbed at {} per h", "ddi/physiology/ka_static_model_per_h", (1.0, 6.0)),
        (
            "widening per log excess {}",
            "ddi/kratom/extrapolation/log_sd_per_log_excess",
            (0.0, 1.0),
        ),
    ):
        for value in values:
            with _assuming(knowledge, {id_: value}):
                yield _sensitivity_line(name.format(f"{value:g}"), (tea, heavy), knowledge)


def _sensitivity_line(
    name: str,
    samples: Sequence[ExposureSamples],
    knowledge: Knowledge,
    *,
    over_day: bool = False,
) -> str:
    uses = [_own(s, knowledge) for s in samples]
    shown = [
        _interval_of(_ratio(m, use.over_day if over_day else use.at_worst, knowledge))
        for m in PROBES
        for use in uses
    ]
    return f"| {name} | {' | '.join(shown)} |"


# ------------------------------------------------------------------ ranking


def _ranking(knowledge: Knowledge, heavy: ExposureSamples) -> Iterator[str]:
    yield (
        f"The first {TOP} of the base by the median with the studied tea, swallowed. *Heavy* is an "
        "extrapolation far beyond the study (60 mg four times a day). *Ceiling* is the ratio with "
        "nothing left of the enzymes, at the top of its range. *Gut* is what escapes the gut wall. "
        "A medicine that is not in the table is not thereby free of interactions."
    )
    yield ""
    studied, _ = effect.studied(knowledge)
    own = _own(heavy, knowledge)
    order = ranked(knowledge.medicines.all(), studied, knowledge)[:TOP]
    yield from _head(
        "Medicine", "Gut", "Studied tea", "Ceiling by the gut alone", "Heavy", "Ceiling"
    )
    for place in order:
        f_gut = place.medicine.victim.f_gut
        large = _ratio(place.medicine.id, own.at_worst, knowledge)
        gut = f"{f_gut.value:g}" if f_gut is not None else "not known"
        yield (
            f"| {place.medicine.name} | {gut} | {_interval_of(place.ratio)} | "
            f"{_short(place.ratio.ceiling)} | {_interval_of(large)} | {_short(large.ceiling)} |"
        )


# ------------------------------------------------------------------ as victim


def _as_victim(knowledge: Knowledge) -> Iterator[str]:
    yield (
        "Ratios of exposure after leaf, and in how many of 100 draws they rise. The shares of "
        "CYP3A in gut wall and liver come from the turnover structure, that of CYP2D6 and what "
        "CYP3A does to 7-OH are assumed ranges."
    )
    yield ""
    yield from _head("With", "Mitragynine", "Rises", "7-OH", "Rises")
    for name in PERPETRATORS:
        found = _on_kratom(name, knowledge)
        main, formed = found[alkaloids.MITRAGYNINE], found[alkaloids.SEVEN_OH]
        yield (
            f"| {knowledge.medicines.get(name).name} | {_interval_of(main)} | {_rises(main)} | "
            f"{_interval_of(formed)} | {_rises(formed)} |"
        )
    yield ""
    rats = [
        1.0 + knowledge.fact(f"kratom/met_ketoconazole_{name}").number / 100.0
        for name in ("mg", "7oh")
    ]
    found = _on_kratom("ketoconazole", knowledge)
    main, formed = found[alkaloids.MITRAGYNINE], found[alkaloids.SEVEN_OH]
    yield (
        f"**Rats**: ketoconazole raised mitragynine {rats[0]:g}-fold and 7-OH {rats[1]:g}-fold. "
        f"The model for people has {_interval_of(main)} and {_interval_of(formed)}: both inside. "
        "The ranges of 7-OH were chosen wide enough for that, so it is no test of them. In mice "
        "the effect on breathing fell with a CYP3A inhibitor. What happens in people is not known."
    )
    yield ""
    yield "7-OH with ketoconazole, one assumption at a time:"
    yield ""
    yield from _head("Assumption", "7-OH", "Rises")
    share = "ddi/kratom/victim/seven_oh_fm/CYP3A4"
    other = "ddi/kratom/victim/seven_oh_other_yield"
    for name, id_, value in (
        ("CYP3A clears a fifth of 7-OH", share, 0.2),
        ("CYP3A clears nearly all of 7-OH", share, 0.97),
        ("only CYP3A forms 7-OH", other, 0.02),
        ("other enzymes form as much of what they take", other, 1.0),
    ):
        with _assuming(knowledge, {id_: value}):
            formed = _on_kratom("ketoconazole", knowledge)[alkaloids.SEVEN_OH]
            yield f"| {name} | {_interval_of(formed)} | {_rises(formed)} |"


def _on_kratom(name: str, knowledge: Knowledge) -> dict[str, AucRatio]:
    found = effects(knowledge.medicines.get(name), Use(), knowledge)
    return alkaloids.ratios([activity(found)], knowledge)


def _rises(ratio: AucRatio) -> str:
    return f"{100.0 * alkaloids.probability_of_rise(ratio):.0f}"


# ------------------------------------------------------------------ levels


def _levels(knowledge: Knowledge) -> Iterator[str]:
    peak, mean = levels_after_tea(knowledge)
    held = [
        knowledge.fact(f"ddi/kratom/studied/mitragynine_{name}_nm").number
        for name in ("peak", "mean")
    ]
    yield (
        "What larger use is measured by: the middle of virtual people under both exposure "
        f"structures, peak {peak:.3g} nmol/L (fact: {held[0]:g}), mean over 24 h {mean:.3g} nmol/L "
        f"(fact: {held[1]:g})."
    )


# ------------------------------------------------------------------ words and numbers


def _own(samples: ExposureSamples, knowledge: Knowledge) -> PersonsUse:
    found = persons_use(samples, knowledge)
    assert found is not None  # noqa: S101 - somebody lives by the turnover structure
    return found


def _ratio(name: str, left: Activity, knowledge: Knowledge) -> AucRatio:
    victim = clearance(knowledge.medicines.get(name), knowledge)
    assert victim is not None  # noqa: S101 - a medicine with known enzymes
    return auc_ratio(victim, [left], model_error(knowledge))


def _interval_of(ratio: AucRatio) -> str:
    return _range(ratio.low, ratio.median, ratio.high)


def _range(low: float, middle: float, high: float) -> str:
    return f"{_short(middle)} ({_short(low)} to {_short(high)})"


def _short(value: float) -> str:
    """Three significant digits, two from ten."""
    if not np.isfinite(value):
        return "none"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10.0 else f"{value:.2f}"


def _head(*titles: str) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)


def main() -> None:
    """Print, and write on request."""
    text = page(load())
    sys.stdout.write(text)
    if "--write" in sys.argv[1:]:
        DOC.parent.mkdir(parents=True, exist_ok=True)
        DOC.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
