"""Language: words, numbers, days and counts as a reader of one language expects them.

Turns msgids and values into text. Rule: every string that a reader sees comes from a gettext catalogue; numbers,
days and plurals follow the language's own rules (CLDR). Leaves the choice of what to say to the page. Source:
GNU gettext; Unicode CLDR as Babel carries it.
"""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from holdfire.basics.instants import zone_named
from holdfire.errors import InputError
from holdfire.records.bulletin import LANGUAGES

__all__ = ["LOCALES", "N_", "Speech", "catalogue"]

LOCALES = {"en": "en_GB", "uk": "uk_UA"}
"""Language of a bulletin to its CLDR locale."""
RANGE = "–"
"""En dash, without spaces, between the ends of a range."""


def N_(msgid: str) -> str:
    """Mark a string for the catalogues without translating it yet."""
    return msgid


@cache
def catalogue(language: str) -> gettext.GNUTranslations:
    """Return the catalogue of a language.

    Raises
    ------
    InputError
        There is none.
    """
    if language not in LANGUAGES:
        mend = f"Choose one of {', '.join(LANGUAGES)}."
        raise InputError(f"No bulletin is written in this language: {language!r}.", "language", mend)
    place = files("holdfire.publication").joinpath("locale", language, "LC_MESSAGES", "holdfire.mo")
    return gettext.GNUTranslations(io.BytesIO(place.read_bytes()))


