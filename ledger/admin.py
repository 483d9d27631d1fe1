"""The stock administration, made to leave traces: each change names its actor in ledger and history."""

from typing import Any

from django.contrib import admin
from django.db import connection
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from ledger.clock import now
from ledger.history import insert_history
from ledger.recording import recorded


def runs_the_system(request: HttpRequest) -> bool:
    """Whether the reader is a member of staff or a superuser: they administer and hold no office."""
    user: Any = request.user
    return bool(user.is_active and (user.is_staff or user.is_superuser))


def is_superuser(request: HttpRequest) -> bool:
    """Whether the reader may administer people and their grants as well."""
    user: Any = request.user
    return bool(user.is_active and user.is_superuser)


class ClosedAdmin(admin.ModelAdmin):
    """Staff may look; nothing is added, changed or deleted."""

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return runs_the_system(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return runs_the_system(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RecordedMixin:
    """Whatever a form does is one transaction in which the ledger knows who acts."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._recorded(request, super().changeform_view, *args, **kwargs)  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._recorded(request, super().delete_view, *args, **kwargs)  # type: ignore[misc]

    def _recorded(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with recorded(request.user):
            return view(request, *args, **kwargs)


class RecordedAdmin(RecordedMixin, ClosedAdmin, SimpleHistoryAdmin):
    """Staff may add and change, and read the history; never delete: what ends gets an end date."""

    object_history_list_template = "admin/history_list.html"
    fixed_fields: tuple[str, ...] = ()  # entered once, when the row is added

    def has_add_permission(self, request: HttpRequest) -> bool:
        return runs_the_system(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return runs_the_system(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return [*fields, *self.fixed_fields] if obj else fields

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Versions are read in the list; putting an old one back would be a change that nobody entered."""
        raise Http404

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return _("History of %(name)s") % {"name": obj}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saves, and keeps the row as the database has it: triggers fill in paths, and its clock counts."""
        obj.skip_history_when_saving = True
        obj.save()
        with connection.cursor() as cursor:
            kind, actor = "~" if change else "+", request.user.pk
            insert_history(cursor, type(obj), [obj.pk], kind=kind, actor_id=actor, at=now())
