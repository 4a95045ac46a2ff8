"""The rules of this house, checked on its files.

They stand in for what only the validators of Home Assistant and HACS could say, which cannot be had as
packages, and keep the architecture true. Each module has functions that yield findings; scripts/checks.py
lists them.
"""
