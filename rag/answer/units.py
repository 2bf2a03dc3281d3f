"""What kind of quantity a question asks for, and whether a figure is of that kind."""

from __future__ import annotations

import re

from rag.reader.value import Value

# (kind, what asks for it, what a figure of it holds). The first that a question matches decides.
_KINDS = [(name, re.compile(asking, re.I), re.compile(holding, re.I)) for name, asking, holding in (
    ("phone", r"电话|热线|手机号|联系方式|\b(?:(?:tele)?phone|hotline|fax) ?(?:number)?", r"^[+\d][\d() -]{3,}\d$"),
    ("age", r"多少岁|几岁|多大(?:年纪|岁数|年龄)|年龄|\bhow old\b|\bages? of\b|\bwhat age\b", r"岁|\byears?[ -]old|\baged?\b"),
    ("percent", r"百分[之比]|几成|多少成|占(?:比|了|到|全\w{1,4}的)?(?:是|为|达)?多少|比例|(?<![效功频汇])率(?:是|为|达|有|仅)?多少|(?:增长|下降|提高|上涨|增加|减少)了?(?:百分之几|多少(?=[？?]|$))"
     r"|\bper ?cent(?:age)?|\bproportion\b|\bwhat share\b|\b(?:unemployment|inflation|growth|interest|approval|literacy|vacancy|mortality) rate",
     r"[%％‰成]|分之|per ?cent"),
    ("money", r"多少[万亿]{0,2}(?:元|钱|美元|欧元|英镑)|几[万亿]?元|花[费了]|造价|票价|[售房油定]价|价格|投资.{0,4}多少|(?:奖金|资金|收入|工资|月薪|费用?|租金|利润|营收|营业额|产值|金额)(?:是|为|有|达|共)?多少"
     r"|\bhow much (?:money|(?:did|does|do|will|would|has|have|is|was|were|are)\b.*\b(?:cost|pay|paid|spen[dt]|lo[sz]e|lost|earn|make|made|raise"
     r"|worth|invest|owe|donat|fetch|sell|charge))"
     r"|\bcosts?\b|\b(?:price|fare|fee|salary|wages?|income|budget|revenue|turnover|profit|debt|deficit|worth)\b",
     r"元|[$£€¥]|yuan|dollar|pound|euro|rmb|usd|日元|英镑|卢[布比]|rupees?|yen"),
    ("area", r"面积|\bhow (?:large|big) (?:an |is the )?area|\bareas?\b|\bfloor space", r"平方|公顷|亩|\bsq(?:uare)?\b|km²|m²|hectare|acre"),
    ("duration", r"多长时间|多久|历时|为期|工期|展期|时长|持续.{0,3}多|几(?:天|年|个月|个?小时|分钟|周)|多少(?:天|年|个月|个?小时|分钟|周|个?星期)"
     r"|\bhow long (?:did|does|do|will|would|has|have|had|can|may)\b|\bhow many (?:days|weeks|months|years|hours|minutes)|\bduration\b"
     r"|\bhow long\b.*\b(?:last|take|took|stay|wait|open for)",
     r"年(?!级)|个?月|天|小时|分钟|秒|周(?!岁)|星期|(?<!\d)日$|\b(?:year|month|week|day|hour|minute|second)s?\b"),
    ("speed", r"时速|速度|多快|\bhow fast\b|\bspeed\b", r"公里|千米|米|\bkm|\bmph|kilomet|miles?\b"),
    ("length", r"多[长高深宽远厚]|(?:全长|总长|长度|高度|深度|宽度|里程|距离|海拔)|\bhow (?:long|tall|high|deep|wide|far)\b|\b(?:length|height|depth|width|distance)\b",
     r"公里|千米|海里|[厘毫微]?米(?!尔)|[丈尺]|\bkm\b|\bmet(?:re|er)s?\b|kilomet|miles?\b|f(?:ee|oo)t\b|\binch|\byards?\b|\bcm\b|\bmm\b"),
    ("weight", r"多重|重量|体重|多少(?:吨|斤|公斤|千克)|\bhow heavy\b|\bweigh", r"吨|斤|克|\bton|\bkg\b|\bkilo|pounds?\b|\bgram"),
    ("temperature", r"气温|温度|多少度|摄氏|\btemperature\b|\bdegrees\b", r"℃|度|degrees?|°"),
    ("people", r"多少(?:名|位|个)?(?:人|群众|市民|居民|游客|学生|选手|观众|志愿者|旅客|读者|员工|村民|队员)"
               r"|\bhow many (?:people|visitors|students|residents|workers|passengers|spectators|volunteers)\b",
     r"人|名|位|people|visitors|students|residents|workers|passengers|spectators|volunteers|men\b|women\b|children"),
)]
_MEASURED = re.compile(r"\d ?(?:[kcm]?m|kg|mph|met(?:re|er)s?|kilomet(?:re|er)s?|miles?)\b", re.I)  # "800m gold" counts no gold
_HOURLY = re.compile(r"时速|速度|每小时|秒速|mph|/h|per hour|speed", re.I)
_MEASURE = re.compile(r"(?:多少|几)(?P<word>[个家名位项条所台部种份次届座只件本支篇场档款首天年人倍岁户口头辆艘架栋间幢棵株匹层吨亩元块分秒周轮批组类对双门张])")
_PLAIN = re.compile(r"多少|几[个家名位项条所台部种份次届座只件本支篇场款首户口头辆艘架栋间棵株匹层张]|\bhow many\b", re.I)


def wanted(question: str) -> str:
    """The kind of quantity that a question asks for ("money", "duration", "phone" ...), "count" of things, or "" for any."""
    for name, asking, _ in _KINDS:
        if asking.search(question):
            return name
    return "count" if _PLAIN.search(question) else ""


def fits(value: Value, kind: str, question: str, before: str = "") -> float:
    """How well a figure is of a kind of quantity, -1 to 1: 1 where it is, -1 where it surely is of another, 0 where nothing tells.

    Args:
        value: the figure.
        kind: as :func:`wanted` gave it.
        question: the question, for its measure word.
        before: what stands right before the figure, for a speed is a length in an hour.
    """
    same = next((holding for name, _, holding in _KINDS if name == kind), None)
    measure = _MEASURE.search(question)
    if same is not None:
        if not same.search(value.unit if kind == "people" and value.unit else value.text):
            return -1.0
        if kind == "speed" and not _HOURLY.search(before + value.text):
            return 0.0
        return 0.5 if measure and kind == "duration" and measure["word"] not in value.unit else 1.0
    if kind != "count":
        return 0.0
    measured = _MEASURED.search(value.text) and not _MEASURED.search(f"1 {question.lower().partition('how many ')[2]}")
    if measured or any(holding.search(value.text) for name, _, holding in _KINDS if name in ("percent", "money")):
        return -1.0
    return 0.5 if measure and measure["word"] != "个" and value.unit.startswith(measure["word"]) else 0.0
