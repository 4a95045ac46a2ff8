"""Operations of the home battery and of the site as a whole."""

from typing import Final

from aiohttp import web

from ..core.model import BatteryMode
from . import answers, shapes
from .call import Call
from .refusals import Refused
from .route import Route
from .setters import of_site, without_of_site

_NUMBERS: Final = {
    BatteryMode.UNKNOWN: 0,
    BatteryMode.NORMAL: 1,
    BatteryMode.HOLD: 2,
    BatteryMode.CHARGE: 3,
    BatteryMode.HOLDCHARGE: 4,
}
"""The answer is a number, although the request and the state have the word."""


async def _set_mode(call: Call) -> web.StreamResponse:
    word = call.values["mode"]
    mode = next((m for m in BatteryMode if m == word), None)
    if mode is None:
        raise Refused(400, f"{word} does not belong to BatteryMode values")
    return await _apply(call, mode)


async def _remove_mode(call: Call) -> web.StreamResponse:
    return await _apply(call, BatteryMode.UNKNOWN)


async def _apply(call: Call, mode: BatteryMode) -> web.StreamResponse:
    await call.runtime.async_set_battery_mode(mode)
    present = call.runtime.site.memory.battery_mode_external
    return answers.result(_NUMBERS[present], enveloped=call.enveloped)


ROUTES: Final[tuple[Route, ...]] = (
    of_site(
        "/batterydischargecontrol/{enable}",
        "batteryDischargeControl",
        shapes.BOOLEAN,
        "BooleanResult",
        "Keep the home battery from feeding vehicles that charge fast",
    ),
    of_site(
        "/batterygridchargelimit/{cost}",
        "batteryGridChargeLimit",
        shapes.SIGNED,
        "NumberResult",
        "Charge the home battery from the grid up to this price or emission",
    ),
    without_of_site(
        "/batterygridchargelimit",
        "batteryGridChargeLimit",
        "NullResult",
        "Charge the home battery from the grid no more",
    ),
    of_site(
        "/buffersoc/{soc}",
        "bufferSoc",
        shapes.NUMBER,
        "NumberResult",
        "Set the state of charge above which the home battery may feed vehicles",
    ),
    of_site(
        "/bufferstartsoc/{soc}",
        "bufferStartSoc",
        shapes.NUMBER,
        "NumberResult",
        "Set the state of charge above which the home battery may start a vehicle's charging",
    ),
    of_site(
        "/prioritysoc/{soc}",
        "prioritySoc",
        shapes.NUMBER,
        "NumberResult",
        "Set the state of charge below which the home battery comes before vehicles",
    ),
    of_site(
        "/residualpower/{power}",
        "residualPower",
        shapes.SIGNED,
        "NumberResult",
        "Set the power that is always left at the grid connection",
    ),
    Route(
        method="POST",
        path="/batterymode/{mode}",
        handle=_set_mode,
        tag="Home Battery",
        summary="Override what the home battery does, for one minute",
        answer="IntegerResult",
        shapes={"mode": shapes.WORD},
        contract=False,
    ),
    Route(
        method="DELETE",
        path="/batterymode",
        handle=_remove_mode,
        tag="Home Battery",
        summary="Let the home battery do what the site decides",
        answer="IntegerResult",
        contract=False,
    ),
)
