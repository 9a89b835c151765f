"""The numbers of a cohort: spread of each organ, and how far the network agrees with who corrected it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flare_gui.analysis.cohort import Limits, Spread, limits_of_agreement, spread
from flare_gui.cohort.cases import CohortCase
from flare_gui.organs import ORGANS, Organ


@dataclass(frozen=True)
class OrganSpread:
    """Volumes in ml and mean HU of one organ, over the cases that have it whole; `left_out` is how many do not."""

    organ: Organ
    volume: Spread | None
    hu: Spread | None
    left_out: int


@dataclass(frozen=True)
class OrganAgreement:
    """The network's organ beside the person's, over the cases in which a person stands behind it.

    `pairs` are (network, person) in ml; `limits` are of network minus person, in ml. Dice and NSD (at FLARE22's
    tolerances) are over the cases whose network mask was kept. `corrected` is how many were changed by a person; those
    that were accepted as they are agree wholly.
    """

    organ: Organ
    corrected: int
    pairs: tuple[tuple[float, float], ...]
    limits: Limits | None
    dice: Spread | None
    nsd: Spread | None

    @property
    def bias_percent(self) -> float | None:
        """The bias as a share of the person's mean volume."""
        person = float(np.mean([theirs for _, theirs in self.pairs])) if self.pairs else 0.0
        return 100 * self.limits.bias / person if self.limits is not None and person > 0 else None


def spreads(cases: Sequence[CohortCase]) -> list[OrganSpread]:
    """One for each of `ORGANS`. Failed cases and masks that nobody has measured count as left out."""
    rows = []
    for organ in ORGANS:
        whole = [case for case in cases if case.whole_ml(organ) is not None]
        volumes = [float(case.whole_ml(organ) or 0.0) for case in whole]
        hu = [float(found["mean_hu"]) for case in whole if (found := case.measured(organ)) is not None]
        rows.append(OrganSpread(organ, spread(volumes), spread(hu), len(cases) - len(whole)))
    return rows


def agreements(cases: Sequence[CohortCase]) -> list[OrganAgreement]:
    """One for each of `ORGANS`, over accepted and corrected cases. An organ that is missing in one has 0 ml there."""
    decided = [case for case in cases if case.decided and case.report is not None and not case.changed]
    return [_agreement(decided, organ) for organ in ORGANS]


def _agreement(cases: Sequence[CohortCase], organ: Organ) -> OrganAgreement:
    pairs: list[tuple[float, float]] = []
    scores: list[tuple[float, float]] = []
    corrected = 0
    for case in cases:
        assert case.report is not None
        person = float(case.report["organs"][organ.key]["volume_ml"])
        corrected += organ.key in case.by_hand
        network = case.report.get("network")
        if network is None:
            pairs.append((person, person))
            scores.append((1.0, 1.0))
            continue
        pairs.append((float(network["organs"][organ.key]["volume_ml"]), person))
        score = network["agreement"].get(organ.key)
        if score is not None:
            scores.append((score["dice"], score["nsd"]))
    return OrganAgreement(
        organ,
        corrected,
        tuple(pairs),
        limits_of_agreement([one for one, _ in pairs], [other for _, other in pairs]),
        spread([dice for dice, _ in scores]),
        spread([nsd for _, nsd in scores]),
    )
