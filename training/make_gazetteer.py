#!/usr/bin/env python3
"""Derive the tables of places in ``rag/corpus/data`` from a gazetteer of divisions and countries.

    python training/make_gazetteer.py GAZETTEER_FOLDER [OUTPUT_FOLDER]

The gazetteer folder holds ``divisions.jsonl`` (code of GB/T 2260, level, zh, short, en, province)
and ``countries.jsonl`` (iso, zh, en, zh_official). Three tables are written, facts only:

* ``divisions.tsv``: code, level, full name, short name, English names (|), province, other Chinese
names (|) * ``countries.tsv``: ISO 3166 code, Chinese name, English name, other Chinese names (|) *
``traditional.tsv``: traditional characters and, under them, the simplified ones that the names use

What a person has to decide (aliases, words that only look like places) is not here but in
``place_aliases.tsv`` and ``place_exceptions.tsv`` beside them. Needs OpenCC (extra ``train``).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

PEOPLES = (  # as they stand in the names of autonomous areas; longest first
    "柯尔克孜族|维吾尔族|哈萨克族|达斡尔族|鄂温克族|乌孜别克族|俄罗斯族|鄂伦春族|布依族|朝鲜族|土家族|哈尼族|傈僳族|拉祜族|东乡族"
    "|纳西族|景颇族|仫佬族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|阿昌族|普米族|塔吉克族|德昂族|保安族|裕固族|独龙族|蒙古族"
    "|柯尔克孜|哈萨克|塔吉克|锡伯|蒙古|回族|藏族|苗族|彝族|壮族|满族|侗族|瑶族|白族|傣族|黎族|佤族|畲族|水族|土族|羌族|怒族|各族"
)
AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:{PEOPLES})+(自治州|自治县|自治旗)$")

# Names that the table has in an older or a wrong form, or not at all.
ENGLISH = {
    "110000": "Beijing|Peking",
    "150000": "Inner Mongolia|Nei Mongol|Neimenggu",
    "540000": "Tibet|Xizang",
    "810000": "Hong Kong|Hongkong|HKSAR",
    "820000": "Macao|Macau",
    "152200": "Hinggan|Xing'an League",
    "152500": "Xilingol|Xilin Gol|Xilinguole",
    "152900": "Alxa|Alashan",
    "320100": "Nanjing|Nanking",
    "320800": "Huai'an",
    "420300": "Shiyan",
    "440300": "Shenzhen|Shenzen",
    "440100": "Guangzhou",
    "451000": "Baise|Bose City",
    "513200": "Aba Prefecture|Ngawa",
    "513300": "Garze|Ganzi",
    "513400": "Liangshan",
    "533400": "Diqing|Deqen",
    "540200": "Shigatse|Xigaze",
    "540300": "Chamdo|Qamdo",
    "540400": "Nyingchi|Linzhi",
    "540500": "Shannan|Lhoka",
    "542400": "Nagqu|Naqu",
    "542500": "Ngari|Ali Prefecture",
    "610100": "Xi'an|Xian",
    "610600": "Yan'an",
    "632600": "Golog|Guoluo",
    "632700": "Yushu",
    "650100": "Urumqi|Wulumuqi",
    "650400": "Turpan|Turfan",
    "652700": "Bortala|Boertala",
    "652800": "Bayingolin|Bayinguoleng",
    "652900": "Aksu|Akesu",
    "653000": "Kizilsu|Kezilesu",
    "653100": "Kashgar|Kashi Prefecture",
    "653200": "Hotan|Hetian",
    "654000": "Ili Prefecture|Yili Prefecture",
    "654200": "Tacheng",
    "654300": "Altay|Aletai",
    "150100": "Hohhot|Huhehaote",
    "150600": "Ordos|Erdos",
    "150700": "Hulunbuir|Hulun Buir",
    "632500": "Hainan Prefecture",
    "632200": "Haibei",
    "220200": "Jilin City",
}
SHORT = {"632500": "海南州", "654000": "伊犁", "653000": "克孜勒苏"}
RENAMED = {  # old name in the table: name since (2016 to 2023); the place keeps its row
    "滦县": "滦州市",
    "肥乡县": "肥乡区",
    "永年县": "永年区",
    "任县": "任泽区",
    "南和县": "南和区",
    "平泉县": "平泉市",
    "大同县": "云州区",
    "长治县": "上党区",
    "屯留县": "屯留区",
    "潞城市": "潞城区",
    "怀仁县": "怀仁市",
    "太谷县": "太谷区",
    "漠河县": "漠河市",
    "嫩江县": "嫩江市",
    "海安县": "海安市",
    "临安市": "临安区",
    "奉化市": "奉化区",
    "玉环县": "玉环市",
    "芜湖县": "湾沚区",
    "繁昌县": "繁昌区",
    "无为县": "无为市",
    "潜山县": "潜山市",
    "广德县": "广德市",
    "长乐市": "长乐区",
    "沙县": "沙县区",
    "长泰县": "长泰区",
    "龙海市": "龙海区",
    "九江县": "柴桑区",
    "余江县": "余江区",
    "赣县": "赣县区",
    "龙南县": "龙南市",
    "东乡县": "东乡区",
    "上饶县": "广信区",
    "济阳县": "济阳区",
    "章丘市": "章丘区",
    "即墨市": "即墨区",
    "蓬莱市": "蓬莱区",
    "莱城区": "莱芜区",
    "茌平县": "茌平区",
    "邹平县": "邹平市",
    "孟津县": "孟津区",
    "长垣县": "长垣市",
    "许昌县": "建安区",
    "淮阳县": "淮阳区",
    "京山县": "京山市",
    "监利县": "监利市",
    "宁乡县": "宁乡市",
    "株洲县": "渌口区",
    "祁阳县": "祁阳市",
    "横县": "横州市",
    "荔浦县": "荔浦市",
    "田阳县": "田阳区",
    "平果县": "平果市",
    "宜州市": "宜州区",
    "梁平县": "梁平区",
    "武隆县": "武隆区",
    "郫县": "郫都区",
    "新津县": "新津区",
    "罗江县": "罗江区",
    "射洪县": "射洪市",
    "隆昌县": "隆昌市",
    "宜宾县": "叙州区",
    "会理县": "会理市",
    "水城县": "水城区",
    "盘县": "盘州市",
    "黔西县": "黔西市",
    "晋宁县": "晋宁区",
    "马龙县": "马龙区",
    "澄江县": "澄江市",
    "水富县": "水富市",
    "禄丰县": "禄丰市",
    "达孜县": "达孜区",
    "米林县": "米林市",
    "错那县": "错那市",
    "那曲县": "色尼区",
    "那曲地区": "那曲市",
    "户县": "鄠邑区",
    "凤翔县": "凤翔区",
    "彬县": "彬州市",
    "子长县": "子长市",
    "南郑县": "南郑区",
    "神木县": "神木市",
    "旬阳县": "旬阳市",
    "华亭县": "华亭市",
    "湟中县": "湟中区",
    "同仁县": "同仁市",
    "库车县": "库车市",
    "沙湾县": "沙湾市",
}
ADDED = [  # divisions younger than the table
    ("133100", "city", "雄安新区", "雄安", "Xiong'an|Xiongan", "河北", ""),
    ("330113", "county", "临平区", "临平区", "Linping", "浙江", ""),
    ("330114", "county", "钱塘区", "钱塘区", "Qiantang", "浙江", ""),
    ("659005", "county", "北屯市", "北屯市", "Beitun", "新疆", ""),
    ("659007", "county", "双河市", "双河市", "Shuanghe", "新疆", ""),
    ("659008", "county", "可克达拉市", "可克达拉市", "Cocodala", "新疆", "可克达拉"),
    ("659009", "county", "昆玉市", "昆玉市", "Kunyu", "新疆", ""),
    ("659010", "county", "胡杨河市", "胡杨河市", "Huyanghe", "新疆", "胡杨河"),
    ("632803", "county", "茫崖市", "茫崖市", "Mangnai", "青海", ""),
]
# Short names of three and more characters that mean something else as well: hills, rivers, a
# battle, an epic.
NOT_ALONE = set(
    "清水河 上甘岭 七里河 青山湖 观山湖 五通桥 水磨沟 铁门关 太子河 鄂伦春 东西湖 特克斯 玛纳斯"
    " 阿拉尔 自流井 四方台 元宝山 五指山 "
    "岳阳楼 西塞山 双台子 清河门 黄石港 水仙湖 科尔沁 喀喇沁 弓长岭 独山子 白碱滩 南沙群岛"
    " 西沙群岛 沙坡头".split()
)
COUNTRY_NAMES = {  # the table follows other usage, or traditional characters
    "DM": "多米尼克",
    "DO": "多米尼加",
    "BQ": "荷兰加勒比区",
    "MK": "北马其顿",
    "CD": "刚果（金）",
    "CG": "刚果（布）",
}
DIVISIONS_TOO = {
    "HK",
    "MO",
    "TW",
}  # in the list of countries of many tables; here they are divisions
WORDS_AFTER = "大学學院银行医电视台晚报日早商时公司集团报社出版研究所证券保险基金俱乐部卫广播省市县区旗州盟自治特别行政县市區縣"


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip()]


def other_names(row: dict, short: str) -> list[str]:
    """Further Chinese names of a division, besides the full and the short one."""
    names = [RENAMED[row["zh"]]] if row["zh"] in RENAMED else []
    autonomous = AUTONOMOUS.match(row["zh"])
    if autonomous and autonomous[2] == "自治州":
        names.append(autonomous[1] + "州")
    if row["level"] == "county":
        bare = autonomous[1] if autonomous else re.sub(r"(林区|县|市|区|旗)$", "", row["zh"])
        whole = not bare.endswith(tuple("新左右中后前矿族翼合域治"))
        if len(bare) >= 3 and whole and bare not in NOT_ALONE:
            names.append(bare)
    return [n for n in dict.fromkeys(names) if n not in (row["zh"], short)]


def division(row: dict) -> tuple[str, ...]:
    autonomous = AUTONOMOUS.match(row["zh"])
    short = SHORT.get(row["code"]) or (
        autonomous[1] if autonomous and row["level"] == "city" else row["short"]
    )
    english = ENGLISH.get(row["code"]) or (row["en"] or "")
    return (
        row["code"],
        row["level"],
        row["zh"],
        short,
        english,
        row["province"],
        "|".join(other_names(row, short)),
    )


def country(row: dict) -> tuple[str, ...]:
    name = COUNTRY_NAMES.get(row["iso"], row["zh"])
    official = row["zh_official"] if row["iso"] not in COUNTRY_NAMES else ""
    return (
        row["iso"],
        name,
        row["en"],
        official if official not in (name, name + "国") else "",
    )  # 日本国内 is 日本


def traditional(simplified: set[str]) -> list[tuple[str, str]]:
    """Pairs of a traditional character and the one of ``simplified`` that it stands for."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    pairs = []
    for line in table.read_text("utf8").splitlines():
        old, _, new = line.partition("\t")
        new = new.split(" ")[0]
        if (
            len(old) == len(new) == 1
            and ord(old) < 0x10000
            and new in simplified
            and old not in simplified
        ):
            pairs.append((old, new))
    return sorted(pairs)


