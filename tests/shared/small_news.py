"""A dozen made-up articles for the tests of search and answers: small enough to know what is in
them.
"""

from rag.corpus.article import Article

NEWS = (
    Article(
        "flood-zh",
        "入汛以来，各地加紧准备。山东省应急管理厅6月12日在济宁市的微山湖边组织防汛演练，出动冲锋舟18艘。"
        "湖北省宜昌市也举行了防汛演练，320名民兵参加。河南省水利厅检修了全部泵站。",
        "防汛演练在多地展开",
        "2024-06-13",
        "江河日报",
        "https://example.org/flood",
        "zh",
    ),
    Article(
        "flood-anhui",
        "安徽省芜湖市在长江边开展防汛演练，转移群众500人。江西省修订了山洪预警办法，"
        "给每个村配了一部卫星电话。",
        "长江沿线备汛",
        "2024-06-18",
        "江河日报",
        "",
        "zh",
    ),
    Article(
        "flood-en",
        "Hunan's emergency department staged a flood drill on Dongting Lake on June 20, with 12"
        " rescue boats. Guangdong opened 45 shelters before the typhoon arrived.",
        "Hunan stages a flood drill on the lake",
        "2024-06-21",
        "River Post",
        "",
        "en",
    ),
    Article(
        "library-opens",
        "兰州市图书馆新馆于2019年4月23日开馆。新馆藏书120万册，设有盲文阅览室。"
        "馆长周文静在开馆仪式上介绍了新馆的设计。",
        "兰州新图书馆开馆",
        "2019-04-24",
        "黄河晚报",
        "",
        "zh",
    ),
    Article(
        "library-month",
        "兰州市图书馆新馆开放首月接待读者8万人次。据统计，新馆藏书150万册，座位2600个。",
        "新图书馆首月客流",
        "2019-05-25",
        "陇上周刊",
        "",
        "zh",
    ),
    Article(
        "bridge-en",
        "The Xihou Bridge in Zhoushan City, Zhejiang, opened to traffic on 29 December 2021. The"
        " bridge is 28 kilometres long and cost 23 billion yuan. Chief engineer Lin Qiao said that"
        " it withstands typhoons. It was built by Donghai Bridge Company.",
        "Xihou Bridge opens to traffic",
        "2021-12-30",
        "River Post",
        "",
        "en",
    ),
    Article(
        "tea-zh",
        "云南省人大常委会通过了《云南省古茶树保护条例》，条例自2023年3月1日起施行。"
        "普洱市登记古茶树3.6万株，临沧市为古茶树建立了档案。",
        "古茶树有了条例",
        "2023-01-15",
        "茶马周报",
        "",
        "zh",
    ),
    Article(
        "chargers-zh",
        "为方便电动汽车出行，南京市今年新建充电桩2000个，苏州市新建充电桩1500个。"
        "无锡市则更换了一批公交车的座椅。",
        "江苏城市增设充电桩",
        "2022-09-01",
        "江河日报",
        "",
        "zh",
    ),
    Article(
        "marathon-en",
        "The Chengdu marathon drew 35,000 runners on Sunday. Daniel Kiprop won the race in two"
        " hours and eight minutes. Volunteers handed out 90,000 bottles of water.",
        "Record field at the Chengdu marathon",
        "2023-10-30",
        "River Post",
        "",
        "en",
    ),
    Article(
        "fridge-zh",
        "牧民家里的太阳能冰箱今年增加到4200台。冰箱由合作社统一采购，坏了有人上门修。",
        "内蒙古：牧民用上太阳能冰箱",
        "2022-07-07",
        "草原报",
        "",
        "zh",
    ),
    Article(
        "apples-en",
        "Shaanxi sent 800 tonnes of apples by rail to Kazakhstan in November. Growers in Gansu"
        " stored their apples in cold caves instead.",
        "Apples leave by rail",
        "2020-11-20",
        "Orchard News",
        "",
        "en",
    ),
    Article(
        "porcelain-zh",
        "景德镇市陶瓷博物馆展出宋代瓷器260件，展览持续到年底。上海大学的学生制作了讲解视频。",
        "瓷器展开幕",
        "2021-03-08",
        "陶瓷报",
        "",
        "zh",
    ),
    Article(
        "porcelain-en",
        "The ceramics museum in Jingdezhen shows 260 pieces of Song dynasty porcelain until the end"
        ' of the year. A lecture called "Fire and Clay" opened the exhibition.',
        "Song porcelain on show",
        "2021-03-09",
        "River Post",
        "",
        "en",
    ),
)
