"""Every section of the terminal report in a few lines, without leaving out a warning."""
