"""What the pages of a document say when its file was disposed of."""

from approvals.keeping.things import PREPARED, SIGNED
from approvals.models import DisposalItem, SigningBatch
from wording.sentences import say


def disposed_words(batch: SigningBatch) -> str:
    """Under which minutes, and when, the file of a document went; empty for one that did not go. One statement."""
    what = SIGNED if batch.signed_file else PREPARED
    items = DisposalItem.objects.filter(what=what, row=batch.pk, disposed_at__isnull=False)
    item = items.select_related("disposal").first()
    if item is None or item.disposed_at is None or item.disposal.minutes_date is None:
        return ""
    said = {
        "disposed_at": item.disposed_at.isoformat(),
        "minutes": item.disposal.minutes_no,
        "minutes_on": item.disposal.minutes_date.isoformat(),
    }
    return say("keeping.gone", said)
