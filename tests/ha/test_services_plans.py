"""Actions about plans and prices: what they do, what they answer, how they refuse."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from .entities_home import BLUE, GARAGE, GRID, NOON, runtime_of, start, subentry

NOW = datetime.fromisoformat(NOON)
BARE = subentry("bare", "vehicle", "Bare car", {"source": "offline"}, simulated=False)
HOUR = timedelta(hours=1)
PRICES = (0.30, 0.10, 0.20, 0.40)
"""From 10:00 UTC on, again and again."""


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it always be the same sunny day, 3 in the morning at home."""
    freezer.move_to(NOON)


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return a home with one loadpoint, at which the blue car is, and one without a capacity."""
    entry = await start(hass, GRID, GARAGE, BLUE, BARE)
    runtime = runtime_of(entry)
    slots = [Slot(NOW + i * HOUR, NOW + (i + 1) * HOUR, PRICES[i % 4]) for i in range(48)]
    known = Tariffs(grid=Tariff(TariffKind.PRICE_FORECAST, slots), co2=Tariff(TariffKind.CO2, slots[:2]))
    runtime.tariffs = runtime.runner._tariffs = lambda _: known
    await runtime.runner.async_wake()
    return entry


async def call(hass: HomeAssistant, action: str, **data: Any) -> None:
    await hass.services.async_call(DOMAIN, action, data, blocking=True)


async def ask(hass: HomeAssistant, action: str, **data: Any) -> Any:
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


async def refused(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Return the message with which an action is refused."""
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(DOMAIN, action, data, blocking=True)
    return str(error.value)


async def guest(entry: MockConfigEntry) -> None:
    """Let nobody know which vehicle is there."""
    await runtime_of(entry).async_select_vehicle(0, None)


# Plans of vehicles


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-06-15 20:00:00", datetime(2026, 6, 16, 3, tzinfo=UTC)),  # US/Pacific
        ("2026-06-15T20:00:00+02:00", datetime(2026, 6, 15, 18, tzinfo=UTC)),
        ("2026-06-15T20:00:00Z", datetime(2026, 6, 15, 20, tzinfo=UTC)),
    ],
)
async def test_a_plan_of_a_vehicle(
    hass: HomeAssistant, entry: MockConfigEntry, time: str, expected: datetime
) -> None:
    await call(hass, "set_vehicle_plan", vehicle="Blue car", soc=80, time=time, precondition=30)
    car = runtime_of(entry).site.vehicles["blue"]
    assert car.goals.plan == SocPlan(soc=80, time=expected, precondition=1800)
    loadpoint = runtime_of(entry).coordinator.data.loadpoints[0]  # its hours show at once
    assert (loadpoint.effective_plan_time, bool(loadpoint.plan)) == (expected, True)
    await call(hass, "remove_plan", vehicle="Blue car")
    assert car.goals.plan is None
    assert runtime_of(entry).coordinator.data.loadpoints[0].plan is None


