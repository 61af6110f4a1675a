"""Indicators: one pure function on columns for each domain, all of them listed in `catalogue.py`."""
