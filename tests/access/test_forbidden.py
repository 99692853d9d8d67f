"""What this software never holds: no column, choice, header, role or API field speaks of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from casework.importing import forms as matter_forms
from grids import forms as area_forms
from grids.defaults import ROLES
from households import forms as household_forms
from households.defaults import KINDS
from lib.headers import Form

OURS = (
    "accounts", "jobs", "grids", "households", "casework", "reports", "mapview", "desk",
    "residents",
)  # fmt: skip
ENGLISH = re.compile(
    r"(?<![a-z])(ethnic\w*|nationality|religio\w*|faith|politic\w*|petition\w*|appeal|police|"
    r"policing|crimin\w*|drugs?|detention|detained|prison\w*|sect|cult|id_?(number|card|no)|"
    r"national_?id|identity|passport|card_?(number|no)|disability_?card|bio_?metric\w*|"
    r"finger_?print|face_?(id|print)|dna|blood|imei|imsi|mac_?address|device|network_?activity|"
    r"score\w*|rank\w*|points|rating_of_person|credit\w*|check_?in|clock_?in|attendance|"
    r"tracks?|trajector\w*|diary|stability|key_?person)(?![a-z])"
)
CHINESE = re.compile(
    "民族|族别|宗教|信仰|教派|政治面貌|政治倾向|信访|上访|访民|公安|警|涉稳|维稳|重点人员|吸毒|涉毒|"
    "刑满|社区矫正|服刑|邪教|身份证|证件号|证号|残疾证|人脸|指纹|虹膜|血型|基因|积分|排名|排行|"
    "评分|打分|打卡|签到|轨迹|考勤|考核|征信|信用分|日志数"
)
#: The one fact about staff that the goal is defined by. Residents have no such field.
ABOUT_PARTY = {
    "grids.Person.party_member",
    "casework.Contact.made_by_party_member",
    "casework.AreaMetric.party_linked",
    "casework.AreaMetric.party_met",
    "casework.CommunityRegistration.members",  # a bare number of an organisation's staff
}
#: In the staff form alone, and of it only yes or no is read.
READ_AS_YES_OR_NO = {"政治面貌"}


def words_of_models() -> Iterator[tuple[str, str]]:
    """Names, verbose names, help texts and choices of every field of our models."""
    for model in (m for app in OURS for m in apps.get_app_config(app).get_models()):
        label = model._meta.label
        for language in ("en", "zh-hans"):
            with translation.override(language):
                yield label, f"{model.__name__} {model._meta.verbose_name}"
                for field in model._meta.get_fields():
                    parts = [field.name, getattr(field, "verbose_name", "")]
                    parts.append(getattr(field, "help_text", ""))
                    for value, text in getattr(field, "choices", None) or []:
                        parts += [value, text]
                    for part in parts:
                        yield f"{label}.{field.name}", str(part)


def every_form() -> list[Form]:
    modules = (area_forms, household_forms, matter_forms)
    return [item for module in modules for item in vars(module).values() if isinstance(item, Form)]


def faults(words: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (where, word)
        for where, word in words
        if ENGLISH.search(word.lower().replace(" ", "_")) or CHINESE.search(word)
    ]


@pytest.mark.parametrize(
    "word",
    ["ethnicity", "religion", "political attitude", "id number", "id_card", "score", "rank",
     "check-in".replace("-", "_"), "track", "民族", "身份证号", "积分", "签到", "信访"],
)  # fmt: skip
def test_the_walk_would_find_it(word: str) -> None:
    assert faults(iter([("somewhere", word)]))


def test_no_model_speaks_of_it() -> None:
    assert faults(words_of_models()) == []


def test_party_membership_is_a_fact_about_staff_alone() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if re.search("party|党", f"{field.name} {getattr(field, 'verbose_name', '')}")
        and not model.__name__.endswith("Event")
    }
    assert found == ABOUT_PARTY


def test_no_form_reads_a_column_of_it() -> None:
    forms = every_form()
    assert {form.name for form in forms} >= {"households", "links", "needs", "staff", "tickets"}
    headers = (
        (f"{form.name}.{field.name}", header)
        for form in forms
        for field in form.fields
        for header in (field.name, *field.headers)
        if not (form.name == "staff" and header in READ_AS_YES_OR_NO)
    )
    assert faults(headers) == []


def test_a_resident_has_no_party_column() -> None:
    for form in every_form():
        if form.name != "staff":
            assert not [f for f in form.fields if f.kind == "party" or "党员" in f.headers]


def test_no_role_or_need_kind_speaks_of_it() -> None:
    words = [("role", str(part)) for row in ROLES for part in row]
    words += [("need", str(part)) for row in KINDS for part in row]
    assert faults(iter(words)) == []


def test_no_api_field_speaks_of_it(db: None) -> None:
    schema = Client().get("/api/openapi.json").json()
    text = json.dumps(schema, ensure_ascii=False)
    names = ((f"openapi: {name}", name) for name in re.findall(r'"([A-Za-z_]{2,40})":', text))
    assert faults(names) == []
