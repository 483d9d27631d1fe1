"""Each peer does the same work in its own way and its own database: enter a report's rows, then four decisions."""
