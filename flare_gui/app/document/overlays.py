"""How an organ is drawn over the scan."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganLook:
    """How an organ is drawn: `colour` as "#rrggbb", `opacity` from 0 to 1. No correction changes a `locked` one."""

    colour: str
    visible: bool = True
    opacity: float = 0.45
    locked: bool = False
