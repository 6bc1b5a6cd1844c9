"""Everything a person reads can be read in three languages, and is said in one voice."""

import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.template.loader import render_to_string
from django.utils import translation

from config import env
from config.embedded import catalogues
from config.translation import catalogue
from config.translation.borrowed import BORROWED

LOCALES = ("zh_Hans", "zh_Hant")
HAN = r"[\u3400-\u9fff]"
LONGEST_SENTENCE = 25
# Never said on screen: shorthand, jargon, and words that put the blame on the reader.
FORBIDDEN = [
    r"(?<![A-Za-z])(APP|App|app|ID|OK|VIP|SMS|URL|PIN|FAQ|Email)(?![A-Za-z])",
    *("点击", "点此", "点这里", "了解更多", "更多", "出错了", "哎呀", "亲，"),
    *("操作成功", "操作失败", "成功地", "格式不正确", "格式错误", "无效", "非法", "不合法"),
    *("未知错误", "系统错误", "内部错误", "权限不足", "请求", "您们", "请输入", "该用户", "该项"),
]
# Whole labels that do not say where they lead.
EMPTY_LABELS = {"查看", "详情", "更多", "确定", "提交", "这里", "继续"}
# One word for each thing: the word we use, and those we do not use beside it.
ONE_WORD = {
    "报名": ["选课", "预约", "预订", "注册", "申请课程"],
    "候补": ["候选", "轮候", "等待名单", "等候名单", "排队等"],
    "退班": ["退课", "退选", "取消报名"],
    "校区": ["校园", "学区"],
    "班": ["课班", "开课班", "班次"],
    "名额": ["席位", "空缺", "名次", "库存"],
    "学员": ["学生", "客户", "会员", r"用户(?!名)"],
    "老师": ["教师", "讲师", "授课人"],
    "窗口": ["柜台", "前台", "服务台"],
    "缴费": ["付费", r"支付(?!宝)", "交费", "付款", "订单"],
    "账号": ["账户", "帐户", "帐号"],
    "手机号": ["手机号码", "电话号码"],
    "验证码": ["校验码", "动态码", "一次性密码"],
    "回放": ["重播", "录播", "点播"],
    "课表": ["课程表", "日程表"],
    "公告": ["新闻", "资讯"],
    "怎么走": ["导航", "路线"],
    "短信": ["讯息", "简讯"],
}
# Templates whose words are not translated, and why.
UNTRANSLATED = {
    "styleguide.html": "samples of text for those who build pages",
    "components/html_lang.txt": "codes of languages",
    "components/form_error_id.txt": "the id of an element",
}
READ_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder"}
# Chinese in code: letters, what people answer to them, samples of the CMS, search by pinyin.
CHINESE_IN_CODE = {
    "accounts/models/naming.py",
    "campus/blocks.py",
    "courses/domain/search.py",
    "enrolment/domain/money/capitals.py",  # what a cashier writes on paper
    "enrolment/domain/replies.py",
    "enrolment/domain/typed.py",  # reads what people type
    "enrolment/domain/verify.py",  # runs alone at an outsider's: one file, two languages
    "enrolment/notifications/forms.py",
    "enrolment/notifications/money.py",
    "enrolment/notifications/refunds.py",
    "enrolment/notifications/replies.py",
    "enrolment/notifications/seats.py",
    "livestream/delivery/wsgi.py",
}


@pytest.fixture(scope="module")
def found() -> Catalog:
    return catalogue.found_in(env.ROOT)


def known(locale: str) -> Catalog:
    return catalogue.read(catalogue.path_of(env.ROOT, locale), locale)


def translated(locale: str) -> Iterator[tuple[Message, str, str]]:
    """Every translation with the longest form of what it translates."""
    for message in known(locale):
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else message.string
            for string in strings:
                yield message, ids[-1], string


@pytest.mark.parametrize("locale", LOCALES)
def test_no_string_is_without_chinese(locale, found):
    assert catalogue.missing(known(locale), found) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_string_is_kept_that_nobody_says_any_more(locale, found):
    kept = {message.id for message in known(locale) if message.id}

    assert kept - {message.id for message in found} == set()


def test_the_check_finds_a_string_that_nobody_translated(found):
    """Control: an unknown string must be reported."""
    more = Catalog()
    more.add("A sentence nobody translated")

    assert catalogue.missing(known("zh_Hans"), more) == ["A sentence nobody translated"]


