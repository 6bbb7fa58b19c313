"""Looking for kratom: no line that the exact rules match is passed over, however it is written."""

import base64
import datetime as dt
import json
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from speciosa.cohort import look
from speciosa.cohort.export import Block, Part, read_export
from speciosa.cohort.look import judged, lines, patterns, wide
from speciosa.cohort.look.patterns import Hit
from speciosa.cohort.options import Options
from speciosa.distribution import Folder
from speciosa.fhir.kratom import find
from speciosa.knowledge import load
from speciosa.knowledge.reading import kratom_words

TODAY = dt.date(2026, 11, 1)
OPTIONS = Options(date=TODAY, gad=True, seed=1, subjects=10)
OTHER = b'{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/9"}}'


def block(*held: bytes) -> Block:
    buffer = bytearray(b"\n".join(held))
    newlines = np.flatnonzero(np.frombuffer(buffer, np.uint8) == 0x0A)
    return Block(buffer, len(buffer), 1, newlines)


def hit(line: bytes, *, gad: bool = False) -> bool:
    """Whether a line among others is read for a name that it may hold."""
    found = lines.worth_reading(block(OTHER, line, OTHER), lines.Searched(), gad=gad)
    wanted = {Hit.NAME, Hit.GAD}
    numbers = [one.number for one in found if wanted & one.hits]
    assert numbers in ([], [2])
    return numbers == [2]


def resources(text: str) -> list[dict[str, Any]]:
    statement = {
        "resourceType": "MedicationStatement",
        "medicationCodeableConcept": {"text": text},
        "status": "active",
    }
    return [
        statement,
        {"resourceType": "ClinicalImpression", "note": [{"text": text}]},
        {"resourceType": "Condition", "code": {"coding": [{"display": text}]}},
        {
            "resourceType": "QuestionnaireResponse",
            "item": [{"text": text, "answer": [{"valueString": text}]}],
        },
    ]


# ------------------------------------------------------------------ nothing is passed over

NAMES = sorted(
    {
        *kratom_words().anywhere,
        *kratom_words().whole_name_only,
        *kratom_words().in_reports,
        *kratom_words().misspelt,
        *load().medicines.names_of_kratom,
    }
)
GAPS = [" ", "-", "", "  ", "_", ".", " . ", "\u00a0", "\n", "\r\n", "\t", "\u2003", "\u2011", "…"]
LETTERS = [
    str,
    str.upper,
    lambda s: s.replace("a", "á").replace("o", "ö"),
    lambda s: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() and c.isascii() else c for c in s),
    "\u200b".join,
    lambda s: s[:3] + "\u0301\u00ad" + s[3:],
    lambda s: s.replace("k", "\u212a").replace("s", "\u017f").replace("m", "\U0001d426"),
    lambda s: unicodedata.normalize("NFD", s.replace("i", "ï")),
    lambda s: s[:2] + "\x7f" + s[2:],
]
SPACES = ["", " ", "\n", '"', "/", "é", "\\", "\u2014", "\\n", "x", "7", "\ud83d\ude00", "(", "_"]
ways = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(GAPS),
    st.sampled_from(LETTERS),
    st.sampled_from(SPACES),
    st.sampled_from(SPACES),
    st.one_of(st.just(""), st.text(max_size=12)),
)


def written(data: object, how: int) -> bytes:
    """JSON by writers of different habits; the last one escapes letters that need none."""
    if how == 0:
        return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    text = json.dumps(data, separators=(",", ":"))
    if how == 2:
        text = text.replace("o", "\\u006f").replace("/", "\\/")
        for key in ("resourceType", "note", "code", "coding", "MedicationStatement"):
            text = text.replace(key.replace("o", "\\u006f"), key)
    return text.encode()


@settings(max_examples=150, deadline=None)
@given(ways, st.integers(0, 2), st.integers(0, 3))
@example(("thom", " ", str, "", "", ""), 0, 0)
@example(("7-OH", "’", str, "", "", ""), 0, 0)
@example(("mit 45", " ", lambda s: s.replace("45", "4'5"), "", "", ""), 0, 0)
@example(("kratom", " ", str, "\n", "", ""), 1, 1)
@example(("kratom", " ", str, "\u000b", "", ""), 1, 1)
def test_a_line_that_the_rules_match_is_never_passed_over(
    way: tuple[Any, ...], how: int, which: int
) -> None:
    name, gap, letters, before, after, more = way
    text = more + before + letters(name).replace(" ", gap).replace("-", gap or "-") + after
    line = written(resources(text)[which], how).replace(b"\n", b" ")
    resource = judged.parsed(line)
    if resource is None:
        # Half a character as bytes is no UTF-8: gathering reports such a line.
        assert b"\xed" in line
    elif find(resource):
        assert hit(line)


