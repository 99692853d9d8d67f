"""The export of the hotline 12345 as a form, and the words its cells use."""

from __future__ import annotations

import re

from casework.models import Issue
from grids.forms import AREA_HEADERS, PHONE_HEADERS, VILLAGE_HEADERS
from lib.headers import EXCLUDED
from lib.tabular import Field, Form

TICKET_HEADERS = (
    "工单编号", "工单号", "12345工单号", "12345工单编号", "热线工单号", "诉求编号", "受理编号",
    "受理单号", "工单流水号", "流水号", "业务编号", "事项编号", "件号", "编号",
)  # fmt: skip

TICKETS = Form(
    name="tickets",
    fields=(
        Field("ticket", TICKET_HEADERS, required=True, kind="ticket"),
        Field(
            "title",
            ("诉求标题", "工单标题", "标题", "诉求主题", "事项标题", "诉求事项", "主题", "事由",
             "诉求摘要"),
        ),
        Field(
            "text",
            ("诉求内容", "工单内容", "诉求描述", "问题描述", "反映内容", "事项内容", "具体内容",
             "主要内容", "诉求详情", "内容", "来电内容"),
        ),
        Field(
            "kind",
            ("诉求类型", "工单类型", "诉求性质", "受理类型", "业务类型", "事项类型", "来电类型",
             "诉求类别", "工单类别", "投诉举报类型"),
        ),
        Field(
            "subject",
            ("诉求分类", "问题分类", "事项分类", "内容分类", "归口分类", "一级分类", "诉求一级分类",
             "问题类别", "所属领域", "分类"),
        ),
        Field(
            "topic",
            ("二级分类", "诉求二级分类", "诉求小类", "三级分类", "末级分类", "分类编码"),
        ),
        Field(
            "registered",
            ("受理时间", "受理日期", "来电时间", "登记时间", "诉求时间", "创建时间", "派单时间",
             "转办时间", "交办时间"),
            kind="moment",
        ),
        Field(
            "limit",
            ("办理期限", "办结期限", "办理时限", "限办时间", "要求办结时间", "办结时限", "截止时间",
             "截止日期", "到期时间", "反馈期限", "回复期限", "处理期限"),
            kind="moment",
        ),
        Field(
            "caller",
            ("来电人", "来电人姓名", "诉求人", "诉求人姓名", "反映人", "联系人", "市民姓名",
             "姓名"),
        ),
        Field("phone", ("来电号码", "来电电话", "诉求人电话", "回访电话", *PHONE_HEADERS)),
        Field(
            "secret",
            ("是否保密", "保密", "信息保密", "是否匿名", "来电人信息保密"),
            kind="yes_no",
        ),
        Field(
            "place",
            ("事发地址", "事发地点", "诉求地址", "问题地址", "诉求地点", "事件地址", "发生地址",
             "详细地址", "地址"),
        ),
        Field("area", ("所属网格/村", "网格/村", *AREA_HEADERS), kind="area"),
        Field("village", VILLAGE_HEADERS),
        Field("urgent", ("紧急程度", "紧急级别", "缓急程度", "工单等级", "是否紧急", "优先级")),
        Field("state", ("工单状态", "办理状态", "处理状态", "办件状态", "当前状态", "状态")),
        Field(
            "unit",
            ("办理单位", "承办单位", "主办单位", "处理单位", "责任单位", "办理部门", "承办部门",
             "处办单位"),
        ),
        Field("people", ("涉及人数", "人数", "反映人数"), kind="int"),
    ),
    telling=(
        frozenset({"ticket"}), frozenset({"title", "text"}),
        frozenset({"kind", "limit", "registered"}),
    ),
)  # fmt: skip

