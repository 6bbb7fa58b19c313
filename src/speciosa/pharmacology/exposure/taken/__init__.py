"""Products as reported: their content, amounts, and how these compare with what was studied."""
