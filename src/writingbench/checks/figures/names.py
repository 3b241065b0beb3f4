"""Find the names of organisations in a text, in Chinese and English, and tell whether a given text has them too.

    "据艾瑞咨询和河南省统计局的数据"   -> 艾瑞咨询, 河南省统计局
    "the University of Leeds said"     -> University of Leeds

Only what is plainly a proper name counts. 该公司, 各级人民法院, "the Committee" and "our Marketing Department" are
none, and a name that could be one of either kind is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from writingbench.checks.passages import HAN, Span

__all__ = ["organisations", "stands_in"]

# ---- English ----

_STRONG = frozenset(
    "University College Inc Corp Corporation Ltd Limited LLC PLC GmbH Bank Ministry Hospital Institute Institution "
    "Foundation Association Federation Bureau Academy Laboratory Laboratories Clinic Bureaus Holdings Pharmaceuticals "
    "Airlines "
    "Consulting Organization Organisation Society Museum Commission Agency Administration".split()
)
_WEAK = frozenset(
    "Committee Council Department Group Center Centre Authority Court School Fund Trust Union Partners Company Board "
    "Exchange Alliance Chamber Consortium Press Technologies Office Institutes Solutions Co".split()
)
_OPENS = frozenset(
    "University Bank Ministry Department Institute Academy Bureau College Association Federation".split()
)
_SURE = frozenset("University Bank Ministry Institute Academy".split())  # with "of": a name whatever follows
_COMMON = frozenset(
    "the a an our your their his her this that these all each every any some of and for on in at to from by with as "
    "general special standing joint central local regional national international global world state federal public "
    "private higher people intermediate supreme high primary middle secondary junior senior elementary business "
    "research management marketing finance financial steering organizing editorial audit risk human resources service "
    "services customer support training education educational medical health community development technology science "
    "sciences engineering information project product data security safety quality control planning operations "
    "operation sales legal law economic trade industrial industry social cultural culture art arts student students "
    "teacher teachers parent parents party municipal provincial county city district village town country government "
    "administrative supervision inspection discipline investment commercial savings retail partner holding parent "
    "subsidiary insurance logistics food energy media culture tourism sports environmental environment protection "
    "agricultural agriculture rural urban innovation digital smart cloud software internet online new first second "
    "third fourth fifth joint target listed limited liability branch head main regional executive advisory expert "
    "academic "
    "ethics review evaluation emergency response crisis leadership leading working work policy communication "
    "communications relations affairs procurement supply chain production manufacturing design creative content "
    "experience success excellence learning resource counseling career library nursing clinical professional "
    "technical vocational top famous leading major local county key comprehensive independent nonprofit non-profit "
    "charity charitable volunteer youth women family children mission vision values about contact dear mr mrs ms dr "
    "prof president director chair chairman ceo cfo vice deputy member members secretary manager head team staff "
    "step construction property real estate travel shipping trading water power study abroad fee type types range "
    "demonstration public people's phase part chapter section article table figure establish create build join visit "
    "form".split()
)
_JOINS = frozenset({"of", "for", "and", "&", "on", "the", "de", "in"})
_HEADS = re.compile(rf"\b(?:{'|'.join(sorted(_STRONG | _WEAK | _OPENS))})\b")
_TOKEN = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ'’\-]{0,40}|&|[,.](?= (?:Inc|Ltd|LLC|Co|Corp)\b)|\S", re.UNICODE)
_LEAD = frozenset(
    "The A An In At On By For From With To According However While When As After Before Since Although And But Or If "
    "Meanwhile Similarly Additionally Furthermore Moreover Also Both Under Within Through Like Such Today Now Former "
    "Dr Mr Mrs Ms Professor Prof President Director Source Sources Founded Established Our".split()
)
_LEGAL_FOLLOWS = re.compile(r",? ?(?:Inc|Ltd|LLC|Co|Corp)\b")
_HEADING = re.compile(r"(?m)^[^\S\n]{0,3}(?:#{1,6}[^\n]{0,300}|\*\*[^*\n]{1,120}\*\*[:：]?[^\S\n]{0,3})$")

# ---- names that no pattern finds; each line is one organisation ----

_KNOWN = tuple(
    tuple(name.strip() for name in line.split("|"))
    for line in """
