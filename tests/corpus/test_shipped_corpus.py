"""The articles in corpus/: complete, true to their one source, and in our own words."""

import datetime
import re
import unicodedata
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
SOURCE_FILE = ROOT.parent / "shared" / "corpus" / "quality-month-2011.txt"
FACTS_FROM = "分析测试百科网, 全国“质量月”活动进入了中期阶段, 2011-09-21"
PATHS = sorted(p for p in CORPUS.glob("*.md") if p.name != "README.md")
LONGEST_SHARED_RUN = 20

# Each row is one fact: all of its parts stand together in one Chinese sentence.
CHINESE_FACTS = [
    ("全国“质量月”", "中期"),
    ("“精”字当先", "“宣”字开路", "“合”字发力", "“实”字为本"),
    ("全国质检系统", "半年工作总结会议", "有关部门的意见"),
    ("四川", "福建", "本省特色"),
    ("青海", "浙江", "总局", "同一天启动"),
    ("德州市", "敖汉旗", "启动仪式"),
    ("质量强省（区、市）",),
    ("北京市", "《首都标准化战略纲要》", "实施动员大会"),
    ("福建省", "省政府的名义", "《关于实施质量强省提升产品质量的意见》"),
    ("福建省", "“两大工程”", "质量提升", "质量兴园"),
    ("福建省", "“两大战略”", "技术标准", "以质取胜"),
    (
        "福建省",
        "“四大体系”",
        "质量诚信监督",
        "质量信息资源共享",
        "质量安全动态监管",
        "检验检测公共服务",
    ),
    ("浙江省政府", "启动仪式", "全省上下", "质量强省建设"),
    ("河南", "吉林", "质量兴省工作大会"),
    ("湖北省", "《湖北省实施质量兴省战略发展规划(2011-2020年)》"),
    ("“为民服务创先争优”", "结合"),
    ("内蒙古", "河南", "窗口标准化建设", "服务水平"),
    ("广东省质监局", "党团小组", "群众性", "攻关"),
    ("广东省质监局", "先锋模范", "个人", "集体"),
    ("四川", "甘肃", "“质量服务”"),
    ("总局", "办出声势"),
    ("山西省质监局", "《大众标准化》", "首届", "“优秀典型企业质量和服务诚信倡议”", "公告展示专刊"),
    ("山西省", "专刊", "优秀企业"),
    ("永州市", "“六五”普法", "法律法规"),
    ("南昌市", "“质量提升”", "电视节目", "名牌战略", "质量兴市"),
    ("南京市", "“质监讲堂”", "社区", "食品"),
    ("四川省质监局", "社区广场", "透明", "模拟电梯", "实景演练"),
    ("四川省", "电梯演练", "居民", "“演员”"),
    ("四川省质监局", "广场四周", "“电梯使用安全诊所”"),
    ("四川省", "画面", "“问诊”", "应对措施"),
    ("宁德市质监局", "“月是故乡明，中秋质量行”", "传统文化"),
    ("宁夏质监局", "电视公益广告"),
    ("湖北省", "质量公益短信"),
    ("天津新闻（滨海频道）", "“走进天津名牌”"),
    ("2011年第五届河北品牌节", "开幕", "“诚信发展·共创和谐”"),
    ("河南省", "“质量大讲堂”", "首期"),
    ("云南省", "社区", "校园", "乡村"),
    ("“合”字", "合拍", "合力", "“一盘棋”"),
    ("总局领导", "上海", "新疆", "江西", "北京", "吉林", "四川"),
    ("地方党政领导", "批示", "启动仪式"),
    ("2010年度“上海市市长质量奖”", "上海市委副书记、市长韩正"),
    ("浙江省政府", "督查组", "发改", "建设", "环保", "质监", "四部门"),
    ("宁夏质监局", "局领导带队", "督查"),
    ("筹备", "活动方案", "启动仪式", "有关部门"),
    ("福建省质监局", "教育", "经贸", "现场宣传咨询活动"),
    ("云南省质监局", "省通信管理局", "公益短信"),
    ("黑龙江", "海南", "贵州", "“质量诚信承诺”", "约有700多家企业"),
    ("四川省质监局", "300家企业", "互学互访"),
    ("四川省质监局", "人大代表", "政协委员", "大学生", "普通市民", "优秀食品生产企业"),
    ("四川省", "食品企业", "标准化", "生产的过程"),
    ("黑龙江省", "13个地市", "同一天", "26个检验检测室", "13台移动实验室"),
    ("黑龙江省", "近1万人次"),
    ("山东省质监局", "娃娃", "50名儿童代表", "启动仪式"),
    ("四川", "江西", "广西", "新疆", "海南", "湖北", "抽查", "月饼", "企业"),
    ("四川", "江西", "广西", "新疆", "海南", "湖北", "新闻发布会", "中秋节"),
    ("广西", "天津", "“阳光纤检进高校”", "专项执法检查"),
    ("广西", "天津", "49所高校", "学生床上用品"),
    ("广西", "天津", "100多个", "无证经营摊点", "学校周边"),
    ("广西", "天津", "没收", "“黑心棉”"),
    ("苏州市", "开幕式", "品牌企业峰会"),
    ("苏州市", "上海交通大学", "品牌研究专家", "《强势品牌的三大基础》"),
    ("苏州市", "重点名牌企业", "400余名", "高层管理人员", "品牌理念"),
    ("天津市质监局", "眼镜验光配镜技能大比武"),
    ("天津市", "大比武", "计划", "9月20日", "决赛"),
    ("某锅炉设备生产企业", "设计", "火灾", "福建省质监局", "第一时间", "约谈机制"),
    ("福建省质监局", "监察部门", "检验机构", "制造企业", "检验方案", "设备", "火灾原因"),
    ("福建省质监局", "安全意识", "产品质量"),
]

