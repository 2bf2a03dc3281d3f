"""Folders and files that are read."""

import json

from rag.corpus import Article, Skipped, read_corpus

BODY = (
    "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民可以凭身份证入园。"
    "公园每日开放时间为早六点至晚十点。"
)
PAGE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>城区公园免费开放_滨江在线</title>
<meta property="og:site_name" content="滨江在线">
<script>var hidden = "脚本里的话不是新闻。";</script><style>.menu {{ color: red }}</style></head>
<body><nav><ul><li><a href="/">首页</a></li><li><a href="/s">社会</a></li><li><a href="/v">视频</a></li></ul></nav>
<div class="ad">扫码下载客户端</div>
<article><h1>城区公园免费开放</h1><div class="info"><span>2015-03-02 09:30</span> <a>打印</a></div>
<p>{BODY}</p><script>alert("弹窗")</script>
<h2>文明游园</h2>
<p>园林局提醒市民爱护花草树木，不要携带宠物入园，节假日公园的开放时间延长一小时。</p>
</article>
<div class="related"><h3>相关阅读</h3><ul><li><a href="1">市领导调研公园</a></li><li><a href="2">周末天气预报</a></li></ul></div>
<footer>Copyright © 2015 滨江在线 版权所有</footer></body></html>"""


def read(*paths):
    return list(read_corpus(paths))


def one(path, data) -> Article | Skipped:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (item,) = read(path)
    return item


def rows(path, *lines):
    path.write_bytes(
        b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        + b"\n"
    )
    return read(path)
