"""What citizens say, and what became of it."""
