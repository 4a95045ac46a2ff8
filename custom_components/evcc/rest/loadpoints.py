"""Operations of loadpoints, beside their plans."""

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from . import answers, shapes
from .call import Call
from .route import Handler, Route
from .setters import nanoseconds, of_loadpoint, require_vehicle, value_as_it_is, without_of_loadpoint

_VEHICLE: Final = "/loadpoints/{id}/vehicle"


def _for_all(key: str) -> Handler:
    """Return what sets a limit of every loadpoint."""

    async def handle(call: Call) -> web.StreamResponse:
        value = call.values.get("cost")
        await call.runtime.async_set_limit_for_all(key, value)
        return answers.result(value_as_it_is(value), enveloped=call.enveloped)

    return handle


async def _select_vehicle(call: Call) -> web.StreamResponse:
    name = require_vehicle(call)
    await call.runtime.async_select_vehicle(call.index, name)
    config = call.runtime.site.vehicles[name].config
    return answers.result({"vehicle": config.title or config.name}, enveloped=call.enveloped)


async def _remove_vehicle(call: Call) -> web.StreamResponse:
    await call.runtime.async_select_vehicle(call.index, None)
    return answers.result({}, enveloped=call.enveloped)


async def _detect_vehicle(call: Call) -> web.StreamResponse:
    await call.runtime.async_detect_vehicle(call.index)
    return answers.result({}, enveloped=call.enveloped)


def _limits() -> Iterator[Route]:
    """Yield the limits that may be set for one loadpoint or for all."""
    for key, what, contract in (
        ("smartCostLimit", "price or emission up to which vehicles charge from the grid", True),
        ("smartFeedInPriorityLimit", "feed-in price from which feeding in comes before charging", False),
    ):
        path = f"/{key.lower()}"
        yield of_loadpoint(
            f"{path}/{{cost}}", key, shapes.SIGNED, "NumberResult", f"Set the {what}", contract=contract
        )
        yield without_of_loadpoint(path, key, "NullResult", f"Remove the {what}", contract=contract)
        yield Route(
            method="POST",
            path=f"{path}/{{cost}}",
            handle=_for_all(key),
            tag="Loadpoints",
            summary=f"Set the {what}, for all loadpoints",
            answer="NumberResult",
            shapes={"cost": shapes.SIGNED},
            contract=contract,
        )
        yield Route(
            method="DELETE",
            path=path,
            handle=_for_all(key),
            tag="Loadpoints",
            summary=f"Remove the {what}, for all loadpoints",
            answer="NullResult",
            contract=contract,
        )


ROUTES: Final[tuple[Route, ...]] = (
    of_loadpoint("/mode/{mode}", "mode", shapes.MODE, "Mode", "Set the charge mode"),
    of_loadpoint("/priority/{priority}", "priority", shapes.INTEGER, "IntegerResult", "Set the priority"),
    of_loadpoint(
        "/phases/{phases}", "phasesConfigured", shapes.INTEGER, "Phases", "Set the phases that may be used"
    ),
    of_loadpoint(
        "/mincurrent/{current}", "minCurrent", shapes.NUMBER, "NumberResult", "Set the minimum current"
    ),
    of_loadpoint(
        "/maxcurrent/{current}", "maxCurrent", shapes.NUMBER, "NumberResult", "Set the maximum current"
    ),
    of_loadpoint(
        "/limitsoc/{soc}",
        "limitSoc",
        shapes.PERCENT,
        "NumberResult",
        "Set the state of charge at which charging ends",
    ),
    of_loadpoint(
        "/limitenergy/{power}",
        "limitEnergy",
        shapes.NUMBER,
        "NumberResult",
        "Set the energy (kWh) after which charging ends",
    ),
    *_limits(),
    of_loadpoint(
        "/enable/threshold/{threshold}",
        "enableThreshold",
        shapes.SIGNED,
        "NumberResult",
        "Set the power at the grid connection from which solar charging starts",
    ),
    of_loadpoint(
        "/enable/delay/{delay}",
        "enableDelay",
        shapes.INTEGER,
        "NanoSecondsResult",
        "Set how long the surplus must last before solar charging starts",
        told=nanoseconds,
    ),
    of_loadpoint(
        "/disable/threshold/{threshold}",
        "disableThreshold",
        shapes.SIGNED,
        "NumberResult",
        "Set the power at the grid connection from which solar charging ends",
    ),
    of_loadpoint(
        "/disable/delay/{delay}",
        "disableDelay",
        shapes.INTEGER,
        "NanoSecondsResult",
        "Set how long the surplus must be missing before solar charging ends",
        told=nanoseconds,
    ),
    of_loadpoint(
        "/batteryboost/{enable}",
        "batteryBoost",
        shapes.BOOLEAN,
        "BooleanResult",
        "Discharge the home battery into the vehicle, or no more",
    ),
    of_loadpoint(
        "/batteryboostlimit/{soc}",
        "batteryBoostLimit",
        shapes.PERCENT,
        "NumberResult",
        "Set down to which state of charge the home battery is discharged into the vehicle",
        contract=False,
    ),
    of_loadpoint(
        "/mintemp/{temp}",
        "minSoc",
        shapes.PERCENT,
        "NumberResult",
        "Set the temperature (°C) below which a heating device runs at full power",
        contract=False,
    ),
    Route(
        method="POST",
        path=f"{_VEHICLE}/{{name}}",
        handle=_select_vehicle,
        tag="Loadpoints",
        summary="Say which vehicle is connected",
        answer="VehicleTitle",
        shapes={"id": shapes.NUMBERED, "name": shapes.NAME},
    ),
    Route(
        method="DELETE",
        path=_VEHICLE,
        handle=_remove_vehicle,
        tag="Loadpoints",
        summary="Say that a guest is connected",
        answer="EmptyResult",
        shapes={"id": shapes.NUMBERED},
    ),
    Route(
        method="PATCH",
        path=_VEHICLE,
        handle=_detect_vehicle,
        tag="Loadpoints",
        summary="Look for the connected vehicle again",
        answer="EmptyResult",
        shapes={"id": shapes.NUMBERED},
    ),
)
