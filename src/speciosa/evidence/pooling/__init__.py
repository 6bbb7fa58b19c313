"""One comparison pooled: models, heterogeneity, rare events, moderators, small-study effects."""
