"""The two forms of a wave: for senior people 13 questions in 3 parts, for general staff 19 in 4."""

from typing import Final

from zhike.voice.surveys.rules.builtin.parts import THANKS, chosen, overall, rated, say, written
from zhike.voice.surveys.types import Audience, Dimension, FormEntry, Journey, Measure, SectionEntry, Stage

_VIEW: Final = SectionEntry(
    key="view",
    titles=say("您怎么看我们", "您怎麼看我們", "Your view of our company"),
    stage=Stage.BEFORE,
    journey=Journey.PERCEIVE,
    items=(
        rated(
            "visited",
            "yesno",
            say(
                "您看过我们的转运中心或仓库吗？",
                "您看過我們的轉運中心或倉庫嗎？",
                "Have you visited one of our hubs or warehouses?",
            ),
        ),
        chosen(
            "known_by",
            say("您是怎么知道我们的？", "您是怎麼知道我們的？", "How did you come to know us?"),
            say("同行或朋友介绍", "同行或朋友介紹", "Through colleagues or friends"),
            say("我们的业务人员", "我們的業務人員", "Through our sales people"),
            say("网上", "網路上", "On the internet"),
            say("展会或媒体", "展會或媒體", "At a fair or in the media"),
            say("其他", "其他", "Otherwise"),
        ),
        rated(
            "overall",
            "csat4",
            say(
                "您对我们公司的总体印象如何？",
                "您對我們公司的整體印象如何？",
                "What is your overall impression of our company?",
            ),
            measure=Measure.OVERALL,
        ),
        chosen(
            "expansion",
            say(
                "未来一年，贵公司的发货量会怎样？",
                "未來一年，貴公司的發貨量會怎樣？",
                "How will the amount of goods that you ship develop over the next year?",
            ),
            say("增加", "增加", "It will grow"),
            say("差不多", "差不多", "It will stay much the same"),
            say("减少", "減少", "It will shrink"),
            na_allowed=True,
        ),
    ),
)
_CONTENT: Final = SectionEntry(
    key="satisfaction",
    titles=say("您是否满意", "您是否滿意", "Your satisfaction"),
    stage=Stage.DURING,
    items=(
        rated(
            "innovation",
            "csat4",
            say("服务有新意，肯想办法", "服務有新意，肯想辦法", "We think of new ways to serve you"),
            driver="improvement",
        ),
        rated(
            "info_speed",
            "csat4",
            say("您反映的事情处理得快", "您反映的事情處理得快", "What you tell us is dealt with quickly"),
            driver="information",
            dimension=Dimension.RESPONSIVENESS,
        ),
        rated(
            "continuous_improvement",
            "csat4",
            say("服务一直在改进", "服務一直在改進", "Our service keeps improving"),
            driver="improvement",
        ),
        rated(
            "access",
            "csat4",
            say("提货、送货和停车方便", "提貨、送貨和停車方便", "Handing over, collecting and parking are easy"),
            driver="access",
            dimension=Dimension.TANGIBLES,
            na_allowed=True,
        ),
    ),
)
_ADVICE: Final = SectionEntry(
    key="suggestions",
    titles=say("您的建议", "您的建議", "Your suggestions"),
    stage=Stage.OTHER,
    items=(
        chosen(
            "improve_first",
            say("我们最先该改进什么？", "我們最先該改進什麼？", "What should we improve first?"),
            say("时效", "時效", "Speed"),
            say("货物安全", "貨物安全", "Safety of the goods"),
            say("信息通知", "資訊通知", "Information on the way"),
            say("价格和账单", "價格和帳單", "Prices and invoices"),
            say("理赔", "理賠", "Claims"),
            say("客服", "客服", "Customer service"),
            several=True,
        ),
        written(
            "learn_from",
            say(
                "别的物流公司有什么值得我们学？",
                "別的物流公司有什麼值得我們學？",
                "What could we learn from other logistics companies?",
            ),
        ),
        chosen(
            "facilities",
            say("哪些设施最需要加强？", "哪些設施最需要加強？", "Which facilities need strengthening most?"),
            say("网点", "網點", "Outlets"),
            say("仓库", "倉庫", "Warehouses"),
            say("车辆", "車輛", "Vehicles"),
            say("网上查询和下单", "網路查詢和下單", "Ordering and tracking online"),
            several=True,
            na_allowed=True,
        ),
        chosen(
            "processes",
            say("哪些流程最该简化？", "哪些流程最該簡化？", "Which procedures should be simpler?"),
            say("询价和签约", "詢價和簽約", "Quotation and contract"),
            say("下单和取件", "下單和取件", "Ordering and pick-up"),
            say("异常处理", "異常處理", "Handling of exceptions"),
            say("理赔", "理賠", "Claims"),
            say("对账和开票", "對帳和開票", "Statements and invoices"),
            several=True,
            na_allowed=True,
        ),
        written(
            "dissatisfied_with",
            say(
                "有哪件具体的事让您不满意？",
                "有哪件具體的事讓您不滿意？",
                "Is there one particular matter with which you were not satisfied?",
            ),
        ),
    ),
)
SENIOR: Final = FormEntry(
    code="senior",
    audience=Audience.SENIOR,
    names=say("高层问卷", "高層問卷", "Form for senior people"),
    intro=say(
        "一共13题，约两分半钟。您的看法决定我们先改什么。",
        "一共13題，約兩分半鐘。您的看法決定我們先改什麼。",
        "13 questions, about two and a half minutes. What you say decides what we improve first.",
    ),
    thanks=THANKS,
    sections=(_VIEW, _CONTENT, _ADVICE),
)

