"""What was measured, and the words and numbers that table and chart share."""

from dataclasses import dataclass, field

from .cases import Case
from .measure import Runs

OURS = "loginscope"
PEERS = ("Polars", "DuckDB")
PROGRAMS = (OURS, *PEERS)


@dataclass
class Row:
    """One kind of data at one size."""

    case: Case
    asked: int
    """Bytes asked for, before compression."""
    bytes: int
    """Bytes on disk."""
    runs: dict[str, Runs] = field(default_factory=dict)
    """By program; a program that can't read this has none."""
    others: float | None = None
    """Share of the machine that other programs took meanwhile."""

    def ratio(self, peer: str) -> float | None:
        """Our time as a part of a peer's."""
        if OURS in self.runs and peer in self.runs:
            return self.runs[OURS].seconds / self.runs[peer].seconds
        return None


def size(value: float) -> str:
    return f"{value / 1e9:.2f} GB" if value >= 1e8 else f"{value / 1e6:.1f} MB"


def memory(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
