"""Finds where a report begins: behind what a newsroom puts before it.

That is the label of a headline ("原标题："), a source, a bureau line
("新华社北京6月1日电（记者张三）", "LONDON (Reuters) -"), a byline, the caption of a picture. A
quote starts behind them, and stays a slice of the article.
"""

from __future__ import annotations

import re

from rag.question.pinyin import surnames

# Characters from its beginning in which the end of a headline is sought.
_MAX_HEADLINE_CHARACTERS = 120

_DATE = r"(?:\d{4}\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?日"
# How a report begins when its headline runs into it, without a mark between.
_OPENS = rf"(?:截[至止]|自)?{_DATE}|近日|日前|连日来|近期|记者从|当地时间|本文转自"
_NAME = r"[^，。；：！？、“”「」\s（()）]"
_QUOTED = rf"(?:{_NAME}{{0,14}}?“[^”]{{1,8}}”)?"  # "新华社“雪龙2”号8月12日电"
_OUTLET = r"(?:报|网|社|台|刊|客户端|新闻|时刻|经纬|之家|科技|财经|融媒体?|传媒|APP|在线|频道|中心|[（(]\S{2,12}?[)）])"
_BRACKET = r"(?:\s*[（(【\[][^（()）【】\[\]。\n]{1,90}[)）】\]])"
# Not the 讯 and 电 of other words, such as 电话 and 讯问.
_SENT = (
    r"(?:综合|专|午间|早间|晚间)?\s?(?:电(?![话视影力子商池量网动报源梯器竞站台信脑])(?:题)?"
    r"|讯(?![问号息飞])|消息(?!称|人士|显示|传|面)|(?:综合)?报道(?!称|说|，))"
)
_BUREAU = (
    rf"(?:(?!另?据|根据|援引|记者){_QUOTED}{_NAME}{{0,24}}?(?:\s{_NAME}{{2,12}})?\s?{_DATE}\s?{_SENT}"
    rf"|(?!另?据|根据){_NAME}{{0,14}}?{_OUTLET}{_NAME}{{0,6}}?(?:电|讯|消息)"
    rf"(?=[\s（(：:—，,]|据|近日|日前|\d)){_BRACKET}?[\s：:，,—]*"
    r"|(?!另?据)[\u4e00-\u9fff]{2,8}消息[:：]"
    # "中新社马尼拉7月22日 (记者 张兴龙)"
    rf"|(?:新华社|中新[社网]){_NAME}{{0,10}}\s?{_DATE}\s*[（(]\s?记者[^（()）\n]{{1,40}}[)）]\s*"
)
_KNOWN = (
    r"(?:新华社|中新[社网]|中新经纬|人民网|央视网|央广网|新京报|环球网|海外网|红网|荆楚网|中国经济网|光明日报|财联社|快科技"
    r"|金融界|中国青年报|本报|本网|[\u4e00-\u9fff]{2}(?:日报|晚报|都市报|网)|IT之家)"
)
# The writer: "湖北日报全媒记者 王岚 实习生 李原", "文/本报记者 王岚", "By Jane Doe, Reuters".
_SURNAME = "".join(name for name in surnames() if len(name) == 1)
_PERSON = (
    rf"(?:[{_SURNAME}]\s?[\u4e00-\u9fff](?:(?![在从于对向近])[\u4e00-\u9fff])?"
    r"|[\u4e00-\u9fff]{1,5}·[\u4e00-\u9fff]{1,5})"
)
_ROLE = r"[□◎■●◆]?[^，。！？：“”（()）【】\[\]\s]{0,16}?(?:\s?[|｜丨]\s?)?(?:记者|通讯员|实习生|作者|摄影|特派员)"
_PEOPLE = rf"{_PERSON}(?:[\s、，,]+{_PERSON})*"
_NAMED = rf"{_ROLE}\s*[:：/|｜]?\s*{_PEOPLE}[\s、，,]*"
_SPACED = rf"(?:{_ROLE}(?:\s*[:：/|｜]\s*|\s+)|实习生|通讯员){_PEOPLE}\s*"
_WROTE = (
    rf"(?:{_NAMED})+(?:[\u4e00-\u9fff]{{2,3}})?"
    r"(?:(?:摄影|综合|整理|编译)?报道(?![称说了，的])|摄(?![影像氏取入制])|文/?图|图/?文)[\s:：]*"
    rf"|(?:{_PERSON}\s+)?(?:{_SPACED})+(?={_OPENS}|“|据)"
    rf"|(?:{_NAMED})+(?<=\s)(?![从在对向就问获了采走致来看发表也还又及和的])"
    r"|[Bb][Yy] [A-Z][\w'’-]+(?: [A-Z]\.)?(?: [A-Z][\w'’-]+){1,2}"
    r"(?:(?:,| and) [A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,3}){0,3}"
    r"(?:\s*[|•:\n–—]\s*|\s+(?=(?:The|An?|In|On|At|It|More|Two|Police|Officials)\b))"
)
_BYLINE = (
    rf"{_WROTE}|"
    r"[（(【\[][^（()）【】\[\]。？?！!，,\n]{0,30}?(?:记者|通讯员|作者|编辑|实习生|来源|报道|讯)"
    r"[^（()）【】\[\]。？?！!\n]{0,60}[)）】\]]"
    r"|[^，。！？：“”\n]{0,40}?(?:记者|通讯员)[^，。！？：“”\n]{0,40}?(?:摄影报道|报道)\s*[:：]"
    r"|(?:撰?文字?|图片?|编辑|作者|出品|编译|责编|校对|摄影|排版|记者|见习记者|通讯员)(?:[/、"
    r"]\S{1,4}?)?\s?"
    r"[|｜丨/:：]\s?[^\s，。：]{1,14}(?:\s+|(?=[（(【]))"
    r"|(?:稿件|文章|本文|图片|信息)?来源\s?[|｜丨:：]\s*[^，。"
    rf"！？\n]{{1,24}}?(?:\s+|(?={_OPENS}|原标题|本[报网]讯))"
    r"|(?:摘要|导语|核心提示|核心阅读|导读|提要)\s?[:：]"
)
_CAPTION = (
    r"[^。！？\n]{0,60}?[（(][^（()）。]{0,30}(?:摄|供图|图源|提供|截图|图片|资料图)[^（()）。"
    r"]{0,12}[)）]"
    r"|[^，。！？：\n]{0,40}?(?:供图|(?:视频|网络|网页|微博|监控)截图|资料图片?|网络图片)[\s/]*"
    r"(?=[\d\s【（(]|近日|日前|$)"
    r"|[^。！？\n]{0,80}?记者\s?(?:[\u4e00-\u9fff·]\s?){2,8}摄(?![影像氏取入制])[)）】]?"
    r"|[^，。！？：\n]{0,16}?供图(?!片)[\s/]*"
    r"|(?:[\u4e00-\u9fff·]\s?){2,4}\s摄[)）]?\s+"
    rf"|[^，。！？：\n]{{0,30}}?(?:视觉中国|东方IC|新华社)\s?图片?\s*(?={_OPENS}|\s)"
    r"|(?:视觉中国|东方IC)\s图(?![片书像])"
    r"|(?:上|下|左|右|题)?图(?:为|[\d一二三四五六]{1,2}\s?[:：为])[:：]?|[▲△↑▼↓]+(?:图为)?"
)
_LATIN = (
    r"(?:[A-Z][\w.'’ /-]{1,40}(?:, [A-Z][\w.'’ ]{1,30}){0,3}\s?)?[(（\[](?:[A-Z][\w&.'"
    r" /-]{1,30})[)）\]]"
    r"\s?(?:-{1,2}|[–—])\s*"
    r"|[A-Z]{3,}[A-Z .'-]*(?:, [A-Z][\w.' ]{1,24}){0,2}\s?(?:--|[–—]| - )\s*"
    r"|(?:FILE PHOTO|Photo|Image|Caption|Source|Picture)s?\s?:\s*|\[Photo[^\]]{0,40}\]\s*"
)
_CREDIT = re.compile(r"\s*(?:来源|作者|编辑|责编|校对|审核)(?:\s*[|｜丨:：/]|\s+(?=\S{1,12}\s*$))")
# What pages show below a report, whatever stands before it.
FOOTER_PATTERN = "责任编辑|责编[:：]|返回搜狐|查看更多|图片来源|分享让更多人看到|真人直播 >>"
_BELOW = re.compile(rf"{FOOTER_PATTERN}|如若?转载|未经[^，。]{{0,8}}转载")
_LEAD = re.compile(rf"\s*(?:原标题\s*[:：]|{_BUREAU}|{_BYLINE}|{_CAPTION}|{_LATIN})\s*")
_BEHIND = re.compile(
    r"\s*[（(【\[](?:完|[^（()）【】\[\]。]{0,16}?(?:记者|通讯员|编辑|责编|来源|作者|本文来自)[^（()）【】\[\]]{0,60})"
    r"[)）】\]]\s*$"
)
_MAX_CREDIT_CHARACTERS = 90  # most characters of a credit that is cut from the end of a quote
_LABEL = re.compile(r"\s*原标题\s*[:：]\s*")
_RUNS_INTO = re.compile(
    r"\s{2,}|(?<=[^\s，,、"
    rf"：:；;（()）《“‘「》至于在从自到])(?={_OPENS})|(?=【[^】]*(?:记者|报道|讯)[^】]*】)"
)
_APART = re.compile(rf"\s{{4,}}(?={_OPENS})")  # a wide gap between a headline and its report
_TWICE = re.compile(r"(?P<headline>\S.{5,60}?)\s*(?P=headline)\s*")
_WITHIN = re.compile(
    rf"文[/／|｜]{_NAME}{{0,12}}?记者\s|{_KNOWN}{_QUOTED}{_NAME}{{0,14}}?(?:(?:\s?{_DATE})?\s?(?:电|讯"
    rf"|消息)(?=[\s（(：:—])|\s?[|｜丨]\s?记者)"
)