@pytest.mark.parametrize("how", [0, 1, 2])
def test_every_name_is_hit_in_every_kind_of_writing(how: int) -> None:
    missed = [
        name
        for name in NAMES
        for letters in LETTERS
        if find(resources(letters(name))[0]) and not hit(written(resources(letters(name))[0], how))
    ]
    assert missed == []


@pytest.mark.parametrize("code", patterns.codes_of_kratom())
def test_codes_are_hit(code: str) -> None:
    for written_ in (code, code.upper(), code[:3] + "\u200b" + code[3:]):
        assert hit(json.dumps({"code": written_}).encode())
        assert hit(json.dumps({"code": written_}, ensure_ascii=False).encode())


def test_ordinary_lines_are_not_read() -> None:
    for words in (
        *("Thomas White, 12 Oh Street, Green Bay", "hydroxyzine 25 mg", "vitamin D 25-hydroxy"),
        *("Größe 1,75 m; für später", "Müller-Lüdenscheidt", "naïve café", "日本語の診療記録です"),
        *("Пациент здоров", "indomethacin", "red blood cells, white blood cells", "mit Fieber"),
    ):
        for ascii_only in (True, False):
            assert not hit(json.dumps({"note": words}, ensure_ascii=ascii_only).encode()), words


@pytest.mark.parametrize(
    "concept",
    [
        {"coding": [{"system": "http://snomed.info/sct", "code": "21897009"}]},
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F41.1"}]},
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F411"}]},
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": "300.02"}]},
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": "30002"}]},
        {"text": "GENERALISIERTE ANGSTSTÖRUNG"},
        {"text": "Generalized anxiety disorder"},
        {"text": "generalised  ANXIETY disorder, severe"},
        {"text": "GAD"},
        {"text": "Generali\u017fed anxiety disorder"},
        {"text": "Generalized\u00a0anxiety disorder"},
    ],
)
def test_generalized_anxiety_is_found_by_code_and_words_where_asked(
    concept: dict[str, Any],
) -> None:
    resource = {"resourceType": "Condition", "id": "c", "code": concept}
    for ascii_only in (True, False):
        line = json.dumps(resource, ensure_ascii=ascii_only).encode()
        assert hit(line, gad=True)
        found = judged.seen(resource, 1, today=TODAY, gad=True)
        assert found is not None
        assert found.gad
        assert judged.seen(resource, 1, today=TODAY, gad=False) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
        {"code": {"text": "No generalized anxiety disorder"}},
        {"code": {"text": "Family history of generalized anxiety disorder"}},
        {"resourceType": "FamilyMemberHistory"},
    ],
)
def test_anxiety_that_is_not_this_persons_is_none(changes: dict[str, Any]) -> None:
    resource = {"resourceType": "Condition", "code": {"text": "GAD"}, **changes}
    assert judged.seen(resource, 1, today=TODAY, gad=True) is None


def test_texts_without_blanks_are_not_kept_in_memory() -> None:
    kept = wide._is_part_kept.cache_info().currsize
    for n in range(50):
        text = f"診療記録です{chr(0x4E00 + n)}" * 50
        assert not hit(json.dumps({"note": text}, ensure_ascii=False).encode())
    assert hit(json.dumps({"note": "診療" * 100 + "ｋｒａｔｏｍ"}, ensure_ascii=False).encode())
    assert wide._is_part_kept.cache_info().currsize <= kept + 1


# ------------------------------------------------------------------ one file


def looked(tmp_path: Path, *held: bytes, options: Options = OPTIONS) -> look.Looked:
    source = tmp_path / "in"
    source.mkdir(exist_ok=True)
    (source / "all.ndjson").write_bytes(b"\n".join((b'{"resourceType":"Basic"}', *held)) + b"\n")
    (part,) = read_export(source).parts
    return done(tmp_path, part, options)


def done(tmp_path: Path, part: Part, options: Options = OPTIONS) -> look.Looked:
    job, folder = look.job(part, options), Folder(tmp_path / "work")
    folder.keep(job, job.run(*job.arguments))
    return look.result(folder, job)


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_the_example_holds_what_it_says(tmp_path: Path) -> None:
    found = [done(tmp_path, part) for part in read_export(Path("examples/export")).parts]
    seen = {f"{one.kind}/{one.id}" for each in found for one in each.seen}
    assert {"MedicationStatement/anna-m2", "Observation/ben-o1", "Condition/carla-c1"} <= seen
    assert [ref for each in found for ref in each.deleted] == ["MedicationStatement/kim-m1"]
    assert {k: v for each in found for k, v in each.outcomes.items()} == {
        "warning/not-supported": 1
    }
    assert sum(each.patients for each in found) == 1


