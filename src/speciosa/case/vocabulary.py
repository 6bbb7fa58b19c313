"""The words a case may use. Each is a name, never a judgement."""

from __future__ import annotations

from enum import StrEnum


class Sex(StrEnum):
    """Sex as it matters to body size and pregnancy."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Pregnancy(StrEnum):
    """Pregnancy status; leave the field out where it was not asked."""

    PREGNANT = "pregnant"
    TRYING = "trying"
    POSSIBLE = "possible"
    NOT_PREGNANT = "not_pregnant"


class ChildPugh(StrEnum):
    """Child-Pugh class of a known liver disease, or ``none`` when asked and absent."""

    NONE = "none"
    A = "A"
    B = "B"
    C = "C"


class Phenotype(StrEnum):
    """Metaboliser phenotype in CPIC's words."""

    POOR = "poor"
    INTERMEDIATE = "intermediate"
    NORMAL = "normal"
    RAPID = "rapid"
    ULTRARAPID = "ultrarapid"


class Impairment(StrEnum):
    """How much anxiety gets in the way of daily life, as judged in the interview."""

    NONE = "none"
    SOME = "some"
    MARKED = "marked"
    VERY_MARKED = "very_marked"


class Difficulty(StrEnum):
    """The functional question that follows the PHQ family of screeners."""

    NOT_DIFFICULT = "not_difficult"
    SOMEWHAT = "somewhat_difficult"
    VERY = "very_difficult"
    EXTREMELY = "extremely_difficult"


class LifeArea(StrEnum):
    """Areas of daily life that can be impaired."""

    WORK = "work"
    STUDY = "study"
    HOME = "home"
    RELATIONSHIPS = "relationships"
    SOCIAL = "social"
    PARENTING = "parenting"
    DRIVING = "driving"
    SLEEP = "sleep"
    SELF_CARE = "self_care"


class WorryFeature(StrEnum):
    """Features of generalized anxiety, in the order in which they are usually asked."""

    EXCESSIVE_WORRY = "excessive_worry"
    HARD_TO_CONTROL = "hard_to_control"
    RESTLESSNESS = "restlessness"
    FATIGUE = "fatigue"
    POOR_CONCENTRATION = "poor_concentration"
    IRRITABILITY = "irritability"
    MUSCLE_TENSION = "muscle_tension"
    SLEEP_DISTURBANCE = "sleep_disturbance"


class Sign(StrEnum):
    """Signs that can need action now. Say which are present and which were asked and absent."""

    SUICIDAL_THOUGHTS = "suicidal_thoughts"
    SUICIDAL_INTENT = "suicidal_intent"
    SUICIDAL_PLAN = "suicidal_plan"
    SUICIDE_ATTEMPT_RECENT = "suicide_attempt_recent"
    CANNOT_STAY_SAFE = "cannot_stay_safe"
    HARM_TO_OTHERS = "harm_to_others"
    PSYCHOSIS = "psychosis"
    MANIA = "mania"
    SEVERE_AGITATION = "severe_agitation"
    OVERDOSE = "overdose"
    SLOW_BREATHING = "slow_breathing"
    CANNOT_BE_WOKEN = "cannot_be_woken"
    SEIZURE = "seizure"
    FEVER = "fever"
    CLONUS = "clonus"
    TREMOR = "tremor"
    SWEATING = "sweating"
    AGITATION = "agitation"
    CONFUSION = "confusion"
    JAUNDICE = "jaundice"
    DARK_URINE = "dark_urine"
    PRURITUS = "pruritus"
    ABDOMINAL_PAIN = "abdominal_pain"
    CHEST_PAIN = "chest_pain"
    FAINTING = "fainting"
    PALPITATIONS = "palpitations"
    ALCOHOL_WITHDRAWAL = "alcohol_withdrawal"
    BENZODIAZEPINE_WITHDRAWAL = "benzodiazepine_withdrawal"
    CHILD_PROTECTION_CONCERN = "child_protection_concern"
    VIOLENCE_CONCERN = "violence_concern"


