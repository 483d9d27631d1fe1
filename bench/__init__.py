"""The engine measured beside its peers, on the same work, in one go: `make bench` (docs/speed.md)."""
