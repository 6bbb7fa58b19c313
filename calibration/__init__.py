"""Calibration of the models to published data; not part of the package."""
