"""Names and codes find their medicine, every part of a product, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.errors import KnowledgeError
from speciosa.knowledge import load
from speciosa.knowledge.medicines import NameKind
from speciosa.knowledge.medicines.names import normalise

MEDICINES = load().medicines


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sertraline", "sertraline"),
        ("ZOLOFT", "sertraline"),
        ("  Xanax ", "alprazolam"),
        ("alcohol", "ethanol"),
        ("weed", "cannabis"),
        ("Marijuana", "cannabis"),
        ("St John's wort", "saint_johns_wort"),
        ("St. John\u2019s-wort", "saint_johns_wort"),
        ("coffee", "caffeine"),
        ("cigarettes", "tobacco_smoke"),
        ("tobacco", "tobacco_smoke"),
        ("grapefruit", "grapefruit_juice"),
        ("venlafaxine XR 150 mg", "venlafaxine"),
        ("sodium oxybate", "sodium_oxybate"),
        ("lithium carbonate", "lithium"),
        ("Suboxone", "buprenorphine"),
        ("Spravato", "esketamine"),
        ("7-OH", "7-hydroxymitragynine"),
        ("5-HTP", "5_htp"),
        ("acetylsalicylic acid", "aspirin"),
        ("acetaminophen", "paracetamol"),
        ("Tylenol", "paracetamol"),
        ("Panadol", "paracetamol"),
        ("albuterol", "salbutamol"),
        ("Ventolin", "salbutamol"),
        ("chlorpheniramine", "chlorphenamine"),
        ("cyclosporine", "ciclosporin"),
        ("rifampin", "rifampicin"),
        ("pethidine", "meperidine"),
        ("frusemide", "furosemide"),
        ("dothiepin", "dosulepin"),
        ("Elvanse", "lisdexamfetamine"),
        ("Stilnox", "zolpidem"),
        ("Efexor", "venlafaxine"),
        ("sceletium", "kanna"),
        ("poppers", "alkyl_nitrites"),
        ("GHB", "sodium_oxybate"),
        ("valerian root", "valerian"),
    ],
)
def test_a_known_name_finds_its_medicine(typed: str, expected: str) -> None:
    found = MEDICINES.find(typed)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    "name", ["kratom", "Kratom tea", "Mitragyna speciosa", "ketum", "Maeng Da", "kratom 5 g"]
)
def test_kratom_is_never_a_medicine(name: str) -> None:
    assert MEDICINES.find(name) is None
    assert MEDICINES.match(name).kind is NameKind.KRATOM


@pytest.mark.parametrize(
    "name", ["SSRI", "benzos", "blood thinner", "opioids", "cough syrup", "sleep aid", "steroids"]
)
def test_a_class_is_not_a_medicine(name: str) -> None:
    assert MEDICINES.find(name) is None
    assert MEDICINES.match(name).kind is NameKind.CLASS


@pytest.mark.parametrize(
    "name",
    [
        "kombucha",
        "",
        " ",
        "zzz",
        "mg",
        "150 mg",
        "sertralin",
        "magnesium salicylate",
        "potassium bromide",
        "(50 mg)",
    ],
)
def test_an_unknown_name_finds_nothing(name: str) -> None:
    assert MEDICINES.find(name) is None
    assert MEDICINES.match(name).kind is NameKind.UNKNOWN


@pytest.mark.parametrize(
    ("typed", "expected", "set_aside"),
    [
        ("Zoloft 50mg", "sertraline", ("50mg",)),
        ("Effexor XR", "venlafaxine", ("xr",)),
        ("Seroquel XR", "quetiapine", ("xr",)),
        ("sertraline 100 mg tablet", "sertraline", ("100", "mg", "tablet")),
        ("sertraline hydrochloride", "sertraline", ("hydrochloride",)),
        ("quetiapine fumarate ER", "quetiapine", ("fumarate", "er")),
        ("levothyroxine sodium", "levothyroxine", ("sodium",)),
        ("lithium carbonate MR 400 mg", "lithium", ("mr", "400", "mg")),
        ("0.5 mg Xanax", "alprazolam", ("0.5", "mg")),
        ("Xanax .25 mg prn", "alprazolam", (".25", "mg", "prn")),
        ("50 \u00b5g fentanyl patch", "fentanyl", ("50", "ug")),
        ("Zoloft (50 mg)", "sertraline", ("50", "mg")),
        ("Zoloft (sertraline) 50 mg", "sertraline", ("50", "mg")),
        ("salbutamol inhaler", "salbutamol", ("inhaler",)),
    ],
)
def test_words_of_strength_and_form_are_set_aside_and_told(
    typed: str, expected: str, set_aside: tuple[str, ...]
) -> None:
    match = MEDICINES.match(typed)
    assert [m.id for m in match.medicines] == [expected]
    assert match.set_aside == set_aside


def test_nothing_is_set_aside_from_a_plain_name() -> None:
    for name in ("sertraline", "Tylenol 3", "7-OH", "Microgynon 30", "magnesium citrate"):
        assert MEDICINES.match(name).set_aside == (), name


@pytest.mark.parametrize(
    ("typed", "parts", "unknown"),
    [
        ("Nuedexta", ["dextromethorphan", "quinidine"], ()),
        ("paxlovid", ["ritonavir"], ("nirmatrelvir",)),
        ("Percocet", ["oxycodone", "paracetamol"], ()),
        ("Percocet 5/325", ["oxycodone", "paracetamol"], ()),
        ("co-codamol 30/500", ["codeine", "paracetamol"], ()),
        ("Tylenol PM", ["paracetamol", "diphenhydramine"], ()),
        ("NyQuil", ["paracetamol", "dextromethorphan", "doxylamine"], ()),
        ("Night Nurse", ["paracetamol", "promethazine", "dextromethorphan"], ()),
        ("co-amoxiclav 500/125", ["amoxicillin"], ("clavulanic acid",)),
        ("Librax", ["chlordiazepoxide"], ("clidinium",)),
        ("Auvelity", ["dextromethorphan", "bupropion"], ()),
        ("Fioricet", ["butalbital", "paracetamol", "caffeine"], ()),
        ("Yaz", ["ethinylestradiol", "drospirenone"], ()),
        ("Microgynon 30", ["ethinylestradiol", "levonorgestrel"], ()),
        ("Deanxit", ["flupentixol", "melitracen"], ()),
        ("Advair Diskus", ["fluticasone", "salmeterol"], ()),
        ("Lortab", ["hydrocodone", "paracetamol"], ()),
        # Known from the list of codes alone, not from the list kept by hand.
        ("Nalocet", ["oxycodone", "paracetamol"], ()),
    ],
)
def test_a_product_gives_every_part_and_names_the_unknown_one(
    typed: str, parts: list[str], unknown: tuple[str, ...]
) -> None:
    match = MEDICINES.match(typed)
    assert match.kind is NameKind.MEDICINE
    assert sorted(m.id for m in match.medicines) == sorted(parts)
    assert match.unknown_parts == unknown


@pytest.mark.parametrize(
    ("typed", "parts", "unknown", "kratom"),
    [
        ("oxycodone/paracetamol", ["oxycodone", "paracetamol"], (), False),
        ("hydrocodone/APAP 5-325", ["hydrocodone", "paracetamol"], (), False),
        ("buprenorphine-naloxone", ["buprenorphine", "naloxone"], (), False),
        ("codeine and paracetamol 30 mg", ["codeine", "paracetamol"], (), False),
        ("Percocet (oxycodone)", ["oxycodone", "paracetamol"], (), False),
        ("sertraline + bupropion", ["sertraline", "bupropion"], (), False),
        ("omeprazole + lots of kombucha", ["omeprazole"], ("lots of kombucha",), False),
        ("sertraline (for the nerves)", ["sertraline"], ("for the nerves",), False),
        ("kratom and phenibut", ["phenibut"], (), True),
        ("feel free", ["kava"], (), True),
    ],
)
def test_a_list_of_parts_is_taken_apart_and_no_part_is_dropped(
    typed: str, parts: list[str], unknown: tuple[str, ...], kratom: bool
) -> None:
    match = MEDICINES.match(typed)
    assert sorted(m.id for m in match.medicines) == sorted(parts)
    assert match.unknown_parts == unknown
    assert match.contains_kratom is kratom


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("Unisom", {"doxylamine", "diphenhydramine"}),
        ("sudafed", {"pseudoephedrine", "phenylephrine"}),
        ("Robitussin 200 mg", {"dextromethorphan", "guaifenesin"}),
        ("sertraline (Xanax)", {"sertraline", "alprazolam"}),
    ],
)
def test_an_ambiguous_name_is_refused_with_what_it_can_mean(
    typed: str, candidates: set[str]
) -> None:
    match = MEDICINES.match(typed)
    assert match.kind is NameKind.AMBIGUOUS
    assert {m.id for m in match.medicines} == candidates
    assert MEDICINES.find(typed) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sertralin", "sertraline"),
        ("alprazolan 2 mg", "alprazolam"),
        ("kratum", "kratom"),
        ("percoset", "Percocet"),
        ("zzz", ""),
    ],
)
def test_a_misspelling_is_suggested_never_matched(typed: str, expected: str) -> None:
    assert MEDICINES.suggest(typed) == expected
    assert MEDICINES.find(typed) is None


def test_every_name_of_every_record_finds_that_record_or_asks_which() -> None:
    for medicine in MEDICINES.all():
        for name in medicine.names:
            assert medicine.id in {m.id for m in MEDICINES.match(name).medicines}, name


def test_every_brand_means_one_medicine() -> None:
    for medicine in MEDICINES.all():
        for brand in medicine.brands:
            assert [m.id for m in MEDICINES.match(brand).medicines] == [medicine.id], brand


def test_every_product_name_gives_exactly_its_parts() -> None:
    assert len(MEDICINES.products) >= 130
    for product in MEDICINES.products:
        for name in product.names:
            match = MEDICINES.match(name)
            assert tuple(m.id for m in match.medicines) == product.contains, name
            assert match.unknown_parts == product.unknown, name
            assert match.contains_kratom is product.kratom, name


@given(
    name=st.sampled_from(sorted(m.name for m in MEDICINES.all())),
    amount=st.sampled_from(["50 mg", "0.25mg", "10 mcg", "2 tablets", "100", "5 ml"]),
    after=st.booleans(),
)
def test_a_strength_changes_neither_the_medicine_nor_hides_it(
    name: str, amount: str, *, after: bool
) -> None:
    plain = MEDICINES.match(name)
    if not after and not amount.endswith(("mg", "mcg", "ml")):
        return  # a bare number in front may belong to the name ("5-HTP")
    typed = f"{name} {amount}" if after else f"{amount} {name}"
    match = MEDICINES.match(typed)
    assert match.medicines == plain.medicines
    assert " ".join(match.set_aside).startswith(normalise(amount)[:1])


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    match = MEDICINES.match(text)
    assert (match.kind is NameKind.MEDICINE) == (
        bool(match.medicines) and match.kind is not NameKind.AMBIGUOUS
    )
    MEDICINES.suggest(text)


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(KnowledgeError, match="no-such"):
        MEDICINES.get("no-such")


RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@pytest.mark.parametrize(
    ("system", "code", "parts", "unknown"),
    [
        ("rxcui", "36437", ["sertraline"], ()),
        (RXNORM, "36437", ["sertraline"], ()),
        ("RxNorm", "312940", ["sertraline"], ()),  # sertraline 25 MG oral tablet
        ("rxcui", "6448", ["lithium"], ()),
        ("rxcui", "42351", ["lithium"], ()),  # lithium carbonate
        ("rxcui", "161", ["paracetamol"], ()),
        ("atc", "N06AB06", ["sertraline"], ()),
        ("http://www.whocc.no/atc/", "N02AJ06", None, ()),
        ("atc", "J01CR02", ["amoxicillin"], ("clavulanic acid",)),
        ("unii", "QUC7NX6WMB", ["sertraline"], ()),
    ],
)
def test_a_code_finds_its_medicines(
    system: str, code: str, parts: list[str] | None, unknown: tuple[str, ...]
) -> None:
    match = MEDICINES.by_code(system, code)
    if parts is None:  # one ATC code for products with and without caffeine
        assert match.kind is NameKind.AMBIGUOUS
        assert {"codeine", "paracetamol"} <= {m.id for m in match.medicines}
        return
    assert [m.id for m in match.medicines] == parts
    assert match.unknown_parts == unknown


def test_a_code_of_a_combination_gives_every_part() -> None:
    names = [p for p in MEDICINES.products if p.atc and len(p.contains) > 1]
    assert names
    endocet = MEDICINES.by_code("rxcui", "1049683")
    assert {m.id for m in endocet.medicines} <= {"oxycodone", "paracetamol"}


def test_a_code_or_brand_in_the_list_of_rxnorm_means_one_set_of_parts() -> None:
    listed = MEDICINES._rxnorm.products
    codes = [code for product in listed for code in product.rxcui]
    names = [normalise(name) for product in listed for name in product.names]
    assert len(codes) == len(set(codes)) > 9000
    assert len(names) == len(set(names)) > 1500


def test_an_unknown_code_is_unknown_and_an_unknown_system_an_error() -> None:
    assert MEDICINES.by_code("rxcui", "999999999").kind is NameKind.UNKNOWN
    with pytest.raises(KnowledgeError, match="rxcui, atc, unii"):
        MEDICINES.by_code("snomed", "1")


def test_every_code_of_every_record_finds_that_record() -> None:
    for medicine in MEDICINES.all():
        codes = medicine.codes
        listed = [("rxcui", c) for c in (codes.rxcui, *codes.rxcui_also) if c]
        listed += [("unii", codes.unii)] if codes.unii else []
        listed += [("atc", c) for c in codes.atc]
        for system, code in listed:
            found = {m.id for m in MEDICINES.by_code(system, code.value).medicines}
            assert medicine.id in found, (medicine.id, system, code.value)


def test_most_rxnorm_codes_are_confirmed_by_a_second_list() -> None:
    codes = [m.codes.rxcui for m in MEDICINES.all() if m.codes.rxcui]
    confirmed = [c for c in codes if c.second_source_agrees]
    assert len(confirmed) / len(codes) > 0.7
    assert all(len(c.sources) > 1 for c in confirmed if "med-rxnorm" in c.sources)


@pytest.mark.parametrize(
    "name",
    ["OPMS Gold", "opms gold 8 ml", "green borneo", "kratom green malay 5g", "Super Green Malay"],
)
def test_brands_and_strains_of_kratom_are_kratom(name: str) -> None:
    assert MEDICINES.match(name).kind is NameKind.KRATOM


@pytest.mark.parametrize("name", ["7-OH gummies", "7oh chewable mix", "perks 7-OH 25 mg"])
def test_a_name_with_7_oh_in_it_is_a_7_oh_product(name: str) -> None:
    match = MEDICINES.match(name)
    assert [m.id for m in match.medicines] == ["7-hydroxymitragynine"]


def test_kratom_and_7_oh_in_one_name_are_both() -> None:
    match = MEDICINES.match("Kratom 7-OH party shot")
    assert [m.id for m in match.medicines] == ["7-hydroxymitragynine"]
    assert match.contains_kratom


def test_what_else_a_telling_name_holds_stays_not_checked() -> None:
    assert MEDICINES.match("perks 7-OH relax").unknown_parts


@pytest.mark.parametrize("name", ["17-OH progesterone", "25-OH vitamin D3 plus", "oh henry"])
def test_other_hydroxy_names_are_no_7_oh(name: str) -> None:
    assert all(m.id != "7-hydroxymitragynine" for m in MEDICINES.match(name).medicines)


def test_krypton_is_kratom_and_an_opioid() -> None:
    match = MEDICINES.match("krypton")
    assert match.contains_kratom
    assert [m.id for m in match.medicines] == ["tramadol"]


@pytest.mark.parametrize("name", ["clonazolam", "heroin", "the pill", "O-desmethyltramadol 10 mg"])
def test_a_name_that_another_stands_in_for_says_so(name: str) -> None:
    assert MEDICINES.match(name).stands_in
    assert not MEDICINES.match("morphine").stands_in


def test_an_invisible_mark_parts_no_name() -> None:
    assert [m.id for m in MEDICINES.match("metha\u200bdone").medicines] == ["methadone"]


@pytest.mark.parametrize("name", ["none", "miconazole", "nil"])
def test_a_far_name_is_not_suggested(name: str) -> None:
    assert MEDICINES.suggest(name) == ""
