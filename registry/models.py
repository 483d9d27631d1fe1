"""Who holds which office, and what may be spent on what: people, units, posts, plans.

Terms and codes: domain.md 1 and 2.1. Rows here change by `registry.services`, the imports and the stock admin; each
change leaves its history row and its ledger event.
"""

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept


class UserManager(BaseUserManager["User"]):
    """Makes people. A superuser runs the system and holds no office (design.md 10.11)."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. What he may do follows from his posts, what he may see also from grants."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    nip = models.CharField(
        _("NIP"), max_length=18, unique=True, null=True, blank=True, validators=[RegexValidator(r"^\d{18}$")]
    )
    rank = models.CharField(_("rank"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="id")
    is_staff = models.BooleanField(_("may administer"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    objects = UserManager()
    history = kept(excluded_fields=["password", "last_login"])

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Government(models.Model):
    """A regency, city, province or country: the root of a unit tree, with its zone, money and code patterns."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Makassar")
    zone_name = models.CharField(_("name of the time zone"), max_length=10, default="WITA")
    currency = models.CharField(_("currency"), max_length=3, default="IDR")
    language = models.CharField(_("language of documents"), max_length=2, default="id")
    fiscal_start_month = models.PositiveSmallIntegerField(_("first month of the fiscal year"), default=1)
    sub_activity_pattern = models.CharField(_("pattern of sub-activity codes"), max_length=200)
    account_pattern = models.CharField(_("pattern of account codes"), max_length=200)
    unit_pattern = models.CharField(_("pattern of unit codes"), max_length=200)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("government"), _("governments")
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_start_month__in=(1, 7)), name="government_starts_in_1_or_7"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A node of the organisation. `path` and `agency` are kept by a trigger: '/3/17/' is unit 17 under root 3."""

    class Kind(models.TextChoices):
        GOVERNMENT = "GOVERNMENT", _("Government")
        AGENCY = "AGENCY", _("Agency")
        SECTION = "SECTION", _("Section")
        UPTD = "UPTD", _("Technical unit")
        DISTRICT = "DISTRICT", _("District")
        WARD = "WARD", _("Urban ward")
        HEALTH_CENTRE = "HEALTH_CENTRE", _("Health centre")
        HOSPITAL = "HOSPITAL", _("Hospital")
        PUBLIC_ENTITY = "PUBLIC_ENTITY", _("Public entity")

    government = models.ForeignKey(Government, models.PROTECT, verbose_name=_("government"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    route_code = models.CharField(_("route of its reports"), max_length=20, default="DINAS")
    path = models.CharField(max_length=200, editable=False, default="")
    agency = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    history = kept()

    # Kinds that hold a budget of their own and whose head signs.
    AGENCY_KINDS = (Kind.AGENCY, Kind.DISTRICT, Kind.PUBLIC_ENTITY)

    class Meta:
        verbose_name, verbose_name_plural = _("unit"), _("units")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["government", "code"], name="one_unit_per_code"),
            models.UniqueConstraint(
                fields=["government"], condition=Q(parent=None), name="one_root_per_government"
            ),
        ]
        indexes = [models.Index(fields=["path"], name="unit_path", opclasses=["text_pattern_ops"])]
        permissions = [
            ("see_unit", "See reports of the unit and below"),
            ("audit_unit", "Audit the unit and below"),
            ("oversee_unit", "Oversee reporting of the unit and below"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """An office at a unit. Rights belong to the post; people come and go by assignment."""

    class Role(models.TextChoices):
        OFFICER = "officer", _("Technical officer")
        SECTION_HEAD = "section_head", _("Section head")
        AGENCY_HEAD = "agency_head", _("Agency head")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    title = models.CharField(_("title"), max_length=200)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("post"), _("posts")
        constraints = [models.UniqueConstraint(fields=["unit", "role", "title"], name="one_post_per_title")]

    def __str__(self) -> str:
        return f"{self.title}, {self.unit}"


class Assignment(models.Model):
    """A person holds a post: definitively, or acting (Plt.: vacant post, Plh.: holder absent), by decree, from-to."""

    class Kind(models.TextChoices):
        DEFINITIVE = "definitive", _("Definitive")
        PLT = "plt", "Plt."
        PLH = "plh", "Plh."

    person = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name=_("person"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="assignments", verbose_name=_("post"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DEFINITIVE)
    decree_no = models.CharField(_("decree number"), max_length=80)
    decree_date = models.DateField(_("decree date"), null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("assignment"), _("assignments")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="assignment_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="one_holder_at_a_time",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="definitive"),
            ),
            ExclusionConstraint(
                name="one_acting_holder_at_a_time",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(kind="definitive"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()} {self.post}"


class Office(models.Model):
    """View: the offices in force now, by the database's clock. Plt. and Plh. replace the definitive holder."""

    id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(User, models.DO_NOTHING, related_name="offices")
    post = models.ForeignKey(Post, models.DO_NOTHING, related_name="offices")
    capacity = models.CharField(max_length=10)
    role = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.DO_NOTHING)
    unit_name = models.CharField(max_length=200)
    unit_path = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "registry_office"