World Health Organization | WHO | 世界卫生组织 | 世卫组织
UNESCO | 联合国教科文组织
UNICEF | 联合国儿童基金会
International Monetary Fund | IMF | 国际货币基金组织
World Bank | 世界银行 | 世行
World Trade Organization | WTO | 世界贸易组织 | 世贸组织
OECD | 经合组织 | 经济合作与发展组织
McKinsey | 麦肯锡
Boston Consulting Group | BCG | 波士顿咨询
Bain & Company | 贝恩公司 | 贝恩咨询
Deloitte | 德勤
PwC | PricewaterhouseCoopers | 普华永道
KPMG | 毕马威
Ernst & Young | 安永
Gartner | 高德纳
Forrester
Statista
Nielsen | 尼尔森
Euromonitor | 欧睿
Frost & Sullivan | 弗若斯特沙利文 | 沙利文
Pew Research Center | 皮尤
Gallup | 盖洛普
Goldman Sachs | 高盛
Morgan Stanley | 摩根士丹利 | 大摩
JPMorgan | J.P. Morgan | 摩根大通
Harvard | 哈佛
Stanford | 斯坦福
MIT | 麻省理工
Oxford University | University of Oxford | 牛津大学
Cambridge University | University of Cambridge | 剑桥大学
Tsinghua | 清华
Peking University | 北京大学 | 北大
iResearch | 艾瑞
iiMedia | 艾媒
QuestMobile
CNNIC | 中国互联网络信息中心
Euler Hermes
Standard & Poor's | S&P | 标普 | 标准普尔
Moody's | 穆迪
Fitch | 惠誉
""".strip().splitlines()
)

_TOO_SHORT = frozenset({"北大", "大摩", "世行"})  # other words hold them

# ---- Chinese ----

_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|深圳|广州|杭州|南京|苏州|武汉|成都|西安|青岛|大连|宁波|厦门|长沙|郑州|济南|合肥|无锡|东莞|佛山|沈阳"
    "|哈尔滨|长春|昆明|福州|南昌|贵阳|太原|石家庄|兰州|海口|中国|中华|全国|国家|国务院|中央|最高|世界|国际|联合国|欧洲|亚洲|美国|英国|日本|德国"
    "|法国|俄罗斯|韩国|印度|加拿大|澳大利亚|新加坡|欧盟|哈佛|斯坦福|牛津|剑桥|清华|复旦|同济|麻省"
)
_LEGAL = "有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司"
_ZH = re.compile(
    rf"{_LEGAL}|集团|银行(?![卡账家业存贷转流间系开])|大学(?![生校时期城])|学院(?![派生])|研究院|研究所|研究中心|信息中心|委员会|协会|学会|基金会|联合会"
    r"|商会|检察院|人民法院|出版社|事务所|博物馆|交易所|电视台|日报社?|晚报|医院|实验室|统计局|税务局|公安局|监督管理局|管理局|知识产权局|气象局"
    r"|教育局|民政局|卫健委|发改委|财政局|人社局|林业局|水利局|农业局|交通局|环保局|(?:教育|财政|商务|司法|民政|外交|公安|工信|信息化|科技"
    r"|科学技术|社会保障|生态环境|住建|农业农村|交通运输|文化和旅游|应急管理|水利|自然资源)部(?![门分署队落件位])|教育厅|财政厅|公安厅|农业农村厅"
)
_NO_NAME = re.compile(
    r"重视|无法|取得|网络|公益|农牧|培养|关心|强化|影响|开具|指定|可能|无论|一些|学校|在校|方面|提高|加强|促进|利用|选择|使用|所有|任何|许多|很多|全部|就近|定点|公司|单位|性"
    r"|[问要让不没有是去来就才最更很每些何么吗呢啊读考报送住进出办免税到此]"
)
_WIDE_PLACES = frozenset(
    "中央 国际 世界 国家 全国 中国 美国 英国 法国 德国 日本 韩国 印度 俄罗斯 欧洲 亚洲 最高".split()
)
_OFTEN = frozenset("大学 银行 学院 医院 研究院 日报 晚报 出版社 基金会".split())
_OF_A_PLACE = frozenset("大学 银行 日报 晚报 电视台 医院".split())
_VAGUE = re.compile(r"知名|著名|一流|重点|多家|各|大型|主要|某|所|性")
_ALONE = re.compile(
    r"(?:教育|财政|商务|司法|民政|外交|公安|工信|科技|科学技术|住建|农业农村|交通运输|文化和旅游|应急管理|水利|自然资源|生态环境)部$"
)
_GENERIC = re.compile(
    rf"(?:{_PLACES}|该|本|我|贵|各|某|相关|有关|目标|上市|子|母|分|总|省|市|区|县|镇|乡|级|州|家|所|个|大|小|中|高|新|老|名|一|二|三|四|五|六|七|八|九|十"
    r"|多|几|数|科技|互联网|跨国|龙头|初创|保险|物流|商业|国有|民营|重点|知名|著名|一流|高等|普通|第三方|专业|综合|研究型|应用型|师范|理工|医科|农业"
    r"|工业|财经|政法|外国语|投资|融资|金融|信托|基金|股份|合作|农村|城市|地方|政策|开发|中小|大型|小型|人民|公立|私立|民办|公办|行业|产业|技术|技术"
    r"|信息|文化|教育|医疗|健康|环保|能源|制造|服务|管理|监督|审计|风险|控制|薪酬|提名|战略|预算|评审|专家|学术|伦理|安全|质量|项目|家长|业主|居民|村民"
    r"|工作|纪律|检查|监察|常务|执行|组织|筹备|指导|仲裁|劳动|争议|调解|评估|律师|会计师|税务师|资产|法律|财务|心理|营养|消费者|企业|机构|公司|集团"
    r"|社会|国际|环境|保护|生态|农民|妇女|青年|学生|体育|艺术|音乐|文学|科学|数字|智能|创新|发展|促进|推广|联合|共建|国内|国外|海外|本地|当地|基层"
    r"|中级|高级|上级|下级|同级|两级|三级|各级|辖区|巡回|专门|海事|铁路|军事|省级|市级|区级|县级|国家级|部级|校级|院级|附属|社区|中心|实体|线下|线上|传统"
    r"|主要|其他|其它|不同|优秀|优质|双一流|顶尖|名牌|老年|开放|党校|职业|继续|成人|电子|移动|网上|手机|数据|云|虚拟|血|种子|基因|时间|题|试|食物|样本"
    r"|人|工|高|前沿|尖端|核心|关键|先进|现代|绿色|生物|航天|军工|农|林|和|与|及|的|或|等|在|于|对|从|向|由|(?<!华)为|以|是|到|上|下|内|外|读|考|报|入|进"
    r"|市场|营销|管理咨询|品牌|战略咨询|免费|在线|客户|售前|售后|现场|电话|预约|专业咨询|法律咨询|心理咨询|人力|社会资本|资源|民间|外来|耐心|风险资本|金融资本)"
)
_CUT = re.compile(
    r"(?<!数)据|由|与|(?<![共颐])和(?![平谐信讯田])|及|以及|对|向|从|(?<!华)为|是|的|了|(?<!高)等|在|于|被|将|把|到|让|给|跟|或|并|而|但|且|也|都|就|还|又|至"
    r"|经(?=[\u4e00-\u9fff]{4})(?<!财经)(?!济|贸|营|管)"
    r"|来自|根据|通过|作为|成为|包括|邀请|委托|前往|走进|考入|毕业|就读|任职|加入|成立|设立|建立|组建|依托|联系|参与|推动|支持|鼓励|引导|要求"
    r"|协调|配合|推荐|选择|关于|针对|显示|指出|表示|发布|认为|建议|负责|督促|报请|提请|接受|请|去|找|说|称|某|各|该|本|其|每|我|你|他|她|它|这|那"
)
_HAN_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z·（）()]{1,20}$")
_LEGAL_END = re.compile(rf"(?:{_LEGAL}|集团|公司)$")


def organisations(text: str, common: frozenset[str]) -> list[tuple[str, Span]]:
    """Names of organisations and where they stand; `common`: words that texts beside it write in lower case."""
    found = [*_english(text, common), *(_chinese(text) if HAN.search(text) else ()), *_known(text)]
    found.sort(key=lambda one: (one[1][0], -one[1][1]))
    kept: list[tuple[str, Span]] = []
    for name, span in found:
        if not kept or span[0] >= kept[-1][1][1]:
            kept.append((name, span))
    return kept


def _known(text: str) -> Iterator[tuple[str, Span]]:
    for name, pattern in _patterns():
        if name in text:
            for match in pattern.finditer(text):
                yield name, match.span()


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    names = [name for line in _KNOWN for name in line if name not in _TOO_SHORT]
    edges = {True: (r"(?<![\w.])", r"(?!\w)"), False: ("", "")}
    return [(name, re.compile(re.escape(name).join(edges[name.isascii()]))) for name in names]


def _english(text: str, common: frozenset[str]) -> Iterator[tuple[str, Span]]:
    headings = [match.span() for match in _HEADING.finditer(text)]
    done = 0
    for head in _HEADS.finditer(text):
        if head.start() < done:
            continue
        run = _run(text, head.start())
        if run:
            done = run[-1][2]
            yield from _name(run, common, headings)


def _run(text: str, at: int) -> list[tuple[str, int, int]]:
    """The capitalised words around a place, with the small words between them."""
    run: list[tuple[str, int, int]] = []
    start = max(0, at - 100)
    for match in _TOKEN.finditer(text, start, min(len(text), at + 160)):
        token, begin, end = match.group(), *match.span()
        if begin == start and start and text[start - 1].isalnum():
            continue
        beside = bool(run) and text[run[-1][2] : begin] in {"", " "}
        if token[0].isupper() and token[0] < "\u0250":
            run = [*run, (token, begin, end)] if beside else [(token, begin, end)]
        elif (
            beside and (token in _JOINS or (token in {",", "."} and _LEGAL_FOLLOWS.match(text, end))) and len(run) < 14
        ):
            run.append((token, begin, end))
        elif begin > at:
            break
        else:
            run = []
        if begin > at and not beside:
            return run[:-1]
    return run if run and run[0][1] <= at < run[-1][2] else []


def _name(run: list[tuple[str, int, int]], common: frozenset[str], headings: list[Span]) -> Iterator[tuple[str, Span]]:
    """The organisation in a run of capitalised words, if one is there."""
    while run and (run[-1][0] in _JOINS or run[-1][0] in {",", "."}):
        run = run[:-1]
    while run and (run[0][0] in _LEAD or run[0][0] in _JOINS):
        run = run[1:]
    for n, (token, *_) in enumerate(run):  # "Harvard University and the Bank of X" are two
        if token in {"and", "&"} and n and run[n - 1][0] in _STRONG | _WEAK:
            yield from _name(run[:n], common, headings)
            yield from _name(run[n + 1 :], common, headings)
            return
    ends = [n for n, (token, *_) in enumerate(run) if token in _STRONG or token in _WEAK]
    if not ends or len(run) < 2:
        return
    head = run[ends[-1]][0]
    opened = head in _OPENS and ends[-1] + 2 < len(run) and run[ends[-1] + 1][0] in {"of", "for"}
    name = run  # "University of Leeds", or up to the word that makes it one: "President of Petrol Group"
    if not opened:
        first = max(
            (n + 1 for n, (token, *_) in enumerate(run[: ends[-1]]) if token in _JOINS and token not in {"&", "and"}),
            default=0,
        )
        name = run[first : ends[-1] + 1]
    proper = [
        token
        for token, *_ in name
        if token[0].isupper()
        and token not in _STRONG
        and token not in _WEAK
        and token.lower() not in _COMMON
        and token.lower() not in common
        and token.lower().rstrip("s") not in common
    ]
    titled = opened and (head in _SURE or len(name) > 4)  # "Bank of Trade", "National Bureau of Economic Research"
    if not (proper or titled) or (head in _WEAK and len(name) < 2) or len(name) > 9:
        return
    if "’" in name[0][0] or "'" in name[0][0]:
        return
    span = (name[0][1], name[-1][2])
    if any(start <= span[0] < end for start, end in headings):
        return
    yield " ".join(token for token, *_ in name).replace(" ,", ",").replace(" .", "."), span


def _chinese(text: str) -> Iterator[tuple[str, Span]]:
    for match in _ZH.finditer(text):
        suffix, start, end = match.group(), match.start(), match.end()
        if suffix in {"集团", "银行"} and text[end : end + 2] in {"股份", "有限", "公司", "集团"}:
            continue  # the name goes on
        run = _HAN_RUN.search(text, max(0, start - 18), start)
        core = run.group() if run else ""
        cuts = [stop.end() for stop in _CUT.finditer(core) if len(core) - stop.end() != 1]
        core = core[max(cuts, default=0) :].lstrip("（）()·")
        if _sure(text, start, core, suffix):
            yield core + suffix, (start - len(core), end)


def _sure(text: str, start: int, core: str, suffix: str) -> bool:
    """Whether what stands before 大学, 局 or 有限公司, which begins at `start`, makes a proper name with it."""
    if _ALONE.search(core + suffix) and core in {"", "国家", "中国"}:
        return True  # 教育部
    if not 2 <= len(core) <= 16 or core.endswith("（"):
        return False
    place = re.match(_PLACES, core)
    rest = _GENERIC.sub("", core)
    if suffix in _LEGAL.split("|"):
        return (len(rest) >= 2 or bool(place)) and not re.search(r"[XxＸ×某]", core)
    least = 1 if suffix == "大学" else 2
    clear = len(rest) >= least and not _NO_NAME.search(core) and _bounded(text, start - len(core))
    if suffix == "集团":
        return clear and len(core) <= 4 and len(rest) == len(core)
    if not place:
        return clear and len(rest) <= 4 and suffix in _OFTEN
    if core in _WIDE_PLACES:
        return suffix.endswith(("局", "委", "法院", "检察院", "信息中心")) or core + suffix in {"中国银行", "世界银行"}
    if place.group() in _WIDE_PLACES and suffix == "银行":
        return core in {f"中国{kind}" for kind in ("人民", "工商", "建设", "农业", "进出口", "邮政储蓄")}
    return not _VAGUE.search(core) and (
        len(core) > len(place.group())
        or suffix in _OF_A_PLACE
        or suffix.endswith(("局", "部", "厅", "委", "法院", "检察院"))
    )


def _bounded(text: str, at: int) -> bool:
    """Whether a name may begin here: behind punctuation, a space or one of the words that cut."""
    if at <= 0 or not "\u4e00" <= text[at - 1] <= "\u9fff":
        return True
    return any(match.end() == min(at, 3) for match in _CUT.finditer(text[max(0, at - 3) : at]))


def stands_in(name: str, given: str, low: frozenset[str]) -> bool:
    """Whether a given text has the organisation, under a longer or shorter name perhaps.

    `given` is the text in lower case, `low` its words in lower case.
    """
    small = name.lower()
    if small in given:
        return True
    for line in _KNOWN:
        if any(small == one.lower() or (len(one) > 4 and one.lower() in small) for one in line):
            return any(
                (one.lower() in low if one.isascii() and " " not in one else one.lower() in given) for one in line
            )
    if not name.isascii() and any("\u4e00" <= sign <= "\u9fff" for sign in name):
        return _chinese_in(name, given)
    words = [word for word in re.findall(r"[\w&'’-]+", name) if word not in _JOINS]
    proper = [word for word in words if word not in _STRONG and word not in _WEAK and word.lower() not in _COMMON]
    if all(word.lower() in low for word in proper or words):
        return True
    letters = "".join(word[0] for word in words if word[0].isupper()).lower()
    return len(letters) > 2 and letters in low


def _chinese_in(name: str, given: str) -> bool:
    bare = _LEGAL_END.sub("", name)
    if bare != name:
        place = re.match(_PLACES, bare)
        bare = bare[place.end() :].lstrip("省市") if place and len(bare) - place.end() >= 2 else bare
        own = _GENERIC.sub("", bare) if len(_GENERIC.sub("", bare)) >= 2 else bare
        return bare in given or own in given
    place = re.match(rf"(?:{_PLACES})[省市]?", name)
    if place and len(name) - place.end() >= 4 and name[place.end() :] in given:
        return True
    if name.endswith("大学") and len(name) <= 6 and name[:-1] in given:
        return True
    # an abbreviation is made of some of the name's characters in their order, its first and its last
    short = re.compile(re.escape(name[0]) + f"[{re.escape(name[1:])}]{{0,4}}" + re.escape(name[-1]))
    return any(len(match.group()) > 2 and _within(match.group(), name) for match in short.finditer(given))


def _within(short: str, name: str) -> bool:
    signs = iter(name)
    return all(sign in signs for sign in short)
