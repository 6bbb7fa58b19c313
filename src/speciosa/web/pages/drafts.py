"""Drafts, cases and assessments in the store: their bodies, and how one becomes the next."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speciosa.assessment import Assessment, input_hash
from speciosa.case import Case, parse_case
from speciosa.errors import InputError, SpeciosaError
from speciosa.report import json as report_json
from speciosa.store import Kind, UnknownError
from speciosa.web import person as people
from speciosa.web.pages.form import Fields, to_fields

if TYPE_CHECKING:
    from speciosa.store import Version
    from speciosa.web.access import Principal
    from speciosa.web.services import Services


# How long a page that is sent again finds the draft that it began.
_KEPT = dt.timedelta(days=2)
_ASSESSED = "assessed as "  # and the record of the assessment


class BegunError(SpeciosaError):
    """The page was sent before; the text is the record of the draft that it began."""


@dataclass(frozen=True)
class Draft:
    """A form as typed so far, and the document it began from."""

    fields: Fields
    base: Mapping[str, Any]


def pack(draft: Draft) -> bytes:
    """A draft as the body of a record."""
    fields = {name: list(texts) for name, texts in draft.fields.values.items()}
    return json.dumps({"base": draft.base, "fields": fields}, ensure_ascii=False).encode()


def unpack(body: bytes) -> Draft:
    """A draft from the body of a record; without fields it shows its base."""
    found = json.loads(body)
    base = found.get("base") or {}
    if "fields" not in found:
        return Draft(to_fields(base), base)
    return Draft(Fields({name: tuple(texts) for name, texts in found["fields"].items()}), base)


def document_of(case: Case) -> dict[str, Any]:
    """A case as the document it would be typed as."""
    return case.model_dump(mode="json", exclude_defaults=True)


def record_of(use: Services, record: str, *kinds: Kind) -> Version:
    """The newest version of a record of these kinds. Raises ``UnknownError``."""
    version = use.store.version(record)
    if version.kind not in kinds or version.removed:
        raise UnknownError(f"no such record: {record}")
    return version


def begun(use: Services, principal: Principal, key: str) -> str:
    """The draft that was begun from the page with this key; "" for none."""
    kept = use.store.remembered(_scope(principal), key) if key else None
    return kept.decode() if kept else ""


def begin(
    use: Services, principal: Principal, draft: Draft, *, person: str, label: str, key: str
) -> Version:
    """Save the first version of a draft, of a new person under ``label`` where none is given.

    A page that is sent twice begins one draft: raises ``BegunError`` for the second. Raises
    ``InputError`` for a reference that cannot be used.
    """
    with use.store.together():
        whose = person or people.add(use, label, by=principal.id).id
        saved = save_draft(use, principal, whose, draft)
        if key:
            mine, until = saved.record.encode(), use.now() + _KEPT
            kept = use.store.remember(_scope(principal), key, mine, until, person=whose)
            if kept != mine:
                raise BegunError(kept.decode())
    return saved


def same(version: Version, draft: Draft, principal: Principal) -> bool:
    """Whether this very draft is what was saved last, by the same hand."""
    return version.by == principal.id and version.body == pack(draft)


def became(version: Version) -> str:
    """The assessment that was made of a draft which is put away; "" for none."""
    of_draft = version.kind is Kind.DRAFT and version.removed
    return (
        version.change.removeprefix(_ASSESSED) if of_draft and _ASSESSED in version.change else ""
    )


def _scope(principal: Principal) -> str:
    return f"case form of {principal.id}"


def save_draft(
    use: Services,
    principal: Principal,
    person: str,
    draft: Draft,
    *,
    record: str = "",
    expect: int = 0,
) -> Version:
    """Save a draft. Raises ``ConflictError`` when it was saved elsewhere meanwhile."""
    return use.store.save(
        person,
        Kind.DRAFT,
        pack(draft),
        by=principal.id,
        at=use.now(),
        change="typed in the case form",
        record=record,
        expect=expect,
    )


def save_assessment(
    use: Services,
    principal: Principal,
    person: str,
    case: Case,
    assessment: Assessment,
    *,
    draft: Version | None = None,
) -> Version:
    """Save a case and its assessment and put the draft away, all or nothing.

    Gives the assessment's version. Raises ``ConflictError`` when the draft is not as it was.
    """
    body = json.dumps(document_of(case), ensure_ascii=False).encode()
    by, at = principal.id, use.now()
    with use.store.together():
        use.store.save(person, Kind.CASE, body, by=by, at=at, change="entered in the case form")
        saved = use.store.save(
            person,
            Kind.ASSESSMENT,
            report_json.encode(assessment),
            by=by,
            at=at,
            change="assessed from the case form",
        )
        if draft:
            use.store.remove(
                draft.record,
                by=by,
                at=at,
                change=f"{_ASSESSED}{saved.record}",
                expect=draft.version,
            )
    return saved


def case_behind(use: Services, version: Version, input_sha256: str) -> Case | None:
    """The case of the same person from which an assessment was made, found by its hash."""
    for kept in reversed(use.store.latest(version.person, Kind.CASE)):
        try:
            case = parse_case(json.loads(kept.body))
        except (InputError, ValueError):
            continue
        if input_hash(case) == input_sha256:
            return case
    return None
