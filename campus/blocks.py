"""What an editor may put on a page. One template each, in ``templates/blocks/``.

Every text sits in a block that wagtail-localize understands, tables included, so a page can be
translated whole. There is no block for raw HTML and none that fetches from another host.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.list_block import ListValue
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from accounts.models import Unit

# No headings, pictures or embeds inside running text: they have blocks of their own.
TEXT = ["bold", "link", "document-link", "ol", "ul"]
SENTENCE = ["bold", "link"]


class HeadingBlock(blocks.StructBlock):
    """A heading of a part of the page; the page's title stays the only first-level one."""

    text = blocks.CharBlock(label=_("heading"), max_length=80)
    level = blocks.ChoiceBlock(
        label=_("level"), choices=[("2", _("part")), ("3", _("part of a part"))], default="2"
    )

    class Meta:
        icon = "title"
        label = _("heading")
        template = "blocks/heading.html"
        preview_value = {"text": "怎么报名", "level": "2"}


class PictureBlock(blocks.StructBlock):
    """A picture with the words that stand for it, and a line under it."""

    picture = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("line under the picture"), required=False, max_length=120)

    class Meta:
        icon = "image"
        label = _("picture")
        template = "blocks/picture.html"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("what to do"), max_length=60)
    text = blocks.RichTextBlock(label=_("how"), features=SENTENCE, required=False)


class StepsBlock(blocks.StructBlock):
    """Things to do one after the other; numbers are drawn by the page."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=80)
    steps = blocks.ListBlock(StepBlock(label=_("step")), label=_("steps"), min_num=2)

    class Meta:
        icon = "list-ol"
        label = _("steps")
        template = "blocks/steps.html"
        preview_value = {
            "heading": "三步报名",
            "steps": [
                {"title": "找一门课", "text": "<p>按校区、星期、上午或下午来找。</p>"},
                {"title": "报名", "text": "<p>先到先得，满了可以候补。</p>"},
                {"title": "去上课", "text": "<p>按短信上的时间和教室去。</p>"},
            ],
        }


class FactBlock(blocks.StructBlock):
    term = blocks.CharBlock(label=_("word"), max_length=40)
    detail = blocks.RichTextBlock(label=_("what it is"), features=SENTENCE)


class FactsBlock(blocks.StructBlock):
    """Facts in words, one a line: what to bring, where the lift is."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=80)
    facts = blocks.ListBlock(FactBlock(label=_("fact")), label=_("facts"), min_num=1)

    class Meta:
        icon = "tasks"
        label = _("facts")
        template = "blocks/facts.html"
        preview_value = {
            "heading": "上课带什么",
            "facts": [
                {"term": "衣服", "detail": "<p>宽松的衣裤，软底鞋</p>"},
                {"term": "水", "detail": "<p>自带水杯，每层都有开水</p>"},
            ],
        }


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("question"), max_length=100)
    answer = blocks.RichTextBlock(label=_("answer"), features=TEXT)


class QuestionsBlock(blocks.StructBlock):
    """Questions with their answers, all open: nothing has to be found by tapping."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=80)
    questions = blocks.ListBlock(QuestionBlock(label=_("question")), label=_("questions"))

    class Meta:
        icon = "help"
        label = _("questions and answers")
        template = "blocks/questions.html"
        preview_value = {
            "heading": "常见问题",
            "questions": [
                {"question": "没有智能手机怎么报名？", "answer": "<p>到校区窗口，或打电话。</p>"}
            ],
        }


class NoticeBlock(blocks.StructBlock):
    """A box that must not be overlooked. Says in a word what kind it is."""

    kind = blocks.ChoiceBlock(
        label=_("kind"),
        choices=[("info", _("to know")), ("warning", _("please note"))],
        default="info",
    )
    text = blocks.RichTextBlock(label=_("text"), features=SENTENCE)

    class Meta:
        icon = "info-circle"
        label = _("notice box")
        template = "blocks/notice.html"
        preview_value = {"kind": "warning", "text": "<p>清明节停课一天，4月5日不上课。</p>"}


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("what was said"), max_length=300)
    who = blocks.CharBlock(label=_("who said it"), max_length=60)

    class Meta:
        icon = "openquote"
        label = _("quote")
        template = "blocks/quote.html"
        preview_value = {"text": "学了两年书法，手不抖了。", "who": "王秀英，72岁"}


class PhoneBlock(blocks.StructBlock):
    """The phone of the site or of one unit, large, with its hours."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=80)
    unit = SnippetChooserBlock(
        Unit, label=_("unit"), required=False, help_text=_("Leave empty for the city's phone.")
    )

    class Meta:
        icon = "mobile-alt"
        label = _("phone")
        template = "blocks/phone.html"
        preview_value = {"heading": "想问问人？", "unit": None}


class DocumentsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    documents = blocks.ListBlock(DocumentChooserBlock(label=_("document")), label=_("documents"))

    class Meta:
        icon = "doc-full"
        label = _("documents")
        template = "blocks/documents.html"


class Table(blocks.StructValue):
    """The value of a table, as its template goes through it."""

    def labelled_rows(self) -> list[list[tuple[str, str]]]:
        """Return each row with the heading of its column beside each cell."""
        return [list(zip(self["columns"], row, strict=False)) for row in self["rows"]]


class TableBlock(blocks.StructBlock):
    """A small table with a caption. The first cell of each row names the row."""

    caption = blocks.CharBlock(label=_("what the table shows"), max_length=120)
    columns = blocks.ListBlock(
        blocks.CharBlock(label=_("heading of a column"), max_length=40),
        label=_("columns"),
        min_num=2,
        max_num=5,
    )
    rows = blocks.ListBlock(
        blocks.ListBlock(
            blocks.CharBlock(label=_("cell"), required=False, max_length=120), label=_("row")
        ),
        label=_("rows"),
        min_num=1,
    )

    def clean(self, value: Any) -> Any:
        """Refuse rows that are longer or shorter than the head."""
        result = super().clean(value)
        columns = len(result["columns"])
        rows: ListValue = result["rows"]
        uneven = [number for number, row in enumerate(rows, 1) if len(row) != columns]
        if uneven:
            sentence = _("Row %(row)s must have %(columns)s cells, as the head has.")
            raise StructBlockValidationError(
                block_errors={
                    "rows": ValidationError(sentence % {"row": uneven[0], "columns": columns})
                }
            )
        return result

    class Meta:
        icon = "table"
        label = _("table")
        value_class = Table
        template = "blocks/table.html"
        preview_value = {
            "caption": "作息时间",
            "columns": ["节次", "时间"],
            "rows": [["上午第一节", "8:30–10:00"], ["上午第二节", "10:15–11:45"]],
        }


class CampusListBlock(blocks.StructBlock):
    """Campuses with their facts: the nearest to the reader, or all of a unit."""

    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    unit = SnippetChooserBlock(
        Unit,
        label=_("unit"),
        required=False,
        help_text=_("Leave empty to show the campuses nearest to the reader."),
    )
    number = blocks.IntegerBlock(label=_("how many"), default=3, min_value=1, max_value=30)

    class Meta:
        icon = "site"
        label = _("list of campuses")
        template = "blocks/campus_list.html"
        preview_value = {"heading": "离您近的校区", "unit": None, "number": 3}


class CourseListBlock(blocks.StructBlock):
    """Courses that the catalogue finds for these words; places shown are those of the day.

    It holds words, not records: this floor does not know the courses above it, and a list
    by words goes on being right when a course is added.
    """

    heading = blocks.CharBlock(label=_("heading"), max_length=80)
    words = blocks.CharBlock(
        label=_("words to look for"),
        max_length=60,
        help_text=_("As a reader would type them into the catalogue, for example 太极."),
    )
    number = blocks.IntegerBlock(label=_("how many"), default=3, min_value=1, max_value=12)

    class Meta:
        icon = "list-ul"
        label = _("list of courses")
        template = "blocks/course_list.html"
        preview_value = {"heading": "和太极有关的课", "words": "太极", "number": 3}


class Body(blocks.StreamBlock):
    """The body of a page, in the order an editor reaches for its parts."""

    heading = HeadingBlock(group=_("Text"))
    paragraph = blocks.RichTextBlock(
        label=_("paragraph"),
        features=TEXT,
        icon="pilcrow",
        template="blocks/paragraph.html",
        group=_("Text"),
        preview_value="<p>我们的课，零基础也能学。老师手把手教。</p>",
    )
    notice = NoticeBlock(group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    picture = PictureBlock(group=_("Pictures and files"))
    documents = DocumentsBlock(group=_("Pictures and files"))
    steps = StepsBlock(group=_("Lists"))
    facts = FactsBlock(group=_("Lists"))
    questions = QuestionsBlock(group=_("Lists"))
    table = TableBlock(group=_("Lists"))
    campuses = CampusListBlock(group=_("From the records"))
    courses = CourseListBlock(group=_("From the records"))
    phone = PhoneBlock(group=_("From the records"))
