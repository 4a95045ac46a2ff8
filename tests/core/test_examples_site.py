"""Worked examples 1 to 14: site power, green shares and prices."""

from typing import Any

import pytest

from custom_components.evcc.core.config import BatteryConfig, MeterConfig
from custom_components.evcc.core.model import Boost
from custom_components.evcc.core.ports import BatteryReading, MeterReading
from custom_components.evcc.core.power import SitePower
from custom_components.evcc.core.rates import TariffKind, Tariffs

from .plant import Bench
from .wiring import B, C, prices

PV = (MeterConfig(name="pv"),)
INVERTER = (MeterConfig(name="pv", max_ac_power=6000),)
HOME_BATTERY = (BatteryConfig(name="battery"),)


def house(
    *,
    grid: float | None,
    pv: float | None = None,
    battery: float | None = None,
    soc: float | None = None,
    aux: float | None = None,
    excess: float = 0.0,
    charge: float = 0.0,
    tariffs: Tariffs | None = None,
    **settings: Any,
) -> Bench:
    """Return a site after one cycle with these powers in W; None: there is no such meter."""
    bench = Bench(
        grid=None if grid is None else MeterConfig(name="grid"),
        pv=INVERTER if excess else PV if pv is not None else (),
        batteries=() if battery is None else HOME_BATTERY,
        aux=() if aux is None else (MeterConfig(name="aux"),),
    )
    for name, value in settings.items():
        setattr(bench.site.settings, name, value)
    bench.put(status=C if charge else B, power=charge)
    bench.tariffs = tariffs or bench.tariffs
    production = 6000 + excess if excess else pv
    readings: dict[str, Any] = {
        "grid": None if grid is None else MeterReading(power=grid),
        "pv": () if production is None else (MeterReading(power=production),),
        "batteries": () if battery is None else (BatteryReading(power=battery, soc=soc),),
        "aux": () if aux is None else (MeterReading(power=aux),),
    }
    bench.run(readings)
    return bench


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param({"grid": -3200, "pv": 5000}, {"site": -3200}, id="ex1"),
        pytest.param(
            {"grid": -1500, "battery": -2500, "soc": 62, "priority_soc": 70, "pv": 5000},
            {"site": -1400, "adjustment": -2600, "hidden": 2500, "buffered": False, "start": False},
            id="ex2",
        ),
        pytest.param(
            {"grid": -1500, "battery": -2500, "soc": 72, "priority_soc": 70, "pv": 5000},
            {"site": -4000, "adjustment": 0, "hidden": 0},
            id="ex3",
        ),
        pytest.param(
            {
                "grid": 200,
                "battery": 1800,
                "soc": 72,
                "priority_soc": 70,
                "buffer_soc": 80,
                "buffer_start_soc": 95,
                "pv": 0,
            },
            {"site": 2000, "buffered": False, "start": False},
            id="ex4",
        ),
        pytest.param(
            {
                "grid": -4000,
                "battery": -3000,
                "soc": 40,
                "priority_soc": 50,
                "excess": 800,
                "residual_power": -200,
            },
            {"site": -3900, "adjustment": -2500},
            id="ex5",
        ),
        pytest.param(
            {
                "grid": -4000,
                "battery": -3000,
                "soc": 40,
                "priority_soc": 50,
                "excess": 800,
                "residual_power": 150,
            },
            {"site": -3850, "adjustment": -2200},
            id="ex6",
        ),
        pytest.param(
            {
                "grid": -1000,
                "battery": -3000,
                "soc": 90,
                "priority_soc": 50,
                "buffer_soc": 80,
                "buffer_start_soc": 90,
                "excess": 1200,
            },
            {"site": -2800, "buffered": True, "start": True},
            id="ex7",
        ),
        pytest.param({"grid": None, "pv": 3000, "charge": 1840}, {"grid": -1160, "site": -1160}, id="ex9"),
        pytest.param(
            {"grid": -500, "charge": 4140, "residual_power": 100}, {"pv": 4740, "site": -400}, id="ex10"
        ),
        pytest.param(
            {"grid": None, "pv": 3000, "charge": 1840, "battery": -1000, "soc": 50},
            {"grid": -160, "site": -1160},
            id="mend 6: without a grid meter the battery is in the estimate",
        ),
        pytest.param(
            {"grid": -500, "charge": 4140, "battery": -1000, "soc": 50},
            {"pv": 5640, "site": -1500},
            id="mend 6: without a PV meter the battery is in the estimate",
        ),
    ],
)
def test_site_power(readings: dict[str, Any], expected: dict[str, Any]) -> None:
    power: SitePower = house(**readings).site.power
    assert {k: getattr(power, k) for k in expected} == expected


