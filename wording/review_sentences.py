"""What is said while a report is judged: comments on cells, who opened it, what became of what was asked for."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REVIEW: dict[str, Promise] = {
    "comment.length": _(
        "The comment has %(length)s characters; it needs %(shortest)s to %(longest)s. Nothing was kept of it yet: change it, "
        "then keep it."
    ),
    "comment.cell": _("This cell is not in the report any more. Choose another cell, or the whole report."),
    "comment.holder": _(
        "Only the office that holds a report can comment on it; this one is %(state)s. Ask that office to say it."
    ),
    "review.opened": _("Opened by %(person)s, %(office)s, on %(opened_at)s; it can no longer be recalled."),
}
