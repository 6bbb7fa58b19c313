"""The answer to one question about medicines together: as data, as text, and of all pairs."""
