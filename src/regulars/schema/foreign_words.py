"""What the system and other libraries say of a fault, in our words and in both languages."""

import errno
import os
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from regulars.schema.wording import Wording

__all__ = ["say_system_error", "say_toml_error", "say_value_error"]

_SYSTEM = {
    errno.ENOSPC: Wording(en="no space is left on the disk", ru="на диске не осталось места"),
    errno.EDQUOT: Wording(en="the disk quota is used up", ru="исчерпана дисковая квота"),
    errno.EACCES: Wording(en="permission is denied", ru="нет прав доступа"),
    errno.EPERM: Wording(en="the operation is not permitted", ru="операция не разрешена"),
    errno.EROFS: Wording(
        en="the file system is read-only", ru="файловая система только для чтения"
    ),
    errno.ENOENT: Wording(en="no such file or folder", ru="нет такого файла или папки"),
    errno.EISDIR: Wording(en="it is a folder", ru="это папка, а не файл"),
    errno.ENOTDIR: Wording(en="a part of the path is no folder", ru="часть пути — не папка"),
    errno.EEXIST: Wording(en="it exists already", ru="такое уже есть"),
    errno.EBUSY: Wording(en="it is in use", ru="занято другой программой"),
    errno.EMFILE: Wording(en="too many files are open", ru="открыто слишком много файлов"),
    errno.ENAMETOOLONG: Wording(en="the name is too long", ru="слишком длинное имя"),
    errno.EIO: Wording(en="the disk fails to read or write", ru="сбой чтения или записи диска"),
    errno.EFBIG: Wording(en="the file is too large", ru="файл слишком велик"),
}
_FAULT = Wording(en="the system reports a fault", ru="система сообщает о сбое")

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
# Beginnings of what tomllib says.
_TOML = {
    "Expected '=' after a key": Wording(
        en="a key must be followed by =", ru="после ключа должен стоять знак ="
    ),
    "Invalid value": Wording(
        en="this is no value (a text stands in quotes)",
        ru="это не значение (текст пишут в кавычках)",
    ),
    "Cannot overwrite a value": Wording(en="this key is given twice", ru="этот ключ задан дважды"),
    "Cannot declare": Wording(en="this table is given twice", ru="эта таблица задана дважды"),
    "Unterminated string": Wording(en="a quote is not closed", ru="кавычка не закрыта"),
    "Illegal character": Wording(
        en="a character that cannot stand here", ru="недопустимый здесь знак"
    ),
    "Unclosed array": Wording(en="a bracket is not closed", ru="скобка не закрыта"),
    "Expected newline or end of document": Wording(
        en="something stands behind the value", ru="после значения стоит лишнее"
    ),
    "Invalid statement": Wording(
        en="this is neither a key nor a table", ru="это не ключ и не таблица"
    ),
    "Invalid initial character": Wording(
        en="a key cannot begin so", ru="ключ не может так начинаться"
    ),
    "Unescaped": Wording(en="a backslash must be doubled", ru="обратную косую черту надо удвоить"),
}
_NO_TOML = Wording(en="this is not TOML", ru="это не TOML")

