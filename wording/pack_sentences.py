"""What is said about KPI packs of public entities and about the formulas of their indicators."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PACKS: dict[str, Promise] = {
    "pack.missing": _(
        "%(field)s: nothing is entered. Enter the figure, or say in its note why there is none (at least %(shortest)s "
        "characters)."
    ),
    "pack.below_zero": _(
        "%(field)s: %(entered_qty)s is below zero, and this figure cannot be. Enter zero or more."
    ),
    "pack.whole": _("“%(value)s” is no whole number. Enter it without a fraction."),
    "pack.part": _(
        "%(field)s: %(entered_rp)s is more than %(whole)s, %(limit_rp)s, of which it is a part. Correct one of them; the "
        "difference is %(reduce_by_rp)s."
    ),
    "pack.unexplained": _(
        "Indicators in alarm: %(count)s. Say cause and action in at least %(shortest)s characters; there are %(length)s."
    ),
    "pack.no_file": _("No file is attached. Attach the accounts or another paper that shows these figures."),
    "pack.statement": _(
        "The statement is not ticked yet. Everything is saved; read the statement, tick it, then submit."
    ),
    "pack.order_submit": _(
        "An earlier quarter (it began in %(earlier)s) is not submitted yet. Quarters go in order: submit that one first."
    ),
    "pack.order_sign": _(
        "An earlier quarter (it began in %(earlier)s) is not signed yet. Quarters go in order: sign that one first."
    ),
    "pack.window_not_open": _("This quarter is not open yet. It opens on %(opens_at)s."),
    "pack.window_locked": _("This quarter was locked on %(locked_at)s. Ask for it to be reopened."),
    "pack.quarter": _(
        "“%(value)s” is no quarter. Write it as fiscal year and number, for example 2025-26/1."
    ),
    "notice.pack.waits": _(
        "The KPI pack of %(name)s, %(quarter)s, waits for you. It comes from %(person)s (%(office)s)."
    ),
    "notice.pack.returned": _(
        "%(person)s (%(office)s) returned the KPI pack of %(name)s, %(quarter)s: %(reason)s"
    ),
    "notice.pack.published": _(
        "The KPI pack of %(name)s, %(quarter)s, was accepted by %(person)s and published."
    ),
    "formula.length": _(
        "The formula has %(length)s characters; at most %(limit)s are read. Split it into two indicators."
    ),
    "formula.unreadable": _("“%(text)s” cannot be read as a formula. Check its brackets and signs."),
    "formula.part": _(
        "“%(part)s” in “%(text)s” is nothing that a formula may say. Use names of figures, numbers, + - * / and the functions "
        "that are named in the handbook."
    ),
    "formula.name": _(
        "The indicator %(indicator)s asks for %(names)s, which the form does not ask. Correct the name."
    ),
    "formula.shape": _(
        "The form cannot be read (%(kind)s). Compare its entries with those of an earlier version."
    ),
}
