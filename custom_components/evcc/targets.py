"""Who is meant: from the targets and words of an action to loadpoints and vehicles of the core."""

from typing import Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr, entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolDictType

from .const import DOMAIN
from .core.config import LoadpointConfig, VehicleConfig
from .core.site import Site
from .errors import refusal

ATTR_LOADPOINT: Final = "loadpoint"
ATTR_VEHICLE: Final = "vehicle"

LOADPOINT_FIELDS: Final[VolDictType] = {
    **cv.TARGET_SERVICE_FIELDS,
    vol.Optional(ATTR_LOADPOINT): cv.positive_int,
}


@callback
def names_loadpoints(call: ServiceCall) -> bool:
    """Return whether the action says which loadpoint it is about."""
    return ATTR_LOADPOINT in call.data or TargetSelection(call.data).has_any_target


@callback
def loadpoint_indexes(hass: HomeAssistant, site: Site, call: ServiceCall) -> list[int]:
    """Return which loadpoints, from 0, are meant by number or target.

    The only loadpoint of a site need not be named. ServiceValidationError if nothing fits.
    """
    loadpoints = site.config.loadpoints
    if (number := call.data.get(ATTR_LOADPOINT)) is not None:
        if not 1 <= number <= len(loadpoints):
            raise refusal("loadpoint_unknown", loadpoint=number)
        return [number - 1]
    if not names_loadpoints(call):
        if len(loadpoints) != 1:
            raise refusal("loadpoint_missing")
        return [0]
    names = _names(hass, _devices(hass, call))
    if not (found := [i for i, lp in enumerate(loadpoints) if lp.name in names]):
        raise refusal("target_without_loadpoint")
    return found


def _devices(hass: HomeAssistant, call: ServiceCall) -> set[str]:
    """Return the ids of the devices that the targets of an action stand for."""
    selected = async_extract_referenced_entity_ids(
        hass, TargetSelection(call.data), primary_entities_only=False
    )
    registry = er.async_get(hass)
    entities = (registry.async_get(e) for e in selected.referenced | selected.indirectly_referenced)
    return selected.referenced_devices | {e.device_id for e in entities if e is not None and e.device_id}


def _names(hass: HomeAssistant, device_ids: set[str]) -> set[str]:
    """Return what the core calls the things behind those devices."""
    registry = dr.async_get(hass)
    devices = (registry.async_get(d) for d in device_ids)
    return {key for d in devices if d is not None for domain, key in d.identifiers if domain == DOMAIN}


@callback
def find_vehicle(hass: HomeAssistant, site: Site, word: str) -> VehicleConfig:
    """Return the vehicle with that title, name in the core or device id; ServiceValidationError if none."""
    names = _names(hass, {word}) | {word}
    for config in site.config.vehicles:
        if config.name in names or config.title == word:
            return config
    raise refusal("vehicle_not_found", vehicle=word, vehicles=_titles(site.config.vehicles))


def _titles(configs: tuple[LoadpointConfig | VehicleConfig, ...]) -> str:
    return ", ".join(c.title or c.name for c in configs) or "–"
