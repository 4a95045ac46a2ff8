"""The report of a run for people, and the figures of several runs side by side."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

_LABEL: Final = 24
_COLUMN: Final = 18

type _Figures = dict[str, Any]


def text(figures: _Figures) -> str:
    """Return the report for people."""
    rows = [f"{figures['name']}: {figures['hours']:g} h, {figures['cycles']} cycles", ""]
    rows.append(f"{'Energy, kWh':<24}{'total':>10}{'solar':>10}{'battery':>10}{'grid':>10}")
    for name, sources in {"home": figures["home"], **figures["vehicles"]}.items():
        columns = "".join(f"{sources[k]:>10.3f}" for k in ("total", "solar", "battery", "grid"))
        rows.append(f"{name:<24}{columns}")
    rows.append("")
    rows.append(_row("Produced", figures["produced"], "kWh"))
    rows.append(_row("Imported", figures["imported"], "kWh"))
    rows.append(_row("Exported", figures["exported"], "kWh"))
    rows.append(_row("Self-consumption", figures["selfConsumption"], "%"))
    rows.append(_row("Self-sufficiency", figures["selfSufficiency"], "%"))
    rows.append(_row("Cost", figures["cost"], figures["currency"]))
    rows.append(_row("CO2", figures["co2"], "kg"))
    rows.append("")
    rows.extend(
        f"{p['title']:<24}{p['switches']:>10} times on or off{p['phaseSwitches']:>6} phase switches"
        for p in figures["loadpoints"]
    )
    rows.append(_row("Import by pv charging", figures["pvModeImportMinutes"], "min"))
    rows.append(_row("", figures["pvModeImport"], "kWh"))
    if figures["targets"]:
        rows.extend(["", *_plans(figures), ""])
    if figures["refusedCommands"]:
        rows.append(_row("Refused commands", figures["refusedCommands"], ""))
    rows.append(_row("Speed", figures["cyclesPerSecond"], "cycles/s"))
    return "\n".join(rows) + "\n"


def _plans(figures: _Figures) -> list[str]:
    """Return a table of the plans' targets, each with all energy since the target before it."""
    heads = ("goal", "reached", "short", "late", "energy", "sun", "battery", "grid", "cost", "per kWh")
    rows = [f"{'Plans':<{_LABEL}}" + "".join(f"{head:>10}" for head in heads)]
    for t in figures["targets"]:
        moment = datetime.fromisoformat(t["time"]).strftime("%a %Y-%m-%d %H:%M")
        columns = (
            f"{t['goal']:g} {t['unit']}",
            f"{t['reached']:.1f} {t['unit']}",
            f"{t['shortfall']:.1f} {t['unit']}" if t["shortfall"] else "–",
            _late(t),
            *_bill(t),
        )
        rows.append(f"{moment:<{_LABEL}}" + "".join(f"{c:>10}" for c in columns) + f"  {t['for']}")
    plans = figures["plans"]
    columns = ("", "", f"{plans['missing']:.2f} kWh" if plans["missing"] else "–", "", *_bill(plans))
    rows.append(f"{'together':<{_LABEL}}" + "".join(f"{c:>10}" for c in columns))
    rows.append(
        f"{plans['targets']} targets: {plans['inTime']} in time, {plans['late']} late"
        f" (at most {plans['longest']:g} s), {plans['missed']} missed"
    )
    return rows


def _late(target: _Figures) -> str:
    if target["late"] is None:
        return "away" if target["away"] else "missed"
    return f"{target['late']:g} s" if target["late"] else "in time"


def _bill(bill: _Figures) -> list[str]:
    energies = [f"{bill[key]:.2f}" for key in ("energy", "solar", "battery", "grid")]
    return [*energies, _money(bill["cost"], 2), _money(bill["price"], 4)]


def _money(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _row(title: str, value: float | None, unit: str) -> str:
    return f"{title:<24}{'–' if value is None else f'{value:g}':>10} {unit}".rstrip()


def _charged(key: str) -> Callable[[_Figures], float]:
    return lambda f: float(sum(v[key] for v in f["vehicles"].values()))


_SIDE: Final[tuple[tuple[str, str, Callable[[_Figures], float | None]], ...]] = (
    ("Cost", "", lambda f: f["cost"]),
    ("CO2", "kg", lambda f: f["co2"]),
    ("Imported", "kWh", lambda f: f["imported"]),
    ("Exported", "kWh", lambda f: f["exported"]),
    ("Self-consumption", "%", lambda f: f["selfConsumption"]),
    ("Charged", "kWh", _charged("total")),
    ("  from the sun", "kWh", _charged("solar")),
    ("  from the battery", "kWh", _charged("battery")),
    ("  from the grid", "kWh", _charged("grid")),
    ("Times on or off", "", lambda f: sum(p["switches"] for p in f["loadpoints"])),
    ("Phase switches", "", lambda f: sum(p["phaseSwitches"] for p in f["loadpoints"])),
)
_SIDE_PLANS: Final[tuple[tuple[str, str, Callable[[_Figures], float | None]], ...]] = (
    ("Plans in time", "", lambda f: f["plans"]["inTime"]),
    ("Plans late", "", lambda f: f["plans"]["late"]),
    ("Plans missed", "", lambda f: f["plans"]["missed"]),
    ("Longest lateness", "s", lambda f: f["plans"]["longest"]),
    ("Shortfall", "kWh", lambda f: f["plans"]["missing"]),
    ("Energy for plans", "kWh", lambda f: f["plans"]["energy"]),
    ("Cost for plans", "", lambda f: f["plans"]["cost"]),
    ("  per kWh", "", lambda f: f["plans"]["price"]),
)


def _shared(names: Sequence[str]) -> str:
    """Return the words that all names begin with, where they would leave no room for what differs."""
    if all(len(name) < _COLUMN for name in names):
        return ""
    shared = ""
    for words in zip(*(name.split(" ")[:-1] for name in names), strict=False):
        if len(set(words)) > 1:
            break
        shared += f"{words[0]} "
    return shared


def side_by_side(runs: Sequence[_Figures]) -> str:
    """Return a table with a column for each run."""
    names = [f["name"] for f in runs]
    shared = _shared(names)
    heads = [name[len(shared) :][: _COLUMN - 1] for name in names]
    rows = [f"{shared[: _LABEL - 1]:<{_LABEL}}" + "".join(f"{head:>{_COLUMN}}" for head in heads)]
    table = (*_SIDE, *_SIDE_PLANS) if any(f["targets"] for f in runs) else _SIDE
    for title, unit, value in table:
        cells = ["–" if (v := value(f)) is None else f"{round(v, 4):g}" for f in runs]
        rows.append(f"{title:<{_LABEL}}" + "".join(f"{c:>{_COLUMN}}" for c in cells) + f" {unit}".rstrip())
    return "\n".join(rows) + "\n"
