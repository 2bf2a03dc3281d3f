"""The tile map: every division once, at a place of its own, told by name, number and shade."""

import re

import pytest
from rendered import Page, assert_inert

from rag.corpus.gazetteer import all_places
from rag.ui.table import TILE_HEIGHT, TILES, TILE_WIDTH, tilemap


def test_every_division_has_a_tile_of_its_own():
    provinces = {place.short for place in all_places() if place.level == "province"}
    assert set(TILES) == provinces and len(TILES) == 34
    assert (
        len({tile[:2] for tile in TILES.values()}) == 34
        and len({tile[2] for tile in TILES.values()}) == 34
    )
    # Neighbours on a map of China are neighbours here, and north is up.
    for north, south in (
        ("黑龙江", "吉林"),
        ("山西", "河南"),
        ("湖北", "湖南"),
        ("内蒙古", "广东"),
        ("广东", "海南"),
    ):
        assert TILES[north][1] < TILES[south][1]
    for west, east in (
        ("新疆", "甘肃"),
        ("西藏", "四川"),
        ("四川", "湖北"),
        ("江苏", "上海"),
        ("福建", "台湾"),
    ):
        assert TILES[west][0] < TILES[east][0]


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("zh", ("四川：3 篇文章", "内蒙古：1 篇文章")),
        ("en", ("Sichuan: 3 articles", "Inner Mongolia: 1 article")),
        ("zh-Hant", ("內蒙古：1 篇文章",)),
    ],
)
def test_a_tile_with_articles_is_a_named_control_and_tells_its_number(lang, names):
    page = assert_inert(tilemap({"四川": 3, "内蒙古": 1, "Atlantis": 9, "日本": 2}, lang))
    named = [value for name, value in page.attributes if name == "aria-label"]
    assert set(names) <= set(named) and len(named) == 3  # and the map's own
    assert [value for name, value in page.attributes if name == "data-place"] == ["内蒙古", "四川"]
    assert page.tags.count("rect") == 34 and "3" in page.text and "9" not in page.text


def test_more_articles_are_darker_and_nothing_sticks_out():
    markup = tilemap({"北京": 1, "天津": 2, "河北": 7, "山西": 8, "上海": 800}, "en")
    assert re.findall(r"yj-step-([1-4])", markup) == ["4", "3", "1", "2", "4"]
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', markup).groups())
    for x, y in re.findall(r"translate\((\d+) (\d+)\)", markup):
        assert int(x) + TILE_WIDTH <= width and int(y) + TILE_HEIGHT <= height
    assert tilemap({}, "en") == tilemap({"日本": 3}, "zh") == ""
    assert Page(markup).text.count("Shanghai") == 1
