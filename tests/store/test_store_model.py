"""The store against a model of a few dictionaries, in whatever order things happen."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.store.test_store_records import BY, NOW

from speciosa.store import (
    ConflictError,
    External,
    Kind,
    Person,
    Store,
    UnknownError,
    Version,
    checking,
)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
KEYS = st.sampled_from("abc")
MOMENTS = st.timedeltas(dt.timedelta(days=-9000), dt.timedelta(days=9000)).map(NOW.__add__)
MISSING = None


class StoreMachine(RuleBasedStateMachine):
    """Every rule does the same to the store and to the model, and compares what comes back."""

    new_url: Callable[[], str]

    people = Bundle("people")
    records = Bundle("records")
    tokens = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.open(self.new_url())
        self.persons: dict[str, Person] = {}
        self.histories: dict[str, list[Version]] = {}
        self.links: dict[str, tuple[str, dt.datetime, str]] = {}
        self.answers: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.used: set[tuple[str, str]] = set()
        self.deleted: set[str] = set()

    def teardown(self) -> None:
        self.export_holds_it_all()
        assert list(checking.contents(self.store._database)) == []
        self.store.close()

    @initialize(target=people, label=TEXT)
    def first(self, label: str) -> str:
        return self.add_person_(label, MISSING, NOW)

    @rule(target=people, label=TEXT, at=MOMENTS)
    def add_person(self, label: str, at: dt.datetime) -> str:
        return self.add_person_(label, MISSING, at)

    def add_person_(self, label: str, external: External | None, at: dt.datetime) -> str:
        given = () if external is None else (external,)
        person = self.store.add_person(label, by=BY, at=at, external=given)
        self.persons[person.id] = person
        return person.id

    @rule(target=people, system=KEYS, value=KEYS)
    def add_person_with_id(self, system: str, value: str) -> Any:
        external = External(system=system, value=value)
        if any(external in person.external for person in self.persons.values()):
            with pytest.raises(ConflictError):
                self.add_person_("x", external, NOW)
            return multiple()
        return self.add_person_("x", external, NOW)

    @rule(person=people, label=TEXT, at=MOMENTS)
    def relabel(self, person: str, label: str, at: dt.datetime) -> None:
        if person in self.deleted:
            with pytest.raises(UnknownError):
                self.store.relabel(person, label, by=BY, at=at)
            return
        self.persons[person] = self.store.relabel(person, label, by=BY, at=at)
        assert self.persons[person].label == label

    @rule(
        target=records,
        person=people,
        kind=st.sampled_from(Kind),
        body=st.binary(),
        change=TEXT,
        at=MOMENTS,
    )
    def save(self, person: str, kind: Kind, body: bytes, change: str, at: dt.datetime) -> Any:
        def call() -> Version:
            return self.store.save(person, kind, body, by=BY, at=at, change=change)

        if person in self.deleted:
            with pytest.raises(UnknownError):
                call()
            return multiple()
        version = call()
        assert (version.version, version.body, version.change, version.at) == (1, body, change, at)
        self.histories[version.record] = [version]
        return version.record

    @rule(record=records, body=st.binary(max_size=40), behind=st.integers(-1, 1), at=MOMENTS)
    def save_again(self, record: str, body: bytes, behind: int, at: dt.datetime) -> None:
        history = self.histories.get(record)
        last = history[-1] if history else None

        def call() -> Version:
            return self.store.save(
                last.person if last else "x",
                last.kind if last else Kind.CASE,
                body,
                by=BY,
                at=at,
                change="",
                record=record,
                expect=(last.version if last else 1) - behind,
            )

        if history is None:
            with pytest.raises(UnknownError):
                call()
        elif behind or history[-1].removed:
            with pytest.raises(ConflictError):
                call()
        else:
            history.append(call())
            assert history[-1].version == len(history)

    @rule(record=records, at=MOMENTS)
    def remove(self, record: str, at: dt.datetime) -> None:
        history = self.histories.get(record)
        if history is None or history[-1].removed:
            with pytest.raises(UnknownError if history is None else ConflictError):
                self.store.remove(record, by=BY, at=at, change="")
        else:
            history.append(self.store.remove(record, by=BY, at=at, change="gone"))

    @rule(person=consumes(people))
    def delete(self, person: str) -> None:
        if person in self.deleted:
            with pytest.raises(UnknownError):
                self.store.delete_person(person, by=BY, at=NOW)
            return
        done = self.store.delete_person(person, by=BY, at=NOW)
        gone = [one for one in self.histories.values() if one[0].person == person]
        assert sum(done.removed.get(kind, 0) for kind in Kind) == sum(map(len, gone))
        for history in gone:
            del self.histories[history[0].record]
        del self.persons[person]
        self.links = {key: one for key, one in self.links.items() if one[0] != person}
        self.answers = {key: one for key, one in self.answers.items() if one[1] != person}
        self.deleted.add(person)

    @rule(target=tokens, person=people, token=KEYS, hours=st.integers(-1, 1))
    def make_link(self, person: str, token: str, hours: int) -> Any:
        expires = NOW + dt.timedelta(hours=hours)

        def call() -> None:
            self.store.make_link(token, person, b"w", by=BY, at=NOW, expires=expires)

        if person in self.deleted or token in self.links:
            with pytest.raises(UnknownError if person in self.deleted else ConflictError):
                call()
            return multiple()
        call()
        self.links[token] = (person, expires, "open")
        return token

    @rule(token=tokens)
    def use_link(self, token: str) -> None:
        person, expires, state = self.links.get(token, ("", NOW, "gone"))
        good = state == "open" and expires > NOW
        assert self.store.open_link(token, NOW) == ((person, b"w") if good else None)

        def call() -> Version:
            return self.store.use_link(token, NOW, Kind.ENTRY, b"{}", by="link", change="")

        if good:
            version = call()
            self.histories[version.record] = [version]
            self.links[token] = (person, expires, "used")
        else:
            with pytest.raises(ConflictError if state == "used" else UnknownError):
                call()

    @rule(token=tokens)
    def revoke(self, token: str) -> None:
        if token not in self.links:
            with pytest.raises(UnknownError):
                self.store.revoke_link(token)
            return
        self.store.revoke_link(token)
        person, expires, state = self.links[token]
        self.links[token] = (person, expires, "revoked" if state == "open" else state)

    @rule(scope=KEYS, key=KEYS)
    def first_use(self, scope: str, key: str) -> None:
        assert self.store.first_use(scope, key, NOW) == ((scope, key) not in self.used)
        self.used.add((scope, key))

    @rule(scope=KEYS, key=KEYS, answer=st.binary(max_size=20), person=people)
    def remember(self, scope: str, key: str, answer: bytes, person: str) -> None:
        kept = self.store.remember(scope, key, answer, NOW, person=person)
        assert kept == self.answers.setdefault((scope, key), (answer, person))[0]

    @invariant()
    def people_are_those(self) -> None:
        found = self.store.people(limit=1000)
        assert {person.id: person for person in found} == self.persons

    @invariant()
    def records_are_those(self) -> None:
        for person in self.persons:
            wanted = sorted(
                (history[-1].at, history[-1].record)
                for history in self.histories.values()
                if history[-1].person == person and not history[-1].removed
            )
            found = self.store.latest(person)
            assert [version.at for version in found] == [at for at, _ in wanted]
            assert {version.record for version in found} == {record for _, record in wanted}
        for record, history in self.histories.items():
            assert self.store.history(record) == tuple(history)

    def export_holds_it_all(self) -> None:
        lines = [json.loads(line) for line in self.store.export()]
        there = {(line["record"], line["version"]) for line in lines if line["type"] == "version"}
        assert there == {
            (one.record, one.version) for history in self.histories.values() for one in history
        }
        assert {line["person"] for line in lines if line["type"] == "deletion"} == self.deleted


def test_the_store_does_what_the_model_does(new_url: Callable[[], str]) -> None:
    class Machine(StoreMachine):
        pass

    Machine.new_url = staticmethod(new_url)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
