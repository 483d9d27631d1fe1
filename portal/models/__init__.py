"""What the portal keeps of its own: webhooks, letters to who has not reported, what citizens say, and keys of programs."""

from portal.models.letters import ReminderLetter
from portal.models.programs import ApiAnswer, ApiToken
from portal.models.voices import Feedback, FeedbackAct, SurveyAnswer
from portal.models.webhooks import Delivery, Health, Webhook

__all__ = [
    "ApiAnswer",
    "ApiToken",
    "Delivery",
    "Feedback",
    "FeedbackAct",
    "Health",
    "ReminderLetter",
    "SurveyAnswer",
    "Webhook",
]
