"""What the tables call the peers and the ways of saving."""

NAMES = {
    "ours": "**ours**, `perform()`",
    "viewflow": "django-viewflow 2.4.0, simple-history",
    "fsm": "django-fsm-2, fsm-log, simple-history, guardian per report",
    "spiff": "SpiffWorkflow 3.2.0, JSON state, lean SQL",
    "limit": "limit: one prepared statement",
}
WAYS = {
    "save_entries": "**ours**, `save_entries()`",
    "plain": "one plain UPDATE",
    "bulk_update": "Django's bulk_update",
}