class Reach(models.Model):
    """View: below which unit paths a person sees every report: as head of it, or by a grant."""

    id = models.CharField(primary_key=True, max_length=60)
    person = models.ForeignKey(User, models.DO_NOTHING, related_name="reaches")
    unit = models.ForeignKey(Unit, models.DO_NOTHING)
    path = models.CharField(max_length=200)
    right = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "registry_reach"


class FiscalYear(models.Model):
    """A budget year of a government; months are counted from its start, 1 to 12, and 13 is the adjustment."""

    government = models.ForeignKey(
        Government, models.PROTECT, related_name="fiscal_years", verbose_name=_("government")
    )
    label = models.CharField(_("label"), max_length=9)
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("fiscal year"), _("fiscal years")
        constraints = [
            models.UniqueConstraint(fields=["government", "label"], name="one_fiscal_year_per_label")
        ]

    def __str__(self) -> str:
        return self.label


class Nomenclature(models.Model):
    """Name of a programme, activity or sub-activity code, as the nomenclature of that year has it (domain.md 1.2)."""

    government = models.ForeignKey(Government, models.PROTECT, verbose_name=_("government"))
    year = models.PositiveSmallIntegerField(_("year"))
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=400)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("nomenclature"), _("nomenclature")
        constraints = [
            models.UniqueConstraint(fields=["government", "year", "code"], name="one_name_per_code_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BudgetItem(models.Model):
    """A sub-activity at a unit in a year. The code alone is not a key: twelve health centres carry the same (T-20)."""

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="items", verbose_name=_("unit"))
    sub_activity_code = models.CharField(_("sub-activity code"), max_length=40)
    sub_activity_name = models.CharField(_("sub-activity"), max_length=400, blank=True)
    output_indicator = models.CharField(_("output indicator"), max_length=400, blank=True)
    output_unit = models.CharField(_("unit of output"), max_length=80, blank=True)
    officer_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entered_items",
        verbose_name=_("technical officer's post"),
    )
    verifier_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verified_items",
        verbose_name=_("verifier's post"),
    )
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("sub-activity"), _("sub-activities")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "unit", "sub_activity_code"], name="one_item_per_unit_and_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sub_activity_code} {self.sub_activity_name}".strip()


class BudgetLine(models.Model):
    """What an item buys: account and fund source."""

    item = models.ForeignKey(BudgetItem, models.PROTECT, related_name="lines", verbose_name=_("sub-activity"))
    account_code = models.CharField(_("account"), max_length=40, blank=True)
    account_name = models.CharField(_("account name"), max_length=400, blank=True)
    fund_source = models.CharField(_("fund source"), max_length=40, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("budget line"), _("budget lines")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "account_code", "fund_source"], name="one_line_per_account_and_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_code} {self.fund_source}".strip()


