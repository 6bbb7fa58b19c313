"""Kratom in an interaction: its use, what it does to medicines, and what they do to it."""
