"""The log as a Merkle tree in tiles (RFC 6962, C2SP tlog-tiles): what is appended, what proves what. No database.

A tile holds up to 256 hashes side by side; the tile `index` of level `level` holds the roots of perfect subtrees of 256**level
leaves. Whole tiles never change, so any root and any proof is a few tiles away.
"""

from collections.abc import Callable, Iterable

from ledger.verify import node_of

WIDTH, HEIGHT = 256, 8
HASH = 32
NOTHING = bytes.fromhex(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)  # sha256 of nothing
Tile = tuple[int, int]  # level, index
Fetch = Callable[[Tile], bytes]  # the hashes of a tile as they are stored, 32 bytes each


class Log:
    """A tree of `size` leaves over stored tiles. `fetch` is asked once for each tile; `changed` holds what `add` touched."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size, self._fetch = size, fetch
        self._tiles: dict[Tile, bytearray] = {}
        self.changed: set[Tile] = set()

    def add(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes."""
        for leaf in leaves:
            self._put(0, self.size, leaf)
            self.size += 1

    def _put(self, level: int, index: int, node: bytes) -> None:
        tile = (level, index // WIDTH)
        hashes = self.tile(tile)
        hashes += node
        self.changed.add(tile)
        if len(hashes) == WIDTH * HASH:
            self._put(level + 1, index // WIDTH, self._within(hashes, 0, HEIGHT))

    def tile(self, tile: Tile) -> bytearray:
        """The hashes of a tile; an empty one where nothing stands yet."""
        if tile not in self._tiles:
            self._tiles[tile] = bytearray(self._fetch(tile))
        return self._tiles[tile]

    @staticmethod
    def _within(hashes: bytearray, index: int, height: int) -> bytes:
        """The node `height` above the hashes of one tile, the `index`-th of its kind."""
        begin, count = index << height, 1 << height
        nodes = [bytes(hashes[HASH * at : HASH * (at + 1)]) for at in range(begin, begin + count)]
        while len(nodes) > 1:
            nodes = [node_of(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
        return nodes[0]

    def _perfect(self, index: int, height: int) -> bytes:
        """The root of the perfect subtree of 2**height leaves, the `index`-th of its kind."""
        level, above = divmod(height, HEIGHT)
        at = index << above
        return self._within(self.tile((level, at // WIDTH)), (at % WIDTH) >> above, above)

    def span(self, begin: int, end: int) -> bytes:
        """The hash of the leaves from `begin` to before `end`, as a tree of their own: MTH of RFC 6962 2.1."""
        count = end - begin
        if count == 0:
            return NOTHING
        height = count.bit_length() - 1
        if count == 1 << height:
            return self._perfect(begin >> height, height)
        half = begin + (1 << height)
        return node_of(self.span(begin, half), self.span(half, end))

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves; of all of them unless said."""
        return self.span(0, self.size if size is None else size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The hashes that lead from leaf `index` to the root of the first `size` leaves (RFC 6962 2.1.1)."""
        if not 0 <= index < size <= self.size:
            raise IndexError(f"leaf {index} of {size} in a log of {self.size}")
        begin, end, path = 0, size, []
        while end - begin > 1:
            half = begin + (1 << ((end - begin - 1).bit_length() - 1))
            if index < half:
                path.append(self.span(half, end))
                end = half
            else:
                path.append(self.span(begin, half))
                begin = half
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The hashes that show that the tree of `second` leaves begins with that of `first` (RFC 6962 2.1.2)."""
        if not 0 <= first <= second <= self.size:
            raise IndexError(f"from {first} to {second} in a log of {self.size}")
        if first in (0, second):
            return []
        begin, end, path, whole = 0, second, [], True
        while begin + (first - begin) != end:
            half = begin + (1 << ((end - begin - 1).bit_length() - 1))
            if first <= half:
                path.append(self.span(half, end))
                end = half
            else:
                path.append(self.span(begin, half))
                begin, whole = half, False
        if not whole:
            path.append(self.span(begin, end))
        return path[::-1]
