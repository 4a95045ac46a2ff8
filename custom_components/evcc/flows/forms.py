"""Forms made from tables: the entities of a device by their roles, words of its entities, constants."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentry
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    ActionSelector,
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..const import CONF_FEATURES
from ..core.model import Feature
from ..devices.entity.roles import FIELDS, Group, Kind, Option, OptionType, Role, options

CONF_TITLE: Final = "title"
TITLE: Final = TextSelector()


def number(low: float, high: float, step: float, unit: str = "") -> NumberSelector:
    """Return a box for a number. Without `unit` it has none."""
    config = NumberSelectorConfig(min=low, max=high, step=step, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


def integer(low: int, high: int, unit: str = "") -> Any:
    """Return a box for a whole number."""
    return vol.All(number(low, high, 1, unit), vol.Coerce(int))


def choice(choices: Sequence[str], key: str, *, multiple: bool = False) -> SelectSelector:
    """Return a choice whose texts are translated under selector `key`."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(choices),
            translation_key=key,
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN if multiple or len(choices) > 4 else SelectSelectorMode.LIST,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One constant that is asked for. `group` is the section that it is in, empty for none."""

    key: str
    selector: Any
    required: bool = False
    default: Any = vol.UNDEFINED
    group: str = ""
    shown: Callable[[Any], Any] = lambda value: value  # from what is stored to the selector; None: nothing
    stored: Callable[[Any], Any] = lambda value: value  # and back

    @property
    def marker(self) -> vol.Marker:
        """Return its key in a schema."""
        return (vol.Required if self.required else vol.Optional)(self.key, default=self.default)


def phases_detail(*counts: int, default: int) -> Detail:
    """Return a field for a number of phases; 0 is "not known"."""
    selector = choice([str(count) for count in counts], "phases")
    return Detail(key="phases", selector=selector, required=True, default=str(default), shown=str, stored=int)


def features_detail(features: Iterable[Feature], translation_key: str) -> Detail:
    """Return a field for traits, which are stored by their values; keys of translations have small letters."""
    by_name = {feature.name.lower(): str(feature) for feature in features}
    return Detail(
        key=CONF_FEATURES,
        selector=choice(list(by_name), translation_key, multiple=True),
        shown=lambda values: [name for name, value in by_name.items() if value in values],
        stored=lambda names: [by_name[name] for name in names],
    )


def subentry_details(key: str, subentries: Sequence[ConfigSubentry]) -> list[Detail]:
    """Return a field for one of these subentries by title, which is stored by id; none if there are none."""
    if not subentries:
        return []
    ids = {subentry.subentry_id for subentry in subentries}
    selector = SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=s.subentry_id, label=s.title) for s in subentries],
            mode=SelectSelectorMode.DROPDOWN,
            sort=True,
        )
    )
    return [Detail(key=key, selector=selector, shown=lambda value: value if value in ids else None)]


def schema_of(details: Iterable[Detail]) -> vol.Schema:
    """Return a form of these fields, with those of a group in a folded section."""
    top: dict[Any, Any] = {}
    groups: dict[str, dict[Any, Any]] = {}
    for detail in details:
        inside = groups.setdefault(detail.group, {}) if detail.group else top
        inside[detail.marker] = detail.selector
    # Optional, so that who leaves a whole section out leaves what is in it as it is.
    sections = {
        vol.Optional(name): section(vol.Schema(inner), {"collapsed": True}) for name, inner in groups.items()
    }
    return vol.Schema({**top, **sections})


def nested(details: Iterable[Detail], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the flat `values` that the form has, as it has them."""
    result: dict[str, Any] = {}
    for detail in details:
        value = detail.shown(values[detail.key]) if detail.key in values else None
        if value is not None:
            inside = result.setdefault(detail.group, {}) if detail.group else result
            inside[detail.key] = value
    return result


def taken_over(
    details: Iterable[Detail], values: Mapping[str, Any], user_input: Mapping[str, Any]
) -> dict[str, Any]:
    """Return `values` with what was entered; what was emptied is gone."""
    result = dict(values)
    for detail in details:
        inside = user_input.get(detail.group) if detail.group else user_input
        if inside is None:
            continue
        result.pop(detail.key, None)
        value = inside.get(detail.key)
        if value not in (None, "", [], {}):
            result[detail.key] = detail.stored(value)
    return result


def entity_details(kind: Kind, elsewhere: Container[str]) -> list[Detail]:
    """Return the fields for the entities of a device: its roles, inverted signs, actions, constants.

    `elsewhere` are the constants that another step asks for.
    """
    asked = [
        f
        for f in FIELDS[kind]
        if isinstance(f, Role) or not (f.type in (OptionType.WORD, OptionType.MAP) or f.key in elsewhere)
    ]
    return [
        Detail(
            key=f.key,
            selector=_entity(f) if isinstance(f, Role) else option_selector(f),
            required=isinstance(f, Role) and f.required,
            default=vol.UNDEFINED if isinstance(f, Role) or f.default is None else f.default,
            group="" if f.group is Group.BASIC else str(f.group),
        )
        for f in asked
    ]


def option_details(kind: Kind, keys: Iterable[str]) -> list[Detail]:
    """Return constants out of the table of roles as fields of a form, in the order of `keys`."""
    table = {option.key: option for option in options(kind)}
    return [
        Detail(
            key=key,
            selector=option_selector(table[key]),
            default=vol.UNDEFINED if table[key].default is None else table[key].default,
        )
        for key in keys
    ]


def option_selector(option: Option) -> Any:
    """Return what asks for a constant."""
    match option.type:
        case OptionType.FLAG:
            return BooleanSelector()
        case OptionType.NUMBER:
            return number(option.minimum, option.maximum, option.step, option.unit)
        case OptionType.ACTION:
            return ActionSelector()
        case _:
            return choice(option.choices, option.key)


def _entity(role: Role) -> EntitySelector:
    filters: list[Any] = [*role.filters]
    return EntitySelector(EntitySelectorConfig(filter=filters))
