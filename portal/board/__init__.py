"""The compliance board: who has not reported, and who is reminded."""
