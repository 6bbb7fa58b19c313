"""The forest of exposure ratios: who changes whom, how sure, and nothing drawn over anything."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report.test_report_charts import SVG, read

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.report.charts.forest import Forest, forest

BAND = (0.8, 1.25)
WIDTH = 400.0
# A character of the chart's font is about this wide, on average; bold numbers a little more.
CHARACTER, HEIGHT = 6.6, 11.0


def change(
    cause: str, victim: str, value: float | None, low: float | None, high: float | None, **more: Any
) -> Interaction:
    reason = "" if low is not None else "the source gives none"
    interval = "90 % interval" if low is not None else ""
    kratom = "kratom" in (cause, victim)
    fields: dict[str, Any] = {
        "id": f"pk.{cause}.{victim}",
        "members": (cause, victim),
        "names": (cause, victim),
        "victim": victim,
        "direction": Direction.KRATOM_ON_MEDICINE if kratom else Direction.BETWEEN_MEDICINES,
        "kind": Kind.PHARMACOKINETIC,
        "severity": Severity.MODERATE,
        "certainty": Certainty.LOW,
        "sentence": "",
        "mechanism": "",
        "auc_ratio": Estimate(
            value=value, unit="ratio", low=low, high=high, interval=interval,
            no_interval_because=reason,
        ),
    }  # fmt: skip
    return Interaction(**fields | more)


def one(row: Interaction, **more: Any) -> ET.Element:
    (svg,) = forest([row], name="f", no_effect=BAND, **more).svgs
    return read(svg)


def classes(root: ET.Element) -> set[str]:
    return {name for e in root.iter() for name in (e.get("class") or "").split()}


def texts(root: ET.Element) -> list[str]:
    return ["".join(e.itertext()) for e in root.iter(f"{SVG}text")]


def test_a_ratio_seen_in_people_looks_other_than_a_modelled_one() -> None:
    seen = one(change("fluconazole", "omeprazole", 6.3, None, None, seen_in_people=True))
    model = one(change("fluconazole", "buspirone", 8.5, 3.6, 21.0))
    assert "point" in classes(seen)
    assert "open" not in classes(seen)
    assert "open" in classes(model)
    assert "point" not in classes(model)
    assert "seen in people" in "".join(seen.itertext())
    assert "model" in "".join(model.itertext())


def test_the_band_of_no_effect_is_shaded_and_named() -> None:
    root = one(change("fluconazole", "buspirone", 8.5, 3.6, 21.0))
    assert "no-effect" in classes(root)
    assert "no effect (0.8 to 1.25)" in texts(root)
    (plain,) = forest([change("a", "b", 2.0, 1.5, 3.0)], name="f").svgs
    assert "no-effect" not in classes(read(plain))
    assert "reference" in classes(read(plain))


def test_an_interval_that_is_cut_ends_in_an_arrow() -> None:
    assert "arrow" in classes(one(change("a", "b", 8.0, 2.0, 500.0)))
    assert "arrow" not in classes(one(change("a", "b", 8.0, 2.0, 20.0)))


def test_a_range_without_a_figure_has_no_mark() -> None:
    root = one(change("kratom", "quetiapine", None, 1.0, 28.0))
    assert "range-only" in classes(root)
    assert not classes(root) & {"open", "point"}


def test_the_ceiling_is_a_tick_where_it_is_known() -> None:
    assert "ceiling" in classes(one(change("kratom", "buspirone", 2.0, 1.2, 6.0, ceiling=14.0)))
    assert "ceiling" not in classes(one(change("kratom", "buspirone", 2.0, 1.2, 6.0)))


def test_a_fall_has_no_ceiling() -> None:
    assert "ceiling" not in classes(one(change("hypericum", "x", 0.4, 0.2, 0.7, ceiling=5.0)))
    assert "ceiling" not in classes(one(change("a", "b", 2.0, 1.2, 3.0, ceiling=math.inf)))


def test_kratom_stands_apart_and_victims_together() -> None:
    rows = [
        change("fluconazole", "quetiapine", 5.0, 2.0, 12.0),
        change("kratom", "quetiapine", 1.7, 1.1, 4.0),
        change("fluconazole", "buspirone", 8.0, 3.0, 20.0),
        change("hypericum", "quetiapine", 0.4, 0.2, 0.7),
    ]
    kratom, others = (texts(read(svg)) for svg in forest(rows, name="f", no_effect=BAND).svgs)
    assert "Kratom with a medicine" in kratom
    assert "with fluconazole" not in kratom
    assert others.count("quetiapine") == 1
    places = [
        others.index(words)
        for words in ("quetiapine", "with hypericum", "buspirone with fluconazole")
    ]
    assert places == sorted(places)


def test_what_lies_within_no_effect_and_what_is_too_much_is_counted_and_not_drawn() -> None:
    rows = [change("a", f"victim {n}", 3.0, 2.0, 4.0) for n in range(5)]
    rows.append(change("a", "unchanged", 1.0, 0.9, 1.1))
    plot = forest(rows, name="f", no_effect=BAND, most=3)
    assert "3 more not drawn" in plot.caption
    assert "unchanged" not in "".join(plot.svgs)
    assert forest(rows[-1:], name="f", no_effect=BAND) == Forest((), "")
    assert forest((), name="f") == Forest((), "")


NAMES = ("x", "St John's wort", "ethinylestradiol with levonorgestrel and much else besides, yes")


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(8.5, 3.65, 21.0), (0.0016, 0.00052, 0.0043), (None, 1.03, 28.0), (1.0, 0.12, 1234.5)],
)
def test_no_text_lies_over_another_or_is_cut(value: float | None, low: float, high: float) -> None:
    rows = [change(cause, victim, value, low, high) for cause in NAMES for victim in NAMES]
    for svg in forest(rows, name="f", no_effect=BAND).svgs:
        root = read(svg)
        boxes = [box(e) for e in root.iter(f"{SVG}text")]
        for left, _, right, _ in boxes:
            assert left >= -1
            assert right <= WIDTH + 1
        for one_box, other in itertools.combinations(boxes, 2):
            assert not overlap(one_box, other), (one_box, other)
        values = [e.text or "" for e in root.iter(f"{SVG}text") if "value" in e.get("class", "")]
        assert not [text for text in values if "…" in text]


def box(text: ET.Element) -> tuple[float, float, float, float]:
    wide = len(text.text or "") * CHARACTER
    x, y = float(text.get("x") or 0), float(text.get("y") or 0)
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor") or "start"]
    return left, y - HEIGHT, left + wide, y


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


ratios = st.floats(min_value=0, max_value=1e6, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(ratios, ratios, ratios).map(sorted), max_size=6),
    st.sampled_from([None, BAND, (0.0, 1.0), (math.nan, 2.0)]),
    st.sampled_from([None, 0.0, 7.5, math.inf]),
)
def test_a_forest_of_any_intervals_is_sound(
    triples: list[list[float]], band: tuple[float, float] | None, ceiling: float | None
) -> None:
    rows = [
        change("kratom", f"medicine {index}", value, low, high, ceiling=ceiling)
        for index, (low, value, high) in enumerate(triples)
    ]
    plot = forest(rows, name="f", no_effect=band)
    for svg in plot.svgs:
        root = read(svg)
        assert not [t for t in texts(root) if re.search(r"\bnan\b|\binf\b", t)]
    if band is None:
        assert bool(plot.svgs) == any(high > 0 for _, _, high in triples)
    assert bool(plot.svgs) == bool(plot.caption)
