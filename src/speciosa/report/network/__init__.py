"""A network meta-analysis for people and programs: document, text, pictures, league table."""
