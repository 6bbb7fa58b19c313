"""Which source of variation the spread of a level comes from: Sobol indices."""
