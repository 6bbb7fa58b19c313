"""A regimen simulated: curves, figures, how long levels take to fade."""
