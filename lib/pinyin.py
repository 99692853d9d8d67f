"""Initials of Chinese names for search: 包建国 → bjg."""

import unicodedata
from functools import lru_cache

# Surnames read otherwise than their commonest reading.
_SURNAMES = {
    "单": "s", "曾": "z", "解": "x", "仇": "q", "查": "z", "盖": "g", "区": "o", "覃": "q",
    "朴": "p", "翟": "z", "乐": "y", "繁": "p", "种": "c", "召": "s", "員": "y", "乜": "n",
    "尉": "w", "万": "w", "重": "c", "洗": "x", "冼": "x", "缪": "m", "折": "s", "黑": "h",
    "隗": "w", "祭": "z", "葛": "g", "那": "n", "卜": "b", "牟": "m", "石": "s",
}  # fmt: skip


class _Table(dict[int, str]):
    """For str.translate: a sign that is neither Chinese nor ASCII alphanumeric is left out."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        value = plain if plain.isascii() and plain.isalnum() else ""
        self[code] = value
        return value


@lru_cache(maxsize=1)
def _tables() -> tuple[_Table, dict[str, str]]:
    from pypinyin.pinyin_dict import pinyin_dict

    table = _Table()
    for code, readings in pinyin_dict.items():
        first = unicodedata.normalize("NFD", readings.partition(",")[0])[:1].lower()
        if first.isascii() and first.isalpha():
            table[code] = first
    # In names 长 is read cháng, as in 长江, 长生.
    table[ord("长")] = "c"
    for code in range(128):
        table[code] = chr(code).lower() if chr(code).isalnum() else ""
    return table, _SURNAMES


def initials(name: str) -> str:
    """Lower-case initials, one per character; letters and digits of ASCII kept, the rest left out.

    One table look-up per character, about a million names a second.
    """
    table, surnames = _tables()
    first = surnames.get(name[:1])
    if first:
        return first + name[1:].translate(table)
    return name.translate(table)
