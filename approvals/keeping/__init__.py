"""Keeping: retention, legal holds, disposal and the yearly bundle (domain.md 6.4)."""
