"""The SoC between two readings, and remaining energy and time."""

import pytest

from custom_components.evcc.core import estimator


def fed(*readings: tuple[float | None, float], capacity: float = 60) -> tuple[list[float | None], float]:
    """Return the estimates for readings of (%, Wh), and the gradient after them."""
    memory = estimator.start(capacity)
    return [estimator.feed(memory, soc, energy) for soc, energy in readings], memory.step


@pytest.mark.parametrize(
    ("readings", "estimates"),
    [
        pytest.param([(None, 0)], [None], id="nothing known"),
        pytest.param([(40, 0), (None, 900)], [40, 40], id="a failed reading keeps the estimate"),
        pytest.param([(40, 0), (40, 7058.8)], [40, pytest.approx(50, abs=0.01)], id="energy moves it"),
        pytest.param([(40, 500), (40, 100)], [40, 40], id="energy was reset"),
        pytest.param([(99, 0), (99, 9000)], [99, 100], id="never above 100"),
        pytest.param([(40, -50), (40, 0)], [40, 40], id="negative energy is none"),
        pytest.param([(0, 0), (0, 7058.8)], [0, pytest.approx(10, abs=0.01)], id="0 % is a reading"),
        pytest.param([(50, 0), (45, 1000)], [50, 45], id="a lower reading is believed"),
    ],
)
def test_estimate(readings: list[tuple[float | None, float]], estimates: list[float | None]) -> None:
    assert fed(*readings)[0] == estimates


@pytest.mark.parametrize(
    ("readings", "step"),
    [
        pytest.param([(40, 0), (50, 8000)], 705.88, id="not from 10 % or less"),
        pytest.param([(40, 0), (51, 8000)], 727.27, id="from more than 10 %"),
        pytest.param([(40, 0), (60, 0)], 705.88, id="not without energy"),
        pytest.param([(40, 1000), (60, 11_000), (80, 22_000)], 525, id="always from the first reading"),
    ],
)
def test_gradient(readings: list[tuple[float | None, float]], step: float) -> None:
    assert fed(*readings)[1] == pytest.approx(step, abs=0.005)


def test_virtual_capacity_is_not_below_the_physical_one() -> None:
    memory = estimator.start(60)
    memory.step = 500
    assert estimator.virtual_capacity(memory) == 60_000


def test_remaining_duration_of_more_than_the_knee_only() -> None:
    """From 90 % at 11 kW all of it is on the falling line: mean of 11 and 1 kW."""
    seconds = estimator.remaining_duration(60_000, 90, 100, 11_000)
    assert seconds == round(6 / 6 * 3600)


def test_overflow_counts_as_nothing() -> None:
    assert estimator.remaining_duration(1e308, 0, 100, 1e-300) == 0
