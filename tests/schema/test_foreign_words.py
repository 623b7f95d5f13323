import errno
import os
import re
import tomllib

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.schema.foreign_words import say_system_error, say_toml_error, say_value_error


@pytest.mark.parametrize(
    ("number", "en", "ru"),
    [
        (errno.ENOSPC, "no space is left on the disk", "на диске не осталось места"),
        (errno.EACCES, "permission is denied", "нет прав доступа"),
        (errno.EROFS, "the file system is read-only", "файловая система только для чтения"),
        (errno.ENOENT, "no such file or folder", "нет такого файла или папки"),
        (errno.EISDIR, "it is a folder", "это папка, а не файл"),
    ],
)
def test_a_fault_of_the_system_is_said_in_both_languages(number, en, ru):
    said = say_system_error(OSError(number, os.strerror(number)))

    assert (said.en, said.ru) == (en, ru)


def test_a_rare_fault_of_the_system_is_named_by_its_number():
    said = say_system_error(OSError(errno.ETXTBSY, os.strerror(errno.ETXTBSY)))

    assert said.ru == f"система сообщает о сбое (errno {errno.ETXTBSY})"


@pytest.mark.parametrize(
    ("text", "ru"),
    [
        ("zone UTC", "строка 1, столбец 6: после ключа должен стоять знак ="),
        ("a = 1\nb = UTC", "строка 2, столбец 5: это не значение (текст пишут в кавычках)"),
        ("a = 1\na = 2\nb = 3", "строка 2, столбец 6: этот ключ задан дважды"),
        ("[a]\n[a]", "строка 2, столбец 3: эта таблица задана дважды"),
        ('a = "x', "конец текста: кавычка не закрыта"),
        ("a = [1", "конец текста: скобка не закрыта"),
        ("a = 1 2", "строка 1, столбец 7: после значения стоит лишнее"),
        ("= 1", "строка 1, столбец 1: это не ключ и не таблица"),
        ('a = "C:\\q"', "строка 1, столбец 10: обратную косую черту надо удвоить"),
    ],
)
def test_the_place_of_a_fault_in_toml_is_said_in_words_of_ours(text, ru):
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)

    said = say_toml_error(caught.value)

    assert said.ru == ru
    assert re.match(r"(line \d+, column \d+|the end): [a-z]", said.en)


class Sized(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=2)
    count: int = Field(gt=0)
    share: float = Field(default=0.5, le=1.0)
    rows: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("given", "en", "ru"),
    [
        ({"name": "ab"}, "it is missing", "не задано"),
        ({"name": "a", "count": 1}, "the text is too short", "текст слишком короткий"),
        ({"name": "ab", "count": 0}, "it must be above 0", "должно быть больше 0"),
        ({"name": "ab", "count": "x"}, "a whole number is wanted", "нужно целое число"),
        ({"name": "ab", "count": 1, "share": 2}, "it must be at most 1.0", "не больше 1.0"),
        ({"name": "ab", "count": 1, "rows": 3}, "a list is wanted", "нужен список"),
        ({"name": "ab", "count": 1, "size": 3}, "there is no such key", "такого ключа нет"),
    ],
)
def test_a_refused_value_is_said_in_words_of_ours(given, en, ru):
    with pytest.raises(ValidationError) as caught:
        Sized.model_validate(given)

    said = say_value_error(caught.value.errors()[0])

    assert (said.en, said.ru.endswith(ru)) == (en, True)
