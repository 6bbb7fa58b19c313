"""A population's result as files, text and JSON."""
