"""What the simulated telecom company calls its files, columns and values."""

from regulars.schema.wording import Wording

__all__ = ["COLUMN_NAMES", "FILE_NAMES", "VALUES"]


def _name(**names: tuple[str, str]) -> dict[str, Wording]:
    return {column: Wording(en=en, ru=ru) for column, (en, ru) in names.items()}


FILE_NAMES = _name(
    customers=("customers", "абоненты"),
    tariffs=("plans", "тарифы"),
    subscriptions=("contracts", "договоры"),
    payments=("charges", "списания"),
    usage=("usage", "звонки_и_трафик"),
    sessions=("app_sessions", "сеансы_приложения"),
    contacts=("tickets", "обращения"),
    reviews=("reviews", "отзывы"),
    referrals=("referrals", "рекомендации"),
)

_CUSTOMER = ("client_id", "код абонента")

COLUMN_NAMES = {
    "customers": _name(
        customer_id=_CUSTOMER,
        full_name=("name", "ФИО"),
        phone=("mobile", "телефон"),
        email=("e-mail", "эл. почта"),
        city=("city", "город"),
        age=("age", "возраст"),
        acquisition_channel=("acquisition source", "канал привлечения"),
        device=("device", "устройство"),
        registered_on=("customer since", "клиент с"),
    ),
    "tariffs": _name(
        tariff_id=("plan_code", "код тарифа"),
        tariff_name=("plan_name", "наименование тарифа"),
        fee_amount=("monthly_fee", "абонентская плата"),
        currency=("currency", "валюта"),
        billing_period=("billing_cycle", "расчетный период"),
        included_minutes=("voice_minutes", "пакет минут"),
        included_gigabytes=("data_gb", "пакет гб"),
        included_sms_count=("sms", "пакет смс"),
    ),
    "subscriptions": _name(
        subscription_id=("contract_no", "номер договора"),
        customer_id=_CUSTOMER,
        tariff_id=("plan_code", "код тарифа"),
        started_on=("activation_date", "дата подключения"),
        ended_on=("deactivation_date", "дата отключения"),
        status=("contract_status", "статус договора"),
        fee_amount=("monthly_fee", "абонентская плата"),
        currency=("currency", "валюта"),
        billing_period=("billing_cycle", "расчетный период"),
        is_renewed_automatically=("auto_renewal", "автопродление"),
        cancel_reason=("cancellation_reason", "причина отключения"),
    ),
    "payments": _name(
        payment_id=("charge_id", "номер платежа"),
        customer_id=_CUSTOMER,
        subscription_id=("contract_no", "номер договора"),
        paid_at=("charged_at", "время платежа"),
        amount=("charge_amount", "сумма списания"),
        currency=("currency", "валюта"),
        payment_method=("payment_type", "способ оплаты"),
        status=("payment_status", "статус платежа"),
        failure_reason=("decline_reason", "причина отказа"),
    ),
    "usage": _name(
        customer_id=_CUSTOMER,
        occurred_at=("start_time", "дата и время"),
        name=("event_type", "тип события"),
        direction=("call_direction", "направление"),
        counterpart_id=("b_number", "номер Б"),
        duration_seconds=("duration_sec", "длительность, сек"),
        traffic_megabytes=("data_mb", "трафик"),
    ),
    "sessions": _name(
        customer_id=_CUSTOMER,
        occurred_at=("session_start", "начало"),
        name=("event_name", "событие"),
        session_id=("session_id", "id сеанса"),
        duration_seconds=("session_length", "длительность"),
        page=("screen", "экран"),
        device=("platform", "платформа"),
    ),
    "contacts": _name(
        interaction_id=("ticket_id", "номер обращения"),
        customer_id=_CUSTOMER,
        occurred_at=("opened_at", "дата обращения"),
        channel=("channel", "канал"),
        direction=("direction", "направление"),
        topic=("subject", "тема"),
        outcome=("result", "результат"),
        operator_id=("agent", "оператор"),
        duration_seconds=("handle_time", "время разговора"),
        wait_seconds=("wait_time", "время ожидания"),
        csat=("csat", "оценка"),
        is_resolved=("solved", "решено"),
        campaign_id=("campaign", "кампания"),
        offer=("offer", "предложение"),
    ),
    "reviews": _name(
        feedback_id=("review_id", "номер отзыва"),
        customer_id=_CUSTOMER,
        occurred_at=("posted_at", "дата отзыва"),
        channel=("source", "площадка"),
        rating=("stars", "звезды"),
        nps=("nps", "балл nps"),
        text=("review_text", "текст отзыва"),
    ),
    "referrals": _name(
        customer_id=("referrer_id", "пригласивший"),
        related_customer_id=("referred_id", "приглашенный"),
        relation=("link_type", "тип связи"),
        occurred_at=("date", "дата"),
    ),
}
"""For each table the foreign name of each canonical column."""

VALUES = {
    "call": "звонок", "sms": "смс", "traffic": "трафик", "session": "сеанс",
    "in": "входящий", "out": "исходящий", "chat": "чат", "message": "сообщение",
    "complaint": "жалоба", "question": "вопрос", "price change": "изменение цены",
    "offer": "предложение", "settled": "решено", "not settled": "не решено",
    "delivered": "доставлено", "accepted": "согласие", "declined": "отказ",
    "no answer": "нет ответа", "paid": "оплачен", "failed": "отклонён", "card": "карта",
    "bank transfer": "банковский перевод", "cash": "наличные",
    "not enough money": "не хватило денег", "card expired": "карта просрочена",
    "declined by the bank": "отказ банка", "active": "действует", "renewed": "продлён",
    "ended": "расторгнут", "month": "месяц", "too expensive": "дорого",
    "poor service": "плохая связь", "moved": "переезд", "another operator": "другой оператор",
    "not said": "не указана", "shop": "салон", "site": "сайт", "referral": "рекомендация",
    "advertising": "реклама", "keypad phone": "кнопочный телефон", "home": "главная",
    "bill": "счёт", "tariffs": "тарифы", "top up": "пополнение", "support": "поддержка",
    "cancel subscription": "расторжение договора", "survey": "опрос", "pilot": "пилот",
    "20 % off for 6 months": "скидка 20 % на 6 месяцев", "Start": "Старт", "Smart": "Умный",
    "Family": "Семейный", "Unlimited": "Безлимит", "Start, one year": "Старт, на год",
    "Smart, one year": "Умный, на год", "Family, one year": "Семейный, на год",
    "Unlimited, one year": "Безлимит, на год",
}  # fmt: skip
"""The Russian words for the values."""