class BudgetVersion(models.Model):
    """One approved state of a unit's budget, in force from `effective_month` until a later one (domain.md 0.4)."""

    class Kind(models.TextChoices):
        MURNI = "murni", _("Original budget")
        PERGESERAN = "pergeseran", _("Budget shift")
        PERUBAHAN = "perubahan", _("Revised budget")
        EFISIENSI = "efisiensi", _("Efficiency cut")

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    effective_month = models.PositiveSmallIntegerField(_("in force from month"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("budget version"), _("budget versions")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "unit", "sequence"], name="one_version_per_sequence"
            ),
            models.CheckConstraint(condition=Q(effective_month__range=(1, 13)), name="version_month_1_to_13"),
            models.CheckConstraint(
                condition=~Q(kind="murni") | Q(effective_month=1),
                name="original_budget_is_in_force_from_month_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.sequence})"


class BudgetItemVersion(models.Model):
    """Ceiling (rupiah) and output target of an item in one version."""

    class Mode(models.TextChoices):
        PERCENT = "PERCENT", _("Percentage points")
        VOLUME = "VOLUME", _("Output volume")
        TIME = "TIME", _("Time")
        MILESTONE = "MILESTONE", _("Milestones")

    item = models.ForeignKey(
        BudgetItem, models.PROTECT, related_name="versions", verbose_name=_("sub-activity")
    )
    version = models.ForeignKey(
        BudgetVersion, models.PROTECT, related_name="items", verbose_name=_("budget version")
    )
    ceiling = models.DecimalField(_("ceiling"), max_digits=20, decimal_places=2)
    output_target = models.DecimalField(
        _("output target"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    physical_mode = models.CharField(
        _("physical mode"), max_length=10, choices=Mode.choices, default=Mode.PERCENT
    )
    active = models.BooleanField(_("active"), default=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("ceiling of a sub-activity"), _("ceilings of sub-activities")
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="one_ceiling_per_item_and_version"),
            models.CheckConstraint(condition=Q(ceiling__gte=Decimal(0)), name="item_ceiling_not_negative"),
        ]


class BudgetLineVersion(models.Model):
    """Ceiling (rupiah) of a line in one version."""

    line = models.ForeignKey(
        BudgetLine, models.PROTECT, related_name="versions", verbose_name=_("budget line")
    )
    version = models.ForeignKey(
        BudgetVersion, models.PROTECT, related_name="lines", verbose_name=_("budget version")
    )
    ceiling = models.DecimalField(_("ceiling"), max_digits=20, decimal_places=2)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("ceiling of a line"), _("ceilings of lines")
        constraints = [
            models.UniqueConstraint(fields=["line", "version"], name="one_ceiling_per_line_and_version"),
            models.CheckConstraint(condition=Q(ceiling__gte=Decimal(0)), name="line_ceiling_not_negative"),
        ]


class MonthlyPlan(models.Model):
    """Planned cash (rupiah) and physical increment (points, or output units in VOLUME mode); NULL is "no plan"."""

    item_version = models.ForeignKey(
        BudgetItemVersion, models.PROTECT, related_name="plan", verbose_name=_("ceiling")
    )
    month = models.PositiveSmallIntegerField(_("month"))
    cash = models.DecimalField(_("planned cash"), max_digits=20, decimal_places=2, null=True, blank=True)
    physical = models.DecimalField(
        _("planned physical"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("monthly plan"), _("monthly plans")
        constraints = [
            models.UniqueConstraint(fields=["item_version", "month"], name="one_plan_per_month"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="plan_month_1_to_12"),
        ]


from registry.grants import UnitGroupPermission, UnitUserPermission  # noqa: E402  (needs Unit above)

__all__ = ["UnitGroupPermission", "UnitUserPermission"]
