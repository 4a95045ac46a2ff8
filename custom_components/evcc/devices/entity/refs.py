"""From what the stored data hold to entities: an entity id, or the registry id that survives renames."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .roles import Kind, roles


@callback
def pin(hass: HomeAssistant, reference: str) -> str:
    """Return the registry id of an entity if it has one, else the reference as it is."""
    registry = er.async_get(hass)
    entry = registry.async_get(reference)
    return entry.id if entry is not None else reference


@callback
def resolve(hass: HomeAssistant, reference: str) -> str | None:
    """Return the present entity id of an entity id or registry id; None if the registry forgot it."""
    return er.async_resolve_entity_id(er.async_get(hass), reference)


@callback
def entity_ids(hass: HomeAssistant, kind: Kind, data: Mapping[str, Any]) -> list[str]:
    """Return the entities that a device reads or writes, without those the registry forgot."""
    found = (resolve(hass, data[role.key]) for role in roles(kind) if data.get(role.key))
    return list(dict.fromkeys(entity_id for entity_id in found if entity_id is not None))


@callback
def to_store(hass: HomeAssistant, kind: Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a form with registry ids instead of entity ids, wherever there is one."""
    return _replaced(kind, data, lambda reference: pin(hass, reference))


@callback
def to_form(hass: HomeAssistant, kind: Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored data with entity ids, as a form shows them; forgotten ones stay as they are."""
    return _replaced(kind, data, lambda reference: resolve(hass, reference) or reference)


def _replaced(kind: Kind, data: Mapping[str, Any], replace: Callable[[str], str]) -> dict[str, Any]:
    references = {role.key: replace(data[role.key]) for role in roles(kind) if data.get(role.key)}
    return {**data, **references}
