"""One grouped query of Polars as a whole process: failures by user, app, status and hour.

Arguments: READER PATH HOURS SUCCESS STATUS TIME KEY... (see cases.py).
Prints {"groups": ..., "failures": ...}.
"""

import json
import sys

import polars as pl

reader, path, hours, success, status, time, *keys = sys.argv[1:]
columns = list(dict.fromkeys([*keys, status, time]))
if reader == "ndjson":
    rows = pl.scan_ndjson(path, schema={name: pl.String for name in columns})
else:
    rows = pl.scan_csv(path, infer_schema=False)
if hours == "iso":
    hour = pl.col(time).str.head(13)
else:  # "6/30/2026 11:59:57 PM PDT"
    instant = pl.col(time).str.head(-4).str.to_datetime("%m/%d/%Y %I:%M:%S %p")
    hour = instant.dt.truncate("1h")
groups = (
    rows.filter(pl.col(status) != success)
    .group_by(*keys, status, hour.alias("hour"))
    .len(name="failures")
    .collect(engine="streaming")
)
print(json.dumps({"groups": groups.height, "failures": groups["failures"].sum()}))
