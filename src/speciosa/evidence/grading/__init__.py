"""GRADE: recorded judgements per domain, the certainty they add up to, effects in absolute terms."""
