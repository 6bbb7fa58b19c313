"""GRADE: judgements recorded per domain, the certainty they add up to, absolute effects."""
