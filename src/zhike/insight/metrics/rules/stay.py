"""Who stays (METR-10) and what state they are in (METR-08): what the figures mean, for the dictionary."""

from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Described, describe

BY_PERIOD = _("day of the order, by months, quarters or years of the calendar")
WILSON = _("Wilson's score interval")
OTHERS = _(
    "Prospects, partners, competitors and internal customers are left out; files merged into another count with it."
)
LOYALTY = _("Company requirement: loyalty figures")
CUSTOMER = _("customer")
SPLITS = _("value class, industry, region")

RETENTION = describe(
    Described(
        id="retention",
        version=1,
        label=_("Retention"),
        definition=_(
            "Customers of the period before who ordered in the period as well, of all customers of the period before."
            " A customer of a period has ordered at least once in it. The value class is the one that stood on the"
            " day on which the period began. A period that has not ended has no rate yet."
        ),
        unit="%",
        grain=CUSTOMER,
        time=BY_PERIOD,
        interval=WILSON,
        source=LOYALTY,
        dimensions=SPLITS,
        note=OTHERS,
        url_name="reports:retention",
        order=300,
    )
)
CHURN = describe(
    Described(
        id="churn",
        version=1,
        label=_("Customers lost"),
        definition=_(
            "Customers of the period before who did not order in the period, of all customers of the period before:"
            " what retention leaves of 100 %."
        ),
        unit="%",
        grain=CUSTOMER,
        time=BY_PERIOD,
        interval=WILSON,
        source=LOYALTY,
        dimensions=SPLITS,
        note=OTHERS,
        url_name="reports:retention",
        order=301,
    )
)
REPEAT = describe(
    Described(
        id="repeat_orders",
        version=1,
        label=_("Ordered again"),
        definition=_("Customers with two orders or more in the period, of all who ordered in it."),
        unit="%",
        grain=CUSTOMER,
        time=BY_PERIOD,
        interval=WILSON,
        source=LOYALTY,
        dimensions=SPLITS,
        note=OTHERS,
        url_name="reports:retention",
        order=302,
    )
)
SERVICES = describe(
    Described(
        id="services_per_customer",
        version=1,
        label=_("Services per customer"),
        definition=_(
            "How many different services a customer used in the period, as the mean over all who ordered in it. A"
            " service is a business line: express, road, air, sea or rail freight, warehousing, customs brokerage,"
            " other."
        ),
        unit="",
        grain=CUSTOMER,
        time=BY_PERIOD,
        interval=_("Student's t"),
        source=LOYALTY,
        dimensions=SPLITS,
        note=OTHERS,
        url_name="reports:retention",
        order=303,
    )
)
STATE_RETENTION = describe(
    Described(
        id="state_retention",
        version=1,
        label=_("Retention by state"),
        definition=_(
            "Customers of a state in one wave who ordered in the period that follows, of all customers of the state."
            " The period that follows is the month, quarter or year after the one of the wave's last answer. The state"
            " is that of the mean of a customer's answers in the wave, rounded to a level, halves to the worse: the"
            " best level is fully satisfied, the other satisfied levels basically satisfied, then neutral and"
            " dissatisfied."
        ),
        unit="%",
        grain=CUSTOMER,
        time=BY_PERIOD,
        interval=WILSON,
        source=_("Jones and Sasser 1995: four states of customers"),
        dimensions=_("state, wave"),
        url_name="reports:retention",
        order=304,
    )
)
