"""Renders an ``Assessment`` for the terminal, as HTML and as JSON. No clinical logic here.

Import the format you need (``report.terminal``, ``report.html``, ``report.json``): each loads
only its own libraries, so that a cold command line stays quick.
"""
