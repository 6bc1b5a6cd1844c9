"""Six lesson films for the demo city, made by our own code and ffmpeg; no two alike.

They differ as real uploads do: size and shape of the picture, frame rate,
container, codec. The same code makes the same pictures and tones every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from config.demo import film_pictures, film_sound
from livestream import ffmpeg

TITLE_SECONDS = 6.0


@dataclass(frozen=True)
class Slide:
    """What stands on one slide, and for how long."""

    head: str
    lines: tuple[str, ...]
    seconds: float = 12.0


@dataclass(frozen=True)
class LessonFilm:
    """One film: what is taught in it, and how a teacher's device would have made it.

    ``subject`` is the code of the subject in the demo city. ``path_x`` and
    ``path_y`` say where the moving thing is at second ``t`` (ffmpeg's words; W, H
    the picture, w, h the thing).
    """

    name: str
    subject: str
    title: str
    by: str
    colour: str
    sprite: str
    slides: tuple[Slide, ...]
    size: tuple[int, int] = (1280, 720)
    fps: int = 25
    plays_music: bool = False
    turns: bool = False
    path_x: str = "W*0.78-w/2"
    path_y: str = "H*0.55-h/2"
    encoding: tuple[str, ...] = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "24")

    @property
    def seconds(self) -> float:
        return TITLE_SECONDS + sum(slide.seconds for slide in self.slides)


FILMS = (
    LessonFilm(
        name="peony.mp4",
        subject="FLOWR",
        title="国画花鸟：牡丹的画法",
        by="何老师 · 第3课",
        colour="#8c2f39",
        sprite="flower",
        path_x="W*0.8-w/2+W*0.06*sin(t)",
        path_y="H*0.56-h/2+H*0.12*sin(t*0.7)",
        slides=(
            Slide(
                "准备",
                ("生宣一张，大号羊毫一支", "曙红、藤黄、花青三色", "清水两碗，一碗洗笔一碗调色"),
            ),
            Slide(
                "花头", ("笔根蘸淡粉，笔尖蘸浓红", "由里向外，一笔一瓣", "前面的花瓣浓，后面的淡")
            ),
            Slide("叶子", ("三笔一组，中间长两边短", "趁湿勾叶筋", "老叶偏墨，嫩叶偏黄")),
            Slide(
                "常见的毛病",
                ("水太多，花瓣化成一片", "花瓣一样大，没有前后", "叶子太密，盖住了花"),
            ),
            Slide(
                "回家练习",
                ("花头画六朵，挑一朵最好的", "下周带来，一起看", "画坏了不要紧，留着比一比"),
            ),
        ),
    ),
    LessonFilm(
        name="taiji.mov",
        subject="TAIJI",
        title="太极拳：起势与云手",
        by="周老师 · 第5课",
        colour="#1f4e5f",
        sprite="taiji",
        turns=True,
        fps=30,
        path_x="W*0.8-w/2",
        path_y="H*0.58-h/2+H*0.08*sin(t*0.8)",
        slides=(
            Slide("先热身", ("脚踝各转八圈", "肩膀前后各转八圈", "血压高的学员不要低头")),
            Slide("起势", ("两脚与肩同宽，慢慢站好", "两臂前平举，手心向下", "屈膝下按，呼气")),
            Slide("云手", ("重心先移，手再走", "手走立圆，眼看上手", "膝盖不超过脚尖")),
            Slide(
                "一起做",
                ("跟着转动的圆，慢慢呼吸", "一吸一呼，走一个云手", "累了就停，站着看也可以"),
                18.0,
            ),
        ),
    ),
    LessonFilm(
        name="song.mp4",
        subject="VOCAL",
        title="声乐：五声音阶练声",
        by="林老师 · 第4课",
        colour="#5b3a8c",
        sprite="note",
        plays_music=True,
        path_x="W*0.8-w/2",
        path_y="H*0.62-h/2-abs(sin(t*6.2832))*H*0.14",
        slides=(
            Slide(
                "站姿", ("两脚分开，重心在前脚掌", "肩膀放松，下巴微收", "坐着唱也行，背不靠椅子")
            ),
            Slide("呼吸", ("用鼻子吸，像闻花香", "慢慢数到八再呼完", "肩膀不要抬")),
            Slide(
                "跟着唱", ("音符落下，唱一个音", "先哼鸣，再唱“啊”", "高了就降下来，不要喊"), 24.0
            ),
        ),
    ),
    LessonFilm(
        name="phone.webm",
        subject="PHONE",
        title="智能手机：放大屏幕上的字",
        by="陈老师 · 第2课",
        colour="#0b3d91",
        sprite="phone",
        fps=15,
        path_x="W*0.8-w/2",
        path_y="H*0.58-h/2+H*0.03*sin(t*2)",
        encoding=("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "900k"),
        slides=(
            Slide("找到设置", ("齿轮图标就是“设置”", "点一下，不用按住", "找不到就往左翻一页")),
            Slide(
                "字体大小",
                ("点“显示”，再点“字体大小”", "拖到自己看得清的地方", "看一看，再点“完成”"),
            ),
            Slide(
                "小心骗子",
                ("陌生人发来的链接不要点", "验证码谁要都不给", "拿不准，先打电话问学校"),
            ),
        ),
    ),
    LessonFilm(
        name="wellness.mp4",
        subject="TCM",
        title="中医养生：立冬怎么吃",
        by="吴老师 · 第6课",
        colour="#2f5d34",
        sprite="leaf",
        size=(720, 1280),
        fps=30,
        path_x="W*0.5-w/2+W*0.25*sin(t*0.9)",
        path_y="H*0.72-h/2+H*0.05*sin(t*1.7)",
        slides=(
            Slide(
                "立冬的道理",
                ("天冷了，阳气往里收", "早睡晚起，等太阳出来", "出门戴帽子，护住脖子"),
            ),
            Slide("吃什么", ("萝卜、山药、羊肉汤", "少吃生冷，不要过饱", "有病的人先问医生")),
            Slide(
                "按一按", ("足三里：膝盖下四横指", "每天三分钟，微微发酸", "皮肤破了的地方不要按")
            ),
        ),
    ),
    LessonFilm(
        name="poem.mkv",
        subject="POEM",
        title="古典诗词：静夜思的朗诵",
        by="苏老师 · 第1课",
        colour="#26364f",
        sprite="moon",
        size=(854, 480),
        path_x="W*0.7+W*0.14*sin(t*0.12)-w/2",
        path_y="H*0.62-h/2-H*0.1*sin(t*0.12)",
        slides=(
            Slide("读一遍", ("床前明月光", "疑是地上霜", "举头望明月，低头思故乡")),
            Slide("停顿", ("床前／明月光", "疑是／地上霜", "一句一口气，不要赶")),
            Slide("轻重", ("“光”要轻，“霜”要远", "“望”字抬头，“思”字放低", "最后三个字慢下来")),
            Slide("请您来读", ("先默念一遍", "再读出声来", "读给家里人听"), 15.0),
        ),
    ),
)


def make(film: LessonFilm, folder: Path) -> Path:
    """Make one film in ``folder`` and give its path; one that is there already is kept."""
    made = folder / film.name
    if made.exists():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".making-") as name:
        scratch = Path(name)
        _draw(film, scratch)
        _speak(film, scratch / "sound.wav")
        ffmpeg.run(_words(film), limits=ffmpeg.Limits.for_film(film.seconds), folder=scratch)
        (scratch / film.name).rename(made)
    return made


def _draw(film: LessonFilm, scratch: Path) -> None:
    size, colour = film.size, film.colour
    film_pictures.title_card(scratch / "0.png", size, title=film.title, by=film.by, colour=colour)
    for number, slide in enumerate(film.slides, start=1):
        path = scratch / f"{number}.png"
        film_pictures.slide(path, size, head=slide.head, lines=slide.lines, colour=colour)
    film_pictures.sprite(scratch / "sprite.png", film.sprite, colour)


def _speak(film: LessonFilm, path: Path) -> None:
    if film.plays_music:
        film_sound.melody(path, film.seconds)
    else:
        film_sound.voice(path, film.seconds, seed=film.name, pitch=140 + 12 * len(film.name))


def _words(film: LessonFilm) -> list[str]:
    """The arguments: stills one after the other, the moving thing on top, the sound beside."""
    words: list[str] = []
    lengths = [TITLE_SECONDS, *(slide.seconds for slide in film.slides)]
    chains = []
    for number, seconds in enumerate(lengths):
        words += ["-framerate", str(film.fps), "-i", f"{number}.png"]
        chains.append(f"[{number}:v]format=yuv420p,{_held(film, seconds)}[s{number}]")
    count = len(lengths)
    words += ["-framerate", str(film.fps), "-i", "sprite.png", "-i", "sound.wav"]
    turning = ",rotate=t*0.6:c=none" if film.turns else ""
    chains += [
        "".join(f"[s{number}]" for number in range(count)) + f"concat=n={count}:v=1:a=0[slides]",
        f"[{count}:v]format=yuva420p,{_held(film, film.seconds)}{turning}[thing]",
        f"[slides][thing]overlay=x='{film.path_x}':y='{film.path_y}'"
        f":enable='gte(t,{TITLE_SECONDS:g})',format=yuv420p[v]",
    ]
    graph = ";".join(chains)
    words += ["-filter_complex", graph, "-map", "[v]", "-map", f"{count + 1}:a"]
    words += [*film.encoding, "-bitexact", "-threads", "1", "-t", f"{film.seconds:g}", film.name]
    return words


def _held(film: LessonFilm, seconds: float) -> str:
    """One picture for so long: decoded once, not once a frame."""
    frames = round(seconds * film.fps)
    return f"loop=loop={frames - 1}:size=1:start=0,setpts=N/({film.fps}*TB)"
