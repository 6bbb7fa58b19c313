"""Follow-up over time: what changed, how surely, and what that says of this person."""
