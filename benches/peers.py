#!/usr/bin/env python3
"""loginscope beside Polars and DuckDB, on invented exports: time, memory and growth. And beside
ripgrep, angle-grinder and lnav, on an invented log.

    python3 benches/peers.py                         # 0.1 and 1 GB, everything in temporary folders
    python3 benches/peers.py --gigabytes 0.1 1 10 --data big --venv peers --out target/peers

The peers answer one grouped query each (failures by user, app, status and hour); loginscope does
the whole of `analyze` with its default outputs. All run as whole processes and in turn, with the
input in the page cache. Before any time is told, all have to agree on the number of failures.
compare/logs.py says what each is asked of the log; `--cases log` asks for nothing else.
Python 3.11 or newer; fetches polars and duckdb from the package index, and nothing else.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The repository stays as it is.
sys.dont_write_bytecode = True

from compare import logs, machine, table  # noqa: E402
from compare.cases import CASES, Case, Data, Unavailable, bytes_of  # noqa: E402
from compare.chart import svg  # noqa: E402
from compare.measure import Failed, Others, Run, Runs, own_peak, run  # noqa: E402
from compare.result import OURS, PROGRAMS, Row, seconds  # noqa: E402

BENCHES = Path(__file__).resolve().parent
REPOSITORY = BENCHES.parent
ASK = {"Polars": BENCHES / "compare/ask_polars.py", "DuckDB": BENCHES / "compare/ask_duckdb.py"}
CHOICES = [*(case.id for case in CASES), logs.CASE]
# Above this share of the machine in other hands, times are not to be trusted.
BUSY = 0.05


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--gigabytes", type=float, nargs="+", default=[0.1, 1.0], metavar="GB", help="sizes")
    add("--cases", nargs="+", choices=CHOICES, help="all by default")
    add("--runs", type=int, default=5, help="counted runs of each program, after one to warm up")
    add("--data", type=Path, help="folder of the invented exports; kept and used again")
    add("--venv", type=Path, help="virtual environment of the peers; kept and used again")
    add("--out", type=Path, default=Path("target/peers"), help="folder of table.md and chart.svg")
    add("--program", type=Path, help="a loginscope that is built already")
    add("--generator", type=Path, help="a built generator; otherwise cargo bench runs it")
    asked = parser.parse_args()
    if asked.runs < 1 or min(asked.gigabytes) <= 0:
        parser.error("at least one run, and sizes above 0")
    for named in (asked.program, asked.generator):
        if named is not None and not named.is_file():
            parser.error(f"{named} is no file")
    return asked


def main() -> int:
    asked = arguments()
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loginscope-peers-")))
        program = str(asked.program.resolve() if asked.program else built())
        cases = [case for case in CASES if not asked.cases or case.id in asked.cases]
        python = str(peers_python(asked.venv or scratch / "venv")) if cases else None
        data = Data((asked.data or scratch / "data").resolve(), generator(asked.generator))
        data.folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(program, python, scratch, asked.runs)
        rows, of_logs, left_out = [], [], []
        load = machine.load()
        began = Others()
        for gigabytes in sorted(set(asked.gigabytes)):
            for case in cases:
                try:
                    rows.append(bench.row(case, data, int(gigabytes * 1e9), left_out))
                except Unavailable as why:
                    left_out += [f"{case.title}, {gigabytes:g} GB: {said}." for said in why.args]
        if not asked.cases or logs.CASE in asked.cases:
            tools = logs.installed(left_out)
            sizes = sorted(set(asked.gigabytes))
            for size in sizes:
                of_logs.append(bench.log(data, int(size * 1e9), tools, left_out).markdown())
            of_logs.append(f"Beside the log: {logs.versions(tools)}.")
        if not rows and not of_logs:
            print("\n".join(left_out), file=sys.stderr)
            return 1
        named = machine.lines(program, python)
        text = "\n\n".join(
            [
                *([table.markdown(rows)] if rows else []),
                *of_logs,
                *named,
                *([bench.starts()] if rows else []),
                f"Peaks below {own_peak() / 1e6:.0f} MB can't be told.",
                *quiet_or_not(load, began.share(), rows),
                *left_out,
            ]
        )
        print(text)
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "table.md").write_text(text + "\n", encoding="utf-8")
        if rows:
            (asked.out / "chart.svg").write_text(svg(rows, named[0]), encoding="utf-8")
        say(f"written to {asked.out}")
    return 1 if left_out else 0


class Bench:
    """The programs, asked in turn."""

    def __init__(self, program: str, python: str | None, scratch: Path, runs: int):
        self.program, self.python, self.scratch, self.runs = program, python, scratch, runs
        self.report = scratch / "report"

    def row(self, case: Case, data: Data, asked: int, left_out: list[str]) -> Row:
        say(f"{case.title}, {asked / 1e9:g} GB: data")
        path = case.make(data, asked)
        row = Row(case, asked, bytes_of(path))
        able = self.warm_up(case, path, row, left_out)
        others = Others()
        for number in range(1, self.runs + 1):
            say(f"{case.title}, {asked / 1e9:g} GB: run {number} of {self.runs}")
            for name in able:
                row.runs.setdefault(name, Runs()).all.append(self.once(name, case, path))
        row.others = others.share()
        return row

    def warm_up(self, case: Case, path: Path, row: Row, left_out: list[str]) -> list[str]:
        """Who can read this; ends everything if they don't agree on what it says."""
        failures = {}
        for name in PROGRAMS:
            try:
                ran = self.once(name, case, path)
            except Failed as why:
                what = f"{case.title}, {row.asked / 1e9:g} GB"
                left_out.append(f"{name} could not read {what}: {why}")
                if name == OURS:
                    raise Unavailable from why
                continue
            failures[name] = self.ours() if name == OURS else json.loads(ran.output)["failures"]
        if len(set(failures.values())) > 1:
            sys.exit(f"{path}: they count different failures: {failures}")
        if failures[OURS] == 0:
            sys.exit(f"{path}: no failure in it; a larger size is needed")
        return list(failures)

    def once(self, name: str, case: Case, path: Path) -> Run:
        if name == OURS:
            return self.analysis(path)
        files = f"{path}/*.csv" if path.is_dir() else str(path)
        asked = case.question.arguments(files)
        return run([self.python, "-I", str(ASK[name]), *asked], self.scratch)

    def analysis(self, path: Path) -> Run:
        shutil.rmtree(self.report, ignore_errors=True)
        # A finding is no failure of the run.
        options = ["--quiet", "--fail-on", "never", "--out", str(self.report)]
        return run([self.program, "analyze", *options, str(path)], self.scratch)

    def ours(self) -> int:
        """Failures of the latest report, which may be larger than this process may become."""
        tell = "import json, sys; print(json.load(open(sys.argv[1]))['totals']['failures'])"
        report = str(self.report / "report.json")
        return int(run([sys.executable, "-I", "-c", tell, report], self.scratch).output)

    def log(
        self,
        data: Data,
        asked: int,
        tools: list[tuple[logs.Peer, str]],
        left_out: list[str],
    ) -> logs.LogRow:
        """The log of an integration, by us and by tools for logs."""
        say(f"log, {asked / 1e9:g} GB: data")
        path = data.generated(logs.KIND, asked)
        row = logs.LogRow(asked, bytes_of(path), None, {})
        texts = logs.write_texts(REPOSITORY, self.scratch)
        self.analysis(path)
        ours = self.ours()
        able = []
        for peer, program in tools:
            try:
                printed = run(peer.command(program, path, texts), self.scratch).output
            except Failed as why:
                left_out.append(f"{peer.name} could not read a log of {asked / 1e9:g} GB: {why}")
                continue
            able.append((peer, program))
            if peer.failures is None:
                row.lines = int(printed)
            elif abs((theirs := peer.failures(printed)) - ours) > ours * logs.APART:
                sys.exit(f"{path}: {peer.name} counts {theirs} failures, not {ours}")
        if ours == 0:
            sys.exit(f"{path}: no failure in it; a larger size is needed")
        for number in range(1, self.runs + 1):
            say(f"log, {asked / 1e9:g} GB: run {number} of {self.runs}")
            row.runs.setdefault(OURS, Runs()).all.append(self.analysis(path))
            for peer, program in able:
                ran = run(peer.command(program, path, texts), self.scratch)
                row.runs.setdefault(peer.name, Runs()).all.append(ran)
        return row

    def starts(self) -> str:
        """What a process of each costs before it has read anything."""
        commands = {
            OURS: [self.program, "--version"],
            "Polars": [self.python, "-I", "-c", "import polars"],
            "DuckDB": [self.python, "-I", "-c", "import duckdb; duckdb.sql('SELECT 1').fetchall()"],
        }
        said = []
        for name in PROGRAMS:
            runs = Runs([run(commands[name], self.scratch) for _ in range(self.runs)])
            said.append(f"{name} {seconds(runs.seconds)}")
        told = ", ".join(said)
        return f"Start and end of each program without any data, in seconds: {told}."


