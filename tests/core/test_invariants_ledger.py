"""What a session is said to have cost in energy is what the meter counted, connection by connection."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest

from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, MeterConfig, SiteConfig
from custom_components.evcc.core.model import Failure, Mode, Status
from custom_components.evcc.core.ports import ChargerReading, Readings
from custom_components.evcc.core.session import SessionRecord

from .houses import random_tariffs
from .sockets import Car
from .watch import seeds
from .world import Habits, World

EXACT = 1e-6  # kWh

COUNTER = ChargerTraits(has_energy=True)
POWER = ChargerTraits(milliamp=True)
SESSION = ChargerTraits(has_session_energy=True, has_currents=True)


class Flaky(World):
    """A house whose meters sometimes do not answer."""

    missing = 0.0

    def _read(self) -> Readings:
        readings = super()._read()
        return replace(readings, chargers=tuple(map(self._lose, readings.chargers)))

    def _lose(self, reading: ChargerReading) -> ChargerReading:
        if self.rng.random() >= self.missing:
            return reading
        return replace(
            reading,
            power=None,
            power_failure=Failure.TIMEOUT,
            energy=None,
            session_energy=None,
            currents=None,
        )


@dataclass
class Book:
    """What one socket really gave to one connection, kWh, and how long, s."""

    session: float = 0.0  # by the plant's own meter
    steps: float = 0.0  # by the readings: power × time since the last cycle, while charging
    uncertain: float = 0.0  # by how much both may differ
    duration: float = 0.0
    power: float = 0.0
    charging: bool = False
    charged: bool = False


@dataclass
class Books:
    """The house, its books, and every session record that was to be written."""

    world: Flaky
    open: list[Book]
    closed: list[Book] = field(default_factory=list)
    records: dict[int, SessionRecord] = field(default_factory=dict)


def house(seed: int, traits: ChargerTraits, missing: float) -> Books:
    """Return two sockets with vehicles that come, charge, pause and go."""
    rng = Random(seed)
    config = SiteConfig(
        grid=MeterConfig(name="grid"),
        pv=(MeterConfig(name="roof"),),
        loadpoints=(LoadpointConfig(name="a", charger=traits), LoadpointConfig(name="b", charger=traits)),
    )
    world = Flaky(config, rng, Habits(weather=0.1, extra=0.2), random_tariffs(rng))
    world.missing = missing
    world.site.loadpoints[0].settings.mode = Mode.NOW
    world.site.loadpoints[1].settings.mode = Mode.PV
    return Books(world, [Book(), Book()])


def come_and_go(books: Books) -> None:
    """Move plugs right after a cycle; a vehicle that has just come is not gone within the same interval."""
    world = books.world
    for i, socket in enumerate(world.sockets):
        chance = world.rng.random()
        if chance < 0.04:
            if socket.car is not None:
                books.closed.append(books.open[i])
                books.open[i].session = socket.session
            books.open[i] = Book()
            socket.plug(Car(capacity=1e4) if socket.car is None else None)
        elif chance < 0.08 and socket.car is not None:
            socket.car.stopped = not socket.car.stopped
    if world.rng.random() < 0.05:
        mode = world.rng.choice(list(Mode))
        world.site.loadpoints[world.rng.randrange(2)].settings.mode = mode


def restart(books: Books) -> None:
    """Shut down in an orderly way or not at all, and begin again."""
    if books.world.rng.random() < 0.5:
        note(books, books.world.site.stop(books.world.now).sessions)
    books.world.restart()


def note(books: Books, records: list[SessionRecord]) -> None:
    """Write records as the data base does: insert or replace by number."""
    for record in records:
        assert record.id > 0
        books.records[record.id] = record


def run(books: Books, check: Callable[[Books], None], cycles: int = 300) -> None:
    """Let time pass, keep books, and check after each cycle."""
    world = books.world
    while world.cycles < cycles:
        come_and_go(books)
        if world.rng.random() < 0.03:
            restart(books)
        before = world.now
        for _ in world.interval():
            note(books, world.outcome.sessions)
            for book, socket, reading in zip(books.open, world.sockets, world.readings.chargers, strict=True):
                enter(book, socket.session, reading, world.now - before)
            check(books)
            world.act()
            before = world.now


def enter(book: Book, session: float, reading: ChargerReading, passed: timedelta) -> None:
    """Continue the book of a socket."""
    seconds = passed.total_seconds()
    if book.charging:
        book.duration += seconds
        power = reading.power or 0.0
        book.steps += power * seconds / 3.6e6
        book.uncertain += abs(power - book.power) * seconds / 3.6e6
    book.session = session
    book.power = reading.power or 0.0
    book.charging = reading.status is Status.C
    book.charged |= book.charging


@pytest.mark.parametrize("traits", [COUNTER, SESSION], ids=["lifetime counter", "session counter"])
def test_with_a_counter_the_ledger_is_what_the_meter_counted(traits: ChargerTraits) -> None:
    def check(books: Books) -> None:
        for lp, book in zip(books.world.site.loadpoints, books.open, strict=True):
            if lp.connected:
                assert abs(lp.charged_energy - book.session) < EXACT, (books.world.cycles, lp.index)

    for seed in seeds(25):
        books = house(seed, traits, missing=0.0)
        run(books, check)
        check_records(books, seed)


def check_records(books: Books, seed: int) -> None:
    """Assert that there is one record for each connection that charged, with its energy and duration."""
    records = list(books.records.values())
    assert len(records) == sum(b.charged for b in books.closed + books.open), seed
    for book in [b for b in books.closed if b.charged]:
        # That the plug was pulled is seen in the next cycle only.
        assert any(
            abs(r.charged_energy - book.session) < EXACT and 0 <= r.charge_duration - book.duration <= 30
            for r in records
        ), (seed, book)
    for record in records:
        assert record.created is not None, seed
        assert record.finished is None or record.finished >= record.created, seed
        assert 0 <= (record.solar_percentage or 0.0) <= 100 + EXACT, seed


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_without_a_counter_the_ledger_is_power_times_time(missing: float) -> None:
    def check(books: Books) -> None:
        for lp, book in zip(books.world.site.loadpoints, books.open, strict=True):
            if lp.connected:
                assert abs(lp.charged_energy - book.steps) < EXACT, (books.world.cycles, lp.index)
                if not missing:
                    assert abs(lp.charged_energy - book.session) <= book.uncertain + EXACT

    for seed in seeds(20):
        run(house(seed, POWER, missing), check)


@pytest.mark.parametrize("traits", [COUNTER, SESSION], ids=["lifetime counter", "session counter"])
def test_a_silent_counter_never_invents_energy(traits: ChargerTraits) -> None:
    def check(books: Books) -> None:
        for lp, book in zip(books.world.site.loadpoints, books.open, strict=True):
            if lp.connected:
                # Until the counter answers, power × time stands in for it.
                assert 0 <= lp.charged_energy <= book.session + book.uncertain + EXACT

    for seed in seeds(20):
        run(house(seed, traits, missing=0.2), check)


def test_a_replaced_or_reset_counter_never_books_its_lifetime() -> None:
    for seed in seeds(20):
        books = house(seed, COUNTER, missing=0.0)
        rng = books.world.rng

        def check(books: Books, rng: Random = rng) -> None:
            for lp, socket in zip(books.world.site.loadpoints, books.world.sockets, strict=True):
                assert 0 <= lp.charged_energy < 50
                if rng.random() < 0.02:
                    socket.counter = 0.0

        run(books, check)
