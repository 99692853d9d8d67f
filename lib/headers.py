"""Headers of an office's sheet matched to the fields of a form; content that is never read.

A `Form` is plain data: its fields with the headers offices use for them, best first.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lib.values import Cell, text


@dataclass(frozen=True)
class Field:
    """A field of a form.

    kind: text, serial, phone, date, int, decimal, coordinate, yes_no, party, code, area (code or
    name), or one whose parser the caller of `rows.parse_table` brings (needs, relation).
    headers: usual headers, best first; of two columns for one field the better header is read.
    """

    name: str
    headers: tuple[str, ...]
    required: bool = False
    kind: str = "text"

    @property
    def label(self) -> str:
        """The best header that is no property name of a program."""
        return next((h for h in self.headers if not h.isascii()), self.headers[0])


@dataclass(frozen=True)
class Form:
    """What a kind of file may hold; `reads` names excluded subjects a field reads in part."""

    name: str
    fields: tuple[Field, ...]
    reads: frozenset[str] = frozenset()
    #: A file with one field of each of these groups may be of this form; () when none can tell.
    telling: tuple[frozenset[str], ...] = ()

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when the form has none."""
        return _by_name(self)[name]


@lru_cache(maxsize=32)
def _by_name(form: Form) -> dict[str, Field]:
    return {item.name: item for item in form.fields}


@dataclass(frozen=True)
class Column:
    """One column of a sheet: letter, header as shown, and its field (None when not read)."""

    index: int
    letter: str
    header: str
    field: str | None = None
    skipped: str | None = None
    note: str = ""


@dataclass
class Mapping:
    """Which column is which field, and what became of the other columns."""

    columns: list[Column]
    fields: dict[str, int]
    duplicates: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def unmatched(self) -> list[Column]:
        """Columns with a header that are neither read nor skipped."""
        return [c for c in self.columns if c.header and not c.field and not c.skipped]


@dataclass(frozen=True)
class Joined:
    """A header of one or more rows: the parts from top to bottom, equal neighbours once."""

    parts: tuple[str, ...]

    @property
    def shown(self) -> str:
        return "/".join(self.parts)


