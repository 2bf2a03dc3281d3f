"""Persons and organisations in Chinese and English text, found by the words around them, without a model.

Made for a sentence that is already known to answer a question: it would rather offer a name too many.
"""

from __future__ import annotations

import functools
import re

from rag.reader.value import Value, without_overlap
from rag.corpus.places import find_places

# ---- Chinese persons
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史"
    "陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温芦柴关牛尤苗葛乔翟温庄鲁殷施易安倪俞章祝颜聂齐岳詹申柳季耿骆左焦欧管伍阎车房裴翁甘卜路祁习包柯项凌成霍辛冉岑褚窦阮蓝闵席麦屈邢"
)
_DOUBLE = "欧阳|上官|司马|诸葛|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|宇文|长孙|澹台"
_TITLES = (
    "总书记|副书记|书记|市长|省长|县长|区长|州长|镇长|乡长|村长|部长|局长|厅长|馆长|园长|处长|科长|司长|署长|行长|院长|校长|所长|站长|社长|台长|队长|班长|组长|会长|理事长|秘书长|董事长|检察长|院士|船长|机长|团长"
    "|主席|副主席|总理|副总理|总统|首相|国王|女王|外长|防长|大使|发言人|主任|常委|委员|代表|总经理|总裁|经理|总监|首席执行官|创始人|负责人|主编|总编辑|编辑|记者|通讯员|主播|主持人"
    "|教授|研究员|专家|学者|博士|工程师|设计师|医生|医师|护士|律师|法官|检察官|教练|运动员|选手|队员|球员|演员|导演|编剧|作家|作者|诗人|歌手|画家|音乐家|科学家|企业家|艺术家"
    "|村民|居民|市民|业主|司机|学生|老师|同学|同志|先生|女士|烈士|民警|战士|将军|司令员|政委|志愿者|支书|消费者"
)
_ACTS = (  # what a person does: enough to see a name before it
    "出席|表示|介绍|指出|认为|强调|告诉|主持|宣布|透露|坦言|当选|获得|荣获|参加|带领|讲话|致辞|回忆|称|接受|担任|率队|率团|率领|说|分别|一行|等|会见|会晤|发表|签署|前往|访问|抵达|要求|提出|建议|作出"
    "|执导|主演|撰写|创作|发现|发明|创办|创立|出生|逝世|去世|先后|任"
)
_GOES_ON = (  # enough to end a name after a title
    f"{_ACTS}|率|道|赴|在|与|和|向|到|对|于|为|就|也|曾|已|将|是|的|及|从|被|把|作|正|又|还|则|以|获|当|来|去|并|因|今|同|都|批示|调研|考察|检查|视察|饰"
)
_GIVEN = r"[\u4e00-\u9fff]"
_WORDS = (  # words that begin like a name
    r"(?!方[面式案法向便针可能才言位还]|成[果本为立功员绩都长熟交]|车[位辆库主站间厢型祸]|季[度节后前]|金[融额属牌色银]|关[于注键系闭心爱门怀税联]|管[委理控道辖]|周[一二三四五六日末边围年期]|夏季"
    r"|安[全抚排装置静慰徽心]|高[度级校速兴中温考铁层质效端]|曾[经多任在获]|白[色天领酒]|黄[色金河]|林[业地区木]|石[油头化]|江[苏西南北]|马[上来路拉]|温[度暖和]|任[务何命职期免]|余[额名下]|常[见务委规态用年]"
    r"|严[格重肃厉禁]|万[元人多家]|向[前来上下]|项[目链]|习[惯俗]|焦[急点虑]|左[右侧]|包[括含装]|毛[利病]|路[面上口段过]|程[度序]|房[子屋间价东地产]|牛[奶肉]|陆[地续军上]|申[请报购花办]|祝[贺愿福]|顾[客问]"
    r"|戴[着上]|施[工行救]|郑重|谢[谢意]|何[时种]|史上|欧[洲盟元]|武[汉警装术器]|殷切|时[候间]|连[续接]|强[调化]|段时)"
)
_SURNAME = rf"{_WORDS}(?:{_DOUBLE}|[{_SURNAMES}])"
_FULL = rf"{_SURNAME}{_GIVEN}(?![等和与也曾已将又均都率称任说在是的了为到向对从被把摄带代队会今还于就只委获当返校编责审图市县区省镇乡村州]){_GIVEN}"


