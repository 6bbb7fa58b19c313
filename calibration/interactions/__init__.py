"""Calibration of the interaction model on studied pairs, and the page that judges it."""
