"""A cell of needs, as departments write it: 残疾(肢体2级)、独居、低保2人."""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.values import Cell, Clear, blank
from lib.values import text as cell_text


class Variant(TextChoices):
    """Grade or form of a need as people read it; the labels of its kinds say it, too."""

    DISPERSED = "dispersed", gettext_lazy("supported at home")
    CENTRAL = "central", gettext_lazy("supported in care")
    SEVERE = "severe", gettext_lazy("grade 1-2")
    OTHER = "other", gettext_lazy("grade 3-4")
    LIGHT = "light", gettext_lazy("light loss of ability")
    MEDIUM = "medium", gettext_lazy("medium loss of ability")
    HEAVY = "heavy", gettext_lazy("heavy loss of ability")
    FULL = "full", gettext_lazy("complete loss of ability")


@dataclass(frozen=True)
class NeedMention:
    """One need of a cell: code, variant ('' where the kind has none), disability type 1-7 or None,
    number of persons."""

    code: str
    variant: str = ""
    type: int | None = None
    persons: int = 1


# Code → label as shown and the words offices write; the first word is the one to suggest.
NEEDS: dict[str, tuple[str, ...]] = {
    "DIBAO": ("低保", "最低生活保障", "低保户", "城市低保", "农村低保", "低保家庭"),
    "DIBIAN": ("低保边缘家庭", "低保边缘", "低边", "低保边缘户", "低收入家庭"),
    "GANGXING": ("刚性支出困难家庭", "刚性支出", "刚性支出困难", "支出型困难", "支出型困难家庭"),
    "TEKUN": ("特困", "特困供养", "特困人员", "特困户", "五保", "五保户", "供养"),
    "JIANCE": ("监测户", "监测对象", "防返贫监测", "防返贫监测户", "监测"),
    "CANJI": ("残疾", "残疾人", "残疾户", "残疾家庭"),
    "DABING": ("重大疾病", "大病", "重病", "重病户", "大病户", "重特大疾病"),
    "DUJU": ("独居", "独居老人", "独居老年人"),
    "KONGCHAO": ("空巢", "空巢老人", "空巢家庭", "空巢老年人"),
    "LIUSHOU_OLD": ("留守老人", "留守老年人"),
    "GAOLING": ("高龄", "高龄老人", "80岁以上", "80岁以上老人", "八十岁以上"),
    "SHINENG": ("失能", "失能失智", "失智", "失能老人", "失能人员", "失能失智老人"),
    "JISHENG": (
        "计划生育特殊家庭老人", "计划生育特殊家庭", "计生特殊家庭", "计生特殊家庭老人", "失独",
        "失独家庭",
        "失独老人",
    ),
    "LIUSHOU_CHILD": ("留守儿童",),
    "KUNJING": ("困境儿童",),
    "GUER": ("孤儿", "孤儿和事实无人抚养儿童", "事实无人抚养儿童", "事实孤儿"),
    "SHIYE": ("就业困难人员", "就业困难", "失业", "就业帮扶"),
    "CHANYE": ("有产业发展意愿", "产业发展意愿", "产业发展", "产业需求"),
    "ZHENGCE": ("需政策解读", "政策解读", "政策咨询"),
    "LINSHI": ("突发困难", "临时救助", "突发困难、临时救助", "临时困难", "急难"),
}  # fmt: skip
DISABILITY_TYPES = {"视力": 1, "听力": 2, "言语": 3, "肢体": 4, "智力": 5, "精神": 6, "多重": 7}
_TYPE_WORDS = {**DISABILITY_TYPES, "语言": 3}
_GRADES = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_CARE = {
    "dispersed": "dispersed",
    "central": "central",
    "分散供养": "dispersed",
    "集中供养": "central",
    "分散": "dispersed",
    "集中": "central",
}
_DEGREES = {
    "light": "light",
    "medium": "medium",
    "heavy": "heavy",
    "full": "full",
    "完全": "full",
    "全": "full",
    "重度": "heavy",
    "中度": "medium",
    "轻度": "light",
    "重": "heavy",
    "中": "medium",
    "轻": "light",
}
VARIANTS = {
    "CANJI": ("severe", "other"),
    "TEKUN": ("dispersed", "central"),
    "SHINENG": ("light", "medium", "heavy", "full"),
}
_OF_WORD = {word: code for code, words in NEEDS.items() for word in words}
_OF_WORD |= {code: code for code in NEEDS}
_NONE = frozenset({"无", "否", "没有", "暂无", "无需求", "暂无需求", "正常", "NONE"})
_SEPARATORS = frozenset("、,;/+ \n\t|和")
_PERSONS = re.compile(r"[x×*]?(\d{1,2})\s*[人名个位]$")


def parse_needs(text: str) -> list[NeedMention]:
    """The needs a cell names, in order; an empty cell or 无 names none.

    Codes or Chinese labels with a detail in brackets or before the word (二级肢体残疾),
    separated by
    、 ， ； / or spaces. Raises ValueError that names the unknown word and what is allowed.
    """
    plain = unicodedata.normalize("NFKC", text).replace("【", "(").replace("】", ")")
    plain = plain.replace("突发困难、临时救助", "突发困难")
    mentions: list[NeedMention] = []
    for word in _split(plain):
        if word.upper() in _NONE:
            continue
        mention = _mention(word)
        # Two disabled persons are two mentions; any other word twice is a slip of the pen.
        if mention not in mentions or mention.code in VARIANTS:
            mentions.append(mention)
    return mentions


