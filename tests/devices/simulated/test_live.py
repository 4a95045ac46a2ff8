"""The plant on a running clock."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core.config import LoadpointConfig, MeterConfig, SiteConfig
from custom_components.evcc.core.model import BatteryMode, Status
from custom_components.evcc.core.ports import BatteryControl, PhaseSwitcher, Readings
from custom_components.evcc.core.site import Site
from custom_components.evcc.devices.simulated.live import (
    COMMUTE,
    BatterySpec,
    LiveCharger,
    LivePlant,
    LivePv,
    LiveSchedule,
    LiveSpec,
    LiveVehicle,
)
from custom_components.evcc.devices.simulated.world import chance, clear_sky, smooth_noise

ZONE = "Europe/Berlin"
MONDAY = datetime(2026, 5, 4, tzinfo=ZoneInfo(ZONE))
NIGHT = MONDAY + timedelta(hours=2)


def home(**more: Any) -> LivePlant:
    return LivePlant(
        LiveSpec(
            **{
                "timezone": ZONE,
                "pv": (LivePv(name="roof", peak_power=9000),),
                "batteries": (
                    BatterySpec(
                        name="battery", capacity=10, soc=50, max_charge_power=5000, max_discharge_power=5000
                    ),
                    BatterySpec(
                        name="old",
                        capacity=5,
                        soc=50,
                        max_charge_power=2000,
                        max_discharge_power=2000,
                        controllable=False,
                    ),
                ),
                "chargers": (
                    LiveCharger(name="garage", current_step=0.1),
                    LiveCharger(name="carport", phase_switching=False),
                ),
                "vehicles": (
                    LiveVehicle(name="blue", title="Blue", charger="garage", schedule=COMMUTE),
                    LiveVehicle(name="white", capacity=40, phases=1, charger="carport"),
                ),
                **more,
            }
        )
    )


def site_of(plant: LivePlant) -> Site:
    spec = plant.spec
    return Site(
        SiteConfig(
            timezone=ZONE,
            grid=MeterConfig(name="grid"),
            pv=tuple(MeterConfig(name=p.name) for p in spec.pv),
            batteries=tuple(plant.battery_config(b.name) for b in spec.batteries),
            loadpoints=tuple(
                LoadpointConfig(name=c.name, charger=plant.charger_traits(c.name)) for c in spec.chargers
            ),
            vehicles=tuple(plant.vehicle_config(v.name) for v in spec.vehicles),
        )
    )


async def readings(plant: LivePlant, now: datetime) -> Readings:
    spec = plant.spec
    return Readings(
        grid=await plant.meter("grid").async_read(now),
        pv=tuple([await plant.pv(p.name).async_read(now) for p in spec.pv]),
        batteries=tuple([await plant.battery(b.name).async_read(now) for b in spec.batteries]),
        chargers=tuple([await plant.charger(c.name).async_read(now) for c in spec.chargers]),
        vehicles={v.name: await plant.vehicle(v.name).async_read(now) for v in spec.vehicles},
    )


async def cycle(plant: LivePlant, site: Site, now: datetime) -> Readings:
    """Do what the runner does in one cycle."""
    r = await readings(plant, now)
    outcome = site.cycle(now.astimezone(UTC), r, plant.tariffs(now))
    for command in outcome.chargers:
        charger = plant.charger(plant.spec.chargers[command.loadpoint].name)
        if command.phases is not None:
            assert isinstance(charger, PhaseSwitcher)
            await charger.async_switch_phases(command.phases)
        if command.current is not None:
            await charger.async_set_current(command.current)
        if command.enable is not None:
            await charger.async_enable(command.enable)
    for order in outcome.batteries:
        battery = plant.battery(plant.spec.batteries[order.battery].name)
        assert isinstance(battery, BatteryControl)
        await battery.async_set_mode(order.mode)
    return r


@pytest.mark.parametrize("hour", [0, 2, 7, 12, 18, 23])
@pytest.mark.parametrize("day", range(7))
async def test_something_charges_within_two_minutes_whenever_it_starts(hour: int, day: int) -> None:
    plant = home()
    site = site_of(plant)
    site.restore({"loadpoints": {"garage": {"mode": "pv"}, "carport": {"mode": "pv"}}}, None)
    start = MONDAY + timedelta(days=day, hours=hour)
    charging = False
    for seconds in range(0, 121, 30):
        r = await cycle(plant, site, start + timedelta(seconds=seconds))
        charging = charging or any(c.status is Status.C for c in r.chargers)
    assert charging


async def test_a_demo_goes_on_for_days() -> None:
    plant = home()
    site = site_of(plant)
    site.restore({"loadpoints": {"garage": {"mode": "pv"}, "carport": {"mode": "minpv"}}}, None)
    charged = []
    for day in range(4):
        for minute in range(0, 24 * 60, 2):
            r = await cycle(plant, site, NIGHT + timedelta(days=day, minutes=minute))
        charged.append(sum(c.energy or 0.0 for c in r.chargers))
    assert all(later > earlier + 5 for earlier, later in pairwise(charged))


async def test_energy_is_conserved() -> None:
    plant = home()
    site = site_of(plant)
    for minute in range(0, 600, 1):
        now = NIGHT + timedelta(minutes=minute)
        r = await cycle(plant, site, now)
        assert r.grid is not None
        known = (r.grid.power or 0) + (r.pv[0].power or 0) + sum(b.power or 0 for b in r.batteries)
        household = known - sum(c.power or 0 for c in r.chargers)
        assert 100 < household < 3500


async def test_readings_of_one_time_are_the_same_moment() -> None:
    plant = home()
    now = NIGHT + timedelta(hours=1)
    first = await readings(plant, now)
    assert await readings(plant, now) == first


async def test_commands_act_within_seconds() -> None:
    plant = home()
    charger = plant.charger("garage")
    assert (await charger.async_read(NIGHT)).status is Status.B
    await charger.async_set_current(10.07)
    await charger.async_enable(True)
    assert isinstance(charger, PhaseSwitcher)
    await charger.async_switch_phases(1)
    reading = await charger.async_read(NIGHT + timedelta(seconds=2))
    assert (reading.status, reading.power) == (Status.C, pytest.approx(2300))
    await charger.async_enable(False)
    reading = await charger.async_read(NIGHT + timedelta(seconds=4))
    assert (reading.status, reading.enabled) == (Status.B, False)
    assert reading.energy == pytest.approx(2.3 * 2 / 3600)


async def test_battery_modes() -> None:
    plant = home(pv=())
    battery = plant.battery("battery")
    assert isinstance(battery, BatteryControl)
    await battery.async_read(NIGHT)
    await battery.async_set_mode(BatteryMode.CHARGE)
    assert (await battery.async_read(NIGHT + timedelta(seconds=1))).power == -5000


async def test_abilities_follow_the_specification() -> None:
    plant = home()
    assert not isinstance(plant.charger("carport"), PhaseSwitcher)
    assert not isinstance(plant.battery("old"), BatteryControl)
    assert plant.charger_traits("garage").milliamp
    assert plant.battery_config("battery").controllable
    assert plant.vehicle_config("blue").title == "Blue"


@pytest.mark.parametrize("kind", ["meter", "pv", "battery", "charger", "vehicle"])
def test_unknown_devices(kind: str) -> None:
    with pytest.raises(KeyError):
        getattr(home(), kind)("nowhere")


def test_a_home_without_a_grid_meter() -> None:
    with pytest.raises(KeyError):
        home(grid=False).meter("grid")


async def test_long_gaps_are_bridged() -> None:
    plant = home()
    charger = plant.charger("garage")
    await charger.async_read(NIGHT)
    await charger.async_set_current(16)
    await charger.async_enable(True)
    reading = await charger.async_read(NIGHT + timedelta(hours=1))
    assert reading.power == pytest.approx(11040)
    # All but the last ten minutes are one step, made with the power from before the gap.
    assert reading.energy == pytest.approx(11.04 / 6)


async def test_after_a_clock_set_back_it_goes_on() -> None:
    plant = home()
    charger = plant.charger("garage")
    await charger.async_read(NIGHT)
    await charger.async_set_current(16)
    await charger.async_enable(True)
    before = (await charger.async_read(NIGHT + timedelta(minutes=5))).energy
    await charger.async_read(NIGHT - timedelta(hours=1))
    after = (await charger.async_read(NIGHT - timedelta(minutes=55))).energy
    assert before is not None
    assert after == pytest.approx(before + 11.04 * 5 / 60, rel=0.05)


# ---------------------------------------------------------------------- cars


async def statuses(plant: LivePlant, hours: list[float]) -> list[str]:
    charger = plant.charger("garage")
    seen = []
    for hour in hours:
        reading = await charger.async_read(MONDAY + timedelta(hours=hour))
        seen.append(f"{reading.status}{reading.identifier}")
    return seen


async def test_a_commuter_leaves_and_comes_back_emptier() -> None:
    plant = home()
    vehicle = plant.vehicle("blue")
    assert await statuses(plant, [2, 7.4, 7.6, 16.4, 16.6]) == ["Bblue", "Bblue", "A", "A", "Bblue"]
    reading = await vehicle.async_read(MONDAY + timedelta(hours=17))
    assert reading.soc == 45 - 15 / 60 * 100
    assert reading.odometer == 12_088
    assert reading.range == round(0.2 * 60 / 0.17)


async def test_a_car_is_at_home_at_the_start_whatever_its_schedule() -> None:
    assert await statuses(home(), [10, 16.6, 24 + 7.6]) == ["Bblue", "Bblue", "A"]


async def test_nobody_commutes_on_a_saturday() -> None:
    assert await statuses(home(), [5 * 24 + 2, 5 * 24 + 10]) == ["Bblue", "Bblue"]


async def test_trips_over_midnight() -> None:
    night_shift = LiveSchedule(departure=time(21), back=time(6), driven=6)
    plant = home(vehicles=(LiveVehicle(name="blue", charger="garage", schedule=night_shift),))
    assert await statuses(plant, [12, 22, 29, 30.1]) == ["Bblue", "A", "A", "Bblue"]


async def test_a_car_waits_for_its_charger() -> None:
    early = LiveSchedule(departure=time(7), back=time(12), driven=3)
    late = LiveSchedule(departure=time(10), back=time(18), driven=3)
    plant = home(
        vehicles=(
            LiveVehicle(name="blue", charger="garage", schedule=early),
            LiveVehicle(name="white", charger="garage", schedule=late),
        )
    )
    seen = await statuses(plant, [6, 8, 10.5, 13, 19])
    assert seen == ["Bblue", "Bwhite", "A", "Bblue", "Bblue"]


# ---------------------------------------------------------------------- sun and prices


def test_the_sun_of_a_good_spring_day() -> None:
    assert [clear_sky(h) for h in (0, 4, 22)] == [0, 0, 0]
    assert clear_sky(10.5) > 0.6
    assert 0.8 < clear_sky(13.2) < 1
    assert clear_sky(13.2) == max(clear_sky(h / 10) for h in range(240))


def test_noise_is_smooth_and_always_the_same() -> None:
    values = [smooth_noise("key", i / 100) for i in range(1000)]
    assert all(0 <= v <= 1 for v in values)
    assert max(abs(b - a) for a, b in pairwise(values)) < 0.02
    assert max(values) - min(values) > 0.5
    assert chance("a", 1) == chance("a", 1) != chance("a", 2)


async def test_the_suns_clock_starts_in_the_morning_or_goes_by_the_real_one() -> None:
    shifted, real = home(), home(start_at_daylight=False)
    assert (await shifted.pv("roof").async_read(NIGHT)).power == pytest.approx(9000 * clear_sky(10.5))
    assert (await real.pv("roof").async_read(NIGHT)).power == 0
    noon = NIGHT + timedelta(hours=10)
    assert ((await real.pv("roof").async_read(noon)).power or 0) > 1000


async def test_the_same_day_is_the_same_day() -> None:
    first, second = home(), home()
    for minutes in (0, 90, 200):
        now = NIGHT + timedelta(minutes=minutes)
        assert await first.pv("roof").async_read(now) == await second.pv("roof").async_read(now)


def test_tariffs_of_two_days() -> None:
    plant = home()
    tariffs = plant.tariffs(NIGHT)
    assert plant.tariffs(NIGHT + timedelta(hours=20)) is tariffs
    assert tariffs.grid is not None
    assert tariffs.grid.kind == "priceforecast"
    assert len(tariffs.grid.slots) == 2 * 96
    assert tariffs.grid.slots[0].start == MONDAY
    assert tariffs.grid.slots[-1].end == MONDAY + timedelta(days=2)
    noon, evening = (tariffs.grid.value(MONDAY + timedelta(hours=h)) for h in (13.5, 19))
    assert noon is not None
    assert evening is not None
    assert noon < evening - 0.1
    assert tariffs.feedin is not None
    assert tariffs.feedin.static
    assert tariffs.feedin.value(NIGHT) == 0.08
    assert plant.tariffs(NIGHT + timedelta(days=1)) is not tariffs


async def test_the_solar_forecast_is_what_comes() -> None:
    plant = home()
    forecast = plant.tariffs(NIGHT).solar
    assert forecast is not None
    await plant.pv("roof").async_read(NIGHT)
    start = NIGHT + timedelta(hours=2)
    powers = [
        (await plant.pv("roof").async_read(start + timedelta(minutes=m))).power or 0.0
        for m in range(0, 60, 5)
    ]
    expected = [forecast.value(start + timedelta(minutes=m)) or 0.0 for m in range(0, 60, 5)]
    assert sum(powers) == pytest.approx(sum(expected), rel=0.1)


def test_days_when_the_clock_changes_have_23_or_25_hours() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo(ZONE))
    autumn = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo(ZONE))
    for moment, hours in ((spring, 47), (autumn, 49)):
        tariff = home().tariffs(moment).grid
        assert tariff is not None
        assert len(tariff.slots) == hours * 4
