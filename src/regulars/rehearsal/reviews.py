"""Reviews in Russian and English, put together from sentences of our own."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["write_reviews"]

_RUSSIAN = {
    "bad": (
        ("Связь ужасная.", "Очень разочарован.", "Так работать нельзя.", "Сил больше нет.",
         "Второй месяц мучаюсь.", "Никому не советую."),
        ("Дома почти не ловит.", "Интернет постоянно пропадает.", "Списали деньги дважды.",
         "Цену подняли, а лучше не стало.", "На жалобу так и не ответили.",
         "До поддержки не дозвониться.", "Приложение вылетает при оплате."),
        ("Думаю сменить оператора.", "Буду уходить.", "Верните деньги!", "Жду ответа.",
         "Поставил бы ноль.", "Раньше было лучше."),
    ),
    "middling": (
        ("В целом нормально.", "Бывает по-разному.", "Средне.", "Пока пользуюсь."),
        ("Связь есть, но интернет вечером медленный.", "Тариф неплохой, но дороговат.",
         "Оператор помог не с первого раза.", "В городе ловит, за городом нет.",
         "Приложение удобное, но долго открывается."),
        ("Посмотрим, что будет дальше.", "Есть куда расти.", "Хотелось бы дешевле.", ""),
    ),
    "good": (
        ("Всё отлично.", "Очень доволен.", "Спасибо!", "Лучший оператор.", "Рекомендую."),
        ("Связь без перебоев.", "Интернет летает даже на даче.", "Поддержка ответила за минуту.",
         "Тариф выгодный, ничего лишнего.", "Приложение понятное.",
         "Вопрос решили сразу."),
        ("Так держать!", "Остаюсь с вами.", "Посоветовал друзьям.", ""),
    ),
}  # fmt: skip
_ENGLISH = {
    "bad": (
        ("Terrible service.", "Very disappointed.", "I have had enough.", "Avoid."),
        ("There is hardly any signal at home.", "The internet keeps dropping.",
         "I was charged twice.", "The price went up and nothing got better.",
         "Nobody answered my complaint.", "The app crashes when I pay."),
        ("I am going to switch.", "I want my money back.", "It used to be better.", "Still waiting."),
    ),
    "middling": (
        ("It is all right.", "Mixed feelings.", "Average."),
        ("Calls are fine, but the internet is slow in the evening.",
         "A decent plan, though rather expensive.", "It took two calls to get help.",
         "Good in town, nothing outside."),
        ("Let us see.", "Room for improvement.", ""),
    ),
    "good": (
        ("Excellent.", "Very happy.", "Thank you!", "Recommended."),
        ("The signal never fails.", "Fast internet even in the country.",
         "Support answered within a minute.", "Good value for money.", "The app is easy to use."),
        ("Keep it up!", "I am staying.", "I told my friends.", ""),
    ),
}  # fmt: skip


def write_reviews(
    rating: NDArray[np.int64], is_english: NDArray[np.bool_], generator: Generator
) -> pa.Array:
    """A review of three sentences for each rating from 1 to 5.

    Examples
    --------
    >>> texts = write_reviews(np.array([5]), np.array([True]), np.random.default_rng(1))
    >>> texts.to_pylist()
    ['Thank you! The app is easy to use. Keep it up!']
    """
    drawn = generator.random((3, len(rating)))
    return pa.array(
        [
            _compose(_ENGLISH if english else _RUSSIAN, stars, chance)
            for stars, english, chance in zip(
                rating.tolist(), is_english.tolist(), drawn.T.tolist(), strict=True
            )
        ],
        pa.string(),
    )


def _compose(
    sentences: Mapping[str, tuple[tuple[str, ...], ...]], stars: int, chance: list[float]
) -> str:
    mood = "bad" if stars <= 2 else "middling" if stars == 3 else "good"
    parts = [
        each[int(share * len(each))] for each, share in zip(sentences[mood], chance, strict=True)
    ]
    return " ".join(part for part in parts if part)