def _short(before: str) -> str:
    """A surname and one character, where one of the words ``before`` or no Chinese character follows."""
    return rf"{_SURNAME}{_GIVEN}(?=(?:{before}|[^\u4e00-\u9fff]|$))"


_NAME = rf"(?:{_short(_GOES_ON)}|{_FULL})"
_HEAD = "[" + "".join(sorted({t[0] for t in _TITLES.split("|")})) + "]"  # tried before a hundred words are


@functools.cache
def _chinese_persons() -> tuple[re.Pattern[str], ...]:
    """After a title, before a title, before what a person does. Compiled when first used: it takes 40 ms."""
    return (
        re.compile(rf"(?={_HEAD})(?:{_TITLES})[、：:\s]?(?P<names>{_NAME}(?:[、和与及 ]{_NAME}(?=[、和与及，。；）\s在等]))*)"),
        re.compile(rf"(?<![\u4e00-\u9fff])(?P<names>{_SURNAME}{_GIVEN}{{1,2}}?)(?=\s?(?:{_TITLES}))"),
        re.compile(rf"(?:^|(?<=[\s，。；：、！？“”（）()《》,;:和与及由对让请据以]))(?P<names>{_short(_ACTS)}|{_FULL}(?={_ACTS}))"),
    )


_TRANSLITERATED = (
    "阿埃艾芭娅琪妲娃黛碧薇黎迦萝芙玫祖孜买安昂奥巴白班邦鲍贝本比彼毕宾波伯勃博布查昌戴丹当道德登邓迪蒂丁东杜顿多厄恩尔法凡范菲芬费丰冯夫弗佛福盖甘冈高戈哥格葛贡古瓜圭哈海汉豪赫黑亨洪胡华怀惠霍基吉加贾简杰金京居卡凯坎康考柯科克肯孔库夸奎拉莱赖"
    "保茨楚慈达代邓丁杜蒂费芬佛盖高根桂汉赫侯胡惠霍江坚卡柯库蓝琳珂曼默妮彭普切琴茜赛诗史泰图万香逊燕银赞哲织茱\u8d5b\u857e\u83b1\u7f57"
    "兰朗劳勒雷蕾里理丽利莉连廉良列烈林琳隆卢鲁路露吕伦罗洛玛马麦迈曼芒毛茂梅门蒙孟米密敏明莫默姆穆拿娜纳奈南内尼妮年涅宁纽农努诺欧帕派潘庞培佩彭皮平珀普齐奇恰钱强乔切钦琼丘让热仁日荣茹瑞若撒萨塞桑瑟森沙莎山尚绍舍申圣施"
    "史士舒斯松苏索所塔泰坦唐汤陶特滕提廷通图托瓦万旺威韦维魏温文翁沃乌武西希锡夏香肖谢辛欣兴雄休许逊雅亚延扬杨耀耶叶伊易因英永尤约云泽扎詹占章珍治朱兹子佐"
)
# "北约秘书长斯托尔滕贝格10日称": a foreign name without a dot, behind an office that foreigners hold
_GOING_ON = "当[天地日晚]|今[天日]|强调|特别|同意|达成"
_TITLED_FOREIGN = re.compile(
    r"(?:总统|总理|首相|外长|外交部长|财政部长|国防部长|防长|财长|秘书长|议长|国王|发言人|主席|总裁|行长|首席执行官|董事长|主教练|球星|前锋|导演)"
    rf"(?P<name>(?:(?!{_GOING_ON})[{_TRANSLITERATED}]){{2,7}})(?={_GOING_ON}|[^{_TRANSLITERATED}省市县州岛国语人族籍]|$)"
)
_DOTTED = re.compile(rf"(?![子年以所日因])[{_TRANSLITERATED}]{{1,7}}(?:[·•・‧][{_TRANSLITERATED}A-Z.]{{1,8}})+")

