"""What an invented export is, and what it is filled with."""

from dataclasses import dataclass, field

ROWS = 40


@dataclass(frozen=True)
class Export:
    """A small file, and what a person who knows the trade would say it is.

    Attributes
    ----------
    text
        As it would be saved.
    kind
        What its rows are.
    targets
        Of its columns, those that matter, and what they are.
    quarantined
        Rows that are dirt.
    """

    text: str
    kind: str
    targets: dict[str, str] = field(default_factory=dict)
    quarantined: int = 0


def write_export(head, row):
    return "\n".join([head, *(row(number) for number in range(ROWS))]) + "\n"


def client(number, many=11):
    return f"K{number * 7 % many:04}"


def day(number, month=3):
    return f"2024-{month + number % 3:02}-{number % 28 + 1:02}"


def day_in_russian(number, month=3):
    return f"{number % 28 + 1:02}.{month + number % 3:02}.2024"


def pick(number, *values):
    return values[number % len(values)]


FIRMS = ("ООО «Заря»", "АО «Луч»", "ИП Котов", "ООО «Восток»", "ЗАО «Мост»", "ООО «Клён»")
SURNAMES = ("Иванов", "Петрова", "Сидоров", "Кузнецова", "Соколов", "Лебедева", "Козлов")
NAMES = ("Пётр", "Анна", "Илья", "Вера", "Олег", "Нина")
LATIN_NAMES = ("John Smith", "Mary Jones", "Peter Brown", "Susan Taylor", "Mark Wilson")
