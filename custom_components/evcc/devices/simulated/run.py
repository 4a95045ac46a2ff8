"""Running the coordinator on the virtual plant: one cycle after the other, as fast as the processor allows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...core.ports import BatteryResult, ChargerResult
from ...core.site import Outcome, Site
from .calls import RefusedCallError, carry_out
from .events import Call
from .fields import ScenarioError, describe
from .plant import Plant
from .scenario import Scenario


@dataclass(frozen=True, slots=True)
class Refusal:
    """A REST call that the coordinator did not take, and the HTTP status that it would have got."""

    call: Call
    status: int
    error: str


class Run:
    """One run of a scenario. Iterate over it: it yields itself after each cycle, with what there is to see."""

    def __init__(self, scenario: Scenario) -> None:
        """Set up plant and site; raise ScenarioError for settings that the site does not take."""
        self.scenario = scenario
        self.plant: Plant = scenario.build_plant()
        self.site = Site(scenario.site)
        if errors := self.site.restore(scenario.settings, None):
            raise ScenarioError("settings", describe(errors[0]))
        self.now = scenario.start
        self.seconds = 0.0  # since the start
        self.cycles = 0
        self.outcome: Outcome | None = None
        self.results: list[ChargerResult | BatteryResult] = []
        self.refusals: list[Refusal] = []  # of this cycle
        self.calls_made = 0  # so far, refused ones too
        self._calls = sorted(scenario.calls, key=lambda c: c.at, reverse=True)

    def __iter__(self) -> Iterator[Run]:
        """Run to the end."""
        scenario = self.scenario
        site, plant, tariffs = self.site, self.plant, scenario.tariffs
        interval = timedelta(seconds=scenario.interval)
        duration = timedelta(seconds=scenario.duration)
        start = scenario.start
        # Multiples of the interval, not sums: a day of steps of 0.1 s must end on the second.
        while (since := self.cycles * interval) < duration:
            self.now = now = start + since
            self.seconds = seconds = since.total_seconds()
            plant.step(seconds)
            if self.refusals:
                self.refusals = []
            if self._calls and self._calls[-1].at <= seconds:
                self._make_calls(now, seconds)
            self.outcome = outcome = site.cycle(now, plant.readings(), tariffs.at(now))
            if outcome.chargers or outcome.batteries:
                self.results = plant.carry_out(outcome.chargers, outcome.batteries)
                site.report(self.results, now)
            elif self.results:
                self.results = []
            self.cycles += 1
            yield self

    def _make_calls(self, now: datetime, seconds: float) -> None:
        """Make all calls that are due, in file order."""
        due = []
        while self._calls and self._calls[-1].at <= seconds:
            due.append(self._calls.pop())
        self.calls_made += len(due)
        for call in sorted(due, key=self.scenario.calls.index):
            try:
                carry_out(self.site, call.method, call.path, now, call.body)
            except RefusedCallError as err:
                self.refusals.append(Refusal(call, err.status, str(err)))
