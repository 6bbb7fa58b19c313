"""A simulated trial: text, JSON, a page with its protocol, and charts."""
