"""Virtual people: what they swallow, their bodies, and their levels under every structure."""
