"""Tests; the folders mirror custom_components/evcc."""