def test_ex5_boosting_loadpoint_gets_the_battery_back() -> None:
    """Boost in hold draws nothing on purpose: what the loadpoint has is the site power plus adjustment."""
    bench = Bench(pv=INVERTER, batteries=HOME_BATTERY)
    bench.site.settings.residual_power = -200
    bench.site.settings.priority_soc = 50
    bench.put().memory.boost = Boost.HOLD
    bench.run(
        {
            "grid": MeterReading(power=-4000),
            "pv": (MeterReading(power=6800),),
            "batteries": (BatteryReading(power=-3000, soc=40),),
        }
    )
    assert bench.site.loadpoints[0].memory.why.have == 6400


@pytest.mark.parametrize("aux", [pytest.param(500, id="ex8")])
def test_aux_and_flexible_power_count_as_surplus(aux: float) -> None:
    bench = Bench(*[Bench().site.loadpoints[0].traits] * 2, aux=(MeterConfig(name="aux"),))
    high = bench.put(0, priority=1)
    bench.put(1, status=C, power=1840)
    bench.run({"grid": MeterReading(power=-2000), "aux": (MeterReading(power=aux),)})
    assert high.memory.why.have == 4340  # site power −4340


@pytest.mark.parametrize(
    ("readings", "home", "share", "green"),
    [
        pytest.param({"grid": 1200, "pv": 4000, "charge": 4600}, 600, 1, 0.739, id="ex11"),
        pytest.param(
            {"grid": 800, "pv": 2000, "battery": 700, "soc": 50, "charge": 2900}, 600, 1, 0.724, id="ex12"
        ),
        pytest.param(
            {"grid": -500, "pv": 6000, "battery": -1500, "soc": 50, "charge": 3300}, 700, 1, 1, id="ex13"
        ),
        pytest.param({"grid": 3000, "pv": 500}, 3500, 0.143, 0, id="ex14"),
        pytest.param(
            {"grid": 1000, "pv": 500, "charge": -50}, 1550, 0.323, 0, id="mend 7: negative charge power"
        ),
        pytest.param({"grid": -4000, "pv": 4000}, 0, 1, 1, id="nothing draws, the sun shines"),
    ],
)
def test_green_shares(readings: dict[str, Any], home: float, share: float, green: float) -> None:
    site = house(**readings).site
    assert site.power.home == home
    assert site.shares.home == pytest.approx(share, abs=5e-4)
    assert site.shares.loadpoints == pytest.approx(green, abs=5e-4)


def test_ex11_price_and_co2_of_loadpoint_energy() -> None:
    static = TariffKind.PRICE_STATIC
    tariffs = Tariffs(
        grid=prices(0.32, kind=static), feedin=prices(0.08, kind=static), co2=prices(380, kind=TariffKind.CO2)
    )
    site = house(grid=1200, pv=4000, charge=4600, tariffs=tariffs).site
    assert site.price == pytest.approx(0.1426, abs=5e-5)
    assert site.co2 == pytest.approx(99.1, abs=0.05)


@pytest.mark.parametrize(
    ("tariffs", "price", "co2"),
    [
        pytest.param(Tariffs(), None, None, id="nothing known"),
        pytest.param(Tariffs(feedin=prices(0.08)), None, None, id="the grid price decides"),
        pytest.param(Tariffs(grid=prices(0.4)), 0.2, None, id="an unknown feed-in price counts as 0"),
    ],
)
def test_what_is_unknown_has_no_price(tariffs: Tariffs, price: float | None, co2: float | None) -> None:
    """Half of what the loadpoint draws is green."""
    site = house(grid=1000, pv=1000, charge=2000, tariffs=tariffs).site
    assert site.price == (None if price is None else pytest.approx(price))
    assert site.co2 is co2