_VALUES = {
    "missing": Wording(en="it is missing", ru="не задано"),
    "extra_forbidden": Wording(en="there is no such key", ru="такого ключа нет"),
    "string_type": Wording(en="a text is wanted", ru="нужен текст"),
    "string_too_short": Wording(en="the text is too short", ru="текст слишком короткий"),
    "string_too_long": Wording(en="the text is too long", ru="текст слишком длинный"),
    "string_pattern_mismatch": Wording(en="the text has another form", ru="текст не той формы"),
    "int_type": Wording(en="a whole number is wanted", ru="нужно целое число"),
    "int_parsing": Wording(en="a whole number is wanted", ru="нужно целое число"),
    "int_from_float": Wording(en="a whole number is wanted", ru="нужно целое число"),
    "float_type": Wording(en="a number is wanted", ru="нужно число"),
    "float_parsing": Wording(en="a number is wanted", ru="нужно число"),
    "decimal_parsing": Wording(en="a number is wanted", ru="нужно число"),
    "finite_number": Wording(en="a finite number is wanted", ru="нужно конечное число"),
    "bool_type": Wording(en="true or false is wanted", ru="нужно true или false"),
    "bool_parsing": Wording(en="true or false is wanted", ru="нужно true или false"),
    "date_type": Wording(
        en="a date is wanted, as 2026-01-31", ru="нужна дата, например 2026-01-31"
    ),
    "date_parsing": Wording(
        en="a date is wanted, as 2026-01-31", ru="нужна дата, например 2026-01-31"
    ),
    "date_from_datetime_parsing": Wording(
        en="a date is wanted, as 2026-01-31", ru="нужна дата, например 2026-01-31"
    ),
    "list_type": Wording(en="a list is wanted", ru="нужен список"),
    "tuple_type": Wording(en="a list is wanted", ru="нужен список"),
    "too_short": Wording(en="there are too few entries", ru="слишком мало элементов"),
    "too_long": Wording(en="there are too many entries", ru="слишком много элементов"),
    "dict_type": Wording(en="a table is wanted", ru="нужна таблица"),
    "model_type": Wording(en="a table is wanted", ru="нужна таблица"),
}
# What is allowed stands in the error's own context.
_BOUNDS = {
    "greater_than": Wording(en="it must be above {gt}", ru="должно быть больше {gt}"),
    "greater_than_equal": Wording(en="it must be at least {ge}", ru="должно быть не меньше {ge}"),
    "less_than": Wording(en="it must be below {lt}", ru="должно быть меньше {lt}"),
    "less_than_equal": Wording(en="it must be at most {le}", ru="должно быть не больше {le}"),
    "literal_error": Wording(en="it must be one of {expected}", ru="допустимо: {expected}"),
    "enum": Wording(en="it must be one of {expected}", ru="допустимо: {expected}"),
}


def say_system_error(error: OSError) -> Wording:
    """Why the system refused, without a capital letter and without a point.

    Examples
    --------
    >>> said = say_system_error(OSError(errno.ENOSPC, "No space left on device"))
    >>> said.en, said.ru
    ('no space is left on the disk', 'на диске не осталось места')
    """
    said = _SYSTEM.get(error.errno or 0)
    if said is not None:
        return said
    if error.errno is None:
        return Wording(en=str(error), ru=f"{_FAULT.ru} ({error})") if str(error) else _FAULT
    number = f"errno {error.errno}"
    return Wording(en=f"{os.strerror(error.errno)} ({number})", ru=f"{_FAULT.ru} ({number})")


def say_toml_error(error: tomllib.TOMLDecodeError) -> Wording:
    r"""Where a TOML text is wrong, and how.

    Examples
    --------
    >>> try:
    ...     tomllib.loads("a = 1\nb 2")
    ... except tomllib.TOMLDecodeError as error:
    ...     said = say_toml_error(error)
    >>> said.en
    'line 2, column 3: a key must be followed by ='
    >>> said.ru
    'строка 2, столбец 3: после ключа должен стоять знак ='
    """
    text = str(error)
    place = _TOML_PLACE.search(text)
    said = next((one for begun, one in _TOML.items() if text.startswith(begun)), _NO_TOML)
    if place is None or place[1] is None:
        where, where_ru = "the end", "конец текста"
    else:
        where, where_ru = (
            f"line {place[1]}, column {place[2]}",
            f"строка {place[1]}, столбец {place[2]}",
        )
    return Wording(en=f"{where}: {said.en}", ru=f"{where_ru}: {said.ru}")


def say_value_error(entry: Mapping[str, Any]) -> Wording:
    """Why pydantic refused a value: one entry of `ValidationError.errors()`.

    Examples
    --------
    >>> said = say_value_error({"type": "greater_than", "ctx": {"gt": 0}, "msg": ""})
    >>> said.en, said.ru
    ('it must be above 0', 'должно быть больше 0')
    """
    kind = entry["type"]
    if kind in _VALUES:
        return _VALUES[kind]
    if kind in _BOUNDS:
        context = entry.get("ctx", {})
        bound = _BOUNDS[kind]
        return Wording(
            en=bound.en.format(**context), ru=bound.ru.format(**context).replace(" or ", " или ")
        )
    refused = entry.get("ctx", {}).get("error")
    if isinstance(refused, Exception):
        return Wording(en=str(refused), ru=getattr(refused, "ru", str(refused)))
    message = str(entry["msg"])
    return Wording(en=message[:1].lower() + message[1:], ru=f"значение не подходит ({kind})")
