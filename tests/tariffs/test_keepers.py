"""All tariffs of a site together: one object while nothing changes, roofs added up, kept over a restart."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import flush_store

from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from custom_components.evcc.tariffs.keeper import TariffKeeper
from custom_components.evcc.tariffs.keepers import STORE_KEY, TariffKeepers, added, async_forget, digest
from custom_components.evcc.tariffs.model import Usage
from homeassistant.core import HomeAssistant

from .fakes import HOUR, LOST, QUARTER, TEN, FakeSource, hourly, keeper_of, pass_time, settle

type Storage = dict[str, Any]


@pytest.fixture(autouse=True)
def ten(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(TEN)


@pytest.fixture
async def started() -> AsyncGenerator[list[TariffKeepers]]:
    """Collect what is to be stopped."""
    made: list[TariffKeepers] = []
    yield made
    for keepers in made:
        keepers.async_stop()


async def start(
    hass: HomeAssistant,
    started: list[TariffKeepers],
    *keepers: TariffKeeper,
    digests: dict[str, str] | None = None,
) -> TariffKeepers:
    """Return keepers that have read once."""
    started.append(made := TariffKeepers(hass, keepers, digests or {k.name: "as ever" for k in keepers}))
    await made.async_start()
    await settle(hass)
    return made


async def test_every_use_has_its_tariff(hass: HomeAssistant, started: list[TariffKeepers]) -> None:
    kinds = {Usage.CO2: TariffKind.CO2, Usage.SOLAR: TariffKind.SOLAR}
    single = [
        keeper_of(
            hass,
            FakeSource(hourly(TEN, i), kind=kinds.get(usage, TariffKind.PRICE_FORECAST)),
            usage,
            name=usage.value,
        )
        for i, usage in enumerate(Usage)
    ]
    keepers = await start(hass, started, *single)
    found = keepers.current(TEN)
    told = {usage: getattr(found, usage) for usage in Usage}
    assert {usage: tariff.value(TEN) for usage, tariff in told.items()} == {u: i for i, u in enumerate(Usage)}
    assert {usage: tariff.kind for usage, tariff in told.items()} == {
        usage: kinds.get(usage, TariffKind.PRICE_FORECAST) for usage in Usage
    }
    assert [s.name for s in keepers.statuses(TEN)] == list(Usage)


async def test_the_object_stays_the_same_until_something_changes(
    hass: HomeAssistant, started: list[TariffKeepers]
) -> None:
    source = FakeSource(hourly(TEN, 1, 2))
    keeper = keeper_of(hass, source)
    keepers = await start(hass, started, keeper)
    first = keepers.current(TEN)
    assert keepers.current(TEN + HOUR) is first
    await keeper.async_read()
    assert keepers.current(TEN + HOUR) is first
    source.answer = hourly(TEN, 1, 3)
    await keeper.async_read()
    second = keepers.current(TEN + HOUR)
    assert second is not first
    assert second.grid is not first.grid
    assert keepers.current(TEN + 2 * HOUR) == Tariffs()  # all is over


async def test_nothing_is_configured(hass: HomeAssistant, hass_storage: Storage) -> None:
    keepers = TariffKeepers(hass, (), {})
    await keepers.async_start()
    await keepers.async_flush()
    assert keepers.current(TEN) is keepers.current(TEN + HOUR)
    assert keepers.statuses(TEN) == []
    assert STORE_KEY not in hass_storage
    keepers.async_stop()


async def test_a_silent_source_does_not_hold_up_the_others(
    hass: HomeAssistant, started: list[TariffKeepers]
) -> None:
    silent, quick = FakeSource(), FakeSource(hourly(TEN, 1))
    silent.gate = asyncio.Event()
    keepers = TariffKeepers(
        hass, (keeper_of(hass, silent), keeper_of(hass, quick, Usage.FEEDIN, name="feedin")), {}
    )
    started.append(keepers)
    await keepers.async_start()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert keepers.current(TEN).feedin is not None
    assert keepers.current(TEN).grid is None


# Several roofs


def sun(*values: float, begin: Any = TEN, step: timedelta = QUARTER) -> Tariff:
    return Tariff(
        TariffKind.SOLAR, [Slot(begin + i * step, begin + (i + 1) * step, v) for i, v in enumerate(values)]
    )


def test_one_roof_is_taken_as_it_is() -> None:
    one = sun(1, 2)
    assert added([one]) is one
    assert added([]) is None


@pytest.mark.parametrize(
    ("roofs", "begin", "values"),
    [
        ((sun(1, 2, 3), sun(10, 20, 30)), TEN, [11, 22, 33]),
        ((sun(1, 2, 3, 4), sun(10, step=HOUR)), TEN, [11, 12, 13, 14]),  # another grid
        ((sun(1, 2, 3), sun(10, 20)), TEN, [11, 22]),  # ends where one of them does
        ((sun(1, 2, 3), sun(10, 20, begin=TEN + QUARTER)), TEN + QUARTER, [12, 23]),
        ((sun(1, 2, 3), sun(10, 20, 30), sun(100, 200, 300)), TEN, [111, 222, 333]),
    ],
)
def test_roofs_add_up_where_all_are_known(roofs: tuple[Tariff, ...], begin: Any, values: list[float]) -> None:
    total = added(roofs)
    assert total is not None
    assert total.kind is TariffKind.SOLAR
    assert [s.value for s in total.slots] == values
    assert [s.start for s in total.slots] == [begin + i * QUARTER for i in range(len(values))]
    assert all(s.end - s.start == QUARTER for s in total.slots)


def test_a_hole_of_one_roof_is_its_night() -> None:
    hole = Tariff(TariffKind.SOLAR, [*sun(1).slots, *sun(3, begin=TEN + 2 * QUARTER).slots])
    total = added([hole, sun(10, 20, 30)])
    assert total is not None
    assert [s.value for s in total.slots] == [11, 20, 33]


def test_roofs_that_are_never_known_together_are_no_forecast() -> None:
    assert added([sun(1), sun(1, begin=TEN + HOUR)]) is None


async def test_a_roof_that_is_unknown_leaves_the_others(
    hass: HomeAssistant, started: list[TariffKeepers]
) -> None:
    roofs = (
        FakeSource(sun(100, 100, step=HOUR).slots, kind=TariffKind.SOLAR),
        FakeSource(LOST, kind=TariffKind.SOLAR),
    )
    keepers = await start(
        hass, started, *(keeper_of(hass, r, Usage.SOLAR, name=f"roof{i}") for i, r in enumerate(roofs))
    )
    found = keepers.current(TEN).solar
    assert found is not None
    assert found.value(TEN) == 100


# Over a restart


async def test_what_was_known_is_used_after_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: Storage, started: list[TariffKeepers]
) -> None:
    before = await start(hass, started, keeper_of(hass, FakeSource(hourly(TEN, 1, 2, 3))))
    await before.async_flush()
    before.async_stop()

    freezer.move_to(TEN + HOUR)
    after = await start(hass, started, keeper_of(hass, FakeSource(LOST)))
    found = after.current(TEN + HOUR)
    assert found.grid is not None
    assert found.grid.value(TEN + 2 * HOUR) == 3
    (status,) = after.statuses(TEN + HOUR)
    assert (status.read_at, status.problem) == (TEN, "service_unreachable")


@pytest.mark.parametrize("change", ["digest", "name"])
async def test_rates_of_another_configuration_are_not_used(
    hass: HomeAssistant, hass_storage: Storage, started: list[TariffKeepers], change: str
) -> None:
    before = await start(hass, started, keeper_of(hass, FakeSource(hourly(TEN, 1))))
    await before.async_flush()
    name = "other" if change == "name" else "prices"
    digests = {name: "changed" if change == "digest" else "as ever"}
    after = await start(hass, started, keeper_of(hass, FakeSource(LOST), name=name), digests=digests)
    assert after.current(TEN).grid is None


@pytest.mark.parametrize("stored", [[], {"prices": 5}, {"prices": {"digest": "as ever", "slots": "none"}}])
async def test_a_store_that_holds_something_else_is_left_out(
    hass: HomeAssistant, hass_storage: Storage, started: list[TariffKeepers], stored: Any
) -> None:
    hass_storage[STORE_KEY] = {"version": 1, "minor_version": 1, "key": STORE_KEY, "data": stored}
    keepers = await start(hass, started, keeper_of(hass, FakeSource(hourly(TEN, 1))))
    found = keepers.current(TEN).grid
    assert found is not None
    assert found.value(TEN) == 1


async def test_changes_are_stored_soon_and_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: Storage, started: list[TariffKeepers]
) -> None:
    made: list[TariffKeepers] = []
    source = FakeSource(hourly(TEN, 1))

    def changed() -> None:
        made[0].changed()

    keeper = keeper_of(hass, source, changed=changed)
    made.append(TariffKeepers(hass, (keeper,), {"prices": "as ever"}))
    started.append(made[0])
    await made[0].async_start()
    await settle(hass)
    assert STORE_KEY not in hass_storage
    freezer.tick(40)
    source.answer = hourly(TEN, 2)
    await keeper.async_read()  # must not put it off
    await pass_time(hass, freezer, timedelta(seconds=21))
    assert hass_storage[STORE_KEY]["data"]["prices"]["slots"][0][2] == 2
    assert hass_storage[STORE_KEY]["data"]["prices"]["digest"] == "as ever"

    source.answer = hourly(TEN, 3)
    await keeper.async_read()
    await flush_store(made[0]._store)
    assert hass_storage[STORE_KEY]["data"]["prices"]["slots"][0][2] == 3


async def test_an_entity_that_changes_all_the_time_does_not_wear_out_the_disk(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: Storage, started: list[TariffKeepers]
) -> None:
    made: list[TariffKeepers] = []
    source = FakeSource(hourly(TEN, 0))

    def changed() -> None:
        made[0].changed()

    keeper = keeper_of(hass, source, changed=changed)
    made.append(TariffKeepers(hass, (keeper,), {"prices": "as ever"}))
    started.append(made[0])
    await made[0].async_start()
    stored = set()
    for minute in range(60):
        source.answer = hourly(TEN, minute, minute, minute)
        await keeper.async_read()
        await pass_time(hass, freezer, timedelta(minutes=1))
        if STORE_KEY in hass_storage:
            stored.add(hass_storage[STORE_KEY]["data"]["prices"]["read_at"])
    assert len(stored) == 4

    source.answer = LOST
    del hass_storage[STORE_KEY]
    for _ in range(60):
        await keeper.async_read()
        await pass_time(hass, freezer, timedelta(minutes=1))
    assert STORE_KEY in hass_storage  # the last reading, once
    del hass_storage[STORE_KEY]
    for _ in range(30):
        await keeper.async_read()
        await pass_time(hass, freezer, timedelta(minutes=1))
    assert STORE_KEY not in hass_storage


async def test_nothing_is_left_of_a_site_that_is_gone(
    hass: HomeAssistant, hass_storage: Storage, started: list[TariffKeepers]
) -> None:
    keepers = await start(hass, started, keeper_of(hass, FakeSource(hourly(TEN, 1))))
    await keepers.async_flush()
    assert STORE_KEY in hass_storage
    await async_forget(hass)
    assert STORE_KEY not in hass_storage


def test_the_digest_tells_configurations_apart() -> None:
    data = {"usage": "grid", "source": "zones", "zones": [{"price": 0.2, "hours": "0-6"}]}
    assert digest(data) == digest(dict(reversed(data.items())))
    assert digest(data) != digest({**data, "zones": [{"price": 0.2, "hours": "0-7"}]})


def test_when_a_use_was_read(hass: HomeAssistant) -> None:
    first, second = (
        keeper_of(hass, FakeSource(), Usage.SOLAR, name="a"),
        keeper_of(hass, FakeSource(), Usage.SOLAR, name="b"),
    )
    keepers = TariffKeepers(hass, (first, second), {})
    assert (keepers.has(Usage.SOLAR), keepers.has(Usage.GRID)) == (True, False)
    first.read_at = TEN
    assert keepers.read_at(Usage.SOLAR) is None  # a part never was
    second.read_at = TEN - HOUR
    assert keepers.read_at(Usage.SOLAR) == TEN - HOUR
    assert keepers.read_at(Usage.GRID) is None
