"""What is read: kinds of exports, how they are made, and how peers are asked about them."""

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20


class Unavailable(Exception):
    """A case can't be measured here: its data can't be made, or we can't read it."""


@dataclass(frozen=True)
class Question:
    """How a peer reads a layout."""

    reader: str
    """csv or ndjson."""
    hours: str
    """iso, where the first 13 characters of a time are its hour; setup, where it is parsed."""
    success: str
    status: str
    time: str
    keys: tuple[str, ...]
    """User and app; for event log files, which name no app, user and subtype."""

    def arguments(self, path: str) -> list[str]:
        return [self.reader, path, self.hours, self.success, self.status, self.time, *self.keys]


SETUP = Question("csv", "setup", "Success", "Status", "Login Time", ("Username", "Application"))
EVENT_LOG = Question(
    "csv", "iso", "LOGIN_NO_ERROR", "LOGIN_STATUS", "TIMESTAMP_DERIVED",
    ("USER_NAME", "LOGIN_SUB_TYPE"),
)  # fmt: skip
SOQL = Question("csv", "iso", "Success", "Status", "LoginTime", ("UserId", "Application"))
LOGIN_EVENT = Question(
    "ndjson", "iso", "Success", "Status", "EventDate", ("Username", "Application")
)


class Data:
    """A folder with invented exports, each made once for each size."""

    def __init__(self, folder: Path, generator: list[str]):
        self.folder = folder
        self.generator = generator

    def generated(self, kind: str, size: int) -> Path:
        """An export of the generator, or a folder of them."""

        def make(part: Path) -> None:
            subprocess.run([*self.generator, kind, str(size), str(part)], check=True)

        return self.once(f"{kind}-{size}", make)

    def gzip(self, kind: str, size: int) -> Path:
        plain = self.generated(kind, size)

        def make(part: Path) -> None:
            with plain.open("rb") as source, gzip.open(part, "wb", compresslevel=6) as packed:
                shutil.copyfileobj(source, packed, BLOCK)

        return self.once(f"{kind}-{size}.gz", make)

    def zstd(self, kind: str, size: int) -> Path:
        plain = self.generated(kind, size)
        if shutil.which("zstd") is None:
            raise Unavailable("the program zstd is not installed")

        def make(part: Path) -> None:
            subprocess.run(["zstd", "-q", "-3", str(plain), "-o", str(part)], check=True)

        return self.once(f"{kind}-{size}.zst", make)

    def joined(self, kind: str, size: int) -> Path:
        """The same rows as those of a folder, in one file."""
        files = sorted(self.generated(kind, size).iterdir(), reverse=True)

        def make(part: Path) -> None:
            with part.open("wb") as whole:
                for number, path in enumerate(files):
                    with path.open("rb") as source:
                        header = source.readline()
                        if number == 0:
                            whole.write(header)
                        shutil.copyfileobj(source, whole, BLOCK)

        return self.once(f"{kind}-{size}.joined", make)

    def once(self, name: str, make: Callable[[Path], None]) -> Path:
        """What is half made bears another name, so that it is never taken for whole."""
        path = self.folder / name
        if not path.exists():
            part = self.folder / f"{name}.part"
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
            make(part)
            part.rename(path)
        return path


@dataclass(frozen=True)
class Case:
    id: str
    title: str
    question: Question
    make: Callable[[Data, int], Path]


CASES = (
    Case("setup", "Setup CSV", SETUP, lambda data, size: data.generated("setup_csv", size)),
    Case("elf", "event log file", EVENT_LOG, lambda data, size: data.generated("elf_login", size)),
    Case("soql", "SOQL CSV", SOQL, lambda data, size: data.generated("login_history", size)),
    Case("ndjson", "NDJSON", LOGIN_EVENT, lambda data, size: data.generated("ndjson", size)),
    Case("gzip", "Setup CSV, gzip", SETUP, lambda data, size: data.gzip("setup_csv", size)),
    Case("zstd", "Setup CSV, zstd", SETUP, lambda data, size: data.zstd("setup_csv", size)),
    Case(
        "attack", "Setup CSV, users all distinct", SETUP,
        lambda data, size: data.generated("attack", size),
    ),
    Case(
        "hourly", "10,000 hourly event log files", EVENT_LOG,
        lambda data, size: data.generated("elf_hourly", size),
    ),
    Case(
        "joined", "the same rows in one file", EVENT_LOG,
        lambda data, size: data.joined("elf_hourly", size),
    ),
)  # fmt: skip


def bytes_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder; read once, so that they are in memory."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        with file.open("rb") as source:
            while source.read(BLOCK):
                pass
    return sum(os.stat(file).st_size for file in files)
