"""The evidence for one person: options ranked by certainty, then size; kratom in its place."""
