"""Results as tables in Markdown."""

from collections.abc import Iterable, Sequence

from benchmarks.assigning import LABELS
from benchmarks.dataset import RACE
from benchmarks.following import FOLLOWERS
from benchmarks.results import Results, costs, growths, middle, ratios
from benchmarks.turns import Turns
from benchmarks.verifying import Verified

WORKLOADS = {
    "W1": "W1, the seat inventory of an account",
    "W2": "W2, the first 50 users of an account, each with license and package",
    "W3": "W3, assigning a license",
}
NONE = "-"


def full_report(results: Results) -> str:
    """Everything."""
    parts = [_about(results)]
    parts += [f"### {WORKLOADS[name]}\n\n{_turns(turns)}" for name, turns in results.turns.items()]
    if results.races:
        parts.append(f"### W3, {RACE.users - 1} users race for {RACE.seats} seats\n\n{_races(results)}")
    if results.followings:
        parts.append(f"### W4, {FOLLOWERS} followers of one account\n\n{_followings(results)}")
    if results.starts:
        parts.append(f"### W5, from starting a process to its first right answer\n\n{_starts(results)}")
    if results.growth:
        parts.append(f"### Growth, of Usher\n\n{_growth(results)}")
    if results.growth and (verified := results.growth.verified):
        parts.append(f"### `usher verify` of {_spaced(verified.events)} events\n\n{_verified(verified)}")
    return "\n\n".join(parts)


def short_report(results: Results) -> str:
    """One table, of the servers alone."""
    head = ["requests against the floor's", "W1", "W2", "W3", "W4 last of 500", "KiB each", "W5", "then"]
    rows = []
    for name, label in LABELS.items():
        following, starts = results.followings.get(name), results.starts.get(name, [])
        rows.append(
            [
                label,
                *(_spread(results.turns.get(workload, Turns()), label) for workload in WORKLOADS),
                f"{middle(following.reached):.0f} ms" if following else NONE,
                f"{following.kib:.0f}" if following else NONE,
                f"{middle([each.milliseconds for each in starts]):.0f} ms" if starts else NONE,
                f"{middle([each.resident for each in starts]):.0f} MiB" if starts else NONE,
            ]
        )
    extra = {"W1": "Usher, the same poll with If-None-Match", "W2": "Usher, with `viewer` beside it"}
    for workload, label in extra.items():
        turns = results.turns.get(workload, Turns())
        cells = [_spread(turns, label) if each == workload else NONE for each in WORKLOADS]
        rows.append([label, *cells, *[NONE] * 4])
    return f"{_table(head, rows)}\n\n{_about(results)}"


def _about(results: Results) -> str:
    return f"{results.when}, {results.machine}. {results.versions}. {results.how.capitalize()}."


def _turns(turns: Turns) -> str:
    head = [
        "",
        "requests/s",
        "against the floor",
        "lowest to highest",
        "ms, median",
        "ms, 99 %",
        "CPU of the server, µs",
        "of PostgreSQL, µs",
        "both against the floor",
        "MiB",
    ]
    rows = []
    for label, samples in turns.samples.items():
        against = ratios(turns, label)
        rows.append(
            [
                label,
                f"{middle([each.rps for each in samples]):.0f}",
                _against(turns, label),
                f"{min(against):.2f} to {max(against):.2f}" if against else NONE,
                *(f"{middle([each.milliseconds[part] for each in samples]):.1f}" for part in ("50", "99")),
                f"{middle([each.server_cpu for each in samples]):.0f}",
                f"{middle([each.database_cpu for each in samples]):.0f}",
                f"{middle(costs(turns, label)):.1f}" if against else NONE,
                f"{samples[-1].resident:.0f}",
            ]
        )
    return _table(head, rows)


def _races(results: Results) -> str:
    rows = [
        [LABELS[name], f"{went.seconds * 1000:.0f}", str(went.licenses), str(went.counted)]
        for name, went in results.races.items()
    ]
    return _table(["", "ms until all were answered", "licenses", "seats counted as assigned"], rows)


def _followings(results: Results) -> str:
    head = ["", "ms to the last, median", "most", "ms to the answer", "CPU of a change, ms", "KiB each", "after use"]
    rows = [
        [
            LABELS[name],
            f"{middle(went.reached):.0f}",
            f"{max(went.reached):.0f}",
            f"{middle(went.answered):.0f}",
            f"{went.server_cpu:.0f}",
            f"{went.kib:.0f}",
            f"{went.kib_after:.0f}",
        ]
        for name, went in results.followings.items()
    ]
    return _table(head, rows)


def _starts(results: Results) -> str:
    rows = [
        [
            LABELS[name],
            f"{middle([each.milliseconds for each in starts]):.0f}",
            f"{middle([each.resident for each in starts]):.0f}",
        ]
        for name, starts in results.starts.items()
    ]
    return _table(["", "ms", "MiB then"], rows)


def _growth(results: Results) -> str:
    growth = results.growth
    if growth is None:
        return ""
    shown = [
        ("W1, account of {} seats", growth.polls),
        ("W3, account of {} seats", growth.assignments),
        ("W1, among {} accounts", growth.polls_among),
        *((f"{name}, account of {{}} users", times) for name, times in growth.lists.items()),
        ("a claim of 50 mails, {} waiting", growth.claims),
    ]
    rows = []
    for text, times in shown:
        for key, measured in times.items():
            grown = growths(times, key)
            rows.append(
                [
                    text.format(_spaced(key)),
                    f"{middle(measured):.2f}",
                    f"{middle(grown):.2f}",
                    f"{min(grown):.2f} to {max(grown):.2f}",
                ]
            )
    table = _table(["", "ms", "times the smallest", "lowest to highest"], rows)
    return f"{table}\n\nOne relay sent {middle(growth.mails):.0f} mails a second." if growth.mails else table


def _verified(verified: Verified) -> str:
    rows = [[rule, f"{seconds:.1f}"] for rule, seconds in verified.seconds.items()]
    return _table(["rule", "seconds"], [*rows, ["all", f"{sum(verified.seconds.values()):.1f}"]])


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _against(turns: Turns, label: str) -> str:
    return f"{middle(ratios(turns, label)):.2f}" if label in turns.samples and "floor" in turns.samples else NONE


def _spread(turns: Turns, label: str) -> str:
    if label not in turns.samples or not (found := ratios(turns, label)):
        return NONE
    return f"{middle(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