class KnownCondition(StrEnum):
    """Conditions that change what Speciosa says. Any other name is kept and shown as not used."""

    DEPRESSION = "depression"
    BIPOLAR_DISORDER = "bipolar_disorder"
    PSYCHOSIS = "psychosis"
    PANIC_DISORDER = "panic_disorder"
    SOCIAL_ANXIETY = "social_anxiety"
    PTSD = "ptsd"
    OCD = "ocd"
    ADHD = "adhd"
    AUTISM = "autism"
    SUICIDE_ATTEMPT = "suicide_attempt"
    OPIOID_USE_DISORDER = "opioid_use_disorder"
    ALCOHOL_USE_DISORDER = "alcohol_use_disorder"
    SEDATIVE_USE_DISORDER = "sedative_use_disorder"
    OTHER_SUBSTANCE_USE_DISORDER = "other_substance_use_disorder"
    SEIZURES = "seizures"
    HEAD_INJURY = "head_injury"
    LIVER_DISEASE = "liver_disease"
    KIDNEY_DISEASE = "kidney_disease"
    LONG_QT = "long_qt"
    ARRHYTHMIA = "arrhythmia"
    HEART_DISEASE = "heart_disease"
    HYPERTENSION = "hypertension"
    THYROID_DISEASE = "thyroid_disease"
    PHAEOCHROMOCYTOMA = "phaeochromocytoma"
    ANAEMIA = "anaemia"
    ASTHMA = "asthma"
    COPD = "copd"
    SLEEP_APNOEA = "sleep_apnoea"
    INSOMNIA = "insomnia"
    CHRONIC_PAIN = "chronic_pain"
    DIABETES = "diabetes"
    DEMENTIA = "dementia"
    FALLS = "falls"
    GLAUCOMA = "glaucoma"
    HYPONATRAEMIA = "hyponatraemia"
    BLEEDING = "bleeding"


class ConditionStatus(StrEnum):
    """When a condition was or is present; ``absent`` means asked and not there."""

    CURRENT = "current"
    PAST = "past"
    FAMILY = "family"
    ABSENT = "absent"


class Route(StrEnum):
    """Route of a medicine."""

    ORAL = "oral"
    SUBLINGUAL = "sublingual"
    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    TRANSDERMAL = "transdermal"
    INHALED = "inhaled"
    NASAL = "nasal"
    RECTAL = "rectal"
    TOPICAL = "topical"


class KratomStatus(StrEnum):
    """Where the person stands with kratom."""

    NEVER = "never"
    ASKING = "asking"
    USING = "using"
    STOPPED = "stopped"


class KratomForm(StrEnum):
    """Form of a kratom product as sold."""

    LEAF_POWDER = "leaf_powder"
    CAPSULE = "capsule"
    TEA = "tea"
    FRESH_LEAF = "fresh_leaf"
    EXTRACT = "extract"
    EXTRACT_SHOT = "extract_shot"
    SEVEN_OH_PRODUCT = "7_oh_product"
    PSEUDOINDOXYL_PRODUCT = "pseudoindoxyl_product"
    UNKNOWN = "unknown"


class KratomReason(StrEnum):
    """Why the person uses, or asks about, kratom."""

    ANXIETY = "anxiety"
    DEPRESSION = "depression"
    PAIN = "pain"
    SLEEP = "sleep"
    ENERGY = "energy"
    OPIOID_WITHDRAWAL = "opioid_withdrawal"
    ALCOHOL_REPLACEMENT = "alcohol_replacement"
    AVOIDING_WITHDRAWAL = "avoiding_kratom_withdrawal"
    RECREATION = "recreation"
    OTHER = "other"


class WithdrawalSign(StrEnum):
    """What the person notices between doses or after missing one."""

    ANXIETY = "anxiety"
    RESTLESSNESS = "restlessness"
    IRRITABILITY = "irritability"
    LOW_MOOD = "low_mood"
    INSOMNIA = "insomnia"
    CRAVING = "craving"
    RUNNY_NOSE = "runny_nose"
    SWEATING = "sweating"
    ACHES = "aches"
    TREMOR = "tremor"
    NAUSEA = "nausea"
    DIARRHOEA = "diarrhoea"
    NONE = "none"


