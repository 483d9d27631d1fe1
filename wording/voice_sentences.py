"""What citizens and officials are told about messages and about the survey."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VOICES: dict[str, Promise] = {
    "voices.kind": _(
        "It is not chosen what this is. Choose a complaint, a question, a suggestion or praise."
    ),
    "voices.text_short": _(
        "The message has %(length)s characters and needs at least %(shortest)s. Write what you saw, and where."
    ),
    "voices.text_long": _(
        "The message has %(length)s characters; at most %(limit)s are taken. Shorten it by %(reduce_by)s, or send the rest as a "
        "second message."
    ),
    "voices.place_long": _("The place has %(length)s characters; at most %(limit)s are taken. Shorten it."),
    "voices.contact": _(
        "This is neither an e-mail address nor a telephone number of 8 to 15 digits, or it has more than %(limit)s characters. "
        "Correct it, or leave it empty."
    ),
    "voices.no_photo": _(
        "“%(name)s” is no photo. Attach a JPEG, PNG or WebP picture, or send the message without one."
    ),
    "voices.trap": _(
        "A field that nobody sees was filled in, as programs do. Nothing was sent. Press the button once more."
    ),
    "voices.quick": _(
        "This came within %(seconds)s seconds, quicker than anybody types. Nothing was sent. Press the button once more."
    ),
    "voices.old": _("The page was open for more than a day. Nothing was sent. Press the button once more."),
    "voices.often": _(
        "From this connection %(limit)s messages came within %(hours)s hours, which is the limit. Yours was not sent and still "
        "stands below. Send it again from %(again_at)s on."
    ),
    "voices.survey_often": _(
        "From this connection %(limit)s answers for this office came within %(hours)s hours, which is the limit. Yours was not "
        "sent and still stands below. Send it again from %(again_at)s on."
    ),
    "voices.no_ticket": _(
        "A ticket has 16 digits, and the last one fits the others. Look at yours once more, digit by digit."
    ),
    "voices.unknown_ticket": _("There is no such ticket here. Look at yours once more, digit by digit."),
    "voices.guessed": _(
        "From this connection more than %(limit)s wrong ticket numbers came within an hour. Try again in an hour."
    ),
    "voices.not_answered": _(
        "This message is not waiting for your word: it is not answered, or it is closed. See below."
    ),
    "voices.reopened": _(
        "You asked again %(limit)s times, which is the limit. Write a new message if it is still not solved."
    ),
    "voices.more_long": _("What you add has %(length)s characters; at most %(limit)s are taken. Shorten it."),
    "voices.no_act": _("It is not clear whether it is solved. Choose one of the two buttons."),
    # --- Officials ---
    "voices.office": _(
        "You hold no office that may do this with this message. Its bureau or agency head can."
    ),
    "voices.state": _(
        "Message %(number)s is “%(now)s” by now, so this cannot be done with it. Look at the page again."
    ),
    "voices.stale": _(
        "Message %(number)s was changed on %(changed_at)s by %(office)s after you opened it. Nothing was done. Look at the "
        "change, then act again."
    ),
    "voices.stale_citizen": _(
        "The citizen of message %(number)s said something on %(changed_at)s after you opened it. Nothing was done. Read it, then "
        "act again."
    ),
    "voices.unit": _("It is not chosen to whom it is passed on. Choose a unit of this government."),
    "voices.unit_elsewhere": _(
        "“%(code)s” is no unit of the government that the message came to. Choose one of its units."
    ),
    "voices.reason": _("No reason is chosen. Choose the one that the citizen will read."),
    "voices.words_short": _("This has %(length)s characters and needs at least %(shortest)s. Write it out."),
    "voices.words_long": _("This has %(length)s characters; at most %(limit)s are taken. Shorten it."),
    "voices.shown": _("This message is public already."),
    "voices.hidden": _("This message is not public."),
    "voices.erased": _("The personal words of this message were erased; nothing of them is left."),
    "voices.no_contact": _("The citizen left no contact, or it was erased."),
    "voices.unreadable": _(
        "The contact was locked with a key that this installation no longer has. It cannot be read."
    ),
    "voices.none": _("No message is ticked. Tick at least one."),
    "voices.done.route": _("Passed on. Who is to answer was told."),
    "voices.done.refuse": _("Not taken up. The citizen reads the reason."),
    "voices.done.answer": _("Answered. The citizen reads it on the page of the ticket."),
    "voices.done.note": _("Noted for officials."),
    "voices.done.close": _("Closed."),
    "voices.done.show": _("Everybody may read it now."),
    "voices.done.hide": _("It is no longer public."),
    "voices.done.erase": _("Words, place, contact and photo were erased."),
    "voices.done.many": _("Done: %(count)s."),
    "notice.voices.reopen": _(
        "The citizen of message %(number)s with %(unit)s is not content and asks again. It is to be closed by %(due_at)s."
    ),
    "notice.voices.route": _(
        "A citizen's message (%(number)s) was passed on to %(unit)s. It is to be answered by %(due_at)s."
    ),
    # --- Survey ---
    "survey.score": _("“%(element)s”: no answer is chosen. Choose one of the four."),
    "survey.district": _("There is no such district here. Choose one from the list, or leave it open."),
    "survey.erased": _("The comment was erased; the scores of its answer stay."),
    "survey.no_comment": _("There is no such comment, or it was erased already. Nothing was changed."),
    "survey.comment_long": _(
        "The comment has %(length)s characters; at most %(limit)s are taken. Shorten it."
    ),
}

# The nine elements of PermenPANRB 14/2017 as questions, each with its four answers from 1 to 4.
ELEMENTS: tuple[tuple[Promise, Promise, tuple[Promise, ...]], ...] = (
    (
        _("Requirements"),
        _("Did what was asked of you fit the service?"),
        (_("did not fit"), _("fitted little"), _("fitted"), _("fitted very well")),
    ),
    (
        _("Procedure"),
        _("How easy was the procedure?"),
        (_("not easy"), _("less easy"), _("easy"), _("very easy")),
    ),
    (
        _("Time"),
        _("How quick was the service?"),
        (_("not quick"), _("less quick"), _("quick"), _("very quick")),
    ),
    (
        _("Costs"),
        _("How fair was what it cost?"),
        (_("very expensive"), _("rather expensive"), _("cheap"), _("free of charge")),
    ),
    (
        _("Result"),
        _("Did you get what the service promises?"),
        (_("did not get it"), _("got little of it"), _("got it"), _("got all of it")),
    ),
    (
        _("Ability of the staff"),
        _("How able were the people who served you?"),
        (_("not able"), _("less able"), _("able"), _("very able")),
    ),
    (
        _("Conduct of the staff"),
        _("How polite and friendly were they?"),
        (_("not polite"), _("less polite"), _("polite"), _("very polite")),
    ),
    (
        _("Rooms and equipment"),
        _("How good were rooms and equipment?"),
        (_("bad"), _("fair"), _("good"), _("very good")),
    ),
    (
        _("Complaints"),
        _("How are complaints dealt with?"),
        (
            _("there is nowhere to complain"),
            _("there is, but it does nothing"),
            _("it works fairly"),
            _("it works well"),
        ),
    ),
)
BANDS: dict[str, Promise] = {
    "A": _("very good"),
    "B": _("good"),
    "C": _("not good enough"),
    "D": _("not good"),
}
