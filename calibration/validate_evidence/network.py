"""Network meta-analysis against its answer keys: published networks, and netmeta on made data."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from calibration.validate_evidence import cases
from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.network import Choices, NetworkResult, Reading, analyse, read

if TYPE_CHECKING:
    from speciosa.evidence.network.result import Contrasts

MADE = Path(__file__).parents[2] / "tests/evidence/keys/network.json"
CLOSED, ITERATIVE = 1e-4, 5e-4
_PUBLISHED = {
    "nma_glucose_senn2013": "Senn 2013, glucose",
    "nma_smoking_hasselblad1998": "Hasselblad 1998, smoking",
    "nma_copd_dong2013": "Dong 2013, COPD",
}


class Line(NamedTuple):
    """One row of the page: what was compared, how often, how far apart, how far allowed."""

    network: str
    what: str
    figures: int
    apart: float
    allowed: float


Pairs = list[tuple[float, float]]


def documents() -> dict[str, str]:
    """The page, file name -> text. Raises ``ValueError`` where a figure is too far off."""
    lines = [*_published(), *_made()]
    wrong = [line for line in lines if line.apart > line.allowed]
    if wrong:
        raise ValueError(f"too far from the key: {wrong}")
    return {"network.md": _page(lines)}


def _published() -> Iterator[Line]:
    key = cases.expected()
    for case, name in _PUBLISHED.items():
        expected = key[case]
        whole = expected.get("inverse_variance_half_correction_all_studies", expected)
        yield from _one(name, f"{case}.csv", whole, lower="smoking" not in name)
        if "netmeta_package_contrast_version" in expected:
            told = {"DL": expected["netmeta_package_contrast_version"]}
            yield from _one(f"{name}, contrasts", f"{case}_contrasts.csv", told, lower=True)
        if "mantel_haenszel_common" in expected:
            yield _rare(name, f"{case}.csv", expected["mantel_haenszel_common"])


def _analysed(file: str, **choices: Any) -> NetworkResult:  # noqa: ANN401  # of several types
    return analyse(read((cases.CASES / file).read_text(encoding="utf-8")), Choices(**choices))


def _one(name: str, file: str, expected: dict[str, Any], *, lower: bool) -> Iterator[Line]:
    dl = expected["DL"]
    reference = dl["reference"]
    result = _analysed(file, method="DL", reference=reference, lower_is_better=lower)
    pairs = _effects(result, result.common, dl["common"])
    yield _line(name, "common effect", pairs, CLOSED)
    pairs = [*_effects(result, result.random, dl["random"]), (result.tau2, dl["tau2"])]
    yield _line(name, "random effects, DL", pairs, CLOSED)
    parts = result.inconsistency
    tests = (
        (parts.total, "Q_total"),
        (parts.within, "Q_within_designs"),
        (parts.between, "Q_between_designs"),
    )
    pairs = [(test.q, dl[label]["Q"]) for test, label in tests]
    pairs += [(test.df, dl[label]["df"]) for test, label in tests]
    yield _line(name, "Q, its parts and df", pairs, CLOSED)
    if "REML" in expected:
        other = _analysed(file, method="REML", reference=reference)
        pairs = _effects(other, other.random, expected["REML"]["random"])
        pairs.append((other.tau2, expected["REML"]["tau2"]))
        yield _line(name, "random effects, REML", pairs, ITERATIVE)
    if "p_score_random_DL" in expected:
        pairs = [(r.p_score, expected["p_score_random_DL"][r.treatment]) for r in result.ranks]
        pairs += [(r.p_score_common, expected["p_score_common"][r.treatment]) for r in result.ranks]
        yield _line(name, "P-scores", pairs, CLOSED)
    if "netsplit_back_calculation_random_DL" in expected:
        rows = expected["netsplit_back_calculation_random_DL"]
        yield _line(name, "direct and indirect evidence", _split(result, rows, "diff"), CLOSED)


def _effects(
    result: NetworkResult, contrasts: Contrasts, expected: dict[str, dict[str, float]]
) -> Pairs:
    at = result.index(result.reference)
    matrices = {
        "estimate": contrasts.estimate,
        "se": contrasts.se,
        "ci_lb": contrasts.low,
        "ci_ub": contrasts.high,
    }
    return [
        (float(matrix[result.index(treatment), at]), wanted[name])
        for treatment, wanted in expected.items()
        for name, matrix in matrices.items()
    ]


def _split(result: NetworkResult, rows: list[dict[str, Any]], difference: str) -> Pairs:
    found = {(result.treatments[s.a], result.treatments[s.b]): s for s in result.splits}
    pairs: Pairs = []
    for row in rows:
        a, b = row["comparison"].split(":")
        sign = 1 if (a, b) in found else -1
        got = found.get((a, b) if sign == 1 else (b, a))
        if got is None or got.indirect is None or got.difference is None:
            continue
        pairs += [
            (sign * got.direct, row["direct"]),
            (got.direct_se, row["direct_se"]),
            (sign * got.indirect, row["indirect"]),
            (sign * got.difference, row[difference]),
        ]
    return pairs


def _rare(name: str, file: str, expected: dict[str, Any]) -> Line:
    result = _analysed(file, method="MH", reference="Placebo")
    at = result.index("Placebo")
    pairs: Pairs = [(result.k_studies, expected["k_studies_used"])]
    for treatment, wanted in expected.items():
        if isinstance(wanted, dict):
            i = result.index(treatment)
            pairs.append((float(result.random.estimate[i, at]), wanted["logOR"]))
            pairs.append((float(result.random.se[i, at]), wanted["se"]))
    return _line(name, "Mantel-Haenszel", pairs, CLOSED)


def _made() -> Iterator[Line]:
    key = json.loads(MADE.read_text(encoding="utf-8"))
    for name, made in key["networks"].items():
        given = read(
            _text(made["data"]),
            Measure(made["measure"]),
            reading=Reading(keep_without_events=False),
        )
        title = f"made: {name.replace('_', ' ')}"
        for method in ("DL", "REML", "ML"):
            result = analyse(given, Choices(method=method, reference=made["reference"]))
            at = result.index(made["reference"])
            pairs = [*zip(result.random.estimate[:, at], made[method]["estimate"], strict=True)]
            pairs += zip(result.random.se[:, at], made[method]["se"], strict=True)
            pairs.append((result.tau2, made[method]["tau2"]))
            allowed = CLOSED if method == "DL" else ITERATIVE
            yield _line(title, f"random effects, {method}", pairs, allowed)
            if method == "DL":
                parts = result.inconsistency
                pairs = [
                    (parts.total.q, made["q_total"]),
                    (parts.within.q, made["q_within"]),
                    (parts.between.q, made["q_between"]),
                    (parts.between_random.q, made["q_between_random"]),
                    (math.sqrt(parts.tau2_within), made["tau_within"]),
                ]
                yield _line(title, "Q and its parts, also with random effects", pairs, CLOSED)
                pairs = _split(result, made["split"], "difference")
                yield _line(title, "direct and indirect evidence", pairs, CLOSED)
        plain = Choices(method="CE", reference=made["reference"], split="design")
        pairs = _split(analyse(given, plain), made["split_by_design"], "difference")
        yield _line(title, "indirect evidence of other designs", pairs, CLOSED)
    for name, made in key["mantel_haenszel"].items():
        given = read(_text(made["data"]), Measure.OR)
        result = analyse(given, Choices(method="MH", reference=made["reference"]))
        at = result.index(made["reference"])
        pairs = [*zip(result.random.estimate[:, at], made["common"]["estimate"], strict=True)]
        pairs += zip(result.random.se[:, at], made["common"]["se"], strict=True)
        yield _line(f"made: {name}", "Mantel-Haenszel", pairs, CLOSED)


def _text(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _line(network: str, what: str, pairs: Pairs, allowed: float) -> Line:
    apart = max(abs(ours - key) for ours, key in pairs)
    return Line(network, what, len(pairs), float(apart), allowed)


def _rounded(apart: float) -> str:
    """A power of ten that it is below: the last digits of a sum may differ between machines."""
    for power in range(-6, 0):
        if apart < 10.0**power:
            return f"below 1e{power}"
    return f"{apart:.1g}"


def _page(lines: list[Line]) -> str:
    versions = json.loads(MADE.read_text(encoding="utf-8"))["versions"]
    peers = f"netmeta {versions['netmeta']}, meta {versions['meta']}, R {versions['R']}"
    told = [
        "# Network meta-analysis: agreement with its answer keys",
        "",
        "Made by `python -m calibration.validate_evidence network --write`; not edited by hand.",
        "",
        f"{sum(line.figures for line in lines):,} figures compared. Published networks: "
        "`tests/evidence/cases/` (data of the cited papers, results by netmeta 2.8-2). Made "
        f"networks: `tests/evidence/keys/network.json`, by {peers} "
        "(`tools/peers/netmeta_key.R`). Differences are absolute, on the analysis scale.",
        "",
        "| network | what | figures | largest difference | allowed |",
        "|---|---|---:|---|---|",
    ]
    told += [
        f"| {line.network} | {line.what} | {line.figures} | {_rounded(line.apart)} "
        f"| {line.allowed:.0e} |"
        for line in lines
    ]
    told += [
        "",
        "## What differs from netmeta on purpose",
        "",
        "- Standardised mean differences: Hedges' g with one standard deviation and one "
        "small-sample factor for all arms of a trial; meta gives Cohen's d. With two arms it is "
        "the g of pairwise pooling.",
        "- Indirect evidence of other designs keeps the tau2 of the whole network; netmeta "
        "estimates it anew from what is left. Compared here with a common effect, where both mean "
        "the same.",
        "- Trials without any event are kept with the correction as their data, as in the "
        "published key; `--no-events leave-out` leaves them out, as netmeta does by itself.",
        "- tau2 has an interval (generalised Q-profile), which netmeta does not give; it was not "
        "compared with another program.",
        "",
    ]
    return "\n".join(told)
