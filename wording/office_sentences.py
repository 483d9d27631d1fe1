"""What is said about posts and who holds them: appointing, ending, rotating; see `wording.catalogue`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OFFICES: dict[str, Promise] = {
    "office.stranger": _(
        "You hold no office that appoints to this post. Ask the head of the agency or the central bureau."
    ),
    "office.bureau_only": _("Only the central bureau may let many people change posts by one file."),
    "office.self": _(
        "Nobody appoints himself, and nobody changes his own assignment. Ask the central bureau."
    ),
    "office.staff": _(
        "%(name)s runs the system, and whoever runs it holds no post. Choose somebody else, or another account of the person."
    ),
    "office.inactive": _("The account of %(name)s is closed. Choose somebody else, or have it opened."),
    "office.outside": _(
        "%(name)s holds no post at this agency. Choose somebody who does, or ask the central bureau."
    ),
    "office.person": _("No person is chosen. Search for a name, a number or a user name, and choose one."),
    "office.nobody": _("Nobody who may hold this post is called “%(value)s”. Search for other words."),
    "office.several": _("%(count)s people fit “%(value)s”. Choose one of them, or write more of the name."),
    "office.kind": _("No kind is chosen. Choose definitive, Plt. or Plh."),
    "office.only_plh": _(
        "The head of an agency appoints a Plh. only. Choose Plh., or ask the central bureau for a Plt. or a definitive holder."
    ),
    "office.decree_no": _(
        "The number of the decree has %(length)s characters; 1 to %(longest)s are possible. Write it as it is printed."
    ),
    "office.note": _(
        "The reason has %(length)s characters; %(shortest)s to %(longest)s are possible. Write why, or by which decree."
    ),
    "office.day": _("“%(value)s” is no day. Write it as year-month-day, for example 2026-01-31."),
    "office.first": _("No first day is given. Write the day on which the person begins."),
    "office.order": _("The last day, %(to_on)s, comes before the first, %(from_on)s. Change one of them."),
    "office.no_end": _("A Plt. or Plh. acts for a time. Write the last day."),
    "office.past": _(
        "This reaches back before today, %(today_on)s. Choose today or a later day, or ask the central bureau."
    ),
    "office.begun": _(
        "The assignment began on %(from_on)s. Only its last day can be changed now; for anything else end it and appoint anew."
    ),
    "office.absent": _(
        "Somebody acts for you at present: you may end that earlier, but not prolong it. Ask the central bureau."
    ),
    "office.chain": _(
        "You act in this post yourself, until %(to_on)s. For the time after that the central bureau appoints."
    ),
    "office.holds": _(
        "%(name)s holds this post already, since %(from_on)s and without an end. Choose somebody else, or other days."
    ),
    "office.holds.until": _(
        "%(name)s holds this post already, from %(from_on)s to %(to_on)s. Choose somebody else, or other days."
    ),
    "office.overlap": _(
        "%(post)s is held by %(name)s since %(from_on)s without an end. End that assignment first, or appoint a Plh."
    ),
    "office.overlap.until": _(
        "%(post)s is held by %(name)s from %(from_on)s to %(to_on)s. Let the new holder begin after that, or end it earlier."
    ),
    "office.overlap_acting": _(
        "%(name)s acts in %(post)s since %(from_on)s without an end. End that assignment first."
    ),
    "office.overlap_acting.until": _(
        "%(name)s acts in %(post)s from %(from_on)s to %(to_on)s. Choose days after that, or end it earlier."
    ),
    "office.plt_held": _(
        "%(post)s has a definitive holder, %(name)s, since %(from_on)s without an end. A Plt. is for a vacant post: "
        "appoint a Plh., or end that assignment first."
    ),
    "office.plt_held.until": _(
        "%(post)s has a definitive holder, %(name)s, from %(from_on)s to %(to_on)s. A Plt. is for a vacant post: "
        "let it begin after that, or appoint a Plh."
    ),
    "office.plt_acts": _(
        "%(name)s acts as Plt. in %(post)s since %(from_on)s without an end. End that before a definitive holder begins."
    ),
    "office.plt_acts.until": _(
        "%(name)s acts as Plt. in %(post)s from %(from_on)s to %(to_on)s. Let the definitive holder begin after that, or end "
        "it earlier."
    ),
    "office.plh_vacant": _(
        "%(post)s has no definitive holder on %(from_on)s. A Plh. stands in for a holder who is absent: appoint a Plt. for a "
        "vacant post."
    ),
    "office.stale": _(
        "Somebody changed who holds this post since you looked. What it would do now is shown below; save it if that is right."
    ),
    "office.busy": _(
        "Somebody else changed the same post at this moment, and nothing was saved. Look at it again."
    ),
    "office.file_kind": _(
        "“%(name)s” is no decree that can be kept. Bring a PDF, or a picture of it as JPEG or PNG."
    ),
    "office.file_gone": _("The file is not kept any more. Choose it once more."),
    "office.size": _(
        "The file has %(size)s MB; a file with up to %(limit)s MB and at least one row can be read."
    ),
    "office.no_rotation_file": _("No file is chosen. Choose a CSV or XLSX file."),
    "office.past_warning": _(
        "%(from_on)s lies before today, %(today_on)s. What was decided in the meantime stays as it was."
    ),
    "office.past_row": _(
        "%(name)s begins on %(from_on)s, before today. What was decided in the meantime stays as it was."
    ),
    "office.long": _("It lasts %(days)s days; %(usual)s are usual. Check the last day."),
    "office.no_file": _("No file of the decree is attached."),
    "office.unknown_person": _(
        "“%(value)s” has no account. A rotation moves people who are known: have the account made first."
    ),
    "office.other_person": _(
        "The file says something else about %(name)s than is stored (%(columns)s). A rotation changes posts only: correct the "
        "file, or have the account changed first."
    ),
    "office.unknown_post": _(
        "There is no post “%(post)s”. A rotation adds no posts: write unit, role and title as they are stored."
    ),
    "office.rotation_moved": _(
        "The file or what it would change is another than what was shown. Nothing was changed. Look at it below, then apply it."
    ),
    "office.expired": _("This page is too old or was not made for you. Choose the file once more."),
    "office.rotation_nothing": _("Nothing changes: everything in the file is so already."),
    "office.effects": _(
        "%(agency)s: open reports that then wait for somebody else: %(steps)s; entered by the new holder (V-53): %(own)s; at two "
        "tiers, so that a waiver is needed: %(twice)s."
    ),
    "office.paper": _("Document %(number)s, prepared for %(name)s, could not be signed by him any more."),
    "office.done.appointed": _("%(name)s is appointed: %(post)s."),
    "office.done.changed": _("The assignment of %(name)s is changed: %(post)s."),
    "office.done.rotated": _("The rotation is applied: %(count)s assignments."),
    "notice.office.appointed": _(
        "You were appointed %(name)s from %(from_on)s to %(to_on)s, by decree %(code)s. What waits for the post is yours then."
    ),
    "notice.office.ended": _(
        "Your assignment as %(name)s ends on %(to_on)s. It began on %(from_on)s by decree %(code)s."
    ),
    "notice.office.prolonged": _(
        "Your assignment as %(name)s now lasts from %(from_on)s to %(to_on)s (decree %(code)s)."
    ),
    "notice.office.corrected": _(
        "Your coming assignment as %(name)s was corrected: from %(from_on)s to %(to_on)s, decree %(code)s."
    ),
    "notice.office.beside": _(
        "%(person)s: %(name)s from %(from_on)s to %(to_on)s, by decree %(code)s. You hold or held this post; in those days "
        "what waits for it waits for the person named."
    ),
    "subject.notice.office.appointed": _("You were appointed: %(name)s"),
    "subject.notice.office.ended": _("Your assignment ends: %(name)s"),
    "subject.notice.office.prolonged": _("Your assignment was prolonged: %(name)s"),
    "subject.notice.office.corrected": _("Your coming assignment was corrected: %(name)s"),
    "subject.notice.office.beside": _("%(person)s: %(name)s"),
}
