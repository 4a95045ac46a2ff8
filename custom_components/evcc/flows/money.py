"""Boxes for prices: of any size, since a kilowatt-hour costs 0.3 EUR or 100 HUF, and below zero as well."""

from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig, NumberSelectorMode


def plain_box() -> NumberSelector:
    """Return a box for any number."""
    return NumberSelector(NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX))


def price_box(currency: str) -> NumberSelector:
    """Return a box for a price per kWh; without a limit, which the frontend would propose as its value."""
    return NumberSelector(
        NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX, unit_of_measurement=f"{currency}/kWh")
    )
