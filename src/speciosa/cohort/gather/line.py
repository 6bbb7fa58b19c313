"""One line of an export, read strictly: a JSON object that says its type, or a reason why not."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from speciosa.cohort.jsonline import decoded
from speciosa.cohort.whose import whose
from speciosa.errors import SpeciosaError
from speciosa.fhir.read.medicines import KINDS

# What a case is made of. Other resources of the chosen are kept only if they name kratom.
READ = KINDS | {
    "Condition",
    "FamilyMemberHistory",
    "Flag",
    "Observation",
    "Patient",
    "QuestionnaireResponse",
}

NO_JSON = "not JSON"
NO_UTF8 = "not UTF-8"
NO_OBJECT = "not a JSON object"
NO_TYPE = "no resource type"
TOO_DEEP = "nested too deeply"
TOO_LONG = "longer than a line may be"
DAMAGED = "the file is damaged"

_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")


class BadLineError(SpeciosaError):
    """A line that cannot be read; the message is the reason, and holds nothing of the line."""


class Head(msgspec.Struct, frozen=True):
    """What has to be known of every line."""

    resourceType: Any = None  # noqa: N815 (FHIR's name)
    id: Any = None
    subject: Any = None
    patient: Any = None
    source: Any = None
    author: Any = None
    contained: Any = None

    @property
    def kind(self) -> str:
        """The type of the resource."""
        return str(self.resourceType)

    @property
    def name(self) -> str:
        """``Type/id``, or the type alone of a resource without an id."""
        return f"{self.kind}/{self.id}" if self.has_id else self.kind

    @property
    def has_id(self) -> bool:
        """Whether it has an id that is a text."""
        return isinstance(self.id, str) and bool(self.id)

    def whose(self) -> str:
        """The person it is about, for the types in ``READ``; see :func:`whose.whose`."""
        # The fields of these types are all here.
        return whose({name: getattr(self, name) for name in self.__struct_fields__})


_HEAD = msgspec.json.Decoder(Head)
_RAW = msgspec.json.Decoder(msgspec.Raw)
_WHOLE = msgspec.json.Decoder(dict[str, Any])


def read_head(line: bytes) -> Head:
    """The head of a line that is not empty. Raises :class:`BadLineError`."""
    try:
        if not line.isascii():
            line.decode()
        head: Head = decoded(line, _HEAD)
    except RecursionError:
        raise BadLineError(TOO_DEEP) from None
    except UnicodeDecodeError:
        raise BadLineError(NO_UTF8) from None
    except msgspec.ValidationError:
        raise BadLineError(_why_no_object(line)) from None
    except msgspec.DecodeError:
        raise BadLineError(NO_JSON) from None
    if not is_type(head.resourceType):
        raise BadLineError(NO_TYPE)
    return head


def _why_no_object(line: bytes) -> str:
    try:
        decoded(line, _RAW)
    except (msgspec.DecodeError, RecursionError):
        return NO_JSON
    return NO_OBJECT


def is_type(value: object) -> bool:
    """Whether a value can be the name of a type of resource."""
    return isinstance(value, str) and _TYPE.fullmatch(value) is not None


def read_whole(line: bytes) -> dict[str, Any]:
    """All of a line. Raises :class:`BadLineError`, for numbers without end too."""
    try:
        found: dict[str, Any] = decoded(line, _WHOLE)
    except RecursionError:
        raise BadLineError(TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadLineError(NO_JSON) from None
    return found
