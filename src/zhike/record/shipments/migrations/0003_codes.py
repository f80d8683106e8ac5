"""What the codes of known vocabularies mean (methods §9), as dated configuration that people may end and replace."""

from datetime import UTC, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
SEEDS: dict[str, tuple[str, dict[str, str]]] = {
    "zhike": (
        "methods §9, canonical",
        {
            code: code
            for code in [
                "info_received",
                "picked_up",
                "in_transit",
                "customs",
                "redirected",
                "stale",
                "out_for_delivery",
                "ready_for_pickup",
                "attempt_failed",
                "exception",
                "returning",
                "delivered",
                "returned",
                "cancelled",
            ]
        },
    ),
    "karrio": (
        "methods §9, Karrio tracking status",
        {
            "pending": "info_received",
            "picked_up": "picked_up",
            "in_transit": "in_transit",
            "out_for_delivery": "out_for_delivery",
            "ready_for_pickup": "ready_for_pickup",
            "delivered": "delivered",
            "delivery_failed": "attempt_failed",
            "on_hold": "exception",
            "delivery_delayed": "exception",
            "return_to_sender": "returning",
            "cancelled": "cancelled",
            "unknown": "stale",
        },
    ),
    "aftership": (
        "methods §9, AfterShip tag and subtag",
        {
            "InfoReceived": "info_received",
            "Pending": "info_received",
            "InTransit": "in_transit",
            "OutForDelivery": "out_for_delivery",
            "AvailableForPickup": "ready_for_pickup",
            "Delivered": "delivered",
            "AttemptFail": "attempt_failed",
            "Exception": "exception",
            "Exception_004": "customs",
            "Expired": "stale",
        },
    ),
    "kuaidi100": (
        "methods §9, 快递100 state",
        {
            "0": "in_transit",
            "1": "picked_up",
            "2": "exception",
            "3": "delivered",
            "4": "returned",
            "5": "out_for_delivery",
            "6": "returning",
            "7": "redirected",
            "10": "customs",
            "11": "customs",
            "12": "customs",
            "13": "customs",
            "14": "attempt_failed",
        },
    ),
    # The same digits mean something else here than at 快递100.
    "kdniao": (
        "methods §9, 快递鸟 State",
        {"2": "in_transit", "3": "delivered", "4": "exception"},
    ),
    "unece24": (
        "methods §9, UN/ECE Recommendation 24",
        {
            "6": "info_received",
            "13": "picked_up",
            "1": "in_transit",
            "24": "in_transit",
            "31": "in_transit",
            "8": "customs",
            "9": "customs",
            "12": "customs",
            "17": "customs",
            "45": "ready_for_pickup",
            "21": "delivered",
            "22": "delivered",
            "23": "attempt_failed",
            "18": "exception",
            "20": "exception",
            "36": "exception",
            "7": "cancelled",
        },
    ),
    "iata": (
        "methods §9, IATA cXML code list 1.18",
        {
            "BKD": "info_received",
            "FOH": "info_received",
            "RCS": "picked_up",
            "DPU": "picked_up",
            "MAN": "in_transit",
            "DEP": "in_transit",
            "ARR": "in_transit",
            "RCF": "in_transit",
            "RCT": "in_transit",
            "TFD": "in_transit",
            "CCD": "customs",
            "CRC": "customs",
            "TGC": "customs",
            "NFD": "ready_for_pickup",
            "AWD": "ready_for_pickup",
            "DLV": "delivered",
            "DDL": "delivered",
            "DIS": "exception",
        },
    ),
    "track17": (
        "17TRACK API v2.4, status and sub-status",
        {
            "InfoReceived": "info_received",
            "InTransit": "in_transit",
            "InTransit_PickedUp": "picked_up",
            "InTransit_Departure": "in_transit",
            "InTransit_Arrival": "in_transit",
            "InTransit_Other": "in_transit",
            "InTransit_CustomsProcessing": "customs",
            "InTransit_CustomsReleased": "customs",
            "InTransit_CustomsRequiringInformation": "customs",
            "Expired": "stale",
            "Expired_Other": "stale",
            "AvailableForPickup": "ready_for_pickup",
            "AvailableForPickup_Other": "ready_for_pickup",
            "OutForDelivery": "out_for_delivery",
            "OutForDelivery_Other": "out_for_delivery",
            "DeliveryFailure": "attempt_failed",
            "DeliveryFailure_Other": "attempt_failed",
            "DeliveryFailure_NoBody": "attempt_failed",
            "DeliveryFailure_Security": "attempt_failed",
            "DeliveryFailure_Rejected": "attempt_failed",
            "DeliveryFailure_InvalidAddress": "attempt_failed",
            "Delivered": "delivered",
            "Delivered_Other": "delivered",
            "Exception": "exception",
            "Exception_Other": "exception",
            "Exception_Returning": "returning",
            "Exception_Returned": "returned",
            "Exception_NoBody": "exception",
            "Exception_Security": "exception",
            "Exception_Damage": "exception",
            "Exception_Rejected": "exception",
            "Exception_Delayed": "exception",
            "Exception_Lost": "exception",
            "Exception_Destroyed": "exception",
            "Exception_Cancel": "cancelled",
        },
    ),
    "dcsa": (
        "DCSA Track & Trace 2.x and 3.0, event type codes; meaning for goods by methods §9",
        {
            "TRANSPORT.ARRI": "in_transit",
            "TRANSPORT.DEPA": "in_transit",
            "EQUIPMENT.LOAD": "in_transit",
            "EQUIPMENT.DISC": "in_transit",
            "EQUIPMENT.GTIN": "in_transit",
            "EQUIPMENT.GTOT": "in_transit",
            "EQUIPMENT.STUF": "in_transit",
            "EQUIPMENT.STRP": "in_transit",
            "EQUIPMENT.RSEA": "in_transit",
            "EQUIPMENT.PICK": "picked_up",
            "EQUIPMENT.DROP": "delivered",
            "EQUIPMENT.INSP": "customs",
            "EQUIPMENT.RMVD": "exception",
            "SHIPMENT.RECE": "info_received",
            "SHIPMENT.CONF": "info_received",
            "SHIPMENT.ISSU": "info_received",
            "SHIPMENT.HOLD": "customs",
            "SHIPMENT.RELS": "customs",
            "SHIPMENT.CANC": "cancelled",
        },
    ),
}
INCIDENTS = {
    ("track17", "Exception_Damage"): "carrier_damaged",
    ("track17", "Exception_Lost"): "carrier_lost",
    ("track17", "Exception_NoBody"): "consignee_absent",
    ("track17", "Exception_Rejected"): "consignee_refused",
    ("track17", "DeliveryFailure_NoBody"): "consignee_absent",
    ("track17", "DeliveryFailure_Rejected"): "consignee_refused",
    ("track17", "DeliveryFailure_InvalidAddress"): "consignee_address",
    ("kuaidi100", "14"): "consignee_refused",
    ("kuaidi100", "13"): "customs_other",
}


def sow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    code_model = apps.get_model("shipments", "StatusCode")
    code_model.objects.bulk_create(
        code_model(
            vocabulary=vocabulary,
            code=code,
            status=status,
            incident_reason=INCIDENTS.get((vocabulary, code), ""),
            valid_from=BEGIN,
            origin=origin,
        )
        for vocabulary, (origin, codes) in SEEDS.items()
        for code, status in codes.items()
    )


def reap(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    apps.get_model("shipments", "StatusCode").objects.filter(valid_from=BEGIN).delete()


class Migration(migrations.Migration):
    dependencies = [("shipments", "0002_guards")]
    operations = [migrations.RunPython(sow, reap)]