def test_lines_hold_whose_they_are_and_where(tmp_path: Path) -> None:
    statement = {"resourceType": "MedicationStatement", "id": "m", "status": "active"}
    concept = {"medicationCodeableConcept": {"text": "kratom powder"}}
    found = looked(
        tmp_path,
        line(**statement, **concept, subject={"reference": "Patient/1/_history/3"}),
        b"",
        line(**statement, **concept, subject={"reference": "Patient?identifier=s|7"}),
        b'{"kratom": ',
        b'["kratom"]',
    )
    assert [(one.line, one.person) for one in found.seen] == [
        (2, "Patient/1"),
        (4, "identifier:s|7"),
    ]
    assert found.unread == (5, 6)
    assert found.lines == 6
    assert {match.words for one in found.seen for match in one.matches} == {"kratom powder"}


def test_what_only_looks_like_kratom_is_counted(tmp_path: Path) -> None:
    found = looked(
        tmp_path,
        line(resourceType="Patient", id="thom", name=[{"family": "Thom"}]),
        line(resourceType="Basic", note=[{"text": "Visited Bali; red vein; calcium kratomos"}]),
    )
    assert found.seen == ()
    assert found.look_alikes == 2
    assert found.patients


def test_other_readers_of_half_pairs_are_not_alone(tmp_path: Path) -> None:
    held = b'{"resourceType":"Basic","note":[{"text":"takes kratom \\ud800 daily"}]}'
    assert looked(tmp_path, held).seen[0].matches[0].words == "kratom"


def test_hostile_lines_end_nothing(tmp_path: Path) -> None:
    found = looked(
        tmp_path,
        b'{"x":' + b"[" * 100_000 + b'"kratom"' + b"]" * 100_000 + b"}",
        b'{"resourceType":"Basic","note":[{"text":"takes kratom \x00 daily"}]}',
        b'{"resourceType":"Basic","note":[{"text":"takes kratom \xff daily"}]}',
        b'{"resourceType":7,"id":[],"subject":["kratom"],"note":"takes kratom"}',
        b'{"resourceType":"Basic","id":"a/b\xc3\xa9","note":"takes kratom"}',
    )
    assert found.unread == (2, 3, 4)
    assert [(one.kind, one.id) for one in found.seen] == [("", ""), ("Basic", "a/bé")]


def test_the_same_file_gives_the_same_bytes_and_key(tmp_path: Path) -> None:
    (part, *_) = read_export(Path("examples/export")).parts
    first, second = look.job(part, OPTIONS), look.job(part, OPTIONS)
    assert first.key == second.key
    assert first.run(*first.arguments) == second.run(*second.arguments)
    later = msgspec.structs.replace(OPTIONS, date=dt.date(2026, 11, 2))
    changed = msgspec.structs.replace(part, stamp="other")
    keys = {look.job(part, later).key, look.job(changed, OPTIONS).key, first.key}
    assert len(keys) == 3


# ------------------------------------------------------------------ Medications


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Medication/m1"},
        {"reference": "Medication/m1/_history/2"},
        {"reference": "https://ehr.example/fhir/Medication/m1"},
        {"reference": "urn:uuid:m1"},
        {"reference": "Medication?identifier=https://ndc.example|7-1%2F2"},
        {"reference": "Medication?identifier=https%3A%2F%2Fndc.example%7C7-1/2"},
        {"reference": "Medication?_id=m1"},
        {"identifier": {"system": "https://ndc.example", "value": "7-1/2"}},
    ],
)
@pytest.mark.parametrize("by", ["words", "code"])
def test_what_refers_to_a_medication_of_kratom_is_found_again(
    tmp_path: Path, reference: dict[str, Any], by: str
) -> None:
    unii = {"coding": [{"system": "http://fdasis.nlm.nih.gov", "code": "EP479K822J"}]}
    medication = {
        "resourceType": "Medication",
        "id": "m1",
        "identifier": [{"system": "https://ndc.example", "value": "7-1/2"}],
        "code": {"text": "kratom"} if by == "words" else unii,
    }
    refers = {
        "resourceType": "MedicationRequest",
        "id": "r",
        "status": "active",
        "subject": {"reference": "Patient/1"},
        "medicationReference": reference,
    }
    other = {**refers, "id": "o", "medicationReference": {"reference": "Medication/m2"}}
    first = looked(tmp_path, line(**medication), line(**refers), line(**other))
    assert first.refers_to_medications
    assert [one.id for one in first.medications] == ["m1"]
    (part,) = read_export(tmp_path / "in").parts
    job, folder = look.again(part, OPTIONS, look.wanted([first], "")), Folder(tmp_path / "again")
    folder.keep(job, job.run(*job.arguments))
    (seen,) = look.result(folder, job).seen
    assert (seen.id, seen.person) == ("r", "Patient/1")
    assert seen.matches[0].status == "taken"


