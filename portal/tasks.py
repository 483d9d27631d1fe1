"""What the workers know of webhooks: which rows of the outbox they hear, and how a message is sent."""

from portal import webhook_events, webhooks
from workflow.outbox import deliveries, listeners

deliveries[webhook_events.SEND] = webhooks.send
if webhook_events.hear not in listeners:
    listeners.append(webhook_events.hear)
