"""Features and sentences as they stand at the beginning of a line."""

from collections.abc import Mapping

from regulars.features.sentences import capitalize, name_level
from regulars.features.table import Feature
from regulars.schema.wording import Wording

__all__ = ["begin", "label_feature"]


def label_feature(feature: str, level: str | None, words: Mapping[str, Wording]) -> Wording:
    """The words for a feature, or for one level of it, as they begin a line."""
    word = begin(words.get(feature, Wording(en=feature, ru=feature)))
    if level is None:
        return word
    one = Feature(feature, word, None, "category")
    return Wording(en=name_level(one, level, "en"), ru=name_level(one, level, "ru"))


def begin(words: Wording) -> Wording:
    """The words as they stand at the beginning of a line."""
    return Wording(en=capitalize(words.en), ru=capitalize(words.ru))
