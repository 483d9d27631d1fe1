"""Within which units somebody audits. Who audits nothing finds no page of the auditors'."""

from django.http import Http404

from registry.models import User
from registry.selectors import audited_paths


def reach(user: object) -> tuple[User, list[str]]:
    """The auditor and the paths below which he audits; Http404 for everybody else."""
    paths = audited_paths(user) if isinstance(user, User) else []
    if not isinstance(user, User) or not paths:
        raise Http404
    return user, paths
