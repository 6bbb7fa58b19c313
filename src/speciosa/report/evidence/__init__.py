"""The living base as a reader sees it: a question, the list, and what an update changed."""
