"""Whatever value is set, through whatever way in: it is refused, or the settings stay valid."""

from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any

from custom_components.evcc.core import commands, memory
from custom_components.evcc.core.model import BatteryMode
from custom_components.evcc.core.settings import TABLE, Kind, Scope, SettingError, parse
from custom_components.evcc.core.site import Site

from .watch import NORMAL, random_world, seeds

ODD: tuple[Any, ...] = (
    None, "", " ", "x", "NaN", "inf", "-Infinity", "1e999", "0x10", "1_0", "6.5", " 7 ", "true", "T", "Off", "PV",
    True, False, 0, 1, 2, 3, 4, 6, 16, 100, 101, -1, -0.0, 0.5, 1e-300, 1e300, float("nan"), float("inf"), 10**400,
    -(10**400), Decimal("7.5"), b"6", [], [1], {}, {"a": 1}, (), object(), BatteryMode.HOLD, 3.0, "3.0", "٣",
)  # fmt: skip


def check_valid(site: Site) -> None:
    """Assert that every setting has a value that it would take, and that they fit each other."""
    owners: dict[Scope, list[Any]] = {
        Scope.SITE: [site.settings],
        Scope.LOADPOINT: [lp.settings for lp in site.loadpoints],
        Scope.VEHICLE: [car.settings for car in site.vehicles.values()],
    }
    for setting in TABLE:
        for owner in owners[setting.scope]:
            value = getattr(owner, setting.name)
            assert parse(setting, value) == value, setting.key
            wanted = {Kind.INTEGER: int, Kind.NUMBER: float, Kind.BOOLEAN: bool}.get(setting.kind, (str, int))
            assert (value is None and setting.nullable) or isinstance(value, wanted), setting.key
            assert isinstance(value, bool) == (setting.kind is Kind.BOOLEAN)
    for lp in site.loadpoints:
        assert lp.settings.min_current <= lp.settings.max_current
        assert lp.switchable or lp.settings.phases_configured in (1, 3)
        assert not 0 < lp.traits.physical_phases < lp.settings.phases_configured
        assert lp.settings.battery_boost == (lp.memory.boost != "off")
    s = site.settings
    order = [x for x in (s.priority_soc, s.buffer_soc, s.buffer_start_soc) if x]
    assert order == sorted(order)


def test_a_setter_refuses_or_leaves_valid_settings() -> None:
    accepted = 0
    for seed in seeds(60):
        rng = Random(seed)
        world = random_world(seed, NORMAL)
        site = world.site
        targets = {
            Scope.SITE: [None],
            Scope.LOADPOINT: [lp.index for lp in site.loadpoints],
            Scope.VEHICLE: [*site.vehicles, "nobody"],
        }
        for _ in range(150):
            setting = rng.choice(TABLE)
            value = rng.choice(setting.choices if setting.choices and rng.random() < 0.5 else ODD)
            if setting.low is not None and rng.random() < 0.3:
                value = rng.uniform(setting.low - 1, (setting.high or 0.0) + 1)
            key = rng.choice([setting.key, setting.name])
            with suppress(SettingError):
                target = rng.choice(targets[setting.scope])
                commands.change(site, setting.scope, target, key, value, world.now)
                accepted += 1
            check_valid(site)
        world.step()
        check_valid(site)
    assert accepted > 1000


def test_odd_targets_keys_and_names_are_refused() -> None:
    for seed in range(20):
        world = random_world(seed, NORMAL)
        site, now = world.site, world.now
        for odd in ODD:
            for scope in Scope:
                with suppress(SettingError):
                    commands.change(site, scope, odd, "mode", "pv", now)
            with suppress(SettingError):
                commands.set_limit_for_all(site, "smartCostLimit", odd, now)
            check_valid(site)


def test_settings_survive_storage() -> None:
    for seed in seeds(30):
        world = random_world(seed, NORMAL)
        for _ in range(10):
            world.step()
        for lp in world.site.loadpoints:
            lp.settings.default_mode = None  # it would replace the mode where nothing else is remembered
        fresh = Site(world.config)
        assert fresh.restore(world.site.dump_settings(), None) == []
        assert fresh.dump_settings() == world.site.dump_settings()
        check_valid(fresh)


def spoil(rng: Random, value: Any) -> Any:
    """Return the JSON document with some values replaced by others."""
    if rng.random() < 0.03:
        return rng.choice([None, "x", "", -1, 0, 7, 1e308, 10**400, True, [], {}, [1], float("nan"),
                           "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "2026-03-28T20:00:00"])  # fmt: skip
    if isinstance(value, dict):
        return {k: spoil(rng, v) for k, v in value.items() if rng.random() > 0.02}
    return value


def test_spoilt_storage_never_stops_the_house() -> None:
    for seed in seeds(150):
        rng = Random(seed)
        world = random_world(seed, NORMAL)
        for _ in range(12):
            world.step()
        settings = spoil(rng, world.site.dump_settings())
        remembered = spoil(rng, memory.dump(world.site.memory))
        world.sites = [Site(world.config)]
        try:
            world.site.restore(settings if isinstance(settings, dict) else {}, remembered)
            for _ in range(12):
                world.step()
        except Exception as err:
            err.add_note(f"seed {seed}")
            raise
