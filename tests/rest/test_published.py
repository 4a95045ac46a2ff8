"""What is kept of a snapshot: one document and its bytes, until there is something new to tell."""

import json

import pytest

from custom_components.evcc.rest import published
from custom_components.evcc.rest.refusals import Refused
from homeassistant.core import HomeAssistant

from .home import RestHome


def test_one_for_each_site(home: RestHome) -> None:
    assert published.of(home.runtime) is published.of(home.runtime)


async def test_a_generation_lasts_as_long_as_a_snapshot(home: RestHome) -> None:
    kept = published.of(home.runtime)
    first, document = kept.generation, kept.document(False)
    assert (kept.generation, kept.document(False)) == (first, document)
    assert kept.document(False) is document
    assert kept.document(True) is not document
    await home.cycle()
    assert kept.generation != first
    assert kept.document(False) is not document


async def test_new_statistics_are_a_new_generation(home: RestHome) -> None:
    kept = published.of(home.runtime)
    first, document = kept.generation, kept.document(False)
    await home.runtime.async_refresh_statistics()
    assert kept.generation != first
    assert kept.document(False) is not document


def test_a_fault_is_a_new_generation(home: RestHome) -> None:
    kept = published.of(home.runtime)
    first = kept.generation
    home.runtime.runner.fault = "ValueError: no"
    assert kept.generation != first
    assert "fatal" in kept.document(False)
    home.runtime.runner.fault = None
    assert "fatal" not in kept.document(False)


def test_bytes_are_made_once_and_are_the_document(home: RestHome) -> None:
    kept = published.of(home.runtime)
    assert json.loads(kept.body(False)) == {"result": kept.document(False)}
    assert json.loads(kept.bare(False)) == kept.document(False)
    assert json.loads(kept.body(True)) == kept.document(True)
    for make in (kept.body, kept.bare, kept.compressed):
        assert make(False) is make(False)
        assert make(True) is make(True)
    assert kept.bare(True) is kept.body(True)
    assert kept.builds == 2


async def test_bytes_are_not_kept_beyond_their_snapshot(home: RestHome) -> None:
    kept = published.of(home.runtime)
    before = [kept.body(False), kept.bare(False), kept.compressed(False)]
    await home.runtime.async_change("site", None, "residualPower", 77)
    after = [kept.compressed(False), kept.bare(False), kept.body(False)][::-1]
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_without_a_snapshot_there_is_nothing_to_tell(home: RestHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home.runtime.coordinator, "data", None)
    with pytest.raises(Refused) as refused:
        published.of(home.runtime).body(False)
    assert refused.value.status == 503


async def test_the_forecast_is_the_same_object_from_snapshot_to_snapshot(home: RestHome) -> None:
    kept = published.of(home.runtime)
    first, slots = kept.generation, kept.document(False)["forecast"]
    await home.runtime.async_change("site", None, "residualPower", 77)
    assert kept.document(False)["forecast"] is slots
    assert kept.generation != first


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://house.local:8123", ("http", "house.local", 8123), id="with a port"),
        pytest.param("https://house.example", ("https", "house.example", 443), id="without a port"),
    ],
)
async def test_network(hass: HomeAssistant, url: str, expected: tuple[str, str, int]) -> None:
    await hass.config.async_update(internal_url=url)
    assert tuple(published.network(hass, modern=False).values()) == expected
    modern = published.network(hass, modern=True)
    assert (modern["internalUrl"], modern["externalUrl"]) == (url, "")


async def test_network_that_home_assistant_does_not_know(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> str:
        raise published.NoURLAvailableError

    monkeypatch.setattr(published, "get_url", unknown)
    assert published.network(hass, modern=False) == {"schema": "http", "host": "", "port": 8123}
