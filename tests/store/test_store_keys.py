"""Sessions, links, single-use keys, answers, cards: what expires and what counts once."""

from __future__ import annotations

import datetime as dt

import pytest

from speciosa.store import ConflictError, Kind, Store, UnknownError

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
SOON = NOW + dt.timedelta(hours=1)
LATE = NOW + dt.timedelta(hours=2)


def _link(store: Store) -> str:
    person = store.add_person("p", by="b", at=NOW).id
    store.make_link("t", person, b"gad7", by="b", at=NOW, expires=SOON)
    return person


def test_a_session_is_kept_changed_and_ends(store: Store) -> None:
    store.put_session("k", b"1", SOON)
    assert store.session("k", NOW) == b"1"
    store.put_session("k", b"2", LATE)
    assert store.session("k", SOON) == b"2"
    assert store.session("k", LATE) is None, "an expired session was still good"
    store.drop_session("k")
    store.drop_session("k")
    assert store.session("k", NOW) is None
    assert not store.renew_session("k", b"3", LATE)
    assert store.session("k", NOW) is None, "a session that ended came back"


def test_a_link_is_used_once_and_saves_what_came_through_it(store: Store) -> None:
    person = _link(store)
    assert store.open_link("t", NOW) == (person, b"gad7")
    version = store.use_link("t", NOW, Kind.ENTRY, b"{}", by="link", change="answered")
    assert store.latest(person) == (version,)
    assert (version.person, version.kind, version.at, version.by) == (
        person,
        Kind.ENTRY,
        NOW,
        "link",
    )
    assert store.open_link("t", NOW) is None
    with pytest.raises(ConflictError):
        store.use_link("t", NOW, Kind.ENTRY, b"{}", by="link", change="")
    assert store.latest(person) == (version,)
    assert store.links(person)[0].used_at == NOW


def test_a_link_that_expired_was_withdrawn_or_never_was_saves_nothing(store: Store) -> None:
    person = _link(store)
    assert store.open_link("t", SOON) is None
    with pytest.raises(UnknownError):
        store.use_link("t", SOON, Kind.ENTRY, b"{}", by="link", change="")
    store.revoke_link("t")
    assert store.open_link("t", NOW) is None
    with pytest.raises(UnknownError):
        store.use_link("t", NOW, Kind.ENTRY, b"{}", by="link", change="")
    with pytest.raises(UnknownError):
        store.use_link("other", NOW, Kind.ENTRY, b"{}", by="link", change="")
    assert store.latest(person) == ()
    assert [(one.revoked, one.used_at) for one in store.links(person)] == [(True, None)]


def test_a_token_is_one_link(store: Store) -> None:
    person = _link(store)
    with pytest.raises(ConflictError):
        store.make_link("t", person, b"other", by="b", at=NOW, expires=LATE)
    assert store.open_link("t", NOW) == (person, b"gad7")


def test_a_key_is_first_used_once_in_its_scope(store: Store) -> None:
    assert store.first_use("jwt", "1", SOON)
    assert not store.first_use("jwt", "1", LATE)
    assert store.first_use("other", "1", SOON)
    assert store.first_use("jwt", "2", SOON)


def test_the_first_answer_is_kept(store: Store) -> None:
    assert store.remembered("s", "k") is None
    assert store.remember("s", "k", b"1", SOON) == b"1"
    assert store.remember("s", "k", b"2", SOON) == b"1"
    assert store.remembered("s", "k") == b"1"
    assert store.remembered("t", "k") is None
    store.forget("s", "k", b"2")
    assert store.remembered("s", "k") == b"1", "another's answer was taken back"
    store.forget("s", "k", b"1")
    assert store.remembered("s", "k") is None


def test_what_expired_is_swept_and_nothing_else(store: Store) -> None:
    for end, until in (("soon", SOON), ("late", LATE)):
        store.put_session(end, b"", until)
        store.first_use("jwt", end, until)
        store.remember("s", end, b"x", until)
    assert store.sweep(SOON) == 3
    assert store.sweep(SOON) == 0
    assert store.session("late", NOW) == b""
    assert not store.first_use("jwt", "late", LATE)
    assert store.remembered("s", "late") == b"x"
    assert store.remembered("s", "soon") is None
    assert store.first_use("jwt", "soon", LATE)


def test_cards_and_feedback_go_when_they_are_old(store: Store) -> None:
    for name, at in (("old", NOW), ("new", LATE)):
        store.put_card(name, b"1", at=at)
        store.add_feedback("s", name, "accepted", b"{}", at=at)
    assert store.sweep(LATE) == 0
    assert store.sweep(LATE, shown_before=SOON) == 2
    assert (store.card("old"), store.card("new")) == (None, b"1")
    assert store.add_feedback("s", "old", "accepted", b"{}", at=LATE)
    assert not store.add_feedback("s", "new", "accepted", b"{}", at=LATE)


def test_a_sweep_takes_some_at_once_and_the_rest_later(store: Store) -> None:
    for number in range(5):
        store.first_use("jwt", str(number), SOON)
    assert [store.sweep(LATE, most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_feedback_counts_once_and_a_card_is_kept(store: Store) -> None:
    assert store.card("u") is None
    store.put_card("u", b"1", at=NOW)
    store.put_card("u", b"2", at=NOW)
    assert store.card("u") == b"1"
    assert store.add_feedback("s", "u", "accepted", b"{}", at=NOW)
    assert not store.add_feedback("s", "u", "accepted", b"{}", at=SOON)
    assert store.add_feedback("s", "u", "overridden", b"{}", at=NOW)
