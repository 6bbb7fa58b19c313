"""A file of studies read into a typed table: which columns mean what, and what is wrong with it."""
