"""At the same moment: the limit holds to the last message, one form is one message, one of two moderators acts."""

from typing import Any

from portal.models import Feedback, FeedbackAct
from portal.voices import moderation, posting
from portal.voices.posting import Message
from portal.voices.senders import VoiceRefused
from tests.cast import World
from tests.together import together
from tests.voices.town import WORDS, furnish, seen


def test_what_comes_together_is_counted_one_by_one(committed: Any, cast: World) -> None:
    town = furnish(cast)

    def tried(**said: Any) -> str:
        try:
            return posting.receive(message=message, **said).ticket
        except VoiceRefused as refused:
            return refused.code

    message = Message(cast.government, "complaint", WORDS, unit=cast.agency)
    told = together(8, lambda: tried(sender="aaaaa"))
    assert told.count("voices.often") == 3 and Feedback.objects.filter(sender="aaaaa").count() == 5
    tickets = together(6, lambda: tried(sender="bbbbb", token="A" * 22))
    assert len(set(tickets)) == 1 and Feedback.objects.filter(sender="bbbbb").count() == 1

    page = seen(Feedback.objects.get(sender="bbbbb"))

    def moderated() -> bool:
        try:
            moderation.route(actor=town.hadi, seen=page, unit=cast.agency)
        except VoiceRefused:
            return False
        return True

    assert sorted(together(4, moderated)) == [False, False, False, True]
    assert FeedbackAct.objects.filter(kind="route").count() == 1