def write(path: Path, lines: list[tuple[str, ...]]) -> None:
    path.write_text("".join("\t".join(line) + "\n" for line in lines), "utf8", newline="\n")


def main(source: Path, target: Path) -> None:
    divisions = [division(r) for r in rows(source / "divisions.jsonl")]
    known = {d[0] for d in divisions}
    divisions = sorted(divisions + [a for a in ADDED if a[0] not in known])
    countries = sorted(
        country(r) for r in rows(source / "countries.jsonl") if r["iso"] not in DIVISIONS_TOO
    )
    write(target / "divisions.tsv", divisions)
    write(target / "countries.tsv", countries)
    hand_written = "".join(
        (target / name).read_text("utf8")
        for name in ("place_aliases.tsv", "place_exceptions.tsv")
        if (target / name).exists()
    )
    used = set(WORDS_AFTER + hand_written).union(
        *("".join(d) for d in divisions), *("".join(c) for c in countries)
    )
    pairs = traditional(used)
    write(
        target / "traditional.tsv",
        [("".join(old for old, _ in pairs),), ("".join(new for _, new in pairs),)],
    )


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(
        Path(sys.argv[1]),
        Path(
            sys.argv[2] if len(sys.argv) == 3 else Path(__file__).parent.parent / "rag/corpus/data"
        ),
    )
