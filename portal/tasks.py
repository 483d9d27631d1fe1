"""What the workers know of webhooks, messages and weekly letters: which rows of the outbox they hear, and how one is sent."""

from celery import shared_task

from portal import webhook_events, webhooks
from portal.dashboards import weekly
from portal.voices import mailing, retention
from workflow.outbox import deliveries, listeners

deliveries[webhook_events.SEND] = webhooks.send
deliveries[mailing.TOPIC] = mailing.post
deliveries[weekly.TOPIC] = weekly.post
if webhook_events.hear not in listeners:
    listeners.append(webhook_events.hear)


@shared_task
def tend_voices() -> int:
    """Close and erase what time says; returns how many messages moved."""
    return retention.tend()


@shared_task
def weekly_letters() -> int:
    """Make the leaders' letters on the first working morning of a week; returns how many."""
    return weekly.make()
