"""Any entity of Home Assistant as charger, meter, home battery or vehicle."""
