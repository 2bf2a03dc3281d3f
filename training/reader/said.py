"""Questions for who did something, and for what somebody said, from the clauses of the news.

"中国常驻联合国副代表耿爽26日表示，中方支持…" gives "谁表示支持…？" and "耿爽表示了什么？". Names
stand in real sentences beside other names, which composed stories hardly have.
"""

from __future__ import annotations

import random
import re

from training.examples import Example
from training.reader.sources import Text, size_of, spread, stretch
from training.reader.words import Words

GONE, NEAR = 0.22, 0.12  # shares of the passages without the sentence, of a word exchanged
OBJECT = 0.3  # of the questions that ask for what was said or done
ABROAD = 0.15  # of the questions that are put into the other language word by word
DROPPED = 0.2  # of the words of the question that are left out
TRIES = 12  # sentences of an article that are looked at

_SAID = "表示|指出|强调|宣布|称|认为|透露|要求|呼吁|批评|警告|承认|否认|证实|说|介绍说|提出|提议|建议|承诺|预计"
_DID = (
    "启动|发布|公布|通过|签署|举行|举办|开展|推出|批准|成立|建立|完成|获得|赢得|击败|会见|访问|抵达|当选|出席"
    "|主持|发现|观测到|逮捕|抓获|救出|捐赠|投资|收购|建成|开通|修建|研发|任命|辞去|发放|提供|起诉|处罚|调查"
)
_ZH = re.compile(
    r"(?:^|(?<=，))(?P<subject>[^，。；：、“”\"（）()《》\d\s]{2,26}?)"
    rf"(?:(?:于|在)?\d{{1,2}}[日号](?:上午|下午|晚|凌晨)?|近日|日前|当天|昨天|今天)?"
    rf"(?P<verb>{_SAID}|{_DID})了?(?P<rest>[，：:“]*[^。；：“”]{{5,60}})(?=[。；])"
)
_BY_ZH = re.compile(
    r"(?:^|(?<=，))(?P<thing>[^，。；、\d]{2,24})由(?P<subject>[^，。；、]{2,22}?)"
    r"(?P<verb>承办|主办|负责|承建|设计|建设|组织|发起|提供|控制|执导|主演|创作|研制|出资|管理|运营|制定)"
)
_NO_SUBJECT = re.compile(
    r"[但而并据在对此该其他她它这那为由如当自从以因将再也还更已曾正或及与和同随]|我们?|双方|目前|同时|有关|记者"
    r"|会议|报道|消息|通过|根据|按照|其中|不过|然而|虽然|尽管|可以|本[报台文]|[一二两三四五六七八九十]"
)
# Ends of what is surely somebody: a body, an office, or a name behind an office.
_SOMEBODY = re.compile(
    r"(?:部|局|委员会|协会|法院|检察院|研究院|学院|医院|署|厅|研究所|中心|大学|政府|警方|组织|通讯社|团队|集团|公司|银行"
    r"|代表队|俱乐部|军方|外长|总统|总理|首相|发言人|负责人|主席|市长|省长|部长|专家|分析师|女士|先生|某"
    r"|(?:长|席|理|人|家|员|师|表|监|授|士|记|官|者|相|统|任|手|董事|CEO|ceo)(?:[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]+·[\u4e00-\u9fff·]+))$"
)
_BODY = re.compile(
    r"(?:部|局|院|会|署|委|厅|所|中心|大学|学校|政府|警方|组织|社|台|馆|队|团|军|党)$"
)
_FIRM = re.compile(r"(?:公司|集团|银行|企业|厂)$")
_EN = re.compile(
    r"^(?P<subject>(?:The )?[A-Z][\w.'’&-]*(?:"
    r" (?!(?:was|were|is|are|had|has|have|be|been|to|by|that|it|they|he|she)\b)[\w.'’&-]+){0,7}?)"
    r" (?P<verb>(?:has |have |had )?"
    r"(?:said|told|announced|warned|confirmed|denied|launched|signed|opened|won|beat|claimed|admitted"
    r"|revealed|called for|promised|approved|rejected|bought|sold|built|founded|discovered|arrested"
    r"|published|proposed|criticised|praised|backed|accused|appointed|met|scored))"
    r" (?P<rest>[^.;:]{12,110})(?=[.;])"
)
_NO_SUBJECT_EN = re.compile(
    r"(?:But|And|He|She|It|They|We|I|This|That|These|There|In|On|At|As|If|When|While|After|Who|What)\b"
)


def of_clause(words: Words, rng: random.Random, text: Text) -> Example | None:
    """An example from an article; None where none of some sentences is fit for one."""
    for number in rng.sample(range(len(text.spans)), min(TRIES, len(text.spans))):
        sentence = text.sentence(number)
        made = (_chinese if text.lang == "zh" else _english)(words, rng, sentence)
        if made is not None:
            return _beside(words, rng, text, number, *made)
    return None


