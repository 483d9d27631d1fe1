"""Which connection may change tables."""

from typing import Any


class OwnerMigrates:
    """Only the `owner` alias migrates; the site's own role has rows and no DDL (design.md 10.2)."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """A package's migration asks the default connection for the models of its time, while the owner's transaction
        holds the very tables it needs; so those models are the owner's."""
        return "owner" if model.__module__ == "__fake__" else None

    db_for_write = db_for_read

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True
