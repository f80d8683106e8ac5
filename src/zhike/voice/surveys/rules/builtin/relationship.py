"""What is asked about the whole relationship: satisfaction, recommendation, effort, and what they come from."""

from decimal import Decimal
from typing import Final

from zhike.voice.surveys.rules.builtin.parts import EFFORT, THANKS, overall, rated, say, written
from zhike.voice.surveys.types import Audience, Dimension, FormEntry, Measure, SectionEntry, Stage

_WHOLE: Final = SectionEntry(
    key="whole",
    titles=say("总体", "整體", "All in all"),
    items=(
        overall(
            "csat5",
            say(
                "总的来说，您对我们的服务满意吗？",
                "整體來說，您對我們的服務滿意嗎？",
                "All in all, how satisfied are you with our service?",
            ),
        ),
        rated(
            "recommend",
            "nps11",
            say(
                "您会把我们推荐给同行或朋友吗？",
                "您會把我們推薦給同行或朋友嗎？",
                "How likely are you to recommend us to a colleague or friend?",
            ),
            measure=Measure.RECOMMEND,
        ),
        EFFORT,
    ),
)
_BEFORE: Final = SectionEntry(
    key="before",
    titles=say("下单之前", "下單之前", "Before the order"),
    stage=Stage.BEFORE,
    items=(
        rated(
            "sales",
            "csat5",
            say(
                "业务人员懂行，给的方案管用",
                "業務人員懂行，給的方案管用",
                "Our sales people know their trade; what they propose works",
            ),
            driver="sales",
            dimension=Dimension.ASSURANCE,
            na_allowed=True,
        ),
        rated(
            "ordering",
            "csat5",
            say("下单方便，很快有回应", "下單方便，很快有回應", "Ordering is easy and answered quickly"),
            driver="ordering",
            dimension=Dimension.RESPONSIVENESS,
        ),
        rated(
            "price",
            "csat5",
            say("价格和账单清楚", "價格和帳單清楚", "Prices and invoices are clear"),
            driver="price",
            dimension=Dimension.RELIABILITY,
            na_allowed=True,
        ),
    ),
)
_DURING: Final = SectionEntry(
    key="during",
    titles=say("运输途中", "運輸途中", "In transit"),
    stage=Stage.DURING,
    items=(
        rated(
            "on_time",
            "csat5",
            say("说好的时间送到", "說好的時間送到", "Goods arrive when we said they would"),
            driver="delivery",
            weight=Decimal("0.6"),
            dimension=Dimension.RELIABILITY,
        ),
        rated(
            "news",
            "csat5",
            say(
                "货到哪里随时知道，有变化先告诉您",
                "貨到哪裡隨時知道，有變化先告訴您",
                "You know where your goods are, and hear of changes first",
            ),
            driver="news",
            dimension=Dimension.RESPONSIVENESS,
        ),
    ),
)
_AFTER: Final = SectionEntry(
    key="after",
    titles=say("送到以后", "送到以後", "After delivery"),
    stage=Stage.AFTER,
    items=(
        rated(
            "condition",
            "csat5",
            say("货物完好", "貨物完好", "Goods arrive undamaged"),
            driver="delivery",
            weight=Decimal("0.4"),
            dimension=Dimension.RELIABILITY,
        ),
        rated(
            "courier",
            "csat5",
            say("快递员有礼貌，肯替您着想", "快遞員有禮貌，肯替您著想", "Couriers are polite and think of your needs"),
            driver="courier",
            dimension=Dimension.EMPATHY,
            na_allowed=True,
        ),
        rated(
            "outlet",
            "csat5",
            say("网点整洁，设备齐全", "網點整潔，設備齊全", "Outlets are clean and well equipped"),
            driver="outlet",
            dimension=Dimension.TANGIBLES,
            na_allowed=True,
        ),
        rated(
            "claimed",
            "yesno",
            say(
                "最近六个月，您申请过理赔吗？",
                "最近六個月，您申請過理賠嗎？",
                "Have you made a claim in the last six months?",
            ),
        ),
        rated(
            "claims",
            "csat5",
            say("理赔快，说法公道", "理賠快，說法公道", "Claims are settled quickly and fairly"),
            driver="claims",
            dimension=Dimension.RESPONSIVENESS,
            when_key="claimed",
            when_values=(1,),
        ),
        rated(
            "called",
            "yesno",
            say(
                "最近六个月，您联系过客服吗？",
                "最近六個月，您聯絡過客服嗎？",
                "Have you contacted our customer service in the last six months?",
            ),
        ),
        rated(
            "service",
            "csat5",
            say(
                "客服一次就能把事情办好",
                "客服一次就能把事情辦好",
                "Our customer service settles a matter at the first contact",
            ),
            driver="service",
            dimension=Dimension.EMPATHY,
            when_key="called",
            when_values=(1,),
        ),
    ),
)
_LAST: Final = SectionEntry(
    key="last",
    titles=say("您的话", "您的話", "In your words"),
    stage=Stage.OTHER,
    items=(
        written(
            "why",
            say(
                "为什么这样评价？我们最先该改什么？",
                "為什麼這樣評價？我們最先該改什麼？",
                "Why did you answer like this, and what should we improve first?",
            ),
        ),
    ),
)
RELATIONSHIP: Final = FormEntry(
    code="relationship",
    audience=Audience.RELATIONSHIP,
    names=say("合作关系调查", "合作關係調查", "Relationship survey"),
    intro=say(
        "请用两三分钟说说您和我们合作的感受。",
        "請用兩三分鐘說說您和我們合作的感受。",
        "Please take two or three minutes to tell us how you find working with us.",
    ),
    thanks=THANKS,
    sections=(_WHOLE, _BEFORE, _DURING, _AFTER, _LAST),
)
