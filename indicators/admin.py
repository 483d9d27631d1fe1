"""Forms of packs in the stock administration: a new version may be added, none is ever changed. Packs are not here."""

from django.contrib import admin
from django.http import HttpRequest

from indicators.models import FormVersion
from ledger.admin import ClosedAdmin, RecordedMixin, is_superuser


@admin.register(FormVersion)
class FormVersionAdmin(RecordedMixin, ClosedAdmin):
    """What packs ask and compute, version by version; quarters that are open keep theirs."""

    list_display = ("code", "number", "name", "route_code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)
