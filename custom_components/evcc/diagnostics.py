"""Diagnostics: what is needed to understand a report, without what identifies who reports."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .const import DOMAIN
from .coordinator import EvccConfigEntry
from .core.memory import dump
from .problems import is_reference
from .tariffs.keeper import Status

PRIVATE: Final = frozenset(
    {
        # people's own words, and what may quote them
        "title",
        "vehicle_title",
        "message",
        "device",
        # what opens a charging socket
        "identifier",
        "identifiers",
        "vehicle_identity",
        # how devices are reached
        "host",
        "password",
        "token",
        "url",
        "username",
    }
)
TITLES: Final = frozenset({"loadpoint", "vehicle"})  # within a session


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: EvccConfigEntry) -> dict[str, Any]:
    """Return the whole site: wiring, settings, memory, the last snapshot, and how it runs."""
    runtime = entry.runtime_data
    runner = runtime.runner
    return _redacted(
        {
            "entry": {
                "data": dict(entry.data),
                "options": dict(entry.options),
                "subentries": [_subentry(hass, s) for s in entry.subentries.values()],
            },
            "config": _plain(runtime.site.config),
            "settings": runtime.site.dump_settings(),
            "memory": dump(runtime.site.memory),
            "state": dump(runtime.coordinator.data),
            "runner": {
                "running": runner.running,
                "overruns": runner.overruns,
                "fault": runner.fault,
                "now": runner.now().isoformat(),
            },
            "tariffs": [_tariff(status) for status in runtime.tariff_keepers.statuses(runtime.runner.now())],
            "devices_missing": len(runtime.equipment.missing),
            "files": {
                "settings": runtime.settings.settings.problem,
                "memory": runtime.settings.memory.problem,
                "sessions": runtime.sessions.problem,
            },
        }
    )


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: EvccConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return what belongs to one device; the site's own device stands for everything."""
    name = next((key for domain, key in device.identifiers if domain == DOMAIN), "")
    if (subentry := entry.subentries.get(name)) is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    runtime = entry.runtime_data
    settings = runtime.site.dump_settings()
    memory = dump(runtime.site.memory)
    return _redacted(
        {
            "subentry": _subentry(hass, subentry),
            "config": _parts(_plain(runtime.site.config), name),
            "settings": [
                settings[scope][name] for scope in ("loadpoints", "vehicles") if name in settings[scope]
            ],
            "memory": [
                memory[kind][name]
                for kind in ("loadpoints", "batteries", "meters", "circuits")
                if name in memory[kind]
            ],
            "state": _parts(dump(runtime.coordinator.data), name),
        }
    )


def _tariff(status: Status) -> dict[str, Any]:
    """Return how a tariff is doing; what its source said may be about anybody, so only the problem's name is told."""
    found = {k: v for k, v in asdict(status).items() if k != "placeholders"}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in found.items()}


def _subentry(hass: HomeAssistant, subentry: ConfigSubentry) -> dict[str, Any]:
    return {
        "subentry_id": subentry.subentry_id,
        "subentry_type": subentry.subentry_type,
        "data": _anonymous(er.async_get(hass), dict(subentry.data)),
    }


def _anonymous(registry: er.EntityRegistry, value: Any) -> Any:
    """Say of entities only what they are and who brings them: their ids are made of people's words."""
    if isinstance(value, dict):
        return {k: _anonymous(registry, v) for k, v in value.items()}
    if isinstance(value, list):
        return [_anonymous(registry, v) for v in value]
    if not is_reference(value):
        return value
    if (known := registry.async_get(value)) is not None:
        return f"{known.domain} of {known.platform}"
    domain, dot, _ = value.partition(".")
    return f"{domain}, not registered" if dot else "forgotten"


def _plain(config: object) -> Any:
    """Return the JSON values of a configuration."""

    def lists(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: lists(v) for k, v in value.items()}
        if isinstance(value, list):
            return [lists(v) for v in value]
        return sorted(value) if isinstance(value, frozenset) else value

    return lists(dump(config))


def _parts(tree: Any, name: str) -> list[Any]:
    """Return the parts of that name, however deep they are."""
    if isinstance(tree, dict):
        found = [tree] if tree.get("name") == name else []
        return found or _joined(tree.values(), name)
    return _joined(tree, name) if isinstance(tree, list) else []


def _joined(trees: Iterable[Any], name: str) -> list[Any]:
    return [part for tree in trees for part in _parts(tree, name)]


def _redacted(data: dict[str, Any]) -> dict[str, Any]:
    redacted: dict[str, Any] = async_redact_data(data, PRIVATE)
    _hide_titles(redacted)
    return redacted


def _hide_titles(tree: Any) -> None:
    """Take titles out of session records, where elsewhere there are names that mean nothing to others."""
    if isinstance(tree, list):
        for part in tree:
            _hide_titles(part)
    elif isinstance(tree, dict):
        if isinstance(session := tree.get("session"), dict):
            session.update((k, REDACTED) for k in TITLES & session.keys() if session[k])
        for part in tree.values():
            _hide_titles(part)
