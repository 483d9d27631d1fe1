"""The tree's tiles for whoever asks: hashes only, and none that no signed checkpoint covers."""

from django.db import connection

from ledger.merkle import HASH, WIDTH

MOST = 1 << 62  # leaves; what is beyond is nobody's

# The tile by its key, and only as far as the newest checkpoint speaks for it.
HASHES = """
SELECT substring(hashes FROM 1 FOR %(bytes)s) FROM ledger.tile
WHERE level = %(level)s AND index = %(index)s AND length(hashes) >= %(bytes)s
  AND (SELECT max(size) FROM ledger.checkpoint) >= %(covered)s"""


def published(level: int, index: int, width: int) -> bytes | None:
    """The first `width` hashes of a tile; None unless a signed checkpoint covers them all. At most one statement."""
    covered = (index * WIDTH + width) * WIDTH**level
    if covered > MOST:
        return None
    values = {"bytes": width * HASH, "level": level, "index": index, "covered": covered}
    with connection.cursor() as cursor:
        cursor.execute(HASHES, values)
        row = cursor.fetchone()
    return bytes(row[0]) if row else None
