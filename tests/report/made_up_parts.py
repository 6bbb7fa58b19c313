"""The parts of an invented assessment, with something in every field.

The numbers are made up. Nothing here is a clinical statement.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from speciosa.assessment import KratomSection, Provenance
from speciosa.clinical.care.result import (
    Advice,
    ConsultationResult,
    FollowUpResult,
    PlanItem,
    PlanResult,
    PlanSection,
    Question,
    Referral,
    Visit,
)
from speciosa.clinical.dependence.result import DependenceResult
from speciosa.clinical.safety.result import (
    Contact,
    FiredRule,
    SideEffect,
    SideEffectsResult,
    UrgentResult,
    UrgentStatus,
)
from speciosa.clinical.severity.result import (
    Change,
    HistoryPoint,
    PredictiveValue,
    Score,
    SeverityResult,
)
from speciosa.evidence.result import (
    Absolute,
    Against,
    Comparison,
    Domain,
    EffectRow,
    EvidenceResult,
    KratomRow,
    RankedOption,
    Report,
    Sensitivity,
    Side,
    Standing,
    StudyEffect,
)
from speciosa.finding import Certainty, Estimate, Finding, Missing, Severity, Tone
from speciosa.knowledge.fact import Basis, Citation, Source, Tier
from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.pharmacology.exposure.measurement.measured import LevelUse, MeasuredLevel, Use
from speciosa.pharmacology.exposure.regimen.simulation import Fading, Figure
from speciosa.pharmacology.exposure.result import (
    AnalyteExposure,
    Band,
    BriefExposure,
    Curve,
    Difference,
    Driver,
    ExposureResult,
    ExposureStatus,
    IntakeResult,
    Narrowing,
    ObservedComparison,
    OtherAlkaloid,
    ProductIntake,
    StructureExposure,
)
from speciosa.pharmacology.interactions.result import (
    Direction,
    Interaction,
    InteractionsResult,
    Kind,
    MemberPair,
    NotChecked,
    PairStatus,
    PairSummary,
)
from speciosa.pharmacology.mechanism.result import (
    Competition,
    LigandShare,
    MechanismResult,
    OccupancyCurve,
    Signal,
    TargetOccupancy,
)
from speciosa.regulation.result import LawLayer, LawResult, LawSource

PREDICTION = "90 % prediction interval"

SOURCES = {
    source.id: source
    for source in (
        Source(
            id="ddi-tanna22",
            cite="Tanna RS, Nguyen JT, Hadi DL, et al. Clinical assessment of the drug interaction "
            "potential of kratom. J Clin Pharmacol 2023;63:1-12.",
            doi="10.1000/made-up.2023.1",
            pmid="36000001",
            url="https://doi.org/10.1000/made-up.2023.1",
            read_on="2026-11-22",
            note="Twelve healthy adults, one dose of tea.",
        ),
        Source(
            id="inst-spitzer06",
            cite="Spitzer RL, et al. A brief measure for assessing generalized anxiety disorder. "
            "Arch Intern Med 2006;166:1092-1097.",
            pmid="16000002",
            read_on="2026-11-22",
        ),
        Source(
            id="law-tn-code",
            cite="Tennessee Code 39-17-452.",
            url="https://law.example.org/tn/39-17-452",
            tier=Tier.SECONDARY,
            read_on="2026-11-20",
        ),
        Source(
            id="kp-content21",
            cite="Content of mitragynine in retail kratom products: a survey.",
            url="https://survey.example.org/kratom?page=1&lang=en",
            tier=Tier.MIRROR,
            licence="CC BY 4.0",
        ),
        Source(
            id="ev-nma", cite="Network meta-analysis of drug treatment of GAD.", pmid="30000003"
        ),
    )
}


def _citation(fact: str, statement: str, *sources: str, verified: bool = True) -> Citation:
    return Citation(
        id=fact,
        statement=statement,
        verified=verified,
        basis=Basis.SOURCE if sources else Basis.RECALLED,
        sources=tuple(SOURCES[s] for s in sources),
        note="" if verified else "Read in an abstract only.",
    )


CITATIONS = (
    _citation("instruments/gad7/band", "GAD-7: severe = 15 points", "inst-spitzer06"),
    _citation("instruments/gad7/rci", "GAD-7: reliable change = 6 points", "inst-spitzer06"),
    _citation("ddi/midazolam", "midazolam: AUC ratio = 1.39 (1.23 to 1.57)", "ddi-tanna22"),
    _citation(
        "ddi/dextromethorphan", "dextromethorphan: AUC ratio = 0.99", "ddi-tanna22", verified=False
    ),
    _citation(
        "kratom/content/leaf", "leaf: mitragynine = 15 mg/g (5 to 60; range)", "kp-content21",
        "ddi-tanna22",
    ),
    _citation("kratom/half_life", "mitragynine: half-life = 40 h", verified=False),
    _citation("law/us-tn/leaf", "Tennessee: leaf = age restricted", "law-tn-code"),
    _citation("evidence/ssri", "SSRI: SMD = -0.33 (-0.40 to -0.26; 95 % CI)", "ev-nma"),
    _citation("safety/seizure", "seizure: share of calls = 0.06", verified=False),
)  # fmt: skip


def finding(
    text: str,
    severity: Severity = Severity.INFO,
    *facts: str,
    certainty: Certainty = Certainty.MODERATE,
    **more: Any,
) -> Finding:
    slug = "".join(c if c.isalnum() else "-" for c in text.lower())[:40]
    return Finding(
        id=f"made-up.{slug}", text=text, severity=severity, certainty=certainty, facts=facts, **more
    )


def estimate(value: float, low: float, high: float, unit: str, *facts: str) -> Estimate:
    return Estimate(value=value, unit=unit, low=low, high=high, interval=PREDICTION, facts=facts)


CONTACTS = (
    Contact(
        label="Emergency services",
        number="911",
        verified=True,
        facts=("instruments/gad7/band",),
    ),
    Contact(label="988 Suicide and Crisis Lifeline (call or text)", number="988", verified=True),
    Contact(label="Poison Help line", number="1-800-222-1222", verified=False),
    Contact(label="Crisis Text Line", number="text HOME to 741741", verified=False),
)

URGENT = UrgentResult(
    status=UrgentStatus.SAME_DAY,
    headline="Thoughts of being better off dead on several days: assess risk in person today.",
    findings=(
        finding(
            "PHQ-9 item 9 was answered 1 (several days).",
            Severity.URGENT,
            "instruments/gad7/band",
            certainty=Certainty.HIGH,
            tone=Tone.WARNING,
            action="Ask about intent, plan and means today; the treating clinician decides.",
            detail="A single item neither confirms nor excludes risk.",
        ),
    ),
    ask_now=("Do you have thoughts of ending your life?", "Have you made any plan?"),
    contacts=CONTACTS,
    contacts_note="Contacts for the United States. Confirm local numbers.",
)

SEVERITY = SeverityResult(
    headline="Severe anxiety by GAD-7 (16 of 21) with moderate depressive symptoms.",
    scores=(
        Score(
            instrument="gad7",
            name="GAD-7",
            total=Estimate(
                value=16,
                unit="points",
                no_interval_because="a score as answered",
            ),
            maximum=21,
            band="severe",
            answered=7,
            items=7,
            meaning="Screens for anxiety; does not diagnose.",
            measurement_error=Estimate(
                value=6,
                unit="points",
                no_interval_because="published without an interval",
                facts=("instruments/gad7/rci",),
            ),
            date="2026-11-22",
            facts=("instruments/gad7/band",),
        ),
        Score(
            instrument="phq9",
            name="PHQ-9",
            total=Estimate(
                value=12,
                unit="points",
                low=11,
                high=14,
                interval="range over the item that was not answered",
            ),
            maximum=27,
            band="moderate",
            answered=8,
            items=9,
            prorated=True,
            meaning="Screens for depression.",
            date="2026-11-22",
        ),
        Score(
            instrument="isi",
            name="Insomnia Severity Index",
            total=None,
            maximum=28,
            answered=2,
            items=7,
            reason="five of seven items were not answered",
        ),
    ),
    function=(finding("Work and sleep are markedly impaired.", Severity.MODERATE),),
    diagnosis=(
        finding(
            "The picture fits generalized anxiety disorder, but kratom use and withdrawal can "
            "produce the same symptoms.",
            Severity.MODERATE,
            "instruments/gad7/band",
            certainty=Certainty.LOW,
            action="Interview for GAD after the timing of symptoms against kratom use is clear.",
            detail="Six months of worry on most days were reported.",
        ),
    ),
    changes=(
        Change(
            instrument="gad7",
            from_date="2026-08-01",
            to_date="2026-11-22",
            from_score=11,
            to_score=16,
            difference=5,
            label="possibly worse: within measurement error",
            response=False,
            remission=False,
            facts=("instruments/gad7/rci",),
        ),
        Change(
            instrument="isi",
            from_date="2026-08-01",
            to_date="2026-11-22",
            from_score=21,
            to_score=7,
            difference=-14,
            label="reliably better",
            response=True,
            remission=True,
        ),
    ),
    history=(
        HistoryPoint(instrument="gad7", date="2026-05-02", score=9),
        HistoryPoint(instrument="gad7", date="2026-08-01", score=11),
        HistoryPoint(instrument="gad7", date="2026-11-22", score=16),
        HistoryPoint(instrument="phq9", date="2026-08-01", score=10),
        HistoryPoint(instrument="phq9", date="2026-11-22", score=12),
    ),
    predictive=(
        PredictiveValue(
            instrument="gad7",
            target="generalized anxiety disorder",
            cutoff=10,
            at_or_above=True,
            prevalence=0.08,
            share=Estimate(
                value=0.31,
                unit="share",
                low=0.22,
                high=0.43,
                interval="95 % CI",
                facts=("instruments/gad7/band",),
            ),
            facts=("instruments/gad7/band",),
        ),
    ),
    findings=(finding("Two screens point the same way.", Severity.INFO),),
    missing=(Missing(field="symptoms.isi.answers", cost="Insomnia cannot be graded."),),
)

KRATOM = KratomSection(
    status="Using now",
    intake=IntakeResult(
        headline="About 8 g of leaf a day in two parts; the alkaloid content is unknown and can "
        "differ 16-fold between products.",
        products=(
            ProductIntake(
                form="powder",
                label="Green Maeng Da",
                as_used="4 g of leaf, 2 times a day, 7 days a week",
                strain=finding("The vein colour on the label does not predict content."),
                content=finding(
                    "The content of this product was not measured.",
                    Severity.MODERATE,
                    "kratom/content/leaf",
                    certainty=Certainty.LOW,
                ),
                mitragynine_mg_per_dose=estimate(60, 20, 240, "mg", "kratom/content/leaf"),
                seven_oh_mg_per_dose=estimate(0.6, 0.04, 2.4, "mg"),
                mitragynine_mg_per_day=estimate(120, 40, 480, "mg"),
                seven_oh_mg_per_day=Estimate(
                    value=None, unit="mg", no_interval_because="no analysis of this product"
                ),
                comparison=(
                    finding(
                        "The amount lies within the range reported in surveys of regular use.",
                        Severity.INFO,
                        "kratom/content/leaf",
                    ),
                ),
            ),
        ),
        mitragynine_mg_per_day=estimate(120, 40, 480, "mg", "kratom/content/leaf"),
        seven_oh_mg_per_day=estimate(1.2, 0.08, 4.8, "mg"),
        findings=(finding("Daily use for more than a year.", Severity.MINOR),),
        missing=(
            Missing(
                field="kratom.products[0].analysis",
                cost="Amounts are wide: they rest on product surveys.",
                how="A certificate of analysis for this batch.",
                severity=Severity.MODERATE,
            ),
        ),
    ),
    dependence=DependenceResult(
        headline="Signs that fit dependence; not a diagnosis.",
        criteria_met=4,
        criteria_asked=8,
        level="would meet the adapted threshold for moderate if confirmed at interview",
        findings=(
            finding(
                "Restlessness and anxiety return between doses.",
                Severity.MAJOR,
                "kratom/half_life",
                action="Ask about timing against the last dose.",
                tone=Tone.WARNING,
            ),
        ),
        missing=(Missing(field="kratom.criteria_met", cost="Three criteria were not asked."),),
    ),
)


def curve(analyte: str, peak: float, half_life_h: float) -> Curve:
    """A two-dose day as a fan: absorption and decay, with bands that widen."""
    times = tuple(i * 0.25 for i in range(97))

    def level(t: float, factor: float) -> float:
        total = 0.0
        for dose in (0.0, 12.0):
            if t >= dose:
                since = t - dose
                total += math.exp(-since * 0.693 / half_life_h) * (1 - math.exp(-since * 1.6))
        return round(0.3 * peak * factor + peak * factor * total, 3)

    bands = tuple(
        Band(
            percent=percent,
            low=tuple(level(t, 1 / spread) for t in times),
            high=tuple(level(t, spread) for t in times),
        )
        for percent, spread in ((50, 1.5), (80, 2.2), (95, 3.6))
    )
    median = tuple(level(t, 1.0) for t in times)
    return Curve(analyte=analyte, unit="ng/mL", time_h=times, median=median, bands=bands)


def _analyte(name: str, scale: float) -> AnalyteExposure:
    return AnalyteExposure(
        analyte=name,
        cmax=estimate(153.2 * scale, 41.3 * scale, 604.1 * scale, "ng/mL"),
        tmax=estimate(1.1, 0.5, 2.6, "h"),
        auc=estimate(1834.0 * scale, 420 * scale, 7300 * scale, "ng·h/mL"),
        ctrough=estimate(38.0 * scale, 9.1 * scale, 160 * scale, "ng/mL"),
        half_life=estimate(38.5, 19, 71, "h", "kratom/half_life"),
        cmax_nm=estimate(384 * scale, 104 * scale, 1516 * scale, "nM"),
        facts=("kratom/half_life", "ddi/midazolam"),
        effective_half_life=estimate(27.5, 14, 60, "h"),
        cmax_formed=estimate(140.2 * scale, 35.1 * scale, 590.3 * scale, "ng/mL"),
        cmax_swallowed=estimate(13.7 * scale, 2.2 * scale, 61.9 * scale, "ng/mL"),
    )


def _brief(name: str, scale: float) -> BriefExposure:
    return BriefExposure(
        analyte=name,
        cmax=estimate(120.7 * scale, 33.3 * scale, 505.5 * scale, "ng/mL"),
        auc=estimate(1544.0 * scale, 390 * scale, 6800 * scale, "ng·h/mL"),
        ctrough=estimate(31.4 * scale, 7.7 * scale, 142 * scale, "ng/mL"),
        half_life=estimate(41.2, 21, 77, "h"),
    )


EXPOSURE = ExposureResult(
    status=ExposureStatus.COMPUTED,
    why="Body weight, product form and pattern are known; content was sampled.",
    headline="Product content explains most of the spread in predicted concentration.",
    subjects=1000,
    seed=20261122,
    analytes={
        "mitragynine": _analyte("mitragynine", 1.0),
        "7-hydroxymitragynine": _analyte("7-hydroxymitragynine", 0.15),
    },
    curves=(curve("mitragynine", 120, 9), curve("7-hydroxymitragynine", 18, 4)),
    drivers=(
        Driver(
            name="Alkaloid content of the product",
            share=0.62,
            narrowed_by="a certificate of analysis",
        ),
        Driver(name="Clearance", share=0.24, narrowed_by="a timed plasma level"),
        Driver(name="Absorption", share=0.11, narrowed_by=""),
        Driver(name="Body weight", share=0.004, narrowed_by="weight measured today"),
    ),
    findings=(
        finding(
            "No human pharmacokinetic data exist for swallowed 7-OH tablets.",
            Severity.MODERATE,
            "kratom/half_life",
            certainty=Certainty.VERY_LOW,
        ),
    ),
    missing=(Missing(field="labs.mitragynine_plasma", cost="The prediction stays wide."),),
    steady=True,
    structures=(
        StructureExposure(
            structure="linear",
            title="superposition of doses",
            share=0.5,
            release="1.0",
            method="fit to published summaries",
            analytes=(_brief("mitragynine", 1.0), _brief("7-hydroxymitragynine", 0.14)),
        ),
        StructureExposure(
            structure="turnover",
            title="enzymes made anew",
            share=0.5,
            release="1.0",
            method="the same fit",
            analytes=(_brief("mitragynine", 1.3),),
        ),
    ),
    differences=(
        Difference(
            analyte="mitragynine",
            measure="auc",
            of="turnover",
            over="linear",
            ratio=1.41,
            differs=True,
        ),
        Difference(
            analyte="mitragynine",
            measure="cmax",
            of="turnover",
            over="linear",
            ratio=1.1,
            differs=False,
        ),
    ),
    others=(
        OtherAlkaloid(
            alkaloid="speciociliatine", exposure=_brief("speciociliatine", 4.0), why_none=""
        ),
        OtherAlkaloid(alkaloid="paynantheine", exposure=None, why_none="content not known"),
    ),
    observed=(
        ObservedComparison(
            analyte="mitragynine",
            measure="cmax",
            unit="ng/mL",
            observed_low=20.0,
            observed_high=70.5,
            n=5,
            where="one tea of 2 g",
            above=0.83,
            facts=("kratom/half_life",),
        ),
    ),
    narrowing=(Narrowing(by="an analysis of the product", fold_now=18.0, fold_then=7.5),),
    levels=(
        LevelUse(
            level=MeasuredLevel(
                analyte="mitragynine",
                value=55.0,
                unit="ng/mL",
                below_limit=True,
                times_h=(2.0,),
                said="mitragynine below 55 ng/mL 2 h after a dose",
            ),
            value_ng_ml=55.0,
            use=Use.USED,
            median=40.0,
            p05=11.0,
            p95=160.0,
            probability=0.3,
        ),
    ),
    effective_subjects=412.0,
    present_on_date=True,
    doubt="The measured mitragynine of 900 ng/mL does not fit the use described.",
    washout=(
        Fading(
            analyte="mitragynine",
            limit=0.5,
            unit="ng/mL",
            what="what a research assay can quantify",
            after_last_dose=Figure(
                median=210.0, p05=60.0, p95=640.0, unit="h", note="longer in few"
            ),
            never=0.01,
            beyond=0.02,
            facts=("kratom/half_life",),
        ),
    ),
    now={
        "mitragynine": Estimate(
            value=12.0, unit="ng/mL", low=2.0, high=60.0, interval="90 % prediction interval"
        )
    },
)

MECHANISM = MechanismResult(
    headline="Partial mu-opioid signalling is plausible at peak; other targets are uncertain.",
    targets=(
        TargetOccupancy(
            system="Opioid",
            target="Mu-opioid receptor",
            ligands=("mitragynine", "7-hydroxymitragynine"),
            action="partial agonist",
            peak=estimate(41, 8, 83, "%", "kratom/half_life"),
            trough=estimate(9, 1, 37, "%"),
            why_none="",
            certainty=Certainty.LOW,
            could_explain="Relief of anxiety soon after a dose, and its return between doses.",
            could_not_explain="A lasting effect on generalized anxiety.",
            facts=("kratom/half_life",),
            evidence=Evidence.HUMAN,
            evidence_of="Withdrawal after an antagonist in people who use kratom.",
            meaning="Whether binding at this level matters stays open here.",
            curve=OccupancyCurve(
                unit="%",
                time_h=(0.0, 6.0, 12.0, 18.0, 24.0),
                median=(9.0, 41.0, 25.0, 14.0, 9.0),
                low=(1.0, 8.0, 4.0, 2.0, 1.0),
                high=(37.0, 83.0, 66.0, 48.0, 37.0),
                interval="90 % of made-up people, hour by hour",
            ),
        ),
        TargetOccupancy(
            system="Adrenergic",
            target="Alpha-2A adrenoceptor",
            ligands=("mitragynine",),
            action="agonist or antagonist, disputed",
            peak=estimate(12, 1, 44, "%"),
            trough=None,
            why_none="",
            certainty=Certainty.VERY_LOW,
            could_explain="Sedation.",
            could_not_explain="Stimulation at low amounts.",
            facts=(),
        ),
        TargetOccupancy(
            system="Monoamine",
            target="Serotonin transporter",
            ligands=("mitragynine",),
            action="inhibitor",
            peak=None,
            trough=None,
            why_none="no affinity below 10 µM is published",
            certainty=Certainty.UNKNOWN,
            could_explain="",
            could_not_explain="",
            facts=("ddi/dextromethorphan",),
        ),
    ),
    findings=(finding("Occupancy is not effect.", Severity.INFO),),
    competition=Competition(
        target="Mu-opioid binding site",
        ligands=(
            LigandShare(
                ligand="mitragynine (as predicted)",
                medicine="kratom",
                role="partial agonist by assay",
                together=estimate(7, 1, 38, "%", "kratom/half_life"),
                apart=estimate(12, 2, 44, "%"),
                how="reckoned from the predicted level here",
                evidence=Evidence.IN_VITRO,
                why_none="",
                facts=("kratom/half_life",),
            ),
            LigandShare(
                ligand="buprenorphine (planned)",
                medicine="buprenorphine",
                role="partial agonist, slow to leave",
                together=estimate(71, 22, 93, "%"),
                apart=estimate(79, 27, 98, "%"),
                how="measured in the brain of people",
                evidence=Evidence.HUMAN,
                why_none="",
                facts=(),
            ),
            LigandShare(
                ligand="pseudoindoxyl, a metabolite",
                medicine="kratom",
                role="agonist, very tight",
                together=None,
                apart=None,
                how="",
                evidence=Evidence.NONE,
                why_none="its level in people was never measured",
                facts=("ddi/dextromethorphan",),
            ),
        ),
        vacant=estimate(20, 2, 60, "%"),
        left_out=("pseudoindoxyl, left out of the sum",),
        notes=("At the highest kratom level of the day.",),
    ),
    signals=(
        Signal(
            target="Mu-opioid site of the assay",
            assay="G protein assay in made-up cells",
            peak=estimate(11, 2, 30, "% of the reference"),
            why_none="",
            meaning="A signal in cells, and no effect in people.",
            evidence=Evidence.IN_VITRO,
            facts=("kratom/half_life",),
        ),
        Signal(
            target="Mu-opioid site of the assay",
            assay="A second assay without a level",
            peak=None,
            why_none="no level was predicted for it",
            meaning="Nothing can be said of it.",
            evidence=Evidence.NONE,
            facts=(),
        ),
    ),
    missing=(
        Missing(field="labs.seven_oh_plasma", cost="Something stays open (labs.seven_oh_plasma)."),
    ),
)


_ROWS = (
    Interaction(
        id="pd.respiratory.alprazolam",
        members=("kratom", "alprazolam"),
        names=("kratom", "alprazolam"),
        direction=Direction.ADDED_EFFECTS,
        kind=Kind.PHARMACODYNAMIC,
        hazard="respiratory_depressant",
        severity=Severity.URGENT,
        certainty=Certainty.MODERATE,
        sentence="Alprazolam and kratom both slow breathing and the brain; deaths with both "
        "are reported.",
        mechanism="Added sedation and respiratory depression.",
        case_reports=("safety/seizure", "Two fatal cases with benzodiazepines, 2019."),
        ask="Ever very drowsy, or slow to wake, after taking both?",
        watch="Drowsiness, slow breathing, falls.",
        consider="Do not stop alprazolam abruptly; agree on a safe plan with the prescriber.",
        facts=("safety/seizure",),
    ),
    Interaction(
        id="pk.quetiapine",
        members=("kratom", "quetiapine"),
        names=("kratom", "quetiapine"),
        victim="quetiapine",
        direction=Direction.KRATOM_ON_MEDICINE,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.MAJOR,
        certainty=Certainty.LOW,
        sentence="Quetiapine levels may rise.",
        mechanism="Inhibition of intestinal and hepatic CYP3A.",
        auc_ratio=estimate(2.1, 1.2, 4.9, "ratio", "ddi/midazolam"),
        ceiling=7.4,
        flags=("The dose of quetiapine was not used.",),
        shares={"gut CYP3A": 0.71, "liver CYP3A": 0.29},
        ask="Dizzy on standing?",
        watch="Sedation, blood pressure, QT.",
        consider="Prescriber reviews the dose.",
        facts=("ddi/midazolam",),
    ),
    Interaction(
        id="pk.sertraline",
        members=("kratom", "sertraline"),
        names=("kratom", "sertraline"),
        victim="sertraline",
        direction=Direction.KRATOM_ON_MEDICINE,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.MODERATE,
        certainty=Certainty.LOW,
        sentence="A small rise of sertraline is possible.",
        mechanism="Inhibition of several enzymes.",
        auc_ratio=estimate(1.12, 0.98, 1.41, "ratio"),
        shares={"CYP2D6": 0.4, "CYP3A": 0.6},
    ),
    Interaction(
        id="pk.clarithromycin",
        members=("clarithromycin", "kratom"),
        names=("clarithromycin", "kratom"),
        victim="mitragynine",
        direction=Direction.MEDICINE_ON_KRATOM,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.MODERATE,
        certainty=Certainty.VERY_LOW,
        sentence="Clarithromycin may raise mitragynine; 7-OH may fall.",
        mechanism="CYP3A inhibition; model-based only.",
        auc_ratio=estimate(3.4, 1.4, 11.0, "ratio"),
    ),
    Interaction(
        id="pk.dextromethorphan",
        members=("kratom", "dextromethorphan"),
        names=("kratom", "dextromethorphan"),
        victim="dextromethorphan",
        direction=Direction.KRATOM_ON_MEDICINE,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.INFO,
        certainty=Certainty.MODERATE,
        sentence="No change of dextromethorphan was seen in a trial.",
        mechanism="CYP2D6.",
        auc_ratio=estimate(0.99, 0.83, 1.19, "ratio", "ddi/dextromethorphan"),
        seen_in_people=True,
        facts=("ddi/dextromethorphan",),
    ),
    Interaction(
        id="pd.shared.sedation",
        members=("alprazolam", "quetiapine", "kratom"),
        names=("alprazolam", "quetiapine", "kratom"),
        title="sedation",
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACODYNAMIC,
        hazard="sedation",
        severity=Severity.MODERATE,
        certainty=Certainty.MODERATE,
        sentence="Alprazolam, quetiapine and kratom together: drowsiness can add up.",
        mechanism="All three depress the brain.",
        consider="Review which of them is needed.",
        pairs=(
            MemberPair(
                members=("alprazolam", "kratom"),
                severity=Severity.MODERATE,
                certainty=Certainty.LOW,
            ),
        ),
    ),
    Interaction(
        id="pk.all.sertraline",
        members=("clarithromycin", "kratom", "sertraline"),
        names=("clarithromycin", "kratom", "sertraline"),
        title="exposure to sertraline",
        victim="sertraline",
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC,
        severity=Severity.MINOR,
        certainty=Certainty.VERY_LOW,
        sentence="Exposure to sertraline with clarithromycin and kratom together: ratio 1.4.",
        mechanism="Effects on one enzyme multiply.",
        auc_ratio=estimate(1.4, 0.9, 2.3, "ratio"),
    ),
)


def _pair(
    name: str, severity: Severity, *rows: str, status: PairStatus = PairStatus.FOUND
) -> PairSummary:
    told = {row.id: row.sentence for row in _ROWS}
    return PairSummary(
        members=("kratom", name),
        names=("kratom", name),
        status=status,
        severity=severity,
        certainty=Certainty.LOW,
        sentence=told[rows[0]] if rows else f"Kratom with {name}: nothing is told.",
        rows=rows,
    )


INTERACTIONS = InteractionsResult(
    headline="One combination needs action now: kratom with alprazolam.",
    rows=_ROWS,
    not_checked=(
        NotChecked(
            name="Sertralin forte", why="no medicine of that name is known", suggestion="sertraline"
        ),
        NotChecked(name="herbal calm drops", why="the ingredients are not known"),
    ),
    recognised={"Xanax": "alprazolam", "Zoloft": "sertraline", "Cold relief": "paracetamol"},
    components={"Cold relief": ("paracetamol", "dextromethorphan")},
    findings=(finding("Five of seven entries were checked.", Severity.MINOR),),
    missing=(Missing(field="medicines[2].dose_mg", cost="The size of the change is wider."),),
    no_effect=Estimate(
        value=None, unit="ratio", low=0.8, high=1.25, interval="limits of no effect",
        facts=("ddi/midazolam",),
    ),
    pairs=(
        _pair("alprazolam", Severity.URGENT, "pd.respiratory.alprazolam", "pd.shared.sedation"),
        _pair("quetiapine", Severity.MAJOR, "pk.quetiapine"),
        _pair("sertraline", Severity.MODERATE, "pk.sertraline"),
        _pair("clarithromycin", Severity.MODERATE, "pk.clarithromycin"),
        _pair("dextromethorphan", Severity.INFO, "pk.dextromethorphan"),
        _pair("cannabis", Severity.INFO, status=PairStatus.NOT_JUDGED),
        _pair("paracetamol", Severity.INFO, status=PairStatus.NOTHING_FOUND),
    ),
    about_ratios="An interval is about the average person; one person can differ more.",
)  # fmt: skip

SIDE_EFFECTS = SideEffectsResult(
    headline="Constipation was reported; seizure and liver injury are rare but serious.",
    effects=(
        SideEffect(
            id="constipation",
            name="Constipation",
            reported_by_person=True,
            frequency=Estimate(
                value=14, unit="%", low=11, high=18, interval="95 % CI", facts=("safety/seizure",)
            ),
            population="regular users in a survey",
            caution="Self-selected sample.",
            watch="Bowel habit.",
            facts=("safety/seizure",),
        ),
        SideEffect(
            id="liver",
            name="Liver injury",
            reported_by_person=False,
            frequency=None,
            population="case reports",
            caution="A count of reports is no incidence.",
            watch="Jaundice, dark urine; ALT if symptoms.",
        ),
    ),
    monitoring=(finding("Check ALT and bilirubin if symptoms appear.", Severity.MODERATE),),
    findings=(finding("Poison-centre percentages are not incidences.", Severity.INFO),),
)


def law_layer(
    level: str, place: str, name: str, substance: str, status: str, **more: Any
) -> LawLayer:
    base: dict[str, Any] = {
        "min_age": None,
        "limits": "",
        "effective_from": None,
        "effective_to": None,
        "as_of": "2026-11-20",
        "confidence": "high",
        "verified": True,
        "instrument": "",
        "note": "",
        "stale": "",
        "source": None,
        "fact": "",
    }
    return LawLayer(
        level=level, place=place, place_name=name, substance=substance, status=status,
        **{**base, **more},
    )  # fmt: skip


LAW = LawResult(
    place="US-TN",
    place_name="Tennessee, United States",
    date="2026-11-22",
    layers=(
        law_layer("country", "US", "United States", "leaf", "unclear",
                  limits="Not lawfully marketed as a supplement.", confidence="medium",
                  instrument="FDA statement", note="Not scheduled federally.",
                  source=LawSource(title="FDA and kratom", url="https://fda.example.gov/kratom")),
        law_layer("state", "US-TN", "Tennessee", "leaf", "age_restricted", min_age=21,
                  limits="Natural form only; labelled.", effective_from="2018-07-01",
                  instrument="Tennessee Code 39-17-452", fact="law/us-tn/leaf",
                  source=LawSource(title="Tennessee Code",
                                   url="https://law.example.org/tn/39-17-452")),
        law_layer("state", "US-TN", "Tennessee", "7-oh", "prohibited", verified=False,
                  effective_from="2026-01-01", effective_to="2027-01-01", confidence="low",
                  stale="last read 400 days ago", as_of="2025-10-18",
                  readings=("prohibited", "no_specific_law"), possession="offence",
                  pending="A bill passed the house.", facts=("law/us-tn/leaf",)),
        law_layer("locality", "US-TN/memphis", "Memphis", "leaf", "no_specific_law", as_of=None),
    ),
    leading={"leaf": "age_restricted", "mitragynine": "unclear", "7-oh": "prohibited"},
    leading_words={
        "leaf": "Allowed from age 21, natural form only",
        "mitragynine": "Unclear",
        "7-oh": "Prohibited (not verified)",
    },
    headline="Leaf is restricted to adults of 21 and over; 7-OH products appear to be prohibited.",
    upcoming=(finding("A bill to schedule kratom is before the state senate.", Severity.MINOR,
                      "law/us-tn/leaf", certainty=Certainty.LOW),),
    findings=(finding("A local rule may be stricter.", Severity.MINOR),),
    missing=(Missing(field="place.locality", cost="Something stays open (place.locality)."),),
    disclaimer="Information about law, not legal advice.",
)  # fmt: skip

_AGAINST_WAITING = Comparison(
    against=Against.WAITING_LIST,
    comparator="being on a waiting list",
    option="Group CBT",
    pooled=True,
    outcome="Severity of anxiety at the end",
    measure="SMD",
    estimate=Estimate(
        value=-0.71, unit="SMD", low=-0.93, high=-0.49, interval="95 % CI", facts=("evidence/ssri",)
    ),
    direction=Side.BETTER,
    favours="Favours group CBT over being on a waiting list",
    like="SMD",
    better_above=False,
    ratio=False,
    k=2,
    n=131,
    design="our own pool of 2 studies (REML)",
    certainty=Certainty.LOW,
    certainty_reason="Small trials with a passive control.",
    domains=(
        Domain(name="imprecision", level="serious", reason="Few people.", by="curator"),
        Domain(name="indirectness", level="none", reason="All in GAD.", by="signal"),
    ),
    prediction=Estimate(
        value=None, unit="SMD", low=-1.4, high=0.02, interval="95 % prediction interval"
    ),
    heterogeneity="tau² 0.13, I² 37 %",
    absolute=(
        Absolute(
            what="difference in people",
            estimate=Estimate(value=28.0, unit="people", low=12.0, high=41.0, interval="95 % CI"),
            words="response in 45 of 100 with it, 17 without",
            assumed="Assumed: 17 of 100 without it.",
        ),
        Absolute(
            what="number needed to treat",
            estimate=None,
            words="3.6 (2.4 to 8.3)",
            assumed="Assumed: the same.",
        ),
    ),
    not_said=("No points of the GAD-7: no standard deviation on record.",),
    studies=(
        StudyEffect(
            name="Doe 1999",
            year=1999,
            weight=43.0,
            n=52,
            risk_of_bias="high",
            estimate=Estimate(value=-0.62, unit="SMD", low=-1.18, high=-0.06, interval="95 % CI"),
        ),
        StudyEffect(
            name="Roe 2007",
            year=2007,
            weight=57.0,
            n=79,
            risk_of_bias="some concerns",
            estimate=Estimate(value=-0.78, unit="SMD", low=-1.24, high=-0.32, interval="95 % CI"),
        ),
    ),
    sensitivity=(
        Sensitivity(name="low risk of bias only", k=0, estimate=None, why="no study is"),
        Sensitivity(
            name="normal interval",
            k=2,
            why="",
            estimate=Estimate(value=-0.7, unit="SMD", low=-0.9, high=-0.5, interval="95 % CI"),
        ),
    ),
    graded=True,
    young=True,
    people="people with little anxiety",
    what_changed="One study was added.",
    facts=("evidence/ssri",),
)
_AGAINST_PLACEBO = Comparison(
    against=Against.PILL_PLACEBO,
    comparator="placebo",
    option="SSRI",
    pooled=False,
    outcome="Anxiety symptoms at 8 to 12 weeks",
    measure="SMD",
    estimate=Estimate(value=-0.33, unit="", low=-0.4, high=-0.26, interval="95 % CI"),
    direction=Side.BETTER,
    favours="favours SSRI",
    like="SMD",
    better_above=False,
    ratio=False,
    k=41,
    network="all made-up medicines",
    n=12655,
    design="network meta-analysis",
    certainty=Certainty.HIGH,
    certainty_reason="many trials, consistent",
    rows=("ssri",),
    facts=("evidence/ssri",),
)

EVIDENCE = EvidenceResult(
    headline="No randomised trial of kratom in anxiety exists; established options have trials.",
    kratom=(
        finding(
            "Whether kratom helps generalized anxiety is unknown: no trial has tested it.",
            Severity.MAJOR,
            certainty=Certainty.UNKNOWN,
            tone=Tone.WARNING,
            detail="Users report relief; surveys cannot show effect.",
        ),
    ),
    options=(
        EffectRow(
            id="ssri",
            option="SSRI",
            group="Medicines",
            comparator="placebo",
            outcome="Anxiety symptoms at 8 to 12 weeks",
            measure="SMD",
            estimate=Estimate(
                value=-0.33, unit="", low=-0.4, high=-0.26, interval="95 % CI",
                facts=("evidence/ssri",),
            ),
            statement="A small to moderate fall of symptoms.",
            favours="favours SSRI",
            design="network meta-analysis",
            k=41,
            network="all made-up medicines",
            n=12655,
            certainty=Certainty.HIGH,
            certainty_reason="many trials, consistent",
            cautions="Not comparable with effects against a waiting list.",
            facts=("evidence/ssri",),
        ),
        EffectRow(
            id="cbt",
            option="Cognitive behavioural therapy",
            group="Psychological",
            comparator="waiting list",
            outcome="Anxiety symptoms after treatment",
            measure="Hedges g",
            estimate=Estimate(value=-0.8, unit="", low=-0.98, high=-0.62, interval="95 % CI"),
            statement="A large fall against waiting.",
            favours="favours CBT",
            design="meta-analysis",
            k=42,
            n=None,
            certainty=Certainty.MODERATE,
            certainty_reason="waiting-list controls inflate effects",
            cautions="",
            facts=(),
        ),
        EffectRow(
            id="kava",
            option="Kava",
            group="Herbal",
            comparator="placebo",
            outcome="Response",
            measure="RR",
            estimate=None,
            statement="Trials disagree.",
            favours="interval includes no effect",
            design="trials",
            k=None,
            n=None,
            certainty=Certainty.VERY_LOW,
            certainty_reason="inconsistent",
            cautions="Liver injury.",
            facts=(),
        ),
    ),
    kratom_trials=(
        Report(id="t1", design="randomised trial in opioid withdrawal", n=40,
               finding="Not about anxiety.", cannot_show="Any effect on GAD.", facts=()),
    ),
    user_reports=(
        Report(id="u1", design="online survey", n=2798, finding="67 % said it helped anxiety.",
               cannot_show="Cause and effect.", facts=("kratom/content/leaf",),
               population="adults who answered", comparator="nobody", outcome="recalled relief"),
    ),
    preclinical=(
        Report(id="p1", design="mouse study", n=None, finding="Anxiolytic-like behaviour.",
               cannot_show="Benefit in people.", facts=()),
    ),
    harms=(
        Report(id="h1", design="poison-centre calls", n=1807, finding="Agitation, tachycardia.",
               cannot_show="How often it happens.", facts=("safety/seizure",)),
    ),
    findings=(finding("Effects against different controls must not be ranked.", Severity.MINOR),),
    missing=(Missing(field="preferences.tried", cost="Something stays open (preferences.tried)."),),
    ranked=(
        RankedOption(
            id="ssri-option", option="An SSRI tablet", group="medicine", standing=Standing.CAUTION,
            why=("Bleeding with pain killers.",), history=("Sertraline was tried before.",),
            wish="not wanted", certainty=Certainty.HIGH, comparisons=(_AGAINST_PLACEBO,),
        ),
        RankedOption(
            id="group-option", option="CBT in a group", group="psychological",
            standing=Standing.UNKNOWN, why=("Ask about the evenings.",),
            history=("Wanted: help in a group.",), wish="wanted", certainty=Certainty.LOW,
            comparisons=(_AGAINST_WAITING,),
        ),
        RankedOption(
            id="nap-option",
            option="Napping",
            group="lifestyle",
            standing=Standing.USABLE,
            why=(),
            history=(),
            wish="",
            certainty=Certainty.UNKNOWN,
            comparisons=(
                Comparison(
                    against=Against.WAITING_LIST,
                    comparator="waiting list",
                    option="Cognitive behavioural therapy",
                    pooled=False,
                    outcome="Anxiety symptoms after treatment",
                    measure="Hedges g",
                    estimate=Estimate(
                        value=-0.8, unit="", low=-0.98, high=-0.62, interval="95 % CI"
                    ),
                    direction=Side.BETTER,
                    favours="favours CBT",
                    like="SMD",
                    better_above=True,
                    ratio=True,
                    k=42,
                    n=None,
                    design="meta-analysis",
                    certainty=Certainty.UNKNOWN,
                    certainty_reason="waiting-list controls inflate effects",
                    rows=("cbt",),
                ),
            ),
        ),
        RankedOption(
            id="kava-option", option="Kava tablets", group="herbal", standing=Standing.AVOID,
            why=("Not with a liver signal.",), history=(), wish="", certainty=Certainty.VERY_LOW,
            comparisons=(
                msgspec.structs.replace(
                    _AGAINST_PLACEBO, option="Kava", estimate=None, rows=("kava",), facts=(),
                    direction=Side.IN_WORDS, certainty=Certainty.VERY_LOW,
                    favours="interval includes no effect",
                ),
            ),
        ),
    ),
    how_ranked=("Surest first.", "Never size against unlike size.", "A wish moves nothing."),
    kratom_row=KratomRow(
        title="The leaf", trials="None in anxiety was found.", certainty=Certainty.VERY_LOW,
        harms="Dependence, above all.", seven_oh="Concentrates: still less is known.",
        facts=("safety/seizure",),
    ),
    not_ranked={"cbt": "Not about one option."},
    pooled_besides=(
        msgspec.structs.replace(
            _AGAINST_WAITING, option="Any talking therapy", about_benefit=False, studies=()
        ),
    ),
    certainties={"cbt": Certainty.MODERATE},
)  # fmt: skip

PLAN = PlanResult(
    headline="Make today safe, clarify kratom's part, offer a first-line treatment.",
    step="Step 3",
    why_this_step="Severe symptoms with marked impairment.",
    sections=(
        PlanSection(
            id="now",
            title="Now",
            lead="Before anything else.",
            items=(
                PlanItem(
                    id="risk",
                    title="Assess suicide risk in person",
                    standing="do",
                    what="Ask about intent, plan, means and protection.",
                    why="Item 9 was positive.",
                    certainty=Certainty.HIGH,
                    certainty_words="Agreed in every guideline.",
                    decided_by="the treating clinician",
                    cautions=("A denied plan does not exclude risk.",),
                    for_this_person=("Lives alone; ask who can stay.",),
                    facts=("instruments/gad7/band",),
                ),
            ),
            notes=(finding("Said once for several items.", Severity.MAJOR, tone=Tone.WARNING),),
        ),
        PlanSection(
            id="treatment",
            title="Treatment of anxiety",
            lead="Offer the choice between psychological treatment and medicine.",
            items=(
                PlanItem(
                    id="cbt", title="Cognitive behavioural therapy", standing="offer",
                    what="12 to 15 weekly sessions.", why="Best supported psychological treatment.",
                    certainty=Certainty.MODERATE, certainty_words="Probably helps.",
                    decided_by="the person with the clinician",
                ),
                PlanItem(
                    id="ssri", title="SSRI", standing="offer", what="Review at two weeks.",
                    why="First-line medicine.", certainty=Certainty.HIGH,
                    certainty_words="Helps on average.", decided_by="the prescriber",
                    cautions=("Already takes sertraline: check dose and duration first.",),
                    facts=("evidence/ssri",),
                ),
                PlanItem(
                    id="benzo", title="Benzodiazepines", standing="avoid",
                    what="Do not start or raise.", why="Kratom adds to sedation.",
                    certainty=Certainty.MODERATE, certainty_words="Reported deaths.",
                    decided_by="the prescriber",
                ),
            ),
        ),
        PlanSection(
            id="kratom",
            title="Kratom, weighed",
            lead="Speciosa does not recommend kratom and proposes no amount.",
            items=(
                PlanItem(
                    id="kratom", title="Present kratom use", standing="weigh",
                    what="Talk through what it gives and what it costs.",
                    why="Dependence is likely.", certainty=Certainty.LOW,
                    certainty_words="Little is known.", decided_by="the person, informed",
                ),
            ),
        ),
    ),
    findings=(finding("Abrupt stopping can cause withdrawal.", Severity.MAJOR, tone=Tone.WARNING),),
    missing=(Missing(field="preferences.goals", cost="Something stays open (preferences.goals)."),),
    first_steps=(
        PlanItem(
            id="first.risk", title="Assess suicide risk today", standing="do",
            what="Ask about intent and plan before the visit ends.", why="Item 9 was positive.",
            certainty=Certainty.HIGH, certainty_words="Agreed in every guideline.",
            decided_by="the treating clinician",
        ),
    ),
)  # fmt: skip

CONSULTATION = ConsultationResult(
    headline="Ask without judgement; explain what is and is not known.",
    ask=(Question(text="What does kratom do for you, and when?", why="Separates relief from "
                  "withdrawal."),),
    tell=(Advice(topic="Evidence", text="Nobody has tested kratom for anxiety in a proper trial.",
                 facts=("evidence/ssri",)),),
    refer=(Referral(to="Addiction service", when="if stopping fails", why="Withdrawal support.",
                    facts=("kratom/half_life",)),),
)  # fmt: skip

FOLLOW_UP = FollowUpResult(
    headline="See again within a week; repeat GAD-7 every two weeks.",
    visits=(
        Visit(when="within 1 week", date="2026-11-29", measure=("risk", "side effects"),
              decide="Is it safe to go on?", facts=("instruments/gad7/rci",)),
        Visit(when="4 weeks", date="2026-12-20", measure=("GAD-7", "PHQ-9"),
              decide="Step up, stay or step down?"),
    ),
    what_counts=(finding("A GAD-7 fall of 6 is reliable; 4 to 5 is possible change.",
                         Severity.INFO, "instruments/gad7/rci"),),
    step_up_if=(finding("No reliable fall after 8 weeks.", Severity.MODERATE),),
    annotate=("Kratom product and amount on the day of each score.",),
)  # fmt: skip

RULES = (
    FiredRule(
        id="SR-CRISIS-01",
        title="Crisis comes first",
        because="PHQ-9 item 9 is above 0",
        must=("show crisis contacts first",),
        must_not=("hide them behind a summary",),
        severity="urgent",
        facts=("instruments/gad7/band",),
        certainty="high",
        condition="PHQ-9 item 9 above 0, or suicidal thoughts among the signs",
        basis="guideline",
    ),
    FiredRule(
        id="SR-PREG-01",
        title="Pregnancy and kratom",
        because="pregnancy was not asked about",
        must=("ask about pregnancy",),
        must_not=("assume that she is not pregnant",),
        severity="major",
        conditional=True,
    ),
    FiredRule(
        id="SR-NODOSE-01",
        title="No kratom dose",
        because="kratom is in use",
        must=("describe amounts as used",),
        must_not=("propose an amount", "propose a taper"),
        severity="major",
    ),
)

MISSING = (
    Missing(
        field="person.weight_kg",
        cost="Predicted concentrations are wider.",
        how="Weigh today.",
        severity=Severity.MODERATE,
    ),
    Missing(field="labs.alt", cost="Liver injury cannot be judged.", severity=Severity.MAJOR),
)

PROVENANCE = Provenance(
    speciosa_version="0.1.0",
    knowledge_release="2026.11",
    knowledge_date="2026-11-22",
    seed=20261122,
    input_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    evidence_overlay="c0ffee5a1adbad",
    intended_use="Supports a clinician's own judgement. Not a medical device; not for emergencies.",
)
