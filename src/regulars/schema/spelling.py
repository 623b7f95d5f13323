"""One value written in several ways: "Москва", "МОСКВА", "москва " and "Moscow  " beside "moscow"."""

from collections.abc import Mapping

__all__ = ["choose_spellings", "fold_spelling"]


def fold_spelling(text: str) -> str:
    """The normal form in which two spellings of one value are the same.

    Letter case is set aside, ё is е, and any blanks between words are one space. Hyphens, dots
    and quotes count: "А-1" and "А1" may be two tariffs.

    Examples
    --------
    >>> [fold_spelling(text) for text in ("МОСКВА ", "Орёл", "Нижний\u00a0 Новгород")]
    ['москва', 'орел', 'нижний новгород']
    """
    return " ".join(text.casefold().replace("ё", "е").split())


def choose_spellings(counts: Mapping[str, int]) -> dict[str, str]:
    """Spelling → the usual one: the most frequent of those that are the same in normal form.

    Parameters
    ----------
    counts
        Value → how often it occurs.

    Returns
    -------
    dict
        Only the spellings that have a more usual one; a tie goes to the first in code point order.

    Examples
    --------
    >>> choose_spellings({"Москва": 5, "МОСКВА": 2, "москва": 1, "Уфа": 3})
    {'МОСКВА': 'Москва', 'москва': 'Москва'}
    """
    usual: dict[str, str] = {}
    for value in sorted(counts, key=lambda value: (-counts[value], value)):
        usual.setdefault(fold_spelling(value), value)
    return {
        value: usual[folded] for value in counts if usual[folded := fold_spelling(value)] != value
    }
