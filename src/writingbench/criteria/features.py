"""What the classifier of criteria sees: words, pairs of words and ideas, as numbered features.

    Criterion("字数要求", "评估是否符合1500字") -> {31337: 0.35, 8101: 0.6, ...}

An idea is a pattern that holds the words of both languages for one thing, so that what is learned from English
criteria, of which there are many, holds for Chinese ones. Numbers come from a hash that is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

from writingbench.records import Criterion

SIZE = 1 << 15  # features; words that share a number are rare enough
LONGEST = 4000  # characters of a text that are read; the longest published description has under 1,000

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
WORDS = re.compile(rf"[a-z]+|[0-9]+|[{HAN}]+")

IDEAS = {
    name: re.compile(pattern)
    for name, pattern in {
        "count": r"word[ -]?(?:count|limit)|character (?:count|limit)|number of (?:words|characters)|字数|字以"
        r"|\d[ -]?(?:words?|characters?|字|pages?|页)|页数",
        "length": r"\blength|\blong\b|长度|篇幅|冗长|简短",
        "asked length": r"word requirement|required length|length requirement"
        r"|(?:字数|篇幅|长度|字的?)要求|(?:规定|要求)字数",
        "concise": r"concis|brev|\bbrief|succinct|compact|verbos|wordy|redundan|简洁|精炼|简明|凝练|精简|冗余|扼要",
        "time": r"minutes?|duration|\btime\b|timing|pacing|seconds?|hours?|时长|时间|分钟|节奏|秒",
        "density": r"densit|econom|efficien|密度|效率",
        "number": r"\d",
        "amount": r"number of|quantity|at least|no (?:more|less|fewer) than|数量|至少|不少于|不超过|以内|以上",
        "style": r"\bstyl|风格|文风|文体",
        "tone": r"\btone|\bvoice|\bregister\b|语气|口吻|语调|基调|语境",
        "language": r"languag|diction|word choice|vocabular|phras|wording|语言|用词|措辞|遣词|词汇|用语",
        "expression": r"express|表达|表述|描写",
        "beauty": r"elegan|litera|poet|lyric|aesthetic|rhetor|eloquen|artist|文采|文学|诗|优美|修辞|艺术|意境|韵",
        "humour": r"humou?r|witt|funny|playful|幽默|诙谐|风趣|俏皮|搞笑",
        "formality": r"\bformal|solemn|dignif|官方|正式|庄重|严肃",
        "profession": r"profession|专业|职业",
        "scholarship": r"academ|scholar|rigor|objectiv|学术|严谨|客观",
        "plainness": r"plain|accessib|\bsimple|understandab|easy to|colloquial|conversation|approachab|friendly|warm"
        r"|通俗|易懂|浅显|口语|亲和|亲切",
        "vividness": r"vivid|lively|engag|appeal|attract|compell|生动|吸引|感染|趣味|活泼|有趣",
        "emotion": r"emoti|sentiment|touching|heart|resonan|empath|情感|情绪|真挚|感情|共鸣",
        "mood": r"atmosphere|mood|氛围|意境|气氛|格调",
        "sincerity": r"authentic|sincer|genuin|natural|真诚|真挚|自然|真实感|做作",
        "readers": r"audience|reader|children|受众|读者|目标人群|儿童",
        "age": r"\bage\b|age[- ]|cognitive level|grade level|认知|年龄|阶段",
        "imitation": r"imitat|mimic|emulat|author's|in the manner|signature|模仿|仿写",
        "characters": r"character(?!s? (?:count|limit))|persona|人物|角色|性格",
        "perspective": r"(?:first|third)[- ]person|perspective|point of view|第[一三]人称|视角",
        "consistency": r"consisten|coheren|一致|统一|连贯",
        "suitability": r"appropriate|suitab|\bfit(?:s|ting)?\b|适合|适宜|适配|得体|恰当|妥帖|适切",
        "format": r"\bformat|layout|typograph|格式|体例|版式|排版",
        "asked format": r"(?:format|structur)\w{0,9} (?:requirement|standard|convention|compliance)"
        r"|格式(?:规范|要求)|规范格式",
        "structure": r"structur|framework|architectur|结构|框架",
        "order": r"organi[sz]|hierarch|arrange|组织|层次|编排",
        "sections": r"section|heading|title|header|subhead|chapter|paragraph|标题|章节|段落|分段",
        "parts": r"introduc|conclusion|beginning|ending|开头|结尾|引言|结论|正文|开篇",
        "outline": r"outline|大纲|提纲|提要",
        "template": r"template|standard|convention|specification|模板|规范|标准|惯例",
        "list": r"bullet|number(?:ed|ing)|\blist|table|markdown|chart|图表|表格|列表|编号|清单|序号|条目",
        "completeness": r"complet|comprehens|coverage|required (?:elements|sections|components)|完整|全面|覆盖|所有",
        "scope": r"scope|detail|细节|详细|范围",
        "obedience": r"adher|complian|comply|conform|according to|requirement|specified|instruction"
        r"|遵循|符合|遵守|要求",
        "rules": r"complian|regulat|guideline|合规|规章|要求",
        "flow": r"logic|flow|transition|sequence|逻辑|衔接|流畅|递进|过渡",
        "sources": r"citation|\bcit(?:e|ing)|referenc|引用|参考文献|引文|注释",
        "document": r"document|format of|report|公文|文书|文件|报告",
        "law": r"legal|law|法律|法规",
        "accuracy": r"accura|correct|factual|data|准确|真实|数据",
        "depth": r"depth|deep|insight|analy|深度|深入|分析|洞察",
        "originality": r"creativ|origin|innovat|创意|创新|新颖|独特",
        "practice": r"practic|feasib|actionab|implement|可行|可操作|实用|落实",
        "pictures": r"visual|image|design|画面|视觉|图",
        "clarity": r"clear|clarity|清晰|明确",
        "readability": r"readab|comprehensib|可读|易读|易于理解",
        "dialogue": r"dialog|script|scene|对话|对白|台词|剧本|场景",
        "speech": r"speech|oral|spoken|deliver|演讲|朗读|发言|口播|宣讲|主持",
        "verse": r"rhym|\bmeter|verse|stanza|格律|平仄|押韵|对仗|韵律|律诗|绝句",
        "story": r"narrat|story|plot|叙事|故事|情节",
        "platform": r"platform|social media|video|hashtag|emoji|小红书|公众号|微博|抖音|视频",
        "title": r"\btitle|headline|标题",
        "culture": r"cultur|tradition|文化|传统",
        "terms": r"terminolog|jargon|terms|术语",
        "brand": r"brand|marketing|product|品牌|营销|产品",
        "persuasion": r"persua|convinc|influen|说服|号召",
    }.items()
}

# what an idea weighs beside all words of a text, which weigh 1 together
IN_TEXT, IN_BANDS = 0.6, 0.45


def features(criterion: Criterion) -> dict[int, float]:
    """The features of a criterion: number below SIZE -> weight."""
    found: dict[int, float] = {}
    either: set[str] = set()
    texts = {"name": _plain(criterion.name), "description": _plain(criterion.description)}
    for part, text in texts.items():
        words = {f"{part}:{word}" for word in _words(text)}
        _add(found, words, len(words) ** -0.5 if words else 0)
        ideas = set(_ideas(text))
        _add(found, {f"{part}~{idea}" for idea in ideas}, IN_TEXT)
        either |= ideas
    _add(found, {f"either~{idea}" for idea in either}, IN_TEXT)
    _add(found, {f"bands~{idea}" for idea in _ideas(_plain(" ".join(criterion.bands)))}, IN_BANDS)
    return found


def _plain(text: str) -> str:
    return text[:LONGEST].lower().replace("_", " ")


def _words(text: str) -> Iterator[str]:
    """Words and pairs of neighbours; of Chinese, characters and pairs. Every number is the same word."""
    before = ""
    for word in WORDS.findall(text):
        if word[0] >= "\u3400":
            yield from word
            yield from (word[at : at + 2] for at in range(len(word) - 1))
            continue
        now = "#" if word.isdigit() else word
        yield now
        if before:
            yield f"{before} {now}"
        before = now


def _ideas(text: str) -> Iterator[str]:
    return (name for name, pattern in IDEAS.items() if pattern.search(text))


def _add(found: dict[int, float], names: set[str], weight: float) -> None:
    # in one order everywhere: the order of a set is another in each process, and sums would differ in the last digit
    for name in sorted(names):
        number = crc32(name.encode("utf-8", "replace")) % SIZE
        found[number] = found.get(number, 0.0) + weight
