"""The demonstration regency: deterministic, fictitious, with official-looking codes (domain.md 7)."""
