"""What is said, asked and coded in the cases of the invented company."""

from zhike.service.cases.types import CaseKind

# What customers ask on any day: the category and kind of the case that it becomes.
TOPIC_OF = {
    "约今天下午上门取件": ("pickup", CaseKind.REQUEST),
    "要上个月的对账单": ("invoice", CaseKind.REQUEST),
    "问发票什么时候开": ("invoice", CaseKind.REQUEST),
    "问到成都的时效和价格": ("price", CaseKind.ENQUIRY),
    "改收件地址": ("redirect", CaseKind.REQUEST),
    "问节假日是否派送": ("other", CaseKind.ENQUIRY),
    "要十卷面单": ("other", CaseKind.REQUEST),
    "问大件怎么计费": ("price", CaseKind.ENQUIRY),
}
ANSWER_OF = {
    "pickup": "已安排取件，快递员两小时内到，出发前先打电话。",
    "invoice": "已发到您登记的邮箱，请查收；抬头有误随时告诉我们。",
    "price": "时效与价格已列成表发给您，三十公斤以上另有折扣。",
    "redirect": "已改到新地址，运单上同步更新，时效不变。",
    "other": "已为您办好，有需要随时联系我。",
    "fee": "核对后多收了操作费，已冲减本月账单，给您添麻烦了。",
    "courier": "已与快递员和站长核实，向您致歉，今后派送前先电话。",
    "false_delivery": "货物已找到并当面交给收件人，签收记录已更正。",
    "suggestion": "您的建议已转产品组，采用后第一时间告诉您。",
    "praise": "谢谢您，已转告本人和站长。",
    "where": "货物在干线上，预计今晚到达，明天上午派送。",
    "late": "已联系派送网点，今天18点前送到，送达后给您回电。",
    "damaged": "已核实破损，按声明价值赔付，三个工作日到账。",
    "lost": "确认遗失，已转理赔按声明价值办理，专员今天联系您。",
    "emergency": "已启动应急预案，改走空运，今晚到达。",
}
# Matters beside those: category, kind, what the customer says, share.
OTHERS = (
    ("fee", CaseKind.COMPLAINT, "账单上有一笔操作费，从来没谈过", 0.30),
    ("courier", CaseKind.COMPLAINT, "快递员态度差，电话没打就放在楼下", 0.22),
    ("false_delivery", CaseKind.COMPLAINT, "显示已签收，收件人说没收到", 0.16),
    ("where", CaseKind.ENQUIRY, "请查一下货到哪儿了，客户等着用", 0.14),
    ("suggestion", CaseKind.SUGGESTION, "希望对账单能按仓库分开", 0.08),
    ("praise", CaseKind.PRAISE, "小哥下雨天还送货上楼，很感谢", 0.08),
    ("emergency", CaseKind.EMERGENCY, "产线停工，急需这批零件，请走最快的线路", 0.02),
)
# Cause and how often, by what went wrong; who answers for it follows from the cause.
CAUSES_OF = {
    "late": (("linehaul", 0.32), ("capacity", 0.26), ("courier", 0.16), ("vehicle", 0.10), ("weather", 0.10),
             ("address", 0.06)),
    "damaged": (("handling", 0.62), ("packing", 0.26), ("sorting", 0.12)),
    "lost": (("sorting", 0.6), ("handling", 0.4)),
    "fee": (("billing", 0.7), ("explained", 0.3)),
    "courier": (("courier", 0.85), ("explained", 0.15)),
    "false_delivery": (("courier", 0.9), ("address", 0.1)),
}  # fmt: skip
PARTY_OF = {
    "capacity": "site",
    "courier": "site",
    "handling": "site",
    "sorting": "site",
    "linehaul": "road",
    "vehicle": "road",
    "billing": "finance",
    "packing": "customer",
    "address": "customer",
    "weather": "force_majeure",
}
ASKED_OF = {
    "late": ("请查现在在哪、今天能否送到", "货在派送车上，17:30前送到收件人", "已到站，排第一车派送，快递员会先打电话"),
    "damaged": ("请拍照并出具破损证明", "照片与破损证明已上传，外箱受压变形", "已核实，为装车时受压，记录已存"),
    "lost": ("请全站查找并调监控", "全站未找到，监控显示装车后未卸", "已找到，混在退件区，明早派送"),
    "short": ("请清点并查找缺件", "缺件在分拨中心找到，明早补派", "出库即为两件，请与发件仓核对"),
    "fee": ("请核对这笔操作费的依据", "合同内无此项，已作冲减单", "为上门卸货费，客户当时签过字"),
    "courier": ("请与快递员核实经过", "已面谈，确有未电话先放件，已批评", "快递员称电话未接，有通话记录"),
    "false_delivery": ("请核实签收人", "放在门卫处，已取回并当面交付", "邻居代签，已当面确认"),
    "where": ("请查货物位置", "在分拨中心，今晚发车", "已发出，明早到站"),
    "redirect": ("请改派到新地址", "已改派", "件已派出，明早重新派送"),
}
DECLINED = "此件不经我站，请转目的网点"
AGAIN = ("说好回电话的，还没有等到", "还是没有动静，请再催一下", "我在微信上也问过，没人答", "客户又来问了，到底几点")
AGAIN_TOLD = "让您久等了，我一直在跟，下一次进展前我会先给您电话。"
BACK = ("问题又出现了，麻烦再看一下", "说是解决了，可款还没到账")
WATCHED = "您好，运单{waybill}比承诺晚了，我们已在催派送网点，送达后第一时间告诉您。"
HANDED_ON = "当班人员交接"
LOOKED_INTO = "已查明并答复客户，客户认可。"
NOT_SOLVED = "超出责任范围，已说明依据，客户不接受。"
# The matters on the desk this morning: category, what the customer says, whether the goods have arrived.
ON_THE_DESK = (
    ("late", "今天还能送到吗，收件人下午要出差", False),
    ("damaged", "外箱湿了一角，里面的样品怕是不能用", True),
    ("late", "说好上午到，现在还显示在途", False),
    ("redirect", "换了收件地址，请务必别送到旧仓库", False),
    ("false_delivery", "签收人不是我们的人，请核实", True),
    ("fee", "上个月的账单多了一笔操作费", True),
    ("short", "三件只到了两件，另一件在哪", True),
    ("where", "客户催得急，请看一下货到哪儿了", False),
)
# Why an agent asked the supervisor, and the answer.
ESCALATIONS = (
    ("客户要求按整批货值赔偿，超出我的权限", "先按声明价值赔付，超出部分请客户补发票，我来与理赔谈。"),
    ("客户要求换专车当晚送达，网点说没有车", "已与车队说好，今晚加一趟，费用由我们承担。"),
    ("客户要与负责人通话，不接受我的解释", "我已给客户回电，约定每天两次告知进展。"),
    ("网点两次未按时回复，客户准备停用我们", "已找大区经理，网点一小时内书面答复。"),
)
# What is given: kind, why, least and most in yuan; the least lies within what an agent may give.
REMEDIES = (
    ("voucher", "延误一天，以运费券致歉", 50, 300),
    ("compensation", "外箱受压，按声明价值赔付", 200, 3000),
    ("fee_waiver", "重复派送产生的费用予以减免", 30, 400),
    ("refund", "未达到承诺时效，退还加急费", 40, 600),
)
NOT_GIVEN = "责任尚未查明，先等网点的破损证明。"
