"""Where superusers and staff keep the master data. To everybody else this place does not exist."""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from ledger.admin import runs_the_system

OURS = frozenset({"registry", "submissions", "workflow", "approvals"})


class Administration(admin.AdminSite):
    """The stock site behind its own path: no login page of its own, nothing of other packages, no deletion."""

    site_title = site_header = _("Jenjang administration")
    index_title = _("Master data")
    site_url = "/"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes our own models; guardian, allauth, axes and the like register theirs in vain."""
        given: Iterable[type[Model]] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        )
        ours = [model for model in given if model._meta.app_label in OURS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return runs_the_system(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """404 for whoever does not run the system; who is not signed in is sent to the site's own sign-in."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                raise Http404
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        raise Http404

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")
