"""The state as one JSON object: a pure mapping of the snapshot and what belongs to it.

Two shapes. The older one is the contract's; it also has the keys of the newer one whose names do not
collide. Energies of sessions are Wh, those of meters kWh.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ...core.config import SiteConfig
from ...core.rates import Tariffs
from ...core.session import Statistics
from ...core.state import SiteState
from .forecast import Forecasts, prices
from .loadpoint import loadpoint
from .site import site
from .system import statistics, system

__all__ = ["Forecasts", "Sources", "build"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a document is made of. `network`: under which address Home Assistant is reached."""

    state: SiteState
    config: SiteConfig
    statistics: Mapping[str, Statistics]
    tariffs: Tariffs
    network: Mapping[str, Any]
    failed: bool = False


def build(sources: Sources, forecasts: Forecasts, *, modern: bool) -> dict[str, Any]:
    """Return the whole document, with JSON values only."""
    state, config = sources.state, sources.config
    traits = [lp.charger for lp in config.loadpoints]
    return {
        **site(state, config, modern=modern),
        **prices(state, sources.tariffs),
        "forecast": forecasts.told(sources.tariffs, state.at, ZoneInfo(config.timezone), modern=modern),
        "statistics": statistics(sources.statistics),
        **system(state, sources.network, config.timezone, failed=sources.failed, modern=modern),
        "loadpoints": [
            loadpoint(lp, t, modern=modern) for lp, t in zip(state.loadpoints, traits, strict=True)
        ],
    }
