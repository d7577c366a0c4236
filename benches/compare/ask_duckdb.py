"""One grouped query of DuckDB as a whole process: failures by user, app, status and hour.

Arguments: READER PATH HOURS SUCCESS STATUS TIME KEY... (see cases.py).
Prints {"groups": ..., "failures": ...}.
"""

import json
import sys

import duckdb


def name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


reader, path, hours, success, status, time, *keys = sys.argv[1:]
columns = list(dict.fromkeys([*keys, status, time]))
if reader == "ndjson":
    types = ", ".join(f"{name(column)}: 'VARCHAR'" for column in columns)
    rows = f"read_json({text(path)}, format='newline_delimited', columns={{{types}}})"
else:
    rows = f"read_csv({text(path)}, all_varchar=true)"
if hours == "iso":
    hour = f"left({name(time)}, 13)"
else:  # "6/30/2026 11:59:57 PM PDT"
    instant = f"left({name(time)}, length({name(time)}) - 4)"
    hour = f"date_trunc('hour', strptime({instant}, '%m/%d/%Y %I:%M:%S %p'))"
by = ", ".join(map(name, [*keys, status]))
# The groups are summed up in the query: as Python tuples they would cost more than the query.
query = f"""
    SELECT count(*), sum(failures) FROM (
        SELECT {by}, {hour} AS hour, count(*) AS failures
        FROM {rows} WHERE {name(status)} <> {text(success)} GROUP BY ALL
    )
"""
groups, failures = duckdb.sql(query).fetchall()[0]
print(json.dumps({"groups": groups, "failures": int(failures or 0)}))
