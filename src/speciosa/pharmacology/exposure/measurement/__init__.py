"""Measured plasma levels, and what they say of who this person can be."""
