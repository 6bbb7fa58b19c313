"""Charts drawn on the server as SVG. One module a chart; each returns text, or "" for no data.

Every chart has a title and a description for those who cannot see it, and stands beside a table
that holds the same numbers. Colours come from the page's style sheet, so that dark mode and print
need nothing of their own.
"""
