"""Fixtures of the attacks live beside the attacker."""

from tests.ledger.attacker import he, site

__all__ = ["he", "site"]
