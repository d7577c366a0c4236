"""A log beside tools for logs: ripgrep, angle-grinder and lnav.

We do the whole of `analyze`. angle-grinder and lnav count the failed logins by what is said of
them, the one question of ours that they can answer. ripgrep only counts the lines that hold one of
the texts for which we search, which is the least that any of us has to do.
"""

import csv
import io
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .measure import Runs
from .result import OURS, memory, seconds, size

CASE = "log"
KIND = "log"
# What the invented log says of failed logins; each failure says one of them once.
SAID = r"invalid_grant: [a-z /]+|error_description.{3}[a-z ]+|INVALID_[A-Z_]+|LOGIN_[A-Z_]+"
# By so much of the failures two may differ: lnav takes a line of JSON for a part of the line of text
# before it, and may so find two failures in one entry.
APART = 0.01


@dataclass(frozen=True)
class Peer:
    name: str
    program: str
    does: str
    command: Callable[[str, Path, Path], list[str]]
    """From the program, the log and a file with the texts that are searched for."""
    failures: Callable[[str], int] | None
    """The failures that it counts, out of what it prints."""


def _ripgrep(program: str, log: Path, texts: Path) -> list[str]:
    return [program, "--no-config", "-c", "-F", "-f", str(texts), str(log)]


def _angle_grinder(program: str, log: Path, texts: Path) -> list[str]:
    kept = '("invalid_grant" OR ("INVALID_" OR "LOGIN_"))'
    query = f'{kept} | parse regex "(?P<said>{SAID})" | count by said'
    return [program, "--output", "json", "--file", str(log), query]


def _lnav(program: str, log: Path, texts: Path) -> list[str]:
    query = (
        f";SELECT regexp_match('({SAID})', log_text) AS said, count(*) AS failures"
        " FROM all_logs WHERE said IS NOT NULL GROUP BY said"
    )
    # It keeps a history in the home folder.
    home = f"HOME={texts.parent}"
    return ["env", home, program, "-n", "-c", query, "-c", ":write-csv-to -", str(log)]


def _failures_of_angle_grinder(printed: str) -> int:
    return sum(row["_count"] for row in json.loads(printed.strip().splitlines()[-1]))


def _failures_of_lnav(printed: str) -> int:
    return sum(int(row["failures"]) for row in csv.DictReader(io.StringIO(printed)))


PEERS = (
    Peer("ripgrep", "rg", "counts the lines with one of our texts", _ripgrep, None),
    Peer(
        "angle-grinder", "agrind", "counts failures by what is said",
        _angle_grinder, _failures_of_angle_grinder,
    ),
    Peer("lnav", "lnav", "counts failures by what is said", _lnav, _failures_of_lnav),
)  # fmt: skip


def write_texts(repository: Path, folder: Path) -> Path:
    """The texts for which we search, one a line."""
    words = (repository / "src/normalise/log/words.toml").read_text(encoding="utf-8")
    path = folder / "texts"
    texts = tomllib.loads(words)["needles"]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def installed(left_out: list[str]) -> list[tuple[Peer, str]]:
    """The peers that are here, with their programs."""
    found = []
    for peer in PEERS:
        program = shutil.which(peer.program)
        if program is None:
            left_out.append(f"{peer.name} is not installed; it is asked where `{peer.program}` is.")
        else:
            found.append((peer, program))
    return found


def versions(peers: list[tuple[Peer, str]]) -> str:
    said = []
    for peer, program in peers:
        told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
        number = re.search(r"\d+(?:\.\d+)+", told.stdout)
        said.append(f"{peer.name} {number[0] if number else 'of an unknown version'}")
    return ", ".join(said)


@dataclass
class LogRow:
    """A log of one size, and who read it how fast."""

    asked: int
    bytes: int
    lines: int | None
    """Those with one of our texts, where ripgrep tells."""
    runs: dict[str, Runs]

    def markdown(self) -> str:
        header = "| program | does | seconds | CPU seconds | loginscope / it | memory |"
        does = {peer.name: peer.does for peer in PEERS} | {OURS: "the whole of `analyze`"}
        lines = [header, "|---|---|---:|---:|---:|---:|"]
        ours = self.runs[OURS].seconds
        for name, runs in self.runs.items():
            span = f"{seconds(runs.seconds)} ({seconds(runs.fastest)} to {seconds(runs.slowest)})"
            ratio = f"{ours / runs.seconds:.2f}"
            cells = [name, does[name], span, seconds(runs.cpu), ratio, memory(runs.peak)]
            lines.append("| " + " | ".join(cells) + " |")
        told = "" if self.lines is None else f", {self.lines:,} lines with one of our texts"
        return f"**A log of {size(self.bytes)}**{told} (seconds: median, fastest to slowest)\n\n" + "\n".join(lines)
