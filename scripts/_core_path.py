"""Importing this makes the pure parts of the integration importable without Home Assistant.

The integration's own `__init__` imports Home Assistant, and importing any of its parts runs it first.
Where nobody has loaded the integration yet, an empty package with the same search path takes its place.
"""

from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
import sys

_PACKAGE = "custom_components.evcc"
_ROOT = Path(__file__).resolve().parent.parent

if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))
if _PACKAGE not in sys.modules:
    _spec = ModuleSpec(_PACKAGE, None, is_package=True)
    _spec.submodule_search_locations = [str(_ROOT / "custom_components" / "evcc")]
    sys.modules[_PACKAGE] = module_from_spec(_spec)
