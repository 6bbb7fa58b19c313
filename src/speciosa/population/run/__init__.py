"""Blocks of virtual people as jobs, and what all of them come to."""