_BEFORE: Final = SectionEntry(
    key="before",
    titles=say("下单之前", "下單之前", "Before the order"),
    stage=Stage.BEFORE,
    items=(
        rated(
            "sales_knowledge",
            "csat4",
            say(
                "业务人员懂业务，能解决问题",
                "業務人員懂業務，能解決問題",
                "Sales people know their trade and solve problems",
            ),
            driver="sales",
            dimension=Dimension.ASSURANCE,
        ),
        rated(
            "sales_attitude",
            "csat4",
            say("业务人员的服务态度", "業務人員的服務態度", "Attitude of our sales people"),
            driver="sales",
            dimension=Dimension.EMPATHY,
        ),
    ),
)
_DURING: Final = SectionEntry(
    key="during",
    titles=say("运输途中", "運輸途中", "In transit"),
    stage=Stage.DURING,
    items=(
        rated(
            "plan",
            "csat4",
            say("运输方案的落实和协调", "運輸方案的落實和協調", "The plan is carried out and coordinated"),
            driver="transport",
            dimension=Dimension.RELIABILITY,
        ),
        rated(
            "pickup",
            "csat4",
            say("上门取件和装车准时", "上門取件和裝車準時", "Pick-up and loading on time"),
            driver="transport",
            dimension=Dimension.RELIABILITY,
        ),
        rated(
            "conduct",
            "csat4",
            say("员工行为规范", "員工行為規範", "Conduct of our staff"),
            driver="people",
            dimension=Dimension.ASSURANCE,
        ),
        rated(
            "documents",
            "csat4",
            say("单证办理", "單證辦理", "Documents are handled well"),
            driver="transport",
            dimension=Dimension.RELIABILITY,
            na_allowed=True,
        ),
    ),
)
_AFTER: Final = SectionEntry(
    key="after",
    titles=say("送到以后", "送到以後", "After delivery"),
    stage=Stage.AFTER,
    items=(
        rated(
            "delivery_skill",
            "csat4",
            say("送货和安装人员的技能", "送貨和安裝人員的技能", "Skill of those who deliver and install"),
            driver="people",
            dimension=Dimension.ASSURANCE,
        ),
        rated(
            "communication",
            "csat4",
            say("沟通方便", "溝通方便", "Ease of communication"),
            driver="information",
            dimension=Dimension.EMPATHY,
        ),
        rated(
            "info_speed",
            "csat4",
            say("您反映的事情处理得快", "您反映的事情處理得快", "What you tell us is dealt with quickly"),
            driver="information",
            dimension=Dimension.RESPONSIVENESS,
        ),
        rated(
            "info_result",
            "csat4",
            say("您反映的事情处理结果", "您反映的事情處理結果", "Result of what you told us"),
            driver="information",
            dimension=Dimension.RELIABILITY,
        ),
        rated(
            "value_added",
            "csat4",
            say(
                "增值服务（包装、代收、仓储等）",
                "增值服務（包裝、代收、倉儲等）",
                "Additional services: packing, collection, storage",
            ),
            driver="additional",
            na_allowed=True,
        ),
        rated(
            "packaging",
            "csat4",
            say("货物包装和保护", "貨物包裝和保護", "Packing and protection of the goods"),
            driver="transport",
            dimension=Dimension.TANGIBLES,
            na_allowed=True,
        ),
        rated(
            "outlet",
            "csat4",
            say("网点环境", "網點環境", "Our outlets as a place"),
            driver="outlet",
            dimension=Dimension.TANGIBLES,
            na_allowed=True,
        ),
    ),
)
_OTHER: Final = SectionEntry(
    key="other",
    titles=say("其他改进", "其他改進", "Other improvements"),
    stage=Stage.OTHER,
    items=(
        rated(
            "publicity",
            "csat4",
            say("服务的宣传和介绍", "服務的宣傳和介紹", "How we tell of our services"),
            driver="brand",
        ),
        rated("brand", "csat4", say("品牌和口碑", "品牌和口碑", "Our name and reputation"), driver="brand"),
        rated(
            "price",
            "csat4",
            say("价格和账单清楚", "價格和帳單清楚", "Prices and invoices are clear"),
            driver="price",
            na_allowed=True,
        ),
        rated(
            "online",
            "csat4",
            say("网上下单和查询", "網路下單和查詢", "Ordering and tracking online"),
            driver="information",
            na_allowed=True,
        ),
        overall(
            "csat4",
            say(
                "总的来说，您对我们的服务满意吗？",
                "整體來說，您對我們的服務滿意嗎？",
                "All in all, how satisfied are you with our service?",
            ),
        ),
        written("comment", say("您还想告诉我们什么？", "您還想告訴我們什麼？", "What else would you like to tell us?")),
    ),
)
GENERAL: Final = FormEntry(
    code="general",
    audience=Audience.GENERAL,
    names=say("一般员工问卷", "一般員工問卷", "Form for general staff"),
    intro=say(
        "一共19题，约三分钟。没用过的服务请选“没用过／不相关”。",
        "一共19題，約三分鐘。沒用過的服務請選「沒用過／不相關」。",
        "19 questions, about three minutes. Choose “not used” for services that you do not use.",
    ),
    thanks=THANKS,
    sections=(_BEFORE, _DURING, _AFTER, _OTHER),
)