def quiet_or_not(load: float | None, others: float | None, rows: list[Row]) -> list[str]:
    """Whether the machine had anything else to do."""
    said = []
    if load is not None:
        said.append(f"load average before the first run {load:.2f}")
    if others is not None:
        said.append(f"other programs took {others:.0%} of the machine")
    lines = [f"{'; '.join(said)}.".capitalize()] if said else []
    busy = [row for row in rows if (row.others or 0) > BUSY]
    if not rows and (others or 0) > BUSY:
        lines.append("**The machine was busy, and these times are not to be trusted.**")
    if busy:
        worst = max(busy, key=lambda row: row.others or 0)
        lines.append(
            f"**The machine was busy in {len(busy)} of {len(rows)} rows, and their times are not "
            f"to be trusted.** Most of all at {worst.asked / 1e9:g} GB of {worst.case.title}, where "
            f"other programs took {worst.others:.0%}."
        )
    return lines


def built() -> Path:
    """Our program, built if need be."""
    say("building loginscope")
    command = ["cargo", "build", "--release", "--locked", "--message-format", "json"]
    told = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)
    for line in told.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "loginscope":
            return Path(message["executable"])
    sys.exit("cargo names no program")


def generator(program: Path | None) -> list[str]:
    if program is not None:
        return [str(program.resolve())]
    manifest = str(REPOSITORY / "Cargo.toml")
    return ["cargo", "bench", "--manifest-path", manifest, "--locked", "--bench", "generate", "--"]


def peers_python(folder: Path) -> Path:
    """The interpreter of an environment that has the peers."""
    python = folder.absolute() / "bin/python"
    has_both = [str(python), "-I", "-c", "import polars, duckdb"]
    if not python.exists() or subprocess.run(has_both, stderr=subprocess.DEVNULL).returncode != 0:
        say(f"a virtual environment with the peers in {folder}")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "polars", "duckdb"]
        quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        subprocess.run(install, check=True, env=quiet)
    return python


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
