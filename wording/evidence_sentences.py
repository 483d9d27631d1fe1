"""Why a file is not taken, in words: its name, the reason, and what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVIDENCE: dict[str, Promise] = {
    "evidence.page": _(
        "“%(name)s” is a web page or a drawing with script, whatever its name says. Print it as a PDF and attach that."
    ),
    "evidence.program": _("“%(name)s” is a program. Attach a document or a photo."),
    "evidence.archive": _("“%(name)s” is an archive of files. Unpack it and attach the files one by one."),
    "evidence.heic": _(
        "“%(name)s” is a photo in the format HEIC or AVIF, which not every office can open. Set the camera to JPEG (“most "
        "compatible”), or share the photo as JPEG and attach that."
    ),
    "evidence.film": _(
        "“%(name)s” is a film. Attach a photo, or a document that says where the film is kept."
    ),
    "evidence.picture_kind": _(
        "“%(name)s” is a picture of a kind that is not accepted. Save it as JPEG or PNG and attach that."
    ),
    "evidence.opendocument": _(
        "“%(name)s” is an OpenDocument file. Save it as XLSX, DOCX or PDF and attach that."
    ),
    "evidence.old_office": _(
        "“%(name)s” is in the format that Word and Excel had before 2007. Save it as XLSX, DOCX or PDF and attach that."
    ),
    "evidence.encrypted": _(
        "“%(name)s” is locked with a password, so nobody could check it. Save it without a password and attach that."
    ),
    "evidence.mixed": _(
        "“%(name)s” has something else before or behind its own content, as if it were two files in one. Open it, save it "
        "again under another name (for a photo: without motion or sound) and attach that."
    ),
    "evidence.cut": _(
        "“%(name)s” ends before its end: a part is missing. Copy it again from where it came and attach it again."
    ),
    "evidence.damaged": _(
        "“%(name)s” is damaged or not written as such files are. Open it, save it again and attach that."
    ),
    "evidence.points": _(
        "“%(name)s” has %(size)s points; at most %(limit)s million are accepted. Make the picture smaller and attach it again."
    ),
    "evidence.bomb": _(
        "“%(name)s” unpacks to more than such a file ever needs. Save it again from the program it was made with, or print "
        "it as a PDF, and attach that."
    ),
    "evidence.macros": _(
        "“%(name)s” contains macros. Save it without macros (XLSX or DOCX) and attach that."
    ),
    "evidence.embedded": _(
        "“%(name)s” contains another file or a control that can start by itself. Remove it, or print the document as a PDF, "
        "and attach that."
    ),
    "evidence.linked": _(
        "“%(name)s” fetches its template, a picture or data from elsewhere when it is opened. Break the links, or print the "
        "document as a PDF, and attach that."
    ),
    "evidence.entities": _(
        "“%(name)s” contains definitions that no office program writes. Save it again from Word or Excel and attach that."
    ),
    "evidence.pdf_active": _(
        "“%(name)s” is a PDF with a script or a command in it. Print it as a new PDF and attach that."
    ),
    "evidence.pdf_attached": _(
        "“%(name)s” is a PDF with other files inside. Print it as a new PDF, attach that, and attach the other files one by one."
    ),
    "evidence.pdf_hidden": _(
        "“%(name)s” is a PDF that is packed in an unusual way and cannot be checked. Print it as a new PDF and attach that."
    ),
    "evidence.disk": _(
        "“%(name)s” could not be stored: the server has no room left. Nothing was kept. Try again later, and tell whoever runs "
        "this site."
    ),
    "evidence.changed": _(
        "%(person)s changed what is said about “%(name)s” at %(changed_at)s, while you had it open. Look at what stands there "
        "now; nothing was overwritten."
    ),
    "evidence.taken": _("“%(value)s” is no date with time. Write it like %(write)s, or leave it empty."),
    "evidence.future": _(
        "%(taken_at)s has not come yet, so nothing can have been photographed then. Write when it was taken, or leave it empty."
    ),
    "evidence.latitude": _(
        "“%(value)s” is no latitude. Write degrees between -90 and 90, for example %(write)s, or leave both fields empty."
    ),
    "evidence.longitude": _(
        "“%(value)s” is no longitude. Write degrees between -180 and 180, for example %(write)s, or leave both fields empty."
    ),
    "evidence.caption": _(
        "The caption has %(length)s characters; at most %(limit)s fit. Make it shorter by %(reduce_by)s."
    ),
    "evidence.unscanned": _(
        "“%(name)s” has not been checked for viruses yet. It can be opened as soon as that is done, mostly within a minute."
    ),
    "evidence.infected": _(
        "“%(name)s” carries a virus (%(found)s) and cannot be opened or submitted. Remove it and attach a clean file."
    ),
    "V-41.infected": _("“%(name)s” carries a virus. Remove it and attach a clean file, then submit again."),
    "notice.evidence.infected": _(
        "%(code)s, %(month)s: “%(name)s” carries a virus (%(found)s). Remove it and attach a clean file."
    ),
    "upload.offset": _("“%(name)s” has arrived up to byte %(received)s. Go on from there."),
    "upload.too_much": _("“%(name)s” was announced with %(size)s bytes and has more. Choose the file again."),
    "upload.many": _(
        "“%(name)s” was not begun: %(count)s files of yours are still on their way, and more than %(limit)s are not "
        "accepted. Wait until some have arrived."
    ),
    "upload.asked": _(
        "“%(value)s” is missing or cannot be read in what was asked. Reload the page and try again."
    ),
    "upload.key": _(
        "This upload was begun with another file, “%(name)s”. Reload the page and choose the file again."
    ),
}
