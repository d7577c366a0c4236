#!/usr/bin/env bash
# Counts instructions for each byte of an invented 20 MB export or log, under callgrind, and compares the
# count with benches/instructions.txt. Instructions are the same on a busy machine, times are not.
#
#   benches/instructions.sh [PROGRAM [GENERATOR]]      compares; ends with 1 above the tolerance
#   UPDATE=1 benches/instructions.sh                   writes the counts of now
#
# PROGRAM and GENERATOR are built if they are not named. Needs valgrind.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bytes=20000000
# In percent: the order of hash maps and the linker move the count by less than that.
tolerance=3
kinds=(setup_csv elf_login login_history ndjson log)
stored=benches/instructions.txt

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

target=${CARGO_TARGET_DIR:-target}
program=${1:-$target/release/loginscope}
(($# >= 1)) || cargo build --release --locked
if (($# >= 2)); then
    generator=("$2")
else
    generator=(cargo bench --locked --bench generate --)
fi

# Instructions of one whole run. One thread, since callgrind runs one at a time anyway.
count() {
    local log=$scratch/valgrind.log
    if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" analyze --quiet \
        --fail-on never --threads 1 --out "$scratch/report" "$1" >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    sed -n 's/^.*Collected *: *\([0-9]*\).*$/\1/p' "$log"
}

code=0
lines=()
for kind in "${kinds[@]}"; do
    "${generator[@]}" "$kind" "$bytes" "$scratch/$kind"
    instructions=$(count "$scratch/$kind")
    size=$(wc -c <"$scratch/$kind")
    now=$(awk -v i="$instructions" -v b="$size" 'BEGIN { printf "%.1f", i / b }')
    lines+=("$kind $now")
    before=
    [[ -f $stored ]] && before=$(awk -v kind="$kind" '$1 == kind { print $2 }' "$stored")
    if [[ -n ${UPDATE:-} ]]; then
        printf '%s: %s instructions a byte, was %s\n' "$kind" "$now" "${before:-not stored}"
    elif [[ -z $before ]]; then
        printf '%s: %s instructions a byte; none stored, UPDATE=1 stores them\n' "$kind" "$now"
        code=1
    else
        change=$(awk -v n="$now" -v b="$before" 'BEGIN { printf "%+.1f", 100 * (n / b - 1) }')
        printf '%s: %s instructions a byte, stored %s: %s %%\n' "$kind" "$now" "$before" "$change"
        if awk -v c="$change" -v t="$tolerance" 'BEGIN { exit !(c > t) }'; then
            printf '%s: slower by more than %s %%\n' "$kind" "$tolerance" >&2
            code=1
        fi
    fi
done
if [[ -n ${UPDATE:-} ]]; then
    printf '%s\n' "${lines[@]}" >"$stored"
fi
exit "$code"
