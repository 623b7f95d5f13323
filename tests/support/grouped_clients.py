"""Clients of two sexes and all ages, some of whom leave."""

import random


def make_clients(*, rows=400):
    """Clients of two sexes and all ages; who is old or pays much leaves more often."""
    rng = random.Random(5)
    lines = ["customer_id,gender,age,fee,churn"]
    for n in range(rows):
        sex, age, fee = rng.choice("mf"), rng.randint(18, 80), rng.randint(100, 900)
        left = rng.random() < 0.1 + 0.3 * (age > 50) + 0.3 * (fee > 500)
        lines.append(f"k{n:04},{sex},{age},{fee},{'yes' if left else 'no'}")
    return "\n".join(lines) + "\n"
