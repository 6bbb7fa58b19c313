"""Exposure, mechanism and interactions: what reaches the body and what it does there."""
