"""Groups of pairs that are told apart on the page, and why single pairs are missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from calibration.interactions.judge import Judged

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# Victims whose uptake into the liver (OATP) or efflux carries much of their interactions.
_BY_TRANSPORT = frozenset(
    ("atorvastatin", "lovastatin", "pravastatin", "rosuvastatin", "fluvastatin", "simvastatin")
)
_SATURABLE = frozenset(("paroxetine", "phenytoin", "voriconazole"))
_METABOLITES = frozenset(("tetrabenazine", "venlafaxine", "risperidone"))

# Held-out pairs from whose study a figure of the record was read, so that they judge nothing.
NOT_INDEPENDENT = {
    "held_543": "gut fraction of verapamil from studies with grapefruit juice",
    "held_709": "figure of the victim from the same study",
    "held_764": "gut fraction of alfentanil from the same study",
    "held_765": "gut fraction of alfentanil from the same study",
}

_FIXED_GROUPS: tuple[tuple[str, str, Callable[[Judged], bool]], ...] = (
    ("size", "observed 5 or more", lambda j: j.pair.auc_ratio >= 5),
    ("size", "2 to 5", lambda j: 2 <= j.pair.auc_ratio < 5),
    ("size", "1.25 to 2", lambda j: 1.25 <= j.pair.auc_ratio < 2),
    ("size", "0.8 to 1.25", lambda j: 0.8 <= j.pair.auc_ratio < 1.25),
    ("size", "below 0.8", lambda j: j.pair.auc_ratio < 0.8),
    ("size", "all of 2 or more", lambda j: j.pair.auc_ratio >= 2),
    ("size", "all that changed (below 0.8, or 1.25 or more)", lambda j: changed(j, 1.25)),
    ("route", "victim by mouth", lambda j: j.pair.route == "oral"),
    ("route", "victim intravenous", lambda j: j.pair.route == "iv"),
    ("ground", "constants and concentrations", lambda j: j.ground == "constants"),
    ("ground", "strength class", lambda j: j.ground == "class"),
    ("ground", "studied pairs alone", lambda j: j.ground == "pairs"),
    ("measure", "AUC or clearance", lambda j: not j.pair.of_concentrations),
    ("measure", "plasma concentrations, not AUC", lambda j: j.pair.of_concentrations),
)
_BEFORE_MECHANISM = 9


def changed(judged: Judged, fold: float) -> bool:
    """Whether exposure changed by at least that fold, up or down."""
    return max(judged.pair.auc_ratio, 1.0 / judged.pair.auc_ratio) >= fold


def groups(
    judged: tuple[Judged, ...], knowledge: Knowledge
) -> list[tuple[str, str, tuple[Judged, ...]]]:
    """Kind of group, its name and its pairs; only groups that hold any."""
    wording = knowledge.ddi.pk_wording
    transport = {*_BY_TRANSPORT, *wording.p_gp_victims}
    metabolites = {*_METABOLITES, *wording.active_moiety}
    tests = [*_FIXED_GROUPS[:_BEFORE_MECHANISM]]
    tests += [
        ("mechanism", mechanism.replace("_", " "), _of_mechanism(mechanism))
        for mechanism in sorted({j.pair.mechanism for j in judged})
    ]
    tests += [
        ("enzyme", enzyme, _of_enzyme(enzyme))
        for enzyme in sorted({e for j in judged for e in j.pair.enzymes})
    ]
    tests += _FIXED_GROUPS[_BEFORE_MECHANISM:]
    tests += [
        ("apart", "victim of a transporter", lambda j: _transported(j, transport)),
        ("apart", "saturable victim", lambda j: j.pair.victim in _SATURABLE),
        ("apart", "effect by metabolites", lambda j: j.pair.victim in metabolites),
        (
            "apart",
            "none of transporter, saturable, metabolites",
            lambda j: (
                not _transported(j, transport)
                and j.pair.victim not in _SATURABLE
                and j.pair.victim not in metabolites
            ),
        ),
    ]
    found = [(kind, name, tuple(j for j in judged if test(j))) for kind, name, test in tests]
    return [row for row in found if row[2]]


def _of_mechanism(mechanism: str) -> Callable[[Judged], bool]:
    return lambda j: j.pair.mechanism == mechanism


def _of_enzyme(enzyme: str) -> Callable[[Judged], bool]:
    return lambda j: enzyme in j.pair.enzymes


def _transported(judged: Judged, victims: set[str]) -> bool:
    return judged.pair.victim in victims or judged.pair.mechanism.startswith("transporter")


_REASONS = {
    ("tizanidine", "fluvoxamine"): "almost all clearance by CYP1A2, first pass included: a small "
    "change of that fraction multiplies the ratio, and no single study pins it",
    (
        "tizanidine",
        "ciprofloxacin",
    ): "as with fluvoxamine: the last few percent of clearance decide",
    ("tizanidine", "mexiletine"): "the fraction by CYP1A2 that fluvoxamine calls for is too high "
    "here, and so the reverse",
    ("efavirenz", "carbamazepine"): "the strong class at CYP2B6 is recalled; efavirenz also "
    "induces its own clearance before the study starts",
    ("tetrabenazine", "paroxetine"): "what was measured are the active dihydro-metabolites, which "
    "CYP2D6 clears; the record is of the parent",
    ("diazepam", "grapefruit_juice"): "outlier: more than gut-wall metabolism of diazepam supports",
    ("ethinylestradiol", "rifampicin"): "conjugation and sulphation, which the model leaves "
    "unchanged, carry more than recorded",
    ("alfentanil", "ketoconazole"): "one study; not known why the ratio by mouth is no larger than "
    "into a vein",
    ("alfentanil", "cimetidine"): "a small study in patients, not volunteers",
    ("triazolam", "ketoconazole"): "regimens and times of intake differ between the studies",
    ("triazolam", "nefazodone"): "constants of nefazodone are recalled",
    ("midazolam", "nefazodone"): "constants of nefazodone are recalled",
    ("atorvastatin", "itraconazole"): "uptake by OATP limits the clearance, not CYP3A",
    ("atorvastatin", "clarithromycin"): "uptake by OATP limits the clearance, not CYP3A",
    (
        "lovastatin",
        "itraconazole",
    ): "gut fraction of lovastatin (0.07) is a guess; acid and lactone interconvert",
    ("sildenafil", "ritonavir"): "ritonavir 500 mg twice daily, five times the usual booster dose",
    ("sildenafil", "clarithromycin"): "other clearance of sildenafil than recorded",
    ("sildenafil", "itraconazole"): "other clearance of sildenafil than recorded",
    ("paroxetine", "quinidine"): "paroxetine inactivates its own CYP2D6 at steady state, so little "
    "is left to inhibit: a saturable victim",
    ("paroxetine", "terbinafine"): "paroxetine saturates its own CYP2D6: single dose and steady "
    "state differ",
    ("midazolam", "efavirenz"): "the gut fraction of midazolam under induction; one study",
    ("verapamil", "rifampicin"): "more gut-wall metabolism of verapamil than recorded",
    ("buspirone", "rifampicin"): "gut fraction of buspirone under induction",
    ("buspirone", "grapefruit_juice"): "double-strength juice; a gut fraction of buspirone far "
    "smaller than recorded",
    ("buspirone", "nefazodone"): "less of buspirone escapes the gut wall than recorded",
    ("agomelatine", "fluvoxamine"): "first pass by CYP1A2, which the model has in the liver alone "
    "and with a ceiling from the recorded fraction",
    ("pravastatin", "ciclosporin"): "OATP1B1: uptake into the liver, not in the model",
    ("rosuvastatin", "ciclosporin"): "OATP1B1 and BCRP, not in the model",
    ("fluvastatin", "ciclosporin"): "OATP1B1, not in the model",
    ("dabigatran", "itraconazole"): "P-glycoprotein of the gut, not in the model",
    ("dabigatran", "rifampicin"): "P-glycoprotein of the gut, not in the model",
    ("tacrolimus", "rifampicin"): "P-glycoprotein; red cells; whole-blood levels",
    ("sirolimus", "diltiazem"): "single dose of diltiazem; whole-blood levels",
    ("voriconazole", "ritonavir"): "ritonavir induces CYP2C19 and CYP2C9, which the record lacks; "
    "saturable victim",
    ("meperidine", "ritonavir"): "induction by ritonavir at steady state, not in the record",
    ("ethinylestradiol", "ritonavir"): "induction of conjugation by ritonavir, not in the record",
    ("tadalafil", "ritonavir"): "single dose against long half-life; ritonavir also induces",
    ("naloxegol", "ketoconazole"): "P-glycoprotein beside CYP3A",
    ("atorvastatin", "efavirenz"): "uptake by OATP limits the clearance, not CYP3A",
}


def reason(judged: Judged) -> str:
    """The likely reason of a miss, where one is known."""
    return _REASONS.get((judged.pair.victim, judged.pair.perpetrator), "not known")
