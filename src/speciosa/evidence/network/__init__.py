"""Network meta-analysis: every treatment against every other, direct and indirect."""
