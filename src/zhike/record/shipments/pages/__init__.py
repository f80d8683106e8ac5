"""Pages of shipments: the list, the watch list, registering, what data lack, codes."""

from django.urls import path

from zhike.record.shipments.pages import deeds, gaps, lists, orders, watch

MOUNT = ""
urlpatterns = [
    path("goods/shipments/", lists.shipment_list, name="list"),
    path("goods/of/<int:customer_id>/", lists.goods_now, name="goods_now"),
    path("goods/shipments/batch/", lists.batch, name="batch"),
    path("goods/shipments/<int:shipment_id>/reply/", deeds.reply, name="reply"),
    path("goods/shipments/<int:shipment_id>/event/", deeds.event, name="event"),
    path("goods/shipments/<int:shipment_id>/estimate/", deeds.estimate, name="estimate"),
    path("goods/shipments/<int:shipment_id>/promise/", deeds.promise, name="promise"),
    path("goods/shipments/<int:shipment_id>/leg/", deeds.leg, name="leg"),
    path("goods/shipments/<int:shipment_id>/phone/<slug:role>/", deeds.phone, name="phone"),
    path("goods/shipments/<int:shipment_id>/events/<int:event_id>/void/", deeds.void, name="void"),
    path("goods/shipments/<int:shipment_id>/watch/<slug:kind>/lift/", deeds.lift, name="watch_lift"),
    path("goods/orders/", lists.order_list, name="orders"),
    path("goods/orders/new/", orders.new, name="order_new"),
    path("goods/watch/", watch.watch_list, name="watch"),
    path("goods/watch/acknowledge/<slug:kind>/", watch.acknowledge, name="watch_acknowledge"),
    path("goods/data/", gaps.gaps, name="gaps"),
    path("goods/data/codes/<int:code_id>/", gaps.explain, name="code_explain"),
]