class UseCriterion(StrEnum):
    """The eleven DSM-5 criteria of a substance use disorder, in short names."""

    MORE_THAN_MEANT = "more_than_meant"
    FAILED_TO_CUT_DOWN = "failed_to_cut_down"
    MUCH_TIME = "much_time"
    CRAVING = "craving"
    ROLE_FAILURE = "role_failure"
    SOCIAL_PROBLEMS = "social_problems"
    ACTIVITIES_GIVEN_UP = "activities_given_up"
    HAZARDOUS_USE = "hazardous_use"
    USE_DESPITE_HARM = "use_despite_harm"
    TOLERANCE = "tolerance"
    WITHDRAWAL = "withdrawal"


class SideEffect(StrEnum):
    """Unwanted effects the person has noticed on kratom."""

    NAUSEA = "nausea"
    VOMITING = "vomiting"
    CONSTIPATION = "constipation"
    DROWSINESS = "drowsiness"
    DIZZINESS = "dizziness"
    SWEATING = "sweating"
    DRY_MOUTH = "dry_mouth"
    ITCHING = "itching"
    PALPITATIONS = "palpitations"
    AGITATION = "agitation"
    ANXIETY = "anxiety"
    TREMOR = "tremor"
    INSOMNIA = "insomnia"
    LOSS_OF_APPETITE = "loss_of_appetite"
    WEIGHT_LOSS = "weight_loss"
    LOW_LIBIDO = "low_libido"
    HAIR_LOSS = "hair_loss"
    CONFUSION = "confusion"
    HALLUCINATIONS = "hallucinations"
    SEIZURE = "seizure"
    OTHER = "other"


class TreatmentStyle(StrEnum):
    """Kinds of help a person may prefer or want to avoid."""

    PSYCHOLOGICAL = "psychological"
    MEDICINE = "medicine"
    SELF_HELP = "self_help"
    DIGITAL = "digital"
    GROUP = "group"
    INDIVIDUAL = "individual"
    EXERCISE = "exercise"
    MINDFULNESS = "mindfulness"
    YOGA = "yoga"
    HERBAL = "herbal"


class Outcome(StrEnum):
    """What came of a treatment tried before."""

    HELPED = "helped"
    PARTLY_HELPED = "partly_helped"
    NO_EFFECT = "no_effect"
    NOT_TOLERATED = "not_tolerated"
    NOT_FINISHED = "not_finished"


class LabName(StrEnum):
    """Laboratory and bedside measurements that change the assessment."""

    ALT = "alt"
    AST = "ast"
    ALP = "alp"
    BILIRUBIN = "bilirubin"
    INR = "inr"
    SODIUM = "sodium"
    POTASSIUM = "potassium"
    MAGNESIUM = "magnesium"
    EGFR = "egfr"
    TSH = "tsh"
    HAEMOGLOBIN = "haemoglobin"
    QTC = "qtc"
    MITRAGYNINE_PLASMA = "mitragynine_plasma"
    SEVEN_OH_PLASMA = "7_hydroxymitragynine_plasma"


# Levels of what is in the products: a result can be below what the laboratory can measure.
PLASMA_LEVELS = (LabName.MITRAGYNINE_PLASMA, LabName.SEVEN_OH_PLASMA)

LAB_UNITS: dict[LabName, tuple[str, ...]] = {
    LabName.ALT: ("U/L",),
    LabName.AST: ("U/L",),
    LabName.ALP: ("U/L",),
    LabName.BILIRUBIN: ("umol/L", "mg/dL"),
    LabName.INR: ("ratio",),
    LabName.SODIUM: ("mmol/L", "mEq/L"),
    LabName.POTASSIUM: ("mmol/L", "mEq/L"),
    LabName.MAGNESIUM: ("mmol/L", "mg/dL"),
    LabName.EGFR: ("mL/min/1.73m2",),
    LabName.TSH: ("mIU/L",),
    LabName.HAEMOGLOBIN: ("g/L", "g/dL"),
    LabName.QTC: ("ms",),
    LabName.MITRAGYNINE_PLASMA: ("ng/mL",),
    LabName.SEVEN_OH_PLASMA: ("ng/mL",),
}
