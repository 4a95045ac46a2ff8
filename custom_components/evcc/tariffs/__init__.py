"""Where prices, emissions and forecasts come from."""