def _chinese(words: Words, rng: random.Random, sentence: str) -> tuple[str, tuple[int, int]] | None:
    """A question and the offsets of its answer in the sentence."""
    found = _BY_ZH.search(sentence) if rng.random() < 0.3 else _ZH.search(sentence)
    if found is None or _NO_SUBJECT.match(found["subject"]):
        return None
    if not _SOMEBODY.search(found["subject"]):
        return None
    subject, verb = found["subject"], found["verb"]
    if found.re is _BY_ZH:
        who = rng.choice(("谁", "谁", "哪个单位", "哪家机构", "什么机构"))
        thing = _fewer(words, rng, found["thing"], "")
        by = rng.choice(("由", "是由"))
        return thing and (f"{thing}{by}{who}{verb}{rng.choice('的？')}", found.span("subject"))
    rest = found["rest"].strip("，：:“")
    if rng.random() < OBJECT:
        start = found.end("rest") - len(rest)
        asks = (
            ("什么", "了什么", "什么内容", "了哪些内容")
            if verb in _SAID.split("|")
            else ("了什么", "什么")
        )
        return f"{_last(rng, subject)}{verb}{rng.choice(asks)}？", (start, found.end("rest"))
    said = _fewer(words, rng, rest, "")
    if verb in _SAID.split("|") and rng.random() < 0.4:
        verb = rng.choice(("表示", "说", "认为", "称", "指出", ""))
    return said and (f"{_who(rng, subject)}{verb}{said}？", found.span("subject"))


def _who(rng: random.Random, subject: str) -> str:
    """Words that ask for a subject."""
    if _FIRM.search(subject):
        return rng.choice(("谁", "哪家公司", "哪家企业", "哪个公司", "哪家"))
    if _BODY.search(subject):
        return rng.choice(("谁", "哪个机构", "哪个部门", "什么机构", "哪个单位", "哪个组织"))
    return rng.choice(("谁", "谁", "谁", "哪位", "什么人", "哪一方"))


def _last(rng: random.Random, subject: str) -> str:
    """A subject or its end: of an office and a name often the name alone."""
    return subject[-rng.choice((2, 3, 4)) :] if len(subject) > 8 and rng.random() < 0.4 else subject


def _english(words: Words, rng: random.Random, sentence: str) -> tuple[str, tuple[int, int]] | None:
    found = _EN.search(sentence)
    if found is None or _NO_SUBJECT_EN.match(found["subject"]):
        return None
    verb = found["verb"].split(" ", 1)[-1] if found["verb"].startswith("ha") else found["verb"]
    if rng.random() < OBJECT and verb in ("said", "announced", "warned", "claimed", "promised"):
        base = {"said": "say", "announced": "announce", "warned": "warn"}.get(verb, verb[:-1])
        base = {"claime": "claim", "promise": "promise"}.get(base, base)
        return f"What did {found['subject']} {base}?", found.span("rest")
    said = _fewer(words, rng, found["rest"], " ")
    return said and (f"Who {verb} {said}?", found.span("subject"))


def _fewer(words: Words, rng: random.Random, rest: str, space: str) -> str | None:
    """Some words without some of them; None where too few are left, or there are too many."""
    (tokens,) = words.tokens([rest])
    kept = [rest[a:b] for a, b in tokens.spans.tolist() if rng.random() >= DROPPED]
    return space.join(kept) if 3 <= len(kept) and len(tokens) <= 30 else None


def _beside(
    words: Words,
    rng: random.Random,
    text: Text,
    number: int,
    question: str,
    answer: tuple[int, int],
) -> Example | None:
    """The question beside some sentences of the article, with or without the one it was made
    from.
    """
    gone = rng.random() < GONE
    numbers = [n for n in range(len(text.spans)) if not gone or n != number]
    if not numbers:
        return None
    near = min(range(len(numbers)), key=lambda at: abs(numbers[at] - number))
    low, high = stretch(rng, [text.spans[n] for n in numbers], near, size_of(rng, text.lang))
    passage = spread(text, numbers[low:high])
    sentence = text.sentence(number)
    start, end = answer
    offset = passage.find(sentence)
    spans: tuple[tuple[int, int], ...] = ()
    if not gone:
        if offset < 0:
            return None
        spans = ((offset + start, offset + end),)
        if rng.random() < NEAR and (other := words.exchanged(rng, question, passage)):
            question, spans = other, ()
    elif sentence[start:end] in passage and rng.random() < 0.5:
        return None  # the same may be said again
    if text.lang == "zh" and rng.random() < ABROAD:
        question = words.abroad(rng, question)
    title = text.title if sentence[:20] not in text.title and rng.random() < 0.7 else ""
    return Example(question, title, passage, spans, kind="who" if spans else "who-none")
