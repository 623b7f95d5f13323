"""A file of 200 customers, and one of 900 purchases by these and by others."""

import random

# Who leaves must not follow from the other columns, or these are taken for leaks.
CHANCE = random.Random(3)
CUSTOMERS = "customer_id,age,monthly_fee,plan,churn\n" + "".join(
    f"{n},{20 + n * 7 % 50},{300 + n * 13 % 90},{'gold' if n % 3 else 'basic'},"
    f"{'yes' if CHANCE.random() < 0.3 else 'no'}\n"
    for n in range(200)
)
PURCHASES = "order_id,customer_id,purchase_date,amount\n" + "".join(
    f"{n},{n % 240 if n % 10 else ''},2024-{1 + n % 6:02d}-{1 + n % 27:02d},{10 + n * 7 % 90}\n"
    for n in range(900)
)
