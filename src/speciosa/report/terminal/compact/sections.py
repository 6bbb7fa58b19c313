"""The body of the compact report: one function a section. The urgent block stands above it."""

from __future__ import annotations

from collections.abc import Callable

from speciosa.assessment import Assessment
from speciosa.report.terminal.compact import care, person, risks
from speciosa.report.terminal.compact.evidence import evidence
from speciosa.report.terminal.page import Page

SECTIONS: dict[str, Callable[[Page, Assessment], None]] = {
    "severity": person.severity,
    "kratom": person.kratom,
    "exposure": person.exposure,
    "mechanism": person.mechanism,
    "interactions": risks.interactions,
    "side_effects": risks.side_effects,
    "regulation": risks.regulation,
    "evidence": evidence,
    "plan": care.plan,
    "consultation": care.consultation,
    "follow_up": care.follow_up,
    "safety_rules": care.safety_rules,
    "missing": care.missing,
    "references": care.references,
    "provenance": care.provenance,
}
