"""Validation of what the evidence room computes, one module for each part of the report."""
