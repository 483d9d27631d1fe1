"""Master data in the stock administration.

Assignments are not here: they come by decree and import (design.md 10.11).
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from ledger.admin import ClosedAdmin, RecordedAdmin, RecordedMixin, is_superuser
from ledger.clock import now
from registry.grants import AUDIT, OVERSEE, SEE, UnitUserPermission
from registry.models import (
    Assignment,
    BudgetItem,
    FiscalYear,
    Government,
    Nomenclature,
    Post,
    Unit,
    User,
)

RIGHTS = {
    SEE: _("See reports of the unit and below"),
    AUDIT: _("Audit the unit and below"),
    OVERSEE: _("Oversee reporting of the unit and below"),
}


@admin.register(Government)
class GovernmentAdmin(RecordedAdmin):
    list_display = ("code", "name", "time_zone", "currency", "fiscal_start_month")


@admin.register(Unit)
class UnitAdmin(RecordedAdmin):
    """A unit keeps its place in the tree here: moving it would move everything below it."""

    list_display = ("code", "name", "kind", "parent", "route_code")
    list_filter = ("kind", "route_code")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    autocomplete_fields = ("parent",)
    fields = ("government", "parent", "kind", "code", "name", "route_code")
    fixed_fields = ("government", "parent", "kind")


@admin.register(Post)
class PostAdmin(RecordedAdmin):
    list_display = ("title", "role", "unit")
    list_filter = ("role",)
    list_select_related = ("unit",)
    search_fields = ("title", "unit__name", "unit__code")
    autocomplete_fields = ("unit",)
    fields = ("unit", "role", "title")
    fixed_fields = ("unit", "role")


@admin.register(FiscalYear)
class FiscalYearAdmin(RecordedAdmin):
    list_display = ("label", "government", "start_date", "end_date")
    list_select_related = ("government",)
    fixed_fields = ("government",)


@admin.register(Nomenclature)
class NomenclatureAdmin(RecordedAdmin):
    list_display = ("code", "name", "year")
    list_filter = ("year",)
    search_fields = ("code", "name")
    fixed_fields = ("government", "year", "code")


@admin.register(BudgetItem)
class BudgetItemAdmin(RecordedAdmin):
    """Sub-activities come with the plan; here is said who enters and who verifies them."""

    list_display = ("sub_activity_code", "sub_activity_name", "unit", "officer_post", "verifier_post")
    list_filter = ("fiscal_year",)
    list_select_related = ("unit", "officer_post__unit", "verifier_post__unit")
    search_fields = ("sub_activity_code", "sub_activity_name", "unit__name")
    fields = (
        "fiscal_year",
        "unit",
        "sub_activity_code",
        "sub_activity_name",
        "officer_post",
        "verifier_post",
    )
    fixed_fields = ("fiscal_year", "unit", "sub_activity_code", "sub_activity_name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Only posts of the item's own agency with the role that the tier asks for can be chosen."""
        form = super().get_form(request, obj, change, **kwargs)
        posts = (
            Post.objects.filter(unit__agency=obj.unit.agency_id).select_related("unit")
            if obj
            else Post.objects.none()
        )
        for name, role in (("officer_post", Post.Role.OFFICER), ("verifier_post", Post.Role.SECTION_HEAD)):
            field: Any = form.base_fields[name]
            field.queryset = posts.filter(role=role).order_by("unit__code", "title")
        return form


class PersonForm(forms.ModelForm):
    """A person's account, without its password: that has a page of its own."""

    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = (
            "username",
            "name",
            "nip",
            "rank",
            "email",
            "language",
            "is_active",
            "is_staff",
            "is_superuser",
        )

    def clean(self) -> dict[str, Any]:
        """Who administers holds no office, now or later (design.md 10.11)."""
        given = super().clean() or {}
        administers = given.get("is_staff") or given.get("is_superuser")
        held = self._assignments().first() if administers and self.instance.pk else None
        if held:
            raise forms.ValidationError(
                _(
                    "%(name)s is assigned to %(post)s from %(from)s. Staff and superusers hold no office: "
                    "end that assignment first, or make a second account for administering."
                ),
                params={"name": held.person, "post": held.post, "from": held.valid_from},
            )
        return given

    def save(self, commit: bool = True) -> User:
        if not self.instance.pk:
            self.instance.set_unusable_password()
        return super().save(commit)

    def _assignments(self) -> QuerySet[Assignment]:
        lasting = Q(valid_to=None) | Q(valid_to__gte=localdate(now()))
        return Assignment.objects.filter(lasting, person=self.instance).select_related("person", "post__unit")


@admin.register(User)
class PersonAdmin(RecordedAdmin, UserAdmin):
    """People's accounts: superusers change them, staff may look."""

    form = add_form = PersonForm
    add_form_template = None
    list_display = ("username", "name", "nip", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username", "name", "nip")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = ((None, {"fields": (*PersonForm.Meta.fields, "password_page")}),)
    add_fieldsets = ((None, {"fields": PersonForm.Meta.fields}),)
    readonly_fields = ("password_page",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Nobody sets the password of another: its person gets a link."""
        raise Http404

    @admin.display(description=_("password and second factor"))
    def password_page(self, person: User) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("account_of_person", args=[person.pk]),
            _("Send a link, remove factors"),
        )


class GrantForm(forms.ModelForm):
    """One of the three rights, on one unit and all below it."""

    permission = ModelChoiceField(Permission.objects.none(), label=_("right"))

    class Meta:
        model = UnitUserPermission
        fields = ("user", "permission", "content_object")
        labels = {"user": _("person"), "content_object": _("unit")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permission" in self.fields:
            rights: Any = self.fields["permission"]
            rights.queryset = Permission.objects.filter(
                content_type__app_label="registry", content_type__model="unit", codename__in=RIGHTS
            )
            rights.label_from_instance = lambda right: RIGHTS[right.codename]


@admin.register(UnitUserPermission)
class GrantAdmin(RecordedMixin, ClosedAdmin):
    """Who sees what. A grant is given or taken back, never changed; the ledger keeps both, with the giver."""

    form = GrantForm
    list_display = ("user", "right", "content_object")
    list_display_links = ("right",)
    list_filter = ("permission__codename",)
    list_select_related = ("user", "permission", "content_object")
    search_fields = ("user__name", "user__username", "content_object__name", "content_object__code")
    autocomplete_fields = ("user", "content_object")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    @admin.display(description=_("right"))
    def right(self, grant: UnitUserPermission) -> str:
        return str(RIGHTS.get(grant.permission.codename, grant.permission.codename))
