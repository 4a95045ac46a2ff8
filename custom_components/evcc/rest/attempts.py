"""How often an address may try passwords: Home Assistant's ban of addresses is off unless someone wants it."""

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address
from typing import Final

LIMIT: Final = 10  # wrong passwords of one address
WINDOW: Final = 60.0  # s
ADDRESSES: Final = 256  # that are remembered; the one that was longest quiet is forgotten first


class Attempts:
    """The attempts of the last minute. One counts from its beginning, so that none slip through together."""

    def __init__(self) -> None:
        """Remember nobody."""
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, address: str | None, now: float) -> bool:
        """Note an attempt at `now` (s, any clock); return whether there are few enough to go on."""
        whom = _whom(address)
        times = self._times.setdefault(whom, deque())
        self._times.move_to_end(whom)
        while times and now - times[0] >= WINDOW:
            times.popleft()
        while len(self._times) > ADDRESSES:
            self._times.popitem(last=False)
        if len(times) >= LIMIT:
            return False
        times.append(now)
        return True

    def succeed(self, address: str | None) -> None:
        """Forget the attempts of an address that knows the password."""
        self._times.pop(_whom(address), None)


def _whom(address: str | None) -> str:
    """Return who is behind an address: with IPv6 a network of 64 bits, which one machine has for itself."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
