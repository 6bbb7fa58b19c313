"""Effects that add up, oppose one another or harm together."""
