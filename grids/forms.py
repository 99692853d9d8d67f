"""The files of areas and staff as forms: fields with the headers offices use, best first."""

from lib.tabular import Field, Form

AREA_HEADERS = (
    "联户单元编码", "单元编码", "单元代码", "微网格编码", "网格编码", "网格代码", "所在网格编码",
    "所属网格编码",
    "网格编号", "区域编码", "区划编码", "行政区划代码", "区划代码", "区域代码", "村编码",
    "嘎查村编码",
    "村代码", "社区编码", "村（社区）编码", "编码", "代码", "所在网格", "所属网格", "网格名称",
    "网格",
    "联户单元", "所在单元", "微网格", "区域",
)  # fmt: skip
VILLAGE_HEADERS = (
    "嘎查村社区", "嘎查村（社区）", "嘎查村", "嘎查（村）", "嘎查", "行政村", "村（社区）",
    "村社区", "所在村",
    "所属村", "所在嘎查村", "所属嘎查村", "所在社区", "所属社区", "社区", "村名", "村居", "村委会",
    "居委会",
    "村",
)  # fmt: skip
PHONE_HEADERS = (
    "联系电话", "手机号码", "手机号", "手机", "电话号码", "电话", "联系方式", "联系号码",
    "移动电话",
)  # fmt: skip
SINCE_HEADERS = ("起", "开始日期", "起始日期", "开始时间", "起始时间", "自", "开始")
UNTIL_HEADERS = ("止", "结束日期", "终止日期", "截止日期", "结束时间", "截止时间", "至", "结束")

STAFF = Form(
    name="staff",
    fields=(
        Field(
            "name",
            ("姓名", "人员姓名", "工作人员", "联系人", "联户长", "联户长姓名", "网格员",
             "网格员姓名",
             "干部姓名", "包联干部", "名字"),
            required=True,
        ),
        Field("phone", PHONE_HEADERS, kind="phone"),
        Field(
            "role",
            ("岗位", "岗位名称", "角色", "职责", "担任岗位", "人员类别", "人员类型", "职务",
             "身份"),
            required=True,
        ),
        Field("area", AREA_HEADERS, kind="area"),
        Field("village", VILLAGE_HEADERS),
        Field(
            "organisation",
            ("单位", "所在单位", "工作单位", "单位名称", "所属单位", "部门", "所属部门",
             "包联单位"),
        ),
        Field("since", (*SINCE_HEADERS, "任职日期", "任职时间", "上任日期", "到岗日期"),
              kind="date"),
        Field("until", (*UNTIL_HEADERS, "离任日期", "离任时间", "离岗日期"), kind="date"),
        Field("background", ("来源", "联户长来源", "人员来源", "身份来源")),
        Field("selected_by", ("产生方式", "推选方式", "选任方式", "选配方式")),
        Field("skills", ("特长", "专长", "技能", "特长技能")),
        Field(
            "party",
            ("党员", "是否党员", "是否中共党员", "中共党员", "政治面貌"),
            kind="party",
        ),
        Field("max_links", ("上限", "联户上限", "最多户数", "联系户数上限", "包联上限"),
              kind="int"),
        Field("pairings", ("帮扶区域", "结对区域", "帮扶村", "结对村", "包联村", "帮扶区域编码",
                           "结对区域编码")),
    ),
    reads=frozenset({"politics"}),
    telling=(frozenset({"role"}), frozenset({"since", "until", "organisation", "max_links"})),
)  # fmt: skip

# Properties of a boundary file, best first.
AREA_CODE_PROPERTIES = (
    "code", "区域编码", "网格编码", "编码", "代码", "区划代码", "行政区划代码", "adcode", "xzqdm",
    "wgbm",
    "grid_code", "gridcode", "unit_code", "village_code",
)  # fmt: skip
AREA_NAME_PROPERTIES = (
    "name", "名称", "网格名称", "区域名称", "单元名称", "嘎查村", "村名", "社区名称", "xzqmc",
    "wgmc", "mc",
    "grid_name",
)  # fmt: skip
AREA_TYPE_PROPERTIES = ("type", "类型", "type_word", "类别")
