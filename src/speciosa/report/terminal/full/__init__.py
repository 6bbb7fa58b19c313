"""Every section of the terminal report in full detail."""