# ---- Chinese organisations
_ENDS = (
    "联合国|联合会|委员会|管委会|理事会|组委会|国务院|检察院|法院|医院|学院|研究院|研究所|设计院|科学院|工程院|博物院|大学(?!生|城)|中学(?!生)|小学(?!生)|学校|幼儿园"
    "|人民政府|市政府|省政府|县政府|区政府|政府|党委|市委(?!书记|副书记|常委|领导|员)|省委(?!书记|副书记|常委|领导|员)|县委(?!书记|副书记|常委|领导|员)|区委(?!书记|副书记|常委|领导|员)|发改委|国资委|卫健委|证监会|银保监会"
    "|有限公司|公司|集团|银行(?!业|卡|间)|(?<!工伤)(?<!医疗)(?<!养老)(?<!失业)(?<!社会)(?<!生育)(?<!农业)保险|证券(?!市)|基金会|协会|学会|商会|工会|妇联|联盟|联社|合作社|俱乐部|总局|管理局|分局|监局|公安局|气象局|统计局|教育局"
    "|(?<![好布结格全大战开定困僵骗残])局(?!面|部|势|限|长|域|地|促|中|外|内|时)|总署|(?<!部)署(?!名|长)|厅(?!长|堂)"
    "|办公室|办公厅|电视台|广播电台|日报|晚报|早报|时报|报社|杂志社|通讯社|新华社|出版社|研究中心|中心(?!城|区|思|任|小|点)|博物馆|图书馆|纪念馆|美术馆|体育馆|科技馆|工厂|部(?!分|门|署|队|长|级|件|位|落|下|委|属|将|族|电|手)|支队|总队|大队"
    "|代表团|(?:卫生|卫|贸易|合作|条约|慈善|国际|行业|社会|民间|政府|非营利)组织(?![了开部])|欧盟|北约|东盟|联储|央行"
)
_ORG_END = re.compile(_ENDS)
_SIDES = "东西南北全内干总中局上下顶底腹背面外前后头胸腰脚"  # 东部, 干部, 全部 are no ministries
_STOP = re.compile(
    r".*(?:[^\u4e00-\u9fffA-Za-z0-9·]|[的在由向从到被把将是了让请据经于以为对给跟]|(?<!发展)(?<!工业)(?<!住房)(?<!资源)(?<!卫生)(?<!文化)(?<!农业)(?<!市场)(?<!人力)[和与及](?!国)|来自|联合|协调|携手"
    r"|组织|召集|会同|前往|邀请"
    r"|(?<!国)有(?!限)|享受|感谢|预计|参加|尊重|帮助|发挥|按照|根据|签发|出售|推动|近日|昨日|今日|日前|当日|时任|现任|担任|加入|成立|获得|包括|要求|通过|指导|领导|支持|位于|进入|走进|毕业|其中|以及|还有|这家|该|本|各|某|多家|[一两几\d][家名个所]"
    r"|[年月日届])",
    re.DOTALL,
)
_ALONE = "联合国|国务院|欧盟|北约|东盟|新华社|央行|美联储|证监会|发改委|国资委|卫健委|银保监会|最高人民法院|最高人民检察院|世卫组织|世界卫生组织"
_ALONE_RE = re.compile(_ALONE)

