"""Operating characteristics: blocks of trials analysed, counted, and turned into figures."""
