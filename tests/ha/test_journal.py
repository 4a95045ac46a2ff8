"""The journal: what is kept of the log and of the site's decisions, and what is not told."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
import threading
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc import chronicle, journal
from custom_components.evcc.chronicle import changes, reason
from custom_components.evcc.core.model import BatteryMode, Failure, Mode, Reason, Status, Why
from custom_components.evcc.core.state import LoadpointState, MeterState, SiteState
from custom_components.evcc.journal import LINES, LONGEST, Entry, Journal, Level, masked
from homeassistant.core import HomeAssistant

from .house import House

LOGGER = "custom_components.evcc"


@pytest.fixture
def calm(hass: HomeAssistant) -> Journal:
    """Return a journal of its own, which no logger feeds."""
    return Journal(hass)


@pytest.fixture
async def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> House:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2025-07-19T10:30:00+00:00")
    house = House(hass, freezer)
    await house.build()
    await house.set_up()
    return house


def texts(found: Journal, *areas: str, least: Level = Level.TRACE) -> list[str]:
    """Return the messages without what stands before them."""
    return [
        line[len("[site  ] ") :].split(" ", 3)[3].rstrip("\n") for line in found.select(set(areas), least)
    ]


# The buffer


async def test_how_a_line_looks(hass: HomeAssistant, calm: Journal, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2025-07-19T10:30:00+00:00")
    calm.write("lp-1", Level.DEBUG, "charge power: 0W")
    calm.write("tariffs-long", Level.WARN, "x\n")
    assert calm.select() == [
        "[lp-1  ] DEBUG 2025/07/19 12:30:00 charge power: 0W\n",
        "[tariffs-long] WARN 2025/07/19 12:30:00 x\n",
    ]


async def test_selection(calm: Journal) -> None:
    for area, level in (
        ("site", Level.INFO),
        ("lp-1", Level.DEBUG),
        ("lp-10", Level.ERROR),
        ("db", Level.FATAL),
    ):
        calm.write(area, level, f"{area} {level.name}")
    assert len(calm.select()) == 4
    assert [line[:8] for line in calm.select({"lp-1"})] == ["[lp-1  ]"]
    assert [line[:8] for line in calm.select({"lp-1", "db"})] == ["[lp-1  ]", "[db    ]"]
    assert [line[:8] for line in calm.select(least=Level.ERROR)] == ["[lp-10 ]", "[db    ]"]
    assert [line[:8] for line in calm.select(count=1)] == ["[db    ]"]
    assert [line[:8] for line in calm.select(least=Level.DEBUG, count=2)] == ["[lp-10 ]", "[db    ]"]
    assert len(calm.select(count=99)) == 4
    assert calm.select({"nosuch"}) == []
    assert calm.areas() == ["db", "lp-1", "lp-10", "site"]


async def test_only_the_newest_lines_are_kept(calm: Journal) -> None:
    for i in range(LINES + 5):
        calm.write("site", Level.INFO, f"number {i}")
    kept = calm.select()
    assert len(kept) == LINES
    assert "number 5\n" in kept[0]
    calm.write("site", Level.ERROR, "\n".join(["lines"] * 100))
    assert len(calm.select()) == LINES - 99  # the lines of one entry count, but stay together
    assert calm.select(count=1)[0].count("\n") == 100


async def test_a_long_text_loses_its_middle(calm: Journal) -> None:
    calm.write("site", Level.INFO, "begin" + "x" * 50_000 + "token=geheim end")
    (line,) = calm.select()
    assert "geheim" not in line
    assert len(line) < LONGEST + 100
    assert "begin" in line
    assert line.endswith("end\n")


async def test_subscribers_hear_of_what_is_serious_enough(calm: Journal) -> None:
    serious: list[Entry] = []
    everything: list[Entry] = []
    end = calm.subscribe(serious.append)
    calm.subscribe(everything.append, Level.TRACE)
    calm.write("site", Level.INFO, "fine")
    calm.write("lp-2", Level.WARN, "hm")
    calm.write("db", Level.ERROR, "oh")
    assert serious == []  # never within the call that writes
    await asyncio.sleep(0)
    assert [(e.level, e.text, e.loadpoint) for e in serious] == [
        (Level.WARN, "hm", 2),
        (Level.ERROR, "oh", None),
    ]
    assert len(everything) == 3
    end()
    calm.write("db", Level.ERROR, "again")
    await asyncio.sleep(0)
    assert len(serious) == 2
    assert len(everything) == 4


async def test_subscribers_are_called_in_the_loop_whoever_writes(hass: HomeAssistant, calm: Journal) -> None:
    callers: list[int] = []
    calm.subscribe(lambda _: callers.append(threading.get_ident()))

    def work() -> None:
        for _ in range(500):
            calm.write("db", Level.WARN, "from a thread")

    await asyncio.gather(*(asyncio.to_thread(work) for _ in range(4)))
    await asyncio.sleep(0)
    assert callers == [threading.get_ident()] * 2000
    assert len(calm.select()) == 2000


# Secrets

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJldmNjIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer ***"),
        ("authorization: Bearer abcdefghijk", "authorization: Bearer ***"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
        ("'Authorization': 'raw-secret-1'", "'Authorization': '***'"),
        (f"token was {TOKEN} here", "token was *** here"),
        ("Cookie: auth=abc.def; lang=de", "Cookie: auth=***; lang=de"),
        ("http://user:hunter2@192.168.1.2/api", "http://user:***@192.168.1.2/api"),
        ("http://user:hun@ter2@192.168.1.2/api", "http://user:***@192.168.1.2/api"),
        ("{'password': 'x", "{'password': ***"),
        ('{"user": "me", "password": "a\\"b c"}', '{"user": "me", "password": ***}'),
        ("{'password': 'x y', 'n': 1}", "{'password': ***, 'n': 1}"),
        ("/login?password=geheim&next=1", "/login?password=***&next=1"),
        ("access_token=abc", "access_token=***"),
        ("client_secret: abc", "client_secret: ***"),
        ('{"accessToken":"abc"}', '{"accessToken":***}'),
        ("API-Key: abc", "API-Key: ***"),
        ("/api/x?authSig=abc.def", "/api/x?authSig=***"),
    ],
)
def test_secrets_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Carport: 11.2 A, needs 4140 W (until 12:30:00)",
        "http://192.168.1.2:8080/path",
        "The password of the REST API was set; whoever was logged in is not any more",
        "12:30 at 5@7",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


# What is logged


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("", "main"),
        (".coordinator", "site"),
        (".runner", "site"),
        (".core.site", "site"),
        (".store.sessions", "db"),
        (".rest.server", "httpd"),
        (".devices.entity.reading", "device"),
        (".equipment", "device"),
        (".tariffs.x", "tariff"),
        (".config_flow", "main"),
    ],
)
async def test_areas_of_loggers(house: House, name: str, area: str) -> None:
    logging.getLogger(f"{LOGGER}{name}").error("something of %s", area)
    assert journal.of(house.hass).select({area}, Level.ERROR)[-1].endswith(f"something of {area}\n")


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (50, "FATAL"),
        (40, "ERROR"),
        (30, "WARN"),
        (20, "INFO"),
        (10, "DEBUG"),
        (5, "TRACE"),
        (45, "ERROR"),
        (1, "TRACE"),
    ],
)
async def test_levels(house: House, caplog: pytest.LogCaptureFixture, number: int, word: str) -> None:
    caplog.set_level(1, logger=LOGGER)
    logging.getLogger(LOGGER).log(number, "message")
    assert journal.of(house.hass).select()[-1].startswith(f"[main  ] {word} 2025/07/19 12:30:00 message")


async def test_a_traceback_belongs_to_its_message(house: House) -> None:
    def fail() -> None:
        raise ValueError("two\nlines, password=geheim")

    try:
        fail()
    except ValueError:
        logging.getLogger(f"{LOGGER}.rest").exception("it failed")
    line = journal.of(house.hass).select()[-1]
    assert line.startswith("[httpd ] ERROR 2025/07/19 12:30:00 it failed\nTraceback")
    assert line.endswith("ValueError: two\nlines, password=***\n")


async def test_a_message_that_cannot_be_made_disturbs_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)  # of the other handlers
    before = len(journal.of(house.hass).select())
    record = logging.LogRecord(f"{LOGGER}.store", logging.ERROR, "", 0, "%d", ("no number",), None)
    (handler,) = handlers()
    handler.handle(record)
    assert len(journal.of(house.hass).select()) == before


def handlers() -> list[logging.Handler]:
    return [h for h in logging.getLogger(LOGGER).handlers if isinstance(h, journal._Handler)]


async def test_one_handler_for_the_process(house: House) -> None:
    assert len(handlers()) == 1
    journal.of(house.hass).write("site", Level.INFO, "before the reload")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert len(handlers()) == 1
    assert "before the reload" in texts(journal.of(house.hass), "site")
    await house.hass.async_stop(force=True)
    assert handlers() == []


# What the site decides


async def test_the_beginning(house: House) -> None:
    found = journal.of(house.hass)
    assert texts(found, "site")[0] == "Home: 1 loadpoints, 1 vehicles"
    assert texts(found, "lp-1")[0].startswith("Garage: mode ")


async def test_each_change_has_a_line_and_nothing_else(house: House) -> None:
    found = journal.of(house.hass)
    await house.run()
    before = len(found.select())
    await house.run(5)
    assert len(found.select()) == before
    await house.set_mode("now")
    house.status = "B"
    await house.run(2)
    lines = texts(found, "lp-1")
    assert "mode: now (before: off)" in lines
    assert "status: connected" in lines
    assert "status: charging" in lines
    assert "charging allowed" in lines
    assert "decision: mode now" in lines
    after = len(found.select())
    await house.run(5)
    assert len(found.select()) == after


async def test_the_end_of_the_entry_ends_its_lines(house: House) -> None:
    coordinator = house.runtime.coordinator
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    lines = len(journal.of(house.hass).select())
    coordinator.async_set_updated_data(replace(coordinator.data, battery_mode=BatteryMode.HOLD))
    assert len(journal.of(house.hass).select()) == lines


NOON = datetime(2025, 7, 19, 10, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
GRID = MeterState(name="grid", title="Grid", power=0.0)


async def test_lines_of_the_site(house: House) -> None:
    site = replace(house.runtime.coordinator.data, grid=GRID, currency="EUR")
    cases: list[tuple[SiteState, list[str]]] = [
        (site, []),
        (replace(site, pv_power=5.0, home_power=7.0), []),
        (replace(site, grid=replace(GRID, failure=Failure.TIMEOUT)), ["site WARN grid meter lost: timeout"]),
        (replace(site, battery_mode=BatteryMode.HOLD), [f"battery INFO battery mode: hold (before: {site.battery_mode})"]),
        (replace(site, battery_mode_external=BatteryMode.CHARGE), ["battery INFO battery mode from outside: charge"]),
        (replace(site, tariff_grid=0.28456), ["tariff DEBUG grid price: 0.285 EUR/kWh"]),
        (replace(site, tariff_feedin=0.08, tariff_co2=321.5), [
            "tariff DEBUG feed-in price: 0.08 EUR/kWh", "tariff DEBUG emission: 321.5 g/kWh",
        ]),
    ]  # fmt: skip
    for after, expected in cases:
        lines = [f"{line.area} {line.level.name} {line.text}" for line in changes(site, after, BERLIN)]
        assert lines == expected
    lost = replace(site, grid=replace(GRID, failure=Failure.TIMEOUT))
    assert [line.text for line in changes(lost, site, BERLIN)] == ["grid meter answers again"]
    priced = replace(site, tariff_grid=0.3)
    assert [line.text for line in changes(priced, site, BERLIN)] == ["grid price: unknown"]


async def test_lines_of_a_loadpoint(house: House) -> None:
    site = house.runtime.coordinator.data
    lp = replace(
        site.loadpoints[0], mode=Mode.PV, status=Status.B, enabled=False, phases=3, offered_current=0.0,
        vehicle_name="", vehicle_title="", why=Why(Reason.WAITING_FOR_SURPLUS, need=4140.0, have=100.0),
    )  # fmt: skip
    surplus = Why(Reason.FOLLOWS_SURPLUS, need=4140.0, have=5200.4, until=NOON + timedelta(minutes=1))
    cases: list[tuple[LoadpointState, list[str]]] = [
        (replace(lp, charge_power=1.0, why=replace(lp.why, have=200.0)), []),
        (replace(lp, available=False, message="no route"), ["WARN charger lost: no route"]),
        (replace(lp, mode=Mode.NOW), ["INFO mode: now (before: pv)"]),
        (replace(lp, status=Status.C), ["INFO status: charging"]),
        (replace(lp, vehicle_name="car", vehicle_title="blauer e-Golf"), ["INFO vehicle: blauer e-Golf"]),
        (replace(lp, enabled=True), ["INFO charging allowed"]),
        (replace(lp, phases=1), ["INFO phases: 1 (before: 3)"]),
        (replace(lp, offered_current=11.2), ["DEBUG offered: 11.2 A (before: 0 A)"]),
        (
            replace(lp, why=surplus),
            ["DEBUG decision: follows surplus (needs 4140 W, has 5200 W, until 12:01:00)"],
        ),
    ]
    before = replace(site, loadpoints=(lp,))
    for after, expected in cases:
        lines = list(changes(before, replace(site, loadpoints=(after,)), BERLIN))
        assert [f"{line.level.name} {line.text}" for line in lines] == expected
        assert {line.area for line in lines} <= {"lp-1"}


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (Why(Reason.MODE_OFF), "mode off"),
        (Why(Reason.LIMIT_SOC, limit=80.0, actual=80.25), "limit soc reached (limit 80, is 80.25)"),
        (Why(Reason.GRID_UNAVAILABLE, device="grid"), "grid unavailable (grid)"),
    ],
)
def test_reasons(why: Why, expected: str) -> None:
    assert reason(why, BERLIN) == expected


def test_every_status_has_a_word() -> None:
    assert set(chronicle._STATUS) == set(Status)