# ---- English
_CAP = r"(?:[A-Z][a-zà-ÿ]+(?:['’](?!s\b)[A-Za-z]+)?(?:-[A-Za-z]+)*|[A-Z]\.(?:[A-Z]\.)*|O'[A-Z][a-z]+|Mc[A-Z][a-z]+)"
_PARTICLE = r"(?:de|da|di|del|van|von|der|den|bin|ibn|al|el|la|le|dos|ter)"
_HONOUR = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lord|Lady|Dame|President|Vice President|Prime Minister|Minister|Chancellor|Premier|Senator|Secretary"
    r"|Governor|Mayor|Judge|Justice"
    r"|General|Captain|Colonel|King|Queen|Prince|Princess|Pope|Chairman|Director|Ambassador|Coach|Inspector|Reporter)"
)
_PERSON_EN = re.compile(
    rf"(?:{_HONOUR}\.? (?P<titled>{_CAP}(?: (?:{_PARTICLE} )?{_CAP}){{0,2}}))|(?P<plain>(?<![A-Za-z0-9]){_CAP}(?: (?:{_PARTICLE} )?{_CAP}){{1,3}})"
)
_NOT_A_NAME = set(
    "Mr Mrs Ms Dr Instead The A An In On At For From By With And But Or If When While As It Its He She They We You I His Her Their Our This That "
    "These Those There Here What Which Who Where Why How After Before Since"
    " Until Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November "
    "December New North South East West Central"
    " Province City County District Street Road Avenue River Lake Mountain Island Islands Sea Ocean Bay Day Year Month Week Festival Championship "
    "Cup League Open Games Olympic World Union United"
    " States Kingdom Republic People Chinese British American French German Japanese Russian European International National Central Although "
    "However According Last Next Some Many Most All No Not"
    " Quality Month Mid Autumn Spring Summer Winter Olympics Award Awards Prize Internet Christmas Easter".split()
)
# What begins a name, and is no first name: "Australian Idol", "La Paz".
_NO_FIRST_NAME = set(
    "Australian Canadian Italian Spanish Dutch Swiss Swedish Norwegian Danish Finnish Polish Turkish Greek Indian Pakistani Korean Vietnamese Thai "
    "Indonesian Malaysian Filipino Iranian Iraqi Israeli Palestinian Saudi Egyptian African Asian Brazilian Mexican Argentine Argentinian Chilean "
    "Cuban Irish Scottish Welsh English Ukrainian Czech Hungarian Austrian Belgian Portuguese Latin La El Los Las San Santa".split()
)
_BODY = (
    r"(?:University|College|School|Institute|Academy|Bank|Hospital|Ministry|Bureau|Administration|Agency|Association|Council|Committee|Commission"
    r"|Department|Group|Party|Court|Police|Army|Club"
    r"|Office|Organi[sz]ation|Authority|Society|Federation|Foundation|Corporation|Corp|Company|Co|Inc|Ltd|Limited|LLC|PLC|AG|SA|Holdings|Airlines"
    r"|Airways|Motors?|Television|News Agency|Laboratory|Museum"
    r"|Board|Parliament|Congress|Senate|Government|Union|Fund|Trust|Centre|Center|Press|Securities|Insurance|Exchange|Network|Alliance|League"
    r"|Orchestra|Church)"
)
_ORG_EN = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_BODY} (?:of|for) (?:the )?{_CAP}(?:(?:(?:,? and|,| for)? | of (?:the )?){_CAP}){{0,5}}"
    rf"|(?:{_CAP}|[A-Z]{{2,6}}) (?:(?:{_CAP}|[A-Z]{{2,6}}|&|of|and) ){{0,4}}?{_BODY}(?! of)(?: {_BODY})?(?:(?<=Inc|Ltd)\.|(?<=Corp)\."
    rf"|(?<= Co)\.)?(?!\w)|[A-Z][A-Z&]{{1,5}}(?![A-Za-z0-9'.-]))"
)
_NOT_A_BODY = set(
    "US UK USA GDP CEO CFO TV PC DVD CD AM PM GMT BST EST IT AI II III IV VI GB MB EU-wide FBI's HIV AIDS DNA VIP MP MPs PR ID OK PE".split()
)


