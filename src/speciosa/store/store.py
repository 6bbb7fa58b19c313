"""The store's one door: every call is one transaction that is on the disk when it returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Self

import msgspec

from speciosa.store import auditing, deletion, exporting, keys, people, schema, versions
from speciosa.store.database import Database
from speciosa.store.records import (
    AuditEntry,
    Deletion,
    External,
    Kind,
    Link,
    Person,
    StoreError,
    UnknownError,
    Version,
)
from speciosa.store.tables import answers, cards, feedback, first_uses

_PEOPLE_A_PAGE = 100


class Store:
    """People, their records, and what the service must remember. Safe to share among threads.

    Times are aware; ids are opaque. Every method raises ``StoreError`` when the database fails,
    with words that hold nothing of what is stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database at ``url``; an empty one is made ready.

        Raises ``SchemaError`` when it was made by another version of the program.
        """
        database = Database(url)
        try:
            schema.prepare(database)
        except StoreError:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def together(self) -> AbstractContextManager[None]:
        """All calls of this thread inside the block, or none of them: one transaction.

        Keep it short: on SQLite nobody else can write meanwhile. An error must leave the block.
        """
        return self._database.together()

    # People

    def add_person(
        self,
        label: str,
        *,
        by: str,
        at: dt.datetime,
        external: Iterable[External] = (),
        unique: bool = False,
    ) -> Person:
        """A new person. Raises ``ConflictError`` when an external id is taken.

        ``unique``: ``TakenError`` when another person has the label, whatever its case.
        """
        with self._database.write() as connection:
            if unique:
                people.check_free(connection, label)
            return people.add(connection, label, by, at, external)

    def person(self, person: str) -> Person:
        """The person with this id. Raises ``UnknownError``."""
        with self._database.read() as connection:
            return people.get(connection, person)

    def people(self, *, search: str = "", after: str = "", limit: int = 50) -> tuple[Person, ...]:
        """People in the order of their labels, from behind the person ``after``.

        ``search`` finds a part of a label, whatever its case, or a whole external id.
        """
        with self._database.read() as connection:
            return people.page(connection, search, after, limit)

    def by_external(self, system: str, value: str) -> Person | None:
        """Who has this id in another system."""
        with self._database.read() as connection:
            return people.by_external(connection, system, value)

    def relabel(
        self, person: str, label: str, *, by: str, at: dt.datetime, unique: bool = False
    ) -> Person:
        """Give a person another label; the export keeps the earlier ones. As ``add_person``."""
        with self._database.write() as connection:
            if unique:
                people.check_free(connection, label, person)
            return people.relabel(connection, person, label, by, at)

    def link_external(self, person: str, external: External, *, by: str, at: dt.datetime) -> Person:
        """Join an external id. Raises ``ConflictError`` when it is another person's."""
        with self._database.write() as connection:
            return people.link_external(connection, person, external, by, at)

    def delete_person(self, person: str, *, by: str, at: dt.datetime) -> Deletion:
        """Delete everything of a person for good; ``remains`` says what is out of reach."""
        with self._database.write() as connection:
            done = deletion.delete_person(connection, person, by, at)
        left = (deletion.AUDIT, deletion.FEEDBACK, deletion.BACKUPS, *self.scrub())
        return msgspec.structs.replace(done, remains=left)

    def scrub(self) -> tuple[str, ...]:
        """Overwrite the pages of what was deleted; what could not be reached, in words."""
        return deletion.scrub(self._database)

    # Records

    def save(  # noqa: PLR0913
        self,
        person: str,
        kind: Kind,
        body: bytes,
        *,
        by: str,
        at: dt.datetime,
        change: str,
        record: str = "",
        expect: int = 0,
    ) -> Version:
        """A new record, or the next version of ``record``, whose newest must be ``expect``.

        Raises ``ConflictError`` when somebody else was faster or the record was removed, and
        ``UnknownError`` when there is no such person or record of this kind.
        """
        content, stamp = versions.Content.of(body), versions.Stamp(by, at, change)
        with self._database.write() as connection:
            if not record:
                return versions.create(connection, person, kind, content, stamp)
            basis = versions.Basis(person, kind, expect)
            return versions.change(connection, record, content, stamp, basis)

    def remove(
        self, record: str, *, by: str, at: dt.datetime, change: str, expect: int = 0
    ) -> Version:
        """End a record with an empty version; its history stays until the person is deleted.

        With ``expect`` only if that is the newest version. Raises ``ConflictError`` else.
        """
        with self._database.write() as connection:
            return versions.remove(connection, record, versions.Stamp(by, at, change), expect)

    def owner(self, record: str) -> str:
        """The id of the person whose record it is, "" if there is none."""
        with self._database.read() as connection:
            return versions.owner(connection, record)

    def latest(self, person: str, *kinds: Kind) -> tuple[Version, ...]:
        """The newest version of each record that is not removed, the oldest first."""
        with self._database.read() as connection:
            return versions.newest(connection, [person], kinds)[person]

    def version(self, record: str, number: int = 0) -> Version:
        """One version of a record, the newest for 0. Raises ``UnknownError``."""
        with self._database.read() as connection:
            return versions.get(connection, record, number)

    def history(self, record: str) -> tuple[Version, ...]:
        """Every version of a record, the first first. Raises ``UnknownError``."""
        with self._database.read() as connection:
            return versions.history(connection, record)

    def newest_of_everyone(self, *kinds: Kind) -> Iterator[tuple[Person, tuple[Version, ...]]]:
        """Every person with what ``latest`` gives, in the order of their labels."""
        after = ""
        while True:
            with self._database.read() as connection:
                try:
                    page = people.page(connection, "", after, _PEOPLE_A_PAGE)
                except UnknownError:  # the last person of the page before was just deleted
                    return
                found = versions.newest(connection, [one.id for one in page], kinds)
            yield from ((one, found[one.id]) for one in page)
            if len(page) < _PEOPLE_A_PAGE:
                return
            after = page[-1].id

    def export(self, person: str = "") -> Iterator[bytes]:
        """JSON lines of one person, or of everything. Raises ``UnknownError``."""
        if person:
            self.person(person)
        return exporting.lines(self._database, person)

    # Who did what

    def audit(self, entry: AuditEntry) -> None:
        """Add to the audit log; nothing in it is ever changed."""
        self.audit_all([entry])

    def audit_all(self, entries: Iterable[AuditEntry]) -> None:
        """Add several entries, all or none."""
        with self._database.write() as connection:
            auditing.add(connection, entries)

    def audit_log(
        self, *, person: str = "", by: str = "", before: int = 0, limit: int = 100
    ) -> tuple[AuditEntry, ...]:
        """The newest entries first, from before the entry ``before``."""
        with self._database.read() as connection:
            return auditing.log(connection, person=person, by=by, before=before, limit=limit)

    def export_audit(self, until: dt.datetime) -> Iterator[bytes]:
        """The entries from before a moment as JSON lines, the oldest first."""
        return exporting.audit_until(self._database, until)

    def prune_audit(self, until: dt.datetime, *, by: str, at: dt.datetime, expect: int) -> None:
        """Take the entries before ``until`` away: those ``expect`` that ``export_audit`` gave.

        Raises ``StoreError`` for the last day and ``ConflictError`` if there are others.
        """
        with self._database.write() as connection:
            auditing.prune(connection, until=until, by=by, at=at, expect=expect)

    # Sessions

    def put_session(self, key_hash: str, data: bytes, expires: dt.datetime) -> None:
        """Keep or change a session."""
        with self._database.write() as connection:
            keys.put_session(connection, key_hash, data, expires)

    def renew_session(self, key_hash: str, data: bytes, expires: dt.datetime) -> bool:
        """Change a session only if it is still there; whether it is."""
        with self._database.write() as connection:
            return keys.renew_session(connection, key_hash, data, expires)

    def session(self, key_hash: str, now: dt.datetime) -> bytes | None:
        """A session's data, ``None`` when there is none or it expired."""
        with self._database.read() as connection:
            return keys.session(connection, key_hash, now)

    def drop_session(self, key_hash: str) -> None:
        """End a session, if there is one."""
        with self._database.write() as connection:
            keys.drop_session(connection, key_hash)

    # Links

    def make_link(  # noqa: PLR0913
        self,
        token_hash: str,
        person: str,
        what: bytes,
        *,
        by: str,
        at: dt.datetime,
        expires: dt.datetime,
    ) -> None:
        """Keep a single-use link. Raises ``UnknownError`` and ``ConflictError``."""
        with self._database.write() as connection:
            keys.make_link(
                connection,
                Link(
                    token_hash=token_hash, person=person, what=what, by=by, at=at, expires=expires
                ),
            )

    def open_link(self, token_hash: str, now: dt.datetime) -> tuple[str, bytes] | None:
        """The person's id and what is asked, if the link can still be used."""
        with self._database.read() as connection:
            link = keys.open_link(connection, token_hash, now)
        return None if link is None else (link.person, link.what)

    def link(self, token_hash: str) -> Link | None:
        """A link, whether or not it can still be used."""
        with self._database.read() as connection:
            return keys.link(connection, token_hash)

    def use_link(  # noqa: PLR0913
        self,
        token_hash: str,
        now: dt.datetime,
        kind: Kind,
        body: bytes,
        *,
        by: str,
        change: str,
    ) -> Version:
        """Use a link up and save what came through it, both or neither.

        Raises ``ConflictError`` when it was used before, ``UnknownError`` when there is none or
        it expired or was withdrawn.
        """
        content, stamp = versions.Content.of(body), versions.Stamp(by, now, change)
        with self._database.write() as connection:
            person = keys.spend_link(connection, token_hash, now)
            return versions.create(connection, person, kind, content, stamp)

    def links(self, person: str) -> tuple[Link, ...]:
        """A person's links, the newest first."""
        with self._database.read() as connection:
            return keys.links_of(connection, person)

    def revoke_link(self, token_hash: str) -> None:
        """Withdraw a link. Raises ``UnknownError``."""
        with self._database.write() as connection:
            keys.revoke_link(connection, token_hash)

    # What counts once

    def first_use(self, scope: str, key: str, until: dt.datetime) -> bool:
        """True for the first that asks, among all workers; kept until ``until`` at least."""
        with self._database.write() as connection:
            return keys.insert_once(connection, first_uses, scope=scope, key=key, until=until)

    def remembered(self, scope: str, key: str) -> bytes | None:
        """The answer kept under an idempotency key."""
        with self._database.read() as connection:
            return keys.remembered(connection, scope, key)

    def remember(
        self, scope: str, key: str, answer: bytes, until: dt.datetime, *, person: str = ""
    ) -> bytes:
        """Keep an answer under a key unless one is kept; the kept one.

        ``person`` is whom it is about: it goes when that person is deleted. So does an answer
        that holds the id of the person or of one of their records.
        """
        with self._database.write() as connection:
            keys.insert_once(
                connection,
                answers,
                scope=scope,
                key=key,
                person=person,
                answer=answer,
                until=until,
            )
            return keys.remembered(connection, scope, key) or b""

    def forget(self, scope: str, key: str, answer: bytes) -> None:
        """Take this answer back from under its key; another's stays."""
        with self._database.write() as connection:
            keys.forget(connection, scope, key, answer)

    def sweep(
        self, now: dt.datetime, *, shown_before: dt.datetime | None = None, most: int = 5000
    ) -> int:
        """Forget expired sessions, single-use keys and answers; how many. Call it now and then.

        Also cards and feedback from before ``shown_before``. Up to ``most`` of each go at once.
        """
        with self._database.write() as connection:
            return keys.sweep(connection, now, shown_before, most)

    # CDS cards

    def put_card(self, uuid: str, body: bytes, *, at: dt.datetime) -> None:
        """Keep a card that was shown; the first of a uuid stays."""
        self.put_cards([(uuid, body)], at=at)

    def put_cards(
        self, shown: Iterable[tuple[str, bytes]], *, at: dt.datetime, person: str = ""
    ) -> None:
        """Keep all cards of one answer, by uuid, in one transaction.

        With ``person`` they and the feedback on them go when that person is deleted.
        """
        with self._database.write() as connection:
            for uuid, body in shown:
                keys.insert_once(connection, cards, uuid=uuid, body=body, at=at, person=person)

    def card(self, uuid: str) -> bytes | None:
        """A card that was shown."""
        with self._database.read() as connection:
            return keys.card(connection, uuid)

    def add_feedback(
        self, service: str, card_uuid: str, outcome_key: str, body: bytes, *, at: dt.datetime
    ) -> bool:
        """Keep feedback on a card; False when the same came before."""
        with self._database.write() as connection:
            return keys.insert_once(
                connection,
                feedback,
                service=service,
                card_uuid=card_uuid,
                outcome_key=outcome_key,
                body=body,
                at=at,
            )