# Subject → (sentence for the preview, pattern over the normalised header).
EXCLUDED: dict[str, tuple[str, re.Pattern[str]]] = {
    "identity": (
        gettext_noop("National ID numbers are never stored."),
        re.compile(r"身份证|身份号|身份号码|证件号|证件编号|居民身份|护照|^证件$|idcard|idno"),
    ),
    "ethnicity": (gettext_noop("Ethnicity is never stored."), re.compile(r"民族|族别|族属")),
    "religion": (
        gettext_noop("Religion is never stored."),
        re.compile(r"宗教|信仰|信教|教派|教徒"),
    ),
    "politics": (
        gettext_noop("Political attitude is never stored."),
        re.compile(r"政治|党派|^(是否)?(中共)?(预备)?党员(身份)?$|是否.*党员|思想动态|入党"),
    ),
    "petition": (
        gettext_noop("Petitioning is never stored."),
        re.compile(r"信访|上访|访民|缠访|进京访|越级访"),
    ),
    "report": (
        gettext_noop("Reports of wrongdoing are never stored here."),
        re.compile(r"(?<!投诉)举报|检举"),
    ),
    "police": (
        gettext_noop("Policing categories are never stored."),
        re.compile(
            r"重点人(?!家)|重点对象|重点关注人|管控|稳控|涉稳|维稳|不稳定|前科|刑满|刑释|安置帮教|"
            r"吸毒|涉毒|戒毒|矫正|公安|涉恐|涉黑|涉邪|邪教|肇事|犯罪|违法|在逃|布控|拘留|羁押|在押|"
            r"服刑|风险等级|危险等级|风险人"
        ),
    ),
    "disability_card": (
        gettext_noop("The number of the disability card is never stored."),
        re.compile(r"残疾人?证|残联证|残证"),
    ),
    "account": (
        gettext_noop("Account and card numbers are not needed and not stored."),
        re.compile(r"银行|账号|帐号|账户|帐户|卡号|社保卡|医保卡|一卡通|开户行|存折"),
    ),
    "score": (
        gettext_noop("Scores and ratings of people are never stored."),
        re.compile(r"积分|评分|得分|信用|星级|排名|诚信|打分|红黑榜|黑名单"),
    ),
    "biometrics": (
        gettext_noop("Biometric and device data are never stored."),
        re.compile(r"指纹|人脸|虹膜|声纹|dna|imei|mac地址|轨迹|车牌"),
    ),
}
_IGNORED = frozenset({"序号", "行号", "错误说明", "whatiswrong", "no", "序"})
# Group headings that say nothing about whose value a column holds.
_NEUTRAL_GROUP = re.compile(
    r"^(户主|本户|住户|农户|农牧户|牧户|家庭|家庭户|居民|基本|所属|所在|地理|区域|行政区划|网格|"
    r"位置|坐标|定位|经纬度|居住|人口|住址|住房|登记|人员|联系|联系方式|任职|岗位|个人|结对|联户|来电人?|诉求人?|反映人|工单|热线)?"
    r"(信息|情况|资料|基本信息|基本情况|登记|状况|数据)?$"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|<[^<>]*>")
_REMARK = re.compile(r"\([^()]*(一致|相符|不填|不要|勿|非)[^()]*\)")
_NOISE = re.compile(r"[\s*:：、,，.。·_\-—/\\|\"'“”☆★()\[\]【】<>]+")


@lru_cache(maxsize=4096)
def normal(header: str) -> str:
    """A header without spaces, brackets and what stands in them, stars and full-width letters."""
    plain = unicodedata.normalize("NFKC", header)
    return _NOISE.sub("", _BRACKETS.sub("", plain)).lower()


def full(header: str) -> str:
    """As `normal`, but what stands in brackets is kept."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", header)).lower()


@lru_cache(maxsize=32)
def _synonyms(form: Form) -> dict[str, tuple[str, int]]:
    """Normalised header → field and rank (0 best)."""
    known: dict[str, tuple[str, int]] = {}
    for item in form.fields:
        for rank, header in enumerate((*item.headers, item.name)):
            known.setdefault(full(header), (item.name, rank))
            known.setdefault(normal(header), (item.name, rank))
    return known


def excluded(header: str, reads: Collection[str] = ()) -> str | None:
    """The excluded subject a header names, None when it may be read or ignored.

    A remark like （须与身份证一致） names no subject.
    """
    plain = full(_REMARK.sub("", unicodedata.normalize("NFKC", header)))
    for subject, (_reason, pattern) in EXCLUDED.items():
        if subject not in reads and pattern.search(plain):
            return subject
    return None


def _subject(header: Joined, reads: Collection[str] = ()) -> str | None:
    names = (*header.parts, "".join(header.parts))
    return next((subject for name in names if (subject := excluded(name, reads))), None)


def reason_text(subject: str) -> str:
    """The sentence for the preview: why a column of this subject is skipped."""
    return _(EXCLUDED[subject][0])


def match(header: str, form: Form) -> tuple[str, int] | None:
    """The field a single header names, with the rank of its synonym."""
    known = _synonyms(form)
    return known.get(full(header)) or known.get(normal(header))


def match_joined(header: Joined, form: Form) -> tuple[str, int] | None:
    """The field of a header; a sub-header alone counts only below a neutral group heading."""
    parts = header.parts
    if not parts:
        return None
    if len(parts) == 1:
        return match(parts[0], form)
    for start in range(len(parts)):
        stem = [re.sub(r"(信息|情况|资料)$", "", normal(p)) for p in parts[start:-1]]
        if any(not _NEUTRAL_GROUP.match(normal(p)) for p in parts[:start]):
            break
        found = match("".join([*stem, parts[-1]]), form)
        if found:
            return found
    if normal(parts[-1]) in _GENERIC_LEAF:
        return match(parts[0], form)
    return None


_GENERIC_LEAF = frozenset({"内容", "明细", "填写", "名称", "必填", "选填"})


def fields_named(headers: Collection[str], form: Form) -> set[str]:
    """The fields of a form that headers (as shown) name; excluded ones name none."""
    joined = [Joined(tuple(header.split("/"))) for header in headers if header]
    found = (match_joined(j, form) for j in joined if not _subject(j, form.reads))
    return {item[0] for item in found if item}


def recognise(
    headers: Sequence[Joined], form: Form, overrides: Dict[str, str] | None = None
) -> Mapping:
    """Match headers (left to right) to the fields of a form.

    overrides maps a field to a header as shown or to a column letter. Raises ValueError for an
    unknown field or column, and for a column of excluded content.
    """
    subjects = [_subject(header, form.reads) for header in headers]
    chosen: dict[str, tuple[int, int]] = {}
    duplicates: list[str] = []
    notes: dict[int, str] = {}
    claimed = _overridden(headers, subjects, form, overrides or {})
    for name, index in claimed.items():
        chosen[name] = (-1, index)
    for index, header in enumerate(headers):
        found = None if subjects[index] else match_joined(header, form)
        if found is None or index in claimed.values():
            continue
        name, rank = found
        if name not in chosen:
            chosen[name] = (rank, index)
            continue
        best, other = chosen[name]
        if rank == best:
            duplicates.append(name)
        loser = index
        if rank < best:
            chosen[name], loser = (rank, index), other
        notes[loser] = name
    fields = {name: index for name, (_rank, index) in chosen.items()}
    of_index = {index: name for name, index in fields.items()}
    columns = []
    for index, header in enumerate(headers):
        shown = header.shown
        if full(shown) in _IGNORED and index not in of_index:
            shown = ""
        columns.append(
            Column(
                index=index,
                letter=letter(index),
                header=shown,
                field=of_index.get(index),
                # A subject read in part is skipped where no field took the column.
                skipped=None if index in of_index else _subject(header),
                note=_("Another column is read for the same field.") if index in notes else "",
            )
        )
    missing = [item.name for item in form.fields if item.required and item.name not in fields]
    return Mapping(columns, fields, sorted(set(duplicates)), missing)


def _overridden(
    headers: Sequence[Joined], subjects: Sequence[str | None], form: Form, given: Dict[str, str]
) -> dict[str, int]:
    claimed: dict[str, int] = {}
    for name, wanted in given.items():
        if name not in _by_name(form):
            raise ValueError(
                _("There is no field “%(name)s”. Fields: %(fields)s.")
                % {"name": name, "fields": ", ".join(f.name for f in form.fields)}
            )
        if not wanted:
            continue
        index = find_column(headers, wanted)
        if index is None:
            continue
        subject = subjects[index]
        if subject:
            raise ValueError(
                _("The column “%(header)s” is not read: %(reason)s")
                % {"header": headers[index].shown, "reason": reason_text(subject)}
            )
        claimed[name] = index
    return claimed


def find_column(headers: Sequence[Joined], wanted: str) -> int | None:
    """The column (from 0) of a header as shown or of a letter, None when there is none."""
    for index, header in enumerate(headers):
        names = {header.shown, full(header.shown), *header.parts}
        if header.parts and (wanted in names or full(wanted) in names):
            return index
    if is_letter(wanted):
        index = 0
        for sign in wanted.upper():
            index = index * 26 + ord(sign) - 64
        return index - 1 if index <= len(headers) else None
    return None


def is_letter(wanted: str) -> bool:
    """Whether a text may be the letter of a column."""
    return bool(re.fullmatch(r"[A-Za-z]{1,3}", wanted))


@lru_cache(maxsize=1024)
def letter(index: int) -> str:
    """The letter of a column counted from 0: A, B, … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def join_header(rows: Sequence[Sequence[Cell]], width: int) -> list[Joined]:
    """Header rows (merged cells already filled) as one header per column."""
    joined = []
    for c in range(width):
        parts: list[str] = []
        for row in rows:
            part = text(row[c]) if c < len(row) else ""
            if part and (not parts or parts[-1] != part):
                parts.append(part)
        joined.append(Joined(tuple(parts)))
    return joined
