"""Every cell of the case form, in the order of the document; together they cover the whole case."""

from __future__ import annotations

from speciosa.case import vocabulary as v
from speciosa.web.pages.form.amounts import KratomAmount, Often
from speciosa.web.pages.form.cells import Asked, Cell, Kind, Leaf, Quantity, Questionnaire

KG_PER_LB = 0.45359237
CM_PER_INCH = 2.54

TEXT, NUMBER, WHOLE, FLAG, MANY = Kind.TEXT, Kind.NUMBER, Kind.WHOLE, Kind.FLAG, Kind.MANY

SIGNS = Asked("signs", "present", "absent", tuple(v.Sign), "signs.present", "signs.absent")
QUESTIONNAIRES = {
    "gad7": Questionnaire("symptoms.gad7", 7),
    "phq9": Questionnaire("symptoms.phq9", 9, ("item9",)),
    "isi": Questionnaire("symptoms.isi", 7),
    "audit_c": Questionnaire("symptoms.audit_c", 3),
}
TOTALS = ("pswq", "ham_a", "cows", "sows", "kratom_dependence_scale")

CELLS: tuple[Cell, ...] = (
    Leaf("date"),
    Leaf("place"),
    Leaf("person.age_years", NUMBER),
    Leaf("person.sex"),
    Quantity("person.weight_kg", "person.weight", {"kg": 1.0, "lb": KG_PER_LB}, 1),
    Quantity("person.height_cm", "person.height", {"cm": 1.0, "in": CM_PER_INCH}, 1),
    Leaf("person.pregnancy"),
    Leaf("person.pregnancy_weeks", WHOLE),
    Leaf("person.breast_feeding", FLAG),
    Leaf("person.drives", FLAG),
    Leaf("person.safety_critical_work", FLAG),
    Leaf("person.liver.child_pugh"),
    Leaf("person.liver.disease"),
    Leaf("person.kidney.egfr_ml_min_1_73m2", NUMBER),
    Leaf("person.kidney.dialysis", FLAG),
    *(
        Leaf(f"person.{gene}.{field}", kind)
        for gene in ("cyp2d6", "cyp2c19", "cyp3a5")
        for field, kind in (("phenotype", TEXT), ("diplotype", TEXT), ("activity_score", NUMBER))
    ),
    *QUESTIONNAIRES.values(),
    *(Questionnaire(f"symptoms.{name}", 0) for name in TOTALS),
    Leaf("symptoms.duration_months", NUMBER),
    Asked(
        "symptoms.feature",
        "present",
        "absent",
        tuple(v.WorryFeature),
        "symptoms.features",
        "symptoms.features_absent",
    ),
    Leaf("symptoms.impairment"),
    Leaf("symptoms.difficulty"),
    Leaf("symptoms.impaired_areas", MANY),
    Leaf("symptoms.days_lost_last_month", WHOLE),
    Leaf("symptoms.free_text"),
    SIGNS,
    Leaf("kratom.status"),
    Leaf("kratom.since"),
    Leaf("kratom.stopped"),
    Leaf("kratom.last_use_hours_ago", NUMBER),
    Leaf("kratom.reasons", MANY),
    Leaf("kratom.between_doses", MANY),
    Leaf("kratom.attempts_to_stop", WHOLE),
    Leaf("kratom.cut_down_recently", FLAG),
    Asked(
        "kratom.criterion",
        "met",
        "absent",
        tuple(v.UseCriterion),
        "kratom.criteria_met",
        "kratom.criteria_absent",
    ),
    Leaf("kratom.side_effects", MANY),
    Leaf("kratom.note"),
    Asked(
        "preferences.style",
        "prefers",
        "avoids",
        tuple(v.TreatmentStyle),
        "preferences.prefers",
        "preferences.avoids",
    ),
    Leaf("preferences.goals", Kind.LINES),
)

ROWS: dict[str, tuple[Cell, ...]] = {
    "conditions": (Leaf("name"), Leaf("status"), Leaf("note")),
    "medicines": (
        Leaf("name"),
        Quantity("dose_mg", "dose", {"mg": 1.0, "g": 1000.0, "micrograms": 0.001}, 9),
        Often(),
        Leaf("as_needed", FLAG),
        Leaf("route"),
        Leaf("since"),
        Leaf("stopped"),
        Leaf("prescribed", FLAG),
        Leaf("planned", FLAG),
        Leaf("reason"),
    ),
    "substances": (
        Leaf("name"),
        Leaf("times_per_week", NUMBER),
        Leaf("drinks_per_week", NUMBER),
        Leaf("mg_per_day", NUMBER),
        Leaf("last_use_hours_ago", NUMBER),
        Leaf("with_kratom", FLAG),
        Leaf("note"),
    ),
    "kratom.products": (
        Leaf("form"),
        Leaf("label"),
        Leaf("strain"),
        KratomAmount(),
        Leaf("times_per_day", NUMBER),
        Leaf("days_per_week", NUMBER),
        Leaf("analysis.mitragynine_mg_per_g", NUMBER),
        Leaf("analysis.mitragynine_mg_per_unit", NUMBER),
        Leaf("analysis.seven_oh_mg_per_g", NUMBER),
        Leaf("analysis.seven_oh_mg_per_unit", NUMBER),
        Leaf("analysis.laboratory"),
    ),
    "preferences.tried": (Leaf("name"), Leaf("outcome"), Leaf("note")),
    "earlier": (
        Leaf("date"),
        Leaf("gad7", WHOLE),
        Leaf("phq9", WHOLE),
        Leaf("isi", WHOLE),
        Leaf("note"),
    ),
    "labs": (
        Leaf("name"),
        Leaf("value", NUMBER),
        Leaf("unit"),
        Leaf("upper_limit", NUMBER),
        Leaf("date"),
        Leaf("hours_after_dose", NUMBER),
        Leaf("below_limit", FLAG),
        Leaf("limit_of_quantification", NUMBER),
    ),
}
