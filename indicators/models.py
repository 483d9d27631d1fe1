"""The quarterly KPI pack of a public entity: its form, its figures, its files (domain.md 5.5)."""

from functools import cached_property

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from indicators.answers import content_of, gather
from indicators.definitions import Form
from indicators.formulas import FormulaRefused
from indicators.revisions import REPLACED, replaced, revise
from ledger.history import kept
from registry.models import FiscalYear, Post, Reach, Unit, User
from submissions.models import new_token
from wording.sentences import say
from workflow import route
from workflow.document import Document
from workflow.models import Grant


class FormVersion(models.Model):
    """What a pack asks and computes, as data. Never changed: a change is a new version, for quarters opened later."""

    code = models.CharField(_("code"), max_length=20)
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200)
    route_code = models.CharField(_("route of its packs"), max_length=20)
    fields = models.JSONField(_("figures that are asked for"))
    indicators = models.JSONField(_("indicators that are computed"))

    class Meta:
        verbose_name, verbose_name_plural = _("form of KPI packs"), _("forms of KPI packs")
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_form_per_code_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    @cached_property
    def form(self) -> Form:
        """As the pure functions read it; raises FormulaRefused when it cannot be."""
        return Form.of(self.fields, self.indicators)

    def clean(self) -> None:
        try:
            Form.of(self.fields, self.indicators)
        except FormulaRefused as refused:
            raise ValidationError(say(refused.code, refused.params)) from refused
        except (TypeError, AttributeError) as error:
            raise ValidationError(say("formula.shape", {"kind": str(error)})) from error


class PackQuerySet(models.QuerySet["Pack"]):
    """Packs as somebody may see them."""

    def visible_to(self, user: User) -> "PackQuerySet":
        """One SQL predicate: those of the entities where one holds an office, and all below one's offices and grants."""
        path = OuterRef("unit__path")
        below = Func(path, F("path"), function="starts_with", output_field=models.BooleanField())
        return self.filter(
            Q(unit__in=Unit.objects.filter(posts__offices__person=user.pk).values("pk"))
            | Exists(Reach.objects.filter(below, person=user.pk))
        )


class Pack(Document):
    """What one public entity reports of one quarter. Moments are UTC."""

    moments = {
        route.SUBMIT: "submitted_at", route.VERIFY: "verified_at", route.SIGN: "signed_at", route.PUBLISH: "published_at",
    }  # fmt: skip

    topics = {
        route.SUBMIT: "pack.waits", route.VERIFY: "pack.waits", route.SIGN: "pack.waits", route.RETURN: "pack.returned",
        route.PUBLISH: "pack.published",
    }  # fmt: skip

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="packs", verbose_name=_("public entity"))
    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))  # of the fiscal year
    revision = models.PositiveSmallIntegerField(default=0)
    form = models.ForeignKey(FormVersion, models.PROTECT, related_name="packs")
    first_day = models.DateField()
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    locks_at = models.DateTimeField()
    remarks = models.TextField(_("cause and action"), blank=True, max_length=4000)
    submitted_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    objects = PackQuerySet.as_manager()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("KPI pack"), _("KPI packs")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "fiscal_year", "quarter", "revision"],
                name="one_pack_per_quarter_and_revision",
            ),
            models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name="pack_quarter_1_to_4"),
        ]
        indexes = [models.Index(fields=["unit", "first_day"], name="pack_by_quarter")]

    def __str__(self) -> str:
        return self.token

    facts = classmethod(gather)
    content = classmethod(content_of)
    revise = classmethod(revise)
    replaced = classmethod(replaced)
    predecessors = REPLACED


class PackFigure(models.Model):
    """One reported figure: money of the government's currency, a number, days, or yes (1) and no (0); NULL is "not entered"."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="figures")
    code = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("figure"), _("figures")
        constraints = [models.UniqueConstraint(fields=["pack", "code"], name="one_figure_per_code")]


class PackFile(models.Model):
    """A file behind the figures. Its type is what its content says, not its name."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="files")
    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    file = models.FileField(upload_to="packs/%Y/%m", max_length=200)
    original_name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("file of a pack"), _("files of packs")
        constraints = [models.UniqueConstraint(fields=["pack", "sha256"], name="same_file_once_per_pack")]


class PackEditor(models.Model):
    """Who entered or changed a pack since its revision began: they may not decide on it (V-53)."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="editors")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, related_name="+"
    )  # the mandate, when he assists

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "person"], name="one_editor_row_per_pack_and_person")
        ]


class PackOpening(models.Model):
    """The tier that holds a pack has looked at it: from then on it cannot be recalled. A side table: the pack is frozen."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="openings")
    step = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "step", "person"], name="one_pack_opening_per_person")
        ]


class PackHolder(models.Model):
    """View: the posts that have to act next on each pack that waits for somebody."""

    pack = models.OneToOneField(Pack, models.DO_NOTHING, primary_key=True, related_name="+")
    post = models.ForeignKey(Post, models.DO_NOTHING, related_name="+")
    tier = models.PositiveSmallIntegerField()

    class Meta:
        managed = False
        db_table = "indicators_holder"