def test_traditional_is_made_from_simplified_except_where_written_by_hand():
    made = catalogue.in_traditional(known("zh_Hans"), known("zh_Hant"))

    assert {(one.id, one.string) for one in made if one.id} == {
        (one.id, one.string) for one in known("zh_Hant") if one.id
    }


def test_a_line_written_by_hand_is_kept():
    simplified, written = Catalog(locale="zh_Hans"), Catalog(locale="zh_Hant")
    simplified.add("the tower", "钟楼")
    simplified.add("declare", "请签健康承诺书")
    written.add("the tower", "鐘塔", user_comments=[catalogue.BY_HAND])
    written.add("declare", "an older line")

    made = catalogue.in_traditional(simplified, written)

    assert [(one.id, one.string) for one in made if one.id] == [
        ("the tower", "鐘塔"),
        ("declare", "請簽健康承諾書"),
    ]


PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%(%)|<(/?\w+)")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_keeps_the_placeholders_of_its_string(locale):
    strange = [
        (wanted, said)
        for message, wanted, said in translated(locale)
        if message.id not in BORROWED
        and sorted(set(PLACES.findall(said))) != sorted(set(PLACES.findall(wanted)))
    ]

    assert strange == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_is_read_with_one_plural_form_by_the_start(locale):
    packed = catalogues.pack(catalogues.read(catalogue.path_of(env.ROOT, locale)))
    words = gettext.GNUTranslations(BytesIO(packed))
    said = [words.ngettext("%(number)s course", "%(number)s courses", n) for n in (1, 2)]

    assert (
        said
        == [
            catalogue.in_our_reading("%(number)s 门课")
            if locale == "zh_Hant"
            else "%(number)s 门课"
        ]
        * 2
    )


