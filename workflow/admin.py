"""Routes and the outbox, to look at. Decisions and acts are not here: auditors read them in context."""

from django.contrib import admin

from ledger.admin import ClosedAdmin
from workflow.models import Outbox, RouteVersion


@admin.register(RouteVersion)
class RouteVersionAdmin(ClosedAdmin):
    list_display = ("code", "number", "name")


@admin.register(Outbox)
class OutboxAdmin(ClosedAdmin):
    """What waits for a worker, and why it has not gone out."""

    list_display = ("topic", "created_at", "not_before", "attempts", "done_at", "last_error")
    list_filter = ("topic", ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("key",)
    ordering = ("-pk",)
