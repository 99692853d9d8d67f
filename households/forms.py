"""The files of households, links and needs as forms: fields with the usual headers, best first."""

from grids.forms import AREA_HEADERS, PHONE_HEADERS, SINCE_HEADERS, UNTIL_HEADERS, VILLAGE_HEADERS
from lib.tabular import Field, Form

_SERIAL = Field(
    "serial",
    (
        "户编号",
        "户号",
        "住户编号",
        "家庭编号",
        "户编码",
        "户籍编号",
        "台账编号",
        "农户编号",
        "编号",
    ),
    kind="serial",
)
_HEAD_HEADERS = (
    "户主", "户主姓名", "户主名称", "户主名", "户主（姓名）", "姓名", "居民姓名", "住户姓名",
    "农户姓名", "户名",
)  # fmt: skip
_ADDRESS = Field(
    "address",
    ("家庭住址", "家庭地址", "居住地址", "现住址", "现居住地", "现居住地址", "住址", "地址",
     "详细地址",
     "门牌号", "门牌地址", "居住地", "住所"),
)  # fmt: skip
_NEED_HEADERS = (
    "需求", "需求类别", "困难类型", "困难类别", "服务需求", "帮扶需求", "需求类型", "户情类别",
    "家庭困难类型",
    "关爱类型", "关爱类别", "救助类型", "救助类别", "困难情况", "特殊群体类型",
)  # fmt: skip

#: Kinds of seasonal places a file has columns for, and the word their headers begin with.
SEASONS = {"winter": "冬营地", "summer": "夏牧场", "between": "春秋营地"}

HOUSEHOLDS = Form(
    name="households",
    fields=(
        _SERIAL,
        Field("head", _HEAD_HEADERS, required=True),
        Field("phone", ("户主电话", "户主联系电话", "户主手机号", *PHONE_HEADERS), kind="phone"),
        _ADDRESS,
        Field("area", AREA_HEADERS, kind="area"),
        Field("village", VILLAGE_HEADERS),
        Field(
            "x",
            ("经度", "东经", "lon", "lng", "longitude", "X坐标", "X", "坐标X", "东坐标", "横坐标",
             "百度经度", "高德经度", "腾讯经度", "GPS经度", "经度坐标"),
            kind="coordinate",
        ),
        Field(
            "y",
            ("纬度", "北纬", "lat", "latitude", "Y坐标", "Y", "坐标Y", "北坐标", "纵坐标",
             "百度纬度", "高德纬度", "腾讯纬度", "GPS纬度", "纬度坐标"),
            kind="coordinate",
        ),
        *(
            Field(f"{kind}_{name}", tuple(f"{word}{end}" for end in ends), kind=read)
            for kind, word in SEASONS.items()
            for name, ends, read in (
                ("x", ("经度", "东经", "X坐标"), "coordinate"),
                ("y", ("纬度", "北纬", "Y坐标"), "coordinate"),
                ("months", ("月份", "居住月份", "时间"), "months"),
            )
        ),
        Field(
            "size",
            ("人口", "人口数", "家庭人口", "家庭人口数", "人数", "户内人数", "常住人口", "家庭人数",
             "家庭成员数", "成员数"),
            kind="int",
        ),
        Field(
            "residence",
            ("居住状态", "居住情况", "常住情况", "在家情况", "居住类型", "是否常住", "外出情况"),
        ),
        Field("needs", _NEED_HEADERS, kind="needs"),
        Field(
            "registered_on",
            ("登记日期", "登记时间", "采集日期", "录入日期", "建档日期", "建档时间", "填写日期",
             "日期"),
            kind="date",
        ),
        Field(
            "emergency",
            ("紧急联系人", "紧急联系人姓名", "应急联系人", "应急联系人姓名", "紧急联络人"),
        ),
        Field(
            "emergency_phone",
            ("紧急联系人电话", "紧急联系电话", "紧急联系人联系电话", "紧急联系人手机号",
             "应急联系电话",
             "应急联系人电话", "紧急电话", "紧急联系人联系方式"),
            kind="phone",
        ),
        Field(
            "relation",
            ("与户主关系", "与户主的关系", "与户主之关系", "户主关系", "家庭关系", "关系",
             "成员关系"),
            kind="relation",
        ),
    ),
)  # fmt: skip

LINKS = Form(
    name="links",
    fields=(
        _SERIAL,
        Field("head", _HEAD_HEADERS),
        _ADDRESS,
        Field("area", AREA_HEADERS, kind="area"),
        Field("village", VILLAGE_HEADERS),
        Field(
            "person",
            ("联系人", "联系人姓名", "联户长", "联户长姓名", "包联干部", "包联干部姓名", "包联人",
             "结对干部",
             "责任人", "帮扶责任人", "结对人", "联户人"),
            required=True,
        ),
        Field(
            "person_phone",
            ("联系人电话", "联系人联系电话", "联户长电话", "联户长联系电话", "联户长手机号",
             "包联干部电话",
             "干部电话", "责任人电话", *PHONE_HEADERS),
            kind="phone",
        ),
        Field("role", ("岗位", "联系岗位", "角色", "联系类型", "结对类型", "职务", "身份")),
        Field("since", (*SINCE_HEADERS, "结对日期", "结对时间", "联系起始日期"), kind="date"),
        Field("until", (*UNTIL_HEADERS, "解除日期"), kind="date"),
    ),
    telling=(frozenset({"person"}), frozenset({"role"}), frozenset({"serial", "head"})),
)  # fmt: skip

NEEDS = Form(
    name="needs",
    fields=(
        _SERIAL,
        Field("head", _HEAD_HEADERS),
        Field("phone", ("户主电话", "户主联系电话", *PHONE_HEADERS), kind="phone"),
        _ADDRESS,
        Field("area", AREA_HEADERS, kind="area"),
        Field("village", VILLAGE_HEADERS),
        Field(
            "needs",
            ("类别", "类型", *_NEED_HEADERS, "残疾类别", "残疾情况", "保障类别", "救助项目"),
            required=True,
            kind="needs",
        ),
        Field("persons", ("人数", "涉及人数", "人口数", "保障人数", "享受人数"), kind="int"),
        Field(
            "since",
            (*SINCE_HEADERS, "认定日期", "认定时间", "批准日期", "享受日期", "起始享受时间"),
            kind="date",
        ),
        Field("until", (*UNTIL_HEADERS, "到期日期", "有效期至"), kind="date"),
    ),
    telling=(frozenset({"needs"}), frozenset({"persons", "since", "until"})),
)  # fmt: skip
