"""The servers' requests against the floor's, as a picture."""

from collections.abc import Iterator
from html import escape

from benchmarks.assigning import LABELS
from benchmarks.report import WORKLOADS
from benchmarks.results import Results, middle, ratios

WIDTH = 760
LEFT = 230
BAR = 18
GAP = 6
TITLE = 34
COLOURS = {"Usher": "#1f6feb", "floor": "#57606a"}
OTHERS = "#9aa4af"


def chart(results: Results) -> str:
    """An SVG: for each workload one bar for each server, with the spread of its ratios as a line."""
    bars = list(_bars(results))
    most = max((high for *_, high in bars), default=1.0)
    scale = (WIDTH - LEFT - 60) / most
    drawn, y, shown = [], 10, ""
    for workload, label, low, mid, high in bars:
        colour = COLOURS.get(label, OTHERS)
        if workload != shown:
            y += TITLE
            drawn.append(f'<text x="10" y="{y - 10}" font-weight="bold">{escape(WORKLOADS[workload])}</text>')
            shown = workload
        centre = y + BAR / 2
        drawn += [
            f'<text x="{LEFT - 8}" y="{centre + 4}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{mid * scale:.1f}" height="{BAR}" fill="{colour}"/>',
            (
                f'<line x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}" y1="{centre}" y2="{centre}"'
                ' stroke="#24292f"/>'
            ),
            f'<text x="{LEFT + high * scale + 6:.1f}" y="{centre + 4}">{mid:.2f}</text>',
        ]
        y += BAR + GAP
    note = "Requests for each of the floor's, median of the rounds; the line goes from the lowest to the highest."
    drawn.append(f'<text x="10" y="{y + 22}" fill="#57606a">{escape(note)}</text>')
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 36}" font-family="sans-serif"'
                ' font-size="12" role="img" aria-label="Requests against the floor">'
            ),
            '<rect width="100%" height="100%" fill="white"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _bars(results: Results) -> Iterator[tuple[str, str, float, float, float]]:
    for workload, turns in results.turns.items():
        for label in LABELS.values():
            if label in turns.samples and (found := ratios(turns, label)):
                yield workload, label, min(found), middle(found), max(found)
