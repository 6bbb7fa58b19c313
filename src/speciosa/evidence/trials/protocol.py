"""The skeleton of a protocol: what the design fills in, and what people must decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speciosa.evidence.trials.design.document import Design, Option, Strategy
from speciosa.evidence.trials.design.guard import is_opioid
from speciosa.evidence.trials.protocol_words import sentences
from speciosa.evidence.trials.result import Item, Protocol, Section
from speciosa.knowledge.evidence.trial import Concerns

if TYPE_CHECKING:
    from speciosa.evidence.trials.design.assumptions import Assumption
    from speciosa.evidence.trials.result import Characteristics, Course, SampleSize
    from speciosa.knowledge import Knowledge

_NAME = re.compile(r"\{(\w+)\}")


def protocol(  # noqa: PLR0913, PLR0917  # everything that a protocol tells
    design: Design,
    found: tuple[Assumption, ...],
    course: Course,
    size: SampleSize | None,
    planned: Characteristics,
    knowledge: Knowledge,
) -> Protocol:
    """Fill the skeleton of the base with a design."""
    words = knowledge.evidence.protocol
    kratom = design.treatment.kind is Option.KRATOM
    opioid = is_opioid(design, knowledge)
    concerned = {Concerns.ALL: True, Concerns.OPIOID: opioid, Concerns.KRATOM: kratom}
    filled = sentences(design, found, size, planned, words.words, opioid=opioid)
    given = design.treatment.dose_words
    # A dose in a design file is repeated as what it is: somebody else's words.
    doses = [words.dose] if opioid else []
    if given:
        doses.append(words.dose_given.replace("{dose}", given))
    filled["dose"] = " ".join(doses)

    def fill(text: str) -> str:
        # One pass: braces in a designer's own words stay as they are.
        return _NAME.sub(lambda name: filled.get(name[1], name[0]), text).strip()

    policy = design.analysis.strategy is Strategy.TREATMENT_POLICY
    about = words.kratom if kratom else words.opioid if opioid else ()
    return Protocol(
        opening=(*words.opening, *about),
        dose=tuple(doses),
        estimand=tuple(_item(e.attribute, fill(e.filled), e.decide) for e in words.estimand),
        intercurrent=tuple(
            _item(e.event, fill(e.treatment_policy if policy else e.hypothetical), "")
            for e in words.intercurrent
            if concerned[e.concerns]
        ),
        sections=tuple(
            Section(
                title=section.title,
                items=tuple(
                    Item(
                        number=item.number,
                        number_2013=item.number_2013,
                        title=item.title,
                        filled=fill(item.filled),
                        decide=item.decide,
                    )
                    for item in section.items
                ),
            )
            for section in words.sections
        ),
        monitoring=tuple(
            _item(m.what, m.how, m.decide) for m in words.monitoring if concerned[m.concerns]
        ),
        stopping=tuple(
            _item(s.whom, fill(s.rule), "") for s in words.stopping if concerned[s.concerns]
        ),
        regulation=words.regulation if kratom else words.regulation[-1:],
    )


def _item(title: str, filled: str, decide: str) -> Item:
    return Item(number="", number_2013="", title=title, filled=filled, decide=decide)
