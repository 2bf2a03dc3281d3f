"""How much is asked for: one thing, all, how many, the most, more than so much, whether, why, how.

Chinese and English stand in the same patterns; the words that ask are those of
:mod:`rag.question.asking`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.asking import Ask
from rag.question.kinds import Kind, kind_of
from rag.question.types import Bound, Span

_AUX = "did|do|does|is|are|was|were|has|have|had|can|could|will|would|should"
# What only leads a question in: "Can you tell me who ...", "请问", "你知道...吗".
POLITE = re.compile(
    r"(?:(?:请问|麻烦|我?想(?:知道|问问?|了解)(?:一下)?|(?:你|您|大家)?知道|能(?:不能|否)?告诉我|请?告诉我)[，,：:]?\s*)+"
    r"|(?:(?:please|so|well|hi|hello|excuse me)[, ]+)*(?:(?:(?:can|could|would"
    r"|will) you(?: please)?|do you know"
    r"|i(?:['’]d like| want| would like) to know|i wonder"
    r"|(?:please )?tell me)(?! (?:more )?about\b) )+",
    re.I,
)
_WHETHER_ZH = re.compile(r"是否|有没有|有无|[能可会]否|(.)不\1|[吗么没][？?。！!\s]*$|了没有?[？?\s]*$|没有[？?]$")
_WHETHER_EN = re.compile(rf"(?:{_AUX})(?:n['’]t)?\b|whether\b", re.I)
_WHY = re.compile(
    r"缘何|因何|何以|(?:什么|啥|何种|哪些|何)(?:原因|起因|缘故|理由)"
    r"|(?:原因|起因|缘故|理由)(?:是|为|有|在于?|何在|[？?]|$)|因为什么|凭什么|怎么会"
    r"|\b(?:reasons?|causes?|grounds) (?:for|of|behind|why|that)\b|\bwhat (?:caused|causes|led to"
    r"|made|was (?:behind|to blame))\b"
    r"|\bwhat for\b|\bfor what reason",
    re.I,
)
_LOOSE = ("how", "what", "which")  # what asks for no kind of its own
_NEAR = 12  # characters: "What was the reason for"
_OPEN = re.compile(
    r"^请?(?:给我|帮我|为我)?(?:详细|简单|大致)?(?:介绍|说说|讲讲|谈谈|聊聊|讲一讲|概述|总结|概括|说一下|讲一下)"
    r"|(?:怎么样|怎样|如何)了?[？?。\s]*$|怎么回事|(?:发生|出)了?(?:什么|啥)(?:事|情况|[了？?\s]|$)|(?:什么|啥)(?:事情?|情况|消息|新闻"
    r"|进展|动静|动向)了?[？?\s]*$"
    r"|\b(?:tell me|talk|say|know) (?:more |something |everything )?about\b|\bwhat(?: has"
    r"| had)? happen(?:ed|s)?\b|\bwhat is happening\b"
    r"|\bwhat(?:['’]s| is| was) (?:new|going on|known)\b|^(?:describe|summari[sz]e|outline"
    r"|explain)\b"
    r"|\b(?:news|information|an overview|a summary|details) (?:about|on|of)\b",
    re.I,
)
_ASKS = re.compile(r"[哪谁几啥]|什么|多少|何(?!况|必)|多[大高长重]|是[？?\s]*$")  # in whatever form it may ask
_LIST = re.compile(
    r"哪(?:些|几|[两二三四五六七八九十\d])|(?:都|分别|各|还)(?:有|是)?(?:谁|什么)|有谁|[列举]出|列举|名单"
    r"|\b(?:list|enumerate|name all|who (?:all|else)|who (?:were|are) the \w+s)\b"
    rf"|\b(?:which|what) (?!(?:{_AUX}|this)\b)(?:\w+(?<![su'])s\b(?! of\b)"
    rf"|\w+ \w+(?<![su'])s (?={_AUX}))|\b(?:which|what) (?:people|men|women)\b",
    re.I,
)

# ---- how many of them

_HOW_MANY = re.compile(
    r"(?:多少|几)(?P<measure>[个家所座名位份部项种条只支届])?|how many|.*?\bnumbers? of(?: the)?"
    r"|what number of", re.I
)
_OF_THEM = re.compile(
    r"的(?P<noun>[^，。的]{1,6}?)(?:的?(?:总?数量?|个数))?(?:一共|总共|共|大[概约]|到底)?(?:有|是|为)?(?:多少"
    r"|几)[个家所座名位份部]?[？?\s]*$"
)
_OFFICE = re.compile(
    r"[省市县区部局校院行]长|主席|书记|总统|总理|首相|大使|院士|\b(?:mayor|governor|minister|president|premier|leader"
    r"|ambassador|king)s?\b", re.I
)
_INTO = re.compile(r"[在与和同向从由被对给]$|\b(?:in|at|from|to|by|across|with|for) $", re.I)
_SUBJECT = re.compile(r"(?:^|[，,：:共年月日中内里上前国省市县]"
                      r"|(?<![设拥含建])有|今年|大[约概])$")  # what may stand before it in Chinese
_OBJECT = re.compile(rf"\W*(?:[？?]|$)|\s*(?:did|do|does)\b|\s*(?:is|are|was|were) there\b|\s+(?:has"
                     rf"|have|had|will|can) (?:the|an?|it|he|she|they|you|[A-Z]\w+)\b"
                     rf"|\s*in\b[^?]*\bare there", 0)


def counted(text: str, kind: Kind) -> tuple[str, str]:
    """Kind and level of the things whose number is sought; ("", "") where a figure is that articles
    state.
    """
    if kind.kind != "number":
        return "", ""
    start, end = kind.idle[0]
    if found := _OF_THEM.search(text):
        which, behind = f"哪个{found['noun']}做", "做"
    elif found := _HOW_MANY.match(text, start, max(end, start + 3)):
        named = f"哪{found['measure'] or '个'}" if found[0][0] > "\u2e80" else "which"
        which = f"{named}{text[found.end():]}"
        behind = which[kind_of(which).focus[0] :]
        into = _INTO.search(text[:start])
        if not into and _OBJECT.match(behind) or named[0] == "哪" and not (into or _SUBJECT.search(
                text[:start])):
            return "", ""
    else:
        return "", ""
    thing = kind_of(which)
    if found.re is _OF_THEM and thing.focus[0] != len(which) - 1:
        return "", ""  # 大学入学率
    office = thing.kind == "person" and _OFFICE.search(which[: thing.focus[0]])
    same = thing.kind in ("places", "organisation", "document") and not thing.where
    if which[: thing.focus[0]].endswith("家") and thing.kind == "organisation":
        same = False  # 多少家分店
    return (thing.kind, thing.level) if office or same else ("", "")


# ---- the most and the least

_MOST = re.compile(
    r"最(?P<zh>多|高(?![法人检指院领])|大|长|快|重|贵|深|远|强|热|严重|频繁|密集|富|老|宽|厚|年长|好|受欢迎|畅销|少|低|小|短|慢|轻|便宜|浅|弱|差|冷"
    r"|穷|窄|薄|年轻)"
    r"|(?P<rank>居首|第一(?=[？?]|$)|[居排列占](?:全[国省球])?首位|榜首|头名|垫底|末位|倒数第一|最后一名)"
    r"|(?<!at )(?<!at the )(?<!do )(?<!does )(?<!did )(?<!by )(?<!that )(?<!in )(?<!for "
    r")\b(?P<quantity>most|least|fewest)\b(?! of\b| recent)"
    r"|\b(?P<en>high|low|larg|bigg|small|long|short|tall|heavi|light|deep|old|young|fast|slow|cheap"
    r"|rich|poor|strong|weak"
    r"|hott|warm|cold|wett|dri|wid|narrow|thick|thinn|busi|great|strict|steep|hard)est\b",
    re.I,
)
_SMALL = re.compile(
    "[少低小短慢轻浅弱差冷穷窄薄]|便宜|年轻|垫底|末位|倒数|最后|least|fewest|low|small|short|light|young|slow|cheap|poor"
    "|weak|cold|dri|narrow|thin", re.I
)
_BEFORE_ASK = re.compile(r"(?:的[^，。]{0,8}?)?(?:是|为|叫|属于?|来自|有|[，,：:])?\s*|[^，。的]{1,6}(?:出现在|属于)")
_AFTER_ASK = re.compile(r"的(?=[？?]|$)|[^\w\s]|$|[了是在呢于得过吗]")
_BE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|with|ha[sd] the|record\w*|saw|see|report\w*|post\w*"
    r"|get|got|receiv\w*|pay|paid|charge\w*|which|what|whose [\w ]+)(?: by far)?(?: (?:the|its"
    r"|their))? *$", re.I
)


def extreme(text: str, kind: Kind, asks: Sequence[Ask]) -> tuple[str, Span]:
    """"most" or "least" and the words that say so; "" where none, or they only describe ("the
    longest bridge opened when").
    """
    if kind.kind == "number" or not asks:
        return "", (0, 0)
    ask = asks[0]
    if ask.kind in ("why", "how") or ask.kind == "date" and not re.match(
            "哪|which|what", text[ask.start:], re.I):
        return "", (0, 0)
    for found in _MOST.finditer(text):
        behind = text[found.end() :]
        if ask.start <= found.start():
            if found["zh"] and not _AFTER_ASK.match(behind) and found["zh"] not in "多少":
                continue  # "谁修了最长的桥", "最高等级勋章"
            if re.search(r"\bone of (?:\w+ )?$", text[: found.start()]):
                continue
            adjective = found["quantity"] and re.match(
                r" (?!\w+s\b)\w+ \w+", behind) and not re.match(
                    r" \w+ (?:in|on|at|of|from|last|this|between|during|by)\b", behind)
            if (found["en"] or adjective) and not _BE.search(text[: found.start()]):
                continue  # "Who built the longest bridge?"
        elif ask.kind == "places" and ask.adverb or not _BEFORE_ASK.fullmatch(
                text[found.end():ask.start]):
            continue  # "最长的桥在哪里": one that is described
        return ("least" if _SMALL.search(found[0]) else "most"), found.span()
    return "", (0, 0)


# ---- more or less than

_UNIT = (
    "个百分点|平方公里|平方米|立方米|公里|千米|[毫厘]米|米|公斤|千克|公顷|[美欧日]?元|英镑|小时|分钟|个月"
    "|[%％℃度吨亩人名位家个座条次场起例岁天年月户所辆艘架栋间本篇份项种票倍斤只头套公册]"
)
_ZH_FIGURE = rf"(?:\d[\d,.]*|[一二两三四五六七八九十百千半]+)\s?[十百千万亿]*(?:余|多)?(?:{_UNIT})?"
_EN_WORD = (
    "an? hundred|hundreds?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty"
    "|thirty|forty|fifty|sixty|eighty|ninety|half|a (?:thousand|million|billion|dozen)|dozens"
)
_EN_FIGURE = (
    rf"(?:(?:US|HK)?[$€£¥])?(?:\d[\d,.]*\d|\d|{_EN_WORD})(?:[ -](?:hundred|thousand|million|billion"
    rf"|trillion|bn|m)\b)?"
    r"(?:\s?(?:%|percent|per cent|mm|cm|km|kg|m|metres?|meters?|kilomet\w+|tonnes?|tons?|miles?"
    r"|degrees?|yuan|dollars?|euros?|pounds?|hours?|days?|years?)(?!\w))?"
)
_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*"
_BOUND = re.compile(
    rf"(?:(?P<up>超过|超出|多于|高于|大于|长于|重于|突破|逾|超)|(?P<up_to>不少于|不低于|不下于?|至少|起码|最少)|(?P<down>低于|少于|小于|短于"
    rf"|不足|不到|不满|未达到?|没到)"
    rf"|(?P<down_to>不超过|不多于|不高于|至多|最多))了?\s?(?P<zh>{_ZH_FIGURE}|(?<=过|于)[\u4e00-\u9fff]{{2,6}}(?=的"
    rf"|[？?]|$))"
    rf"|(?P<zh2>{_ZH_FIGURE})(?:及|或)?(?:(?P<over>[以之]上)|(?P<beneath>[以之][下内]))"
    rf"|(?<![对相利百环同无之])比(?![赛例如分利较亚重喻基特尔])(?P<zh3>[^，。比最]{{2,12}}?)(?:还要?"
    rf"|更)?(?P<adj>[多高大长快重贵深远强少低小短慢轻])(?=[的了出得，？?]|$)"
    rf"|(?:\b(?P<more>more than|over|above|exceed(?:s|ed|ing)?|(?:great|high|larg|bigg|long|heavi"
    rf"|old|deep)er than|upwards of|(?:surpass|top)(?:es|s|ed)|beyond)"
    rf"|\b(?P<least>at least|no (?:fewer|less) than|not less than|a minimum of)|(?P<less>\b(?:less"
    rf"|fewer) than|\bunder|\bbelow|\b(?:low|small|short|light|young|cheap)er than)"
    rf"|\b(?P<most>at most|no more than|not more than|up to))(?: (?:the|in"
    rf"|that of))? (?P<en>(?i:{_EN_FIGURE})|(?<=than )(?:in |the )?{_NAME})"
    rf"|\b(?P<en2>{_EN_FIGURE})(?: [a-z]+)? or (?:(?P<or_more>more|over|above|higher)"
    rf"|(?P<or_less>less|fewer|below|under|lower))"
    rf"|\b(?:more|higher|bigger|larger|greater|(?P<fewer>fewer|less|lower"
    rf"|smaller))(?: [a-z]+){{1,4}}? than(?: in| the)? (?P<en3>(?i:{_EN_FIGURE})|{_NAME})",
)
_LOW = ("down", "down_to", "beneath", "less", "most", "or_less", "fewer")
_WITH = ("up_to", "down_to", "over", "beneath", "least", "most", "or_more", "or_less")
_YEARS = re.compile(r"[12]\d{3}(?:年|$)")


def bound_of(text: str) -> tuple[Bound, Span] | tuple[None, Span]:
    """What a quantity is compared with, a figure or a name, and the span of all that compares; None
    for nothing.
    """
    for found in _BOUND.finditer(text):
        group = next(name for name in ("zh", "zh2", "zh3", "en", "en2", "en3") if found[name])
        words = found[group].rstrip("., ")
        if _YEARS.match(words):
            continue  # "over 2022"
        low = any(found[name]
                  for name in _LOW) or (found["adj"] or "") in "少低小短慢轻早" and bool(found["adj"])
        start = found.start(group)
        inclusive = any(found[name] for name in _WITH)
        return Bound(start, start + len(words), words, not low, inclusive), found.span()
    return None, (0, 0)


_LEFT = re.compile(
    r"^(?:[省市县]份?|都|的|里|有|是|在|\W|[个家座]|(?:has|have|had|was|were|is|are|with|did|does|do|the|s|saw"
    r"|recorded)\b)+|(?:的|得|是|了|数量|[有得]的|\W|\b(?:the|is|are|was|were|be|in|of|by|with|had|has"
    r"|have))+$", re.I
)
_NOUN_EN = re.compile(
    r"(?: of)?(?P<noun>(?: (?!(?:in|on|at|of|for|from|to|last|this|during|between|and|or|did|was"
    r"|were|is|are|has|have|had|as|than|when|since|under|against|with|by|per|over|among"
    r"|across)\b)[\w’'-]+){1,4})"
)
_NOUN_ZH = re.compile(r"的?(?P<noun>[^\W\d的是在，。？?]{1,8})")


def measure_of(text: str, start: int, end: int, after: int) -> Span:
    """The span of the quantity that the words ``text[start:end]`` compare, of which ``after`` stand
    behind those that ask.
    """
    head = text[after:start] if after <= start else text[:start]
    begin = after if after <= start else 0
    comma = max(head.rfind(mark) for mark in "，,：:")
    begin, head = begin + comma + 1, head[comma + 1 :]
    if lead := re.match(r"(?:在|于)?[^，]*?(?:[年月日季度]"
                        r"|[中里内])(?=[^，])", head) if re.match(r"[\d今去上本]", head) else None:
        begin, head = begin + lead.end(), head[lead.end() :]
    if left := _LEFT.match(head):
        begin, head = begin + left.end(), head[left.end() :]
    latin = text[start:end].isascii()
    verb = re.search(
        r"[了过着]|[卖出举办查产]+$" if not latin else
        r"\b(?:sold|held|made|produced|scored|won|built|received|inspected|had|hit|closed|opened"
        r"|\w+ed)\b",
        head, re.I)
    right = re.search(r"(?:的|得|是|了|有|[做说]得|下得|\s|\b(?:the|is|are|was|were|be|in|of|by|with|had|has"
                      r"|have|recorded|saw|reported|rose|fell|exceed\w*))+$", head, re.I)
    head = head[: right.start()] if right else head
    if head.strip() and not verb and len(head) <= (40 if latin else 14):
        return begin, begin + len(head.rstrip())
    if found := (_NOUN_EN if latin else _NOUN_ZH).match(text, end):
        return found.start("noun") + (text[found.start("noun")] == " "), found.end("noun")
    return (start, end) if verb is None and not head.strip() else (begin,
                                                                   begin + len(head.rstrip()))


# ---- what was not done, and what is not sought

_DENIES = re.compile(
    r"(?<!有)没(?!收|落|过多久|于|[？?]|$)(?!有?[？?\s]*$)|[并尚从仍]未|(?<![从])未(?![来成婚免央知必经名满]|雨绸缪)(?:曾|能)?|无法"
    r"|不(?:会|曾|予|准|许|愿|肯|打算|再|举[行办]|参[加与]|开展|支持|同意|在(?=[^\s]{0,3}[省市县]))"
    r"|不能(?!不)|(?<!是)不是|并非|拒绝|拒不|取消|撤销|叫停|停办|暂停|推迟|延期|放弃"
    rf"|\b(?:not(?! (?:only|just|least|merely|far|long|until|more|less|fewer|counting|including)\b)"
    rf"|(?!^)(?<=[\w?] )(?:{_AUX})n['’]t|never|cannot|neither|none"
    r"|no(?! (?:one|more|less|fewer|doubt|matter)\b|\. ?\d)|decline[sd]?|refuse[sd]?|reject(?:s"
    r"|ed)?"
    r"|cancel\w*|call(?:s|ed|ing)? off|abandon\w*|suspend\w*|postpon\w*|halt(?:s|ed)?|scrap(?:s|ped"
    r"|ping)?|fail(?:s|ed|ing)? to|stay(?:s|ed) away)(?!\w)",
    re.I,
)
_QUOTED = re.compile("《[^》]*》|“[^”]*”")
_EXCEPT = re.compile(
    r"(?:(?<![解清拆开免消扫根铲删去排废革剔撤破切扣戒])除(?:(?:了|去|开|却)(?P<zh>[^，。？?]{1,30}?)(?:[以之而]外|外|[，,]|的话|(?=还|都"
    r"|的其[他它]))"
    r"|(?P<zh1>[^，。？?]{1,30}?)(?:[以之而]外|外(?=[，,还的])))|(?:不算上?|不含|不包括|不计|撇开"
    r"|抛开)(?P<zh2>[^，。？?]{1,20}?)(?:在内|[，,]|的话|$))"
    r"|(?:^|[，,在])(?P<zh3>[^，。？?在除有不]{2,10}?)(?:[以之]外)(?=[，,]?(?:还|哪|有哪|的))"
    r"|\b(?i:besides|except(?:ing)?(?: for)?|other than|apart from|aside from|excluding"
    r"|not (?:counting|including)|in addition to|but not|leaving out"
    r"|with the exception of)(?: in)?(?: the)? "
    rf"(?P<en>(?:{_NAME}(?:(?:,| and| or|, and) (?:the )?(?={_NAME}))? ?)+|(?:(?!(?:{_AUX}|which"
    rf"|what|who|where|when|how|that|to|as)\b)[^\s,?]+ ?){{1,4}})"
)
_JOINS = re.compile(r"[、，,]|和|与|及|以及|跟|\s*,?\s*\b(?:and|or)\b\s*")


def denies(text: str) -> bool:
    """Whether what was not done, or was called off, is asked for."""
    return bool(_DENIES.search(_QUOTED.sub("", text)))


def exceptions(text: str) -> tuple[list[Span], list[Span]]:
    """What is not sought: the spans of the names alone, and those of all the words that say so."""
    names, phrases = [], []
    for found in _EXCEPT.finditer(text):
        group = next(name for name in ("zh", "zh1", "zh2", "zh3", "en") if found[name])
        if _ASKS.search(found[group]):
            continue
        low, high = found.span(group)
        cuts = [low, *(at for m in _JOINS.finditer(text, low, high) for at in m.span()), high]
        for a, b in zip(cuts[::2], cuts[1::2]):
            words = text[a:b]
            a, b = a + len(words) - len(words.lstrip()), a + len(words.rstrip(" ?？"))
            if a < b:
                names.append((a, b))
        phrases.append(
            (found.start() + (found[group] != found[0] and found[0][0] in "，,"), found.end()))
    return names, phrases


def form_of(text: str, kind: Kind, asks: Sequence[Ask], number: bool,
            bound: Bound | None) -> tuple[str, Span]:
    """One of ``FORMS``, and the words that say "most" or "least".

    Args:
        text: the question in simplified characters.
        kind: what is sought.
        asks: the words that ask, without those of a clause that only leads in.
        number: whether things are to be counted (:func:`counted`).
        bound: what a quantity is compared with.
    """
    lead = POLITE.match(text)
    begin = lead.end() if lead else 0
    if _OPEN.search(text, begin) or _OPEN.search(text) and not asks:
        return "open", (0, 0)
    if asks and asks[0].kind == "why":
        return "why", (0, 0)
    if (why := _WHY.search(text)) and (not asks or asks[0].kind in _LOOSE
                                       and why.start() <= asks[0].end + _NEAR):
        return "why", (0, 0)
    if number:
        return "count", (0, 0)
    first = next((m.start() for m in re.finditer(r"\S", text[begin:])), 0) + begin
    if _WHETHER_EN.match(text,
                         first) or not asks and kind.kind == "text" and _WHETHER_ZH.search(text):
        if lead and "知道" in lead[0]:
            return "one", (0, 0)  # "你知道大桥的长度吗？"
        return "whether", (0, 0)
    if not asks and kind.kind == "text" and not _ASKS.search(text):
        return ("all" if _LIST.search(text) else "open"), (0, 0)
    word, span = extreme(text, kind, asks)
    if word:
        return word, span
    if asks and asks[0].kind == "how" and kind.kind == "text":
        return "how", (0, 0)
    listed = kind.several or kind.kind in ("text", "person") and bool(_LIST.search(text))
    things = kind.kind in ("places", "organisation", "document") or listed
    if bound and things and kind.kind != "number" and not kind.where:
        return ("more" if bound.more else "less"), (0, 0)
    return ("all" if listed and kind.kind != "number" else "one"), (0, 0)
