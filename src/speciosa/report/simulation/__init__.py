"""A simulated regimen as text, picture, table and JSON."""
