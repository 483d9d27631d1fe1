"""The calendar in the stock administration. Reports are not here: they change through their own pages only."""

from django.contrib import admin

from ledger.admin import ClosedAdmin, RecordedAdmin
from submissions.models import CalendarRule, Holiday, Period


@admin.register(CalendarRule)
class CalendarRuleAdmin(RecordedAdmin):
    """Months that are open already keep their moments; a rule counts for the months opened after it."""

    list_display = ("fiscal_year", "entry_day", "verify_day", "sign_day", "lock_day", "day_unit", "roll")
    list_select_related = ("fiscal_year",)
    fixed_fields = ("fiscal_year",)


@admin.register(Holiday)
class HolidayAdmin(RecordedAdmin):
    list_display = ("day", "name", "government")
    list_select_related = ("government",)
    date_hierarchy = "day"
    search_fields = ("name",)
    fixed_fields = ("government",)


@admin.register(Period)
class PeriodAdmin(ClosedAdmin):
    list_display = ("first_day", "agency", "entry_due", "sign_due", "lock_at", "closed_at")
    list_filter = ("fiscal_year", "month")
    list_select_related = ("agency",)
    search_fields = ("agency__name", "agency__code")