async def test_what_a_plan_comes_to_is_answered(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    answer = await ask(hass, "set_vehicle_plan", vehicle="blue", soc=80, time="2026-06-15T14:00:00Z")
    slots = answer.pop("slots")
    hours = answer["duration"] / 60
    cost = 11.04 * (0.10 + 0.20 + 0.30 * (hours - 2))  # the two cheapest hours, and some of the third
    assert hours == pytest.approx(2.56, abs=0.02)
    assert answer == {
        "loadpoint": 1,
        "ready_by": "2026-06-15T07:00:00-07:00",
        "in_time": True,
        "late": 0,
        "reached": False,
        "start": slots[0]["start"],
        "end": "2026-06-15T06:00:00-07:00",
        "duration": pytest.approx(hours * 60),
        "precondition": 0.0,
        "power": 11040.0,
        "energy": pytest.approx(11.04 * hours, abs=0.02),
        "cost": pytest.approx(cost, abs=0.01),
        "average_price": pytest.approx(cost / 11.04 / hours, abs=0.001),
        "currency": "EUR",
    }
    assert [s["value"] for s in slots] == [0.30, 0.10, 0.20]
    assert slots[0]["end"] == slots[1]["start"] == "2026-06-15T04:00:00-07:00"


async def test_a_vehicle_that_is_not_there(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await guest(entry)
    answer = await ask(hass, "set_vehicle_plan", vehicle="blue", soc=80, time="2026-06-15T20:00:00Z")
    assert answer == {"loadpoint": None}
    assert runtime_of(entry).site.vehicles["blue"].goals.plan is not None


@pytest.mark.parametrize(
    ("soc", "time", "expected"),
    [
        (80, "2026-06-15T11:00:00Z", {"in_time": False, "late": 94, "reached": False}),
        (20, "2026-06-15T11:00:00Z", {"in_time": True, "late": 0, "reached": True, "energy": 0}),
        (40, "2026-06-15T11:00:00Z", {"in_time": True, "late": 0, "reached": True, "start": None}),
        (80, "2026-06-18T11:00:00Z", {"in_time": True, "start": None, "cost": None}),  # wait for prices
        (80, "9998-12-31T23:00:00Z", {"in_time": True, "start": None}),
    ],
)
async def test_plans_that_are_late_reached_or_far_away(
    hass: HomeAssistant, entry: MockConfigEntry, soc: int, time: str, expected: dict[str, Any]
) -> None:
    answer = await ask(hass, "set_vehicle_plan", vehicle="blue", soc=soc, time=time)
    assert expected.items() <= answer.items()
    preview = await ask(hass, "preview_plan", soc=soc, time=time)
    assert expected.items() <= preview.items()
    loadpoint = runtime_of(entry).coordinator.data.loadpoints[0]
    assert loadpoint.plan_active is (expected.get("late", 0) > 0)  # too late: begin at once


async def test_plans_of_vehicles_that_are_refused(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    ahead = "2026-06-15T20:00:00Z"
    assert await refused(hass, "set_vehicle_plan", vehicle="blue", soc=80, time="2026-06-15T09:59:59Z") == (
        "A plan cannot be for 2026-06-15T09:59:59+00:00: that has passed"
    )
    assert await refused(hass, "set_vehicle_plan", vehicle="Bare car", soc=80, time=ahead) == (
        "The battery capacity of Bare car is unknown, so nobody can tell how long charging takes: enter it in"
        " the settings of the vehicle, or plan an amount of energy for the loadpoint"
    )
    assert (await refused(hass, "set_vehicle_plan", vehicle="Golf", soc=80, time=ahead)).startswith(
        "There is no vehicle Golf"
    )
    for values in ({"soc": 0}, {"soc": 101}, {"soc": "x"}, {"time": "soon"}, {"precondition": -1}):
        data = {"vehicle": "blue", "soc": 80, "time": ahead, **values}
        with pytest.raises(vol.Invalid):
            await call(hass, "set_vehicle_plan", **data)
    assert runtime_of(entry).site.vehicles["blue"].goals.plan is None


# Repeating plans


async def test_repeating_plans(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    plans: list[dict[str, Any]] = [
        {"weekdays": ["mon", "Friday", 0, "6"], "time": "07:00", "soc": 80},
        {
            "weekdays": "sun",
            "time": "7:05:30",
            "soc": 100,
            "timezone": "Asia/Tokyo",
            "active": False,
            "precondition": 15,
        },
    ]
    await call(hass, "set_repeating_plans", vehicle="Blue car", plans=plans)
    assert runtime_of(entry).site.vehicles["blue"].goals.repeating == (
        RepeatingPlan(weekdays=(0, 1, 5, 6), time="07:00", tz="US/Pacific", soc=80, active=True),
        RepeatingPlan(weekdays=(0,), time="07:05", tz="Asia/Tokyo", soc=100, active=False, precondition=900),
    )
    loadpoint = runtime_of(entry).coordinator.data.loadpoints[0]
    assert loadpoint.effective_plan_time == datetime(2026, 6, 15, 14, tzinfo=UTC)
    await call(hass, "set_repeating_plans", vehicle="Blue car", plans=[])
    assert runtime_of(entry).site.vehicles["blue"].goals.repeating == ()


async def test_a_hundred_repeating_plans(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    plans = [{"weekdays": [i % 7], "time": f"{i % 24}:00", "soc": 50 + i % 50} for i in range(100)]
    await call(hass, "set_repeating_plans", vehicle="blue", plans=plans)
    assert len(runtime_of(entry).site.vehicles["blue"].goals.repeating) == 100
    assert await refused(hass, "set_repeating_plans", vehicle="blue", plans=[*plans, plans[0]]) == (
        "A vehicle can have 100 repeating plans at most"
    )
    assert len(runtime_of(entry).site.vehicles["blue"].goals.repeating) == 100


async def test_repeating_plans_that_are_refused(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    good = {"weekdays": ["mon"], "time": "07:00", "soc": 80}
    for change, message in (
        ({"weekdays": []}, "Say on which days of the week the plan is due"),
        ({"timezone": "Mars/Olympus"}, "There is no time zone Mars/Olympus"),
        ({"timezone": "../../etc/passwd"}, "There is no time zone ../../etc/passwd"),
        ({"timezone": "Europe"}, "There is no time zone Europe"),
    ):
        assert await refused(hass, "set_repeating_plans", vehicle="blue", plans=[good | change]) == message
    for wrong in ({"weekdays": ["Montag"]}, {"weekdays": [7]}, {"time": "25:00"}, {"soc": 0}, {"colour": 1}):
        with pytest.raises(vol.Invalid):
            await call(hass, "set_repeating_plans", vehicle="blue", plans=[good | wrong])
    assert "capacity" in await refused(hass, "set_repeating_plans", vehicle="bare", plans=[good])
    await call(hass, "set_repeating_plans", vehicle="bare", plans=[])  # they can be removed
    assert runtime_of(entry).site.vehicles["blue"].goals.repeating == ()


# Plans of loadpoints


async def test_a_plan_of_a_loadpoint(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await guest(entry)
    answer = await ask(hass, "set_loadpoint_energy_plan", energy=11.04, time="2026-06-15T14:00:00Z")
    assert (answer["loadpoint"], answer["start"], answer["energy"], answer["cost"]) == (
        1,
        "2026-06-15T04:00:00-07:00",
        pytest.approx(11.04),
        pytest.approx(1.104),
    )
    loadpoint = runtime_of(entry).site.loadpoints[0]
    assert loadpoint.goals.plan == EnergyPlan(energy=11.04, time=datetime(2026, 6, 15, 14, tzinfo=UTC))
    await call(hass, "remove_plan", loadpoint=1)
    assert loadpoint.goals.plan is None


async def test_a_plan_of_a_loadpoint_whose_vehicle_is_known(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    answer = await ask(hass, "set_loadpoint_energy_plan", energy=10, time="2026-06-15T14:00:00Z")
    assert answer == {"loadpoint": None}  # it counts when a guest comes
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, "garage"), entry.entry_id)
    assert device is not None
    await call(hass, "remove_plan", device_id=device.id)
    assert runtime_of(entry).site.loadpoints[0].goals.plan is None


async def test_plans_of_loadpoints_that_are_refused(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    past = "2026-06-15T09:00:00Z"
    assert "that has passed" in await refused(hass, "set_loadpoint_energy_plan", energy=5, time=past)
    for energy in (0, -1, 10_001, "nan", "inf"):
        with pytest.raises(vol.Invalid):
            await call(hass, "set_loadpoint_energy_plan", energy=energy, time="2026-06-15T14:00:00Z")


# Strategies


async def test_strategies(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    car = runtime_of(entry).site.vehicles["blue"]
    loadpoint = runtime_of(entry).site.loadpoints[0]
    await call(hass, "set_plan_strategy", vehicle="blue", continuous=True)
    await call(hass, "set_plan_strategy", vehicle="blue", precondition=20)
    assert car.goals.strategy == Strategy(continuous=True, precondition=1200)
    assert loadpoint.goals.strategy == Strategy()
    await call(hass, "set_plan_strategy", loadpoint=1, continuous=True)
    await call(hass, "set_plan_strategy", vehicle="blue", continuous=False, precondition=0)
    assert (car.goals.strategy, loadpoint.goals.strategy) == (Strategy(), Strategy(continuous=True))


async def test_one_piece_costs_more(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    goal = {"soc": 80, "time": "2026-06-16T10:00:00Z"}
    cheapest = await ask(hass, "preview_plan", **goal)
    await call(hass, "set_plan_strategy", vehicle="blue", continuous=True)
    piece = await ask(hass, "preview_plan", **goal)
    gaps = [a["end"] != b["start"] for s in (cheapest, piece) for a, b in pairwise(s["slots"])]
    assert gaps == [True, True, False, False]
    assert cheapest["cost"] < piece["cost"]
    assert cheapest["energy"] == pytest.approx(piece["energy"])


# Answers


async def test_preview(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    nothing = await ask(hass, "preview_plan")
    assert (nothing["ready_by"], nothing["in_time"], nothing["reached"], nothing["slots"]) == (
        None,
        None,
        False,
        [],
    )
    at_last = await ask(hass, "preview_plan", soc=80, time="2026-06-15T14:00:00Z", precondition=60)
    assert at_last["precondition"] == 60
    assert (at_last["slots"][-1]["end"], at_last["slots"][-1]["value"]) == ("2026-06-15T07:00:00-07:00", 0.4)
    assert runtime_of(entry).site.vehicles["blue"].goals.plan is None
    await call(hass, "set_vehicle_plan", vehicle="blue", soc=70, time="2026-06-15T14:00:00Z")
    present = await ask(hass, "preview_plan")
    assert present["ready_by"] == "2026-06-15T07:00:00-07:00"


@pytest.mark.parametrize("time", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "0001-01-01T00:00:00+14:00"])
async def test_previews_at_the_ends_of_the_calendar(
    hass: HomeAssistant, entry: MockConfigEntry, time: str
) -> None:
    answer = await ask(hass, "preview_plan", soc=80, time=time)
    assert (answer["reached"], answer["in_time"]) == (False, time.startswith("9"))


async def test_previews_that_are_refused(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    ahead = "2026-06-15T14:00:00Z"
    assert await refused_answer(hass, "preview_plan", soc=80) == "plan_time_missing"
    assert await refused_answer(hass, "preview_plan", energy=8, time=ahead) == "plan_needs_energy"
    assert await refused_answer(hass, "preview_plan", soc=80, time=ahead, loadpoint=2) == "loadpoint_unknown"
    await guest(entry)
    assert await refused_answer(hass, "preview_plan", soc=80, time=ahead) == "plan_needs_soc"
    with pytest.raises(vol.Invalid):
        await ask(hass, "preview_plan", soc=80, energy=8, time=ahead)


async def refused_answer(hass: HomeAssistant, action: str, **data: Any) -> str | None:
    """Return the key of the message with which a query is refused."""
    with pytest.raises(ServiceValidationError) as error:
        await ask(hass, action, **data)
    return error.value.translation_key


async def test_rates(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    answer = await ask(hass, "get_rates", usage="grid", end="2026-06-15T14:00:00Z")
    assert answer == {
        "usage": "grid",
        "kind": "priceforecast",
        "unit": "EUR/kWh",
        "currency": "EUR",
        "rates": [
            {
                "start": f"2026-06-15T{3 + i:02}:00:00-07:00",
                "end": f"2026-06-15T{4 + i:02}:00:00-07:00",
                "value": value,
            }
            for i, value in enumerate(PRICES)
        ],
        "lowest": 0.10,
        "highest": 0.40,
        "mean": 0.25,
    }
    emissions = await ask(hass, "get_rates", usage="co2")
    assert (emissions["unit"], len(emissions["rates"])) == ("g/kWh", 2)
    planner = await ask(hass, "get_rates", usage="planner", start="2026-06-15 06:30:00")
    assert planner["rates"][0]["start"] == "2026-06-15T06:00:00-07:00"
    assert (planner["kind"], len(planner["rates"])) == ("priceforecast", 45)
    beyond = await ask(hass, "get_rates", usage="grid", start="2027-01-01 00:00:00")
    assert (beyond["rates"], beyond["lowest"], beyond["mean"]) == ([], None, None)


async def test_rates_that_are_not_there(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await refused_answer(hass, "get_rates", usage="solar") == "tariff_missing"
    with pytest.raises(vol.Invalid):
        await ask(hass, "get_rates", usage="gas")
