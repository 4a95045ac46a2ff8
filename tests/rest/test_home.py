"""The home of the REST cases is as their head says."""

from .home import OFFLINE, VEHICLE, RestHome


async def test_the_home_is_as_the_cases_say(home: RestHome) -> None:
    carport, garage = home.state.loadpoints
    assert (carport.title, garage.title) == ("Carport", "Garage")
    assert (carport.connected, garage.connected) == (True, True)
    assert (carport.vehicle_name, garage.vehicle_name) == (VEHICLE, OFFLINE)
    assert (carport.mode, garage.mode) == ("pv", "pv")
    assert (carport.phases_configured, garage.phases_configured) == (0, 3)
    assert (carport.charger_phases_1p3p, garage.charger_phases_1p3p) == (True, False)
    assert round(carport.vehicle_soc or 0.0) == 54
    assert garage.vehicle_soc is None
    assert (carport.min_current, carport.max_current, carport.priority) == (6, 16, 0)
    assert home.state.battery is not None
    assert round(home.state.battery.soc or 0.0) == 60
    assert home.state.battery_mode == "normal"
    assert home.state.residual_power == 0
    assert home.state.battery_grid_charge_limit is None
    assert home.state.currency == "EUR"
