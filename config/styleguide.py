"""What the style guide shows: every component in every state, with sample data of the demo city.

The words of the samples are data and stay Chinese in every language, like the names of courses.
"""

from typing import Any

from django import forms
from django.core.paginator import Paginator

SUBJECTS = [("taiji", "太极"), ("calligraphy", "书法"), ("erhu", "二胡"), ("choir", "合唱")]
WAYS = [("walk", "步行能到"), ("bus", "公交 30 分钟以内"), ("any", "远近都可以")]


class SampleForm(forms.Form):
    """One field of every kind that learners meet."""

    phone = forms.CharField(
        label="手机号",
        help_text="11 位，可以带空格，例如 138 0000 0000。",
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "size": 14}
        ),
        error_messages={"required": "请填写 11 位手机号"},
    )
    code = forms.CharField(
        label="短信里的 6 位数字",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 12}
        ),
        error_messages={"required": "请填写短信里的 6 位数字"},
    )
    way = forms.ChoiceField(
        label="您愿意走多远？",
        choices=WAYS,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个您愿意走的远近"},
    )
    subjects = forms.MultipleChoiceField(
        label="您想学什么？",
        help_text="可以选几个。",
        choices=SUBJECTS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    needs = forms.CharField(
        label="您还需要什么？",
        help_text="例如坐前排、有电梯。",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    film = forms.FileField(
        label="课堂录像", widget=forms.FileInput(attrs={"accept": "video/*"}), required=False
    )
    keep = forms.BooleanField(label="在这部手机上保持登录", required=False, initial=True)


def samples() -> dict[str, Any]:
    """The context of ``templates/styleguide.html``, the same at every call."""
    return {
        "sample_form": SampleForm(prefix="right", initial={"way": "walk", "subjects": ["taiji"]}),
        "form": SampleForm({"phone": ""}, prefix="wrong"),
        "person": {"name": "王秀英"},
        "crumbs": [("首页", "/"), ("找课程", "/courses/"), ("太极拳剑", "")],
        "seats": [
            {"state": "open", "left": 6},
            {"state": "few", "left": 2},
            {"state": "full", "waiting": 3},
            {"state": "soon", "opens": "9月1日 9:00"},
            {"state": "closed"},
        ],
        "facts": [
            ("校区", "滨江新村分校，离家 1.2 公里，步行约 18 分钟"),
            ("上课", "每周四上午 9:00–10:30"),
            ("教室", "3 楼 305，有电梯"),
            ("学费", "¥120（一学期）"),
        ],
        "answers": [
            ("想学的课", "太极拳剑（初级）", "#answers"),
            ("第一志愿", "滨江新村分校，周四上午", "#answers"),
            ("学员", "阿依古丽·买买提", ""),
        ],
        "tasks": [("想学什么", "#tasks", True), ("哪几天有空", "#tasks", False)],
        "half_days": [("am", "上午", True), ("pm", "下午", False)],
        "in_force": [("去掉“上午”", "#choices"), ("去掉“有名额的”", "#choices")],
        "nothing_found": [("去掉“星期六”，有 4 个班", "#empty")],
        "table_rows": [
            ("滨江新村分校", "周四 9:00–10:30", "何老师", {"state": "open", "left": 6}),
            ("东门社区分校", "周二 14:00–15:30", "林老师", {"state": "full", "waiting": 3}),
        ],
        "list_page": Paginator(range(100), 12).page(4),
    }
