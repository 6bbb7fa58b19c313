"""The engine's second implementation: plain numba, one subject at a time, readable as printed."""
