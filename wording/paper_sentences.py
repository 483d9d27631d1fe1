"""What the command says of a file that is, or once was, a document of ours."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PAPERS: dict[str, Promise] = {
    "paper.superseded": _("The document is genuine, but a later revision replaces it or a part of it."),
    "paper.unpublished": _("The document was signed here but is not published. Do not rely on it."),
    "paper.unsigned": _("This is the document as it was before its signature. Ask for the signed file."),
    "paper.truncated": _(
        "The file is cut off: it is the first %(at)s of the document's %(size)s bytes. Download it again."
    ),
    "paper.cut_somewhere": _("The file is cut off: its end is missing. Download it again."),
    "paper.appended": _("Something was added behind the document's %(at)s bytes. Do not rely on it."),
    "paper.resigned": _(
        "The document was signed again or written into after its signature. Do not rely on it."
    ),
    "paper.altered": _(
        "The file was made from the document and changed: it differs from byte %(at)s of %(size)s on. Do not rely on it."
    ),
    "paper.elsewhere": _(
        "The signature is genuine and covers the whole file, but this file is not among the documents here."
    ),
}