@dataclass(frozen=True, slots=True)
class Speech:
    """Speak one language in one time zone, suppressing counts that are too small to tell.

    Parameters
    ----------
    language : str
        ``en`` or ``uk``.
    zone : str
        IANA zone in which instants are told.
    min_count : int
        Counts of incidents from 1 to below this are told as fewer than this.
    with_year : bool
        True tells the year with short days too.
    """

    language: str
    zone: str = "UTC"
    min_count: int = 1
    with_year: bool = False
    _words: gettext.GNUTranslations = field(init=False, repr=False, compare=False)
    _locale: Locale = field(init=False, repr=False, compare=False)
    _local: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Open the catalogue and the locale."""
        object.__setattr__(self, "_words", catalogue(self.language))
        object.__setattr__(self, "_locale", Locale.parse(LOCALES[self.language]))
        object.__setattr__(self, "_local", zone_named(self.zone))

    def gettext(self, msgid: str) -> str:
        """Return a string in the language."""
        return self._words.gettext(msgid)

    def ngettext(self, singular: str, plural: str, n: int, *, of_incidents: bool = False) -> str:
        """Return a string with a count in the language's plural form, its ``%(n)s`` filled in.

        Parameters
        ----------
        of_incidents : bool
            True suppresses a count that is too small to tell.
        """
        told = self.few(n) if of_incidents else self.count(n)
        form = self.min_count if of_incidents and self.is_small(n) else n
        return self._words.ngettext(singular, plural, form) % {"n": told}

    def count(self, n: int) -> str:
        r"""Return a count with its groups of digits.

        Examples
        --------
        >>> Speech("uk").count(1234567)
        '1\xa0234\xa0567'
        """
        return str(format_decimal(n, locale=self._locale))

    def few(self, n: int) -> str:
        """Return a count of incidents, or that it is too small to tell.

        Examples
        --------
        >>> Speech("en", min_count=5).few(3), Speech("en", min_count=5).few(0), Speech("en").few(3)
        ('<5', '0', '3')
        """
        return f"<{self.min_count}" if self.is_small(n) else self.count(n)

    def is_small(self, n: int) -> bool:
        """Say whether a count of incidents is too small to tell."""
        return 0 < n < self.min_count

    def number(self, value: float, n_digits: int = 1) -> str:
        """Return a number with a fixed number of decimal digits.

        Examples
        --------
        >>> Speech("uk").number(3.25, 1), Speech("en").number(3.25, 1)
        ('3,2', '3.2')
        """
        pattern = "#,##0." + "0" * n_digits if n_digits else "#,##0"
        return str(format_decimal(value, format=pattern, locale=self._locale))

    def between(self, lower: str, upper: str) -> str:
        """Return a range, or the one value that both ends are."""
        return lower if lower == upper else f"{lower}{RANGE}{upper}"

    def unbroken(self, words: str) -> str:
        """Return words whose ranges no line break may cut."""
        return words.replace(RANGE, f"\u2060{RANGE}\u2060")

    def percent(self, lower: float | None, upper: float | None = None) -> str:
        """Return a probability or share, or its range, in whole per cent; what is not certain never reads 0 or 100.

        Examples
        --------
        >>> Speech("en").percent(0.934, 0.998), Speech("en").percent(1.0), Speech("en").percent(0.998)
        ('93–99%', '100%', '>99%')
        >>> Speech("en").percent(None)
        '?'
        """
        if lower is None:
            return "?"
        ends = (lower, lower if upper is None else upper)
        whole = [round(100 * end) if end in (0.0, 1.0) else min(99, max(1, round(100 * end))) for end in ends]
        if whole[0] == whole[1] and ends[0] > 0.0 and ends[1] < 1.0:
            if ends[1] < 0.005:
                return "<1%"
            if ends[0] >= 0.995:
                return ">99%"
        return self.between(str(whole[0]), str(whole[1])) + "%"

    def day(self, day: date, style: str = "long") -> str:
        r"""Return a day; ``style`` is a CLDR style or pattern.

        Examples
        --------
        >>> Speech("en").day(date(2022, 7, 23)), Speech("uk").day(date(2022, 7, 23))
        ('23 July 2022', '23 липня 2022\xa0р.')
        """
        return str(format_date(day, style, locale=self._locale)).replace("\u202f", "\xa0")

    def days(self, first: date, last: date, *, short: bool = False) -> str:
        r"""Return one day, or the first and last of several, as short as they can be said.

        Examples
        --------
        >>> Speech("uk").days(date(2022, 7, 1), date(2022, 7, 31))
        '1–31 липня 2022\xa0р.'
        >>> Speech("en").days(date(2022, 7, 30), date(2022, 8, 2), short=True)
        '30 Jul – 2 Aug'
        """
        brief = "d MMM y" if self.with_year else "d MMM"
        whole, part = (brief, "d MMM") if short else ("long", "d MMMM")
        if first == last:
            return self.day(first, whole)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}{RANGE}{self.day(last, whole)}"
        begin = part if first.year == last.year else whole
        return f"{self.day(first, begin)} – {self.day(last, whole)}"

    def local(self, at: datetime) -> datetime:
        """Return an instant in the zone that is spoken."""
        return at.astimezone(self._local)

    def instant(self, at: datetime) -> str:
        """Return an instant as local day and minute."""
        return f"{self.day(self.local(at).date())}, {self.clock(at)}"

    def clock(self, at: datetime) -> str:
        """Return an instant's local hour and minute."""
        return str(format_time(self.local(at), "HH:mm", tzinfo=self._local, locale=self._locale))

    def when(self, start: datetime | None, end: datetime | None) -> str:
        """Return ``[start, end)`` as short as it can be said: a day, days, or a day with hours; empty = unknown."""
        if start is None or end is None:
            known = start or end
            return "" if known is None else self.instant(known)
        first, last = self.local(start), self.local(max(start, end - timedelta(microseconds=1)))
        if end - start >= timedelta(hours=20):
            return self.days(first.date(), last.date(), short=True)
        day = self.days(first.date(), first.date(), short=True)
        if end - start <= timedelta(minutes=1):
            return f"{day}, {self.clock(start)}"
        return self.unbroken(f"{day}, {self.clock(start)}{RANGE}{self.clock(end)}")

    def offset(self, at: datetime) -> str:
        """Return the zone's offset from UTC at an instant, such as ``UTC+03:00``."""
        return str(format_datetime(self.local(at), "'UTC'xxx", tzinfo=self._local, locale=self._locale))

    def together(self, parts: list[str]) -> str:
        """Return several things as one list with the language's *and*."""
        return str(format_list(parts, locale=self._locale)) if parts else ""
