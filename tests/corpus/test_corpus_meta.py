"""Dates, languages and encodings as found in the wild."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import detect_lang
from rag.corpus.date_grammar import find_date, normal_date
from rag.corpus.encoding import NotText, decode


@pytest.mark.parametrize(
    "text",
    [
        "2015.3.2",
        "2015-03-02",
        "2015/3/2",
        "2015年3月2日",
        "2015 年 03 月 02 日",
        "20150302",
        "20150302101500",
        "Mar 2, 2015",
        "March 2nd, 2015 10:20 AM",
        "2 March 2015",
        "02-Mar-2015",
        "Mon, 02 Mar 2015 08:00:00 GMT",
        "2015-03-02T10:20:30+08:00",
        "二〇一五年三月二日",
        "二零一五年三月二日",
        "发布时间：2015年03月02日 10:20",
        "2 mars 2015",
        "2. März 2015",
        "2 марта 2015 г.",
    ],
)
def test_dates_are_normalised(text):
    assert normal_date(text) == "2015-03-02"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("21/09/2011", "2011-09-21"),
        ("9/21/2011", "2011-09-21"),
        ("5/5/2011", "2011-05-05"),
        ("二〇一一年十月三十一日", "2011-10-31"),
    ],
)
def test_the_order_of_day_and_month_is_read_where_it_shows(text, expected):
    assert normal_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2015",
        "2015-03",
        "2015年3月",
        "yesterday",
        "3 days ago",
        "2015-02-30",
        "2015-13-01",
        "3/4/2015",
        "1425254400",
        "12345678901",
        "二〇一五年十十月三日",
        "March 2015",
        "version 2.0",
        "about 2000 people came",
        "x" * 100,
    ],
)
def test_what_is_no_full_date_is_empty(text):
    assert normal_date(text) == ""


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日", "%B %d, %Y", "%d %b %Y"]),
)
def test_every_day_is_understood(day, notation):
    assert normal_date(day.strftime(notation)) == day.isoformat()


@given(st.text(max_size=60) | st.text("0123456789-/.年月日 :MarchT,一二三十〇", max_size=30))
def test_any_text_gives_a_date_or_nothing(text):
    for found in (normal_date(text), (find_date(text) or ("",))[0]):
        assert found == "" or datetime.date.fromisoformat(found)


def test_a_date_is_found_where_it_stands():
    text = "于2015年3月2日发布"
    found = find_date(text)
    assert text[found.start : found.end] == "2015年3月2日"


@pytest.mark.parametrize(
    "text, lang",
    [
        ("公园开放", "zh"),
        ("公園開放", "zh"),
        ("公司的CEO说GDP增长5%", "zh"),
        ("公园Park", "zh"),
        ("The park opened to the public on Monday.", "en"),
        ("park opening hours", "en"),
        ("hello", "en"),
        ("The 敖汉 banner and 德州 city opened a park", "en"),
        ("公園は三月に開く。", "ja"),
        ("東京タワー", "ja"),
        ("공원이 열렸다", "ko"),
        ("Парк открылся в марте", "ru"),
        ("افتتحت الحديقة", "ar"),
        ("Le parc est ouvert pour les habitants de la ville", "fr"),
        ("Der Park ist für die Stadt geöffnet", "de"),
        ("¿Qué parques abren por la tarde en la ciudad?", "es"),
        ("", "other"),
        ("2015 300 %", "other"),
        ("歌曲《の》发行了新版本，听众很多，评价很高", "zh"),
    ],
)
def test_languages(text, lang):
    assert detect_lang(text) == lang


CHINESE = "市园林局宣布，公园从三月起免费开放，开放时间为早六点至晚十点。"


@given(
    st.text(
        st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"), min_size=1
    )
)
def test_any_text_in_utf8_comes_back(text):
    assert decode(text.encode()) == "\n".join(text.splitlines())


@pytest.mark.parametrize(
    "encoding", ["gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"]
)
def test_encodings_of_chinese(encoding):
    assert decode(CHINESE.encode(encoding)) == CHINESE


@pytest.mark.parametrize("encoding", ["big5", "big5hkscs", "gb18030", "utf-16-le", "utf-16-be"])
def test_encodings_of_traditional_chinese(encoding):
    text = "市政府昨日宣布，自3月起城區12座公園全部免費開放，市民可以憑身份證入園。"
    assert decode(text.encode(encoding)) == text


JAPANESE = "市は昨日、三月から十二の公園を無料で開放すると発表した。市民は身分証で入園できる。" * 3
KOREAN = (
    "시는 어제 삼월부터 열두 개의 공원을 무료로 개방한다고 발표했다. 시민은 신분증으로 들어갈 수"
    " 있다. " * 3
)
RUSSIAN = "Город вчера объявил, что с марта двенадцать парков открыты для всех бесплатно. " * 3


@pytest.mark.parametrize(
    "text, encoding",
    [
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        (KOREAN, "euc-kr"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp1251"),
    ],
)
def test_encodings_of_other_scripts_are_read_rightly_or_refused(text, encoding):
    try:
        assert decode(text.encode(encoding)) == text
    except NotText as error:
        assert "cannot tell its encoding" in str(error)


@pytest.mark.parametrize("text", ["开会", "你好吗", "东山公园免费", "Park 公园 3 月"])
def test_short_notes_in_gb18030(text):
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize(
    "text, encoding",
    [
        ("市政府宣布，公園從三月起免費開放，開放時間為早六點至晚十點。", "big5"),
        ("It’s a “good” day – said the mayor’s office in a café.", "cp1252"),
        ("Парк открылся в марте, и сегодня там много людей, говорит мэр города.", "cp1251"),
        ("公園は三月に開きました。今日は天気がいいですね。", "shift_jis"),
    ],
)
def test_other_encodings(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_damaged_utf8_keeps_the_rest():
    data = (CHINESE * 3).encode()
    assert decode(data[:-1]).startswith(CHINESE * 2)
    assert decode(data[:30] + b"\xff" + data[30:]).count("\ufffd") == 1


def test_a_wrong_declaration_does_no_harm():
    assert (
        decode(CHINESE.encode("gb18030"), "utf-8")
        == decode(CHINESE.encode(), "no-such-encoding")
        == CHINESE
    )
    assert decode(CHINESE.encode("gb18030"), "gb2312") == CHINESE


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data):
    try:
        text = decode(data)
    except NotText as error:
        assert "UTF-8" in str(error)
    else:
        assert "\0" not in text
