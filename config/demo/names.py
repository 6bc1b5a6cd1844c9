"""Names of people as the years gave them: a 秀英 of 1940, a 卫东 of 1966, a 海燕 of 1972."""

# ruff: noqa: E501  # tables: a Chinese sign counts as two columns

import random
from functools import cache

from config.demo.chance import Wheel

# Surnames of the coast of southern Zhejiang, per thousand.
_SURNAMES = {
    "陈": 108, "林": 72, "王": 66, "黄": 60, "张": 56, "李": 54, "周": 42, "吴": 40, "叶": 36,
    "郑": 34, "金": 30, "徐": 30, "胡": 27, "潘": 24, "朱": 24, "杨": 23, "刘": 23, "项": 18,
    "蔡": 18, "谢": 17, "何": 16, "赵": 15, "孙": 14, "章": 13, "沈": 12, "戴": 12, "董": 11,
    "姜": 11, "夏": 11, "方": 10, "苏": 10, "邵": 9, "曹": 9, "倪": 8, "卢": 8, "余": 8, "诸": 2,
    "施": 7, "池": 6, "缪": 6, "谷": 5, "季": 5, "麻": 4, "白": 4, "虞": 4, "温": 3, "华": 3,
    "钱": 6, "许": 9, "高": 7, "梁": 6, "冯": 6, "丁": 6, "汪": 6, "郭": 6, "马": 6, "宋": 5,
    "唐": 5, "曾": 5, "韩": 5, "邓": 4, "罗": 5, "钟": 6, "蓝": 4, "雷": 3, "江": 5, "柯": 4,
}  # fmt: skip
# Seldom met, and hard for fonts, forms and sorting: each has its share of the city.
_RARE = ("仝", "佘", "亓", "乜", "逄", "禤", "昝", "郜", "鄢", "谌", "阚", "郗", "璩", "夔", "厍", "䶮",
         "妫", "爨", "万俟", "㑇")  # fmt: skip
_COMPOUND = ("欧阳", "诸葛", "上官", "司徒", "皇甫", "尉迟", "令狐", "司马", "夏侯", "端木")
_LONG = {
    "f": ("阿依夏木·吐尔逊", "古丽巴哈尔·艾合买提", "卓玛央金", "斯琴格日乐", "热依汗古丽·库尔班", "其其格"),
    "m": ("买买提江·阿布都拉", "扎西多吉", "巴特尔", "阿卜杜热合曼·伊布拉音", "玛拉沁夫", "艾山江·吾甫尔"),
}  # fmt: skip

# By sex and the year of birth before which the names were the custom: whole given names first,
# then first and second characters that were put together.
_GIVEN: dict[str, tuple[tuple[int, str, str, str], ...]] = {
    "f": (
        (1946,
         "秀英 玉兰 桂珍 秀兰 桂英 玉英 凤英 素珍 玉珍 桂兰 兰英 素英 淑珍 淑英 彩云 银花 金花 阿香 "
         "月娥 爱珠 碧莲 梅香 春兰 翠玉 珠英",
         "秀桂玉素淑月春彩凤金银爱碧梅翠惠香", "英兰珍花香娥莲珠妹云仙芬芝琴娟"),
        (1957,
         "秀珍 玉梅 淑芬 桂芳 秀华 淑贞 美华 爱珍 爱华 玉华 月芳 秋菊 美英 惠芳 淑华 建华 素芬 玉芬 "
         "爱莲 雪梅 春香 美玲 玉琴 秀琴 国珍",
         "秀玉淑美爱惠月雪春素建丽彩云小文慧", "珍梅芬芳华琴英菊娟萍莲珠凤香霞玲"),
        (1967,
         "丽华 爱武 红卫 卫红 晓燕 美玲 海燕 慧芳 丽萍 建红 永红 小红 丽珍 爱萍 国芳 秀芳 雪芬 向红 "
         "爱红 志红 丽芳 彩霞 建芬 丽娟 小平",
         "丽爱红建小晓海雪美慧国志向秀文素彩", "华红萍芳燕玲珍霞芬娟琴英平梅敏丹"),
        (9999,
         "丽 敏 静 晓红 燕 艳 丽丽 海燕 春燕 晓霞 雪梅 红梅 小燕 玲玲 莉 慧 晓玲 丽娜 海霞 伟红 "
         "晓丽 芳 娟 萍 琴",
         "晓丽海雪小红春慧文艳玲伟少佩琼", "燕红霞敏玲丽静芳娟梅洁莉艳萍珍"),
    ),
    "m": (
        (1946,
         "德山 福生 永昌 阿根 金生 水根 德明 银生 阿福 长根 宝山 金水 银海 士林 岩生 岩松 阿土 德兴 "
         "永福 元生 万春 秉义 仲明 文炳 锡康",
         "德福永金长宝银士元万秉仲文锡忠云阿", "山生昌根明海兴林春义康祥贵松炳财"),
        (1957,
         "建国 建华 国强 志明 援朝 抗美 和平 解放 胜利 国庆 志强 永康 光明 国华 振华 建平 建中 保国 "
         "国良 国平 志华 定国 爱国 光荣 建民",
         "建国志永光振保定爱胜和新文忠银德林", "国华明强平民良中荣康生庆兴成林"),
        (1967,
         "卫东 卫国 建军 跃进 红兵 学军 志刚 卫平 永红 文革 向东 卫民 建平 立新 国平 建设 晓东 胜华 "
         "学农 志勇 新华 小平 爱民 旭东 建新",
         "卫建学志向立国晓永新胜旭少文海爱", "东国军进兵刚平民新勇华明武林设"),
        (9999,
         "勇 伟 军 强 海波 建波 晓东 志伟 海滨 少华 斌 杰 峰 旭 晓峰 建伟 海军 志军 伟民 永强 "
         "洪波 涛 健 磊 海涛",
         "海晓志建少永伟洪文旭剑国小俊宏", "波东伟滨华峰军强涛明斌杰勇平敏"),
    ),
}  # fmt: skip


@cache
def _surnames() -> Wheel[str]:
    return Wheel(list(_SURNAMES.items()))


@cache
def _given(sex: str, year: int) -> tuple[tuple[str, ...], str, str]:
    """Custom of a year: whole names, first characters, second characters."""
    for before, whole, first, second in _GIVEN[sex]:
        if year < before:
            return tuple(whole.split()), first, second
    raise ValueError(year)


def given_name(rng: random.Random, sex: str, year: int) -> str:
    """A given name as people born in that year have them."""
    whole, first, second = _given(sex, year)
    if rng.random() < 0.34:
        return rng.choice(whole)
    return rng.choice(first) + rng.choice(second)


def full_name(rng: random.Random, sex: str, year: int) -> str:
    """Surname and given name; one in a hundred is one that software often breaks on."""
    throw = rng.random()
    if throw < 0.0012:
        return rng.choice(_LONG[sex])
    if throw < 0.006:
        return rng.choice(_RARE) + given_name(rng, sex, year)
    if throw < 0.0105:
        return rng.choice(_COMPOUND) + given_name(rng, sex, year)
    return _surnames().turn(rng) + given_name(rng, sex, year)
