"""Files as they are read: an article of a park, and its lines."""

from rag.corpus import Article, Skipped, read_bytes

BODY = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
    "公园每日开放时间为早六点至晚十点。"
)
MORE = "园林局提醒市民爱护花草树木，不要携带宠物入园，节假日公园的开放时间延长一小时。"


def one(name, data) -> Article | Skipped:
    (item,) = read_bytes(name, data if isinstance(data, bytes) else data.encode())
    return item


def run(text, marks=""):
    return f"<w:r><w:rPr>{marks}</w:rPr><w:t>{text}</w:t></w:r>"
