"""Bland and Altman's plot as SVG: the difference of two ways to measure over their mean, an organ a panel."""

import io
from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from flare_gui.cohort.numbers import OrganAgreement

_INCHES = (7.0, 5.2)


def bland_altman(agreements: Sequence[OrganAgreement]) -> str:
    """An `svg` element. Solid line: bias; dashed: the limits of agreement; both axes in ml."""
    # Text stays text, and the same numbers make the same file.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "flare-gui", "font.size": 8}):
        figure = Figure(figsize=_INCHES, layout="constrained")
        FigureCanvasSVG(figure)
        for number, one in enumerate(agreements, 1):
            axes = figure.add_subplot(2, 2, number)
            axes.set_title(one.organ.name, loc="left")
            axes.set_xlabel("mean of network and person (ml)")
            axes.set_ylabel("network − person (ml)")
            axes.spines[["top", "right"]].set_visible(False)
            axes.axhline(0, color="#c6ccd3", linewidth=0.8)
            means = [(network + person) / 2 for network, person in one.pairs]
            differences = [network - person for network, person in one.pairs]
            axes.scatter(means, differences, s=14, color=one.organ.colour, alpha=0.8, linewidths=0)
            limits = one.limits
            if limits is not None:
                axes.axhline(limits.bias, color="#1c2430", linewidth=1)
                for value in (limits.low, limits.high):
                    if value is not None:
                        axes.axhline(value, color="#1c2430", linewidth=1, linestyle="--")
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
