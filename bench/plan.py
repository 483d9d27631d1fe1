"""How much is measured. A pool is a stock of reports of one size, below one set of offices."""

from dataclasses import dataclass

VERBS = ("submit", "verify", "sign", "publish")
PEERS = ("ours", "viewflow", "fsm", "spiff", "limit")
WITH_SETS = ("ours", "limit")  # peers whose one act can move many reports
CLIENTS = 8
WARM = 8  # reports that only warm connections and plans up
CLIENT_WARM = 3  # the same, for each of several clients and round
ROUNDS_OF_READING = 9
ROWS = 40  # of the report that is entered, submitted, verified, signed and published


@dataclass(frozen=True)
class Pool:
    """`count` reports of `rows` lines that wait to be entered."""

    rows: int
    count: int


@dataclass(frozen=True)
class Plan:
    """Sizes and repetitions of one run."""

    name: str
    rounds: int  # of single acts
    journeys: int  # reports per round
    set_rounds: int
    large: int  # the largest set
    loop: int  # documents that a peer without sets is asked for instead of the largest set
    crowd_rounds: int
    crowd: int  # reports per client and round
    saves: int  # reports per round and way of saving
    ledger_rounds: int  # of the same acts with the ledger and without
    years: tuple[int, ...]  # entry rows of the databases whose dashboards are read
    inboxes: tuple[int, ...]  # reports of those whose inboxes are read

    def pools(self) -> dict[str, Pool]:
        """Every pool that our own world needs; the peers make their reports as they go."""
        return {
            "acts": Pool(ROWS, self.rounds * self.journeys + WARM),
            "rows4": Pool(4, 2),
            "rows400": Pool(400, 2),
            "saves": Pool(ROWS, self.saves),
            "ledger": Pool(ROWS, self.saves),
            "ledgersets": Pool(4, 2 * self.ledger_rounds * self.large),
            "sets": Pool(ROWS, (self.set_rounds + 1) * 50 + self.set_rounds * self.large),
            "small": Pool(4, self.set_rounds * self.large),
            **{f"crowd{client}": Pool(ROWS, self._crowd()) for client in range(CLIENTS)},
        }

    def _crowd(self) -> int:
        """What one client draws; each round of the ledger begins with a crowd that only warms up."""
        ledger = 2 * self.ledger_rounds * (self.crowd + 1 + 2 * CLIENT_WARM)
        return self.crowd_rounds * (self.crowd + CLIENT_WARM) + ledger


FULL = Plan(
    "full",
    rounds=10,
    journeys=8,
    set_rounds=3,
    large=500,
    loop=60,
    crowd_rounds=3,
    crowd=20,
    saves=8,
    ledger_rounds=3,
    years=(500_000, 2_000_000, 8_000_000),
    inboxes=(1_000, 100_000),
)
QUICK = Plan(
    "quick",
    rounds=2,
    journeys=4,
    set_rounds=1,
    large=100,
    loop=20,
    crowd_rounds=1,
    crowd=5,
    saves=3,
    ledger_rounds=1,
    years=(50_000, 200_000),
    inboxes=(1_000, 10_000),
)


def plan(name: str) -> Plan:
    """The plan of that name; ValueError for another."""
    for known in (FULL, QUICK):
        if known.name == name:
            return known
    raise ValueError(f"BENCH is {name!r}; it can be full or quick")


def rows_of(pool: str) -> int:
    """How many lines a report of this pool has."""
    return FULL.pools()[pool].rows
