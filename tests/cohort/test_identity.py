"""Whose a resource is, in every form of reference, and who is never mixed up with whom."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.cohort.identity import (
    Card,
    Chosen,
    Mention,
    card,
    choose,
    decode,
    encode,
    shard_of,
)
from speciosa.cohort.whose import last, local, normal, whose

_MRN = "https://hospital.example/mrn"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Patient/1", "Patient/1"),
        ("Patient/1/_history/3", "Patient/1"),
        ("https://a.example/fhir/Patient/1", "https://a.example/fhir/Patient/1"),
        ("https://a.example/fhir/Patient/1/_history/3", "https://a.example/fhir/Patient/1"),
        ("urn:uuid:0a-1b", "Patient/0a-1b"),
        ("Patient?identifier=http://x|9", "identifier:http://x|9"),
        ("Patient?identifier=http%3A%2F%2Fx%7C9", "identifier:http://x|9"),
        ("https://a.example/fhir/Patient?identifier=http://x|9", "identifier:http://x|9"),
        ("Patient?identifier=|9", "identifier:|9"),
        ("Patient?identifier=9", "identifier:*|9"),
        ("Patient?_id=9", "Patient/9"),
        ("Patient/a/b", "Patient/a/b"),
        ("Patient/ä", "Patient/ä"),
    ],
)
def test_every_form_of_reference_has_one_normal_form(written: str, meant: str) -> None:
    assert normal(written) == meant
    # The search by last parts must find it as written, but for percent signs, which it decodes.
    if "%" not in written:
        assert last(written) == last(meant) != ""


@pytest.mark.parametrize(
    "written",
    [
        "Group/1",
        "https://a.example/fhir/Group/1",
        "Patient/",
        "Patient",
        "",
        "1",
        "Practitioner?identifier=http://x|9",
        "Patient?name=Larsen",
        "Patient?identifier=a|1&birthdate=2000-01-01",
        "Patient?identifier=a|1,a|2",
        "Patient?identifier=",
    ],
)
def test_what_cannot_be_followed_means_nobody(written: str) -> None:
    assert normal(written) == ""


@pytest.mark.parametrize(
    ("resource", "person"),
    [
        ({"resourceType": "Patient", "id": "p"}, "Patient/p"),
        (
            {"resourceType": "Patient", "identifier": [{"system": "s", "value": "v"}]},
            "identifier:s|v",
        ),
        ({"resourceType": "Condition", "subject": {"reference": "Patient/1"}}, "Patient/1"),
        ({"resourceType": "Flag", "patient": {"reference": "Patient/1"}}, "Patient/1"),
        ({"resourceType": "Coverage", "beneficiary": {"reference": "Patient/1"}}, "Patient/1"),
        (
            {"resourceType": "ResearchSubject", "individual": {"reference": "Patient/1"}},
            "Patient/1",
        ),
        (
            {
                "resourceType": "Appointment",
                "participant": [
                    {"actor": {"reference": "Practitioner/2"}},
                    {"actor": {"reference": "Patient/1"}},
                ],
            },
            "Patient/1",
        ),
        ({"resourceType": "Account", "subject": [{"reference": "Patient/1"}]}, "Patient/1"),
        (
            {"resourceType": "Condition", "subject": {"identifier": {"system": "s", "value": "v"}}},
            "identifier:s|v",
        ),
        (
            {
                "resourceType": "Condition",
                "subject": {"type": "Group", "identifier": {"system": "s", "value": "v"}},
            },
            "",
        ),
        # An address counts before an identifier, wherever each stands.
        (
            {
                "resourceType": "Condition",
                "subject": {"identifier": {"value": "v"}},
                "patient": {"reference": "Patient/1"},
            },
            "Patient/1",
        ),
        (
            {
                "resourceType": "Condition",
                "subject": {"reference": "#p"},
                "contained": [
                    {"resourceType": "Patient", "id": "q", "identifier": [{"value": "wrong"}]},
                    {
                        "resourceType": "Patient",
                        "id": "p",
                        "identifier": [{"system": "s", "value": "v"}],
                    },
                ],
            },
            "identifier:s|v",
        ),
        # The id of a contained Patient means nobody outside that resource.
        (
            {
                "resourceType": "Condition",
                "subject": {"reference": "#p"},
                "contained": [{"resourceType": "Patient", "id": "p"}],
            },
            "",
        ),
        ({"resourceType": "Condition", "subject": {"reference": "Group/1"}}, ""),
        ({"resourceType": "Binary", "securityContext": {"reference": "Patient/1"}}, "Patient/1"),
        (
            {"resourceType": "QuestionnaireResponse", "source": {"reference": "Patient/1"}},
            "Patient/1",
        ),
        ({"resourceType": "Communication", "sender": {"reference": "Patient/1"}}, "Patient/1"),
        (
            {
                "resourceType": "Communication",
                "sender": {"reference": "Practitioner/2"},
                "recipient": [{"reference": "Patient/1"}],
            },
            "Patient/1",
        ),
        (
            {"resourceType": "DocumentReference", "author": [{"reference": "Patient/1"}]},
            "Patient/1",
        ),
        # Who writes or answers for somebody else is not the one it is about.
        (
            {
                "resourceType": "QuestionnaireResponse",
                "subject": {"identifier": {"value": "v"}},
                "source": {"reference": "Patient/mother"},
            },
            "identifier:|v",
        ),
        (
            {
                "resourceType": "QuestionnaireResponse",
                "subject": {"reference": "Group/1"},
                "source": {"reference": "Patient/mother"},
            },
            "",
        ),
        (
            {
                "resourceType": "Communication",
                "sender": {"reference": "Patient/1"},
                "recipient": [{"reference": "Patient/2"}],
            },
            "",
        ),
        ({"resourceType": "Medication", "id": "m"}, ""),
        ({"resourceType": "Condition", "subject": "Patient/1"}, ""),
        ({"resourceType": "Condition", "subject": {"reference": 5}}, ""),
        ({"resourceType": ["Condition"], "subject": {"reference": "Patient/1"}}, "Patient/1"),
        ({}, ""),
    ],
)
def test_whose_a_resource_is(resource: dict[str, Any], person: str) -> None:
    assert whose(resource) == person


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["reference", "identifier", "system", "value", "actor", "id"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["resourceType", "subject", "patient", "contained"]), _JSON))
@settings(max_examples=60, deadline=None)
def test_nothing_that_a_resource_holds_raises(resource: dict[str, Any]) -> None:
    assert isinstance(whose(resource), str)


# ------------------------------------------------------------------ who is chosen


def _patient(id_: str, *values: str, born: str = "1990-01-01", **more: object) -> dict[str, Any]:
    identifiers = [{"system": _MRN, "value": value} for value in values]
    return {
        "resourceType": "Patient",
        "id": id_,
        "identifier": identifiers,
        "birthDate": born,
        "gender": "female",
        **more,
    }


def _link(kind: str, id_: str) -> dict[str, Any]:
    return {"link": [{"type": kind, "other": {"reference": f"Patient/{id_}"}}]}


def _chosen(
    references: Iterable[str], patients: Iterable[dict[str, Any]], **more: Iterable[str]
) -> Chosen:
    cards = [one for one in map(card, patients) if one is not None]

    def among(ends: frozenset[str]) -> Iterable[Card]:
        return (one for one in cards if one.ends() & ends)

    seen = [Mention(name=f"Condition/{n}", person=one) for n, one in enumerate(references)]
    return choose(seen, among, **more)


def test_a_person_is_found_by_every_name() -> None:
    chosen = _chosen([f"identifier:{_MRN}|7"], [_patient("a", "7", "8"), _patient("b", "9")])
    assert chosen.keys == ("a",)
    for name in ("Patient/a", f"identifier:{_MRN}|7", f"identifier:{_MRN}|8", "identifier:*|8"):
        assert chosen.key_of(name) == "a"
    assert chosen.key_of("https://anywhere.example/fhir/Patient/a") == "a"
    assert chosen.key_of("Patient/b") is None
    assert chosen.key_of(f"identifier:{_MRN}|9") is None
    assert not chosen.doubts


def test_somebody_without_a_patient_is_kept_under_the_reference() -> None:
    chosen = _chosen(["Patient/gone", f"identifier:{_MRN}|5"], [_patient("a", "7")])
    assert chosen.keys == ("gone", f"identifier:{_MRN}|5")
    assert chosen.key_of("Patient/gone") == "gone"
    assert chosen.key_of(f"identifier:{_MRN}|5") == f"identifier:{_MRN}|5"


def test_an_identifier_that_two_share_is_nobodys() -> None:
    """Twins on one insurance number: what names that number is given to neither."""
    twins = [_patient("a", "7", "1"), _patient("b", "7", "2")]
    chosen = _chosen(["Patient/a", f"identifier:{_MRN}|7"], twins)
    assert chosen.keys == ("a", f"identifier:{_MRN}|7")
    assert chosen.key_of(f"identifier:{_MRN}|1") == "a"
    assert chosen.key_of(f"identifier:{_MRN}|7") == f"identifier:{_MRN}|7"
    assert [doubt.what for doubt in chosen.doubts] == [f"identifier:{_MRN}|7"]
    # Even where nothing that was seen uses it.
    assert _chosen(["Patient/a"], twins).key_of(f"identifier:{_MRN}|7") is None


@pytest.mark.parametrize("kind", ["replaced-by", "replaces"])
def test_a_replaced_record_goes_with_the_one_that_replaces_it(kind: str) -> None:
    old = _patient("old", "1", **(_link(kind, "new") if kind == "replaced-by" else {}))
    new = _patient("new", "2", **(_link(kind, "old") if kind == "replaces" else {}))
    for seen in ("Patient/old", "Patient/new"):
        chosen = _chosen([seen], [old, new, _patient("x", "3")])
        assert chosen.keys == ("new",)
        assert chosen.key_of("Patient/old") == chosen.key_of(f"identifier:{_MRN}|1") == "new"


def test_a_chain_of_replacements_is_followed_from_any_link() -> None:
    ids = ["a", "b", "c", "d"]
    chain = [_patient(one, **_link("replaced-by", two)) for one, two in pairwise(ids)]
    for seen in ids:
        assert _chosen([f"Patient/{seen}"], [*chain, _patient("d")]).keys == ("d",)


@pytest.mark.parametrize(
    "patients",
    [
        # Born on different days.
        [_patient("a", **_link("replaced-by", "b")), _patient("b", born="1991-01-01")],
        # In a circle.
        [_patient("a", **_link("replaced-by", "b")), _patient("b", **_link("replaced-by", "a"))],
        # By two.
        [
            _patient("a", **_link("replaced-by", "b")),
            _patient("b"),
            _patient("c", **_link("replaces", "a")),
        ],
    ],
)
def test_a_doubtful_replacement_keeps_people_apart_and_is_told(
    patients: list[dict[str, Any]],
) -> None:
    chosen = _chosen(["Patient/a", "Patient/b"], patients)
    assert chosen.key_of("Patient/a") == "a"
    assert chosen.key_of("Patient/b") == "b"
    assert any(doubt.what == "Patient/a" for doubt in chosen.doubts)


def test_only_seealso_joins_nobody() -> None:
    patients = [_patient("a", **_link("seealso", "b")), _patient("b")]
    assert _chosen(["Patient/a"], patients).keys == ("a",)


def test_two_patients_of_one_id_who_differ_are_told() -> None:
    chosen = _chosen(["Patient/a"], [_patient("a"), _patient("a", born="1950-05-05")])
    assert [doubt.what for doubt in chosen.doubts] == ["Patient/a"]


def test_another_servers_patient_of_the_same_id_is_somebody_else() -> None:
    own, other = "https://own.example/fhir", "https://other.example/fhir"
    chosen = _chosen([f"{other}/Patient/a"], [_patient("a")], servers=[own])
    assert chosen.keys == (f"{other}/Patient/a",)
    assert chosen.key_of("Patient/a") is None
    assert chosen.key_of(f"{own}/Patient/a") is None
    assert local(f"{own}/Patient/a", [own]) == "Patient/a"


def test_a_deleted_resource_chooses_nobody() -> None:
    chosen = _chosen(["Patient/a", "Patient/b"], [_patient("a")], deleted=["Condition/0"])
    assert chosen.keys == ("b",)


_OLD, _NEW = "2020-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"


@pytest.mark.parametrize(
    ("versions", "servers", "keys", "moved"),
    [
        # A misfiled entry that was put right.
        ([("a", _OLD), ("b", _NEW)], ["https://x.example"], ("b",), {"Condition/m": "b"}),
        ([("b", _NEW), ("a", _OLD)], ["https://x.example"], ("b",), {"Condition/m": "b"}),
        # Of two servers an id can be two entries; and without dates nobody knows the newer one.
        ([("a", _OLD), ("b", _NEW)], [], ("a", "b"), {}),
        ([("a", ""), ("b", _NEW)], ["https://x.example"], ("a", "b"), {}),
        ([("a", _NEW), ("b", _NEW)], ["https://x.example"], ("a", "b"), {}),
    ],
)
def test_an_entry_that_was_moved_is_of_whom_its_newest_version_is_about(
    versions: list[tuple[str, str]],
    servers: list[str],
    keys: tuple[str, ...],
    moved: dict[str, str],
) -> None:
    seen = [
        Mention(name="Condition/m", person=f"Patient/{one}", updated=updated)
        for one, updated in versions
    ]
    cards = [one for id_ in "ab" if (one := card(_patient(id_))) is not None]
    chosen = choose(seen, lambda _: cards, servers=servers)
    assert chosen.keys == keys
    assert chosen.moved == moved
    assert [doubt.what for doubt in chosen.doubts] == ["Condition/m"]


def test_versions_about_one_person_under_two_names_are_of_one_person() -> None:
    seen = [
        Mention(name="Condition/m", person="Patient/a", updated=_OLD),
        Mention(name="Condition/m", person=f"identifier:{_MRN}|7", updated=_NEW),
    ]
    cards = [one for one in [card(_patient("a", "7"))] if one is not None]
    chosen = choose(seen, lambda _: cards, servers=["https://x.example"])
    assert (chosen.keys, chosen.moved, chosen.doubts) == (("a",), {}, ())


def test_a_patient_that_the_server_deleted_is_left_out_and_told() -> None:
    chosen = _chosen(["Patient/a", "Patient/b"], [_patient("b")], deleted=["Patient/a"])
    assert chosen.keys == ("b",)
    assert chosen.key_of("Patient/a") is None
    assert [doubt.what for doubt in chosen.doubts] == ["Patient/a"]


def test_what_is_of_nobody_is_of_the_person_of_what_points_to_it() -> None:
    seen = [
        Mention(name="Binary/b", person=""),
        Mention(name="Binary/b", person="Patient/a", owned=True),
        Mention(name="Binary/c", person=""),
    ]
    chosen = choose(seen, lambda _: ())
    assert chosen.owners == {"Binary/b": "Patient/a"}
    assert "Binary/b" in chosen.resources
    assert [doubt.what for doubt in chosen.doubts] == ["Binary/c"]


def test_what_is_of_nobody_is_told() -> None:
    chosen = _chosen([""], [_patient("a")])
    assert chosen.keys == ()
    assert [doubt.what for doubt in chosen.doubts] == ["Condition/0"]


@given(st.permutations(range(5)), st.permutations(range(4)))
@settings(max_examples=30, deadline=None)
def test_neither_order_of_patients_nor_of_what_was_seen_matters(
    order: list[int], seen: list[int]
) -> None:
    patients = [
        _patient("a", "1", "9", **_link("replaced-by", "b")),
        _patient("b", "2"),
        _patient("c", "3", "9"),
        _patient("d", "4", **_link("replaces", "c")),
        _patient("e", "5", born="2001"),
    ]
    references = ["Patient/a", f"identifier:{_MRN}|3", "Patient/lost", f"identifier:{_MRN}|9"]
    named = [Mention(name=f"Condition/{n}", person=references[n]) for n in seen]
    cards = [one for n in order if (one := card(patients[n])) is not None]
    found = choose(named, lambda ends: [one for one in cards if one.ends() & ends])
    assert found.keys == ("b", "d", f"identifier:{_MRN}|9", "lost")
    assert encode(found) == encode(_chosen(references, patients))
    assert decode(encode(found)) == found


def test_a_shard_is_the_same_on_every_machine() -> None:
    assert [shard_of(key, 64) for key in ("a", "ä", "\ud800")] == [31, 52, 16]