def _split(plain: str) -> list[str]:
    words, word, depth = [], "", 0
    for sign in plain:
        depth += (sign == "(") - (sign == ")")
        if depth <= 0 and sign in _SEPARATORS:
            words.append(word)
            word = ""
        else:
            word += sign
    words.append(word)
    return [word.strip("。.") for word in words if word.strip("。.")]


def _mention(word: str) -> NeedMention:
    rest, persons = word, 1
    found = _PERSONS.search(rest)
    if found:
        rest, persons = rest[: found.start()], int(found[1])
    label, bracket, detail = rest.partition("(")
    detail = detail.replace(")", "").strip() if bracket else ""
    inner = _PERSONS.search(detail)
    if inner:
        detail, persons = detail[: inner.start()].strip(",，"), int(inner[1])
    if persons < 1:
        raise ValueError(_("“%s” names no person.") % word[:40])
    label = label.strip().strip(":")
    code = _OF_WORD.get(label) or _OF_WORD.get(label.upper())
    if code is None:
        code, before = _with_detail_in_word(label)
        detail = before + detail
    if code is None:
        raise ValueError(
            _("“%(word)s” is no support need. Allowed: %(labels)s.")
            % {"word": word[:40], "labels": "、".join(words[0] for words in NEEDS.values())}
        )
    variant, kind = _detail(code, detail, word)
    return NeedMention(code, variant, kind, persons)


def _with_detail_in_word(label: str) -> tuple[str | None, str]:
    """A word with its detail before or after it: 二级肢体残疾, 残疾2级, 重度失能."""
    for code in ("CANJI", "TEKUN", "SHINENG"):
        for known in sorted(NEEDS[code], key=len, reverse=True):
            if known in label:
                detail = label.replace(known, "", 1).strip(":-")
                if detail and _understood(code, detail):
                    return code, detail
    if _TYPE_GRADE.fullmatch(label) and any(word in label for word in _TYPE_WORDS):
        return "CANJI", label
    return None, ""


_TYPE = "|".join(_TYPE_WORDS)
_TYPE_GRADE = re.compile(
    rf"(?:[1-4一二三四]级|[重轻中]度)?({_TYPE})?(?:残疾?)?[,，:]?(?:[1-4一二三四]级|[重轻中]度)?"
)


def _understood(code: str, detail: str) -> bool:
    if code == "CANJI":
        return bool(_TYPE_GRADE.fullmatch(detail))
    return detail in (_CARE if code == "TEKUN" else _DEGREES)


def _detail(code: str, detail: str, word: str) -> tuple[str, int | None]:
    """Variant and disability type of a detail; ValueError when it is not understood."""
    detail = re.sub(r"[\s,，、]", "", detail)
    lower = detail.lower()
    if code == "CANJI":
        if lower in VARIANTS["CANJI"]:
            return lower, None
        if not _TYPE_GRADE.fullmatch(detail):
            raise ValueError(
                _("“%s”: write the kind and grade of a disability as 残疾(肢体2级).") % word[:40]
            )
        kind = next((number for name, number in _TYPE_WORDS.items() if name in detail), None)
        grade = re.search(r"([1-4一二三四])级", detail)
        severe = _GRADES[grade[1]] <= 2 if grade else "重度" in detail
        return ("severe" if severe else "other"), kind
    if code == "TEKUN":
        care = _CARE.get(lower.removesuffix("人员"))
        if care is None:
            message = _("“%s”: write 特困(分散) or 特困(集中).")
            raise ValueError(message % word[:40])
        return care, None
    if code == "SHINENG":
        degree = _DEGREES.get(lower)
        if degree is None:
            message = _("“%s”: write 失能(轻), 失能(中), 失能(重) or 失能(完全).")
            raise ValueError(message % word[:40])
        return degree, None
    if detail:
        raise ValueError(
            _("“%s”: this need takes no detail in brackets; diagnoses are not stored.") % word[:40]
        )
    return "", None


def needs_text(mentions: list[NeedMention]) -> str:
    """A cell that `parse_needs` reads back as these needs (grade 2 or 3 for the severity).

    The type of a disability is left out: it is never exported, and a cell without it leaves the
    type on record as it is.
    """
    return "、".join(_word(mention) for mention in mentions)


def _word(mention: NeedMention) -> str:
    label, detail = NEEDS[mention.code][0], ""
    if mention.code == "CANJI":
        detail = "2级" if mention.variant == "severe" else "3级"
    elif mention.variant:
        shown = {"dispersed": "分散", "central": "集中", "light": "轻", "medium": "中"}
        detail = shown.get(mention.variant) or {"heavy": "重", "full": "完全"}[mention.variant]
    persons = f"{mention.persons}人" if mention.persons > 1 else ""
    return label + (f"({detail})" if detail else "") + persons


def parse_needs_cell(cell: Cell) -> list[NeedMention] | Clear | None:
    """`parse_needs` as a parser of cells: None when empty, CLEAR for a dash, [] for 无."""
    gone = blank(cell)
    return parse_needs(cell_text(cell)) if gone is False else gone
