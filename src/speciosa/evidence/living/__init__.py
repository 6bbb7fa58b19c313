"""The living base: study records -> questions -> pooled and graded; what a new study changes."""
