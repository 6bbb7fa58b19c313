"""The case form as pure functions: form fields to a case document, and back."""

from speciosa.web.pages.form.document import Built, to_document, to_fields, unshown
from speciosa.web.pages.form.fields import Fields

__all__ = ["Built", "Fields", "to_document", "to_fields", "unshown"]