def in_locale(locale: str, pattern: str) -> str:
    return pattern if locale == "zh_Hans" else catalogue.in_our_reading(pattern)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_shorthand_no_jargon_no_blame(locale):
    never = re.compile("|".join(in_locale(locale, pattern) for pattern in FORBIDDEN))

    assert [said for _message, _id, said in translated(locale) if never.search(said)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_label_says_where_it_leads(locale):
    empty = {in_locale(locale, label) for label in EMPTY_LABELS}

    assert [(said, one) for _message, one, said in translated(locale) if said in empty] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("ours", ONE_WORD)
def test_each_thing_has_one_word(ours, locale):
    others = (in_locale(locale, other) for other in ONE_WORD[ours])
    # Ours may contain what is banned beside it, as 帳號 does in traditional characters.
    never = re.compile("|".join(other for other in others if other != in_locale(locale, ours)))

    assert [said for _message, _id, said in translated(locale) if never.search(said)] == []


# Answers to a number of which nothing else is sure; who shares a list stands in its lines.
# About a form of the term or the list, with all its classes.
ABOUT_A_LIST = {
    "objection_upheld",
    "objection_answered",
    *("form_by_helper", "form_change", "form_joined", "form_rejected", "form_submit"),
    *("form_undo", "form_withdraw", "goes_on_alone", "stepped_out"),
}
TO_A_NUMBER = {"reply_not_understood", "reply_no_step", "reply_nothing_open", "reply_which"}
# To whoever is asked to pay for somebody: nothing about the learner. To staff about their work.
NAMES_NOBODY = {"fee_asked": {"school", "code", "phone"}, "fee_disputed": {"school", "code"}}
LETTERS = sorted((env.ROOT / "templates/enrolment/letters").glob("*.txt"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_a_letter_names_the_person_and_the_phone_in_the_words_of_the_screen(path):
    letter = path.read_text(encoding="utf-8")
    others = [other for words in ONE_WORD.values() for other in words]

    said = (
        {"school", "phone"} if path.stem in TO_A_NUMBER else {"school", "name", "class", "phone"}
    )
    if path.stem in ABOUT_A_LIST:
        said = {"school", "name", "phone"}
    said = NAMES_NOBODY.get(path.stem, said)
    assert said <= set(re.findall(r"\{\{ (\w+) \}\}", letter))
    assert re.findall("|".join(FORBIDDEN + others), letter) == []


def length(sentence: str) -> int:
    """How long a sentence is to read: characters; a word in Latin letters or figures is one."""
    bare = re.sub(r"<[^>]+>|%\(\w+\)[sd]|\{\w*\}", "", sentence)
    words = re.sub(r"[A-Za-z0-9+.%]+", "x", bare)
    return len(re.findall(rf"{HAN}|x", words))


def test_sentences_are_short():
    long = [
        sentence
        for _message, _id, said in translated("zh_Hans")
        for sentence in re.split(r"[。！？；\n]", said)
        if length(sentence) > LONGEST_SENTENCE
    ]

    assert long == []


SEATS = {
    "open": "有名额（剩 6）",
    "few": "快满了（剩 2）",
    "full": "已满，可候补（前面 3 人）",
    "soon": "还没开始报名（9月1日 9:00 起）",
    "closed": "报名已结束",
}


@pytest.mark.parametrize("state", SEATS)
def test_seats_are_said_in_one_closed_set_of_words(state):
    left = 2 if state == "few" else 6
    facts = {"state": state, "left": left, "waiting": 3, "opens": "9月1日 9:00"}
    with translation.override("zh-hans"):
        page = render_to_string("components/seat_words.html", facts)

    assert "".join(Words(page).words).strip() == SEATS[state]


class Words(HTMLParser):
    """The words of a page: text between tags, and the attributes that are read aloud."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"script", "style", "svg"}
        self.words += [value for name, value in attrs if name in READ_ATTRIBUTES and value]

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style", "svg"}

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


def untranslated(template: str) -> list[str]:
    """Words of a template that no translation tag holds."""
    bare = re.sub(
        r"\{%\s*blocktrans(late)?\b.*?endblocktrans(late)?\s*%\}", "", template, flags=re.S
    )
    bare = re.sub(r"\{%\s*comment\b.*?endcomment\s*%\}|\{#.*?#\}", "", bare, flags=re.S)
    chinese = re.findall(rf'"[^"]*{HAN}[^"]*"', re.sub(r"\{%\s*translate\b.*?%\}", "", bare))
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", bare, flags=re.S)
    return chinese + [
        words.strip() for words in Words(bare).words if re.search(r"[^\W\d_]", words)
    ]


def templates() -> list[Path]:
    return [
        path
        for path in sorted((env.ROOT / "templates").rglob("*.*"))
        if path.suffix in {".html", ".txt"}
        and "letters" not in path.parts
        and str(path.relative_to(env.ROOT / "templates")) not in UNTRANSLATED
    ]


def test_no_template_has_words_that_cannot_be_translated():
    hard_coded = {
        str(path.relative_to(env.ROOT)): words
        for path in templates()
        if (words := untranslated(path.read_text(encoding="utf-8")))
    }

    assert hard_coded == {}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Enrol now</p>", ["Enrol now"]),
        ('<img alt="A gate">', ["A gate"]),
        ('{% include "x.html" with label="报名" %}', ['"报名"']),
        ('{% translate "For example 太极" as hint %}<p>{{ hint }}</p>', []),
        ("{% blocktranslate %}Enrol{% endblocktranslate %} · <script>let it = 1</script>", []),
    ],
)
def test_the_scan_of_templates_sees_words_outside_translation_tags(template, words):
    """Control."""
    assert untranslated(template) == words


def test_english_stands_in_the_code():
    chinese = {
        str(path.relative_to(env.ROOT))
        for app in ("accounts", "campus", "courses", "enrolment", "livestream")
        for path in (env.ROOT / app).rglob("*.py")
        if re.search(HAN, path.read_text(encoding="utf-8")) and "migrations" not in path.parts
    }

    assert chinese - CHINESE_IN_CODE == set()


def test_strings_are_found_in_every_shape_a_template_gives_them(tmp_path):
    page = """
    {% load i18n %}
        <p title="{% translate "A title" %}">it's \\
            {% blocktranslate trimmed count left=seats with name=one.name %}
                {{ name }}: one place
                left
            {% plural %}
                {{ name }}: {{ left }} places left
            {% endblocktranslate %}</p>
      {% include "x.html" with label=_("A label") %}
            {% translate "held" context "lesson" %}
    """
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text(page)

    found = catalogue.found_in(tmp_path)

    assert {(one.context, one.id) for one in found if one.id and one.id not in BORROWED} == {
        (None, "A title"),
        (None, ("%(name)s: one place left", "%(name)s: %(left)s places left")),
        (None, "A label"),
        ("lesson", "held"),
    }
