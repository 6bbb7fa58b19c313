"""Severity, dependence, safety and care: the clinical rooms."""