def begins_at(text: str, start: int, end: int, keep: int) -> int:
    """Where a quote of ``text[start:end]`` begins, without what stands before the report.

    Args:
        text: of an article.
        start, end: offsets of a sentence in it.
        keep: offset of what must be quoted; the quote begins there at the latest.
    """
    at = start
    if label := _LABEL.match(text, start, end):
        at = label.end()
    ends = headline_end(text, at, end, bool(label))
    at = ends if ends <= keep and not _LEAD.match(text, at, end) else at
    while (lead := _LEAD.match(text, at, end)) and at < lead.end() <= keep:
        at = lead.end()
    return at


def ends_at(text: str, start: int, end: int, keep: int) -> int:
    """Where a quote of ``text[start:end]`` ends, without a "（记者 王岚）" or "（完）" at its end.

    It ends at the offset ``keep`` at the earliest.
    """
    found = _BEHIND.search(text, max(start + 1, end - _MAX_CREDIT_CHARACTERS), end)
    return found.start() if found and found.start() >= keep else end


def is_credit(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` belongs to a credit, or to what pages show below a report.

    Its line begins with who wrote or sent the report ("来源 央广网"), or has words before it that
    pages show below one ("如若转载，请注明来源：").
    """
    begin = max(text.rfind(mark, 0, start) for mark in "。！？”\n") + 1
    return bool(_CREDIT.match(text, begin, end) or _BELOW.search(text, begin, end))


def headline(text: str, start: int, end: int) -> str:
    """The headline that runs into a report's first sentence; if there is none, that sentence.

    The sentence is then given from where the report begins.

    Args:
        text: of an article without a title.
        start, end: offsets of its first sentence.
    """
    label = _LABEL.match(text, start, end)
    at = label.end() if label else start
    until = headline_end(text, at, end, bool(label))
    return text[begins_at(text, at, end, end - 1) if until == end else at : until]


def headline_end(text: str, start: int, end: int, labelled: bool = False) -> int:
    """Where a headline ends that begins at ``start`` and runs into its report; ``end`` for none.

    Args:
        text: of an article.
        start, end: offsets of a sentence in it, without the label of its headline.
        labelled: whether that label stands before it, so that there surely is a headline.
    """
    near = min(end, start + _MAX_HEADLINE_CHARACTERS)
    found = [one.start() for one in (_WITHIN.search(text, start, near),) if one]
    found += [one.end() for one in (_APART.search(text, start + 6, near),) if one]
    if labelled:
        again, into = _TWICE.match(text, start, near), _RUNS_INTO.search(text, start + 6, near)
        found += [one.end() for one in (again, into) if one]
    return min((at for at in found if at > start), default=end)


def unopened(text: str) -> bool:
    """Whether a text ends with the mark of a quotation that began before it."""
    opening = {"”": "“", "」": "「", "』": "『"}.get(text[-1:], "")
    return bool(opening) and len(text) > 1 and text.count(text[-1]) > text.count(opening)
