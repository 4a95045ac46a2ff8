"""Operations of vehicles, beside their plans. What is answered is an object, unlike for loadpoints."""

from typing import Any, Final

from . import shapes
from .route import Route
from .setters import named, of_vehicle, without_of_vehicle


def _nothing(_value: Any) -> dict[str, Any]:
    return {}


ROUTES: Final[tuple[Route, ...]] = (
    of_vehicle(
        "/limitsoc/{soc}",
        "limitSoc",
        shapes.PERCENT,
        "SocResult",
        "Set the vehicle's own state of charge at which charging ends",
        told=named("soc"),
    ),
    of_vehicle(
        "/minsoc/{soc}",
        "minSoc",
        shapes.PERCENT,
        "SocResult",
        "Set the state of charge below which the vehicle charges at full power",
        told=named("soc"),
    ),
    of_vehicle(
        "/mode/{mode}",
        "mode",
        shapes.MODE,
        "VehicleMode",
        "Set the charge mode that applies when the vehicle is connected",
        told=named("mode"),
        contract=False,
    ),
    without_of_vehicle(
        "/mode",
        "mode",
        "EmptyResult",
        "Leave the charge mode alone when the vehicle is connected",
        told=_nothing,
        contract=False,
    ),
)
