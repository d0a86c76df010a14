"""What was found: how strong, about which figures, and the arithmetic in one line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hotline_lib.exact import half_up
from hotline_lib.proofread.figures import Figure

WRONG, AGAINST, BASE, FORCED, ALONE, RIGHT = "错", "矛盾", "口径", "凑整", "无旁证", "合"
STRENGTH = (WRONG, AGAINST, BASE, FORCED, ALONE, RIGHT)


@dataclass
class Verdict:
    """One verdict. figures: those it is about, the suspect first. text: its arithmetic, one line. right: the right value, if proved."""

    kind: str
    figures: list[Figure]
    text: str
    right: str = ""

    @classmethod
    def of(cls, ok: object, figures: list[Figure], text: str) -> Verdict:
        """Right, or a contradiction."""
        return cls(RIGHT if ok else AGAINST, figures, text)

    @property
    def place(self) -> str:
        return self.figures[0].place


def printed(numerator: int, denominator: int, places: int) -> str:
    """A percentage as it should have been printed; — of nothing."""
    return f"{half_up(100 * numerator, denominator, places)}%" if denominator else "—"


def between(low: int, high: int) -> str:
    """A range of whole numbers, or the one that it is."""
    low, high = sorted((low, high))
    return str(low) if low == high else f"{low}–{high}"


def roundings(figure: Figure, low: Fraction, high: Fraction) -> set[str]:
    """Which roundings (up, even, cut) give a printed percentage, if the exact one lies in [low, high]."""
    if figure.about:
        return {"up", "even"} if low <= figure.about[1] and high >= figure.about[0] else set()
    value, step = Fraction(figure.value), figure.step / figure.scale
    found = set()
    if (low < value + step and high > value - step) or (low <= value + step and high >= value - step and low < high):
        found |= {"up", "even"}
    elif low == high == value - step or low == high == value + step:
        upwards = abs(low) < abs(value)
        even = int(value * 10**figure.places) % 2 == 0
        found |= ({"up"} if upwards else set()) | ({"even"} if even else set())
    sign = -1 if value < 0 else 1
    if abs(value) <= max(low * sign, high * sign) and min(low * sign, high * sign) < abs(value) + 2 * step:
        found.add("cut")
    return found


def share_range(part: Figure, whole: Figure | int) -> tuple[Fraction, Fraction] | None:
    """Between which percentages a part of a whole lies; None if there is no whole."""
    low, high = _ends(whole)
    return (Fraction(100 * part.low, high), Fraction(100 * part.high, low)) if low > 0 and part.low >= 0 else None


def _ends(whole: Figure | int) -> tuple[int, int]:
    return (whole, whole) if isinstance(whole, int) else (whole.low, whole.high)


def fits(share: Figure, part: Figure, whole: Figure | int) -> set[str]:
    """The roundings under which a printed share is that of the part of the whole."""
    (low, high), unit = _ends(whole), 10**share.places
    value = int(share.value * unit)
    if not share.about and (100 * unit * part.high < (value - 2) * low or 100 * unit * part.low > (value + 2) * high):
        return set()  # far off: seen without fractions, of which there are many
    found = share_range(part, whole)
    return roundings(share, *found) if found and found[0] <= 100 else set()


def bases(share: Figure, part: Figure) -> tuple[int, int]:
    """The least and greatest whole of which a part is the printed share (half up); (1, 0) if there is none."""
    low, high = share.span
    least = -int(-(100 * part.low / high) // 1) if high > 0 else 1
    least += not share.about and 100 * part.low == high * least  # half a digit more prints higher
    return least, int(100 * part.high / low) if low > 0 else 10**12


def possible(value: Decimal, n: int, per: int = 1) -> bool:
    """Whether some whole number of n things prints as a mean (or, per 100, as a percentage) of that many decimals: GRIM."""
    exact, step = Fraction(value) * n / per, Fraction(n, 2 * per * 10 ** max(0, -int(value.as_tuple().exponent)))
    return -int(-(exact - step) // 1) <= exact + step


def base_months(count: Figure, change: Figure) -> tuple[int, int]:
    """The counts of the base month that give a printed change; (1, 0) if there is none."""
    low, high = (100 + end for end in change.span)
    if high <= 0 or count.high < 0:
        return 1, 0
    least = -int(-(Fraction(100 * count.low) / high) // 1)
    return least, int(Fraction(100 * count.high) / low) if low > 0 else 10**12


def slip(one: int | str, other: int | str) -> bool:
    """Whether two numbers differ as a slip of the hand does: one digit, two neighbours changed over, one too many."""
    a, b = str(one), str(other)
    if len(a) == len(b):
        apart = [at for at in range(len(a)) if a[at] != b[at]]
        swapped = (
            len(apart) == 2 and apart[1] == apart[0] + 1 and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]]
        )
        return len(apart) == 1 or swapped
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
