"""The virtual plant: a house with sun, battery, chargers and cars, for scenarios, tests and the demo home."""
