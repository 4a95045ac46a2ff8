"""What the registries and states tell about the entities of a device, gathered for rules that look for roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_FRIENDLY_NAME, ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import slugify

from ...const import DOMAIN
from .words import normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One entity as rules see it."""

    entity_id: str
    domain: str
    platform: str = ""
    translation_key: str = ""
    unique_id: str = ""
    device_class: str = ""
    unit: str = ""
    state_class: str = ""
    state: str = ""
    text: str = ""  # everything its name is made of, normalised, without the name of the device
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@callback
def of_device(hass: HomeAssistant, device_id: str) -> list[Facts]:
    """Return the entities of a device and of the devices that hang on it, without disabled ones."""
    devices = dr.async_get(hass)
    ids = [device_id, *(d.id for d in devices.devices if d.via_device_id == device_id)]
    ids += [d.id for d in dr.async_entries_for_parent_device(devices, device_id)]
    registry = er.async_get(hass)
    return _facts(hass, (e for i in ids for e in er.async_entries_for_device(registry, i)))


@callback
def of_config_entries(hass: HomeAssistant, device_id: str) -> list[Facts]:
    """Return the entities of everything that the integration of a device set up together with it."""
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        return []
    registry = er.async_get(hass)
    entry_id = device.config_entry_id
    return _facts(hass, er.async_entries_for_config_entry(registry, entry_id) if entry_id else ())


@callback
def of_everything(hass: HomeAssistant) -> list[Facts]:
    """Return every entity that has a state."""
    registry = er.async_get(hass)
    found = []
    for state in hass.states.async_all():
        entry = registry.async_get(state.entity_id)
        if entry is None or entry.platform != DOMAIN:
            found.append(_one(state.entity_id, entry, state.attributes, state.state, ""))
    return found


def _facts(hass: HomeAssistant, entries: Iterable[er.RegistryEntry]) -> list[Facts]:
    found = []
    devices = dr.async_get(hass)
    for entry in entries:
        if entry.disabled or entry.platform == DOMAIN:
            continue
        state = hass.states.get(entry.entity_id)
        device = devices.async_get(entry.device_id) if entry.device_id else None
        name = (device.name_by_user or device.name or "") if device is not None else ""
        attributes = state.attributes if state is not None else {}
        found.append(_one(entry.entity_id, entry, attributes, state.state if state else "", name))
    return found


def _one(
    entity_id: str, entry: er.RegistryEntry | None, attributes: Mapping[str, Any], state: str, device: str
) -> Facts:
    domain, _, object_id = entity_id.partition(".")
    details = {**((entry.capabilities or {}) if entry is not None else {}), **attributes}
    if entry is None:
        words = [object_id, str(attributes.get(ATTR_FRIENDLY_NAME, ""))]
    else:
        own = f"{slugify(device)}_" if device else ""  # "car_battery" of a device "Car" is no car battery
        unique = normalised(entry.unique_id).replace(own, "")
        words = [object_id.removeprefix(own), entry.translation_key or unique, entry.original_name or ""]
    return Facts(
        entity_id=entity_id,
        domain=domain,
        platform=entry.platform if entry is not None else "",
        translation_key=(entry.translation_key or "") if entry is not None else "",
        unique_id=entry.unique_id if entry is not None else "",
        device_class=_first(
            attributes.get(ATTR_DEVICE_CLASS), entry and (entry.device_class or entry.original_device_class)
        ),
        unit=_first(attributes.get(ATTR_UNIT_OF_MEASUREMENT), entry and entry.unit_of_measurement),
        state_class=_first(details.get("state_class")),
        state=state,
        text=normalised(" ".join(words)),
        options=tuple(str(option) for option in details.get("options") or ()),
        minimum=details.get("min"),
        maximum=details.get("max"),
    )


def _first(*values: object) -> str:
    return next((str(value) for value in values if value), "")