# The same for English, so that English questions have English evidence.
ENGLISH_FACTS = [
    ("Qinghai", "Zhejiang", "same day", "General Administration"),
    ("Dezhou", "Aohan Banner", "launch ceremonies"),
    ("Beijing", "《首都标准化战略纲要》"),
    ("Fujian", "《关于实施质量强省提升产品质量的意见》"),
    ("Hubei", "2011 to 2020"),
    ("Sichuan", "elevator", "drill", "community square"),
    ("Heilongjiang", "13 cities and prefectures", "26 inspection", "13 mobile laboratories"),
    ("Heilongjiang", "nearly 10,000 visits"),
    ("Heilongjiang", "Hainan", "Guizhou", "over 700 companies"),
    ("Sichuan", "300 companies"),
    ("Shandong", "50 children"),
    ("Han Zheng", "Shanghai Mayor's Quality Award", "2010"),
    ("Sichuan", "Jiangxi", "Guangxi", "Xinjiang", "Hainan", "Hubei", "mooncake"),
    ("Guangxi", "Tianjin", "49 universities"),
    ("Guangxi", "Tianjin", "100 unlicensed stalls"),
    ("Suzhou", "Shanghai Jiao Tong University", "400 senior managers"),
    ("Tianjin", "contest", "September 20"),
    ("boiler", "fire", "Fujian"),
]

# Every number of the source; an article may hold no other ("10,000" is 1万 in English).
FIGURES = {
    "700",
    "300",
    "13",
    "26",
    "1",
    "10,000",
    "50",
    "49",
    "100",
    "400",
    "9",
    "20",
    "2010",
    "2011",
    "2020",
}


def load(path):
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return {**yaml.safe_load(front), "content": body.strip()}


def bodies(lang):
    return [post["content"] for post in map(load, PATHS) if post["lang"] == lang]


def in_one_sentence(fact, texts, end_marks):
    sentences = (s for text in texts for s in re.split(f"{end_marks}|\n+", text))
    return any(all(part in sentence for part in fact) for sentence in sentences)


def bare(text):
    """Letters and digits only, width-folded: punctuation does not make a copy a new sentence."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text))


def source_text():
    if not SOURCE_FILE.is_file():
        pytest.skip("the source article is not beside this checkout")
    return SOURCE_FILE.read_text(encoding="utf-8")


def without_titles(text):
    """The pieces of a text between document titles, which have to be repeated exactly."""
    return [bare(piece) for piece in re.split("《[^》]*》", text)]


def test_number_of_articles_and_languages():
    languages = [load(path)["lang"] for path in PATHS]
    assert 10 <= len(PATHS) <= 14
    assert set(languages) == {"zh", "en"}
    assert languages.count("en") >= 3
    assert languages.count("zh") > languages.count("en")


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_front_matter_and_length(path):
    post = load(path)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", path.name)
    assert post["title"].strip()
    assert post["date"] == datetime.date(2011, 9, 21)
    assert post["source"] == "分析测试百科网"
    assert post["facts_from"] == FACTS_FROM
    assert "Yinju" in post["note"]
    if post["lang"] == "zh":
        assert 200 <= len(post["content"]) <= 600
    else:
        assert 120 <= len(post["content"].split()) <= 250


def test_titles_differ():
    titles = [load(path)["title"] for path in PATHS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("fact", CHINESE_FACTS, ids=lambda f: f[0] + "-" + f[-1])
def test_fact_stands_in_one_chinese_sentence(fact):
    assert in_one_sentence(fact, bodies("zh"), "[。！？]")


@pytest.mark.parametrize("fact", ENGLISH_FACTS, ids=lambda f: f[0] + "-" + f[-1])
def test_fact_stands_in_one_english_sentence(fact):
    assert in_one_sentence(fact, bodies("en"), r"[.!?](?=\s)")


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_no_invented_figure(path):
    post = load(path)
    figures = set(re.findall(r"\d+(?:,\d{3})*", post["title"] + "\n" + post["content"]))
    assert figures <= FIGURES


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_quoted_names_are_those_of_the_source(path):
    source = bare(source_text())
    post = load(path)
    names = re.findall("《([^》]*)》|“([^”]*)”", post["title"] + "\n" + post["content"])
    assert [n for pair in names for n in pair if n and bare(n) not in source] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_no_sentence_is_copied(path):
    size = LONGEST_SHARED_RUN + 1
    windows = {
        piece[i : i + size]
        for piece in without_titles(source_text())
        for i in range(len(piece) - size + 1)
    }
    post = load(path)
    copied = [
        piece[i : i + size]
        for text in (post["title"], post["content"])
        for piece in without_titles(text)
        for i in range(len(piece) - size + 1)
        if piece[i : i + size] in windows
    ]
    assert copied == []
