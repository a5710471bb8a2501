"""The plots of an evaluation, drawn by matplotlib as inline SVG that takes the colours of its page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from listening.training.bootstrap import Measure
from listening.training.reliability import Reliability
from listening.training.selective import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What matplotlib is given stands for a colour of the page, which has a light and a dark set.
COLOURS = {"#000001": "ink", "#000002": "soft", "#000003": "line"}
ENGINES = {"#000011": "engine-1", "#000012": "engine-2", "#000013": "engine-3", "#000014": "engine-4"}
INK, SOFT, LINE = COLOURS
MARKERS, SIGNS = "osD^", "●■◆▲"  # what matplotlib and what a legend calls them
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "listening",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a forest plot: its label, and one measure an engine."""

    label: str
    measures: Sequence[Measure]
    bold: bool = False


def forest(lines: Sequence[Line]) -> str:
    """Give measures as dots with their intervals, from 0 to 1: a line a label, a colour an engine."""
    engines = len(lines[0].measures)

    def draw(axes: Axes) -> None:
        for place, line in enumerate(lines):
            for engine, measure in enumerate(line.measures):
                colour, marker = _look(engine)
                height = place + 0.28 * (engine - (engines - 1) / 2)
                axes.hlines(height, measure.low, measure.high, color=colour, alpha=0.45, linewidth=3, clip_on=False)
                axes.plot(measure.value, height, color=colour, marker=marker, markersize=4, clip_on=False)
        axes.set_yticks(range(len(lines)), [line.label for line in lines])
        for text, line in zip(axes.get_yticklabels(), lines, strict=True):
            text.set(color=INK, fontweight="bold" if line.bold else "normal")
        axes.set(xlim=(0, 1), ylim=(len(lines) - 0.4, -0.6))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)

    return _svg(draw, width=8.2, height=0.5 + len(lines) * (0.14 + 0.09 * engines), decimals="x")


def reliability_diagram(engines: Sequence[Reliability], *, event: str) -> str:
    """Give how often what is announced is true, by bin of probability; the diagonal is a perfect engine."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        for engine, one in enumerate(engines):
            colour, marker = _look(engine)
            means = [part.mean for part in one.bins]
            rates = [part.rate for part in one.bins]
            low, high = ([getattr(rate, side) for rate in rates] for side in ("low", "high"))
            axes.vlines(means, low, high, color=colour, alpha=0.45, linewidth=2.5)
            axes.plot(means, [rate.value for rate in rates], color=colour, marker=marker, markersize=4, linewidth=1.2)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="Probabilité annoncée", ylabel=event, aspect="equal")

    return _svg(draw, width=4.2, height=3.9)


def risk_curve(engines: Sequence[Curve], *, risk: str) -> str:
    """Give the risk at each share of verbatims left to the engine, with its interval as a band."""

    def draw(axes: Axes) -> None:
        for engine, one in enumerate(engines):
            colour, marker = _look(engine)
            low, high = ([getattr(point, side) for point in one.risk] for side in ("low", "high"))
            axes.fill_between(one.coverage, low, high, color=colour, alpha=0.15, linewidth=0)
            values = [point.value for point in one.risk]
            axes.plot(one.coverage, values, color=colour, linewidth=1.4, marker=marker, markevery=5, markersize=4)
        top = np.nanmax([[point.high for point in one.risk] for one in engines])
        axes.set(xlim=(0, 1), ylim=(0, min(1.0, 1.1 * top) or 1.0))
        axes.set(xlabel="Part des verbatims laissés au moteur, les plus sûrs d’abord", ylabel=risk)

    return _svg(draw, width=4.6, height=3.5)


def _look(engine: int) -> tuple[str, str]:
    """Give an engine's colour and marker."""
    return list(ENGINES)[engine % len(ENGINES)], MARKERS[engine % len(MARKERS)]


def _svg(draw: Callable[[Axes], None], *, width: float, height: float, decimals: str = "xy") -> str:
    """Give a drawing as an SVG element, the same each time; `decimals` are the axes to write with a comma."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        draw(axes)
        for name in decimals:
            axis = axes.xaxis if name == "x" else axes.yaxis
            axis.set_major_formatter(lambda value, _: f"{value:.3g}".replace(".", ","))
        page = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(page, format="svg", transparent=True, metadata=nothing)
    return _inline(page.getvalue())


def _inline(page: str) -> str:
    """Cut a page of SVG down to its element, with the page's colours, and ids that no other drawing has."""
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", page[page.index("<svg") :], flags=re.DOTALL)
    name = blake2b(svg.encode(), digest_size=4).hexdigest()
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[\d.]+pt" height="[\d.]+pt"', r'\1 class="plot" aria-hidden="true"', svg)
    svg = re.sub(r'(<svg[^>]*?) height="[\d.]+pt"', r"\1", svg)
    for given, variable in (COLOURS | ENGINES).items():
        svg = svg.replace(given, f"var(--{variable})")
    return svg