TOPICS = Form(
    name="topics",
    fields=(
        Field(
            "subject",
            ("一级分类", "一级类别", "事项大类", "大类", "所属大类", "诉求分类", "类别", "分类"),
            required=True,
        ),
        Field(
            "label",
            (
                "二级分类",
                "二级类别",
                "事项小类",
                "小类",
                "事项名称",
                "诉求事项",
                "末级分类",
                "名称",
            ),
            required=True,
        ),
        Field("code", ("事项编码", "分类编码", "事项代码", "编码", "代码"), kind="serial"),
        Field(
            "department",
            ("承办部门", "办理部门", "主办部门", "责任部门", "承办单位", "办理单位", "责任单位"),
        ),
    ),
)
#: The workbook of a department's inbox: what it fills in stands last.
ANSWERS = Form(
    name="answers",
    fields=(
        Field("key", ("系统编号",), required=True),
        Field("version", ("版本",), kind="int"),
        Field("result", ("办理结果", "办结结果", "处理结果")),
        Field("note", ("答复", "答复内容", "办理情况", "回复内容")),
        Field("done_on", ("办结日期", "办结时间", "完成日期"), kind="date"),
    ),
    telling=(frozenset({"key"}), frozenset({"version"}), frozenset({"result", "note"})),
)
#: Words of 办理结果; 签收 says that the matter was received and is being worked on.
RESULTS = {
    "已解决": Issue.Result.SOLVED, "解决": Issue.Result.SOLVED, "办结": Issue.Result.SOLVED,
    "已办结": Issue.Result.SOLVED, "部分解决": Issue.Result.PARTLY,
    "解释答复": Issue.Result.EXPLAINED, "解释": Issue.Result.EXPLAINED,
}  # fmt: skip
RECEIVED = ("签收", "已签收", "办理中", "在办")
#: Words of 诉求类型, looked for in this order within the cell.
KINDS: tuple[tuple[str, str], ...] = (
    ("纠纷", Issue.Kind.DISPUTE), ("投诉", Issue.Kind.COMPLAINT), ("求助", Issue.Kind.HELP),
    ("求决", Issue.Kind.HELP), ("诉求", Issue.Kind.HELP), ("申请", Issue.Kind.HELP),
    ("报修", Issue.Kind.HELP), ("服务", Issue.Kind.HELP), ("建议", Issue.Kind.SUGGESTION),
    ("意见", Issue.Kind.SUGGESTION), ("咨询", Issue.Kind.CONSULT), ("其他", Issue.Kind.HELP),
    ("其它", Issue.Kind.HELP),
)  # fmt: skip
#: Words of 诉求分类 where no topic of the county carries the name.
SUBJECTS: tuple[tuple[str, str], ...] = (
    (r"教育|学校|校园|幼儿|招生", Issue.Subject.EDUCATION),
    (r"医疗|卫生健康|医保|医院|疫", Issue.Subject.MEDICAL),
    (r"养老|老年|老龄", Issue.Subject.ELDERLY),
    (r"就业|劳动|社保|社会保险|工资|欠薪|人社", Issue.Subject.EMPLOYMENT),
    (r"救助|低保|民政|残疾|优抚|退役", Issue.Subject.ASSISTANCE),
    (r"农|牧|林草|草场|水利|养殖|种植", Issue.Subject.FARMING),
    (r"销售|销路|市场|商贸", Issue.Subject.SALES),
    (r"供水|供电|供热|供暖|供气|燃气|水电|停水|停电|自来水|用电|取暖", Issue.Subject.UTILITIES),
    (r"交通|道路|公路|路灯|公交|客运|停车", Issue.Subject.TRAFFIC),
    (r"环境|环保|环卫|垃圾|污水|噪音|噪声|市容|保洁", Issue.Subject.ENVIRONMENT),
    (r"住房|房屋|物业|房产|危房|拆迁|住建|城乡建设", Issue.Subject.HOUSING),
)
_HOTLY = re.compile(r"^(特急|紧急|加急|急件|急|特别紧急|非常紧急|一级|高|是|红色)$")
#: Of the excluded subjects, those whose words in 诉求类型 or 诉求分类 keep a row out.
_ROWS_OUT = ("petition", "religion", "ethnicity")


def kind_of(word: str) -> str | None:
    """The kind of matter a cell names, None for a word that names none."""
    if word in Issue.Kind.values:
        return word
    return next((kind for part, kind in KINDS if part in word), None)


def subject_of(word: str) -> str:
    """The subject a cell names: its own label first, then the words offices use, else other."""
    return next((subject for words, subject in SUBJECTS if re.search(words, word)), "other")


def is_urgent(word: str) -> bool:
    """Whether 紧急程度 means within 24 hours."""
    return bool(_HOTLY.match(word))


def never_stored(kind: str, subject: str, told: str) -> str | None:
    """The excluded subject a row is of, None when it may be stored.

    A report of wrongdoing (举报) is told where to turn; 投诉举报 is one only where the matter
    itself says so. ``told`` is title and description.
    """
    if ("举报" in kind or "举报" in subject) and ("投诉" not in kind or "举报" in told):
        return "report"
    return next((s for s in _ROWS_OUT if EXCLUDED[s][1].search(kind + subject)), None)