def test_many_medications_are_found_without_a_pattern_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time to compile patterns grows with the square of their number."""
    compile_, compiled = patterns._compiled, list[int]()

    def counted(told: list[tuple[bytes, Hit, int]]) -> patterns.Scan:
        compiled.append(len(told))
        return compile_(told)

    def medication(n: int) -> bytes:
        return line(resourceType="Medication", id=f"m{n}", code={"text": "Kratom powder"})

    def refers(n: int) -> bytes:
        reference = {"reference": f"Medication/m{n}"}
        return line(
            resourceType="MedicationStatement", id=f"r{n}", status="active",
            subject={"reference": f"Patient/{n}"}, medicationReference=reference,
        )  # fmt: skip

    first = looked(tmp_path, *map(medication, range(600)), *map(refers, (7, 599, 600)))
    (part,) = read_export(tmp_path / "in").parts
    monkeypatch.setattr(patterns, "_compiled", counted)
    job, folder = look.again(part, OPTIONS, look.wanted([first], "")), Folder(tmp_path / "again")
    folder.keep(job, job.run(*job.arguments))
    assert [seen.id for seen in look.result(folder, job).seen] == ["r7", "r599"]
    assert max(compiled) < 10


# ------------------------------------------------------------------ notes


def document(data: bytes, form: str = "text/plain", **fields: object) -> dict[str, Any]:
    attachment = {"contentType": form, "data": base64.b64encode(data).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": "d",
        "subject": {"reference": "Patient/1"},
        "content": [{"attachment": attachment}],
        **fields,
    }


def test_notes_are_looked_through_and_counted(tmp_path: Path) -> None:
    broken = document(b"x")
    broken["content"][0]["attachment"]["data"] = "A"
    elsewhere = document(b"")
    elsewhere["content"] = [{"attachment": {"contentType": "text/plain", "url": "Binary/1"}}]
    found = looked(
        tmp_path,
        line(**document(b"Pt takes kratom daily.")),
        line(**document("Nimmt täglich Kratom.".encode())),
        line(**document(b"<p>Uses <b>kra</b>tom tea</p>", "text/html")),
        line(**document("takes kratóm".encode("latin-1"), "text/plain; charset=iso-8859-1")),
        line(**document(b"Pt feels well. Lives with Thom.")),
        line(**document(b"takes kratom", "application/pdf")),
        line(**broken),
        line(**elsewhere),
        line(
            resourceType="Encounter",
            text={"status": "additional", "div": "<div>uses kr<b>atom</b></div>"},
        ),
    )
    assert [one.line for one in found.seen] == [2, 3, 4, 5, 10]
    fields = {one.matches[0].field for one in found.seen}
    assert fields == {"content[0].attachment.data", "text.div"}
    assert found.notes == {
        "could not be decoded": 1,
        "in a form that is not read": 1,
        "kept elsewhere, not in the export": 1,
        "read": 5,
    }


def test_notes_that_do_not_say_what_they_are_are_looked_through_and_counted(
    tmp_path: Path,
) -> None:
    held = [document(b"Pt takes kratom daily."), document(b"%PDF-1.7"), document(b"")]
    for one in held:
        del one["content"][0]["attachment"]["contentType"]
    held[2]["content"][0]["attachment"] = {"url": "Binary/1"}
    found = looked(tmp_path, *(line(**one) for one in held))
    assert [one.line for one in found.seen] == [2]
    assert found.notes == {
        "in a form that is not read": 1,
        "kept elsewhere, not in the export": 1,
        "read": 1,
    }


@settings(max_examples=100, deadline=None)
@given(ways, st.sampled_from(["utf-8", "utf-16"]), st.booleans())
def test_a_note_that_the_rules_match_is_never_passed_over(
    way: tuple[Any, ...], charset: str, page: bool
) -> None:
    name, gap, letters, before, after, more = way
    text = more + before + letters(name).replace(" ", gap) + after
    form = "text/html" if page else "text/plain"
    resource = document(text.encode(charset, "replace"), f"{form}; charset={charset}")
    if find(resource):
        assert any(lines.may_name(words) for _, words in judged.attached(resource))


@pytest.mark.parametrize(
    ("held", "doubtful"),
    [
        (b'{"a":1,}', True),
        (b'{"a":[1, ]}', True),
        (b'{"a": -Infinity}', True),
        (b'{"a":NaN,"b":1}', True),
        (b'{"a":"Nan, infarct: inf"}', False),
        (b'{"a":[1,2],"b":{"c":-1.5e3}}', False),
    ],
)
def test_what_only_lenient_readers_take_is_doubtful(
    tmp_path: Path, held: bytes, doubtful: bool
) -> None:
    assert looked(tmp_path, held).doubtful is doubtful
