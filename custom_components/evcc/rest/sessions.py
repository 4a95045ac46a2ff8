"""The charging sessions: listed, as a table to download, corrected and deleted."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web
import orjson

from ..core.session import SessionRecord
from . import answers, captions, csv_sessions, streaming
from .call import Call
from .refusals import Refused
from .route import Route
from .shapes import DIGITS, raw

LEAST: Final = 0.05
"""kWh below which a session is not listed."""

ROWS: Final = 200
"""Sessions that are held at a time: about 64 kB as JSON, a few milliseconds to write."""

LONGEST_TITLE: Final = 200
_FORMULA: Final = re.compile(r"""(?:^|[;,|"])\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\0-\x1f]""")
"""What a spreadsheet may take for a formula, also in a file that it splits at another mark than it was written
with."""
_ZERO: Final = "0001-01-01T00:00:00Z"  # the time of what has not happened
_LAST: Final = 2**63 - 1  # largest id that the file can hold


@dataclass(frozen=True, slots=True)
class Period:
    """The time of which sessions are wanted. `never`: nothing can match."""

    year: int | None = None
    month: int | None = None
    never: bool = False

    @property
    def file(self) -> str:
        """Return what a file with these sessions is called, without its ending."""
        parts = ["session"]
        if self.year is not None:
            parts.append(f"{self.year:04}")
            if self.month is not None:
                parts.append(f"{self.month:02}")
        return "-".join(parts)


def period(year: str, month: str) -> Period:
    """Return what the query asks for; a month without a year is ignored."""
    if not year:
        return Period()
    # the years before and after are no dates in every zone
    if re.fullmatch(r"[0-9]{4}", year) is None or not 1970 <= int(year) <= 9998:
        return Period(never=True)
    if not month:
        return Period(int(year))
    if re.fullmatch(r"[0-9]{1,2}", month) is None or not 1 <= int(month) <= 12:
        return Period(never=True)
    return Period(int(year), int(month))


async def _list(call: Call) -> web.StreamResponse:
    wanted = period(call.query.get("year", ""), call.query.get("month", ""))
    zone = ZoneInfo(call.runtime.site.config.timezone)
    if call.query.get("format") == "csv":
        headers = {
            "Content-Type": "text/csv",
            "Content-Disposition": f'attachment; filename="{wanted.file}.csv"',
        }
        return await streaming.send(call, headers, _csv(call, wanted, zone))
    headers = {"Content-Type": f"{answers.JSON}; charset={answers.UTF8}"}
    return await streaming.send(call, headers, _json(call, wanted, zone))


async def _pieces(
    call: Call, wanted: Period, zone: ZoneInfo, write: Callable[[SessionRecord], bytes], join: bytes = b""
) -> AsyncGenerator[bytes]:
    """Yield the sessions written, some hundred at a time."""
    if wanted.never:
        return
    sessions = call.runtime.sessions.async_iterate(
        year=wanted.year, month=wanted.month, tz=zone, least=LEAST, chunk=ROWS
    )
    written: list[bytes] = []
    async for record in sessions:
        written.append(write(record))
        if len(written) == ROWS:
            yield join.join(written)
            written = []
    if written:
        yield join.join(written)


async def _json(call: Call, wanted: Period, zone: ZoneInfo) -> AsyncGenerator[bytes]:
    def write(record: SessionRecord) -> bytes:
        return orjson.dumps(told(record, zone), option=orjson.OPT_UTC_Z)

    start, end = (b'{"result":[', b"]}\n") if call.enveloped else (b"[", b"]\n")
    before = start
    async for piece in _pieces(call, wanted, zone, write, b","):
        yield before + piece
        before = b","
    yield end if before == b"," else start + end


async def _csv(call: Call, wanted: Period, zone: ZoneInfo) -> AsyncGenerator[bytes]:
    own = captions.parse(call.hass.config.language)
    tag = call.query.get("lang") or captions.first_accepted(call.request.headers.get("Accept-Language", ""))
    language = captions.parse(tag) if tag else own or captions.Language("en")
    if language is None:  # not a language: what begins the file is all there is
        yield csv_sessions.BOM
        return
    words = captions.captions((language, own))
    table = csv_sessions.Table(language, words, zone, modern=not call.enveloped)
    before = csv_sessions.BOM + table.header().encode()
    async for piece in _pieces(call, wanted, zone, lambda record: table.line(record).encode()):
        yield before + piece
        before = b""
    if before:
        yield before


def told(record: SessionRecord, zone: ZoneInfo) -> dict[str, Any]:
    """Return a session as an object. What the newer clients know has names of its own and is always there."""
    odometer = record.odometer
    return {
        "id": record.id,
        "created": _instant(record.created, zone),
        "finished": _instant(record.finished, zone),
        "loadpoint": record.loadpoint,
        "identifier": record.identifier,
        "vehicle": record.vehicle,
        "odometer": None if odometer is None else round(odometer, 1),
        "meterStart": record.meter_start,
        "meterStop": record.meter_stop,
        "chargedEnergy": record.charged_energy,
        "chargeDuration": csv_sessions.nanoseconds(record.charge_duration),
        "solarPercentage": record.solar_percentage,
        "price": record.price,
        "pricePerKWh": record.price_per_kwh,
        "co2PerKWh": record.co2_per_kwh,
        "socStart": record.soc_start,
        "socEnd": record.soc_end,
        "addedRange": record.added_range,
        "referencePricePerKWh": record.reference_price_per_kwh,
        "referenceCo2PerKWh": record.reference_co2_per_kwh,
    }


def _instant(at: datetime | None, zone: ZoneInfo) -> datetime | str:
    return _ZERO if at is None else at.astimezone(zone)


def _titles(body: Any, *, by_owner: bool) -> dict[str, str]:
    """Return the titles that a body names; refuse one without any, or with something else than text.

    The owner opens the table with a spreadsheet: no guest may have it calculate or run something.
    """
    if not isinstance(body, dict):
        raise Refused(400, "invalid JSON")
    titles = {key: body[key] for key in ("vehicle", "loadpoint") if key in body}
    if not titles:
        raise Refused(400, "no valid fields to update")
    for key, title in titles.items():
        if title is None:
            titles[key] = ""
        elif not isinstance(title, str):
            raise Refused(400, f"{key} must be a text or null")
        elif len(title) > LONGEST_TITLE:
            raise Refused(400, f"{key} must not be longer than {LONGEST_TITLE} characters")
        elif not by_owner and _FORMULA.search(title):
            raise Refused(400, f"{key} must not look like a formula")
    return titles


async def _update(call: Call) -> web.StreamResponse:
    try:
        body = orjson.loads(await call.body())
    except orjson.JSONDecodeError as err:
        raise Refused(400, "invalid JSON") from err
    titles = _titles(body, by_owner=call.caller.administers)
    if (session := _session(call)) is not None:
        await call.runtime.async_update_session(session, **titles)
    return answers.empty()


async def _delete(call: Call) -> web.StreamResponse:
    if (session := _session(call)) is not None:
        await call.runtime.async_delete_session(session)
    return answers.result(None, enveloped=call.enveloped)


def _session(call: Call) -> int | None:
    """Return the session of the path, None if no session can have that number: that is no error."""
    digits = call.values["id"].lstrip("0") or "0"
    return int(digits) if len(digits) < 20 and int(digits) <= _LAST else None


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path="/sessions",
        handle=_list,
        tag="Sessions",
        summary="Charging sessions",
        answer="Sessions",
        query=("format", "lang", "month", "year"),
    ),
    Route(
        method="PUT",
        path="/session/{id}",
        handle=_update,
        tag="Sessions",
        summary="Correct vehicle or loadpoint of a charging session",
        answer="BlankResponse",
        shapes={"id": raw(DIGITS)},
        body="SessionTitles",
    ),
    Route(
        method="DELETE",
        path="/session/{id}",
        handle=_delete,
        tag="Sessions",
        summary="Delete a charging session",
        answer="NullResult",
        shapes={"id": raw(DIGITS)},
    ),
)
