"""Writes the example scenarios of scenarios/: days of sun and clouds with a house, a battery and cars.

    .venv/bin/python -m scripts.make_scenarios

The same files every time. A test checks that they are what this module makes.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scripts import _core_path  # noqa: F401

# isort: split
from custom_components.evcc.devices.simulated.world import chance, clear_sky, clouds, habits, price

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"

STEP = 300  # s
DAY = 86_400  # s
ZONE = "Europe/Berlin"
MONDAY = date(2026, 5, 4)
PEAK = 9_000.0  # W

type Json = dict[str, Any]


def moment(days: int, clock: str) -> str:
    """Return local time `clock` of the day `days` after the first Monday, RFC 3339."""
    hour, minute = clock.split(":")
    local = datetime.combine(MONDAY + timedelta(days=days), datetime.min.time(), ZoneInfo(ZONE))
    return local.replace(hour=int(hour), minute=int(minute)).isoformat()


def series(days: int, value: Callable[[int, float], float], step: int = STEP) -> Json:
    """Return a series over some days; `value` takes day and hour."""
    count = DAY // step
    values = [round(value(d, i * step / 3600)) for d in range(days) for i in range(count)]
    return {"step": step, "values": values}


def sunny(days: int = 1, share: float = 1.0) -> Json:
    """Return cloudless production of a roof, or of a `share` of it."""
    return series(days, lambda _, hour: share * PEAK * clear_sky(hour))


def cloudy(days: int = 1) -> Json:
    """Return production under passing clouds."""
    return series(days, lambda day, hour: PEAK * clear_sky(hour) * (1 - clouds(("scenario", day), hour * 60)))


def household(days: int = 1, base: float = 350.0) -> Json:
    """Return what a household takes."""
    return series(days, lambda _, hour: base * habits(hour))


def prices(days: int) -> Json:
    """Return hourly day-ahead prices, published at 13:00."""
    values = [price(MONDAY + timedelta(days=d), h) for d in range(days) for h in range(24)]
    return {"step": 3600, "values": values, "published": "13:00"}


def quarter_prices(days: int) -> Json:
    """Return day-ahead prices by the quarter of an hour, published at 13:00: neighbours differ a little."""
    values = []
    for day in range(days):
        for i in range(96):
            unrest = 0.03 * (chance("quarter", day, i) - 0.5)
            values.append(round(price(MONDAY + timedelta(days=day), i / 4) + unrest, 4))
    return {"step": 900, "values": values, "published": "13:00"}


def car(name: str, title: str, **more: Any) -> Json:
    """Return a car."""
    return {"name": name, "title": title, "capacity": 60, "soc": 40, **more}


def battery(**more: Any) -> Json:
    """Return a home battery."""
    return {
        "name": "battery",
        "capacity": 10,
        "soc": 30,
        "minSoc": 10,
        "maxChargePower": 5000,
        "maxDischargePower": 5000,
        "efficiency": 0.95,
        **more,
    }


def plugged(loadpoint: int, vehicle: str | None, days: int, begin: str, end: str, **more: Any) -> Json:
    """Return a connection on one day."""
    stretch = {"from": moment(days, begin), "to": moment(days, end)}
    return {"loadpoint": loadpoint, "vehicle": vehicle, **stretch, **more}


def scenario(name: str, days: int = 1, **more: Any) -> Json:
    """Return a scenario of a house with one PV roof."""
    return {
        "name": name,
        "start": moment(0, "00:00"),
        "timezone": ZONE,
        "duration": days * DAY,
        "pv": [{"name": "roof", "power": sunny(days)}],
        "home": household(days),
        "tariffs": {"grid": 0.32, "feedin": 0.08},
        **more,
    }


def one_car(name: str, loadpoint: Json, **more: Any) -> Json:
    """Return a sunny day with one car at home from eight to six."""
    return scenario(
        name,
        loadpoints=[{"title": "Garage", **loadpoint}],
        vehicles=[car("blue", "Blue car")],
        connections=[plugged(1, "blue", 0, "08:00", "18:00")],
        **more,
    )


def clouds_two_loadpoints() -> Json:
    """Return clouds, a battery that comes first up to 50 %, and two loadpoints that share the rest."""
    return scenario(
        "Clouds, battery, two loadpoints",
        pv=[{"name": "roof", "power": cloudy(), "maxAcPower": 8000}],
        site={"prioritySoc": 50, "bufferSoc": 80, "bufferStartSoc": 95, "residualPower": 100},
        batteries=[battery()],
        loadpoints=[
            {"title": "Garage", "priority": 1, "charger": {"currentStep": 0.1}},
            {"title": "Carport", "charger": {"phaseSwitching": False, "meter": False}},
        ],
        vehicles=[car("blue", "Blue car"), car("white", "White car", capacity=40, phases=1, maxCurrent=16)],
        connections=[plugged(1, "blue", 0, "07:30", "19:00"), plugged(2, "white", 0, "09:00", "17:00")],
    )


def faults_day() -> Json:
    """Return a day on which one device after the other fails, the car being charged all the time."""
    kinds = [
        ("grid", "unavailable"), ("pv", "nan"), ("battery", "stale"), ("charger:1", "timeout"),
        ("charger:1", "refuse"), ("charger:1", "ignore"), ("vehicle:blue", "unavailable"),
        ("charger:1", "stale"), ("grid", "nan"), ("battery:battery", "refuse"), ("charger:1", "nan"),
    ]  # fmt: skip
    begin = datetime.fromisoformat(moment(0, "09:00"))
    faults = [
        {
            "from": (begin + timedelta(minutes=40 * i)).isoformat(),
            "to": (begin + timedelta(minutes=40 * i + 15)).isoformat(),
            "device": device,
            "kind": kind,
        }
        for i, (device, kind) in enumerate(kinds)
    ]
    return one_car(
        "Faults",
        {"enable": {"delay": 30}, "disable": {"delay": 60}},
        batteries=[battery(soc=60)],
        pv=[{"name": "roof", "power": cloudy()}],
        site={"batteryDischargeControl": True},
        commands=[
            {"at": moment(0, "15:10"), "method": "POST", "path": "/loadpoints/1/mode/now"},
            {"at": moment(0, "15:20"), "method": "POST", "path": "/loadpoints/1/mode/pv"},
            {"at": moment(0, "15:20"), "method": "POST", "path": "/loadpoints/1/mode/turbo"},
        ],
        faults=faults,
    )


def circuits() -> Json:
    """Return a garage fused at 32 A with three cars, all in a hurry."""
    return scenario(
        "Circuits",
        pv=[{"name": "roof", "power": sunny(share=0.3)}],
        circuits=[
            {"name": "house", "maxPower": 22000},
            {"name": "garage", "parent": "house", "maxCurrent": 32},
        ],
        loadpoints=[
            {"title": title, "mode": "now", "circuit": "garage", "priority": priority}
            for title, priority in (("Left", 0), ("Middle", 0), ("Right", 5))
        ],
        vehicles=[car(name, name.title() + " car") for name in ("blue", "white", "red")],
        connections=[
            plugged(1, "blue", 0, "08:00", "20:00"),
            plugged(2, "white", 0, "10:00", "20:00"),
            plugged(3, "red", 0, "12:00", "20:00"),
            plugged(1, None, 0, "21:00", "22:30"),
        ],
    )


def cheap_hours() -> Json:
    """Return two days of day-ahead prices: charging and the battery go by the price."""
    days = 2
    return scenario(
        "Cheap hours",
        days,
        pv=[{"name": "roof", "power": cloudy(days)}],
        tariffs={"grid": prices(days), "feedin": 0.08, "co2": 320},
        site={"batteryGridChargeLimit": 0.21, "batteryDischargeControl": True},
        batteries=[battery()],
        loadpoints=[{"title": "Garage", "smartCostLimit": 0.22}],
        vehicles=[car("blue", "Blue car", limitSoc=80)],
        connections=[plugged(1, "blue", d, "00:30", "23:30", consumes=12) for d in range(days)],
    )


def week() -> Json:
    """Return a week with a commuter and a car that stays at home, both charged by the sun."""
    days = 7
    connections = []
    for day in range(days):
        if day < 5:
            connections.append(plugged(1, "blue", day, "00:00", "07:30"))
            connections.append(plugged(1, "blue", day, "16:30", "23:59", consumes=15))
        else:
            connections.append(plugged(1, "blue", day, "00:00", "23:59"))
        connections.append(plugged(2, "white", day, "08:30", "17:00", consumes=9))
    return scenario(
        "A week with two cars",
        days,
        pv=[{"name": "roof", "power": cloudy(days)}],
        tariffs={"grid": prices(days), "feedin": 0.08, "co2": 320},
        site={"prioritySoc": 40, "residualPower": 50},
        batteries=[battery()],
        loadpoints=[{"title": "Garage", "mode": "minpv"}, {"title": "Carport", "mode": "pv"}],
        vehicles=[car("blue", "Blue car", minSoc=30, limitSoc=80), car("white", "White car", phases=1)],
        connections=connections,
    )


STRATEGIES: dict[str, Json] = {
    "cheapest": {},
    "continuous": {"continuous": True},
    "late": {"precondition": 7 * DAY},
}
"""How a plan chooses its hours: the cheapest ones, the cheapest piece, as late as possible."""


def commuter(strategy: str) -> Json:
    """Return a week of quarter-hour prices with a car that must be at 80 % at seven on every weekday."""
    days = 7
    driven = (25, 31, 28, 35, 27)  # kWh
    connections = [plugged(1, "blue", 0, "00:00", "07:00")]
    for day, energy in enumerate(driven):
        end = {"to": moment(day + 1, "07:00")} if day < 4 else {"to": moment(days, "00:00")}
        connections.append(plugged(1, "blue", day, "17:30", "23:59", consumes=energy) | end)
    plan = {"weekdays": [1, 2, 3, 4, 5], "time": "07:00", "tz": ZONE, "soc": 80, "active": True}
    return scenario(
        f"A commuter's week, {strategy}",
        days,
        pv=[{"name": "roof", "power": cloudy(days)}],
        tariffs={"grid": quarter_prices(days), "feedin": 0.08, "co2": 320},
        loadpoints=[{"title": "Garage"}],
        vehicles=[
            car(
                "blue",
                "Blue car",
                capacity=77,
                soc=45,
                limitSoc=80,
                repeatingPlans=[plan],
                planStrategy=STRATEGIES[strategy],
            )
        ],
        connections=connections,
    )


def plans_on_the_way() -> Json:
    """Return a night for which plans are made and changed, while the source of the prices is silent."""
    days = 2
    return scenario(
        "Plans on the way",
        days,
        pv=[{"name": "roof", "power": cloudy(days)}],
        tariffs={"grid": quarter_prices(days), "feedin": 0.08, "co2": 320},
        loadpoints=[{"title": "Garage"}, {"title": "Carport"}],
        vehicles=[car("blue", "Blue car", capacity=77, soc=60)],
        connections=[
            {"loadpoint": 1, "vehicle": "blue", "from": moment(0, "18:00"), "consumes": 25},
            {"loadpoint": 2, "vehicle": None, "from": moment(0, "19:00"), "to": moment(1, "09:00")},
        ],
        commands=[
            {"at": moment(0, "18:05"), "path": f"/vehicles/blue/plan/soc/80/{moment(1, '07:00')}"},
            {"at": moment(0, "19:10"), "path": f"/loadpoints/2/plan/energy/20/{moment(1, '08:00')}"},
            {"at": moment(0, "22:00"), "path": f"/vehicles/blue/plan/soc/80/{moment(1, '05:30')}"},
            {"at": moment(0, "22:00"), "path": "/vehicles/blue/plan/strategy", "body": {"continuous": True}},
            {"at": moment(0, "22:05"), "path": f"/vehicles/blue/plan/soc/90/{moment(0, '06:00')}"},
            {
                "at": moment(1, "12:00"),
                "path": "/vehicles/blue/plan/repeating",
                "body": {
                    "plans": [
                        {"weekdays": [2], "time": "21:00", "tz": ZONE, "soc": 90, "active": True},
                        {"weekdays": [0, 6], "time": "09:00", "tz": ZONE, "soc": 60, "active": True},
                    ]
                },
            },
        ],
        faults=[
            {
                "from": moment(0, "20:00"),
                "to": moment(1, "03:00"),
                "device": "tariff:grid",
                "kind": "unavailable",
            }
        ],
    )


def all_scenarios() -> Iterator[tuple[str, Json]]:
    """Yield file names and documents."""
    for mode in ("off", "now", "minpv", "pv"):
        yield f"sunny-{mode}", one_car(f"A sunny day, {mode}", {"mode": mode})
    weak = [{"name": "roof", "power": sunny(share=0.55)}]
    yield "phase-switching", one_car("Phase switching", {"charger": {"currentStep": 0.1}}, pv=weak)
    yield "clouds-two-loadpoints", clouds_two_loadpoints()
    yield "faults", faults_day()
    yield "circuits", circuits()
    yield "cheap-hours", cheap_hours()
    yield "week", week()
    for strategy in STRATEGIES:
        yield f"commuter-{strategy}", commuter(strategy)
    yield "plans-on-the-way", plans_on_the_way()


def document(content: Json) -> str:
    """Return the text of a file: one key a line, lists of numbers on one line."""
    rows = ",\n".join(f"  {json.dumps(key)}: {_value(value)}" for key, value in content.items())
    return f"{{\n{rows}\n}}\n"


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        items = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
        return f"[\n{items}\n  ]"
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in all_scenarios():
        path = FOLDER / f"{name}.json"
        path.write_text(document(content), encoding="utf-8")
        print(path.name)


if __name__ == "__main__":
    main()
