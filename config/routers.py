"""Which connection may change tables."""

from typing import Any


class OwnerMigrates:
    """Only the `owner` alias migrates; the site's own role has rows and no DDL (design.md 10.2)."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True
