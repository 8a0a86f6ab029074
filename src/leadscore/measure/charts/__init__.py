"""Charts as SVG text, in pure Python: no script, no font, no fetch."""