def find_persons(text: str) -> list[Value]:
    """Names that look like those of persons, in order: 市长韩某某, 王小明教授, 卡万·肖特, "Mr Brown", "Jane Doe"."""
    found = [_value(m.start(), m.end(), "person", text) for m in _DOTTED.finditer(text)]
    found += [_value(*m.span("name"), "person", text) for m in _TITLED_FOREIGN.finditer(text) if not find_places(m["name"])]
    for pattern in _chinese_persons():
        for m in pattern.finditer(text):
            for name in re.finditer(r"[\u4e00-\u9fff]+", m["names"]):
                pieces = re.split("[和与及]", name[0]) if len(name[0]) > 4 else [name[0]]
                at = m.start("names") + name.start()
                for piece in pieces:
                    if len(piece) > 1 and piece[-1] not in "市县区省镇乡村州局厅副" and not find_places(piece):
                        found.append(_value(at, at + len(piece), "person", text))
                    at += len(piece) + 1
    found += _english_persons(text)
    return without_overlap(found)


def _english_persons(text: str) -> list[Value]:
    found = []
    bodies = [(m.start(), m.end()) for m in _ORG_EN.finditer(text)]
    for m in _PERSON_EN.finditer(text):
        group = "titled" if m["titled"] else "plain"
        start, end = m.span(group)
        words = text[start:end].split()
        while words and (words[0] in _NOT_A_NAME or words[0] in _NO_FIRST_NAME or len(words) > 2 and find_places(words[0])):  # "In Beijing Zhang Wei"
            start += len(words.pop(0)) + 1
        while words and words[-1] in _NOT_A_NAME:
            end -= len(words.pop()) + 1
        if len(words) < (1 if group == "titled" else 2) or any(w in _NOT_A_NAME for w in words):
            continue
        if group == "titled" and re.fullmatch(_BODY, words[0]):  # General Administration
            continue
        if group == "plain" and (any(s < end and start < e for s, e in bodies) or find_places(text[start:end])):
            continue
        found.append(_value(start, end, "person", text))
    return found


def find_organisations(text: str) -> list[Value]:
    """Names that look like those of bodies, in order: 某省质监局, 上海交通大学, 联合国, "Bank of China", "Ministry of Health"."""
    places = find_places(text)
    found = [_value(m.start(), m.end(), "organisation", text) for m in _ALONE_RE.finditer(text)]
    for m in _ORG_END.finditer(text):
        before = text[m.start() - 1 : m.start()]
        if m[0] in ("部", "局") and (before in _SIDES or before.isdecimal()):
            continue
        start = _body_start(text, m.start(), places)
        if m.start() - start >= 2 or (m.start() - start == 1 and m[0] in ("政府", "公司")) or any(p.end == m.start() for p in places):
            found.append(_value(start, m.end(), "organisation", text))
    for m in _ORG_EN.finditer(text):
        start = m.start()
        first = text[start : m.end()].split()[0]
        if first in _NOT_A_NAME - {
            "New", "North", "South", "East", "West", "Central", "World", "United", "Chinese", "British", "American", "National", "International",
            "European"
        }:
            start += len(first) + 1
        name = text[start : m.end()].strip()
        if name and name not in _NOT_A_BODY and not (len(name.split()) == 1 and not name.isupper()):
            found.append(_value(start, start + len(name), "organisation", text))
    return without_overlap(found)


def _body_start(text: str, end: int, places: list) -> int:
    """Where the name of a body begins whose last word begins at ``end``: at a place named in it, or after
    the last mark or function word before it."""
    low = max(0, end - 24)
    stop = _STOP.match(text[low:end])
    start = low + (stop.end() if stop else 0)
    inside = [p for p in places if start <= p.start and p.end <= end]
    if inside and inside[0].start - start <= 12:
        return inside[0].start
    return start


def _value(start: int, end: int, kind: str, text: str) -> Value:
    return Value(start, end, kind, text[start:end])
