"""A pooled effect as text, JSON and pictures."""
