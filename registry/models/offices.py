"""Who holds which office: people, units, posts, assignments.

Terms and codes: domain.md 1 and 2.1. Rows here change by `registry.services`, the imports and the stock admin; each
change leaves its history row and its ledger event.
"""

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

    class Grouping(models.TextChoices):
        THOUSANDS = "thousands", _("by thousands: 12,345,678")
        LAKH = "lakh", _("by lakh and crore: 1,23,45,678")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Makassar")
    zone_name = models.CharField(_("name of the time zone"), max_length=10, default="WITA")
    currency = models.CharField(_("currency"), max_length=3, default="IDR")
    grouping = models.CharField(
        _("digits are grouped"), max_length=9, choices=Grouping.choices, default=Grouping.THOUSANDS
    )
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
        PLANNER = "planner", _("Completeness check")
        ASSISTANT = "assistant", _("Assistant")
        OVERSIGHT = "oversight", _("Central bureau")
        INSPECTOR = "inspector", _("Inspectorate")
        LEADER = "leader", _("Leader of the government")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    title = models.CharField(_("title"), max_length=200)
    # Who is told when this post is late, and acts when it is vacant; without one, the head of its agency.
    superior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="below", verbose_name=_("superior")
    )
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
    decree_file = models.FileField(
        _("decree"), upload_to="decrees/%Y", max_length=200, blank=True, db_default=""
    )
    decree_name = models.CharField(max_length=200, blank=True, db_default="")  # of the file as it was brought
    decree_sha256 = models.CharField(max_length=64, blank=True, db_default="")
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


class StandIn(models.Model):
    """View: vacant posts, each with the superior who acts in its place once its vacancy lasts as long as a route says."""

    id = models.BigIntegerField(primary_key=True)  # the superior's assignment
    person = models.ForeignKey(User, models.DO_NOTHING, related_name="+")
    post = models.ForeignKey(Post, models.DO_NOTHING, related_name="+")
    capacity = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    unit_name = models.CharField(max_length=200)
    vacant_post = models.ForeignKey(Post, models.DO_NOTHING, related_name="stand_ins")
    role = models.CharField(max_length=20)  # of the vacant post
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+")  # of the vacant post
    unit_path = models.CharField(max_length=200)
    vacant_since = models.DateTimeField(null=True)  # UTC; null when nobody ever held it

    class Meta:
        managed = False
        db_table = "registry_standin"


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
