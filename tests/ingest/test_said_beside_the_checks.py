"""What a load says of values that it cannot keep as they are."""

from datetime import date
from decimal import Decimal


def told(document, check):
    return [
        finding["sentence"]["en"] for finding in document["findings"] if finding["check"] == check
    ]


def test_amounts_with_more_decimals_than_money_has_are_counted(desk):
    document = desk.load_text(
        "order_id,customer_id,order_date,amount\n"
        "A1,1,2024-03-05,0.00004\nA2,1,2024-03-05,1.5000000\nA3,1,2024-03-05,12.34567\n"
        "A4,1,2024-03-05,99999999999999999.00001\n"
    )

    assert told(document, "amounts_rounded") == [
        "2 values of 'amount' have more than 4 decimals and were rounded. To keep them all:"
        ' --map "amount=amount_exact:float".'
    ]
    assert document["quarantine_reasons"] == {"unreadable": 1}
    assert desk.read("purchases", "amount") == [
        (Decimal(0),),
        (Decimal("1.5"),),
        (Decimal("12.3457"),),
    ]


def test_a_moment_with_a_zone_becomes_the_day_of_the_company(desk):
    (desk.workspace / "regulars.toml").write_text('time_zone = "Europe/Moscow"\n')

    desk.load_text(
        "subscription_id,customer_id,tariff_id,started_on\n"
        "S1,1,T1,2024-03-05T21:30:00Z\nS2,2,T1,2024-03-05T20:30:00Z\nS3,3,T1,2024-03-05T00:00:00Z\n"
    )

    assert desk.read("subscriptions", "subscription_id, started_on") == [
        ("S1", date(2024, 3, 6)),
        ("S2", date(2024, 3, 5)),
        ("S3", date(2024, 3, 5)),
    ]


def test_personal_values_of_nobody_are_counted(desk):
    document = desk.load_text(
        "order_id,customer_id,phone,order_date,amount\n"
        "A1,1,+7 916 123-45-67,2024-03-05,10\nA2,,+7 916 765-43-21,2024-03-06,20\n"
        "A3,,,2024-03-06,20\n"
    )

    assert told(document, "personal_of_nobody") == [
        "Personal values of 1 row without a customer were not kept: the vault keeps them by customer."
    ]


def test_purchases_without_a_buyer_or_an_order_are_refused_with_what_was_found(desk):
    ran = desk.load(
        desk.write("rows.csv", "day,visits\n2024-03-05,3\n2024-03-06,5\n"), "--kind", "purchases"
    )

    assert ran.code == 1
    assert ran.complaint.startswith(
        "rows.csv as purchases lacks columns: needed are purchase_id; customer_id."
    )
    assert "Found: day → purchased_at, visits → " in ran.complaint
